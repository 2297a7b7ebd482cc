//! The definitions in `schemas/crd`, which the tables of keys are made into, before a real API server: it takes what is right,
//! fills in what is left out, and drops or refuses what is not.

use crate::support::Cluster;
use serde_json::{Value, json};

const MILVUS: &str = "milvus.io/v1beta1/Milvus";

fn resource(kind: &str, version: &str, name: &str, spec: Value) -> Value {
    json!({
        "apiVersion": format!("milvus.io/{version}"), "kind": kind,
        "metadata": { "name": name },
        "spec": spec,
    })
}

#[test]
fn defaults_arrive_and_free_form_is_kept() {
    let Some(cluster) = Cluster::of("crd-defaults") else { return };
    let spec = json!({
        "components": { "queryNode": { "replicas": -1, "affinity": { "nodeAffinity": { "weight": 1 } } } },
        "config": { "queryNode": { "gracefulTime": 5000, "deep": { "er": [1, "two"] } } },
        "dependencies": { "etcd": { "inCluster": { "values": { "replicaCount": 3 } } }, "storage": {} },
    });
    cluster.try_apply_as("live-test", resource("Milvus", "v1beta1", "a", spec)).unwrap();
    let milvus = cluster.get(MILVUS, "a").unwrap();
    assert_eq!(milvus["spec"]["mode"], "standalone");
    assert_eq!(milvus["spec"]["dependencies"]["storage"]["type"], "MinIO");
    assert_eq!(milvus["spec"]["config"]["queryNode"]["deep"]["er"], json!([1, "two"]));
    assert_eq!(milvus["spec"]["components"]["queryNode"]["affinity"]["nodeAffinity"]["weight"], 1);
    assert_eq!(milvus["spec"]["dependencies"]["etcd"]["inCluster"]["values"]["replicaCount"], 3);
    // Of a Milvus that is not there, so that nothing happens.
    let order = json!({ "milvus": { "name": "nobody" }, "sourceVersion": "2.1.4", "targetVersion": "2.2.16" });
    cluster.try_apply_as("live-test", resource("MilvusUpgrade", "v1beta1", "up", order)).unwrap();
    let upgrade = cluster.get("milvus.io/v1beta1/MilvusUpgrade", "up").unwrap();
    for (field, value) in [("operation", json!("upgrade")), ("maxRetry", json!(3)), ("rollbackIfFailed", json!(true))] {
        assert_eq!(upgrade["spec"][field], value, "{field}");
    }
}

#[test]
fn what_the_tables_refuse_the_api_server_refuses() {
    let Some(cluster) = Cluster::of("crd-refusals") else { return };
    for wrong in [
        json!({ "mode": "Cluster" }),
        json!({ "components": { "imageUpdateMode": "rolling" } }),
        json!({ "components": { "queryNode": { "replicas": -2 } } }),
        json!({ "components": { "queryNode": { "replicas": "2" } } }),
        json!({ "dependencies": { "msgStreamType": "redis" } }),
        json!({ "dependencies": { "storage": { "type": "Minio" } } }),
    ] {
        let error = cluster.try_apply_as("live-test", resource("Milvus", "v1beta1", "a", wrong.clone()));
        assert!(error.is_err(), "{wrong} was taken");
    }
    let nameless = json!({ "milvus": {}, "sourceVersion": "2.1.4", "targetVersion": "2.2.16" });
    assert!(cluster.try_apply_as("live-test", resource("MilvusUpgrade", "v1beta1", "up", nameless)).is_err());
}

#[test]
fn what_is_in_no_table_is_dropped_by_an_ordinary_write() {
    let Some(cluster) = Cluster::of("crd-pruning") else { return };
    cluster.try_apply_as("live-test", resource("Milvus", "v1beta1", "a", json!({ "mode": "cluster" }))).unwrap();
    let patch =
        json!({ "spec": { "component": { "image": "x" }, "dependencies": { "pulsar": { "endpoints": ["a"] } } } });
    let milvus = cluster.patch(MILVUS, "a", patch);
    assert_eq!(milvus["spec"].get("component"), None);
    assert_eq!(milvus["spec"]["dependencies"]["pulsar"].get("endpoints"), None);
}

#[test]
fn the_old_kinds_are_served() {
    let Some(cluster) = Cluster::of("crd-old") else { return };
    let spec = json!({ "components": { "image": "milvusdb/milvus:v2.0.2" } });
    cluster.try_apply_as("live-test", resource("MilvusCluster", "v1alpha1", "old", spec)).unwrap();
    let old = cluster.get("milvus.io/v1alpha1/MilvusCluster", "old").unwrap();
    assert_eq!(old["spec"]["components"]["image"], "milvusdb/milvus:v2.0.2");
}
