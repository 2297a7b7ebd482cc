//! `policy` in a real API server: what it refuses is what `check` calls illegal or unknown, and nothing else.

use crate::support::{Cluster, documents};
use kube::Client;
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use milvus_lint::config::Config;
use milvus_lint::facts::Facts;
use milvus_lint::finding::Severity;
use milvus_lint::model::Version;
use milvus_lint::source::{Side, Sources};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the policies speak of; other rules are no business of theirs.
const RULES: [&str; 8] = [
    "coordinators-separate",
    "downgrade",
    "migration-skipped",
    "mode-changed",
    "queue-changed",
    "queue-unsupported",
    "target-patch-risky",
    "upgrade-path-illegal",
];

/// The rules of what cannot be judged.
const UNKNOWN: [&str; 2] = ["queue-unknown", "upgrade-path-unknown"];

/// A cluster in whose namespaces with that label the policies hold; the other tests do as they please.
fn with_policies(test: &str) -> Option<Cluster> {
    let cluster = Cluster::of(test)?;
    let written = cluster.tool().arg("policy").output().unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    for mut object in documents(&String::from_utf8(written.stdout).unwrap()) {
        let name = format!("{}-{}", object["metadata"]["name"].as_str().unwrap(), cluster.namespace);
        object["metadata"]["name"] = json!(name);
        if object["kind"] == "ValidatingAdmissionPolicyBinding" {
            object["spec"]["policyName"] = json!(name);
            let labels = json!({ "kubernetes.io/metadata.name": cluster.namespace });
            object["spec"]["matchResources"] = json!({ "namespaceSelector": { "matchLabels": labels } });
        }
        cluster.try_apply_as("live-test", object).unwrap();
    }
    // A binding holds a moment after it is written.
    let probe = milvus("probe", "2.5.10", "standalone", &[]);
    cluster.try_apply_as("live-test", probe.clone()).unwrap();
    cluster.wait(30, "the policies", || answer(&cluster, "probe", &json!({ "spec": { "mode": "cluster" } })).err());
    Some(cluster)
}

fn milvus(name: &str, version: &str, mode: &str, components: &[&str]) -> Value {
    let mut parts = json!({ "image": format!("milvusdb/milvus:v{version}") });
    for component in components {
        parts[component] = json!({});
    }
    json!({
        "apiVersion": "milvus.io/v1beta1", "kind": "Milvus", "metadata": { "name": name },
        "spec": { "mode": mode, "components": parts },
    })
}

fn api(client: Client, namespace: &str, kind: &str) -> Api<DynamicObject> {
    Api::namespaced_with(
        client,
        namespace,
        &ApiResource::from_gvk(&GroupVersionKind::gvk("milvus.io", "v1beta1", kind)),
    )
}

/// What the API server says to a change, which it does not make.
fn answer(cluster: &Cluster, name: &str, change: &Value) -> Result<(), String> {
    cluster.with(async |client| {
        let params = PatchParams { dry_run: true, ..PatchParams::default() };
        match api(client, &cluster.namespace, "Milvus").patch(name, &params, &Patch::Merge(change)).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) => Err(status.message.clone()),
            Err(other) => panic!("{other}"),
        }
    })
}

/// What `check` says to the same: rules of errors, and whether the verdict is unknown.
fn judged(facts: &Facts, base: &Value, head: &Value) -> (BTreeSet<&'static str>, bool) {
    let side = |side, object: &Value| Sources::from_texts(side, [("milvus.yaml", object.to_string())]);
    let config = Config { base_name: Some("live".to_string()), ..Config::default() };
    let outcome = milvus_lint::check(&side(Side::Base, base), &side(Side::Head, head), facts, &config);
    let errors = outcome.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let rules = errors.map(|finding| finding.rule).filter(|rule| RULES.contains(rule)).collect();
    (rules, outcome.transitions.iter().any(|one| one.verdict == Some("unknown")))
}

