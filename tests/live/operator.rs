//! The stand-in for the operator against what the operator was seen to do.
//!
//! What is expected stands here, in steps: what happens together, and what only after that. Where the recordings of the real
//! operator lie beside the project, they are read and must say the same; the stand-in must go through the same steps in the
//! same order. So a test of milvus-lint that passes before the stand-in says something about the operator as well, as far as
//! it was seen.

use crate::support::Cluster;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub const MILVUS: &str = "milvus.io/v1beta1/Milvus";
pub const UPGRADE: &str = "milvus.io/v1beta1/MilvusUpgrade";
pub const DEPLOYMENT: &str = "apps/v1/Deployment";

/// What the components of a Milvus are, before a change.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Standalone,
    Mixed,
    Four,
}

/// A Milvus on dependencies of its own, which the stand-in takes for there.
pub fn milvus(name: &str, shape: Shape, image: &str) -> Value {
    let one = json!({ "replicas": 1 });
    let mut components = json!({ "image": image });
    let fields: &[&str] = match shape {
        Shape::Standalone => &[],
        Shape::Mixed => &["mixCoord", "dataNode", "indexNode", "proxy"],
        Shape::Four => &["rootCoord", "dataCoord", "indexCoord", "queryCoord", "dataNode", "indexNode", "proxy"],
    };
    for field in fields {
        components[*field] = one.clone();
    }
    let (mode, queue) = if fields.is_empty() { ("standalone", "rocksmq") } else { ("cluster", "kafka") };
    if !fields.is_empty() {
        components["queryNode"] = json!({ "replicas": 2 });
    }
    json!({
        "apiVersion": "milvus.io/v1beta1", "kind": "Milvus", "metadata": { "name": name },
        "spec": {
            "mode": mode, "components": components,
            "dependencies": {
                "msgStreamType": queue,
                "etcd": { "external": true, "endpoints": ["etcd:2379"] },
                "storage": { "external": true, "type": "MinIO", "endpoint": "minio:9000" },
                "kafka": { "external": true, "brokerList": ["kafka:9092"] },
            },
        },
    })
}

/// One change of an image, as it was recorded, and the Deployments that get an image (or, with a minus, go), step by step.
struct Rollout {
    recording: &'static str,
    shape: Shape,
    from: &'static str,
    /// Below `spec.components`.
    patch: &'static str,
    steps: &'static str,
}

const ROLLOUTS: [Rollout; 12] = [
    Rollout {
        recording: "b-standalone-2415-2516",
        shape: Shape::Standalone,
        from: "v2.4.15",
        patch: r#"{"image": "milvusdb/milvus:v2.5.16"}"#,
        steps: "standalone",
    },
    Rollout {
        recording: "b-mix-2415-2516",
        shape: Shape::Mixed,
        from: "v2.4.15",
        patch: r#"{"image": "milvusdb/milvus:v2.5.16"}"#,
        steps: "indexnode standalone > mixcoord > querynode > datanode > proxy",
    },
    Rollout {
        recording: "b-4coord-2415-2516",
        shape: Shape::Four,
        from: "v2.4.15",
        patch: r#"{"image": "milvusdb/milvus:v2.5.16"}"#,
        steps: "indexnode standalone > rootcoord > datacoord > indexcoord > querycoord > querynode > datanode > proxy",
    },
    Rollout {
        recording: "b-coords-to-mix-keep",
        shape: Shape::Four,
        from: "v2.5.16",
        patch: r#"{"mixCoord": {"replicas": 1}}"#,
        steps: "mixcoord > -datacoord -indexcoord -querycoord -rootcoord",
    },
    // The four coordinators stay for ever.
    Rollout {
        recording: "b-coords-to-mix-null",
        shape: Shape::Four,
        from: "v2.5.16",
        patch: r#"{"mixCoord": {"replicas": 1}, "rootCoord": null, "dataCoord": null, "indexCoord": null, "queryCoord": null}"#,
        steps: "mixcoord",
    },
    Rollout {
        recording: "b-4coord-2415-2516mix",
        shape: Shape::Four,
        from: "v2.4.15",
        patch: r#"{"image": "milvusdb/milvus:v2.5.16", "mixCoord": {"replicas": 1}, "rootCoord": null, "dataCoord": null, "indexCoord": null, "queryCoord": null}"#,
        steps: "indexnode mixcoord standalone > querynode > datanode > proxy",
    },
    Rollout {
        recording: "c-mix-2516-266",
        shape: Shape::Mixed,
        from: "v2.5.16",
        patch: r#"{"image": "milvusdb/milvus:v2.6.6"}"#,
        steps: "standalone streamingnode > mixcoord > querynode > datanode > proxy > -indexnode",
    },
    Rollout {
        recording: "c-4coord-2516-266",
        shape: Shape::Four,
        from: "v2.5.16",
        patch: r#"{"image": "milvusdb/milvus:v2.6.6"}"#,
        steps: "mixcoord standalone streamingnode > querynode > -datacoord -indexcoord -querycoord -rootcoord > datanode > proxy > -indexnode",
    },
    // A tag that is no version counts as old.
    Rollout {
        recording: "c-mix-2516-26latest",
        shape: Shape::Mixed,
        from: "v2.5.16",
        patch: r#"{"image": "milvusdb/milvus:v2.6-latest"}"#,
        steps: "indexnode standalone > mixcoord > querynode > datanode > proxy",
    },
    // Query nodes with another change of their own go first, on the old image, and hold everything.
    Rollout {
        recording: "d-mix-2516-266-querynode-pending-back",
        shape: Shape::Mixed,
        from: "v2.5.16",
        patch: r#"{"image": "milvusdb/milvus:v2.6.6", "queryNode": {"nodeSelector": {"nosuch": "node"}}}"#,
        steps: "querynode standalone streamingnode",
    },
    // The same where the query nodes of the new image never start.
    Rollout {
        recording: "d-querynode-bad-back",
        shape: Shape::Mixed,
        from: "v2.4.15",
        patch: r#"{"image": "milvusdb/milvus:v2.5.16-qnbad"}"#,
        steps: "indexnode standalone > mixcoord > querynode",
    },
    Rollout {
        recording: "h-mode-rollingdowngrade",
        shape: Shape::Mixed,
        from: "v2.5.20",
        patch: r#"{"image": "milvusdb/milvus:v2.5.16", "imageUpdateMode": "rollingDowngrade"}"#,
        steps: "proxy standalone > datanode > querynode > mixcoord > indexnode",
    },
];

