//! The process dialect: image, command and environment of the containers that run Milvus.
//!
//! What is in force is what is written, else Milvus's own default.

mod write;

pub(super) use write::{refill, write};

use super::{Given, Reader, configured_queue, version_of};
use crate::detect::{Evidence, Role, Text, Variable};
use crate::facts::Facts;
use crate::model::{
    CoordinatorLayout, Deployment, Dialect, Field, Ground, Image, Mode, Oddity, Queue, Settings, Surface, Tag,
    Verbatim, Version,
};
use crate::source::Span;

/// The variable that names the queue; it stands above every file.
const QUEUE: &str = "MQ_TYPE";

/// Understands the processes of one Milvus.
pub(super) fn read(evidence: &Evidence, surface: Surface, facts: &Facts, given: &Given) -> Deployment {
    let mut oddities = Reader::new(evidence).oddities();
    let image = image(evidence);
    let version = version_of(&image, given, &mut oddities);
    let mode = mode(evidence);
    let queue = queue(evidence, &mode, &version, facts, &mut oddities);
    Deployment {
        id: evidence.id.clone(),
        surface,
        dialect: Dialect::Process,
        api_version: String::new(),
        at: evidence.at,
        version,
        image,
        assumed_version: None,
        gate: Field::unknown(evidence.at, "a plain container has no operator"),
        queues: vec![queue.clone()].into_iter().filter(|queue| !queue.is_unknown()).collect(),
        pulsar_line: None,
        coordinators: coordinators(evidence, &mode),
        mode,
        queue,
        rolling: Field::unknown(evidence.at, "a plain container has no rolling update of its own"),
        rolls: Field::unknown(evidence.at, "a plain container has no rolling update of its own"),
        update_mode: Field::unknown(evidence.at, "a plain container has no update mode"),
        workloads: Field::unknown(evidence.at, "plain containers are started by hand, one by one"),
        chart: Field::unknown(evidence.at, "a plain container has no chart"),
        operator: Field::unknown(evidence.at, "a plain container has no operator"),
        webhook: Field::unknown(evidence.at, "a plain container has no operator"),
        components: Vec::new(),
        settings: Settings::default(),
        oddities,
        ground: Ground {
            pods_overlap: evidence.processes.iter().find_map(|process| process.overlaps),
            own_volume: evidence.processes.iter().find_map(|process| process.own_volume),
            ..Ground::default()
        },
        verbatim: Verbatim::default(),
        keys: super::written::written(evidence),
    }
}

fn image(evidence: &Evidence) -> Field<Image> {
    let images = evidence.processes.iter().filter_map(|process| process.image.as_ref());
    let mut images = images.map(|text| Field::written(text.said_at(), reference(text)));
    let Some(first) = images.next() else { return Field::unknown(evidence.at, "no image is written") };
    match images.find(|other| other.value() != first.value()) {
        Some(other) => Field::unknown(other.at, "the processes of this Milvus run different images"),
        None => first,
    }
}

/// The image that a text names. The default of a variable says what runs unless somebody says otherwise.
fn reference(text: &Text) -> Image {
    let image = Image::parse(&text.filled);
    let Tag::Variable(variable) = &image.tag else { return image };
    let assumed = Image::parse(&text.assumed);
    match assumed.tag {
        Tag::Release(version) => Image { tag: Tag::Assumed(version, variable.clone()), ..image },
        Tag::Variable(_) | Tag::Missing => image,
        _ => assumed,
    }
}

fn roles(evidence: &Evidence) -> impl Iterator<Item = Role> {
    evidence.processes.iter().filter_map(|process| process.role)
}

fn mode(evidence: &Evidence) -> Field<Mode> {
    let known = roles(evidence).filter(|role| role.word != "mixture");
    // What a command says stands above what a name says.
    let Some(role) = known.min_by_key(|role| (!role.told, role.word != "standalone")) else {
        return Field::unknown(evidence.at, "what the container runs is not written");
    };
    let mode = if role.word == "standalone" { Mode::Standalone } else { Mode::Cluster };
    match role.told {
        true => Field::written(role.at, mode),
        false => Field::default(role.at, mode, format!("its name says `{}`", role.word)),
    }
}

