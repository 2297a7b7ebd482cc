//! Two definitions of one Milvus in one state, of which only the one applied last counts.
//!
//! Takes what the head holds. The same name in another folder, for another environment or in a file that is a copy is
//! ordinary, so only neighbours count.

use super::kin::environment;
use crate::model::{Deployment, Dialect, Surface};
use std::collections::HashMap;

/// Two definitions of the same Milvus that do not agree, the first by place before the second.
pub fn conflicts<'a>(deployments: &[&'a Deployment]) -> Vec<(&'a Deployment, &'a Deployment)> {
    // Only those of one name can be the same, and a repository has thousands of names.
    let mut by_name: HashMap<&str, Vec<&Deployment>> = HashMap::new();
    for deployment in deployments {
        if let Some(name) = &deployment.id.name {
            by_name.entry(name).or_default().push(deployment);
        }
    }
    let mut met: HashMap<&str, usize> = HashMap::new();
    let mut conflicts = Vec::new();
    for first in deployments {
        let Some(name) = &first.id.name else { continue };
        let called = &by_name[name.as_str()];
        let after = met.entry(name).or_default();
        *after += 1;
        for second in &called[*after..] {
            if is_same(first, second) && disagree(first, second) && !are_samples(called, first) {
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
    let alike = folder(&one.path) == folder(&other.path) && environment(&one.path) == environment(&other.path);
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
fn are_samples(called: &[&Deployment], one: &Deployment) -> bool {
    let beside = |other: &&&Deployment| other.id.path != one.id.path && folder(&other.id.path) == folder(&one.id.path);
    called.iter().filter(beside).count() > 1
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
