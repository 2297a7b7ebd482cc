//! The stand-in for the operator against what the operator was seen to do with a MilvusUpgrade: the states that can be seen
//! from outside, in their order, and the image with which a cluster starts afterwards.

use crate::stand_in::{
    MILVUS, Shape, UPGRADE, all_at_once, condition_message, installed, lines, milvus, recordings, running, upgrade,
};
use crate::support::Cluster;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// One MilvusUpgrade as it was recorded: its states, and what was done to it in one of them.
struct Migration {
    recording: &'static str,
    name: &'static str,
    /// Beside the versions and images.
    spec: &'static str,
    act: Option<&'static str>,
    states: &'static str,
}

const MIGRATIONS: [Migration; 10] = [
    Migration {
        recording: "f-ok",
        name: "up",
        spec: "{}",
        act: None,
        states: "OldVersionStopping BackupMeta UpdatingMeta Succeeded",
    },
    Migration {
        recording: "f-failbackup",
        name: "failbackup",
        spec: "{}",
        act: None,
        states: "OldVersionStopping BackupMeta RollbackedSucceeded",
    },
    Migration {
        recording: "f-failbackup-norollback",
        name: "failbackup",
        spec: r#"{"rollbackIfFailed": false, "maxRetry": 1}"#,
        act: None,
        states: "OldVersionStopping BackupMeta BakupMetaFailed",
    },
    Migration {
        recording: "f-failmig",
        name: "failmig",
        spec: "{}",
        act: None,
        states: "OldVersionStopping BackupMeta UpdatingMeta RollbackRestoringOldMeta RollbackedSucceeded",
    },
    Migration {
        recording: "f-failmig-norollback",
        name: "failmig",
        spec: r#"{"rollbackIfFailed": false}"#,
        act: Some("UpdateMetaFailed"),
        states: "OldVersionStopping BackupMeta UpdatingMeta UpdateMetaFailed RollbackRestoringOldMeta RollbackedSucceeded",
    },
    Migration {
        recording: "f-failmig-failrb",
        name: "failmig-failrb",
        spec: r#"{"targetVersion": "2.4.23", "targetImage": "milvusdb/milvus:v2.4.23"}"#,
        act: None,
        states: "OldVersionStopping BackupMeta UpdatingMeta RollbackRestoringOldMeta RollbackFailed",
    },
    Migration {
        recording: "f-rollback-while-stopping",
        name: "up",
        spec: "{}",
        act: Some("OldVersionStopping"),
        states: "OldVersionStopping RollbackNewVersionStopping RollbackedSucceeded",
    },
    Migration {
        recording: "f-rollback-midway",
        name: "up",
        spec: "{}",
        act: Some("BackupMeta"),
        states: "OldVersionStopping BackupMeta RollbackedSucceeded",
    },
    Migration {
        recording: "f-rollback-during-run",
        name: "up",
        spec: "{}",
        act: Some("UpdatingMeta"),
        states: "OldVersionStopping BackupMeta UpdatingMeta RollbackRestoringOldMeta RollbackedSucceeded",
    },
    Migration {
        recording: "f-rollback-after-success",
        name: "up",
        spec: "{}",
        act: Some("Succeeded"),
        states: "OldVersionStopping BackupMeta UpdatingMeta Succeeded RollbackNewVersionStopping RollbackRestoringOldMeta RollbackedSucceeded",
    },
];

#[test]
fn the_states_are_those_of_the_recordings() {
    let Some(folder) = recordings() else { return };
    for migration in &MIGRATIONS {
        let all = lines(&folder.join(format!("{}.jsonl", migration.recording)));
        let of_upgrade = |line: &&Value| line["obj"].as_str().is_some_and(|name| name.starts_with("MilvusUpgrade/"));
        let states = all.iter().filter(of_upgrade).filter_map(|line| line["set"]["st.state"].as_str());
        assert_eq!(states.collect::<Vec<_>>().join(" "), migration.states, "{}", migration.recording);
    }
}

fn state(cluster: &Cluster, name: &str) -> Option<String> {
    cluster.get(UPGRADE, name)?["status"]["state"].as_str().map(str::to_string)
}

