//! `apply` against a real API server and the stand-in for the operator: hops, a migration, conflicts, faults, kills, ways back.

use crate::faults::Faults;
use crate::stand_in::{MILVUS, Shape, UPGRADE, installed, milvus, running};
use crate::support::{Cluster, tool};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const OLD: &str = "milvusdb/milvus:v2.5.16";
const NEW: &str = "milvusdb/milvus:v2.5.27";
const CONFIG_MAP: &str = "v1/ConfigMap";

/// `apply` of the Milvus `m`, as fast as the stand-in is. The test itself owns the fields, since it has applied them.
fn carry(kubeconfig: &Path, namespace: &str, more: &[&str]) -> Command {
    let mut command = tool(kubeconfig);
    command.args(["apply", "-n", namespace, "--name", "m", "--yes", "--pace", "30"]).args(more).stdin(Stdio::null());
    for field in ["image", "imageUpdateMode"] {
        command.args(["--force-conflicts", &format!("spec.components.{field}")]);
    }
    command
}

fn run(cluster: &Cluster, more: &[&str]) -> Output {
    carry(&cluster.kubeconfig, &cluster.namespace, more).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn ends_with(output: &Output, code: i32) -> String {
    let text = said(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

fn journal(cluster: &Cluster) -> Value {
    let object = cluster.get(CONFIG_MAP, "milvus-lint-m").expect("a journal");
    serde_json::from_str(object["data"]["run.json"].as_str().unwrap()).unwrap()
}

/// Everything that runs has this image.
fn all_run(cluster: &Cluster, image: &str) {
    let found = running(cluster);
    assert!(!found.is_empty() && found.values().all(|one| one == image), "{found:?}");
}

/// How often each line of the journal stands there.
fn written(run: &Value) -> Vec<String> {
    let lines = run["log"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap().to_string());
    lines.filter(|line| line.starts_with("arrived: ")).collect()
}

#[test]
fn one_hop_is_carried_out_and_watched() {
    let Some(cluster) = Cluster::with_operator("carry-one") else { return };
    installed(&cluster, milvus("m", Shape::Mixed, OLD));
    let text = ends_with(&run(&cluster, &["--to", "2.5.27"]), 0);
    assert!(text.contains("- spec.components.image: milvusdb/milvus:v2.5.16"), "{text}");
    assert!(text.contains("runs 2.5.27"), "{text}");
    all_run(&cluster, NEW);
    let run = journal(&cluster);
    assert_eq!((&run["state"], &run["to"]), (&json!("finished"), &json!("2.5.27")));
    let owned = cluster.get(MILVUS, "m").unwrap();
    let ours = owned["metadata"]["managedFields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["manager"] == "milvus-lint-image")
        .unwrap();
    assert_eq!(ours["fieldsV1"], json!({"f:spec": {"f:components": {"f:image": {}}}}), "only the fields of the hop");
}

#[test]
fn a_dry_run_writes_nothing_and_nobody_is_asked_without_a_terminal() {
    let Some(cluster) = Cluster::with_operator("carry-dry") else { return };
    installed(&cluster, milvus("m", Shape::Standalone, OLD));
    let text = ends_with(&run(&cluster, &["--to", "2.5.27", "--dry-run"]), 0);
    assert!(text.contains("nothing was written"), "{text}");
    let mut asked = tool(&cluster.kubeconfig);
    asked.args(["apply", "-n", &cluster.namespace, "--to", "2.5.27", "--force-conflicts", "spec.components.image"]);
    let text = ends_with(&asked.stdin(Stdio::null()).output().unwrap(), 2);
    assert!(text.contains("--yes"), "{text}");
    assert_eq!(cluster.get(MILVUS, "m").unwrap()["spec"]["components"]["image"], OLD);
    assert!(cluster.get(CONFIG_MAP, "milvus-lint-m").is_none());
}

#[test]
fn whoever_else_owns_the_field_or_the_resource_is_named() {
    let Some(cluster) = Cluster::with_operator("carry-owner") else { return };
    installed(&cluster, milvus("m", Shape::Standalone, OLD));
    let mut plain = tool(&cluster.kubeconfig);
    plain.args(["apply", "-n", &cluster.namespace, "--to", "2.5.27", "--yes"]);
    let text = ends_with(&plain.output().unwrap(), 1);
    assert!(text.contains("spec.components.image belongs to the field manager live-test"), "{text}");
    assert!(text.contains("--force-conflicts spec.components.image"), "{text}");
    let mark = json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "vector:milvus.io/Milvus:x/m"}}});
    cluster.patch(MILVUS, "m", mark);
    let text = ends_with(&run(&cluster, &["--to", "2.5.27"]), 1);
    assert!(text.contains("Argo CD `vector` applies this Milvus") && text.contains("--despite argocd"), "{text}");
    assert_eq!(cluster.get(MILVUS, "m").unwrap()["spec"]["components"]["image"], OLD);
}

