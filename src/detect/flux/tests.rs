//! One small text for each way in which Flux wraps the chart.

use crate::detect::{Evidence, Found, Hint, Tree, find};
use crate::source::{Side, Sources};
use crate::yaml::Node;

const VALUES: &str = "  values: {cluster: {enabled: false}, image: {all: {tag: v2.4.24}}}\n";

fn found(files: &[(&str, &str)]) -> Found {
    let sources = Sources::from_texts(Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    find(&tree.files[0], &tree, Hint::default())
}

fn one(files: &[(&str, &str)]) -> Evidence {
    let found = found(files);
    assert_eq!(found.evidence.len(), 1, "{files:#?}");
    found.evidence.into_iter().next().unwrap()
}

fn none(files: &[(&str, &str)]) {
    assert_eq!(found(files).evidence.len(), 0, "{files:#?}");
}

fn release(version: &str, spec: &str) -> String {
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/{version}\nkind: HelmRelease\nmetadata: {{name: search}}\nspec:\n{spec}"
    )
}

fn of_chart(chart: &str, rest: &str) -> String {
    let chart = format!("  chart: {{spec: {{{chart}, sourceRef: {{kind: HelmRepository, name: charts}}}}}}\n");
    release("v2", &(chart + rest))
}

fn text<'a>(evidence: &'a Evidence, path: &[&str]) -> Option<&'a str> {
    evidence.layers.get(path).and_then(Node::text)
}

fn chart(evidence: &Evidence) -> Option<&str> {
    evidence.chart.as_ref().map(|(_, text)| text.as_str())
}

fn config_map(data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: milvus-values}}\ndata:\n{data}")
}

#[test]
fn every_version_of_a_helm_release() {
    for version in ["v2", "v2beta1", "v2beta2"] {
        let spec = "  targetNamespace: vector\n  releaseName: m\n  chart: {spec: {chart: milvus, version: 4.2.58}}\n";
        let evidence = one(&[("a.yaml", &release(version, &(spec.to_string() + VALUES)))]);
        assert_eq!((evidence.id.namespace.as_deref(), evidence.id.name.as_deref()), (Some("vector"), Some("search")));
        assert_eq!((chart(&evidence), text(&evidence, &["image", "all", "tag"])), (Some("4.2.58"), Some("v2.4.24")));
    }
    let item = "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, spec: {chart: {spec: {chart: milvus}}}}";
    let list = one(&[("a.yaml", &format!("apiVersion: v1\nkind: List\nitems:\n- {item}\n"))]);
    assert_eq!(chart(&list), Some("*"), "without a version it is the newest");
}

#[test]
fn what_is_no_milvus() {
    none(&[("a.yaml", &release("v2", VALUES))]);
    none(&[("a.yaml", &of_chart("chart: milvus-operator", VALUES))]);
    none(&[("a.yaml", &of_chart("chart: milvus", "  values: {milvus: {}, initJob: {}, waitContainer: {}}\n"))]);
    none(&[(
        "a.yaml",
        &release("v2", "  chart: {spec: {chart: ./charts/milvus, sourceRef: {kind: GitRepository}}}\n"),
    )]);
    let text = of_chart("chart: milvus", VALUES).replace("helm.toolkit.fluxcd.io", "example.org");
    none(&[("a.yaml", &text)]);
}

#[test]
fn the_repository_tells_one_chart_of_that_name_from_another() {
    let repository = |namespace: &str, url: &str| {
        format!("kind: HelmRepository\nmetadata: {{name: charts, namespace: {namespace}}}\nspec: {{url: {url}}}\n")
    };
    let bitnami = repository("flux-system", "https://charts.bitnami.com/bitnami");
    let text = of_chart("chart: milvus", VALUES);
    none(&[("apps/a.yaml", &text), ("repositories/b.yaml", &bitnami)]);
    // The nearer one counts, and one of another namespace does not.
    let zilliz = repository("flux-system", "https://zilliztech.github.io/milvus-helm");
    one(&[("apps/a.yaml", &text), ("apps/repositories/z.yaml", &zilliz), ("repositories/b.yaml", &bitnami)]);
    let elsewhere = text.replace("name: search", "name: search, namespace: vector");
    one(&[("apps/a.yaml", &elsewhere), ("repositories/b.yaml", &bitnami)]);
}

