//! References that did not lead to a text: which of them are wanted, and which are at fault.
//!
//! Takes what the containers of a side looked for in vain, and what was found; gives paths to read and references to report.
//! Only what a Milvus takes something from counts: of the other objects in the same files nothing is asked.

use super::tree::Tree;
use super::{Evidence, Found, kustomize, umbrella};
use crate::model::{Astray, Reference};
use crate::source::{Absence, Side, Span, Wanted};
use std::collections::BTreeSet;

/// Something that was looked for and is not among the texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    /// Where the path is written.
    pub at: Span,
    /// The Milvus that it belongs to begins here, or one of its layers holds this place.
    pub by: Span,
    /// As it is written.
    pub written: String,
    /// From the root of the tree.
    pub path: String,
    pub need: Need,
}

/// What somebody looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// A text that must be there.
    Text,
    /// A text that may be there.
    Wish,
    /// Anything that must be there.
    Presence,
    /// Nothing: the path leads back to where it began.
    Circle,
    /// Nothing: what is named has no effect.
    NoEffect,
}

impl Asked {
    pub fn new(at: Span, written: &str, need: Need) -> Asked {
        Asked { at, by: at, written: written.to_string(), path: String::new(), need }
    }
}

/// What a side refers to and does not have.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// References at fault, by place.
    pub references: Vec<Reference>,
    /// What nobody has been asked for yet.
    pub wanted: Vec<Wanted>,
}

/// Sorts out what was looked for in vain.
pub fn open(tree: &Tree, found: &[Found], side: Side) -> Open {
    let evidence = || found.iter().flat_map(|found| &found.evidence);
    kustomize::expect_references(tree, evidence());
    umbrella::expect_charts(tree, evidence());
    let asked = tree.asked();
    let mut open = Open::default();
    if asked.is_empty() {
        return open;
    }
    let places: BTreeSet<Span> = evidence().flat_map(places).collect();
    let concerns = |asked: &&Asked| places.iter().any(|place| *place == asked.by || place.contains(asked.by));
    for asked in asked.iter().filter(concerns) {
        let fault = match (asked.need, tree.absence(&asked.path)) {
            (Need::Circle, _) => Some(Astray::Cycle),
            (Need::NoEffect, _) => Some(Astray::NoEffect),
            (Need::Wish, Some(_)) => None,
            (_, Some(Absence::Missing)) => Some(Astray::Missing),
            (_, Some(Absence::Outside)) => Some(Astray::Outside),
            (_, Some(Absence::There | Absence::Unknown)) => None,
            (Need::Wish, None) if asked.written.starts_with('/') => None,
            (_, None) => {
                let text = asked.need != Need::Presence;
                open.wanted.push(Wanted { side, path: asked.path.clone(), text });
                None
            }
        };
        let reference = |fault| Reference { at: asked.at, path: asked.written.clone(), fault };
        open.references.extend(fault.map(reference));
    }
    open.wanted.sort();
    open.wanted.dedup_by(|a, b| {
        a.path == b.path && a.side == b.side && {
            b.text |= a.text;
            true
        }
    });
    open.references.dedup();
    open
}

/// The places that belong to a Milvus.
fn places(evidence: &Evidence) -> impl Iterator<Item = Span> {
    std::iter::once(evidence.at).chain(evidence.layers.0.iter().map(|layer| layer.node.at))
}