#[test]
fn a_migration_keeps_its_backup_and_starts_the_new_release_only() {
    let Some(cluster) = Cluster::with_operator("carry-migration") else { return };
    installed(&cluster, milvus("m", Shape::Four, "milvusdb/milvus:v2.1.4"));
    ends_with(&run(&cluster, &["--to", "2.2.16"]), 0);
    all_run(&cluster, "milvusdb/milvus:v2.2.16");
    let upgrades = cluster.list(UPGRADE, "");
    assert_eq!(upgrades.len(), 1);
    for field in
        ["sourceVersion", "targetVersion", "targetImage", "toolImage", "backupPVC", "maxRetry", "rollbackIfFailed"]
    {
        assert!(!upgrades[0]["spec"][field].is_null(), "{field} is written");
    }
    let claim = upgrades[0]["spec"]["backupPVC"].as_str().unwrap();
    let claim = cluster.get("v1/PersistentVolumeClaim", claim).unwrap();
    assert!(claim["metadata"].get("ownerReferences").is_none(), "the backup outlives the MilvusUpgrade");
    assert_eq!(cluster.get(MILVUS, "m").unwrap()["spec"]["components"]["imageUpdateMode"], "rollingUpgrade");
}

#[test]
fn the_four_coordinators_make_way_before_the_new_line() {
    let Some(cluster) = Cluster::with_operator("carry-mix") else { return };
    installed(&cluster, milvus("m", Shape::Four, OLD));
    ends_with(&run(&cluster, &["--to", "2.6"]), 0);
    let found = running(&cluster);
    assert!(
        found.contains_key("mixcoord") && !found.contains_key("rootcoord") && !found.contains_key("indexnode"),
        "{found:?}"
    );
}

