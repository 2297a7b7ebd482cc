//! A cluster told by JSON, judged by the one judgement.

use super::*;
use crate::config::Config;
use crate::facts::Facts;
use crate::outcome::{Outcome, TransitionKind};

fn milvus(image: &str, status: &str) -> Value {
    json!({
        "apiVersion": "milvus.io/v1beta1", "kind": "Milvus",
        "metadata": {"name": "prod", "namespace": "vector", "generation": 3, "annotations": {"note": "MARKED"}},
        "spec": {"mode": "standalone", "components": {"image": image, "env": [{"name": "X", "value": "MARKED"}]},
            "dependencies": {"msgStreamType": "rocksmq"}, "config": {"minio": {"secretAccessKey": "MARKED"}}},
        "status": {"status": status, "observedGeneration": 3},
    })
}

fn pod(image: &str) -> Value {
    json!({
        "metadata": {"name": "prod-milvus-standalone-1", "namespace": "vector",
            "labels": {INSTANCE: "prod", "app.kubernetes.io/component": "standalone"}},
        "spec": {"containers": [{"name": "standalone", "image": image, "env": [{"name": "P", "value": "MARKED"}]}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "standalone", "ready": true}]},
    })
}

fn judged(seen: &Seen, head: &str) -> Outcome {
    let live = Live::of(seen, "vector");
    let base = live.side(Side::Base);
    let mut head = Sources::from_texts(Side::Head, [("prod.yaml", head)]);
    live.keep(&mut head);
    let config = Config {
        base_name: Some("live".to_string()),
        sight: Some(live.sight.clone()),
        operator_version: live.operator.clone(),
        ..Config::default()
    };
    crate::check(&base, &head, &Facts::embedded().unwrap(), &config)
}

fn manifest(image: &str) -> String {
    format!(
        "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\n  namespace: vector\nspec:\n  mode: standalone\n  \
         components:\n    image: {image}\n"
    )
}

#[test]
fn what_runs_is_the_base_and_its_secrets_stay_hidden() {
    let image = "milvusdb/milvus:v2.5.27";
    let seen = Seen { resources: vec![milvus(image, "Healthy")], pods: vec![pod(image)], ..Seen::default() };
    let live = Live::of(&seen, "vector");
    let text = live.texts.iter().chain(&live.kept).map(|(_, text)| text.as_str()).collect::<String>();
    assert!(!text.contains("MARKED"), "{text}");
    let outcome = judged(&seen, &manifest("milvusdb/milvus:v2.6.20"));
    let change = &outcome.transitions[0];
    assert_eq!(
        (change.from.as_deref(), change.to.as_deref(), change.verdict),
        (Some("2.5.27"), Some("2.6.20"), Some("legal"))
    );
    // The queue is not in the manifest, and stays what it is.
    assert!(!outcome.findings.iter().any(|finding| finding.rule.starts_with("queue")), "{:?}", outcome.findings);
    let same = judged(&seen, &manifest(image));
    assert_eq!(same.transitions[0].kind, TransitionKind::Unchanged);
}

#[test]
fn pods_are_believed_before_the_resource() {
    let seen = Seen {
        resources: vec![milvus("milvusdb/milvus:v2.5.27", "Healthy")],
        pods: vec![pod("milvusdb/milvus:v2.4.23")],
        ..Seen::default()
    };
    let outcome = judged(&seen, &manifest("milvusdb/milvus:v2.6.20"));
    assert_eq!(outcome.transitions[0].from.as_deref(), Some("2.4.23"));
    let rules: Vec<&str> = outcome.findings.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&"update-unfinished") && rules.contains(&"upgrade-path-illegal"), "{rules:?}");
}