fn steps(text: &str) -> Vec<BTreeSet<String>> {
    text.split(" > ").map(|step| step.split(' ').map(str::to_string).collect()).collect()
}

fn recordings() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/operator-recordings");
    if !path.is_dir() {
        println!("skipped: ../shared/facts/operator-recordings is not here, so there is nothing to compare with");
        return None;
    }
    Some(path)
}

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The component of a Deployment's name, query nodes without their number.
fn component(name: &str) -> &str {
    let rest = name.split_once("-milvus-").map_or(name, |(_, rest)| rest);
    rest.trim_end_matches(['0', '1']).trim_end_matches('-')
}

/// What happened in a recording from its first patch to whatever was done next, in steps that are ten seconds apart.
fn recorded(path: &Path) -> Vec<BTreeSet<String>> {
    let mut found: Vec<BTreeSet<String>> = Vec::new();
    let mut last = None;
    for line in lines(path) {
        let time = line["t"].as_f64().unwrap();
        if let Some(act) = line["act"].as_str() {
            match (act.starts_with("patch milvus/"), last) {
                (true, None) => last = Some(f64::MIN),
                (false, Some(_)) if !act.starts_with("REACHED") && !act.starts_with("DUMP") => break,
                (true, Some(_)) => break,
                _ => {}
            }
            continue;
        }
        let Some(before) = last else { continue };
        let event = if let Some(name) = line["del"].as_str().and_then(|name| name.strip_prefix("Deployment/")) {
            format!("-{}", component(name))
        } else if let Some(name) = line["obj"].as_str().and_then(|name| name.strip_prefix("Deployment/")) {
            match line["set"]["image"][0].as_str() {
                Some(image) if image != "dummy" => component(name).to_string(),
                _ => continue,
            }
        } else {
            continue;
        };
        if time - before > 10.0 {
            found.push(BTreeSet::new());
        }
        found.last_mut().unwrap().insert(event);
        last = Some(time);
    }
    found
}

#[test]
fn the_steps_are_those_of_the_recordings() {
    let Some(folder) = recordings() else { return };
    for rollout in &ROLLOUTS {
        let seen = recorded(&folder.join(format!("{}.jsonl", rollout.recording)));
        assert_eq!(seen, steps(rollout.steps), "{}", rollout.recording);
    }
}

