//! What an expression comes to, as a node with the place where it is written.
//!
//! Takes an expression and the module that it stands in; follows variables, locals and arguments of calls. What cannot be followed
//! becomes a scalar that is not known, with the expression as its text.

use super::module::{Definition, Module};
use crate::hcl::{Block, Expr, ExprKind, Part, PartKind};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node, Scalar, Style};
use std::sync::Arc;

/// Definitions that refer to definitions; more is a circle.
const DEEPEST: usize = 24;

/// More elements than anybody writes down.
const MOST: usize = 100;

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(super) struct Eval<'a> {
    pub module: &'a Module<'a>,
    /// What `templatefile` hands to a template.
    pub given: Option<&'a Node>,
    /// The element of `for_each` that it is evaluated for.
    each: Option<&'a Each>,
    depth: usize,
}

/// One element of a `for_each`.
#[derive(Clone, Debug)]
pub(super) struct Each {
    pub key: Node,
    pub value: Node,
    /// Where it is written.
    pub at: Span,
}

impl<'a> Eval<'a> {
    pub(super) fn of(module: &'a Module<'a>) -> Eval<'a> {
        Eval { module, given: None, each: None, depth: 0 }
    }

    /// The same for what stands in a template.
    pub(super) fn with(self, given: &'a Node) -> Eval<'a> {
        Eval { given: Some(given), ..self }
    }

    /// The same for one element of a `for_each`.
    pub(super) fn for_each(self, each: Option<&'a Each>) -> Eval<'a> {
        Eval { each, ..self }
    }

    /// The elements for which a block is written, where all of them are known; none where it has no `for_each`.
    pub(super) fn each_of(&self, block: &Block) -> Vec<Each> {
        let Some(each) = self.attribute(block, "for_each") else { return Vec::new() };
        let of_item = |item: &Node| Each { key: item.clone(), value: item.clone(), at: item.at };
        let all: Vec<Each> = match &each.kind {
            Kind::Seq(items) => items.iter().map(of_item).collect(),
            Kind::Map(map) => {
                let of_entry =
                    |entry: &Entry| Each { key: entry.key.clone(), value: entry.value.clone(), at: entry.key.at };
                map.entries.iter().map(of_entry).collect()
            }
            _ => Vec::new(),
        };
        let known = all.len() <= MOST && all.iter().all(|each| each.key.text().is_some() && !each.key.is_templated());
        if known { all } else { Vec::new() }
    }

    /// The value of an attribute of a block; `None` when nothing, or `null`, is written.
    pub(super) fn attribute(&self, block: &Block, key: &str) -> Option<Node> {
        let written = self.module.overriding(block, key).map(|attribute| &attribute.value);
        let value = self.node(written.or_else(|| block.body.get(key))?);
        Some(value).filter(|value| !value.is_null())
    }

    /// Whether a block is written for nobody: `count = 0`.
    pub(super) fn is_none_of(&self, block: &Block) -> bool {
        let count = self.attribute(block, "count");
        let each = self.attribute(block, "for_each");
        let empty = |each: Node| match &each.kind {
            Kind::Map(map) => map.entries.is_empty(),
            Kind::Seq(items) => items.is_empty(),
            _ => false,
        };
        count.is_some_and(|count| count.text() == Some("0")) || each.is_some_and(empty)
    }

    /// What an expression comes to.
    pub(super) fn node(&self, expr: &Expr) -> Node {
        if self.depth > DEEPEST {
            return self.unknown(expr);
        }
        let node = |kind: Kind| Node { at: expr.at, kind };
        match &expr.kind {
            ExprKind::Null => node(Kind::Null),
            ExprKind::Bool(value) => node(scalar(&value.to_string(), Style::Plain, false, expr.at)),
            ExprKind::Number(text) => node(scalar(text, Style::Plain, false, expr.at)),
            ExprKind::Text(parts) => self.text(expr, parts),
            ExprKind::Heredoc(_, parts) => self.joined(expr, parts),
            ExprKind::List(items) => node(Kind::Seq(items.iter().map(|item| self.deeper().node(item)).collect())),
            ExprKind::Object(entries) => {
                let entry = |(key, value): &(Expr, Expr)| Entry {
                    key: self.deeper().node(key),
                    value: self.deeper().node(value),
                };
                node(Kind::Map(Arc::new(Map { entries: entries.iter().map(entry).collect() })))
            }
            ExprKind::Path(names) => self.path(names).unwrap_or_else(|| self.unknown(expr)),
            ExprKind::Call(name, arguments) => self.call(name, arguments).unwrap_or_else(|| self.unknown(expr)),
            ExprKind::Conditional(parts) => match self.chosen(parts) {
                Some(part) => self.deeper().node(part),
                None => self.unknown(expr),
            },
            ExprKind::Equal(sides, equal) => {
                let [left, right] = [&sides[0], &sides[1]].map(|side| self.deeper().node(side));
                match (left.text(), right.text()) {
                    (Some(left), Some(right)) => {
                        node(scalar(&((left == right) == *equal).to_string(), Style::Plain, false, expr.at))
                    }
                    _ => self.unknown(expr),
                }
            }
            ExprKind::Other => self.unknown(expr),
        }
    }

    /// The part of a conditional that holds, if its condition is known.
    pub(super) fn chosen<'e>(&self, parts: &'e [Expr; 3]) -> Option<&'e Expr> {
        match self.deeper().node(&parts[0]).text()? {
            "true" => Some(&parts[1]),
            "false" => Some(&parts[2]),
            _ => None,
        }
    }

    /// Where `var.…` or `local.…` is defined, for who wants to know more of it than its value.
    pub(super) fn definition(&self, names: &[String]) -> Option<(&'a Expr, Eval<'a>)> {
        let definition = match names.first().map(String::as_str)? {
            "var" => self.module.variable(names.get(1)?),
            "local" => self.module.local(names.get(1)?),
            _ => return None,
        };
        match definition {
            Definition::Here(expr, module) if self.depth <= DEEPEST => {
                // The arguments of a call are written for the element that the call is made for.
                let each = self.module.each().filter(|_| !std::ptr::eq(module, self.module));
                Some((expr, Eval { module, given: None, each, depth: self.depth + 1 }))
            }
            _ => None,
        }
    }

    fn deeper(&self) -> Eval<'a> {
        Eval { depth: self.depth + 1, ..*self }
    }

    fn path(&self, names: &[String]) -> Option<Node> {
        if let Some(given) = self.given {
            return inside(given.clone(), names);
        }
        if let (Some(each), [root, part, rest @ ..]) = (self.each, names)
            && root == "each"
        {
            return match part.as_str() {
                "key" => Some(each.key.clone()),
                "value" => inside(each.value.clone(), rest),
                _ => None,
            };
        }
        let (expr, there) = self.definition(names)?;
        inside(there.node(expr), &names[2..])
    }

    /// Functions that give back what they get.
    fn call(&self, name: &str, arguments: &[Expr]) -> Option<Node> {
        let value = || Some(self.deeper().node(arguments.first()?));
        match name {
            "coalesce" => {
                let mut values = arguments.iter().map(|argument| self.deeper().node(argument));
                values.find(|value| !value.is_null() && value.text() != Some("")).filter(|it| !it.is_templated())
            }
            "tostring" | "tonumber" | "tobool" | "tolist" | "toset" | "tomap" | "trimspace" | "nonsensitive"
            | "sensitive" | "try" => value().filter(|value| !value.is_templated()),
            "yamldecode" | "jsondecode" => match &arguments.first()?.kind {
                ExprKind::Call(name, path) if name == "file" => {
                    let file = super::values::file_of(*self, path.first()?)?;
                    file.documents.first().filter(|document| !document.templated).map(|document| document.root.clone())
                }
                _ => None,
            },
            "lookup" => {
                let [map, key, default @ ..] = arguments else { return None };
                let (map, key) = (self.deeper().node(map), self.deeper().node(key));
                let (map, key) = (Some(map).filter(Node::is_map)?, key.text()?.to_string());
                match map.get(&key) {
                    Some(value) => Some(value.clone()),
                    None => Some(self.deeper().node(default.first()?)),
                }
                .filter(|value| !value.is_templated())
            }
            _ => None,
        }
    }

    fn text(&self, expr: &Expr, parts: &[Part]) -> Node {
        match parts {
            // `"${var.x}"` is the value itself, whatever it is.
            [Part { kind: PartKind::Value(value), .. }] => match self.path_text(value) {
                Some(path) => Node { at: expr.at, kind: scalar(&path, Style::Double, false, expr.at) },
                None => self.deeper().node(value),
            },
            _ => self.joined(expr, parts),
        }
    }

    /// Pieces put together; unknown as soon as one of them is.
    fn joined(&self, expr: &Expr, parts: &[Part]) -> Node {
        let mut text = String::new();
        let mut content = expr.at;
        for (index, part) in parts.iter().enumerate() {
            match &part.kind {
                PartKind::Literal(literal) => text.push_str(literal),
                PartKind::Directive => return self.unknown(expr),
                PartKind::Value(value) => match self.path_text(value) {
                    Some(path) => text.push_str(&path),
                    None => {
                        let value = self.deeper().node(value);
                        let Some(end) = value.text() else { return self.unknown(expr) };
                        text.push_str(end);
                        // What the text ends in can be changed where it is written.
                        content = if index + 1 == parts.len() { value.at } else { content };
                    }
                },
            }
        }
        Node { at: expr.at, kind: scalar(&text, Style::Double, false, content) }
    }

    /// `path.module` and its like.
    pub(super) fn path_text(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Path(names) if names.len() == 2 && names[0] == "path" => self.module.path(&names[1]),
            _ => None,
        }
    }

    /// A value that nothing here says.
    pub(super) fn unknown(&self, expr: &Expr) -> Node {
        let written = self.module.tree.text(expr.at.source).get(expr.at.range()).unwrap_or_default();
        let whole = written.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(written);
        // Nobody wants to read more than that of it.
        let short: String = whole.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
        Node { at: expr.at, kind: scalar(&short, Style::Plain, true, expr.at) }
    }
}

/// A scalar as YAML would have it.
pub(super) fn scalar(text: &str, style: Style, templated: bool, content: Span) -> Kind {
    Kind::Scalar(Scalar { text: text.into(), style, templated, tag: None, content })
}

/// What stands below some names in a value.
fn inside(value: Node, names: &[String]) -> Option<Node> {
    names.iter().try_fold(value, |value, name| match &value.kind {
        Kind::Seq(items) => items.get(name.parse::<usize>().ok()?).cloned(),
        _ => value.get(name).cloned(),
    })
}
