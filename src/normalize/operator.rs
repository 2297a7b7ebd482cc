//! The operator's dialect: the `spec` of Milvus and MilvusCluster.

use super::{Given, Reader, Rewrite, operator_version, version_of};
use crate::detect::Evidence;
use crate::facts::Facts;
use crate::finding::Set;
use crate::model::{
    Component, CoordinatorLayout, Deployment, Dialect, Field, Image, Mode, Oddity, Queue, Surface, Tag, Version,
};
use crate::source::Span;
use crate::yaml::{Change, Node, Step};
use std::sync::Arc;

/// Keys of `spec.components` that are components.
const COMPONENTS: &[&str] = &[
    "standalone",
    "proxy",
    "mixCoord",
    "rootCoord",
    "dataCoord",
    "queryCoord",
    "indexCoord",
    "queryNode",
    "dataNode",
    "indexNode",
    "streamingNode",
    "cdc",
];

const SEPARATE: [&str; 4] = ["rootCoord", "dataCoord", "queryCoord", "indexCoord"];

/// Keys of `metadata` that people write at the root by mistake.
const METADATA: &[&str] = &["labels", "annotations", "name", "namespace", "finalizers"];

/// Understands a Milvus or MilvusCluster resource.
pub(super) fn read(evidence: &Evidence, surface: Surface, facts: &Facts, given: &Given) -> Deployment {
    let reader = Reader::new(evidence);
    let mut oddities = reader.oddities();
    oddities.extend(root_metadata(evidence));
    let operator = operator_version(evidence, given);
    let known_operator = operator.value().cloned();

    let image = image(&reader, surface, evidence, &operator, facts);
    let assumed_version = assumed(&reader, &mut oddities);
    let mut version = version_of(&image, given, &mut oddities);
    if version.is_unknown()
        && let Some(assumed) = assumed_version.as_ref().filter(|assumed| !assumed.is_unknown())
    {
        version = assumed.clone();
    }
    let mode = mode(&reader, surface, evidence, facts, &mut oddities);
    let gate = gate(&image, assumed_version.as_ref());
    let queue = queue(&reader, &mode, known_operator.as_ref(), gate.as_ref(), facts, &mut oddities);
    let coordinators = coordinators(&reader, &mode, gate.as_ref(), known_operator.as_ref(), facts);
    let rolling = rolling(&reader, &operator, facts);
    let components = components(&reader, &mut oddities);
    let mut queues = vec![queue.clone()];
    queues.extend(super::configured_queue(evidence));

    Deployment {
        id: evidence.id.clone(),
        surface,
        dialect: Dialect::Operator,
        api_version: evidence.api_version.clone(),
        at: evidence.at,
        version,
        image,
        assumed_version,
        pulsar_line: pulsar_line(&reader, &queue),
        mode,
        queue,
        queues,
        coordinators,
        rolling,
        update_mode: reader.text(&["spec", "components", "imageUpdateMode"]).unwrap_or_else(|| {
            let at = reader.place(&["spec", "components", "imageUpdateMode"]);
            Field::default(at, "rollingUpgrade".to_string(), "the operator's default")
        }),
        chart: Field::unknown(evidence.at, "a Milvus resource has no chart"),
        operator,
        components,
        oddities,
    }
}

fn rolling(reader: &Reader, operator: &Field<Version>, facts: &Facts) -> Field<bool> {
    let path = ["spec", "components", "enableRollingUpdate"];
    reader.switch(&path).unwrap_or_else(|| {
        let answer = facts.operator_default("rolling", operator.value(), None, None);
        default(answer, reader.place(&path), operator, |text| Some(text == "true"))
    })
}

/// A default of the operator as a field; unknown when the answer depends on an operator version that nobody gave.
fn default<T>(
    answer: Option<&str>,
    at: Span,
    operator: &Field<Version>,
    parse: impl Fn(&str) -> Option<T>,
) -> Field<T> {
    match answer.and_then(parse) {
        Some(value) => Field::default(at, value, whose(operator)),
        None => Field::unknown(at, "the default depends on the operator's version; say it with --operator-version"),
    }
}