fn coordinators(evidence: &Evidence, mode: &Field<Mode>) -> Field<CoordinatorLayout> {
    if mode.value() == Some(&Mode::Standalone) {
        let why = "a standalone runs all coordinators in one process";
        return Field::default(mode.at, CoordinatorLayout::Mix, why);
    }
    let at = |wanted: &dyn Fn(&str) -> bool| roles(evidence).find(|role| wanted(role.word)).map(|role| role.at);
    let mix = at(&|role| role == "mixcoord");
    let separate = at(&|role| matches!(role, "rootcoord" | "datacoord" | "querycoord" | "indexcoord"));
    match (mix, separate) {
        // In the templates of a chart all stand side by side, and conditions decide between them.
        (Some(_), Some(at)) if is_templated(evidence) => {
            Field::unknown(at, "a template decides which coordinators run")
        }
        (Some(_), Some(at)) => Field::written(at, CoordinatorLayout::Both),
        (Some(at), None) => Field::written(at, CoordinatorLayout::Mix),
        (None, Some(at)) => Field::written(at, CoordinatorLayout::Separate),
        (None, None) => Field::unknown(evidence.at, "no coordinator is among these processes"),
    }
}

/// Whether a template decides which of the processes there are.
fn is_templated(evidence: &Evidence) -> bool {
    let mut layers = evidence.processes.iter().flat_map(|process| &process.layers.0);
    layers.any(|layer| layer.document.templated)
}

/// The queue: the variable decides, then the server's configuration, then a broker's address in a cluster, then Milvus.
fn queue(
    evidence: &Evidence,
    mode: &Field<Mode>,
    version: &Field<Version>,
    facts: &Facts,
    oddities: &mut Vec<Oddity>,
) -> Field<Queue> {
    let mut written = variables(evidence, QUEUE).filter_map(|variable| named(variable, oddities));
    if let Some(first) = written.next() {
        return match written.find(|other| other.value() != first.value()) {
            Some(other) => Field::unknown(other.at, "the processes of this Milvus name different queues"),
            None => first,
        };
    }
    if let Some(configured) = configured_queue(evidence) {
        return configured;
    }
    if let Some(at) = evidence.processes.iter().find_map(|process| process.configured) {
        return broker(evidence, mode)
            .unwrap_or_else(|| Field::unknown(at, "the file that is named here may name it, and is not read"));
    }
    broker(evidence, mode).unwrap_or_else(|| default_queue(mode, version, facts))
}

fn variables<'a>(evidence: &'a Evidence, name: &'static str) -> impl Iterator<Item = &'a Variable> {
    let all = evidence.processes.iter().flat_map(|process| &process.environment);
    all.filter(move |variable| variable.name == name)
}

/// What the variable says; `None` where it leaves the choice to Milvus.
fn named(variable: &Variable, oddities: &mut Vec<Oddity>) -> Option<Field<Queue>> {
    let text = variable.value.as_ref()?;
    if let Some(queue) = Queue::parse(&text.filled) {
        return Some(Field::written(text.said_at(), queue));
    }
    if let Some(queue) = Queue::parse(&text.assumed) {
        return Some(Field::default(text.at, queue, format!("the default in `{}`", text.written)));
    }
    match text.filled.as_str() {
        "" | "default" => None,
        unresolved if unresolved.contains(['$', '{']) => {
            Some(Field::unknown(text.at, format!("nothing here says what `{unresolved}` is")))
        }
        word => {
            let known = "rocksmq, natsmq, pulsar, kafka, woodpecker";
            oddities.push(Oddity::UnknownWord { field: QUEUE.into(), text: word.into(), known, at: text.at });
            Some(Field::unknown(text.at, format!("`{word}` is not one of {known}")))
        }
    }
}

/// In a cluster the address of a broker says which queue there is; a standalone keeps its own in spite of one.
fn broker(evidence: &Evidence, mode: &Field<Mode>) -> Option<Field<Queue>> {
    // Another object may hold the address; that there is one is enough.
    let place = |name| -> Option<Span> { variables(evidence, name).next().map(|variable| variable.at) };
    if mode.value() != Some(&Mode::Cluster) {
        return None;
    }
    let pulsar = place("PULSAR_ADDRESS").map(|at| Field::written(at, Queue::Pulsar));
    pulsar.or_else(|| place("KAFKA_BROKER_LIST").map(|at| Field::written(at, Queue::Kafka)))
}

fn default_queue(mode: &Field<Mode>, version: &Field<Version>, facts: &Facts) -> Field<Queue> {
    let known = mode.value().and_then(|mode| facts.server_default("queue", version.value()?, *mode));
    match (known.and_then(Queue::parse), version.value()) {
        (Some(queue), Some(version)) => Field::default(mode.at, queue, format!("the default of Milvus {version}")),
        _ => Field::unknown(mode.at, format!("no {QUEUE} is written")),
    }
}