#[test]
fn the_table_of_changes_is_judged_as_check_judges_it() {
    let Some(cluster) = with_policies("policy") else { return };
    let facts = Facts::embedded().unwrap();
    let releases: Vec<&Version> = facts.releases.iter().map(|release| &release.version).collect();
    // Where things change: the first and the newest of each line, and every fifth release between.
    let ends: Vec<&Version> = facts
        .lines()
        .into_iter()
        .flat_map(|line| [releases.iter().find(|v| v.line() == line).copied(), facts.newest_of_line(line)])
        .flatten()
        .collect();
    let starts: Vec<&Version> = releases.iter().copied().step_by(5).chain(ends.iter().copied()).collect();
    let separate = ["rootCoord", "dataCoord", "queryCoord", "indexCoord"];
    let layouts: [(&str, &[&str]); 3] = [("standalone", &[]), ("cluster", &["mixCoord"]), ("cluster", &separate)];
    let (mut rows, mut wrong) = (0, Vec::new());
    for (number, from) in starts.iter().enumerate() {
        for (kind, (mode, components)) in layouts.iter().enumerate() {
            let name = format!("m-{number}-{kind}");
            let base = milvus(&name, &from.to_string(), mode, components);
            cluster.try_apply_as("live-test", base.clone()).unwrap();
            for to in &ends {
                let head = milvus(&name, &to.to_string(), mode, components);
                let said = answer(&cluster, &name, &json!({ "spec": head["spec"] }));
                let (rules, unknown) = judged(&facts, &base, &head);
                let refused = match &said {
                    Ok(()) => None,
                    Err(message) => Some(message.split("denied request: ").nth(1).unwrap_or(message)),
                };
                let rule = refused.and_then(|text| text.split(':').next()).unwrap_or_default();
                let alike = match refused {
                    None => rules.is_empty() && !unknown,
                    Some(_) => rules.contains(rule) || (rules.is_empty() && unknown && UNKNOWN.contains(&rule)),
                };
                rows += 1;
                if !alike {
                    wrong.push(format!(
                        "{from} → {to} {mode} {components:?}: check {rules:?} unknown {unknown}, policy {said:?}"
                    ));
                }
            }
        }
    }
    println!("{rows} changes judged by the policies and by check");
    assert!(wrong.is_empty(), "{} of {rows} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn mode_queue_digests_and_accepted_risks() {
    let Some(cluster) = with_policies("policy-more") else { return };
    cluster.try_apply_as("live-test", milvus("prod", "2.5.27", "standalone", &[])).unwrap();
    let refused = |change: Value| answer(&cluster, "prod", &change).unwrap_err();
    assert!(
        refused(json!({ "spec": { "mode": "cluster" } })).contains("mode-changed: the mode changes from standalone")
    );
    let kafka = json!({ "spec": { "dependencies": { "msgStreamType": "kafka" } } });
    assert!(refused(kafka).contains("queue-changed: the queue changes from rocksmq to kafka"));
    for image in ["milvusdb/milvus@sha256:0123", "milvusdb/milvus:latest", "milvusdb/milvus"] {
        let change = json!({ "spec": { "components": { "image": image } } });
        assert!(refused(change).contains("version-unreadable: "), "{image}");
    }
    let back = json!({ "spec": { "components": { "image": "milvusdb/milvus:v2.4.15" } } });
    assert!(refused(back.clone()).contains("downgrade: "));
    let mut accepted = back;
    accepted["metadata"] = json!({ "annotations": { "milvus-lint/accept": "downgrade: the data is a cache" } });
    accepted["metadata"]["annotations"]["milvus-lint/accept"] = json!("downgrade:");
    assert!(refused(accepted.clone()).contains("downgrade: "), "an exception without a reason is none");
    accepted["metadata"]["annotations"]["milvus-lint/accept"] = json!("downgrade: the data is a cache");
    assert_eq!(answer(&cluster, "prod", &accepted), Ok(()));
    let same =
        json!({ "spec": { "components": { "image": "milvusdb/milvus:v2.5.27-gpu", "proxy": { "replicas": 2 } } } });
    assert_eq!(answer(&cluster, "prod", &same), Ok(()), "a build of the same release, and other fields");
}

#[test]
fn orders_to_migrate() {
    let Some(cluster) = with_policies("policy-migration") else { return };
    let good = json!({
        "sourceVersion": "2.1.4", "targetVersion": "2.2.16", "toolImage": "milvusdb/meta-migration:v2.2.0-bugfix-20230112",
        "targetImage": "milvusdb/milvus:v2.2.16", "milvus": { "name": "prod", "namespace": cluster.namespace },
    });
    let ordered = |change: Value| {
        let mut spec = good.clone();
        for (key, value) in change.as_object().unwrap() {
            spec[key] = value.clone();
        }
        cluster.with(async |client| {
            let object = json!({
                "apiVersion": "milvus.io/v1beta1", "kind": "MilvusUpgrade", "metadata": { "name": "up" }, "spec": spec,
            });
            let params = PostParams { dry_run: true, ..PostParams::default() };
            let object: DynamicObject = serde_json::from_value(object).unwrap();
            match api(client, &cluster.namespace, "MilvusUpgrade").create(&params, &object).await {
                Ok(_) => String::new(),
                Err(kube::Error::Api(status)) => status.message.clone(),
                Err(other) => panic!("{other}"),
            }
        })
    };
    assert_eq!(ordered(json!({})), "");
    for (change, rule) in [
        (json!({ "targetVersion": "2.4.23" }), "migration-target-unsupported"),
        (json!({ "sourceVersion": "2.0.2" }), "migration-source-unsupported"),
        (json!({ "sourceVersion": "latest" }), "migration-version-malformed"),
        (json!({ "toolImage": "" }), "migration-image-missing"),
        (json!({ "targetImage": "milvusdb/milvus:v2.2.3" }), "migration-image-mismatch"),
        (json!({ "toolImage": "milvusdb/meta-migration:v2.2.0-bugfix-20220112" }), "migration-tool-unfit"),
    ] {
        let said = ordered(change);
        assert!(said.contains(&format!("{rule}: ")), "{rule}: {said}");
    }
}
