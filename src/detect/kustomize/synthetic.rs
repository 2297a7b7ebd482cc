//! Nodes that stand nowhere as they are: takes a path and a value, gives the map that says so.

use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node, Scalar, Style};
use std::sync::Arc;

/// A value at the end of keys, all of which stand at one place.
pub(super) fn nested(at: Span, keys: &[String], value: &Node) -> Node {
    keys.iter().rev().fold(value.clone(), |value, key| {
        let entries = vec![Entry { key: plain(at, key), value }];
        Node { at, kind: Kind::Map(Arc::new(Map { entries })) }
    })
}

/// Nothing, which hides what is below.
pub(super) fn nothing(at: Span) -> Node {
    Node { at, kind: Kind::Null }
}

pub(super) fn plain(at: Span, text: &str) -> Node {
    let scalar = Scalar { text: text.into(), style: Style::Plain, templated: false, tag: None, content: at };
    Node { at, kind: Kind::Scalar(scalar) }
}
