//! Values of the Milvus chart, recognised by their shape: alone in a file, or below a key of an umbrella chart's values.
//!
//! Nothing in a values file names its chart, so keys are weighed: some only the Milvus chart has, some it shares with many.
//! Keys of its look-alikes (the server's own configuration, Bitnami's chart of the same name) weigh against it.

use super::{Evidence, Hint, Layer, Layers, What};
use crate::model::{Dialect, Identity, Surface};
use crate::source::Source;
use crate::yaml::{self, Document, Kind, Node, Path, Step};
use std::sync::Arc;

/// How much must be seen before a mapping counts as values of the Milvus chart, in half points.
const ENOUGH: i32 = 6;

/// Adds the values of the Milvus chart in one document.
pub(super) fn find(document: &Arc<Document>, source: &Source, hint: Hint, evidence: &mut Vec<Evidence>) {
    let root = &document.root;
    if !root.is_map() || root.get("apiVersion").is_some() && root.get("kind").is_some() {
        return;
    }
    let found = |steps: Path, node: &Node, at| Evidence {
        what: What::Deployment(Surface::HelmValues, Dialect::Chart),
        id: Identity {
            namespace: hint.namespace.map(str::to_string),
            name: hint.release.map(str::to_string),
            path: source.path.clone(),
            ordinal: 0,
        },
        at,
        api_version: String::new(),
        chart: chart_comment(document),
        server: server_config(&source.text, node),
        layers: Layers(vec![Layer { document: Arc::clone(document), path: steps, node: node.clone() }]),
    };
    // A file that is told its chart version, in itself or from outside, is told to be values.
    let told = hint.values || chart_comment(document).is_some();
    if told || weight(root) >= ENOUGH {
        let first = root.entries().next().map_or(root.at, |(_, entry)| entry.key.at);
        evidence.push(found(Vec::new(), root, first));
        return;
    }
    for (key, entry) in root.entries() {
        // Below a key that names Milvus, less is enough: the umbrella chart's author said what it is.
        let enough = if key.eq_ignore_ascii_case("milvus") { 3 } else { ENOUGH };
        if entry.value.is_map() && key.to_ascii_lowercase().contains("milvus") && weight(&entry.value) >= enough {
            evidence.push(found(vec![Step::Key(key.to_string())], &entry.value, entry.key.at));
        }
    }
}

/// The server configuration that the chart merges over its own: YAML inside a block scalar.
fn server_config(text: &str, values: &Node) -> Layers {
    let block = values.at_path(&["extraConfigFiles", "user.yaml"]);
    let stream = block.and_then(|block| yaml::parse_block(text, block));
    let document = stream.and_then(|stream| stream.documents.into_iter().next());
    Layers(document.map(|document| nested(Arc::new(document))).into_iter().collect())
}

fn nested(document: Arc<Document>) -> Layer {
    Layer { path: Vec::new(), node: document.root.clone(), document }
}

/// Whether a text that cannot be parsed has the marks of values of the Milvus chart at the start of its lines.
pub(super) fn looks_like_values(text: &str) -> bool {
    let keys = text.lines().filter_map(|line| line.split_once(':')).map(|(key, _)| key);
    let strong = keys.filter(|key| ONLY_MILVUS.contains(key)).count();
    strong >= 2
}

/// Top-level keys that only the Milvus chart has.
const ONLY_MILVUS: &[&str] = &[
    "mixCoordinator",
    "rootCoordinator",
    "queryCoordinator",
    "dataCoordinator",
    "indexCoordinator",
    "pulsarv3",
    "streamingNode",
];

/// Top-level keys that it shares with few.
const MOSTLY_MILVUS: &[&str] = &["queryNode", "indexNode", "dataNode", "externalEtcd", "externalPulsar", "attu"];

/// Top-level keys that it shares with many.
const SHARED: &[&str] =
    &["etcd", "minio", "pulsar", "kafka", "proxy", "woodpecker", "streaming", "externalS3", "externalKafka", "log"];

/// Top-level keys of the server's own configuration, of Bitnami's chart, of a compose file.
const FOREIGN: &[&str] = &[
    "rootCoord",
    "queryCoord",
    "dataCoord",
    "indexCoord",
    "mixCoord",
    "mq",
    "common",
    "localStorage",
    "msgChannel",
    "quotaAndLimits",
    "initJob",
    "waitContainer",
    "services",
    "dependencies",
    "apiVersion",
    "openAPIV3Schema",
];

/// How much a mapping looks like values of the Milvus chart, in half points.
fn weight(node: &Node) -> i32 {
    let mut weight = 0;
    for (key, entry) in node.entries() {
        weight += match key {
            _ if ONLY_MILVUS.contains(&key) => 4,
            _ if MOSTLY_MILVUS.contains(&key) => 3,
            _ if SHARED.contains(&key) => 1,
            _ if FOREIGN.contains(&key) => -8,
            "image" => image_weight(&entry.value),
            "standalone" => standalone_weight(&entry.value),
            "cluster" => 2 * i32::from(is_switch(&entry.value)),
            "extraConfigFiles" => 4 * i32::from(entry.value.get("user.yaml").is_some()) + 1,
            _ => 0,
        };
    }
    weight
}

fn image_weight(image: &Node) -> i32 {
    // Bitnami and the SUSE fork name a registry beside the repository at this level; the Milvus chart has `all` or `tools`.
    match image.get("all") {
        Some(all) if all.get("registry").is_some() => -8,
        Some(all) if all.get("repository").and_then(Node::raw_text).is_some_and(|text| text.contains("milvus")) => 6,
        Some(all) if all.get("tag").is_some() || all.get("repository").is_some() => 4,
        Some(_) => 1,
        None if image.get("registry").is_some() => -8,
        None => 0,
    }
}

fn standalone_weight(standalone: &Node) -> i32 {
    let own = ["messageQueue", "rocksmq", "disk"].iter().any(|key| standalone.get(key).is_some());
    match own {
        true => 6,
        false if standalone.is_map() => 2,
        false => 0,
    }
}

fn is_switch(cluster: &Node) -> bool {
    cluster.get("enabled").is_some_and(|enabled| matches!(enabled.kind, Kind::Scalar(_)))
}

/// `# milvus-lint: chart-version 4.2.58` anywhere in the document.
fn chart_comment(document: &Document) -> Option<(crate::source::Span, String)> {
    document.comments.iter().find_map(|comment| {
        let (_, order) = comment.text.split_once("milvus-lint:")?;
        let version = order.trim().strip_prefix("chart-version")?.trim().trim_start_matches(['=', ':']).trim();
        let version = version.split_whitespace().next()?;
        let offset = comment.text.find(version)?;
        // The comment's text begins after its `#`.
        let start = comment.at.start as usize + 1 + offset;
        Some((crate::source::Span::new(comment.at.source, start, start + version.len()), version.to_string()))
    })
}
