//! The one thing that a gate may write: an Event beside the Milvus, so that `kubectl describe` shows why a sync was refused.
//!
//! Takes what is to be said; gives nothing. It is used only when somebody asks for it.

use super::connect::Cluster;
use super::failure::{Failure, Kind};
use kube::core::Request;
use kube::core::params::PostParams;
use serde_json::{Value, json};

/// Writes an Event about a Milvus.
pub async fn tell(cluster: &Cluster, (namespace, name): (&str, &str), denied: bool, text: &str) -> Result<(), Failure> {
    let about = json!({"apiVersion": "milvus.io/v1beta1", "kind": "Milvus", "namespace": namespace, "name": name});
    let event = json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": format!("{name}-milvus-lint-"), "namespace": namespace},
        "involvedObject": about,
        "reason": if denied { "SyncDenied" } else { "SyncAllowed" },
        // The API server takes no longer message.
        "message": text.chars().take(1000).collect::<String>(),
        "type": if denied { "Warning" } else { "Normal" },
        "source": {"component": "milvus-lint"},
        "reportingComponent": "milvus-lint",
        "count": 1,
    });
    let path = format!("/api/v1/namespaces/{namespace}/events");
    let request = Request::new(path).create(&PostParams::default(), event.to_string().into_bytes());
    let request = request.map_err(|error| Failure::new(Kind::Invalid, error.to_string()))?;
    cluster.within(cluster.client.request::<Value>(request)).await.map(drop)
}
