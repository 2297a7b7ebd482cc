//! One small text for each way in which a kustomization wraps Milvus.

use crate::detect::{Evidence, Hint, Tree, find};
use crate::source::{Side, Sources};
use crate::yaml::Node;

fn charts(files: &[(&str, &str)]) -> Vec<Evidence> {
    let sources = Sources::from_texts(Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    tree.files
        .iter()
        .filter(|file| file.source.path.contains("kust"))
        .flat_map(|file| find(file, &tree, Hint::default()).evidence)
        .collect()
}

fn text<'a>(evidence: &'a Evidence, path: &[&str]) -> Option<&'a str> {
    evidence.layers.get(path).and_then(Node::text)
}

const TAG: [&str; 3] = ["image", "all", "tag"];

fn chart(rest: &str) -> String {
    format!("namespace: vector\nhelmCharts:\n- name: milvus\n  repo: https://zilliztech.github.io/milvus-helm\n{rest}")
}

#[test]
fn a_chart_of_a_kustomization() {
    let rest = "  version: 4.2.58\n  releaseName: search\n  valuesInline: {image: {all: {tag: v2.5.16}}}\n";
    let found = charts(&[("a/kustomization.yaml", &chart(rest))]);
    assert_eq!(found.len(), 1);
    let id = &found[0].id;
    assert_eq!((id.namespace.as_deref(), id.name.as_deref()), (Some("vector"), Some("search")));
    assert_eq!(found[0].chart.as_ref().map(|(_, text)| text.as_str()), Some("4.2.58"));
    assert_eq!(text(&found[0], &TAG), Some("v2.5.16"));
    let newest = charts(&[("kustomization.yml", &chart(""))]);
    assert_eq!(newest[0].chart.as_ref().map(|(_, text)| text.as_str()), Some("*"));
    assert_eq!(
        charts(&[("kustomization.yaml", &chart("").replace("zilliztech.github.io", "charts.bitnami.com"))]).len(),
        0
    );
    let flux = format!("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n{}", chart(""));
    assert_eq!(charts(&[("kustomization.yaml", &flux)]).len(), 0);
}

#[test]
fn values_lie_as_values_merge_says() {
    let file = ("a/v.yaml", "image: {all: {tag: v2.4.1}}\n");
    for (merge, expected) in [("override", "v2.5.1"), ("merge", "v2.4.1"), ("replace", "v2.5.1")] {
        let rest = format!(
            "  valuesFile: v.yaml\n  valuesMerge: {merge}\n  valuesInline: {{image: {{all: {{tag: v2.5.1}}}}}}\n"
        );
        let found = charts(&[("a/kustomization.yaml", &chart(&rest)), file]);
        assert_eq!(text(&found[0], &TAG), Some(expected), "{merge}");
    }
    let rest = "  valuesInline: {image: {all: {tag: v2.5.1}}}\n  additionalValuesFiles: [v.yaml, gone.yaml]\n";
    let found = charts(&[("a/kustomization.yaml", &chart(rest)), file]);
    assert_eq!(text(&found[0], &TAG), Some("v2.4.1"));
    assert!(found[0].layers.0[2].is_unseen());
}