#[test]
fn an_artifact_names_chart_and_version() {
    let text = release("v2", &format!("  chartRef: {{kind: OCIRepository, name: charts}}\n{VALUES}"));
    let artifact = |url: &str, reference: &str| {
        format!("kind: OCIRepository\nmetadata: {{name: charts}}\nspec: {{url: oci://{url}, ref: {{{reference}}}}}\n")
    };
    let read = |url: &str, reference: &str| {
        let artifact = artifact(url, reference);
        let evidence = one(&[("a.yaml", &text), ("b.yaml", &artifact)]);
        chart(&evidence).map(str::to_string)
    };
    assert_eq!(read("ghcr.io/x/milvus", "tag: 4.2.58"), Some("4.2.58".to_string()));
    assert_eq!(read("ghcr.io/x/milvus", "semver: 4.x, tag: 4.2.58"), Some("4.x".to_string()));
    none(&[("a.yaml", &text), ("b.yaml", &artifact("ghcr.io/x/redis", "tag: 4.2.58"))]);
    none(&[("a.yaml", &text)]);
    let chart_object = "kind: HelmChart\nmetadata: {name: charts}\nspec: {chart: milvus, version: 4.2.1}\n";
    let text = text.replace("OCIRepository", "HelmChart");
    assert_eq!(chart(&one(&[("a.yaml", &text), ("b.yaml", chart_object)])), Some("4.2.1"));
}

#[test]
fn values_lie_in_the_order_of_the_helm_controller() {
    let from = "  valuesFrom:\n  - {kind: ConfigMap, name: milvus-values}\n  - {kind: ConfigMap, name: milvus-values, valuesKey: mode, targetPath: cluster.enabled}\n";
    let data = "  mode: \"true\"\n  values.yaml: |\n    image: {all: {tag: v2.4.1}}\n    etcd: {replicaCount: 1}\n    extraConfigFiles:\n      user.yaml: |\n        mq: {type: pulsar}\n";
    let map = config_map(data);
    let values = "  values: {image: {all: {tag: v2.4.24}}}\n";
    let text_of = of_chart("chart: milvus", &format!("{from}{values}"));
    let evidence = one(&[("a.yaml", &text_of), ("b.yaml", &map)]);
    assert_eq!(text(&evidence, &["image", "all", "tag"]), Some("v2.4.24"));
    assert_eq!(text(&evidence, &["etcd", "replicaCount"]), Some("1"));
    assert_eq!(evidence.layers.get(&["cluster", "enabled"]).and_then(Node::as_bool), Some(true));
    assert_eq!(evidence.server.get(&["mq", "type"]).and_then(Node::text), Some("pulsar"));
    assert!(!evidence.layers.0.iter().any(|layer| layer.is_unseen()));
    let editable: Vec<bool> = evidence.layers.0.iter().map(|layer| layer.editable).collect();
    assert_eq!(editable, [true, false, true]);
}

#[test]
fn values_that_are_not_here_are_unseen() {
    for reference in ["{kind: Secret, name: milvus-values}", "{kind: ConfigMap, name: milvus-values, valuesKey: other}"]
    {
        let text = of_chart("chart: milvus", &format!("  valuesFrom: [{reference}]\n{VALUES}"));
        let evidence = one(&[("a.yaml", &text), ("b.yaml", &config_map("  values.yaml: 'a: 1'\n"))]);
        assert!(evidence.layers.0[0].is_unseen(), "{reference}");
        assert!(evidence.layers.get(&["cluster", "enabled"]).is_some());
    }
    // Without `values` a repair has a place to write in, and nothing is hidden.
    assert!(!one(&[("a.yaml", &of_chart("chart: milvus", ""))]).layers.0[0].is_unseen());
}

#[test]
fn a_config_map_that_kustomize_makes() {
    let text_of = of_chart("chart: milvus", "  valuesFrom: [{kind: ConfigMap, name: milvus-values}]\n");
    let kustomization = "configMapGenerator:\n- name: milvus-values\n  files: [values.yaml=./milvus.yaml]\n";
    let values = "image: {all: {tag: v2.4.1}}\n";
    let files = [("a/r.yaml", text_of.as_str()), ("a/kustomization.yaml", kustomization), ("a/milvus.yaml", values)];
    assert_eq!(text(&one(&files), &["image", "all", "tag"]), Some("v2.4.1"));
}
