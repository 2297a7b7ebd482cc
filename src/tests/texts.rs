//! YAML as people write it: each text must be read as Kubernetes or Helm would read it.

use super::{Told, known_facts};
use crate::outcome::{DeploymentView, Outcome};
use crate::rules::RULES;

fn outcome(path: &str, text: &str) -> Outcome {
    let told = Told { base: Vec::new(), head: vec![(path.to_string(), text.to_string())] };
    told.check(&known_facts(), RULES).2
}

fn one(path: &str, text: &str) -> DeploymentView {
    let outcome = outcome(path, text);
    assert_eq!(outcome.deployments.len(), 1, "{text}\n{:#?}", outcome.incomplete);
    outcome.deployments.into_iter().next().unwrap()
}

fn rules(path: &str, text: &str) -> Vec<&'static str> {
    outcome(path, text).findings.iter().map(|finding| finding.rule).collect()
}

const MILVUS: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: my-release\nspec:\n  mode: cluster\n  components:\n    \
                      image: milvusdb/milvus:v2.5.27\n";

#[test]
fn bytes_around_the_text_change_nothing() {
    for text in [
        MILVUS.to_string(),
        format!("\u{feff}{MILVUS}"),
        MILVUS.replace('\n', "\r\n"),
        format!("# only a comment\n---\n---\n{MILVUS}...\n"),
        format!("%YAML 1.2\n---\n{MILVUS}"),
        MILVUS.replace("my-release", "'my-release' # ünïcödé 漢字"),
        MILVUS.trim_end().to_string(),
    ] {
        let view = one("milvus.yaml", &text);
        assert_eq!(view.version.value.as_deref(), Some("2.5.27"), "{text:?}");
        assert_eq!(view.mode.value.as_deref(), Some("cluster"), "{text:?}");
        assert_eq!(view.id, "my-release");
    }
}

#[test]
fn several_in_one_file_a_list_and_json() {
    let two = format!("{MILVUS}---\n{}", MILVUS.replace("my-release", "other"));
    assert_eq!(outcome("a.yaml", &two).deployments.len(), 2);
    let item = MILVUS.lines().map(|line| format!("    {line}\n")).collect::<String>().replacen("    ", "  - ", 1);
    let list = format!("apiVersion: v1\nkind: List\nitems:\n{item}");
    assert_eq!(one("list.yaml", &list).version.value.as_deref(), Some("2.5.27"));
    let json = r#"{"apiVersion":"milvus.io/v1beta1","kind":"Milvus","metadata":{"name":"j"},"spec":{"components":{"image":"milvusdb/milvus:v2.4.1"}}}"#;
    assert_eq!(one("milvus.json", json).version.value.as_deref(), Some("2.4.1"));
}

#[test]
fn anchors_aliases_and_merge_keys_are_followed() {
    let text = "x: &image milvusdb/milvus:v2.5.27\ny: &base\n  mode: cluster\n  dependencies: {msgStreamType: kafka}\n\
                apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: a}\nspec:\n  <<: *base\n  components:\n    image: *image\n";
    let view = one("anchors.yaml", text);
    assert_eq!(view.version.value.as_deref(), Some("2.5.27"));
    assert_eq!((view.mode.value.as_deref(), view.queue.value.as_deref()), (Some("cluster"), Some("kafka")));
}

#[test]
fn a_tag_is_text_and_never_a_number() {
    let view = one(
        "values.yaml",
        "cluster:\n  enabled: false\nimage:\n  all:\n    repository: milvusdb/milvus\n    tag: 2.10\n",
    );
    assert_eq!(view.image.value.as_deref(), Some("milvusdb/milvus:2.10"));
    assert_eq!((view.version.value.as_deref(), view.version.said), (None, "unknown"));
}

#[test]
fn the_last_of_two_keys_is_in_force_and_both_are_shown() {
    let text = MILVUS.replace("  mode: cluster\n", "  mode: standalone\n  mode: cluster\n");
    assert_eq!(one("milvus.yaml", &text).mode.value.as_deref(), Some("cluster"));
    assert_eq!(rules("milvus.yaml", &text), ["duplicate-key"]);
}

#[test]
fn null_over_a_value_takes_it_away() {
    let values = "# milvus-lint: chart-version 4.2.58\ncluster:\n  enabled: false\nimage:\n  all:\n    tag: v2.5.16\n";
    let with = |rest: &str| one("values.yaml", &format!("{values}{rest}"));
    assert_eq!(with("").queue.value.as_deref(), Some("rocksmq"));
    assert_eq!(with("standalone:\n  messageQueue: null\n").queue.said, "unknown");
    assert_eq!(with("standalone:\n  messageQueue: natsmq\n").queue.value.as_deref(), Some("natsmq"));
}

#[test]
fn yaml_inside_a_block_is_read_where_it_matters() {
    let values = "cluster:\n  enabled: false\nimage:\n  all:\n    tag: v2.5.16\nextraConfigFiles:\n  user.yaml: |+\n    \
                  # queue\n    mq:\n      type: pulsar\n";
    let view = one("values.yaml", values);
    assert_eq!((view.queue.value.as_deref(), view.queue.said), (Some("pulsar"), "written"));
}

#[test]
fn a_template_is_never_read_as_yaml_and_never_left_out() {
    let text = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  {{- if .Values.cluster }}\n  \
                mode: cluster\n  {{- end }}\n  components:\n    image: {{ .Values.image }}\n";
    let found = outcome("templates/milvus.yaml", text);
    assert_eq!(found.deployments.len() + found.incomplete.len(), 1, "{found:#?}");
    if let Some(view) = found.deployments.first() {
        assert_eq!(view.version.said, "unknown", "{view:#?}");
    }
    let defaulted = MILVUS.replace("milvusdb/milvus:v2.5.27", "\"milvusdb/milvus:${TAG:-v2.4.1}\"");
    let view = one("milvus.yaml", &defaulted);
    assert_eq!((view.version.value.as_deref(), view.version.said), (Some("2.4.1"), "default"));
}

#[test]
fn what_cannot_be_parsed_is_said_with_its_place_and_hides_nothing_else() {
    let broken = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: a\n\tnamespace: b\n";
    let found = outcome("broken.yaml", broken);
    assert_eq!(found.incomplete.len(), 1, "{found:#?}");
    assert_eq!(found.findings.iter().map(|f| f.rule).collect::<Vec<_>>(), ["unreadable"]);
    let next = format!("a: [\n---\n{MILVUS}");
    assert_eq!(one("next.yaml", &next).version.value.as_deref(), Some("2.5.27"));
    for nothing in ["", "# nothing\n", "---\n", "just text about milvus\n", "milvus:\n"] {
        let found = outcome("nothing.yaml", nothing);
        assert_eq!((found.deployments.len(), found.incomplete.len()), (0, 0), "{nothing:?}");
    }
}

#[test]
fn a_switch_that_is_text_counts_as_true() {
    let values = "cluster:\n  enabled: \"false\"\nimage:\n  all:\n    tag: v2.5.27\n";
    assert_eq!(one("values.yaml", values).mode.value.as_deref(), Some("cluster"));
    assert!(rules("values.yaml", values).contains(&"quoted-boolean"));
}