fn whose(operator: &Field<Version>) -> String {
    match operator.value() {
        Some(version) => format!("default of operator {version}"),
        None => "the operator's default".to_string(),
    }
}

fn image(
    reader: &Reader,
    surface: Surface,
    evidence: &Evidence,
    operator: &Field<Version>,
    facts: &Facts,
) -> Field<Image> {
    let path: &[&str] = match (surface, evidence.api_version.as_str()) {
        (Surface::MilvusResource, "v1alpha1") => &["spec", "image"],
        _ => &["spec", "components", "image"],
    };
    if let Some(node) = reader.node(path)
        && let Some(text) = node.raw_text().filter(|text| !text.is_empty())
    {
        return Field::written(node.at, Image::parse(text));
    }
    let at = reader.place(path);
    let Some(version) = operator.value() else {
        return Field::unknown(at, "no image is written, and the default depends on the operator's version");
    };
    match facts.operator(version).filter(|operator| !operator.milvus_image.is_empty()) {
        Some(known) => Field::default(at, Image::parse(&known.milvus_image), whose(operator)),
        None => Field::unknown(at, format!("no image is written, and nothing is known of operator {version}")),
    }
}

fn assumed(reader: &Reader, oddities: &mut Vec<Oddity>) -> Option<Field<Version>> {
    let text = reader.text(&["spec", "components", "version"])?;
    let Some(word) = text.written_value() else { return Some(Field::unknown(text.at, text.why()?)) };
    Some(match Version::parse(word).or_else(|| Tag::parse(word).version().cloned()) {
        Some(version) => Field::written(text.at, version),
        None => {
            oddities.push(Oddity::UnknownWord {
                field: "version".to_string(),
                text: word.clone(),
                known: "a version of the form x.y.z",
                at: text.at,
            });
            Field::unknown(text.at, format!("`{word}` is no version"))
        }
    })
}

fn mode(
    reader: &Reader,
    surface: Surface,
    evidence: &Evidence,
    facts: &Facts,
    oddities: &mut Vec<Oddity>,
) -> Field<Mode> {
    if surface == Surface::MilvusClusterResource {
        return Field::default(evidence.at, Mode::Cluster, "the kind MilvusCluster");
    }
    if evidence.api_version == "v1alpha1" {
        return Field::default(evidence.at, Mode::Standalone, "the kind Milvus of v1alpha1");
    }
    reader.word(&["spec", "mode"], "standalone, cluster", Mode::parse, oddities).unwrap_or_else(|| {
        let at = reader.place(&["spec", "mode"]);
        let mode = facts.operator_default("mode", None, None, None).and_then(Mode::parse);
        Field::default(at, mode.unwrap_or(Mode::Standalone), "the operator's default")
    })
}

/// The version by which the operator decides what to run: not always the version that runs. What it cannot read counts as
/// older than anything, a branch build as newer. `None` when nothing is known of the image.
/// Source: zilliztech/milvus-operator@a6dcc6386adf apis/milvus.io/v1beta1/milvus_types.go.
fn gate(image: &Field<Image>, assumed: Option<&Field<Version>>) -> Option<Version> {
    if let Some(assumed) = assumed {
        return assumed.value().cloned();
    }
    let image = image.value()?;
    let newest = Version::new(u64::MAX, 0, 0);
    Some(match &image.tag {
        _ if image.digest.is_some() => Version::new(0, 0, 0),
        Tag::Assumed(..) | Tag::Variable(_) => return image.version().cloned(),
        Tag::Release(version) if image.text.matches('.').count() > 1 => version.clone(),
        Tag::Line { major, minor, suffix: None } => Version::new(*major, *minor, 0),
        Tag::Branch if image.text.contains(":master-") => newest,
        _ => Version::new(0, 0, 0),
    })
}

