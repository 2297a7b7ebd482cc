//! `gate` before a sync: every verdict, and the permissions that it needs for them.

use crate::space::Space;
use std::time::Instant;

const OLD: &str = "v2.3.22";
const NOW: &str = "v2.5.27";
const NEXT: &str = "v2.6.20";

#[test]
fn the_first_install_is_legal() {
    let Some(space) = Space::new("first") else { return };
    let said = space.gate(&space.milvus("prod", NEXT), &[]);
    assert_eq!(said.code, 0, "{}", said.text);
    assert!(said.text.contains("is a first install"), "{}", said.text);
}

#[test]
fn a_legal_step_passes_and_so_does_no_step() {
    let Some(space) = Space::new("legal") else { return };
    space.runs("prod", NOW, NOW);
    let said = space.gate(&space.milvus("prod", NEXT), &[]);
    assert_eq!(said.code, 0, "{}", said.text);
    assert!(said.text.contains("2.5.27 → 2.6.20 is legal"), "{}", said.text);
    let start = Instant::now();
    let same = space.gate(&space.milvus("prod", NOW), &[]);
    println!("a sync that changes nothing: {} ms", start.elapsed().as_millis());
    assert_eq!(same.code, 0, "{}", same.text);
    assert!(same.text.contains("stays as it is"), "{}", same.text);
}

#[test]
fn an_illegal_step_is_denied_with_the_next_stop() {
    let Some(space) = Space::new("illegal") else { return };
    space.runs("prod", OLD, OLD);
    let said = space.gate(&space.milvus("prod", NEXT), &[]);
    assert_eq!(said.code, 1, "{}", said.text);
    assert!(said.text.contains("gate: denied") && said.text.contains("the next legal stop is"), "{}", said.text);
    let image = format!("milvusdb/milvus:{NEXT}");
    let asked = ["gate", "--namespace", &space.name, "--name", "prod", "--to-image", &image];
    let by_image = space.lint(&asked, "");
    assert_eq!(by_image.code, 1, "{}", by_image.text);
    let queue = [&asked[..5], &["--to-image", "milvusdb/milvus:v2.3.22", "--to-queue", "pulsar"][..]].concat();
    assert_eq!(space.lint(&queue, "").code, 1);
}

#[test]
fn what_is_not_known_is_denied() {
    let Some(space) = Space::new("unknown") else { return };
    space.runs("prod", NOW, NOW);
    let floating = space.gate(&space.milvus("prod", "latest"), &[]);
    assert_eq!(floating.code, 3, "{}", floating.text);
    let blank = space.gate("# nothing came out\n", &[]);
    assert_eq!(blank.code, 3, "{}", blank.text);
    assert!(blank.text.contains("no Milvus in what is to be applied"), "{}", blank.text);
}

#[test]
fn an_update_on_its_way_takes_no_second_one() {
    let Some(space) = Space::new("unfinished") else { return };
    space.runs("prod", NOW, "v2.5.16");
    let said = space.gate(&space.milvus("prod", NEXT), &[]);
    assert_eq!(said.code, 1, "{}", said.text);
    assert!(said.text.contains("update-unfinished"), "{}", said.text);
    let same = space.gate(&space.milvus("prod", NOW), &[]);
    assert_eq!(same.code, 0, "{}", same.text);
    let back = space.gate(&space.milvus("prod", "v2.5.16"), &[]);
    assert_eq!(back.code, 0, "{}", back.text);
}

#[test]
fn the_least_role_is_enough_and_without_it_nothing_passes() {
    let Some(space) = Space::new("least") else { return };
    space.runs("prod", NOW, NOW);
    let user = format!("system:serviceaccount:{}:gate", space.name);
    let nobody = space.gate(&space.milvus("prod", NEXT), &["--as", &user]);
    assert_eq!(nobody.code, 3, "{}", nobody.text);
    assert!(nobody.text.contains("get milvuses.milvus.io prod"), "{}", nobody.text);
    space.kubectl(&["create", "serviceaccount", "gate", "-n", &space.name], "");
    let rule = ["create", "role", "gate", "-n", &space.name, "--verb=get", "--resource=milvuses.milvus.io"];
    space.kubectl(&rule, "");
    let subject = format!("--serviceaccount={}:gate", space.name);
    space.kubectl(&["create", "rolebinding", "gate", "-n", &space.name, "--role=gate", &subject], "");
    let legal = space.gate(&space.milvus("prod", NEXT), &["--as", &user]);
    assert_eq!(legal.code, 0, "{}", legal.text);
    let new = space.gate(&space.milvus("other", NEXT), &["--as", &user]);
    assert_eq!(new.code, 0, "{}", new.text);
    let json = space.gate(&space.milvus("prod", NEXT), &["--as", &user, "--output", "json", "--quiet"]);
    assert!(json.text.contains("\"verdict\": \"allowed\"") && json.text.contains("\"unseen\""), "{}", json.text);
}

#[test]
fn a_cluster_that_does_not_answer_is_unknown() {
    let Some(space) = Space::new("gone") else { return };
    let path = std::env::temp_dir().join(format!("{}.kubeconfig", space.name));
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                users: [{name: u, user: {token: MARKED}}]\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n";
    std::fs::write(&path, text).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_milvus-lint"))
        .args(["gate", "--name", "prod", "--to-image", "milvusdb/milvus:v2.6.20", "--kubeconfig"])
        .arg(&path)
        .output()
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("cannot be reached") && !text.contains("MARKED"), "{text}");
}
