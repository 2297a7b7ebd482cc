//! Compose files and workloads, one small text for each shape.

use super::*;
use crate::model::Surface;

fn evidence(files: &[(&str, &str)]) -> Vec<Evidence> {
    let sources = crate::source::Sources::from_texts(crate::source::Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    let found = find(tree.get(files[0].0).unwrap(), &tree, Hint::default());
    assert_eq!(found.troubles, []);
    found.evidence
}

/// `name: first part, second part` of what was found in the first of several files.
fn milvus(files: &[(&str, &str)]) -> Vec<String> {
    let show = |evidence: &Evidence| {
        let parts: Vec<&str> = evidence.processes.iter().map(|process| process.name.as_str()).collect();
        format!("{}: {}", evidence.id.name.as_deref().unwrap(), parts.join(", "))
    };
    evidence(files).iter().map(show).collect()
}

fn compose(services: &str) -> Vec<String> {
    milvus(&[("docker-compose.yml", &format!("services:\n{services}"))])
}

fn images(files: &[(&str, &str)]) -> Vec<String> {
    let all = evidence(files);
    let images = all.iter().flat_map(|one| &one.processes).filter_map(|process| process.image.as_ref());
    images.map(|image| image.filled.clone()).collect()
}

#[test]
fn services_that_run_the_server() {
    for (service, is_one) in [
        ("image: milvusdb/milvus:v2.4.9", true),
        ("image: 'registry.example:5000/mirror/milvus:v2.4.9-gpu'", true),
        ("image: '${IMAGE:-milvusdb/milvus:v2.4.1}'", true),
        ("image: '${REPO}:${TAG}', command: milvus run standalone", true),
        ("build: ., command: [/milvus/bin/milvus, run, proxy]", true),
        ("image: zilliz/attu:v2.4", false),
        ("image: milvusdb/milvus-backup:v0.4", false),
        ("image: example/retriever-milvus:1.0", false),
        ("image: python:3, command: python milvus.py standalone", false),
    ] {
        assert_eq!(compose(&format!("  m: {{{service}}}\n")).len(), usize::from(is_one), "{service}");
    }
    assert!(LITERALS.contains(&"MILVUS"), "`.env` files that speak of Milvus are read");
}

#[test]
fn components_of_one_file_are_one_milvus_and_standalones_are_several() {
    let part = |name: &str, role: &str| {
        format!("  {name}:\n    image: milvusdb/milvus:v2.4.9\n    command: [milvus, run, {role}]\n")
    };
    assert_eq!(compose(&(part("a-proxy", "proxy") + &part("a-node", "querynode"))), ["a: a-proxy, a-node"]);
    assert_eq!(compose(&(part("proxy", "proxy") + &part("querynode", "querynode"))), ["proxy: proxy, querynode"]);
    assert_eq!(compose(&(part("up", "standalone") + &part("down", "standalone"))), ["up: up", "down: down"]);
}

#[test]
fn variables_come_from_the_env_file_beside() {
    let text = "services: {m: {image: 'milvusdb/milvus:${MILVUS_TAG}'}}\n";
    assert_eq!(images(&[("a/compose.yaml", text)]), ["milvusdb/milvus:${MILVUS_TAG}"]);
    let env = ("a/.env", "MILVUS_TAG=v2.4.9\n");
    assert_eq!(images(&[("a/compose.yaml", text), env]), ["milvusdb/milvus:v2.4.9"]);
    assert_eq!(images(&[("compose.yaml", text), env]), ["milvusdb/milvus:${MILVUS_TAG}"]);
}

#[test]
fn extends_and_overrides_are_layers() {
    let text = "services:\n  base: {image: 'milvusdb/milvus:v2.4.1'}\n  m:\n    extends: {service: base}\n";
    assert_eq!(compose("  m: {extends: m, image: 'milvusdb/milvus:v1'}\n"), ["m: m"], "a circle ends");
    assert_eq!(images(&[("docker-compose.yml", text)]), ["milvusdb/milvus:v2.4.1"; 2]);
    let over = ("docker-compose.override.yml", "services: {m: {image: 'milvusdb/milvus:v2.4.9'}}\n");
    let both = [("docker-compose.yml", text), over];
    assert_eq!(images(&both), ["milvusdb/milvus:v2.4.1", "milvusdb/milvus:v2.4.9"]);
    assert!(evidence(&[over, ("docker-compose.yml", text)]).is_empty(), "it speaks where its base is read");
    assert_eq!(evidence(&[over]).len(), 1, "with no base it speaks for itself");
}

#[test]
fn the_environment_as_map_as_list_and_from_a_file() {
    for environment in [
        "environment: {MQ_TYPE: kafka}",
        "environment: ['MQ_TYPE=kafka']",
        "env_file: milvus.env",
        "env_file: [{path: ./milvus.env}]",
    ] {
        let text = format!("services: {{m: {{image: 'milvusdb/milvus:v2.4.9', {environment}}}}}\n");
        let found = evidence(&[("compose.yml", &text), ("milvus.env", "# milvus\nMQ_TYPE=kafka\n")]);
        let variable = &found[0].processes[0].environment[0];
        assert_eq!(variable.name, "MQ_TYPE", "{environment}");
        assert_eq!(variable.value.as_ref().unwrap().filled, "kafka", "{environment}");
    }
}

#[test]
fn a_configuration_that_is_mounted_is_read_where_it_is_here() {
    let service = "image: 'milvusdb/milvus:v2.4.9', volumes: ['${D:-.}/user.yaml:/milvus/configs/user.yaml']";
    let text = format!("services: {{m: {{{service}}}}}\n");
    let found = evidence(&[("compose.yml", &text), ("user.yaml", "# milvus\nmq: {type: kafka}\n")]);
    assert!(found[0].server.get(&["mq", "type"]).is_some() && found[0].processes[0].configured.is_some());
}

fn workload(kind: &str, name: &str, pod: &str) -> String {
    let metadata = format!("metadata: {{name: {name}, labels: {{helm.sh/chart: milvus-4.2.58}}}}");
    let spec = if kind == "Pod" { pod.to_string() } else { format!("{{template: {{spec: {pod}}}}}") };
    format!("apiVersion: v1\nkind: {kind}\n{metadata}\nspec: {spec}\n")
}

const SERVER: &str = "{containers: [{name: c, image: 'milvusdb/milvus:v2.4.9', args: [milvus, run, standalone]}]}";

#[test]
fn workloads_that_run_the_server() {
    for kind in ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"] {
        let found = evidence(&[("a.yaml", &workload(kind, "m", SERVER))]);
        assert_eq!(found.len(), 1, "{kind}");
        assert_eq!(found[0].what, What::Deployment(Surface::Workload, Dialect::Process));
        assert_eq!(found[0].chart.as_ref().unwrap().1, "4.2.58");
    }
    let init = "{initContainers: [{image: 'milvusdb/milvus:v2.4.9'}], containers: [{image: app}]}";
    assert_eq!(milvus(&[("a.yaml", &workload("Deployment", "m", init))]), NONE);
    let item = workload("Deployment", "m", SERVER).replace('\n', "\n  ");
    assert_eq!(milvus(&[("a.yaml", &format!("kind: List\nitems:\n- {item}"))]), ["m: m"]);
}

