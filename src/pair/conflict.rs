//! Two definitions of one Milvus in one state, of which only the one applied last counts.
//!
//! Takes what the head holds. The same name in another folder, for another environment or in a file that is a copy is
//! ordinary, so only neighbours count.

use super::kin::environment;
use crate::model::{Deployment, Dialect, Surface};

/// Two definitions of the same Milvus that do not agree, the first by place before the second.
pub fn conflicts<'a>(deployments: &[&'a Deployment]) -> Vec<(&'a Deployment, &'a Deployment)> {
    let mut conflicts = Vec::new();
    for (index, first) in deployments.iter().enumerate() {
        for second in &deployments[index + 1..] {
            if is_same(first, second) && disagree(first, second) && !are_samples(deployments, first) {
                conflicts.push((*first, *second));
            }
        }
    }
    conflicts
}

/// Whether whoever applies the folder applies both to the same object.
fn is_same(first: &Deployment, second: &Deployment) -> bool {
    let (one, other) = (&first.id, &second.id);
    // Who installs by other means may install to several clusters, and says so elsewhere.
    let applied = first.dialect == Dialect::Operator || first.surface == Surface::Flux;
    if !applied || first.surface != second.surface || one.name.is_none() || one.name != other.name {
        return false;
    }
    if one.path == other.path {
        return one.namespace == other.namespace;
    }
    let plain = |path: &str| [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending));
    let alike = environment(&one.path) == environment(&other.path) && folder(&one.path) == folder(&other.path);
    alike
        && plain(&one.path)
        && plain(&other.path)
        && match (&one.namespace, &other.namespace) {
            (Some(one), Some(other)) => one == other,
            (None, None) => false,
            // `kubectl apply` puts the one where the other stands, and a part is no alternative.
            _ => is_partial(first, second),
        }
}

/// Whether they ask for different things.
fn disagree(first: &Deployment, second: &Deployment) -> bool {
    let versions = matches!((first.version.value(), second.version.value()), (Some(a), Some(b)) if a != b);
    let images = first.image.written_value() != second.image.written_value();
    versions || images || is_partial(first, second)
}

/// Whether one of two writes its mode and the other leaves it out, along with everything that depends on it.
pub fn is_partial(first: &Deployment, second: &Deployment) -> bool {
    let written = |one: &Deployment| one.mode.written_value().is_some();
    let part = |one: &Deployment| one.mode.is_default() && one.queue.written_value().is_none();
    written(first) && part(second) || written(second) && part(first)
}

/// Many of one name in one folder are there to choose from.
fn are_samples(deployments: &[&Deployment], one: &Deployment) -> bool {
    let beside = |other: &&&Deployment| {
        other.id.name == one.id.name && other.id.path != one.id.path && folder(&other.id.path) == folder(&one.id.path)
    };
    deployments.iter().filter(beside).count() > 1
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
