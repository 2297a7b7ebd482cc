//! YAML that stands in pieces: takes a text that was put together from another, and where each of its places is there; gives
//! documents with places of that other text. No edit can be made in them.

use super::{Document, Entry, Kind, Map, Node, Scalar, Stream, parse};
use crate::source::{SourceId, Span};
use std::sync::Arc;

/// The documents of `text`, every place moved by `place`.
pub fn parse_mapped(source: SourceId, text: &str, place: &dyn Fn(Span) -> Span) -> Stream {
    let mut stream = parse(source, text);
    for document in &mut stream.documents {
        moved(document, place);
    }
    for problem in &mut stream.problems {
        problem.at = place(problem.at);
    }
    stream
}

fn moved(document: &mut Document, place: &dyn Fn(Span) -> Span) {
    document.root = node(&document.root, place);
    document.at = place(document.at);
    document.region = document.at;
    document.exact = false;
    document.anchors.clear();
    for comment in &mut document.comments {
        comment.at = place(comment.at);
    }
    for duplicate in &mut document.duplicates {
        (duplicate.first, duplicate.second) = (place(duplicate.first), place(duplicate.second));
    }
}

fn node(old: &Node, place: &dyn Fn(Span) -> Span) -> Node {
    let kind = match &old.kind {
        Kind::Null => Kind::Null,
        Kind::Scalar(scalar) => Kind::Scalar(Scalar { content: place(scalar.content), ..scalar.clone() }),
        Kind::Map(map) => {
            let entry = |entry: &Entry| Entry { key: node(&entry.key, place), value: node(&entry.value, place) };
            Kind::Map(Arc::new(Map { entries: map.entries.iter().map(entry).collect() }))
        }
        Kind::Seq(items) => Kind::Seq(items.iter().map(|item| node(item, place)).collect()),
        Kind::Alias(target) => Kind::Alias(Arc::new(shallow(target, place))),
    };
    Node { at: place(old.at), kind }
}

/// The target of an alias: its own place moved; what is below it may be met many times and is not copied.
fn shallow(old: &Node, place: &dyn Fn(Span) -> Span) -> Node {
    match &old.kind {
        Kind::Map(_) | Kind::Seq(_) | Kind::Alias(_) => Node { at: place(old.at), kind: Kind::Null },
        _ => node(old, place),
    }
}
