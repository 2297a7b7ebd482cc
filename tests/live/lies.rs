//! Where the operator's own words are not enough: what it claims, hides and never gets over, as it was recorded. Whoever
//! watches an upgrade must not fall for any of it.

use crate::stand_in::{DEPLOYMENT, MILVUS, Shape, claims_finished, condition, installed, milvus, running};
use crate::support::Cluster;
use serde_json::{Value, json};
use std::time::Duration;

/// Changes what is below `spec.components`.
fn change(cluster: &Cluster, components: Value) {
    cluster.patch(MILVUS, "m", json!({ "spec": { "components": components } }));
}

#[test]
fn conditions_stay_true_while_query_nodes_hold_everything() {
    let Some(cluster) = Cluster::with_operator("op-lies") else { return };
    let mut first = milvus("m", Shape::Mixed, "milvusdb/milvus:v2.5.16");
    first["spec"]["components"]["imageUpdateMode"] = json!("all");
    installed(&cluster, first);
    cluster.patch(MILVUS, "m", json!({ "spec": { "components": { "image": "milvusdb/milvus:v2.6.6" } } }));
    let mut lied = 0;
    cluster.wait(120, "the rollout", || {
        let milvus = cluster.get(MILVUS, "m")?;
        claims_finished(&milvus)
            .then_some(milvus["status"]["currentImage"] == "milvusdb/milvus:v2.6.6")
            .filter(|done| *done)
    });
    // Once more, this time looking on.
    cluster.patch(MILVUS, "m", json!({ "spec": { "components": { "image": "milvusdb/milvus:v2.6.11" } } }));
    for _ in 0..20 {
        let milvus = cluster.get(MILVUS, "m").unwrap();
        let behind = milvus["status"]["observedGeneration"].as_i64() < milvus["metadata"]["generation"].as_i64();
        lied += usize::from(behind && condition(&milvus, "MilvusUpdated").as_deref() == Some("True"));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(lied > 10, "{lied} of 20");
}

#[test]
fn coordinators_that_were_removed_from_the_spec_stay_and_nobody_says_so() {
    let Some(cluster) = Cluster::with_operator("op-orphans") else { return };
    installed(&cluster, milvus("m", Shape::Four, "milvusdb/milvus:v2.5.16"));
    let gone = json!({ "mixCoord": { "replicas": 1 }, "rootCoord": null, "dataCoord": null, "indexCoord": null, "queryCoord": null });
    cluster.patch(MILVUS, "m", json!({ "spec": { "components": gone } }));
    let milvus = cluster.wait(60, "the claim to be finished", || {
        let milvus = cluster.get(MILVUS, "m")?;
        let listed = milvus["status"]["componentsDeployStatus"].get("mixcoord").is_some();
        (claims_finished(&milvus) && listed).then_some(milvus)
    });
    assert!(milvus["status"]["componentsDeployStatus"].get("rootcoord").is_none());
    assert!(cluster.get(DEPLOYMENT, "m-milvus-rootcoord").is_some());
}

#[test]
fn query_nodes_that_cannot_start_hold_everything_until_a_hand_helps() {
    let Some(cluster) = Cluster::with_operator("op-stuck") else { return };
    installed(&cluster, milvus("m", Shape::Mixed, "milvusdb/milvus:v2.4.15"));
    change(&cluster, json!({ "image": "milvusdb/milvus:v2.5.16-qnbad" }));
    let image = |name: &str| {
        let one = cluster.get(DEPLOYMENT, name)?;
        one["spec"]["template"]["spec"]["containers"][0]["image"].as_str().map(str::to_string)
    };
    cluster.wait(120, "query nodes of the bad image", || {
        let pods = cluster.list("v1/Pod", "app.kubernetes.io/component=querynode,milvus.io/querynode-group-id=1");
        (!pods.is_empty()).then_some(())
    });
    change(&cluster, json!({ "image": "milvusdb/milvus:v2.4.15" }));
    std::thread::sleep(Duration::from_secs(8));
    let milvus = cluster.get(MILVUS, "m").unwrap();
    assert!(milvus["status"]["observedGeneration"].as_i64() < milvus["metadata"]["generation"].as_i64());
    assert_eq!(
        image("m-milvus-mixcoord").as_deref(),
        Some("milvusdb/milvus:v2.5.16-qnbad"),
        "setting it back does nothing"
    );
    cluster.set_image("m-milvus-querynode-1", "milvusdb/milvus:v2.4.15");
    cluster.wait(120, "the old image everywhere", || {
        let milvus = cluster.get(MILVUS, "m")?;
        let all = running(&cluster).values().all(|image| image == "milvusdb/milvus:v2.4.15");
        (all && claims_finished(&milvus)).then_some(())
    });
}

#[test]
fn an_image_of_its_own_stops_the_rollout_at_that_component() {
    let Some(cluster) = Cluster::with_operator("op-override") else { return };
    let mut first = milvus("m", Shape::Mixed, "milvusdb/milvus:v2.4.15");
    first["spec"]["components"]["queryNode"]["image"] = json!("milvusdb/milvus:v2.4.15");
    installed(&cluster, first);
    change(&cluster, json!({ "image": "milvusdb/milvus:v2.5.16" }));
    let has = |component: &str| running(&cluster).get(component).is_some_and(|image| image.ends_with(":v2.5.16"));
    cluster.wait(60, "the coordinator", || has("mixcoord").then_some(()));
    std::thread::sleep(Duration::from_secs(6));
    assert!(!has("querynode") && !has("datanode") && !has("proxy"));
    let milvus = cluster.get(MILVUS, "m").unwrap();
    assert_eq!(condition(&milvus, "MilvusUpdated").as_deref(), Some("False"));
    assert_eq!(milvus["status"]["status"], "Healthy");
    change(&cluster, json!({ "queryNode": { "image": null } }));
    cluster.wait(60, "the rest", || has("proxy").then_some(()));
}

#[test]
fn a_missing_secret_of_the_storage_keeps_everything_where_it_is() {
    let Some(cluster) = Cluster::with_operator("op-secret") else { return };
    let mut first = milvus("m", Shape::Mixed, "milvusdb/milvus:v2.5.16");
    first["spec"]["dependencies"]["storage"]["secretRef"] = json!("storage");
    cluster.try_apply_as("live-test", first).unwrap();
    cluster.wait(30, "the condition", || {
        (condition(&cluster.get(MILVUS, "m")?, "StorageReady").as_deref() == Some("False")).then_some(())
    });
    assert!(cluster.list(DEPLOYMENT, "app.kubernetes.io/instance=m").is_empty());
    cluster
        .apply("{apiVersion: v1, kind: Secret, metadata: {name: storage}, stringData: {accesskey: a, secretkey: b}}");
    cluster.wait(60, "the install", || cluster.get(MILVUS, "m").filter(claims_finished));
}
