//! Deployments, StatefulSets, Pods and their kin that run the server: alone, in a `List`, or in a template's `objects`.
//!
//! The components of a cluster are workloads of their own, mostly each in a document of its own; so a file is looked at whole,
//! and `parts` puts together what stands in several files.

mod config_map;
mod parts;

pub use parts::join_workloads;

use super::process::{self, Process, Variable};
use super::variables::{Text, Variables};
use super::{File, Found, Layer, Layers, Tree};
use crate::model::Surface;
use crate::source::Span;
use crate::yaml::{Document, Node, Path, Step};
use std::sync::Arc;

const KINDS: &[&str] =
    &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "DeploymentConfig", "Rollout", "Pod", "Job", "CronJob"];

/// Where the pod of a kind is described.
fn pod_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => &["spec", "template", "spec"],
    }
}

/// Whether objects of a kind run containers.
pub(super) fn is_workload(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// What belongs together: the namespace, and the release that installed it.
type Release = (Option<String>, Option<String>);

/// A workload that runs the server.
struct Part {
    release: Release,
    process: Process,
    /// The server's own configuration.
    server: Layers,
    /// The chart that rendered it.
    chart: Option<(Span, String)>,
}

/// Adds every Milvus that the workloads of a file run.
pub(super) fn find(file: &File, tree: &Tree, found: &mut Found) {
    let mut processes = Vec::new();
    let mut told = Vec::new();
    for document in &file.documents {
        for (path, node) in resources(&document.root) {
            let Some(part) = process((file, tree), document, path, node) else { continue };
            told.push((part.process.at, part.server, part.chart));
            processes.push((part.release, part.process));
        }
    }
    for ((namespace, _), parts) in process::together(processes) {
        let Some(mut evidence) = process::evidence(Surface::Workload, namespace, &file.source.path, parts) else {
            continue;
        };
        // The parts of one Milvus share their configuration and their chart, so the first part's will do.
        if let Some((_, server, chart)) = told.iter().find(|(at, ..)| *at == evidence.at) {
            evidence.server = server.clone();
            evidence.chart.clone_from(chart);
        }
        found.evidence.push(evidence);
    }
}

/// The resources of a document.
fn resources(root: &Node) -> Vec<(Path, &Node)> {
    let lists = ["items", "objects"].into_iter().filter_map(|key| Some((key, root.get(key)?)));
    let inside = lists.flat_map(|(key, list)| {
        let path = move |index| vec![Step::Key(key.to_string()), Step::Index(index)];
        list.items().iter().enumerate().map(move |(index, item)| (path(index), item))
    });
    std::iter::once((Vec::new(), root)).chain(inside).collect()
}

/// The process of a workload that runs the server.
fn process((file, tree): (&File, &Tree), document: &Arc<Document>, path: Path, node: &Node) -> Option<Part> {
    let kind = node.entry("kind").filter(|kind| kind.value.text().is_some_and(|kind| KINDS.contains(&kind)))?;
    let word = kind.value.text().unwrap_or_default();
    let pod = pod_of(word);
    // A job with the server's image mostly does something else with it.
    let only_commanded = word.ends_with("Job");
    let containers = node.at_path(pod)?.get("containers")?;
    let server = |container| config_map::server(file, tree, (node, node.at_path(pod).unwrap_or(node)), container);
    let name = node.at_path(&["metadata", "name"]).and_then(Node::raw_text).unwrap_or_default();
    for (index, container) in containers.items().iter().enumerate() {
        let image = container.get("image").and_then(|image| Text::of(image, &Variables::new()));
        let words = ["command", "args"].into_iter().filter_map(|key| container.get(key));
        let words = words.flat_map(|node| if node.is_seq() { node.items() } else { std::slice::from_ref(node) });
        let (role, runs_milvus) = process::commanded(words);
        if !process::is_server(image.as_ref(), runs_milvus) || only_commanded && !runs_milvus {
            continue;
        }
        let labelled = ["app.kubernetes.io/component", "component"].into_iter().filter_map(|key| label(node, key));
        let container_name = container.get("name").and_then(|name| Some((name.at, name.text()?)));
        let role = process::role(role, labelled.chain(container_name).chain([(kind.key.at, name)]));
        let steps = pod.iter().chain(&["containers"]).map(|key| Step::Key((*key).to_string()));
        let path: Path = path.iter().cloned().chain(steps).chain([Step::Index(index)]).collect();
        let environment = environment(document, &path, container);
        let namespace = node.at_path(&["metadata", "namespace"]).and_then(Node::raw_text).map(str::to_string);
        let release = label(node, "app.kubernetes.io/instance").map(|(_, text)| text.to_string());
        let process = Process {
            name: name.to_string(),
            at: kind.key.at,
            layers: Layers(vec![Layer::of_part(document, path, container)]),
            image,
            role,
            environment,
            configured: configured(container),
            overlaps: overlaps(node, container).filter(|_| word == "Deployment" && !document.templated),
            own_volume: None,
        };
        let chart = label(node, "helm.sh/chart").and_then(|(at, text)| Some((at, text.strip_prefix("milvus-")?)));
        return Some(Part {
            release: (namespace, release),
            process,
            server: server(container),
            chart: chart.map(|(at, version)| (at, version.to_string())),
        });
    }
    None
}

/// Where a Deployment starts a new pod before the old one ends, though both mount one volume: a claim, or a folder of the machine.
fn overlaps(node: &Node, container: &Node) -> Option<Span> {
    let pod = node.at_path(&["spec", "template", "spec"])?;
    let mounted = |name: &str| {
        let mut mounts = container.get("volumeMounts").into_iter().flat_map(Node::items);
        mounts.any(|mount| {
            let of_data = mount.get("mountPath").and_then(Node::raw_text).is_some_and(|path| path.contains("milvus"));
            let at_configuration =
                configured(container).is_some_and(|at| mount.at.start <= at.start && at.end <= mount.at.end);
            of_data && !at_configuration && mount.get("name").and_then(Node::raw_text) == Some(name)
        })
    };
    let volumes = pod.get("volumes").into_iter().flat_map(Node::items);
    let lasting = |volume: &&Node| volume.get("persistentVolumeClaim").or(volume.get("hostPath")).is_some();
    volumes.filter(lasting).find(|volume| volume.get("name").and_then(Node::raw_text).is_some_and(mounted))?;
    let Some(strategy) = node.at_path(&["spec", "strategy"]).filter(|strategy| strategy.is_map()) else {
        // Nothing is said, so Kubernetes rolls.
        return node.entry("kind").map(|kind| kind.key.at);
    };
    let surge = strategy.at_path(&["rollingUpdate", "maxSurge"]).and_then(Node::raw_text);
    let stops = strategy.get("type").and_then(Node::raw_text).is_some_and(|word| word != "RollingUpdate");
    (!stops && !matches!(surge, Some("0" | "0%")) && !strategy.is_templated()).then_some(strategy.at)
}

/// A label of the workload or of its pods.
fn label<'a>(node: &'a Node, key: &str) -> Option<(Span, &'a str)> {
    let own = node.at_path(&["metadata", "labels", key]);
    let label = own.or_else(|| node.at_path(&["spec", "template", "metadata", "labels", key]))?;
    Some((label.at, label.raw_text()?))
}

fn environment(document: &Arc<Document>, path: &Path, container: &Node) -> Vec<Variable> {
    let items = container.get("env").into_iter().flat_map(Node::items).enumerate();
    items
        .filter_map(|(index, item)| {
            let name = item.get("name")?.text()?.to_string();
            let steps = [Step::Key("env".to_string()), Step::Index(index), Step::Key("value".to_string())];
            let value = item.get("value").and_then(|value| Text::of(value, &Variables::new()));
            let place = value
                .as_ref()
                .map(|_| (Arc::clone(document), path.iter().cloned().chain(steps).collect(), String::new()));
            Some(Variable { name, at: item.at, value, place })
        })
        .collect()
}

/// Where a file is mounted over the server's configuration.
fn configured(container: &Node) -> Option<Span> {
    let mounts = container.get("volumeMounts").into_iter().flat_map(Node::items);
    let mut paths = mounts.filter_map(|mount| mount.get("mountPath"));
    paths.find(|path| path.raw_text().is_some_and(process::is_configuration)).map(|path| path.at)
}
