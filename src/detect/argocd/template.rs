//! A template with what one generator says over it: takes two maps, gives the one that Argo CD makes of them.

use crate::yaml::{Entry, Kind, Map, Node};
use std::sync::Arc;

/// The template with everything that `over` writes; what is empty there says nothing. Every node keeps its place.
pub(super) fn merged(template: &Node, over: &Node) -> Node {
    let (Some(below), Some(above)) = (template.map(), over.map()) else {
        let empty = over.is_null() || over.raw_text() == Some("") || over.is_seq() && over.items().is_empty();
        return if empty { template.clone() } else { over.clone() };
    };
    let mut entries: Vec<Entry> = below.entries.clone();
    for entry in &above.entries {
        let same = |other: &&mut Entry| other.key.raw_text() == entry.key.raw_text();
        match entries.iter_mut().find(same) {
            Some(other) => other.value = merged(&other.value, &entry.value),
            None => entries.push(entry.clone()),
        }
    }
    Node { at: template.at, kind: Kind::Map(Arc::new(Map { entries })) }
}
