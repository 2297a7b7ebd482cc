//! Events to a tree: takes the parser's events in order, gives documents. Nothing recurses, and depth is limited.

use super::{Frame, Reading};
use crate::source::Span;
use crate::yaml::template::{self, Action};
use crate::yaml::{Anchor, Comment, Document, Duplicate, Entry, Kind, Map, Node, Problem, Stream};
use granit_parser::{Event, StructureStyle};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Deepest nesting through aliases; the parser limits the nesting of the text itself.
pub(super) const DEEPEST: usize = 600;

pub(super) struct Open {
    /// Start of the collection; corrected when the first dash is met, which the parser counts out of unindented lists.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) flow: bool,
    pub(super) anchor: usize,
    /// How deep it is nested below, aliases followed.
    pub(super) depth: usize,
    pub(super) held: Held,
}

pub(super) enum Held {
    Map { entries: Vec<Entry>, key: Option<Node> },
    Seq(Vec<Node>),
}

pub(super) struct Builder<'a> {
    pub(super) text: &'a str,
    pub(super) original: &'a str,
    pub(super) actions: &'a [Action],
    pub(super) masked: bool,
    pub(super) frame: Frame,
    /// End of the last token that was understood; gaps are read from here.
    pub(super) cursor: usize,
    pub(super) open: Vec<Open>,
    pub(super) root: Option<Node>,
    pub(super) start: Option<usize>,
    /// End of the document before, from where on actions count as this document's.
    pub(super) previous_end: usize,
    pub(super) anchored: HashMap<usize, (Node, usize)>,
    pub(super) anchors: Vec<Anchor>,
    pub(super) anchor_numbers: HashMap<usize, usize>,
    pub(super) comments: Vec<Comment>,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) stream: Stream,
    pub(super) in_strings: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        text: &'a str,
        original: &'a str,
        actions: &'a [Action],
        masked: bool,
        frame: Frame,
    ) -> Builder<'a> {
        Builder {
            text,
            original,
            actions,
            masked,
            frame,
            cursor: 0,
            open: Vec::new(),
            root: None,
            start: None,
            previous_end: 0,
            anchored: HashMap::new(),
            anchors: Vec::new(),
            anchor_numbers: HashMap::new(),
            comments: Vec::new(),
            duplicates: Vec::new(),
            stream: Stream::default(),
            in_strings: 0,
        }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let end = end.max(start);
        self.frame.fixed.unwrap_or(Span::new(
            self.frame.region.source,
            start + self.frame.offset,
            end + self.frame.offset,
        ))
    }

    pub(super) fn problem(&mut self, at: usize, message: String) {
        let at = at.min(self.text.len());
        let length = self.text[at..].chars().next().filter(|c| *c != '\n' && *c != '\r').map_or(0, char::len_utf8);
        self.stream.problems.push(Problem { at: self.span(at, at + length), message });
    }

    pub(super) fn broken(&mut self, at: usize, message: String) {
        let at = (0..=at.min(self.text.len())).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0);
        self.problem(at, message);
        self.cursor = self.cursor.max(at);
        self.previous_end = self.cursor;
        self.forget();
        self.comments.clear();
    }

    fn forget(&mut self) {
        self.open.clear();
        self.root = None;
        self.start = None;
        self.anchored.clear();
        self.anchors.clear();
        self.anchor_numbers.clear();
        self.duplicates.clear();
    }

    pub(super) fn event(&mut self, event: Event<'_>, at: Range<usize>) {
        match event {
            Event::DocumentStart(explicit, _) => {
                self.forget();
                self.start = Some(at.start);
                self.cursor = self.cursor.max(if explicit { at.end } else { at.start });
            }
            Event::DocumentEnd => self.document_end(),
            Event::Comment(_, _) => {
                self.in_strings += template::within(self.actions, at.clone()).len();
                let text = self.original[at.clone()].strip_prefix('#').unwrap_or_default().to_owned();
                self.comments.push(Comment { at: self.span(at.start, at.end), text });
            }
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), at),
            Event::SequenceStart(style, anchor, _) => self.start_collection(true, style, anchor, at),
            Event::MappingStart(style, anchor, _) => self.start_collection(false, style, anchor, at),
            Event::SequenceEnd | Event::MappingEnd => self.end_collection(at),
            Event::Alias(id) => {
                self.before(at.start);
                self.alias(id, at);
            }
            Event::UnresolvedAlias(name) => {
                self.before(at.start);
                self.problem(at.start, format!("no `&{name}` stands before this `*{name}`"));
                self.unknown(at);
            }
            _ => {}
        }
    }

    fn start_collection(&mut self, seq: bool, style: StructureStyle, anchor: usize, at: Range<usize>) {
        let flow = style == StructureStyle::Flow;
        self.before(at.start);
        let held = match seq {
            true => Held::Seq(Vec::new()),
            false => Held::Map { entries: Vec::new(), key: None },
        };
        if flow {
            self.cursor = self.cursor.max(at.end);
        }
        let end = at.end.max(at.start);
        self.open.push(Open { start: at.start, end, flow, anchor, depth: 1, held });
    }

    fn end_collection(&mut self, at: Range<usize>) {
        let Some(open) = self.open.pop() else { return };
        let end = if open.flow && !at.is_empty() { at.end } else { open.end };
        if open.flow {
            self.cursor = self.cursor.max(end);
        }
        let kind = match open.held {
            Held::Seq(items) => Kind::Seq(items.into()),
            Held::Map { entries, .. } => {
                self.find_duplicates(&entries);
                Kind::Map(Arc::new(Map { entries }))
            }
        };
        let node = Node { at: self.span(open.start, end), kind };
        self.push(node, end, open.anchor, open.depth);
    }

    fn find_duplicates(&mut self, entries: &[Entry]) {
        let mut seen: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
        for entry in entries {
            if let Some(key) = entry.key.text()
                && let Some(first) = seen.insert(key, entry.key.at)
            {
                self.duplicates.push(Duplicate { key: key.to_owned(), first, second: entry.key.at });
            }
        }
    }

    /// Notes on all open collections that something of this depth lies below.
    pub(super) fn deepen(&mut self, depth: usize) {
        if let Some(open) = self.open.last_mut() {
            open.depth = open.depth.max(depth + 1);
        }
    }

    /// Puts a finished node where it belongs.
    pub(super) fn push(&mut self, node: Node, end: usize, anchor: usize, depth: usize) {
        if anchor != 0 {
            self.anchor_numbers.insert(anchor, self.anchors.len());
            self.anchors.push(Anchor { at: node.at, uses: 0 });
            self.anchored.insert(anchor, (node.clone(), depth));
        }
        if depth > 0 {
            self.deepen(depth);
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        open.end = open.end.max(end);
        match &mut open.held {
            Held::Seq(items) => items.push(node),
            Held::Map { entries, key } => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push(Entry { key, value: node }),
            },
        }
    }

    fn document_end(&mut self) {
        let Some(root) = self.root.take() else { return };
        let start = self.start.unwrap_or(self.previous_end);
        let next =
            self.text[self.cursor..].find(|c: char| !c.is_whitespace()).map_or(self.text.len(), |at| self.cursor + at);
        let templated = self.masked && !template::within(self.actions, self.previous_end..next).is_empty();
        let root_end = if self.frame.fixed.is_some() { self.cursor } else { root.at.end as usize - self.frame.offset };
        let first =
            if self.frame.fixed.is_some() { start } else { start.min(root.at.start as usize - self.frame.offset) };
        let duplicates = std::mem::take(&mut self.duplicates);
        self.stream.documents.push(Document {
            source: self.frame.region.source,
            at: self.span(first, root_end),
            root,
            comments: std::mem::take(&mut self.comments),
            duplicates: if templated { Vec::new() } else { duplicates },
            templated,
            indent: self.frame.indent,
            exact: self.frame.fixed.is_none(),
            region: self.frame.region,
            anchors: std::mem::take(&mut self.anchors),
        });
        self.previous_end = next;
        self.forget();
    }

    pub(super) fn finish(mut self) -> Reading {
        if let Some(last) = self.stream.documents.last_mut() {
            last.comments.append(&mut self.comments);
        }
        Reading { stream: self.stream, actions_in_strings: self.in_strings }
    }
}