#[test]
fn a_migration_on_its_way_takes_no_other_image() {
    let order = |state: &str| {
        json!({"apiVersion": "milvus.io/v1beta1", "kind": "MilvusUpgrade", "metadata": {"name": "up", "namespace": "vector"},
            "spec": {"milvus": {"name": "prod", "namespace": "vector"}, "sourceVersion": "2.1.4", "targetVersion": "2.2.16"},
            "status": {"state": state}})
    };
    let image = "milvusdb/milvus:v2.2.16";
    let rules = |state: &str| {
        let seen = Seen { resources: vec![milvus(image, "Healthy"), order(state)], ..Seen::default() };
        let outcome = judged(&seen, &manifest("milvusdb/milvus:v2.3.22"));
        outcome.findings.iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert!(rules("UpdatingMeta").contains(&"update-unfinished"));
    assert!(!rules("Succeeded").contains(&"update-unfinished"));
}

#[test]
fn nothing_there_is_a_first_install_and_nothing_seen_is_not() {
    let head = manifest("milvusdb/milvus:v2.6.20");
    let nothing = judged(&Seen::default(), &head);
    assert_eq!((nothing.transitions[0].kind, nothing.incomplete.len()), (TransitionKind::Created, 0));
    let refused = Unseen {
        dialect: Some(Dialect::Operator),
        verb: "list",
        resource: "milvuses.milvus.io".to_string(),
        namespace: Some("vector".to_string()),
        name: None,
        why: "no".to_string(),
        lacks: "",
    };
    let blind = judged(&Seen { unseen: vec![refused], ..Seen::default() }, &head);
    assert_eq!(blind.incomplete.len(), 1, "{:?}", blind.transitions);
    assert!(blind.incomplete[0].why.contains("list milvuses.milvus.io in vector"), "{}", blind.incomplete[0].why);
}

#[test]
fn others_that_run_there_are_not_deleted() {
    let mut other = milvus("milvusdb/milvus:v2.5.27", "Healthy");
    other["metadata"]["name"] = json!("other");
    let outcome = judged(&Seen { resources: vec![other], ..Seen::default() }, &manifest("milvusdb/milvus:v2.6.20"));
    assert_eq!(outcome.transitions.len(), 1);
    assert_eq!(outcome.transitions[0].kind, TransitionKind::Created);
}

#[test]
fn a_release_and_plain_workloads_are_seen_too() {
    let release = json!({"name": "prod", "namespace": "vector", "version": 2, "info": {"status": "deployed"},
        "chart": {"metadata": {"name": "milvus", "version": "4.2.58", "appVersion": "2.5.16"}},
        "config": {"cluster": {"enabled": false}, "image": {"all": {"tag": "v2.5.16"}}, "minio": {"secretKey": "MARKED"}}});
    let workload = json!({"kind": "Deployment", "metadata": {"name": "plain", "namespace": "vector", "labels": {}},
        "spec": {"template": {"spec": {"containers": [{"name": "milvus", "image": "milvusdb/milvus:v2.4.23",
            "command": ["milvus", "run", "standalone"], "args": ["--password=MARKED"]}]}}}});
    let operator = json!({"kind": "Deployment", "metadata": {"name": "o", "namespace": "milvus-operator"},
        "spec": {"template": {"spec": {"containers": [{"image": "milvusdb/milvus-operator:v1.3.8", "args": ["--webhook=false"]}]}}}});
    let seen = Seen {
        releases: vec![helm::tests::secret(&release, 2, "deployed")],
        workloads: vec![workload],
        operators: vec![operator],
        ..Seen::default()
    };
    let live = Live::of(&seen, "vector");
    let all = live.texts.iter().map(|(_, text)| text.as_str()).collect::<String>();
    assert!(!all.contains("MARKED"), "{all}");
    assert_eq!(
        (live.operator.as_ref().map(|version| version.to_string()).as_deref(), live.webhook),
        (Some("1.3.8"), Some(false))
    );
    let head = live.side(Side::Head);
    let found = crate::deployments(&head, &Facts::embedded().unwrap(), &Config::default());
    let told: Vec<String> = found
        .iter()
        .map(|one| format!("{} {}", one.id, one.version.value().map(ToString::to_string).unwrap_or_default()))
        .collect();
    assert_eq!(told, ["vector/prod 2.5.16", "vector/plain 2.4.23"], "{all}");
}
