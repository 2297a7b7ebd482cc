//! One small text for each shape of a bundle.

use crate::detect::{Evidence, Found, Hint, Tree, find};
use crate::source::{Side, Sources};
use crate::yaml::Node;

const CHART: &str = "  chart: milvus\n  repo: https://zilliztech.github.io/milvus-helm\n  version: 4.2.58\n";

fn found(files: &[(&str, &str)]) -> Found {
    let sources = Sources::from_texts(Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    find(&tree.files[0], &tree, Hint::default())
}

fn tag(evidence: &Evidence) -> Option<&str> {
    evidence.layers.get(&["image", "all", "tag"]).and_then(Node::text)
}

fn unseen(evidence: &Evidence) -> bool {
    evidence.layers.0.iter().any(|layer| layer.is_unseen())
}

#[test]
fn a_bundle_of_the_chart() {
    let text = format!(
        "namespace: vector\nhelm:\n  releaseName: search\n{CHART}  values: {{image: {{all: {{tag: v2.4.1}}}}}}\n"
    );
    let found = found(&[("fleet.yaml", &text)]);
    let [evidence] = &found.evidence[..] else { panic!("{found:#?}") };
    assert_eq!((evidence.id.namespace.as_deref(), evidence.id.name.as_deref()), (Some("vector"), Some("search")));
    assert_eq!(evidence.chart.as_ref().map(|(_, text)| text.as_str()), Some("4.2.58"));
    assert_eq!(&text[evidence.at.range()], "chart");
    assert_eq!((tag(evidence), evidence.own_chart), (Some("v2.4.1"), false));
}

#[test]
fn a_copy_of_the_chart_is_found_and_has_defaults_of_its_own() {
    let found = found(&[("fleet.yaml", "helm: {chart: 'oci://dp.apps.rancher.io/charts/milvus', version: 4.2.2}\n")]);
    assert!(found.evidence[0].own_chart);
}

#[test]
fn files_lie_over_values_and_what_is_named_from_elsewhere_is_unseen() {
    let text = format!("helm:\n{CHART}  values: {{image: {{all: {{tag: v2.4.1}}}}}}\n  valuesFiles: [milvus.yaml]\n");
    let values = "image: {all: {tag: v2.4.24}}\n";
    let found_beside = found(&[("a/fleet.yaml", &text), ("a/milvus.yaml", values)]);
    assert_eq!((tag(&found_beside.evidence[0]), unseen(&found_beside.evidence[0])), (Some("v2.4.24"), false));
    let alone = found(&[("a/fleet.yaml", &text)]);
    assert_eq!((tag(&alone.evidence[0]), unseen(&alone.evidence[0])), (Some("v2.4.1"), true));
    let from = format!("helm:\n{CHART}  valuesFrom: [{{configMapKeyRef: {{name: m}}}}]\n");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  values.yaml: |\n    image: {all: {tag: v2.4.9}}\n";
    assert_eq!(tag(&found(&[("fleet.yaml", &from), ("m.yaml", map)]).evidence[0]), Some("v2.4.9"));
    assert!(unseen(&found(&[("fleet.yaml", &from.replace("configMap", "secret")), ("m.yaml", map)]).evidence[0]));
}

#[test]
fn each_customization_that_changes_something_is_a_milvus() {
    let text = format!(
        "helm:\n  releaseName: m\n{CHART}  values: {{image: {{all: {{tag: v2.4.1}}}}}}\ntargetCustomizations:\n\
         - name: dev\n  namespace: dev\n  helm: {{values: {{image: {{all: {{tag: v2.4.9}}}}}}}}\n\
         - name: prod\n  helm: {{version: 4.2.1}}\n- name: other\n  helm: {{force: true}}\n\
         - name: off\n  doNotDeploy: true\n  helm: {{version: 4.2.2}}\n"
    );
    let found = found(&[("fleet.yaml", &text)]);
    let chart = |evidence: &Evidence| evidence.chart.clone().map(|(_, text)| text).unwrap_or_default();
    let read: Vec<_> = found.evidence.iter().map(|one| (tag(one), chart(one), one.id.ordinal)).collect();
    let expected = [(Some("v2.4.1"), "4.2.58", 0), (Some("v2.4.9"), "4.2.58", 0), (Some("v2.4.1"), "4.2.1", 1)];
    assert_eq!(read, expected.map(|(tag, chart, ordinal)| (tag, chart.to_string(), ordinal)));
    assert_eq!(found.evidence[1].id.namespace.as_deref(), Some("dev"));
}

#[test]
fn what_is_no_bundle_of_milvus() {
    for text in [
        "helm: {chart: '', repo: '', releaseName: milvus}\n",
        "helm: {chart: redis, repo: 'https://charts.example.org'}\n",
        "helm: {chart: milvus, repo: 'https://charts.bitnami.com/bitnami'}\n",
        "helm: {chart: ./milvus, releaseName: milvus}\n",
        "defaultNamespace: milvus\nhelm: {releaseName: milvus}\n",
    ] {
        assert_eq!(found(&[("fleet.yaml", text)]).evidence.len(), 0, "{text}");
    }
}
