//! YAML with `${ … }` in it: the lines of a heredoc, or a file that `templatefile` fills.
//!
//! Takes a text and its pieces; gives the YAML documents with what the expressions come to in their places. The expressions are
//! masked by letters of the same length first, so that every place stays true.

use super::eval::{Eval, scalar};
use crate::hcl::{ExprKind, Part, PartKind};
use crate::source::Span;
use crate::yaml::{self, Document, Entry, Kind, Map, Node, Scalar, Style};
use std::sync::Arc;

/// The letter that a mask begins with, of those that nobody writes.
const MARK: char = '\u{e000}';

/// The documents in a part of a text, which is all of a file or the lines of a heredoc; `None` where they are not YAML.
pub(super) fn documents(text: &str, region: Span, parts: &[Part], eval: Eval) -> Option<Vec<Arc<Document>>> {
    let (masked, open) = masked(text, region, parts);
    let stream = match region.start {
        0 => yaml::parse(region.source, &masked),
        _ => yaml::parse_within(&masked, region),
    };
    if !stream.problems.is_empty() {
        return None;
    }
    let filling = Filling { text, parts, eval };
    let documents = stream.documents.into_iter().map(|mut document| {
        document.root = filling.node(&document.root);
        // Lines that an expression brings may say anything.
        document.templated |= open.iter().any(|at| region.contains(*at));
        document.comments.clear();
        Arc::new(document)
    });
    Some(documents.collect())
}

/// The text with every expression masked, and those that bring whole lines.
fn masked(text: &str, region: Span, parts: &[Part]) -> (String, Vec<Span>) {
    let mut masked = String::with_capacity(text.len());
    let mut open = Vec::new();
    for part in parts.iter().filter(|part| !matches!(part.kind, PartKind::Literal(_))) {
        let range = part.at.range();
        if !region.contains(part.at) || range.start < masked.len() {
            continue;
        }
        masked.push_str(&text[masked.len()..range.start]);
        let before = text[..range.start].rsplit('\n').next().unwrap_or_default();
        let after = text[range.end..].split('\n').next().unwrap_or_default();
        let alone = before.trim().is_empty() && after.trim().is_empty();
        if alone || matches!(part.kind, PartKind::Directive) {
            open.push(part.at);
            masked.extend(text[range].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            masked.push_str(&mask(range.len()));
        }
    }
    masked.push_str(&text[masked.len()..]);
    (masked, open)
}

fn mask(length: usize) -> String {
    let mut mask = String::from(MARK);
    mask.push_str(&"x".repeat(length.saturating_sub(MARK.len_utf8())));
    mask
}

struct Filling<'a> {
    text: &'a str,
    parts: &'a [Part],
    eval: Eval<'a>,
}

impl Filling<'_> {
    fn node(&self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::Map(map) => {
                let entry = |entry: &Entry| Entry { key: self.key(&entry.key), value: self.node(&entry.value) };
                Kind::Map(Arc::new(Map { entries: map.entries.iter().map(entry).collect() }))
            }
            Kind::Seq(items) => Kind::Seq(items.iter().map(|item| self.node(item)).collect()),
            Kind::Scalar(scalar) if scalar.text.contains(MARK) => return self.filled(node, scalar),
            Kind::Scalar(scalar) if scalar.text.contains("$${") || scalar.text.contains("%%{") => {
                let text = scalar.text.replace("$${", "${").replace("%%{", "%{");
                Kind::Scalar(Scalar { text: text.as_str().into(), ..scalar.clone() })
            }
            other => other.clone(),
        };
        Node { at: node.at, kind }
    }

    /// A key is where it stands, whatever it says.
    fn key(&self, key: &Node) -> Node {
        Node { at: key.at, ..self.node(key) }
    }

    fn filled(&self, node: &Node, scalar: &Scalar) -> Node {
        let inside = |part: &&Part| {
            !matches!(part.kind, PartKind::Literal(_)) && node.at.contains(part.at) && part.at.start < part.at.end
        };
        let parts: Vec<&Part> = self.parts.iter().filter(inside).collect();
        if let [part] = &parts[..]
            && *scalar.text == mask(part.at.range().len())
            && let PartKind::Value(value) = &part.kind
        {
            return self.whole(node, scalar, value);
        }
        let mut text = String::new();
        let mut templated = scalar.templated;
        let mut content = scalar.content;
        let mut rest: &str = &scalar.text;
        for part in parts {
            let mask = mask(part.at.range().len());
            let Some((before, after)) = rest.split_once(mask.as_str()) else { continue };
            text.push_str(before);
            rest = after;
            let value = match &part.kind {
                PartKind::Value(value) => self.eval.path_text(value).map(|path| (path, None)).or_else(|| {
                    let value = self.eval.node(value);
                    Some((value.text()?.to_string(), Some(value.at)))
                }),
                _ => None,
            };
            templated |= value.is_none();
            let (value, at) = value.unwrap_or_else(|| (self.text[part.at.range()].to_string(), None));
            text.push_str(&value);
            // What the text ends in can be changed where it is written.
            content = at.filter(|_| rest.is_empty()).unwrap_or(content);
        }
        text.push_str(rest);
        let filled = Scalar { text: text.as_str().into(), templated, content, ..scalar.clone() };
        Node { at: node.at, kind: Kind::Scalar(filled) }
    }

    /// A scalar that is one expression and nothing else.
    fn whole(&self, node: &Node, written: &Scalar, value: &crate::hcl::Expr) -> Node {
        if let ExprKind::Call(name, arguments) = &value.kind
            && let (true, [argument]) = (matches!(name.as_str(), "jsonencode" | "yamlencode"), &arguments[..])
        {
            let value = self.eval.node(argument);
            return if value.scalar().is_some() { self.as_yaml(node, written, &value) } else { value };
        }
        let found = self.eval.node(value);
        match &found.kind {
            Kind::Scalar(_) => self.as_yaml(node, written, &found),
            _ => Node { at: node.at, kind: self.eval.unknown(value).kind },
        }
    }

    /// A value as the YAML around it makes it: without quotes there, it is whatever it looks like.
    fn as_yaml(&self, node: &Node, written: &Scalar, value: &Node) -> Node {
        let text = value.raw_text().unwrap_or_default();
        if text.is_empty() && written.style == Style::Plain {
            return Node { at: node.at, kind: Kind::Null };
        }
        let templated = value.is_templated();
        // What is not known is said to be what stands here, where somebody may look for it.
        let at = if templated { node.at } else { value.at };
        Node { at, kind: scalar(text, written.style, templated, at) }
    }
}
