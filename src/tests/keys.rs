//! Keys that nobody reads: what must not be reported, told by example, and that every repair holds.

use super::{Told, known_facts};
use crate::fix;
use crate::rules::RULES;

const OURS: [&str; 9] = [
    "chart-value-gone",
    "chart-value-too-new",
    "chart-value-unknown",
    "field-too-new",
    "field-unknown",
    "field-value-invalid",
    "server-key-gone",
    "server-key-too-new",
    "server-key-unknown",
];

fn told(path: &str, text: &str) -> Told {
    Told { base: Vec::new(), head: vec![(path.to_string(), text.to_string())] }
}

/// What the rules about keys say of a file.
fn said(path: &str, text: &str) -> Vec<String> {
    let rules: Vec<_> = RULES.iter().copied().filter(|rule| OURS.contains(&rule.id)).collect();
    assert_eq!(rules.len(), OURS.len());
    let (_, _, outcome) = told(path, text).check(&known_facts(), &rules);
    assert!(!outcome.deployments.is_empty(), "no Milvus is found in\n{text}");
    outcome.findings.into_iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

fn resource(spec: &str) -> String {
    let spec: String = spec.lines().map(|line| format!("  {line}\n")).collect();
    format!("apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: a\nspec:\n{spec}")
}

fn values(text: &str) -> String {
    format!("# milvus-lint: chart-version 4.2.58\ncluster:\n  enabled: true\n{text}")
}

#[test]
fn what_is_read_or_cannot_be_known_is_not_reported() {
    for spec in [
        "components:\n  image: milvusdb/milvus:v2.5.27\n  proxy:\n    serviceAnnotations:\n      any/thing: \"1\"\n",
        "components: &c\n  image: a\n  proxy:\n    replicas: ${REPLICAS}\n",
        "config:\n  kafka:\n    producer:\n      linger.ms: 5\n  knowhere:\n    Whatever: 1\n  credential:\n    mine:\n      apikey: x\n",
        "config:\n  proxy.maxNameLength: 10\n  quotaAndLimits: {}\n  minio:\n",
        "dependencies:\n  etcd:\n    external: true\n    endpoints: [a]\n  storage:\n    inCluster:\n      values:\n        a: {b: c}\n",
        "hookConfig:\n  x: {y: z}\ncomponents:\n  proxy:\n    sidecars:\n    - name: a\n      image: b\n",
    ] {
        assert_eq!(said("milvus.yaml", &resource(spec)), [""; 0], "{spec}");
    }
    for text in [
        "global: {storageClass: a}\nx-common: &x {a: b}\n_anchors: {c: d}\n",
        "etcd:\n  whatever: {a: 1}\npulsarv3:\n  enabled: false\n  broker: {configData: {x: y}}\n",
        "extraConfigFiles:\n  user.yaml: |\n    common:\n      security:\n        authorizationEnabled: true\n",
        "ingress:\n  annotations:\n    nginx.ingress.kubernetes.io/x: y\nqueryNode:\n  resources: {limits: {a/b: 1}}\n",
        "tei:\n  enabled: false\ncdc:\n  enabled: false\n",
    ] {
        assert_eq!(said("values.yaml", &values(text)), [""; 0], "{text}");
    }
}

#[test]
fn a_template_is_left_out_whole() {
    let text =
        resource("mode: cluster\n{{- if .Values.x }}\ncomponent:\n{{- else }}\ncomponents:\n{{- end }}\n  image: a\n");
    assert_eq!(said("milvus.yaml", &text), [""; 0]);
}

#[test]
fn sub_values_of_an_umbrella_may_have_a_switch_and_look_like_another_chart() {
    let own = "milvus:\n  deployed: true\n  cluster:\n    enabled: false\n  etcd: {}\n  minio: {}\n  standalone: {}\n";
    assert_eq!(said("values.yaml", own), [""; 0]);
    let other = "milvus:\n  enabled: true\n  version: v2.4.0\n  replicas: 1\n  persistence: {size: 1Gi}\n";
    assert_eq!(said("values.yaml", other), [""; 0]);
}

#[test]
fn a_block_at_the_wrong_place_is_one_finding() {
    let text = resource(
        "proxy:\ntimeTickInterval: 200\nport: 19530\nmsgStream:\n  timeTick:\n    bufSize: 512\nconfig:\n  log:\n    level: info\n",
    );
    let found = said("milvus.yaml", &text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("are no fields"), "{found:?}");
}

#[test]
fn old_and_new_names_of_a_resource_are_those_of_its_version() {
    let cluster = "apiVersion: milvus.io/v1alpha1\nkind: MilvusCluster\nmetadata:\n  name: a\nspec:\n  components:\n    image: b\n";
    assert_eq!(said("milvus.yaml", cluster), [""; 0]);
    let alpha = "apiVersion: milvus.io/v1alpha1\nkind: Milvus\nmetadata:\n  name: a\nspec:\n  image: b\n";
    assert_eq!(said("milvus.yaml", alpha), [""; 0]);
    let unheard = "apiVersion: milvus.io/v9\nkind: Milvus\nmetadata:\n  name: a\nspec:\n  whatever: b\n";
    assert_eq!(said("milvus.yaml", unheard), [""; 0]);
}

#[test]
fn repairs_put_keys_where_they_are_read() {
    for (path, before, after) in [
        ("milvus.yaml", resource("component:\n  image: a # kept\n"), resource("components:\n  image: a # kept\n")),
        (
            "milvus.yaml",
            resource("config:\n  quotaAndLimits:\n    'enable': true\n"),
            resource("config:\n  quotaAndLimits:\n    'enabled': true\n"),
        ),
        (
            "milvus.yaml",
            resource("config:\n  log: {}\nproxy:\nmaxTaskNum: 9\n"),
            resource("config:\n  log: {}\n  proxy:\n    maxTaskNum: 9\n"),
        ),
        (
            "values.yaml",
            values("standalone:\n  persistence:\n    size: 1Gi\n"),
            values("standalone:\n  persistence:\n    persistentVolumeClaim:\n      size: 1Gi\n"),
        ),
    ] {
        let told = told(path, &before);
        let (base, head) = told.sources();
        let (facts, config) = (known_facts(), told.config());
        let rules: Vec<_> = RULES.iter().copied().filter(|rule| OURS.contains(&rule.id)).collect();
        let repaired = fix::repair(&head, true, |head| crate::check_with(&base, head, &facts, &config, &rules));
        assert_eq!(repaired.head.files[0].text, after, "{:?}", repaired.dropped);
    }
}

#[test]
fn a_key_that_is_already_there_is_not_overwritten() {
    let text = resource("component:\n  image: a\ncomponents:\n  image: b\n");
    let (_, _, outcome) = told("milvus.yaml", &text).check(&known_facts(), RULES);
    let finding = outcome.findings.iter().find(|finding| finding.rule == "field-unknown").unwrap();
    assert!(finding.fixes.is_empty());
}
