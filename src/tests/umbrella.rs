//! Umbrella charts: which Milvus each shape gives, with which version and values, and what is left alone.

use super::{Told, known_facts};
use crate::outcome::{DeploymentView, Outcome, TransitionKind};
use crate::rules::RULES;

const OFFICIAL: &str = "repository: https://zilliztech.github.io/milvus-helm/";
/// Values that are recognised by themselves.
const VALUES: &str = "cluster: {enabled: false}\nimage: {all: {repository: milvusdb/milvus, tag: v2.5.16}}\n";

fn chart(version: &str, more: &str) -> String {
    format!(
        "apiVersion: v2\nname: rag\nversion: 0.1.0\ndependencies:\n  - name: milvus\n    {OFFICIAL}\n    version: {version}\n{more}"
    )
}

fn below(key: &str, values: &str) -> String {
    format!("{key}:\n{}", values.lines().map(|line| format!("  {line}\n")).collect::<String>())
}

fn owned(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect()
}

fn outcome(base: &[(&str, &str)], head: &[(&str, &str)]) -> Outcome {
    Told { base: owned(base), head: owned(head) }.check(&known_facts(), RULES).2
}

/// Container, name, chart version, Milvus version.
fn show(view: &DeploymentView) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_string());
    let name = text(&view.name);
    format!("{} {name} {} {}", view.container, text(&view.chart_version.value), text(&view.version.value))
}

fn shown(files: &[(&str, &str)]) -> Vec<String> {
    outcome(&[], files).deployments.iter().map(show).collect()
}

#[test]
fn a_dependency_alone_has_the_defaults_of_its_chart() {
    for name in ["Chart.yaml", "helm_Chart.yaml@1.new"] {
        assert_eq!(shown(&[(name, &chart("4.2.58", ""))]), ["umbrella milvus 4.2.58 2.5.16"]);
    }
    let aliased = chart("4.2.58", "    alias: vectors\n");
    assert_eq!(shown(&[("Chart.yaml", &aliased)]), ["umbrella vectors 4.2.58 2.5.16"]);
    let old = format!("dependencies:\n- name: milvus\n  version: 4.1.11\n  {OFFICIAL}\n");
    assert_eq!(shown(&[("requirements.yaml", &old)]), ["umbrella milvus 4.1.11 2.3.4"]);
    let twice = chart("4.2.58", &format!("  - name: milvus\n    alias: other\n    version: 5.0.2\n    {OFFICIAL}\n"));
    let both = ["umbrella milvus 4.2.58 2.5.16", "umbrella other 5.0.2 2.6.1"];
    assert_eq!(shown(&[("Chart.yaml", &twice)]), both);
}

#[test]
fn charts_that_are_not_the_milvus_chart() {
    let bitnami = chart("4.2.58", "").replace("https://zilliztech.github.io/milvus-helm/", "oci://x/bitnamicharts");
    let lock = format!("dependencies:\n- name: milvus\n  version: 4.1.11\n  {OFFICIAL}\ndigest: sha256:0\n");
    let named = "apiVersion: v2\nname: milvus\nversion: 1.0.0\ndependencies:\n- {name: lib, version: 0.1.0}\n";
    for text in [bitnami.as_str(), &lock, named] {
        assert_eq!(shown(&[("Chart.yaml", text)]), [""; 0], "{text}");
    }
}

#[test]
fn a_range_is_resolved_in_the_lock_file() {
    let lock = format!("dependencies:\n- name: milvus\n  {OFFICIAL}\n  version: 4.2.58\ndigest: sha256:0\n");
    for range in ["4.2.x", "~4.2", "'>=4 <5'", "^4"] {
        let text = chart(range, "");
        assert_eq!(shown(&[("a/Chart.lock", &lock), ("a/Chart.yaml", &text)]), ["umbrella milvus 4.2.58 2.5.16"]);
        let alone = outcome(&[], &[("Chart.yaml", &text)]);
        let why = alone.deployments[0].chart_version.why.clone().unwrap();
        assert!(why.contains(range.trim_matches('\'')), "{why}");
        let told = ".milvus-lint.yaml";
        let config = "values:\n  - files: Chart.yaml\n    chart-version: 4.2.58\n";
        assert_eq!(shown(&[(told, config), ("Chart.yaml", &text)]), ["umbrella milvus 4.2.58 2.5.16"]);
    }
    // The exact version is what Helm takes.
    assert_eq!(shown(&[("Chart.lock", &lock), ("Chart.yaml", &chart("=5.0.2", ""))]), ["umbrella milvus 5.0.2 2.6.1"]);
}

