//! One small text for each shape of a release.

use crate::detect::{Evidence, Found, Hint, Tree, drop_repeats, find};
use crate::source::{Side, Sources};
use crate::yaml::Node;

const HEAD: &str = "repositories:\n- {name: zilliz, url: 'https://zilliztech.github.io/milvus-helm/'}\n- {name: b, url: 'https://charts.bitnami.com/bitnami'}\nreleases:\n";
const ITEM: &str = "- name: search\n  namespace: vector\n  chart: zilliz/milvus\n  version: 4.2.58\n";

fn found(files: &[(&str, &str)]) -> Found {
    let sources = Sources::from_texts(Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    find(&tree.files[0], &tree, Hint::default())
}

/// What the release of `ITEM` with more options gives.
fn one(more: &str, files: &[(&str, &str)]) -> Evidence {
    let text = format!("{HEAD}{ITEM}{more}");
    let files: Vec<_> = [("d/helmfile.yaml.gotmpl", text.as_str())].into_iter().chain(files.iter().copied()).collect();
    let found = found(&files);
    let [evidence] = &found.evidence[..] else { panic!("{more}: {found:#?}") };
    evidence.clone()
}

fn tag(evidence: &Evidence) -> Option<&str> {
    evidence.layers.get(&["image", "all", "tag"]).and_then(Node::text)
}

/// Whether a default may be claimed.
fn is_open(evidence: &Evidence) -> bool {
    evidence.layers.0.iter().any(|layer| layer.is_unseen() || layer.document.templated)
}

fn chart(evidence: &Evidence) -> Option<&str> {
    evidence.chart.as_ref().map(|(_, text)| text.as_str())
}

#[test]
fn a_release_of_the_chart() {
    let text = format!("{HEAD}{ITEM}  values:\n  - image: {{all: {{tag: v2.4.1}}}}\n");
    let found = found(&[("helmfile.yaml", &text)]);
    let [evidence] = &found.evidence[..] else { panic!("{found:#?}") };
    assert_eq!((evidence.id.namespace.as_deref(), evidence.id.name.as_deref()), (Some("vector"), Some("search")));
    assert_eq!(&text[evidence.at.range()], "name");
    assert_eq!((chart(evidence), tag(evidence), is_open(evidence)), (Some("4.2.58"), Some("v2.4.1"), false));
}

#[test]
fn later_values_lie_over_earlier_ones_and_what_is_set_over_all() {
    let files = [("d/a.yaml", "image: {all: {tag: v2.4.2}}\n")];
    let inline = "  - image: {all: {tag: v2.4.1}}\n";
    assert_eq!(tag(&one(&format!("  values:\n  - a.yaml\n{inline}"), &files)), Some("v2.4.1"));
    assert_eq!(tag(&one(&format!("  values:\n{inline}  - ./a.yaml\n"), &files)), Some("v2.4.2"));
    let set = one("  values: [a.yaml]\n  set:\n  - {name: image.all.tag, value: v2.4.3}\n", &files);
    assert_eq!((tag(&set), is_open(&set)), (Some("v2.4.3"), false));
    assert!(!set.layers.0.last().unwrap().editable);
}

#[test]
fn what_is_not_among_the_files_is_unseen() {
    for more in [
        "  values: [a.yaml]\n",
        "  values: ['git::https://example.org/a.yaml']\n",
        "  values: ['{{ .Environment.Name }}.yaml']\n",
        "  values: {{ .Values.milvus | toYaml | nindent 4 }}\n",
        "  secrets: [b.yaml]\n",
        "  values:\n  {{ if .Values.x }}\n  - b.yaml\n  {{ end }}\n",
        "  values:\n  - c.yaml.gotmpl\n",
    ] {
        let files =
            [("d/b.yaml", "cluster: {enabled: false}\n"), ("d/c.yaml.gotmpl", "{{ if .x }}\na: 1\n{{ end }}\n")];
        assert!(is_open(&one(more, &files)), "{more}");
    }
    let named =
        one("  values: ['{{`{{ .Release.Name }}`}}.yaml']\n", &[("d/search.yaml", "cluster: {enabled: false}\n")]);
    assert!(!is_open(&named) && named.layers.0.len() == 1);
    // Templates of its neighbours change nothing.
    let beside = "- name: other\n  chart: x/other\n  {{ if .Values.x }}\n  version: 1.0.0\n  {{ end }}\n";
    assert!(!is_open(&one(&format!("  values: [b.yaml]\n{beside}"), &[("d/b.yaml", "a: 1\n")])));
}

#[test]
fn a_version_that_a_template_decides_is_not_known() {
    let text = "releases:\n- name: m\n  chart: m/milvus\n  {{ if .x }}\n  version: 4.1.0\n  {{ else }}\n  version: 4.2.1\n  {{ end }}\n";
    assert!(chart(&found(&[("helmfile.yaml", text)]).evidence[0]).unwrap().contains("{{"));
    let text = "releases:\n- name: m\n  chart: m/milvus\n  version: {{ .Values.version }}\n";
    assert_eq!(chart(&found(&[("helmfile.yaml", text)]).evidence[0]), Some("{{ .Values.version }}"));
    let text = "releases:\n- name: m\n  chart: m/milvus\n";
    assert_eq!(chart(&found(&[("helmfile.yaml", text)]).evidence[0]), Some(""));
}

#[test]
fn options_may_be_inherited_and_repositories_stand_in_a_base() {
    let text = "bases: [base.yaml]\ntemplates:\n  m:\n    chart: b/{{`{{ .Release.Name }}`}}\n    version: 4.2.1\n    values: [{cluster: {enabled: true}}]\n---\n\
                releases:\n- name: milvus\n  inherit: [{template: m}]\n- name: m\n  chart: c/milvus\n  inherit: [{template: m}]\n";
    let base = |url: &str| format!("repositories: [{{name: b, url: '{url}'}}]\n");
    let read = |url: &str| found(&[("helmfile.yaml", text), ("base.yaml", &base(url))]).evidence;
    assert_eq!(read("https://zilliztech.github.io/milvus-helm").len(), 2);
    let [other] = &read("https://charts.example.org")[..] else { panic!("one of another chart") };
    assert_eq!(
        (chart(other), other.layers.get(&["cluster", "enabled"]).and_then(Node::as_bool)),
        (Some("4.2.1"), Some(true))
    );
}

#[test]
fn what_is_not_installed_is_off() {
    let off = |before: &str, more: &str| {
        let text = format!("{before}{HEAD}{ITEM}{more}");
        let found = found(&[("helmfile.yaml", &text), ("on.yaml", "milvus: {enabled: true}\n")]);
        assert_eq!(found.evidence.len(), 1);
        !found.off.is_empty()
    };
    let environment = |values: &str| format!("environments: {{a: {{values: [{values}]}}, b: {{}}}}\n---\n");
    let condition = "  condition: milvus.enabled\n";
    assert!(off("", "  installed: false\n"));
    assert!(!off("", "  installed: {{ .Values.milvus.enabled }}\n"));
    assert!(off(&environment("{milvus: {enabled: false}}"), condition));
    for values in ["", "on.yaml", "{milvus: {enabled: false}}, on.yaml", "{milvus: {enabled: false}}, none.yaml"] {
        assert!(!off(&environment(values), condition), "{values}");
    }
}

#[test]
fn values_of_a_release_are_not_values_by_themselves() {
    let text = format!("{HEAD}{ITEM}  values: [milvus.yaml]\n");
    let values = "cluster: {enabled: false}\nimage: {all: {repository: milvusdb/milvus, tag: v2.5.16}}\n";
    let sources = Sources::from_texts(Side::Head, [("helmfile.yaml", text.as_str()), ("milvus.yaml", values)]);
    let tree = Tree::parse(&sources);
    let mut all: Vec<Found> = tree.files.iter().map(|file| find(file, &tree, Hint::default())).collect();
    assert_eq!(all[1].evidence.len(), 1);
    drop_repeats(&mut all);
    assert_eq!((all[0].evidence.len(), all[1].evidence.len()), (1, 0));
}

#[test]
fn which_charts_are_the_milvus_chart() {
    let count = |chart: &str, more: &str| {
        let text = format!("{HEAD}- name: m\n  chart: {chart}\n{more}");
        found(&[("helmfile.yaml", &text)]).evidence.len()
    };
    for chart in
        ["zilliz/milvus", "unknown/milvus", "oci://registry.example.org/charts/milvus", "'{{ .Values.repo }}/milvus'"]
    {
        assert_eq!(count(chart, ""), 1, "{chart}");
    }
    assert_eq!(count("'zilliz/{{ .Values.chart }}'", ""), 1);
    let others = [
        "b/milvus",
        "oci://registry-1.docker.io/bitnamicharts/milvus",
        "zilliz/milvus-operator",
        "./milvus",
        "x/redis",
    ];
    for chart in others.into_iter().chain(["'{{ .Values.chart }}'"]) {
        assert_eq!(count(chart, ""), 0, "{chart}");
    }
    let values = "  values: [{cluster: {enabled: false}, image: {all: {repository: milvusdb/milvus, tag: v2.5.16}}}]\n";
    assert_eq!(
        (count("./milvus", values), count("'{{ .Values.chart }}'", values), count("x/redis", values)),
        (1, 1, 0)
    );
}

#[test]
fn a_release_in_a_text_that_cannot_be_read_is_a_trouble() {
    let text = "releases:\n- name: m\n  chart: zilliz/milvus\n version: 4.2.1\n";
    assert_eq!(found(&[("helmfile.yaml", text)]).troubles.len(), 1);
    let text = "releases:\n- name: m\n  chart: zilliz/redis\n version: 4.2.1\n";
    assert_eq!(found(&[("helmfile.yaml", text)]).troubles.len(), 0);
}
