//! YAML with places: text to nodes that know where they stand, and changes back to edits that keep every other byte.
//!
//! Takes one source's text; gives a [`Stream`] of [`Document`]s whose [`Node`]s carry a [`Span`], and, for changes asked
//! for as paths, the [`Edit`](crate::source::Edit)s that make them. Only this folder names the parser crate. It knows
//! nothing of Milvus, Kubernetes kinds or Helm charts; it knows how Kubernetes' YAML reader types a scalar (`scalar`) and
//! that `{{ … }}` is not YAML (`template`).

mod block;
mod edit;
mod expect;
mod mapped;
mod node;
mod parse;
mod render;
mod scalar;
mod template;
#[cfg(test)]
mod tests;

pub use block::{parse_block, parse_within};
pub use edit::{Change, EditError, Path, Step, apply, edits, edits_within};
pub use mapped::parse_mapped;
pub use parse::parse;
pub use scalar::{Typed, resolve};

use crate::source::{SourceId, Span};
use std::sync::Arc;

/// One value of a document and its place. Cheap to clone: everything below is shared.
#[derive(Clone, Debug)]
pub struct Node {
    /// Scalars: the token with its quotes, without anchor and tag; block scalars from the `|` to the end of the last
    /// content line. Block collections: from the first key or dash to the end of the last child. Flow collections: with
    /// their brackets. An empty value: the empty place right after its colon or dash. An alias: the `*name`.
    pub at: Span,
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing written, or a plain `~`, `null`, `Null`, `NULL`.
    Null,
    Scalar(Scalar),
    Map(Arc<Map>),
    Seq(Arc<[Node]>),
    /// A `*name`; the content is the anchored node itself, at its own place. Never copied, so alias bombs cost nothing.
    Alias(Arc<Node>),
}

/// A value that is text. It is kept as text whatever it looks like: `2.10` stays `2.10`.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The decoded text; when `templated` in a document that is only readable after masking, the source's own characters.
    pub text: Arc<str>,
    pub style: Style,
    /// The text holds `{{ … }}` or `{% … %}`, so that its value is not known here.
    pub templated: bool,
    /// The explicit tag: `str` for `!!str`, `!vault` for a local one.
    pub tag: Option<Arc<str>>,
    /// The characters without quotes; of a block scalar all of its content lines; of a text that an expression puts together
    /// the literal that it ends in, which may stand elsewhere.
    pub content: Span,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

/// Keys and values in the order written, duplicates and `<<` included.
#[derive(Clone, Debug, Default)]
pub struct Map {
    pub entries: Vec<Entry>,
}

/// One key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Node,
    pub value: Node,
}

/// One document of a stream.
#[derive(Clone, Debug)]
pub struct Document {
    pub source: SourceId,
    /// From its `---` (or its first node) to the end of its root.
    pub at: Span,
    pub root: Node,
    pub comments: Vec<Comment>,
    /// Keys written twice in one map; empty when `templated`, where both halves of an `if`/`else` stand in the text.
    pub duplicates: Vec<Duplicate>,
    /// Actions such as `{{ if … }}` stand outside of strings: the structure is only readable after masking them, and
    /// what they would add or hide is not known.
    pub templated: bool,
    /// Column at which the text of a nested document begins; 0 normally.
    pub indent: usize,
    /// Places are those of the text itself. False for YAML inside a quoted or folded string, where every node has the
    /// place of the whole string and no edit can be made.
    pub exact: bool,
    /// The part of the source that was read as a stream: all of it, or the content of a block scalar.
    pub region: Span,
    /// Every `&anchor` met, for [`edits`] to keep away from shared nodes.
    anchors: Vec<Anchor>,
}

impl Document {
    /// A document that was not read from YAML: values that another language writes, as nodes with their places in it.
    pub fn made(root: Node, region: Span) -> Document {
        Document {
            source: region.source,
            at: root.at,
            root,
            comments: Vec::new(),
            duplicates: Vec::new(),
            templated: false,
            indent: 0,
            exact: true,
            region,
            anchors: Vec::new(),
        }
    }
}

/// A comment, from its `#` to the end of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub at: Span,
    /// What stands after the `#`.
    pub text: String,
}

/// The same key written twice in one map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    pub key: String,
    pub first: Span,
    pub second: Span,
}

/// Something that kept a document, or part of it, from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub at: Span,
    pub message: String,
}

/// All documents of one text, in order, and what could not be read.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    pub documents: Vec<Document>,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug)]
struct Anchor {
    /// The anchored node.
    at: Span,
    /// How many aliases point to it.
    uses: usize,
}