fn queue(
    reader: &Reader,
    mode: &Field<Mode>,
    operator: Option<&Version>,
    gate: Option<&Version>,
    facts: &Facts,
    oddities: &mut Vec<Oddity>,
) -> Field<Queue> {
    let path = ["spec", "dependencies", "msgStreamType"];
    if reader.text(&path).and_then(|text| text.written_value().cloned()).as_deref() == Some("custom") {
        return Field::unknown(reader.place(&path), "a custom message stream");
    }
    let known = "pulsar, kafka, woodpecker, rocksmq, natsmq, custom";
    reader.word(&path, known, Queue::parse, oddities).unwrap_or_else(|| {
        let at = reader.place(&path);
        let Some(mode) = mode.value() else {
            return Field::unknown(at, "the default depends on the mode, which is not known");
        };
        match facts.operator_default("queue", operator, gate, Some(*mode)).and_then(Queue::parse) {
            Some(queue) => Field::default(at, queue, format!("the operator's default for a {}", mode.as_str())),
            None => Field::unknown(at, "the default depends on the operator's version and on the image"),
        }
    })
}

fn pulsar_line(reader: &Reader, queue: &Field<Queue>) -> Option<Field<u8>> {
    let external = reader.switch(&["spec", "dependencies", "pulsar", "external"]);
    if queue.value() != Some(&Queue::Pulsar) || external.is_some_and(|field| field.value() == Some(&true)) {
        return None;
    }
    let path = ["spec", "dependencies", "pulsar", "inCluster", "chartVersion"];
    let text = reader.text(&path)?;
    let line = match text.written_value().map(String::as_str) {
        Some("pulsar-v2") => 2,
        Some("pulsar-v3") => 3,
        _ => return None,
    };
    Some(Field::written(text.at, line))
}

fn coordinators(
    reader: &Reader,
    mode: &Field<Mode>,
    gate: Option<&Version>,
    operator: Option<&Version>,
    facts: &Facts,
) -> Field<CoordinatorLayout> {
    let runs = |name: &str| {
        let path = ["spec", "components", name];
        reader.node(&path).filter(|_| {
            let replicas = reader.node(&["spec", "components", name, "replicas"]).and_then(Node::text);
            replicas != Some("0")
        })?;
        Some(reader.place(&path))
    };
    let separate = SEPARATE.iter().find_map(|name| runs(name));
    match (mode.value(), runs("mixCoord"), separate) {
        (Some(Mode::Standalone), ..) => {
            Field::default(mode.at, CoordinatorLayout::Mix, "a standalone runs all coordinators in one process")
        }
        (_, Some(_), Some(at)) => Field::written(at, CoordinatorLayout::Both),
        (_, Some(at), None) => Field::written(at, CoordinatorLayout::Mix),
        (_, None, Some(at)) => Field::written(at, CoordinatorLayout::Separate),
        (_, None, None) => {
            let at = reader.place(&["spec", "components"]);
            let answer = facts.operator_default("coordinators", operator, gate, Some(Mode::Cluster));
            match answer.and_then(CoordinatorLayout::parse) {
                Some(layout) => Field::default(at, layout, "the operator's default for a cluster"),
                None => Field::unknown(at, "the default depends on the operator's version"),
            }
        }
    }
}

fn components(reader: &Reader, oddities: &mut Vec<Oddity>) -> Vec<Component> {
    let mut components = Vec::new();
    for name in COMPONENTS {
        if let Some(node) = reader.node(&["spec", "components", name, "image"])
            && let Some(text) = node.raw_text().filter(|text| !text.is_empty())
        {
            components
                .push(Component { name: (*name).to_string(), image: Field::written(node.at, Image::parse(text)) });
        }
        if reader.node(&["spec", "components", name, "version"]).is_some() {
            let at = reader.place(&["spec", "components", name, "version"]);
            oddities.push(Oddity::ComponentVersion { component: (*name).to_string(), at });
        }
    }
    components
}