#[test]
fn values_beside_the_chart_are_layers_and_nothing_by_themselves() {
    let (chart, values) = (chart("4.2.58", ""), below("milvus", VALUES));
    let prod = below("milvus", "image: {all: {tag: v2.5.27}}");
    let other = "redis: {enabled: true}\nmilvus: {enabled: false}\n";
    let files =
        [("Chart.yaml", &*chart), ("values-prod.yaml", &prod), ("values.yaml", &values), ("values-redis.yaml", other)];
    assert_eq!(shown(&files), ["umbrella milvus 4.2.58 2.5.16", "umbrella milvus 4.2.58 2.5.27"]);
    let views = outcome(&[], &files).deployments;
    assert!(views.iter().all(|view| view.mode.value.as_deref() == Some("standalone")), "from below");
    assert_eq!(shown(&[("values.yaml", &values)]), ["helm-values - - 2.5.16"]);
}

#[test]
fn each_environment_is_judged_by_its_own_values() {
    let (chart, values) = (chart("'>=4.2.58'", ""), below("milvus", VALUES));
    let tagged = |tag: &str| below("milvus", &format!("image: {{all: {{tag: {tag}}}}}"));
    let (old, new) = (tagged("v2.4.9"), tagged("v2.6.22"));
    let base = [("Chart.yaml", &*chart), ("values.prod.yaml", &old), ("values.yaml", &values)];
    let dev = tagged("v2.5.27");
    let head =
        [("Chart.yaml", &*chart), ("dev-values.yaml", &dev), ("values.prod.yaml", &new), ("values.yaml", &values)];
    let outcome = outcome(&base, &head);
    let kinds: Vec<_> = outcome.transitions.iter().map(|t| (t.kind, t.verdict)).collect();
    let expected = [
        (TransitionKind::Unchanged, None),
        (TransitionKind::Created, None),
        (TransitionKind::Changed, Some("illegal")),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn what_is_wrong_in_the_values_below_is_said_once() {
    let values = below("milvus", &format!("{VALUES}kafka: {{enabled: 'false'}}\n"));
    let prod = below("milvus", "image: {all: {tag: v2.5.27}}");
    let head = [("Chart.yaml", &*chart("4.2.58", "")), ("values-prod.yaml", &prod), ("values.yaml", &values)];
    let found = outcome(&[], &head);
    assert_eq!(found.deployments.len(), 2);
    assert_eq!(found.findings.iter().filter(|finding| finding.rule == "quoted-boolean").count(), 1);
}

#[test]
fn what_is_switched_off_is_listed_and_not_judged() {
    let switched = |on: bool, tag: &str| format!("milvusDeployed: {on}\nmilvus: {{image: {{all: {{tag: {tag}}}}}}}\n");
    let chart = chart("4.2.58", "    condition: milvusDeployed,milvus.enabled\n");
    let judged = |before: String, after: String| {
        outcome(&[("Chart.yaml", &chart), ("values.yaml", &before)], &[("Chart.yaml", &chart), ("values.yaml", &after)])
    };
    let off = judged(switched(false, "v2.3.4"), switched(false, "v2.6.22"));
    assert_eq!((off.deployments.len(), off.transitions[0].kind), (1, TransitionKind::Unchanged));
    assert!(off.findings.is_empty(), "{:?}", off.findings);
    let on = judged(switched(false, "v2.3.4"), switched(true, "v2.6.22"));
    assert_eq!(on.transitions[0].kind, TransitionKind::Created);
    let template = switched(false, "v2.6.22").replace("false", "'{{ .on }}'");
    assert_eq!(judged(switched(true, "v2.3.4"), template).transitions[0].verdict, Some("illegal"), "it may be on");
    let both = judged(switched(true, "v2.3.4"), switched(true, "v2.6.22"));
    assert_eq!(both.transitions[0].verdict, Some("illegal"));
}

#[test]
fn tags_switch_off_where_no_condition_does() {
    let chart = chart("4.1.11", "    tags: [stores, vectors]\n");
    let findings = |values: &str| {
        let new = chart.replace("4.1.11", "5.0.2");
        outcome(&[("Chart.yaml", &chart), ("values.yaml", values)], &[("Chart.yaml", &new), ("values.yaml", values)])
            .findings
            .len()
    };
    assert_eq!(findings("tags: {stores: false}\n"), 0);
    assert!(findings("tags: {stores: false, vectors: true}\n") > 0);
    assert!(findings("milvus: {}\n") > 0);
}

#[test]
fn a_copy_of_the_chart_is_no_deployment_and_says_its_version() {
    let copy = "apiVersion: v2\nname: milvus\nversion: 4.2.58\ndependencies:\n- {name: etcd, version: 6.3.3}\n- {name: minio, version: 8.0.17}\n";
    let alone = [("x/Chart.yaml", copy), ("x/ci/test-values.yaml", VALUES), ("x/values.yaml", VALUES)];
    assert_eq!(shown(&alone), [""; 0]);
    assert_eq!(shown(&[("x/Chart.yaml", copy), ("x/prod-values.yaml", VALUES)]), ["helm-values - - 2.5.16"]);
    let umbrella = chart("'*'", "").replace(OFFICIAL, "repository: file://../x");
    assert_eq!(shown(&[("a/Chart.yaml", &umbrella), alone[0], alone[2]]), ["umbrella milvus 4.2.58 2.5.16"]);
    let home = "apiVersion: v2\nname: milvus\nversion: 0.1.0\n";
    assert_eq!(shown(&[("x/Chart.yaml", home), ("x/values.yaml", VALUES)]), ["helm-values - - 2.5.16"]);
    assert_eq!(shown(&[("a/Chart.yaml", &umbrella), ("x/Chart.yaml", home)]), [""; 0]);
}

#[test]
fn a_chart_inside_a_chart_gets_its_values_from_both() {
    let inner = chart("4.2.58", "");
    let values = below("milvus", VALUES);
    let outer =
        "apiVersion: v2\nname: all\nversion: 1.0.0\ndependencies: [{name: rag, version: 0.1.0, alias: milvus-rag}]\n";
    let prod = "milvus-rag: {milvus: {image: {all: {tag: v2.5.27}}}}\n";
    let files = [
        ("Chart.yaml", outer),
        ("charts/rag/Chart.yaml", &inner),
        ("charts/rag/values.yaml", &values),
        ("values-prod.yaml", prod),
        ("values.yaml", "milvus-rag: {milvus: {cluster: {enabled: true}}}\n"),
    ];
    assert_eq!(shown(&files), ["umbrella milvus 4.2.58 2.5.16", "umbrella milvus 4.2.58 2.5.27"]);
    let views = outcome(&[], &files).deployments;
    assert!(views.iter().all(|view| view.mode.value.as_deref() == Some("cluster")), "the outer chart is stronger");
    let conditional = outer.replace("alias:", "condition: milvus-rag.on, alias:");
    let off = below("milvus-rag", "on: false\nmilvus: {image: {all: {tag: v2.3.8}}}\n");
    let head = [("Chart.yaml", &*conditional), files[1], files[2], ("values.yaml", &off)];
    let found = outcome(&files, &head);
    assert!(found.findings.is_empty(), "the chart around it is switched off: {:?}", found.findings);
}

/// A chart of the repository that another one names by its folder.
fn naming(name: &str, more: &str) -> String {
    format!(
        "apiVersion: v2\nname: {name}\nversion: 0.1.0\ndependencies:\n  - name: rag\n    version: 0.1.0\n    repository: file://../rag\n{more}"
    )
}

#[test]
fn a_chart_that_is_named_by_its_folder_gets_values_from_there() {
    let rag = chart("4.2.58", "");
    let platform = naming("platform", "    condition: rag.enabled\n");
    let tagged = |tag: &str| below("rag", &below("milvus", &format!("image: {{all: {{tag: {tag}}}}}\n")));
    let files = |values: &str| {
        let files = [
            ("a/rag/Chart.yaml", rag.as_str()),
            ("a/platform/Chart.yaml", &platform),
            ("a/platform/values.yaml", values),
        ];
        shown(&files)
    };
    assert_eq!(files(&tagged("v2.5.10")), ["umbrella milvus 4.2.58 2.5.10"]);
    // Where it is switched off, that chart alone has none.
    let off = format!("{}  enabled: false\n", tagged("v2.5.10"));
    let head =
        [("a/rag/Chart.yaml", rag.as_str()), ("a/platform/Chart.yaml", &platform), ("a/platform/values.yaml", &off)];
    assert_eq!(files(&off), ["umbrella milvus 4.2.58 2.5.10", "umbrella milvus 4.2.58 2.5.16"]);
    let risen = head.map(|(path, text)| (path, text.replace("v2.5.10", "v2.6.6")));
    let risen: Vec<(&str, &str)> = risen.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let kinds: Vec<_> = outcome(&head, &risen).transitions.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [TransitionKind::Unchanged; 2], "nothing of what is off changes");
    // Two charts around it make two of it, each with its own values.
    let other = naming("other", "    alias: r\n");
    let both = [
        ("a/rag/Chart.yaml", rag.as_str()),
        ("a/platform/Chart.yaml", &platform),
        ("a/platform/values.yaml", &tagged("v2.5.10")),
        ("a/other/Chart.yaml", &other),
        ("a/other/values.yaml", &tagged("v2.5.12").replacen("rag", "r", 1)),
    ];
    assert_eq!(shown(&both), ["umbrella milvus 4.2.58 2.5.12", "umbrella milvus 4.2.58 2.5.10"]);
    // An Application of that folder installs it with those values, and its own over them.
    let app = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: p}\nspec:\n  destination: {namespace: vector}\n  source:\n    repoURL: https://example.com/here.git\n    path: a/platform\n    helm: {parameters: [{name: rag.milvus.image.all.tag, value: v2.5.14}]}\n";
    let followed = outcome(&[], &[&both[..3], &[("app.yaml", app)]].concat());
    assert_eq!(followed.deployments.iter().map(show).collect::<Vec<_>>(), ["umbrella milvus 4.2.58 2.5.14"]);
    assert_eq!(followed.deployments[0].namespace.as_deref(), Some("vector"));
    // Charts that carry each other are nobody's way up.
    let circle = naming("rag", "").replace("../rag", ".");
    assert_eq!(shown(&[("a/rag/Chart.yaml", &format!("{circle}  - {{name: milvus, version: 4.2.58}}\n"))]).len(), 1);
}

#[test]
fn a_range_without_a_lock_is_the_newest_chart_known_in_it() {
    let known = outcome(&[], &[("Chart.yaml", &chart("4.1.x", ""))]);
    let view = &known.deployments[0].chart_version;
    let newest =
        known_facts().charts.iter().map(|chart| chart.version.clone()).filter(|v| v.line() == (4, 1)).max().unwrap();
    assert_eq!((view.value.as_deref(), view.said), (Some(newest.to_string().as_str()), "default"));
    assert!(view.why.as_deref().is_some_and(|why| why.contains("4.1.x")), "{view:?}");
    // One that takes each new chart is not known.
    let open = outcome(&[], &[("Chart.yaml", &chart("'>=4'", ""))]);
    assert_eq!(open.deployments[0].chart_version.said, "unknown");
}
