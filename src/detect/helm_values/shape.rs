//! How much a map looks like values of the Milvus chart.
//!
//! Takes nodes, gives weights in half points: some keys only the Milvus chart has, some it shares with few or with many.
//! Keys of its look-alikes (the server's own configuration, Bitnami's chart of the same name, a compose file, a client's
//! settings) weigh against it. A chart of one's own that runs the Milvus image counts by that image.

use crate::yaml::{Document, Kind, Node};

/// How much must be seen before a map counts as values of the Milvus chart.
pub(super) const ENOUGH: i32 = 6;

/// The same for a map below a key `milvus`.
pub(super) const ENOUGH_BELOW_NAME: i32 = 2;

/// Keys that only the Milvus chart has.
const ONLY_MILVUS: &[&str] =
    &["mixCoordinator", "rootCoordinator", "queryCoordinator", "dataCoordinator", "indexCoordinator", "pulsarv3"];

/// Components: the chart and the server's configuration both name them, and say different things about them.
const COMPONENTS: &[&str] = &["queryNode", "indexNode", "dataNode", "streamingNode"];

/// What the chart says of a component: how its pods run.
const OF_PODS: &[&str] = &[
    "enabled",
    "replicas",
    "resources",
    "nodeSelector",
    "affinity",
    "tolerations",
    "annotations",
    "podAnnotations",
    "extraEnv",
    "hpa",
    "heaptrack",
    "profiling",
    "disk",
    "strategy",
    "securityContext",
    "podDisruptionBudget",
];

/// Keys that it shares with few.
const MOSTLY_MILVUS: &[&str] = &["externalEtcd", "externalPulsar", "attu"];

/// Keys that it shares with many.
const SHARED: &[&str] = &["pulsar", "kafka", "proxy", "woodpecker", "streaming", "externalS3", "externalKafka", "log"];

/// Keys that every chart has; they count only where something else says that these are values for a Milvus.
const OF_ANY_CHART: &[&str] = &["service", "persistence", "resources", "replicas", "image", "ingress", "nodeSelector"];

/// Keys of the server's own configuration, of Bitnami's chart, of compose files and of schemas.
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
    "container_name",
    "depends_on",
    "environment",
    "restart",
    "dependencies",
    "apiVersion",
    "openAPIV3Schema",
];

/// Keys of somebody who talks to a Milvus instead of running one.
const OF_CLIENTS: &[&str] = &["host", "uri", "url", "address", "endpoint", "endpoints", "port", "user", "username"];

/// What is known of a file besides the keys in it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// The file's name says that it holds values.
    pub values: bool,
    /// The file's name says that they are for a Milvus.
    name: bool,
    /// The comment at the head says so.
    head: bool,
}

impl Told {
    /// Reads the name of the file and the comments before its first key.
    pub(super) fn new(path: &str, document: &Document) -> Told {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        // What belongs to Milvus is not Milvus: each of these has a chart, or values, of its own.
        let satellite = ["operator", "backup", "cdc", "attu", "exporter"].iter().any(|word| name.contains(word));
        let begin = document.root.at.start;
        let head = document.comments.iter().take_while(|comment| comment.at.start < begin);
        let head = head.map(|comment| comment.text.to_ascii_lowercase());
        let says = |text: String| text.contains("milvus") && (text.contains("helm") || text.contains("values"));
        let values = name.contains("values");
        Told { values, name: values && name.contains("milvus") && !satellite, head: head.into_iter().any(says) }
    }

    /// What that adds to the weight of the whole file: nothing where a key `milvus` holds what is told.
    pub(super) fn bonus(self, root: &Node) -> i32 {
        let elsewhere = root.entries().any(|(key, _)| key.to_ascii_lowercase().contains("milvus"));
        let told = if self.name { 4 } else { 2 * i32::from(self.head && is_switch(root)) };
        let pods = root.entries().filter(|(key, _)| OF_ANY_CHART.contains(key)).count();
        if elsewhere || told == 0 { 0 } else { told + i32::try_from(pods).unwrap_or(0) }
    }
}

/// How much a map looks like values of the Milvus chart.
pub(super) fn weight(node: &Node) -> i32 {
    let mut weight = 2 * i32::from(is_switch(node));
    for (key, entry) in node.entries() {
        weight += match key {
            _ if ONLY_MILVUS.contains(&key) => 4,
            _ if COMPONENTS.contains(&key) => component_weight(&entry.value),
            _ if MOSTLY_MILVUS.contains(&key) => 3,
            _ if SHARED.contains(&key) => 1,
            _ if FOREIGN.contains(&key) => -8,
            "image" => image_weight(&entry.value),
            "standalone" => standalone_weight(&entry.value),
            "etcd" | "minio" => store_weight(&entry.value),
            "extraConfigFiles" => 4 * i32::from(entry.value.get("user.yaml").is_some()) + 1,
            // What surrounds a map `milvus` is an umbrella, and the Milvus is inside.
            "milvus" if entry.value.is_map() => -4,
            _ => 0,
        };
    }
    // Hardly anything but Milvus needs both.
    let stores = ["etcd", "minio"].iter().all(|key| node.get(key).is_some_and(Node::is_map));
    weight + 2 * i32::from(stores)
}