/// Metadata keys at the root of a resource.
pub(super) fn root_metadata(evidence: &Evidence) -> Vec<Oddity> {
    let layers = evidence.layers.0.iter();
    layers
        .flat_map(|layer| {
            METADATA.iter().filter_map(|key| {
                let entry = layer.node.entry(key)?;
                // Moving is safe where `metadata` is a map that does not have the key yet.
                let metadata = layer.node.get("metadata");
                let movable = metadata.is_some_and(|metadata| metadata.is_map() && metadata.get(key).is_none());
                Some(Oddity::RootMetadata { key: (*key).to_string(), at: entry.key.at, movable })
            })
        })
        .collect()
}

/// Says a [`Set`] in the operator's words.
pub(super) fn write(evidence: &Evidence, surface: Surface, set: &Set) -> Option<Rewrite> {
    let layer = evidence.layers.0.last()?;
    let alpha = surface == Surface::MilvusResource && evidence.api_version == "v1alpha1";
    let components = |key: &str, value: &str| layer.set(&["spec", "components", key], value);
    let changes = match set {
        Set::Version(version) => {
            let path: &[&str] = if alpha { &["spec", "image"] } else { &["spec", "components", "image"] };
            let image = evidence.layers.get(path).and_then(Node::text).map(Image::parse)?;
            vec![layer.set(path, retagged(&image, version))]
        }
        Set::AssumedVersion(version) => vec![components("version", version)],
        Set::Mode(mode) => vec![layer.set(&["spec", "mode"], mode.as_str())],
        Set::Queue(queue) => vec![layer.set(&["spec", "dependencies", "msgStreamType"], queue.as_str())],
        Set::PulsarLine(line) => {
            let path = ["spec", "dependencies", "pulsar", "inCluster", "chartVersion"];
            vec![layer.set(&path, format!("pulsar-v{line}"))]
        }
        Set::Coordinators(CoordinatorLayout::Mix) => mix_coordinators(evidence, layer),
        Set::NoComponentImage(component) => {
            vec![Change::Remove { path: layer.path_to(&["spec", "components", component, "image"]) }]
        }
        Set::Rolling(on) => vec![Change::Set {
            path: layer.path_to(&["spec", "components", "enableRollingUpdate"]),
            value: on.to_string(),
            string: false,
        }],
        Set::UpdateMode(mode) => vec![components("imageUpdateMode", mode)],
        Set::MetadataMoved(key) => vec![move_metadata(layer, key)],
        _ => return None,
    };
    Some(Rewrite { document: Arc::clone(&layer.document), changes })
}

fn mix_coordinators(evidence: &Evidence, layer: &crate::detect::Layer) -> Vec<Change> {
    let mut changes = Vec::new();
    if evidence.layers.get(&["spec", "components", "mixCoord"]).is_none() {
        changes.push(Change::Insert {
            path: layer.path_to(&["spec", "components", "mixCoord"]),
            yaml: "replicas: 1".to_string(),
        });
    }
    changes
}

/// Moves a key from the root of the resource under its `metadata`.
pub(super) fn move_metadata(layer: &crate::detect::Layer, key: &str) -> Change {
    let root = |key: &str| layer.path.iter().cloned().chain([Step::Key(key.to_string())]).collect();
    Change::Move { from: root(key), to: root("metadata") }
}

/// The same image with another release as its tag, written as the old tag was: with or without `v`, the build's name kept.
pub(super) fn retagged(image: &Image, version: &str) -> String {
    let tag = image.text.strip_prefix(image.repository.as_str()).unwrap_or_default();
    let tag = tag.trim_start_matches(':');
    let v =
        if tag.is_empty() || tag.starts_with('v') || !tag.starts_with(|c: char| c.is_ascii_digit()) { "v" } else { "" };
    let variant = match &image.tag {
        Tag::Release(old) => old.variant.as_deref().filter(|variant| variant.split('-').all(is_build_kind)),
        _ => None,
    };
    let variant = variant.map(|variant| format!("-{variant}")).unwrap_or_default();
    format!("{}:{v}{version}{variant}", image.repository)
}

/// Whether a part of a build's name says what kind of build it is, so that other releases have it too.
fn is_build_kind(part: &str) -> bool {
    matches!(part, "gpu" | "cpu" | "arm64" | "amd64" | "debug")
}