fn try_migration(cluster: &Cluster, migration: &Migration) -> Result<(), String> {
    installed(cluster, milvus("m", Shape::Four, "milvusdb/milvus:v2.1.4"));
    let mut order = upgrade(migration.name, &cluster.namespace);
    let more: Value = serde_json::from_str(migration.spec).unwrap();
    for (key, value) in more.as_object().unwrap() {
        order["spec"][key] = value.clone();
    }
    cluster.try_apply_as("live-test", order).unwrap();
    let expected: Vec<&str> = migration.states.split(' ').collect();
    let mut seen: Vec<String> = Vec::new();
    let mut act = migration.act;
    let end = Instant::now() + Duration::from_secs(120);
    while seen.len() < expected.len() && Instant::now() < end {
        if let Some(state) = state(cluster, migration.name).filter(|state| seen.last() != Some(state)) {
            if act == Some(state.as_str()) {
                cluster.patch(UPGRADE, migration.name, json!({ "spec": { "operation": "rollback" } }));
                act = None;
            }
            seen.push(state);
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    if seen == expected { Ok(()) } else { Err(format!("{}: {seen:?}", migration.recording)) }
}

#[test]
fn the_stand_in_goes_through_the_same_states() {
    all_at_once("op-states", &MIGRATIONS, try_migration);
}

/// Migrates a cluster, and gives the images with which it starts again.
fn started_after_migration(test: &str, mode: &str) -> Option<BTreeMap<String, String>> {
    let cluster = Cluster::with_operator(test)?;
    let mut first = milvus("m", Shape::Four, "milvusdb/milvus:v2.1.4");
    first["spec"]["components"]["imageUpdateMode"] = json!(mode);
    installed(&cluster, first);
    cluster.try_apply_as("live-test", upgrade("up", &cluster.namespace)).unwrap();
    cluster.wait(120, "the migration", || state(&cluster, "up").filter(|state| state == "Succeeded"));
    Some(cluster.wait(30, "the start", || Some(running(&cluster)).filter(|running| running.len() == 8)))
}

#[test]
fn a_migrated_cluster_starts_with_the_old_image() {
    let Some(running) = started_after_migration("op-old-image", "rollingUpgrade") else { return };
    let old = running.values().filter(|image| image.ends_with(":v2.1.4")).count();
    assert_eq!(old, 7, "only the index nodes are new: {running:?}");
    assert_eq!(running["indexnode"], "milvusdb/milvus:v2.2.16");
}

#[test]
fn a_migrated_cluster_that_takes_all_at_once_starts_with_the_new_image() {
    let Some(running) = started_after_migration("op-new-image", "all") else { return };
    let old = running.iter().filter(|(name, image)| *name != "querynode" && image.ends_with(":v2.1.4")).count();
    assert_eq!(old, 0, "{running:?}");
}

#[test]
fn an_order_without_a_namespace_or_a_tool_waits_until_it_has_them() {
    let Some(cluster) = Cluster::with_operator("op-forgotten") else { return };
    installed(&cluster, milvus("m", Shape::Four, "milvusdb/milvus:v2.1.4"));
    let mut order = upgrade("up", &cluster.namespace);
    let spec = order["spec"].as_object_mut().unwrap();
    spec.remove("toolImage");
    spec["milvus"].as_object_mut().unwrap().remove("namespace");
    cluster.try_apply_as("live-test", order).unwrap();
    let says = |kind: &str, part: &str| {
        cluster
            .wait(60, part, || condition_message(&cluster.get(UPGRADE, "up")?, kind).filter(|text| text.contains(part)))
    };
    says("CheckingUpgrationState", "not found");
    let namespace = json!({ "spec": { "milvus": { "namespace": cluster.namespace } } });
    cluster.patch(UPGRADE, "up", namespace);
    says("Upgraded", "image: Required value");
    assert_eq!(state(&cluster, "up").as_deref(), Some("BackupMeta"));
    cluster.patch(UPGRADE, "up", json!({ "spec": { "toolImage": "milvusdb/meta-migration:v2.2.0-bugfix-20230112" } }));
    cluster.wait(60, "the migration", || state(&cluster, "up").filter(|state| state == "Succeeded"));
}

#[test]
fn a_mark_of_an_earlier_stop_ends_the_wait_before_it_began() {
    let Some(cluster) = Cluster::with_operator("op-stale") else { return };
    installed(&cluster, milvus("m", Shape::Four, "milvusdb/milvus:v2.1.4"));
    let mark = json!({ "metadata": { "annotations": { "milvus.io/stopped-at": "2026-01-01T00:00:00Z" } } });
    cluster.patch(MILVUS, "m", mark);
    cluster.try_apply_as("live-test", upgrade("up", &cluster.namespace)).unwrap();
    cluster.wait(60, "the backup", || state(&cluster, "up").filter(|state| state == "BackupMeta"));
    // Nobody looked when the last pod went.
    let milvus = cluster.get(MILVUS, "m").unwrap();
    assert_eq!(milvus["metadata"]["annotations"]["milvus.io/stopped-at"], "2026-01-01T00:00:00Z");
}
