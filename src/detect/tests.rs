//! One small text for each shape that was learned from real repositories.

mod processes;

use super::*;
use crate::yaml::{Path, Step};

fn found(path: &str, text: &str) -> Found {
    let sources = crate::source::Sources::from_texts(crate::source::Side::Head, [(path, text)]);
    let tree = Tree::parse(&sources);
    find(&tree.files[0], &tree, Hint::default())
}

/// The paths of what was found, with the kind of each.
fn paths(path: &str, text: &str) -> Vec<String> {
    let found = found(path, text);
    assert_eq!(found.troubles, [], "{text}");
    found.evidence.iter().map(|evidence| show(&evidence.layers.0[0].path)).collect()
}

fn show(path: &Path) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => index.to_string(),
    });
    format!("/{}", steps.collect::<Vec<_>>().join("/"))
}

const NONE: [&str; 0] = [];

fn resource(kind: &str) -> String {
    format!("apiVersion: milvus.io/v1beta1\nkind: {kind}\nmetadata:\n  name: a\n")
}

#[test]
fn the_operators_resources() {
    for kind in ["Milvus", "MilvusCluster", "MilvusUpgrade"] {
        assert_eq!(paths("a.yaml", &resource(kind)), ["/"]);
    }
    assert_eq!(paths("a.yaml", &resource("Backup")), NONE);
    assert_eq!(paths("a.yaml", "apiVersion: zilliz.com/v1\nkind: Milvus\nmetadata: {name: a}\nspec: {}\n"), NONE);
    let json = r#"{"apiVersion": "milvus.io/v1beta1", "kind": "Milvus", "metadata": {"name": "a"}}"#;
    assert_eq!(paths("a.json", json), ["/"]);
}

#[test]
fn resources_inside_other_resources() {
    let item = "{apiVersion: milvus.io/v1beta1, kind: Milvus, metadata: {name: a}}";
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- {item}\n- {item}\n");
    assert_eq!(paths("a.yaml", &list), ["/items/0", "/items/1"]);
    let template = format!("apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- {item}\n");
    assert_eq!(paths("a.yaml", &template), ["/objects/0"]);
    assert_eq!(paths("a.yaml", &format!("- name: task\n  k8s:\n    definition: {item}\n")), ["/0/k8s/definition"]);
    let owner = "apiVersion: v1\nkind: Secret\nmetadata:\n  ownerReferences:\n  - {apiVersion: milvus.io/v1beta1, kind: Milvus, name: a}\n";
    assert_eq!(paths("a.yaml", owner), NONE);
}

#[test]
fn resources_in_templates() {
    let text =
        "{{- if .on }}\napiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: {{ .name }}\n{{- end }}\n";
    assert_eq!(paths("a.yaml", text), ["/"]);
    assert_eq!(paths("a.yaml", "apiVersion: {{ .api }}\nkind: Milvus\nmetadata: {name: a}\n"), ["/"]);
    let found = found("a.yaml", "apiVersion: milvus.io/v1beta1\nkind: {{ .kind }}\nmetadata: {name: a}\n");
    assert_eq!((found.evidence.len(), found.troubles.len()), (0, 1));
}

