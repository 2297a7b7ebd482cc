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

/// What the workloads of several files are put together to.
fn joined(files: &[(&str, &str)]) -> Vec<String> {
    let sources = crate::source::Sources::from_texts(crate::source::Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    let mut found: Vec<Found> = tree.files.iter().map(|file| find(file, &tree, Hint::default())).collect();
    join_workloads(&mut found);
    let show = |evidence: &Evidence| {
        let parts: Vec<&str> = evidence.processes.iter().map(|process| process.name.as_str()).collect();
        format!("{}: {}", evidence.id.name.as_deref().unwrap(), parts.join(", "))
    };
    found.iter().flat_map(|found| &found.evidence).map(show).collect()
}

#[test]
fn components_of_one_folder_are_one_milvus() {
    let part = |name: &str, run: &str| workload("Deployment", name, &SERVER.replace("standalone", run));
    let (proxy, node) = (part("milvus-proxy", "proxy"), part("milvus-querynode", "querynode"));
    assert_eq!(joined(&[("a/p.yaml", &proxy), ("a/q.yaml", &node)]), ["milvus: milvus-proxy, milvus-querynode"]);
    let two = ["milvus-proxy: milvus-proxy", "milvus-querynode: milvus-querynode"];
    assert_eq!(joined(&[("a/p.yaml", &proxy), ("b/q.yaml", &node)]), two, "two folders are two clusters");
    let other = part("blue-querynode", "querynode");
    assert_eq!(joined(&[("p.yaml", &proxy), ("q.yaml", &other)]).len(), 2, "two names are two clusters");
    let label = |text: &str| text.replace("labels: {", "labels: {app.kubernetes.io/instance: x, ");
    let parts = [("p.yaml", label(&proxy)), ("q.yaml", label(&other))];
    let parts = [(parts[0].0, parts[0].1.as_str()), (parts[1].0, parts[1].1.as_str())];
    assert_eq!(joined(&parts).len(), 1, "a release may name its parts as it likes");
    assert_eq!(joined(&[("p.yaml", &proxy), ("copy.yaml", &proxy)]).len(), 2, "a copy is no part");
    let alone = part("milvus-standalone", "standalone");
    assert_eq!(joined(&[("p.yaml", &proxy), ("s.yaml", &alone)]).len(), 2, "a standalone is whole by itself");
}

#[test]
fn a_job_is_a_milvus_only_if_it_runs_one() {
    let cron = |pod: &str| {
        workload("Job", "m", pod)
            .replace("kind: Job", "kind: CronJob")
            .replace("spec: {template", "spec: {jobTemplate: {spec: {template")
            + ""
    };
    let close = |text: String| text.trim_end().to_string() + "}}\n";
    assert_eq!(evidence(&[("a.yaml", &workload("Job", "m", SERVER))]).len(), 1);
    assert_eq!(evidence(&[("a.yaml", &close(cron(SERVER)))]).len(), 1);
    let other = SERVER.replace("[milvus, run, standalone]", "[sh, -c, 'curl m:9091/healthz']");
    assert_eq!(evidence(&[("a.yaml", &workload("Job", "m", &other))]).len(), 0);
}

#[test]
fn a_config_map_of_the_same_folder_is_read() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  user.yaml: |\n    mq: {type: kafka}\n";
    let container =
        "{image: 'milvusdb/milvus:v2.4.9', volumeMounts: [{name: v, mountPath: /milvus/configs/user.yaml}]}";
    let pod = format!("{{volumes: [{{name: v, configMap: {{name: conf}}}}], containers: [{container}]}}");
    let text = workload("Deployment", "m", &pod);
    let queue = |files: &[(&str, &str)]| evidence(files)[0].server.get(&["mq", "type"]).is_some();
    assert!(queue(&[("a/m.yaml", &text), ("a/map.yaml", map)]));
    assert!(!queue(&[("a/m.yaml", &text), ("b/map.yaml", map)]));
    assert!(!queue(&[("a/m.yaml", &text), ("a/map.yaml", map), ("a/map2.yaml", map)]), "which of them is not known");
}

#[test]
fn an_including_file_fills_variables() {
    let text = "services: {m: {image: 'milvusdb/milvus:${TAG}'}}\n";
    let own = ("db/.env", "TAG=v2.4.1\n");
    let main = ("compose.yaml", "include: [db/compose.yaml]\n");
    assert_eq!(images(&[("db/compose.yaml", text), own, main]), ["milvusdb/milvus:v2.4.1"]);
    let above = (".env", "TAG=v2.4.9\n");
    assert_eq!(images(&[("db/compose.yaml", text), own, main, above]), ["milvusdb/milvus:v2.4.9"]);
    let named = ("compose.yaml", "include: [{path: db/compose.yaml, env_file: ./x.env}]\n");
    assert_eq!(images(&[("db/compose.yaml", text), own, named, ("x.env", "TAG=v2.4.5")]), ["milvusdb/milvus:v2.4.5"]);
}
