//! The process dialect: image, command and environment of the containers that run Milvus.
//!
//! What is in force is what is written, else Milvus's own default.

use super::{Given, Reader, Rewrite, retagged, version_of};
use crate::detect::{Evidence, Process};
use crate::facts::Facts;
use crate::finding::Set;
use crate::model::{CoordinatorLayout, Deployment, Dialect, Field, Image, Mode, Queue, Surface};
use crate::yaml::{Change, Node, Step};
use std::sync::Arc;

/// Understands the processes of one Milvus.
pub(super) fn read(evidence: &Evidence, surface: Surface, _facts: &Facts, given: &Given) -> Deployment {
    let mut oddities = Reader::new(evidence).oddities();
    let image = image(evidence);
    let version = version_of(&image, given, &mut oddities);
    let mode = mode(evidence);
    let queue = queue(evidence, &mode);
    Deployment {
        id: evidence.id.clone(),
        surface,
        dialect: Dialect::Process,
        api_version: String::new(),
        at: evidence.at,
        version,
        image,
        assumed_version: None,
        queues: vec![queue.clone()].into_iter().filter(|queue| !queue.is_unknown()).collect(),
        pulsar_line: None,
        coordinators: coordinators(evidence, &mode),
        mode,
        queue,
        rolling: Field::unknown(evidence.at, "a plain container has no rolling update of its own"),
        update_mode: Field::unknown(evidence.at, "a plain container has no update mode"),
        chart: Field::unknown(evidence.at, "a plain container has no chart"),
        operator: Field::unknown(evidence.at, "a plain container has no operator"),
        components: Vec::new(),
        oddities,
    }
}

fn image(evidence: &Evidence) -> Field<Image> {
    let images = evidence.processes.iter().filter_map(|process| process.image.as_ref());
    let mut images = images.filter_map(|node| Some(Field::written(node.at, Image::parse(node.raw_text()?))));
    let Some(first) = images.next() else { return Field::unknown(evidence.at, "no image is written") };
    match images.find(|other| other.value() != first.value()) {
        Some(other) => Field::unknown(other.at, "the processes of this Milvus run different images"),
        None => first,
    }
}

/// What a process is told to run: `standalone`, a component's name, or nothing that is known.
fn role(process: &Process) -> Option<(&'static str, &Node)> {
    const ROLES: &[&str] = &[
        "standalone",
        "mixture",
        "mixcoord",
        "rootcoord",
        "datacoord",
        "querycoord",
        "indexcoord",
        "proxy",
        "querynode",
        "datanode",
        "indexnode",
        "streamingnode",
        "cdc",
    ];
    process.words.iter().find_map(|node| {
        let text = node.text()?;
        let mut words = text.split_whitespace();
        words.find_map(|word| ROLES.iter().find(|role| **role == word)).map(|role| (*role, node))
    })
}

fn mode(evidence: &Evidence) -> Field<Mode> {
    let roles: Vec<_> = evidence.processes.iter().filter_map(role).collect();
    if let Some((_, node)) = roles.iter().find(|(role, _)| *role == "standalone") {
        return Field::written(node.at, Mode::Standalone);
    }
    match roles.iter().find(|(role, _)| *role != "mixture") {
        Some((_, node)) => Field::written(node.at, Mode::Cluster),
        None => Field::unknown(evidence.at, "what the container runs is not written"),
    }
}

fn coordinators(evidence: &Evidence, mode: &Field<Mode>) -> Field<CoordinatorLayout> {
    if mode.value() == Some(&Mode::Standalone) {
        let why = "a standalone runs all coordinators in one process";
        return Field::default(mode.at, CoordinatorLayout::Mix, why);
    }
    let at = |wanted: &dyn Fn(&str) -> bool| {
        evidence.processes.iter().filter_map(role).find(|(role, _)| wanted(role)).map(|(_, node)| node.at)
    };
    let mix = at(&|role| role == "mixcoord");
    let separate = at(&|role| matches!(role, "rootcoord" | "datacoord" | "querycoord" | "indexcoord"));
    match (mix, separate) {
        (Some(_), Some(at)) => Field::written(at, CoordinatorLayout::Both),
        (Some(at), None) => Field::written(at, CoordinatorLayout::Mix),
        (None, Some(at)) => Field::written(at, CoordinatorLayout::Separate),
        (None, None) => Field::unknown(evidence.at, "no coordinator is among these processes"),
    }
}

fn queue(evidence: &Evidence, mode: &Field<Mode>) -> Field<Queue> {
    for process in &evidence.processes {
        for (name, value) in &process.environment {
            let Some(node) = value.as_ref().filter(|_| name == "MQ_TYPE") else { continue };
            let text = node.raw_text().unwrap_or_default();
            return match Queue::parse(text) {
                Some(queue) => Field::written(node.at, queue),
                None => Field::unknown(node.at, format!("`{text}` is no queue")),
            };
        }
    }
    Field::unknown(mode.at, "no MQ_TYPE is written")
}

/// Says a [`Set`] in the words of the containers.
pub(super) fn write(evidence: &Evidence, set: &Set) -> Option<Rewrite> {
    let Set::Version(version) = set else { return None };
    let first = evidence.processes.first()?;
    let same = |process: &&Process| Arc::ptr_eq(&process.document, &first.document);
    let changes = evidence.processes.iter().filter(same).filter_map(|process| {
        let image = Image::parse(process.image.as_ref()?.text()?);
        let path = process.path.iter().cloned().chain([Step::Key("image".to_string())]).collect();
        Some(Change::Set { path, value: retagged(&image, version), string: true })
    });
    Some(Rewrite { document: Arc::clone(&first.document), changes: changes.collect() })
}