/// The same for a map below a key that names Milvus: a client's settings stand below such a key as well.
pub(super) fn weight_below_name(node: &Node) -> i32 {
    let clients = node.entries().filter(|(key, _)| OF_CLIENTS.contains(key)).count();
    let version = node.get("version").and_then(Node::text).map(|text| text.trim_start_matches('v'));
    let pods = ["persistence", "resources", "replicas"].iter().any(|key| node.get(key).is_some());
    let runs_version = pods && version.is_some_and(|text| text.starts_with("2.") || text.starts_with("3."));
    weight(node) + 2 * i32::from(runs_version) - 2 * i32::from(clients > 0)
}

/// Whether a map has the marks of a look-alike, so that nothing in it is looked for either.
pub(in crate::detect) fn is_foreign(node: &Node) -> bool {
    node.entries().any(|(key, _)| FOREIGN.contains(&key))
}

/// The same by the key alone, for a text that cannot be parsed.
pub(super) fn weight_of_key(key: &str) -> i32 {
    match key {
        _ if ONLY_MILVUS.contains(&key) => 4,
        _ if COMPONENTS.contains(&key) || MOSTLY_MILVUS.contains(&key) => 3,
        _ if FOREIGN.contains(&key) => -8,
        "extraConfigFiles" => 4,
        "cluster" | "standalone" | "etcd" | "minio" => 2,
        _ => i32::from(SHARED.contains(&key)),
    }
}

/// `enabled: true` and nothing else: how an umbrella turns its Milvus on and keeps all defaults.
pub(super) fn is_switched_on(node: &Node) -> bool {
    node.entries().count() == 1 && node.get("enabled").and_then(Node::as_bool) == Some(true)
}

/// Whether values that name a Milvus image do so in another way than the Milvus chart does: their chart is a fork of it, or
/// somebody's own, and has other defaults.
pub(in crate::detect) fn is_of_own_chart(values: &Node) -> bool {
    let Some(image) = values.get("image") else { return false };
    match image.get("all") {
        Some(all) => all.get("registry").is_some(),
        None => image.raw_text().or_else(|| image.get("repository")?.raw_text()).is_some_and(is_milvus),
    }
}

fn component_weight(component: &Node) -> i32 {
    let of_pods = |key: &str| OF_PODS.contains(&key);
    match component.entries().map(|(key, _)| of_pods(key)).reduce(|one, other| one || other) {
        Some(true) => 3,
        Some(false) => -3,
        None => 1,
    }
}

fn image_weight(image: &Node) -> i32 {
    let repository = |image: &Node| image.get("repository").and_then(Node::raw_text).map(str::to_string);
    match image.get("all") {
        Some(all) if repository(all).is_some_and(|text| text.contains("milvus")) => 6,
        Some(all) if all.get("tag").is_some() || all.get("repository").is_some() => 4,
        Some(_) => 1,
        None => match image.raw_text().map(str::to_string).or_else(|| repository(image)) {
            Some(text) if text.contains("bitnami") => -8,
            Some(text) if is_milvus(&text) => 6,
            _ => 0,
        },
    }
}

/// Whether an image is the server's own: `milvusdb/milvus:v2.4.9`, or a mirror of it; not `milvusdb/milvus-operator`.
fn is_milvus(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split([':', '@']).next() == Some("milvus")
}

fn standalone_weight(standalone: &Node) -> i32 {
    let own = ["messageQueue", "rocksmq", "disk"].iter().any(|key| standalone.get(key).is_some());
    match own {
        true => 6,
        false if standalone.is_map() => 2,
        false => 0,
    }
}

/// etcd and MinIO: the chart runs them, the server's configuration says where they are.
fn store_weight(store: &Node) -> i32 {
    if ["endpoints", "address"].iter().any(|key| store.get(key).is_some()) { -8 } else { 1 }
}

/// `cluster.enabled`, the chart's switch between one process and many.
fn is_switch(values: &Node) -> bool {
    let Some(cluster) = values.get("cluster") else { return false };
    cluster.is_templated() || cluster.get("enabled").is_some_and(|enabled| matches!(enabled.kind, Kind::Scalar(_)))
}
