//! YAML inside a string of YAML: takes a text and one of its scalars, gives the documents that the scalar holds.
//!
//! The content of a `|` block is parsed where it stands, so its nodes have places in the outer text and can be edited.
//! Any other string is parsed decoded; its nodes all stand at the string, and the documents say that they are not exact.

use super::parse::{Frame, indentation, parse_at};
use super::{Document, Kind, Node, Stream, Style};
use crate::source::Span;

/// The documents inside a scalar of `text`; `None` when `node` is no scalar.
pub fn parse_block(text: &str, node: &Node) -> Option<Stream> {
    let scalar = match &node.resolved().kind {
        Kind::Scalar(scalar) => scalar,
        _ => return None,
    };
    let at = node.resolved().at;
    // In a document that is itself not exact, content and token are the same place.
    let exact = at.start < scalar.content.start && text.get(scalar.content.range()).is_some();
    match scalar.style {
        Style::Literal if exact => return Some(nested(text, scalar.content)),
        Style::Folded if exact && folds_nothing(&text[scalar.content.range()], &scalar.text) => {
            return Some(nested(text, scalar.content));
        }
        _ => {}
    }
    Some(parse_at(&scalar.text, Frame { region: at, offset: 0, fixed: Some(at), indent: 0 }))
}

/// The documents in a part of a text that is otherwise of another language.
pub fn parse_within(text: &str, region: Span) -> Stream {
    nested(text, region)
}

/// Reads again the stream that a document came from.
pub(super) fn reread(text: &str, document: &Document, region: Span) -> Stream {
    match document.region.start {
        0 => super::parse(region.source, text),
        // A block scalar has its indicator before its content, so it never begins at 0.
        _ => nested(text, region),
    }
}

/// Reads the lines of a block where they stand.
fn nested(text: &str, content: Span) -> Stream {
    let raw = &text[content.range()];
    let indent = indentation(raw);
    let mut stream = Stream::default();
    let mut read = |from: usize, to: usize| {
        let frame = Frame { region: content, offset: content.start as usize + from, fixed: None, indent };
        let mut part = parse_at(&raw[from..to], frame);
        stream.documents.append(&mut part.documents);
        stream.problems.append(&mut part.problems);
    };
    let (mut from, mut at) = (0, 0);
    for line in raw.split_inclusive('\n') {
        // A separator must stand at the very left for the parser, which inside a block it does not.
        let marker = line.get(indent..).and_then(|line| line.strip_prefix("---"));
        if indent > 0 && marker.is_some_and(|rest| rest.trim().is_empty()) {
            read(from, at);
            from = at + line.len();
        }
        at += line.len();
    }
    read(from, raw.len());
    stream
}

/// Whether a folded block says the same as a literal one would.
fn folds_nothing(raw: &str, decoded: &str) -> bool {
    let indent = indentation(raw);
    let lines = raw.lines().map(|line| line.get(indent..).unwrap_or(""));
    lines.eq(decoded.lines())
        || raw.trim_end().lines().map(|line| line.get(indent..).unwrap_or("")).eq(decoded.trim_end().lines())
}