/// The images of an instance by Deployment, the spare of the query nodes aside.
fn images(cluster: &Cluster, name: &str) -> BTreeMap<String, String> {
    let all = cluster.list(DEPLOYMENT, &format!("app.kubernetes.io/instance={name}"));
    let image = |one: &Value| one["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_string();
    let named = all.iter().map(|one| (one["metadata"]["name"].as_str().unwrap().to_string(), image(one)));
    named.filter(|(_, image)| image != "dummy").collect()
}

/// Watches what happens to the Deployments until `done`, in the order in which it happens.
pub fn events(cluster: &Cluster, name: &str, seconds: u64, mut done: impl FnMut(&[String]) -> bool) -> Vec<String> {
    let mut known = images(cluster, name);
    let mut happened = Vec::new();
    let end = Instant::now() + Duration::from_secs(seconds);
    while !done(&happened) && Instant::now() < end {
        let now = images(cluster, name);
        for (deployment, image) in &now {
            if known.get(deployment) != Some(image) {
                happened.push(component(deployment).to_string());
            }
        }
        for deployment in known.keys().filter(|deployment| !now.contains_key(*deployment)) {
            happened.push(format!("-{}", component(deployment)));
        }
        known = now;
        std::thread::sleep(Duration::from_millis(50));
    }
    happened
}

pub fn condition(object: &Value, kind: &str) -> Option<String> {
    let all = object["status"]["conditions"].as_array()?;
    Some(all.iter().find(|one| one["type"] == kind)?["status"].as_str()?.to_string())
}

/// What the operator itself would have one believe: healthy, updated, and no newer generation.
pub fn claims_finished(milvus: &Value) -> bool {
    let is_true = |kind: &str| condition(milvus, kind).as_deref() == Some("True");
    let seen = milvus["status"]["observedGeneration"].as_i64().unwrap_or(0);
    is_true("MilvusReady") && is_true("MilvusUpdated") && seen >= milvus["metadata"]["generation"].as_i64().unwrap_or(1)
}

/// Installs a Milvus and waits until the stand-in calls it healthy.
pub fn installed(cluster: &Cluster, milvus: Value) -> Value {
    let name = milvus["metadata"]["name"].as_str().unwrap().to_string();
    cluster.try_apply_as("live-test", milvus).unwrap();
    cluster.wait(120, "the first install", || cluster.get(MILVUS, &name).filter(claims_finished))
}

/// Goes through one rollout before the stand-in, and says what was different.
fn try_rollout(cluster: &Cluster, rollout: &Rollout) -> Result<(), String> {
    installed(cluster, milvus("m", rollout.shape, &format!("milvusdb/milvus:{}", rollout.from)));
    let expected = steps(rollout.steps);
    let count = expected.iter().map(BTreeSet::len).sum::<usize>();
    let patch: Value = serde_json::from_str(rollout.patch).unwrap();
    let (kubeconfig, namespace) = (cluster.kubeconfig.clone(), cluster.namespace.clone());
    let watcher = std::thread::spawn(move || {
        let cluster = Cluster::again(&kubeconfig, &namespace);
        // A little longer, so that what should not happen is seen as well.
        let mut full: Option<Instant> = None;
        events(&cluster, "m", 180, |happened| {
            if happened.len() >= count && full.is_none() {
                full = Some(Instant::now());
            }
            full.is_some_and(|since| since.elapsed() > Duration::from_secs(4))
        })
    });
    std::thread::sleep(Duration::from_millis(500));
    cluster.patch(MILVUS, "m", json!({ "spec": { "components": patch } }));
    let happened = watcher.join().unwrap();
    let step_of = |event: &String| expected.iter().position(|step| step.contains(event));
    let places: Vec<Option<usize>> = happened.iter().map(step_of).collect();
    let whole = happened.iter().collect::<BTreeSet<_>>().len() == count;
    if places.iter().all(Option::is_some) && places.is_sorted() && whole {
        return Ok(());
    }
    Err(format!("{}: {happened:?}, expected {}", rollout.recording, rollout.steps))
}

/// Runs the same for many things at once, each in a namespace of its own, and panics with all that went wrong.
fn all_at_once<T: Sync>(test: &str, things: &'static [T], run: fn(&Cluster, &T) -> Result<(), String>) {
    let Some(_) = Cluster::of(test) else { return };
    let threads: Vec<_> = things
        .iter()
        .map(|thing| {
            let test = test.to_string();
            std::thread::spawn(move || run(&Cluster::of(&test).expect("there was one"), thing))
        })
        .collect();
    let wrong: Vec<String> =
        threads.into_iter().filter_map(|thread| thread.join().unwrap_or(Err("a panic".into())).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_stand_in_goes_through_the_same_steps() {
    all_at_once("op-rollout", &ROLLOUTS, try_rollout);
}

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

/// An order to migrate the Milvus `m` of a namespace, with everything written.
pub fn upgrade(name: &str, namespace: &str) -> Value {
    json!({
        "apiVersion": "milvus.io/v1beta1", "kind": "MilvusUpgrade", "metadata": { "name": name },
        "spec": {
            "milvus": { "namespace": namespace, "name": "m" },
            "sourceVersion": "2.1.4", "targetVersion": "2.2.16",
            "targetImage": "milvusdb/milvus:v2.2.16",
            "toolImage": "milvusdb/meta-migration:v2.2.0-bugfix-20230112",
        },
    })
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

/// The Deployments of `m` that have replicas, by component.
fn running(cluster: &Cluster) -> BTreeMap<String, String> {
    let all = cluster.list(DEPLOYMENT, "app.kubernetes.io/instance=m");
    let live = all.iter().filter(|one| one["spec"]["replicas"].as_i64() != Some(0));
    let image = |one: &Value| one["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_string();
    live.map(|one| (component(one["metadata"]["name"].as_str().unwrap()).to_string(), image(one))).collect()
}

/// Migrates a cluster, and gives the images with which it starts again.
fn started_after_migration(test: &str, mode: &str) -> Option<BTreeMap<String, String>> {
    let cluster = Cluster::of(test)?;
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
fn conditions_stay_true_while_query_nodes_hold_everything() {
    let Some(cluster) = Cluster::of("op-lies") else { return };
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
    let Some(cluster) = Cluster::of("op-orphans") else { return };
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
