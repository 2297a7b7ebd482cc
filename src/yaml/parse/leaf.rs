//! Values without children: scalars, empty values and aliases, put into the tree with their places.

use super::build::{Builder, DEEPEST, Held};
use super::dedent;
use crate::yaml::template;
use crate::yaml::{Kind, Node, Scalar, Style};
use granit_parser::{ScalarStyle, Tag};
use std::ops::Range;
use std::sync::Arc;

impl Builder<'_> {
    pub(super) fn alias(&mut self, id: usize, at: Range<usize>) {
        let depth_here = self.open.len();
        match self.anchored.get(&id) {
            Some((target, depth)) if depth + depth_here <= DEEPEST => {
                let (target, depth) = (target.clone(), *depth);
                if let Some(&number) = self.anchor_numbers.get(&id) {
                    self.anchors[number].uses += 1;
                }
                let node = Node { at: self.span(at.start, at.end), kind: Kind::Alias(Arc::new(target)) };
                self.deepen(depth);
                self.cursor = at.end;
                self.push(node, at.end, 0, 0);
            }
            Some(_) => {
                self.problem(at.start, "aliases are nested too deep here".to_owned());
                self.unknown(at);
            }
            None => {
                self.problem(at.start, "this alias stands inside of the value that it repeats".to_owned());
                self.unknown(at);
            }
        }
    }

    /// A value that is there but cannot be known.
    pub(super) fn unknown(&mut self, at: Range<usize>) {
        let span = self.span(at.start, at.end);
        let text = self.original[at.clone()].into();
        let scalar = Scalar { text, style: Style::Plain, templated: true, tag: None, content: span };
        self.cursor = at.end;
        self.push(Node { at: span, kind: Kind::Scalar(scalar) }, at.end, 0, 0);
    }

    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Range<usize>,
    ) {
        let style = match style {
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
            _ => Style::Plain,
        };
        let tag = tag.map(|tag| tag.core_suffix().map_or_else(|| tag.original(), str::to_owned).into());
        if style == Style::Plain && at.is_empty() {
            return self.empty(anchor, tag, at.start);
        }
        self.before(at.start);
        let (token, content) = match style {
            Style::Plain => (at.clone(), at.clone()),
            Style::Single | Style::Double => (at.clone(), at.start + 1..at.end.saturating_sub(1).max(at.start + 1)),
            Style::Literal | Style::Folded => self.block_scalar(at.clone()),
        };
        self.cursor = token.end.max(content.end).max(at.end);
        let touched = self.touched(token.start..content.end.max(token.end));
        let trailing = matches!(style, Style::Literal | Style::Folded) && !self.trailing_actions(at.end).is_empty();
        let hurt = style == Style::Plain && template::alone_within(self.actions, token.clone());
        self.in_strings +=
            if hurt { 0 } else { template::within(self.actions, token.start..content.end.max(token.end)).len() };
        let templated = touched || trailing;
        let text =
            if self.masked && templated { dedent(&self.original[content.clone()], style) } else { text.to_owned() };
        let plain_null = style == Style::Plain && matches!(text.as_str(), "~" | "null" | "Null" | "NULL");
        let kind = if plain_null && tag.is_none() {
            Kind::Null
        } else {
            let content = self.span(content.start, content.end);
            Kind::Scalar(Scalar { text: text.into(), style, templated, tag, content })
        };
        self.push(Node { at: self.span(token.start, token.end), kind }, token.end, anchor, 0);
    }

    pub(super) fn touched(&self, range: Range<usize>) -> bool {
        !template::within(self.actions, range).is_empty()
    }

    /// An empty value: finds its place after the colon or dash, which the parser does not say.
    pub(super) fn empty(&mut self, anchor: usize, tag: Option<Arc<str>>, at: usize) {
        let place = match self.open.last().map(|open| (&open.held, open.flow)) {
            Some((Held::Map { key: Some(_), .. }, _)) => {
                self.before(self.text.len());
                self.cursor
            }
            Some((Held::Seq(_), false)) => {
                self.before(self.text.len());
                self.cursor
            }
            Some((Held::Map { key: None, .. }, _)) => at.max(self.cursor),
            _ => self.cursor.max(at),
        };
        let place = if anchor != 0 || tag.is_some() { self.after_properties(place) } else { place };
        self.cursor = self.cursor.max(place);
        let actions = self.trailing_actions(place);
        if let (Some(first), Some(last)) = (actions.first(), actions.last()) {
            return self.emptied(first.at.start..last.at.end, anchor);
        }
        let span = self.span(place, place);
        let kind = match tag {
            Some(tag) if &*tag == "str" => Kind::Scalar(Scalar {
                text: "".into(),
                style: Style::Plain,
                templated: false,
                tag: Some(tag),
                content: span,
            }),
            _ => Kind::Null,
        };
        self.push(Node { at: span, kind }, place, anchor, 0);
    }

    /// A value that only became empty by masking.
    pub(super) fn emptied(&mut self, at: Range<usize>, anchor: usize) {
        let content = self.span(at.start, at.end);
        let text = self.original[at.clone()].into();
        let scalar = Scalar { text, style: Style::Plain, templated: true, tag: None, content };
        self.cursor = self.cursor.max(at.end);
        self.push(Node { at: content, kind: Kind::Scalar(scalar) }, at.end, anchor, 0);
    }
}
