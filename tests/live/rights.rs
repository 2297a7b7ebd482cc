//! The Role that is shipped for the gate: enough, and which of its rights are missed when they are taken away.
//!
//! Not all are: with `list` of milvuses the `get` of them is not missed, nor the other way round, so the Role has one right more
//! than this gate needs. Those two are left out here.

use crate::support::{Cluster, documents, each_right_removed, tool};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const MILVUS: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\nspec:\n  mode: standalone\n  \
                      dependencies:\n    msgStreamType: rocksmq\n  components:\n    image: milvusdb/milvus:v2.5.27\n";

/// The rules of the Role in `deploy/`.
fn shipped() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/argocd/component/rbac.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let role = documents(&text).into_iter().find(|object| object["kind"] == "Role");
    role.expect("a Role is shipped")["rules"].clone()
}

/// The exit code of the gate for a sync that changes nothing, and the parts of the cluster that it was not shown.
fn gate(cluster: &Cluster, kubeconfig: &Path) -> (i32, Vec<String>) {
    let mut command = tool(kubeconfig);
    command.args(["gate", "-", "--namespace", &cluster.namespace, "--output", "json", "--quiet"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir(std::env::temp_dir());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(MILVUS.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let unseen = said["unseen"].as_array().into_iter().flatten().map(Value::to_string).collect();
    (output.status.code().unwrap_or(-1), unseen)
}

#[test]
fn rights_other_than_on_milvuses_are_missed_without_them() {
    let Some(cluster) = Cluster::of("rights") else { return };
    cluster.apply(MILVUS);
    let rules = shipped();
    let whole = cluster.account("whole", &rules);
    // A binding is heeded a moment after it is written.
    let full =
        cluster.wait(30, "the gate under its Role", || Some(gate(&cluster, &whole)).filter(|(code, _)| *code == 0));
    let mut tried = 0;
    // Either of `get` and `list` of milvuses is enough; the first rule is tried alone below.
    let of_milvuses = |taken: &str| taken.starts_with("\"milvuses\"") || taken.starts_with("\"get\"");
    let removed = each_right_removed(&rules).into_iter().filter(|(taken, _)| !of_milvuses(taken));
    for (number, (taken, left)) in removed.enumerate() {
        let kubeconfig = cluster.account(&format!("less-{number}"), &left);
        let seen = || Some(gate(&cluster, &kubeconfig)).filter(|said| said.0 != 0 || said.1.len() > full.1.len());
        cluster.wait(30, &format!("something that is missed without {taken}"), seen);
        tried += 1;
    }
    assert!(tried >= 4, "only {tried} rights were tried");
    let least = cluster.account("least", &serde_json::json!([rules[0]]));
    cluster.wait(30, "the gate under the first rule alone", || {
        Some(gate(&cluster, &least)).filter(|(code, _)| *code == 0)
    });
}