#[test]
fn component_workloads_of_a_release_are_one_milvus() {
    let part = |name: &str, run: &str| {
        let pod = SERVER.replace("standalone", run).replace("name: c", &format!("name: {name}"));
        workload("Deployment", name, &pod)
    };
    let parts = [part("a-milvus-proxy", "proxy"), part("a-milvus-mixcoord", "mixture"), part("b", "standalone")];
    let found = milvus(&[("a.yaml", &parts.join("---\n"))]);
    assert_eq!(found, ["a-milvus: a-milvus-proxy, a-milvus-mixcoord", "b: b"]);
    let other = part("c-proxy", "proxy").replace("labels: {", "namespace: other, labels: {");
    let found = milvus(&[("a.yaml", &[part("a-proxy", "proxy"), other].join("---\n"))]);
    assert_eq!(found, ["a-proxy: a-proxy", "c-proxy: c-proxy"]);
}

#[test]
fn a_mounted_config_map_is_the_servers_configuration() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  user.yaml: |\n    mq: {type: kafka}\n";
    let mount = "volumeMounts: [{name: v, mountPath: /milvus/configs/user.yaml}]";
    let container = format!("{{image: 'milvusdb/milvus:v2.4.9', {mount}}}");
    let pod = format!("{{volumes: [{{name: v, configMap: {{name: conf}}}}], containers: [{container}]}}");
    let found = evidence(&[("a.yaml", &format!("{map}---\n{}", workload("Deployment", "m", &pod)))]);
    assert!(found[0].server.get(&["mq", "type"]).is_some());
}
