//! One Milvus is found once: values that a container takes from another file are not values for themselves.
//!
//! Takes what all files of a side gave, and takes back bare values that are a layer of something else.

use super::{Evidence, Found, Layer, What};
use crate::model::Surface;
use crate::source::{SourceId, Span};
use std::collections::{HashMap, HashSet};

/// Takes back bare values which another container of the same side refers to.
pub fn drop_repeats(found: &mut [Found]) {
    let mut used: HashMap<SourceId, Vec<Layer>> = HashMap::new();
    for evidence in found.iter().flat_map(|found| &found.evidence).filter(|evidence| !is_bare(evidence)) {
        for layer in &evidence.layers.0 {
            used.entry(layer.document.source).or_default().push(layer.clone());
        }
    }
    let filled: HashSet<Span> = found.iter().flat_map(|found| found.filled.iter().copied()).collect();
    for found in found.iter_mut() {
        // A template of a resource is judged as it is filled in.
        found.evidence.retain(|evidence| {
            let own = evidence.layers.0.first().map(|layer| layer.document.at);
            own.is_none_or(|own| own.source != evidence.at.source || !filled.contains(&own))
        });
        found.evidence.retain(|evidence| {
            let repeats = || {
                let mut layers = evidence.layers.0.iter();
                layers
                    .any(|own| used.get(&own.document.source).is_some_and(|used| used.iter().any(|o| overlap(own, o))))
            };
            !is_bare(evidence) || !repeats()
        });
    }
}

fn is_bare(evidence: &Evidence) -> bool {
    matches!(evidence.what, What::Deployment(Surface::HelmValues, _))
}

/// Whether two layers speak of the same values: one holds the other, or is it.
fn overlap(one: &Layer, other: &Layer) -> bool {
    one.document.at == other.document.at && (one.path.starts_with(&other.path) || other.path.starts_with(&one.path))
}
