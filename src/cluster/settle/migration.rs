//! The states of a MilvusUpgrade from which it does not come back, and what helps then.
//!
//! Takes the resource; gives the trouble with commands. Which states there are was seen when the operator ran.

use super::{Trouble, plain};
use crate::cluster::moment::Upgrade;
use serde_json::Value;

/// A state of a MilvusUpgrade from which it does not come back.
pub(super) fn failed(upgrade: &Upgrade, wanted: &str) -> Option<Trouble> {
    let name = &upgrade.name;
    let rolls_back = upgrade.raw.pointer("/spec/rollbackIfFailed").and_then(Value::as_bool).unwrap_or(true);
    let count = |pointer: &str| upgrade.raw.pointer(pointer).and_then(Value::as_i64).unwrap_or(0);
    let logs = format!("kubectl logs of the pods with the label milvus.io/upgrade={name} say why");
    match upgrade.state.as_str() {
        state if state == wanted => None,
        "RollbackedSucceeded" => Some(Trouble::new(
            "the migration did not succeed; the metadata is as it was, and the old release is started again",
            format!("{logs}; when that is mended, start a new run"),
        )),
        "RollbackFailed" => Some(Trouble::new(
            "the migration and its way back have both failed; Milvus is at 0 replicas",
            format!(
                "{logs}. If the tool refused before it wrote, the metadata is untouched; otherwise restore etcd from the \
                 backup first. Then start the old release again:\n{}",
                by_hand(upgrade)
            ),
        )),
        "UpdateMetaFailed" if !rolls_back => Some(Trouble::new(
            "the migration has failed, and Milvus is at 0 replicas; the metadata may be half changed",
            format!("{logs}; `milvus-lint apply --rollback` puts the saved metadata back"),
        )),
        "BakupMetaFailed" if !rolls_back && count("/status/retriedTimes") >= count("/spec/maxRetry") => {
            Some(Trouble::new(
                "the metadata could not be saved, and Milvus is at 0 replicas; nothing was changed",
                format!("{logs}; `milvus-lint apply --rollback` starts the old release again"),
            ))
        }
        _ => None,
    }
}

/// The commands that start what ran before a migration: the operator has written down how much of it there was.
fn by_hand(upgrade: &Upgrade) -> String {
    let milvus = plain(&upgrade.raw["spec"]["milvus"]["name"]);
    let namespace = plain(&upgrade.raw["spec"]["milvus"]["namespace"]);
    let counts = upgrade.raw.pointer("/status/replicasBeforeUprade").and_then(Value::as_object);
    let one = |(key, count): (&String, &Value)| (key.clone(), serde_json::json!({ "replicas": count }));
    let mut components: serde_json::Map<String, Value> = counts.into_iter().flatten().map(one).collect();
    if let Some(image) =
        upgrade.raw.pointer("/status/sourceImage").filter(|image| image.as_str().is_some_and(|text| !text.is_empty()))
    {
        components.insert("image".to_string(), image.clone());
    }
    let patch = serde_json::json!({"spec": {"components": components}});
    format!(
        "kubectl -n {namespace} annotate milvus {milvus} milvus.io/stopped-at-\n\
         kubectl -n {namespace} patch milvus {milvus} --type merge -p '{patch}'"
    )
}
