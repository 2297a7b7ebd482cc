//! The stand-in for the operator against what the operator was seen to do with a new image.
//!
//! What is expected stands here, in steps: what happens together, and what only after that. Where the recordings of the real
//! operator lie beside the project, they are read and must say the same; the stand-in must go through the same steps in the
//! same order. So a test of milvus-lint that passes before the stand-in says something about the operator as well, as far as
//! it was seen.

use crate::stand_in::{MILVUS, Shape, all_at_once, component, events, installed, lines, milvus, recordings};
use crate::support::Cluster;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

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

#[test]
fn the_stand_in_goes_through_the_same_steps() {
    all_at_once("op-rollout", &ROLLOUTS, try_rollout);
}
