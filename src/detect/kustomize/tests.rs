//! One small text for each way in which a kustomization wraps Milvus.

mod carriers;

use crate::detect::{Evidence, Hint, Tree, find, lay_overlays};
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

const BASE: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: search, namespace: lab}\nspec:\n  mode: standalone\n  components: {image: 'milvusdb/milvus:v2.5.16'}\n";
const IMAGE: [&str; 3] = ["spec", "components", "image"];

/// A base with its kustomization, and what is beside them; every Milvus with path, namespace, name and image.
fn laid(files: &[(&str, &str)]) -> Vec<(Evidence, String)> {
    let base = [("base/milvus.yaml", BASE), ("base/kustomization.yaml", "resources: [milvus.yaml]\n")];
    let sources = Sources::from_texts(Side::Head, base.iter().chain(files).copied());
    let tree = Tree::parse(&sources);
    let mut found: Vec<_> = tree.files.iter().map(|file| find(file, &tree, Hint::default())).collect();
    lay_overlays(&tree, &mut found);
    let evidence = found.into_iter().flat_map(|found| found.evidence);
    let show = |evidence: &Evidence| {
        let id = &evidence.id;
        let image = text(evidence, &IMAGE).unwrap_or("-").rsplit('/').next().unwrap_or("-").to_string();
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_string());
        format!("{} {}/{} {image}", id.path, text(&id.namespace), text(&id.name))
    };
    evidence.map(|evidence| (evidence.clone(), show(&evidence))).collect()
}

fn shown(files: &[(&str, &str)]) -> Vec<String> {
    laid(files).into_iter().map(|(_, shown)| shown).collect()
}

fn overlay(rest: &str) -> String {
    format!("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\n{rest}")
}

const AS_IT_IS: &str = "base/milvus.yaml lab/search milvus:v2.5.16";
const PATCH: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: search}\nspec: {components: {image: 'milvusdb/milvus:v2.6.15'}}\n";

#[test]
fn a_kustomization_that_only_lists_changes_nothing() {
    assert_eq!(shown(&[]), [AS_IT_IS]);
    assert_eq!(shown(&[("prod/kustomization.yaml", &overlay(""))]), [AS_IT_IS]);
    let moved = overlay("namespace: prod\n");
    assert_eq!(shown(&[("prod/kustomization.yaml", &moved)]), ["base/milvus.yaml prod/search milvus:v2.5.16"]);
}

#[test]
fn a_patch_is_no_milvus() {
    let remote = "resources: ['https://example.org/milvus?ref=v1']\n";
    let by_path = format!("{remote}patches: [{{path: patch.yaml}}]\n");
    let merge = format!("{remote}patchesStrategicMerge: [patch.yaml]\n");
    let block: String = PATCH.lines().map(|line| format!("    {line}\n")).collect();
    let inline = format!("{remote}patches:\n- patch: |\n{block}");
    for text in [by_path, merge, inline.clone()] {
        let patch = if text == inline { "a: milvus\n" } else { PATCH };
        assert_eq!(shown(&[("prod/kustomization.yaml", &text), ("prod/patch.yaml", patch)]), [AS_IT_IS], "{text}");
    }
}

#[test]
fn each_overlay_is_its_own_milvus() {
    let prod = overlay("namespace: prod\npatches: [{path: patch.yaml}]\n");
    let test = overlay("namePrefix: test-\n");
    let files =
        [("prod/kustomization.yaml", prod.as_str()), ("prod/patch.yaml", PATCH), ("test/kustomization.yaml", &test)];
    let two = [
        "prod/kustomization.yaml prod/search milvus:v2.6.15",
        "test/kustomization.yaml lab/test-search milvus:v2.5.16",
    ];
    assert_eq!(shown(&files), two);
    let found = laid(&files);
    assert_eq!(text(&found[0].0, &["spec", "mode"]), Some("standalone"), "what the base says holds");
    // Somebody who deploys the base as it is keeps it.
    let plain = overlay("");
    let with_plain: Vec<_> = files.into_iter().chain([("plain/kustomization.yaml", plain.as_str())]).collect();
    assert_eq!(shown(&with_plain).len(), 3);
}

#[test]
fn overlays_of_overlays_give_the_last_only() {
    let middle = overlay("patches: [{path: patch.yaml}]\n");
    let top = "resources: [../prod/]\nnamespace: eu\nnameSuffix: -eu\n";
    let files =
        [("prod/kustomization.yaml", middle.as_str()), ("prod/patch.yaml", PATCH), ("eu/kustomization.yml", top)];
    assert_eq!(shown(&files), ["eu/kustomization.yml eu/search-eu milvus:v2.6.15"]);
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml}]\n";
    let user = overlay("components: [../new]\n");
    let files = [("new/kustomization.yaml", component), ("new/patch.yaml", PATCH), ("prod/kustomization.yaml", &user)];
    assert_eq!(shown(&files).len(), 1);
    assert!(shown(&files)[0].ends_with("milvus:v2.6.15"));
}

#[test]
fn operations_are_layers_that_nobody_edits() {
    let patch = |ops: &str| overlay(&format!("patches:\n- target: {{kind: Milvus, name: sea.*}}\n  patch: |-\n{ops}"));
    let image = patch("    - op: replace\n      path: /spec/components/image\n      value: milvusdb/milvus:v2.6.15\n");
    let found = laid(&[("prod/kustomization.yaml", &image)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1, "prod/kustomization.yaml lab/search milvus:v2.6.15");
    assert!(found[0].0.layers.writable().is_none(), "a repair in the base would not come through");
    let whole = patch("    - op: replace\n      path: /spec/components\n      value: {replicas: 1}\n");
    assert!(shown(&[("prod/kustomization.yaml", &whole)])[0].ends_with(" -"), "nothing of the map below is left");
    let removed = patch("    - op: remove\n      path: /spec/components/image\n");
    assert!(shown(&[("prod/kustomization.yaml", &removed)])[0].ends_with(" -"));
    let other = image.replace("sea.*", "chat");
    assert_eq!(shown(&[("prod/kustomization.yaml", &other)]), [AS_IT_IS]);
    let selected = laid(&[("prod/kustomization.yaml", &image.replace("name: sea.*", "labelSelector: a=b"))]);
    assert!(selected[0].0.layers.0[1].is_unseen(), "whom a selector means is not known");
}

#[test]
fn images_reach_milvus_where_a_configuration_says_so() {
    let images = "images: [{name: milvusdb/milvus, newTag: v2.6.15, newName: mirror/milvus}]\n";
    assert_eq!(shown(&[("prod/kustomization.yaml", &overlay(images))]), [AS_IT_IS]);
    let configured = overlay(&format!("{images}configurations: [fields.yaml]\n"));
    let fields = "images: [{path: spec/components/image, kind: Milvus}]\n";
    let found = laid(&[("prod/kustomization.yaml", &configured), ("prod/fields.yaml", fields)]);
    assert_eq!(text(&found[0].0, &IMAGE), Some("mirror/milvus:v2.6.15"));
}

#[test]
fn circles_and_missing_files_are_harmless() {
    let circle = "resources: [../b, ../base, ../nowhere, gone.yaml]\nnamePrefix: x-\npatches: [{path: gone.yaml}]\n";
    let back = "resources: [../a]\n";
    assert_eq!(shown(&[("a/kustomization.yaml", circle), ("b/kustomization.yaml", back)]), [AS_IT_IS]);
    assert_eq!(shown(&[("a/kustomization.yaml", "resources: [., ../a]\n")]), [AS_IT_IS]);
}
