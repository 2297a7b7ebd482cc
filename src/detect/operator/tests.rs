//! The operator in every wrapper, and to which Milvus it belongs.

use super::*;
use crate::source::{Side, Sources};

fn found(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let sources = Sources::from_texts(Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    operators(&tree).into_iter().map(|one| (one.path, said(&one.version))).collect()
}

fn said(version: &Release) -> String {
    match version {
        Release::Fixed(version) => version.to_string(),
        Release::Floating(_) => "floating".to_string(),
        Release::Unread(_) => "unread".to_string(),
    }
}

fn one(text: &str) -> Option<String> {
    one_at("operator.yaml", text)
}

fn one_at(path: &str, text: &str) -> Option<String> {
    let found = found(&[(path, text)]);
    assert!(found.len() < 2, "{found:?}");
    found.into_iter().next().map(|(_, version)| version)
}

#[test]
fn each_wrapper_says_the_version() {
    let deployment = "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - name: manager\n        \
                      image: milvusdb/milvus-operator:v1.3.8\n";
    let application = "kind: Application\nspec:\n  source:\n    repoURL: https://zilliztech.github.io/milvus-operator\n    \
                       chart: milvus-operator\n    targetRevision: 1.3.7\n";
    let flux = "kind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: milvus-operator\n      version: 1.2.5\n";
    let helmfile = "releases:\n- name: op\n  chart: milvus-operator/milvus-operator\n  version: v1.1.9\n";
    let umbrella = "dependencies:\n- name: milvus-operator\n  version: 1.3.1\n  repository: https://example.org\n";
    let inflated = "helmCharts:\n- name: milvus-operator\n  releaseName: op\n  version: 1.3.2\n";
    let artifact =
        "kind: OCIRepository\nspec:\n  url: oci://example.org/charts/milvus-operator\n  ref:\n    tag: 1.3.3\n";
    let fleet = "helm:\n  chart: milvus-operator\n  repo: https://example.org\n  version: 1.3.4\n";
    let source = "kind: Application\nspec:\n  source:\n    repoURL: https://github.com/zilliztech/milvus-operator.git\n    \
                  path: charts/milvus-operator\n    targetRevision: v1.3.5\n";
    let all = [deployment, application, flux, helmfile, umbrella, inflated, artifact, fleet, source];
    let versions: Vec<String> = all.iter().filter_map(|text| one(text)).collect();
    assert_eq!(versions, ["1.3.8", "1.3.7", "1.2.5", "1.1.9", "1.3.1", "1.3.2", "1.3.3", "1.3.4", "1.3.5"]);
}

#[test]
fn an_image_in_the_values_wins_over_the_chart() {
    let text = "kind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: milvus-operator\n      version: 1.2.5\n  \
                values:\n    image:\n      tag: v1.3.8\n";
    assert_eq!(one(text).as_deref(), Some("1.3.8"));
}

#[test]
fn what_moves_is_floating_and_what_is_filled_in_is_unread() {
    let address = |reference: &str| {
        let base = "https://raw.githubusercontent.com/zilliztech/milvus-operator";
        one_at("kustomization.yaml", &format!("resources:\n- {base}/{reference}/deploy/manifests/deployment.yaml\n"))
    };
    assert_eq!(address("main").as_deref(), Some("floating"));
    assert_eq!(address("v1.3.8").as_deref(), Some("1.3.8"));
    assert_eq!(address("refs/tags/v1.3.8").as_deref(), Some("1.3.8"));
    assert_eq!(address("a6dcc6386adf").as_deref(), Some("unread"));
    let asked = "resources:\n- github.com/zilliztech/milvus-operator/config/default?ref=v1.3.0\n";
    assert_eq!(one_at("kustomization.yaml", asked).as_deref(), Some("1.3.0"));
    assert_eq!(one("helm:\n  chart: milvus-operator\n  version: 1.x\n").as_deref(), Some("floating"));
    assert_eq!(one("helm:\n  chart: milvus-operator\n  version: ${V}\n").as_deref(), Some("unread"));
    let latest = "kind: Pod\nspec:\n  containers:\n  - name: m\n    image: milvusdb/milvus-operator\n";
    assert_eq!(one(latest).as_deref(), Some("floating"));
}

#[test]
fn a_mention_is_no_installation() {
    assert_eq!(one("kind: HelmRepository\nmetadata:\n  name: milvus-operator\n"), None);
    assert_eq!(one("name: milvus-operator\nversion: 1.3.8\n"), None, "the chart itself");
    assert_eq!(one("resources:\n- ../milvus-operator\n- https://example.org/milvus-operator-docs/a.yaml\n"), None);
    assert_eq!(one("dependencies:\n- name: milvus-operator\n"), None);
}

#[test]
fn a_lock_file_says_what_a_range_came_to() {
    let chart = "name: stack\ndependencies:\n- name: milvus-operator\n  version: ~1.3.0\n  repository: https://e.org\n";
    let lock = "dependencies:\n- name: milvus-operator\n  version: 1.3.7\n  repository: https://e.org\n";
    let both = found(&[("a/Chart.yaml", chart), ("a/Chart.lock", lock)]);
    assert_eq!(both, [("a/Chart.yaml".to_string(), "1.3.7".to_string())]);
}

#[test]
fn the_nearest_operator_manages_a_milvus() {
    let chart = |version: &str| format!("helm:\n  chart: milvus-operator\n  version: {version}\n");
    let (old, new) = (chart("1.2.5"), chart("1.3.8"));
    let of = |files: &[(&str, &str)], path: &str| {
        let sources = Sources::from_texts(Side::Head, files.iter().copied());
        manager(&operators(&Tree::parse(&sources)), path).map(|manager| match manager {
            Manager::Known(version, _) => version.to_string(),
            Manager::Unknown(why) => why,
        })
    };
    let several = [("dev/operator/fleet.yaml", old.as_str()), ("prod/operator/fleet.yaml", new.as_str())];
    assert_eq!(of(&several, "dev/db/milvus.yaml").as_deref(), Some("1.2.5"));
    assert_eq!(of(&several, "prod/db/milvus.yaml").as_deref(), Some("1.3.8"));
    assert!(of(&several, "apps/milvus.yaml").is_some_and(|why| why.contains("several operators")));
    let apart = [("operators/dev/fleet.yaml", old.as_str()), ("operators/prod/fleet.yaml", new.as_str())];
    assert_eq!(of(&apart, "apps/milvus/prod/milvus.yaml").as_deref(), Some("1.3.8"));
    assert_eq!(of(&several[..1], "prod/db/milvus.yaml"), None, "the operator of another environment");
    assert_eq!(of(&several[..1], "milvus.yaml").as_deref(), Some("1.2.5"));
    let clusters = [("clusters/a/op.yaml", old.as_str())];
    assert_eq!(of(&clusters, "clusters/b/milvus.yaml"), None);
}
