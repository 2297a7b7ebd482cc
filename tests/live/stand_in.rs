//! What tests before the stand-in for the operator share: a Milvus of each shape, an order to migrate it, what happens to its
//! Deployments, and the recordings of the real operator where they lie beside the project.
#![allow(dead_code)] // Each test uses what it needs.

use crate::support::Cluster;
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
        std::thread::sleep(Duration::from_millis(100));
    }
    happened
}

pub fn condition(object: &Value, kind: &str) -> Option<String> {
    let all = object["status"]["conditions"].as_array()?;
    Some(all.iter().find(|one| one["type"] == kind)?["status"].as_str()?.to_string())
}

/// The message of a condition.
pub fn condition_message(object: &Value, kind: &str) -> Option<String> {
    let all = object["status"]["conditions"].as_array()?;
    Some(all.iter().find(|one| one["type"] == kind)?["message"].as_str()?.to_string())
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

/// The Deployments of `m` that have replicas, by component.
pub fn running(cluster: &Cluster) -> BTreeMap<String, String> {
    let all = cluster.list(DEPLOYMENT, "app.kubernetes.io/instance=m");
    let live = all.iter().filter(|one| one["spec"]["replicas"].as_i64() != Some(0));
    let image = |one: &Value| one["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_string();
    live.map(|one| (component(one["metadata"]["name"].as_str().unwrap()).to_string(), image(one))).collect()
}

/// The recordings of the real operator, where they lie beside the project.
pub fn recordings() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/operator-recordings");
    if !path.is_dir() {
        println!("skipped: ../shared/facts/operator-recordings is not here, so there is nothing to compare with");
        return None;
    }
    Some(path)
}

/// The events of one.
pub fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The component of a Deployment's name, query nodes without their number.
pub fn component(name: &str) -> &str {
    let rest = name.split_once("-milvus-").map_or(name, |(_, rest)| rest);
    rest.trim_end_matches(['0', '1']).trim_end_matches('-')
}

/// Runs the same for many things, four at once, each in a namespace of its own, and panics with all that went wrong.
pub fn all_at_once<T: Sync>(test: &str, things: &'static [T], run: fn(&Cluster, &T) -> Result<(), String>) {
    let mut wrong = Vec::new();
    // Not all of them: the machine has a few cores, and the API server wants some.
    for some in things.chunks(4) {
        let threads = some.iter().map(|thing| {
            let test = test.to_string();
            std::thread::spawn(move || Cluster::with_operator(&test).map_or(Ok(()), |cluster| run(&cluster, thing)))
        });
        let threads: Vec<_> = threads.collect();
        let ends = threads.into_iter().map(|thread| thread.join().unwrap_or(Err("a panic".into())));
        wrong.extend(ends.filter_map(Result::err));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
