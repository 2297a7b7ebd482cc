//! Says in the words of containers what should be true: an image, a variable of the environment.

use super::super::{Rewrite, configured_queue, configured_rewrite, retagged};
use super::{QUEUE, reference};
use crate::detect::{Evidence, Process};
use crate::finding::Set;
use crate::model::{Queue, Surface};
use crate::source::Edit;
use crate::yaml::{Change, Document, Path, Step};
use std::sync::Arc;

/// One change and the document that it is made in.
type Written = (Arc<Document>, Change);

/// Says a [`Set`] in the words of the containers; empty where they have none for it.
pub(in super::super) fn write(evidence: &Evidence, surface: Surface, set: &Set) -> Vec<Rewrite> {
    let processes = evidence.processes.iter();
    let changes: Option<Vec<Written>> = match set {
        Set::Version(version) => {
            processes.filter(|process| process.image.is_some()).map(|process| image(process, version)).collect()
        }
        Set::Queue(queue) => {
            let unnamed = |process: &Process| process.environment.iter().all(|variable| variable.name != QUEUE);
            if configured_queue(evidence).is_some() && evidence.processes.iter().all(unnamed) {
                return configured_rewrite(evidence, *queue).into_iter().collect();
            }
            processes.map(|process| variable(process, surface, *queue)).collect()
        }
        _ => None,
    };
    by_document(changes.unwrap_or_default())
}

/// What a [`Set`] changes in files that only fill variables, such as `.env`. Where it changes anything there, nothing has to be
/// written in the container's own file.
pub(in super::super) fn refill(evidence: &Evidence, set: &Set) -> Vec<Edit> {
    let processes = evidence.processes.iter();
    let edits: Option<Vec<Edit>> = match set {
        Set::Version(version) => {
            let images = processes.filter_map(|process| process.image.as_ref());
            images.map(|text| text.refilled(&retagged(&reference(text), version))).collect()
        }
        Set::Queue(queue) => {
            let named = processes.map(|one| one.environment.iter().find(|variable| variable.name == QUEUE));
            named.map(|variable| variable?.value.as_ref()?.refilled(queue.as_str())).collect()
        }
        _ => None,
    };
    let mut edits = edits.unwrap_or_default();
    edits.sort_by_key(|edit| (edit.at.source, edit.at.start));
    edits.dedup();
    edits
}

/// The image with another release, unless another file says a part of it.
fn image(process: &Process, version: &str) -> Option<Written> {
    let text = process.image.as_ref().filter(|text| !text.is_filled())?;
    let layer = process.layers.layer_of(&["image"])?;
    Some((Arc::clone(&layer.document), layer.set(&["image"], retagged(&reference(text), version))))
}

/// The variable where it stands; in a compose file it can also be added.
fn variable(process: &Process, surface: Surface, queue: Queue) -> Option<Written> {
    let set = |path: Path, value: String| Change::Set { path, value, string: true };
    match process.environment.iter().find(|variable| variable.name == QUEUE) {
        Some(variable) => {
            let text = variable.value.as_ref().filter(|text| !text.is_filled())?;
            let (document, path, before) = variable.place.as_ref()?;
            let value = if text.written.contains('$') && text.written.contains(&text.assumed) {
                text.written.replacen(&text.assumed, queue.as_str(), 1)
            } else {
                queue.as_str().to_string()
            };
            Some((Arc::clone(document), set(path.clone(), format!("{before}{value}"))))
        }
        None if surface == Surface::Compose => {
            let layer = process.layers.layer_of(&["environment"])?;
            let list = layer.node.get("environment").filter(|environment| environment.is_seq());
            let change = match list {
                Some(list) => {
                    let next = [Step::Index(list.items().len())];
                    let path = layer.path_to(&["environment"]).into_iter().chain(next).collect();
                    set(path, format!("{QUEUE}={}", queue.as_str()))
                }
                None => layer.set(&["environment", QUEUE], queue.as_str()),
            };
            Some((Arc::clone(&layer.document), change))
        }
        None => None,
    }
}

/// Processes that share a text (an anchor, something extended) ask for the same change; it is made once.
fn by_document(changes: Vec<Written>) -> Vec<Rewrite> {
    let mut rewrites: Vec<Rewrite> = Vec::new();
    for (document, change) in changes {
        match rewrites.iter_mut().find(|rewrite| Arc::ptr_eq(&rewrite.document, &document)) {
            Some(rewrite) if rewrite.changes.contains(&change) => {}
            Some(rewrite) => rewrite.changes.push(change),
            None => rewrites.push(Rewrite { document, changes: vec![change] }),
        }
    }
    rewrites
}