#[test]
fn what_cannot_be_read_and_looks_like_milvus_is_a_trouble() {
    let troubles = |text: &str| found("a.yaml", text).troubles.len();
    assert_eq!(troubles(&format!("{}spec: [\n", resource("Milvus"))), 1);
    assert_eq!(troubles(r#"{"apiVersion":"milvus.io/v1beta1","kind":"Milvus","spec":{"#), 1);
    assert_eq!(troubles("cluster:\n  enabled: false\nstandalone: [\netcd:\nminio:\n"), 1);
    assert_eq!(troubles("app: 1\nmilvus:\n  standalone: [\n  etcd: {}\n"), 1);
    assert_eq!(troubles("services:\n  m:\n    image: milvusdb/milvus:v2.4.9\n    command: [\n"), 1);
    assert_eq!(troubles("milvus:\n  host: [\n"), 0);
    assert_eq!(troubles("kind: Deployment\nspec: [\n# talks to milvus.io/ things\n"), 0);
}

#[test]
fn values_of_the_chart_by_their_keys() {
    for text in [
        "image:\n  all:\n    repository: milvusdb/milvus\n",
        "standalone:\n  messageQueue: rocksmq\n",
        "cluster: {enabled: true}\netcd: {replicaCount: 1}\nminio: {mode: standalone}\n",
        "queryNode: {replicas: 2}\ndataNode: {resources: {}}\n",
        "cluster:\n  enabled: {{ on }}\nextraConfigFiles:\n  user.yaml: |\n    a: 1\n",
    ] {
        assert_eq!(paths("a.yaml", text), ["/"], "{text}");
        assert!(LITERALS.iter().any(|literal| text.contains(literal)), "{text}");
    }
}

#[test]
fn the_name_of_the_file_and_its_head_say_what_thin_values_are_for() {
    let thin = "service: {type: ClusterIP}\npersistence: {enabled: false}\n";
    assert_eq!(paths("k8s/milvus-values.yaml", thin), ["/"]);
    for other in ["values.yaml", "milvus/values.yaml", "milvus-operator-values.yaml", "milvus-backup-values.yaml"] {
        assert_eq!(paths(other, thin), NONE, "{other}");
    }
    let head = "# helm install milvus milvus/milvus -f values.yaml\ncluster: {enabled: false}\n";
    assert_eq!(paths("values.yaml", &format!("{head}{thin}")), ["/"]);
    assert_eq!(paths("values.yaml", head), NONE);
}

#[test]
fn look_alikes_are_not_values_of_the_chart() {
    for text in [
        "etcd: {endpoints: [a]}\nminio: {address: a}\nproxy: {port: 1}\nlog: {level: info}\n",
        "queryNode: {mmap: {}}\ndataNode: {segment: {}}\nproxy: {}\n",
        "milvus:\n  image: {registry: docker.io, repository: bitnami/milvus, tag: 2.5.0}\ninitJob: {}\ndataCoord: {}\n",
        "milvus:\n  milvus: {image: {repository: mirror/milvus, tag: 2.5.0}}\n  waitContainer: {}\n",
        "milvus: {image: 'milvusdb/milvus:v2.4.9', container_name: a}\n",
        "image: {repository: milvusdb/milvus-operator, tag: v0.7.7}\ninstallCRDs: true\n",
        "milvus: {enabled: true, host: a, port: 19530}\n",
        "milvus: {enabled: false}\n",
        "helm:\n  chart: milvus\n  values: {milvus: {cluster: {enabled: false}}}\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: {milvus: {cluster: {enabled: false}}}\n",
        "milvus: {}\n",
        "values: {}\n",
        "# milvus\n",
    ] {
        assert_eq!(paths("values.yaml", text), NONE, "{text}");
    }
}

#[test]
fn sub_trees_of_umbrellas() {
    let sub = "{cluster: {enabled: false}, enabled: false}";
    assert_eq!(paths("values.yaml", &format!("app: 1\nmilvus: {sub}\n")), ["/milvus"]);
    assert_eq!(paths("values.yaml", &format!("milvus: {{milvus: {sub}}}\n")), ["/milvus/milvus"]);
    assert_eq!(paths("values.yaml", &format!("rag: {{milvus: {sub}}}\n")), ["/rag/milvus"]);
    assert_eq!(paths("values.yaml", "my-milvus: {standalone: {disk: {}}}\n"), ["/my-milvus"]);
    assert_eq!(paths("values.yaml", "other: {standalone: {disk: {}}}\n"), NONE);
    assert_eq!(paths("values.yaml", "milvus: {standalone: {resources: {}}}\n"), ["/milvus"]);
    assert_eq!(paths("cpu-values.yaml", "milvus: {enabled: true}\n"), ["/milvus"]);
    assert_eq!(paths("config.yaml", "milvus: {enabled: true}\n"), NONE);
}

#[test]
fn other_charts_that_run_the_image() {
    for text in [
        "milvus: {image: 'milvusdb/milvus:v2.4.9'}\netcd: {image: e}\nminio: {image: m}\n",
        "milvus: {image: {repository: milvusdb/milvus, tag: v2.4.9}}\n",
        "image: {registry: r.example, repository: containers/milvus, tag: 2.4.6}\n",
        "image: {all: {registry: r.example, repository: containers/milvus, tag: 2.4.6}}\n",
    ] {
        let found = found("values.yaml", text);
        assert_eq!(found.evidence.iter().map(|evidence| evidence.own_chart).collect::<Vec<_>>(), [true], "{text}");
    }
    let chart = found("values.yaml", "image: {all: {repository: milvusdb/milvus, tag: v2.4.9}}\n");
    assert!(!chart.evidence[0].own_chart);
}

#[test]
fn a_chart_version_in_a_comment_says_that_it_is_values() {
    assert_eq!(paths("a.yaml", "# milvus-lint: chart-version 4.2.58\nservice: {}\n"), ["/"]);
    assert_eq!(paths("a.yaml", "# milvus-lint: chart-version 4.2.58\nmilvus: {etcd: {}, minio: {}}\n"), ["/milvus"]);
}

#[test]
fn content_behind_an_alias_is_found_once() {
    let text = "a: &m\n  milvus: {cluster: {enabled: true}}\nb: *m\n";
    assert_eq!(paths("values.yaml", text), ["/a/milvus"]);
}

#[test]
fn names_that_are_worth_opening() {
    for name in [
        "values.yaml",
        "a.yml",
        "a.json",
        "values.yaml.gotmpl",
        "values.gotmpl",
        "m.yaml.j2",
        "m.jinja2",
        "m.tftpl",
        "m.tpl",
        "m.yaml.new",
        "m.old",
        "m.yaml-example",
        "distributed-kafka",
        "values-2.5",
        ".hidden",
        "M.YAML",
        "Chart.lock",
        "requirements.lock",
        // For their commands.
        "README.md",
        "upgrade.sh",
        "rules.mk",
        "Dockerfile.upgrade",
        "main.tf",
        "prod.auto.tfvars",
        "main.tofu",
    ] {
        assert!(is_worth_opening(name), "{name}");
    }
    for name in ["main.go", "README.txt", "a.png", "Cargo.lock"] {
        assert!(!is_worth_opening(name), "{name}");
    }
}