#[test]
fn a_hop_that_was_begun_is_taken_back() {
    let Some(cluster) = Cluster::with_operator("carry-back") else { return };
    installed(&cluster, milvus("m", Shape::Mixed, OLD));
    let mut child =
        carry(&cluster.kubeconfig, &cluster.namespace, &["--to", "2.5.27"]).stdout(Stdio::null()).spawn().unwrap();
    cluster.wait(60, "the image", || (cluster.get(MILVUS, "m")?["spec"]["components"]["image"] == NEW).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    let text = ends_with(&run(&cluster, &["--rollback"]), 0);
    assert!(text.contains("back: 2.5.16 → 2.5.27"), "{text}");
    all_run(&cluster, OLD);
    assert_eq!(journal(&cluster)["state"], "finished");
}

#[test]
fn two_runs_do_not_write_at_once() {
    let Some(cluster) = Cluster::with_operator("carry-two") else { return };
    installed(&cluster, milvus("m", Shape::Mixed, OLD));
    let mut first =
        carry(&cluster.kubeconfig, &cluster.namespace, &["--to", "2.5.27"]).stdout(Stdio::null()).spawn().unwrap();
    cluster.wait(60, "the journal", || cluster.get(CONFIG_MAP, "milvus-lint-m"));
    let text = ends_with(&run(&cluster, &["--to", "2.5.27"]), 1);
    assert!(text.contains("is open, begun"), "{text}");
    assert!(first.wait().unwrap().success());
    all_run(&cluster, NEW);
}

#[test]
fn answers_that_are_lost_or_refused_change_nothing_in_the_end() {
    let Some(cluster) = Cluster::with_operator("carry-faults") else { return };
    installed(&cluster, milvus("m", Shape::Standalone, OLD));
    let faults = Faults::before(&cluster);
    faults.cut("PATCH", "/milvuses/m");
    faults.refuse("PUT", "/configmaps/milvus-lint-m");
    faults.cut("PUT", "/configmaps/milvus-lint-m");
    faults.answer("GET", "/deployments", 429, 2);
    faults.answer("GET", "/pods", 500, 2);
    faults.answer("PUT", "/leases/milvus-lint-m", 409, 1);
    let output = carry(&faults.kubeconfig, &cluster.namespace, &["--to", "2.5.27"]).output().unwrap();
    ends_with(&output, 0);
    all_run(&cluster, NEW);
    assert_eq!(written(&journal(&cluster)), [format!("arrived: image {NEW}")]);
}

#[test]
fn a_bare_fault_at_the_dry_run_is_not_tried_again() {
    let Some(cluster) = Cluster::with_operator("carry-bare") else { return };
    installed(&cluster, milvus("m", Shape::Standalone, OLD));
    let faults = Faults::before(&cluster);
    faults.answer("PATCH", "/milvuses/m", 500, 9);
    let output = carry(&faults.kubeconfig, &cluster.namespace, &["--to", "2.5.27"]).output().unwrap();
    let text = ends_with(&output, 1);
    assert!(text.contains("does not say why"), "{text}");
    assert_eq!(cluster.get(MILVUS, "m").unwrap()["spec"]["components"]["image"], OLD);
}

/// Killed again and again at moments that nobody chose, in a run with a migration in it.
#[test]
fn killed_fifty_times_and_taken_up_again_it_arrives() {
    let Some(cluster) = Cluster::with_operator("carry-killed") else { return };
    installed(&cluster, milvus("m", Shape::Four, "milvusdb/milvus:v2.1.4"));
    let (mut kills, mut random) = (0, 0x2545_F491_4F6C_DD1D_u64);
    let end = Instant::now() + Duration::from_secs(900);
    let mut first = true;
    loop {
        assert!(Instant::now() < end, "not within 900 s, after {kills} kills: {}", journal(&cluster)["log"]);
        let begun = !first && cluster.get(CONFIG_MAP, "milvus-lint-m").is_some();
        let more: &[&str] = if begun { &["--resume"] } else { &["--to", "2.5"] };
        first = false;
        let mut child = carry(&cluster.kubeconfig, &cluster.namespace, more)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // Between nothing and about three looks; once it was often enough it may come to its end.
        let patience = if kills < 50 { Duration::from_millis(40 + random % 1_200) } else { Duration::from_secs(600) };
        let stop = Instant::now() + patience;
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if Instant::now() >= stop => break None,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let Some(status) = status else {
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            continue;
        };
        let output = child.wait_with_output().unwrap();
        assert!(status.success(), "after {kills} kills: {}", String::from_utf8_lossy(&output.stderr));
        break;
    }
    let run = journal(&cluster);
    assert_eq!(run["state"], "finished", "{run}");
    let arrived = written(&run);
    let stages: usize = run["hops"].as_array().unwrap().iter().map(|hop| hop["stages"].as_array().unwrap().len()).sum();
    assert_eq!(arrived.len(), stages, "each stage has arrived once: {arrived:?}");
    assert!(run["hops"].as_array().unwrap().len() >= 3, "{run}");
    assert_eq!(cluster.list(UPGRADE, "").len(), 1, "one MilvusUpgrade");
    let image = cluster.get(MILVUS, "m").unwrap()["spec"]["components"]["image"].as_str().unwrap().to_string();
    all_run(&cluster, &image);
    println!("{kills} kills, {} hops, {stages} stages", run["hops"].as_array().unwrap().len());
}
