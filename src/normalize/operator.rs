//! The operator's dialect: the `spec` of Milvus and MilvusCluster.

mod gate;
mod told;
mod workloads;
mod write;

pub(super) use write::{move_metadata, write};

use super::{Given, Reader, operator_version, version_of};
use crate::detect::Evidence;
use crate::facts::Facts;
use crate::model::{
    Component, Deployment, Dialect, Field, Ground, Image, Mode, Oddity, Settings, Surface, Tag, Verbatim, Version,
};
use crate::source::Span;
use gate::{gate, tolerant};
use told::Told;
use workloads::Parts;

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
    let gate = gate(&reader, &image);
    let told = Told { reader: &reader, mode: &mode, operator: known_operator.as_ref(), gate: gate.as_ref(), facts };
    let queue = told.queue(evidence, &mut oddities);
    let coordinators = told.coordinators();
    let rolling = told.rolling(&operator, &queue);
    let rolls = told.rolls(&rolling, &queue);
    let pulsar_line = told.pulsar_line(&operator, &queue);
    let components = components(&reader, &mut oddities);
    let update_mode = update_mode(&reader, &mut oddities);
    let parts = Parts { told: &told, evidence, coordinators: &coordinators, rolls: &rolls, update_mode: &update_mode };
    let workloads = parts.workloads();
    // The operator writes its own `mq.type` over the one in `spec.config`.
    // Source: zilliztech/milvus-operator tag v0.9.17 pkg/controllers/configmaps.go.
    let mut queues: Vec<_> = super::configured_queue(evidence).into_iter().collect();
    queues.push(queue.clone());

    Deployment {
        id: evidence.id.clone(),
        surface,
        dialect: Dialect::Operator,
        api_version: evidence.api_version.clone(),
        at: evidence.at,
        version,
        image,
        assumed_version,
        gate: told.gate_word(&operator),
        pulsar_line,
        mode,
        queue,
        queues,
        coordinators,
        rolling,
        rolls,
        update_mode,
        chart: Field::unknown(evidence.at, "a Milvus resource has no chart"),
        webhook: super::operator_webhook(evidence, &operator, facts, given),
        operator,
        components,
        workloads,
        settings: Settings::default(),
        oddities,
        ground: Ground::default(),
        verbatim: Verbatim::default(),
        keys: super::written::written(evidence),
    }
}

fn update_mode(reader: &Reader, oddities: &mut Vec<Oddity>) -> Field<String> {
    let path = ["spec", "components", "imageUpdateMode"];
    let known = "rollingUpgrade, rollingDowngrade, all, force";
    let parse = |text: &str| known.split(", ").find(|word| *word == text).map(str::to_string);
    let default = || Field::default(reader.place(&path), "rollingUpgrade".to_string(), "the operator's default");
    reader.word(&path, known, parse, oddities).unwrap_or_else(default)
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
    let path = image_path(surface, evidence);
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

/// Where the image of the whole Milvus is written.
fn image_path(surface: Surface, evidence: &Evidence) -> &'static [&'static str] {
    match (surface, evidence.api_version.as_str()) {
        (Surface::MilvusResource, "v1alpha1") => &["spec", "image"],
        _ => &["spec", "components", "image"],
    }
}

fn assumed(reader: &Reader, oddities: &mut Vec<Oddity>) -> Option<Field<Version>> {
    let text = reader.text(&["spec", "components", "version"])?;
    let Some(word) = text.written_value() else { return Some(Field::unknown(text.at, text.why()?)) };
    Some(match Version::parse(word).or_else(|| Tag::parse(word).version().cloned()) {
        Some(version) => Field::written(text.at, version),
        // The operator fills in zeros, which is enough for it, and names no release.
        None if tolerant(word).is_some() => {
            Field::unknown(text.at, format!("`{word}` names a line, not one release of it"))
        }
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
