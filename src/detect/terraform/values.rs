//! The values of a `helm_release`, in the order in which the provider hands them to Helm: the items of `values`, over them what is
//! `set`, then `set_list`, then `set_sensitive`.

use super::eval::Eval;
use super::{File, document, guest, nothing};
use crate::detect::settings::{Settings, typed};
use crate::detect::{Layer, Layers};
use crate::hcl::{self, Block, Expr, ExprKind, Part, PartKind};
use crate::source::Span;
use crate::yaml::{self, Document, Kind, Node};
use std::sync::Arc;

/// The layers, bottom first.
pub(super) fn layers(eval: Eval, file: &File, block: &Block) -> Layers {
    let mut layers = Vec::new();
    let written = eval.module.overriding(block, "values").map(|attribute| &attribute.value);
    if let Some(list) = written.or_else(|| block.body.get("values")) {
        in_list(eval, list, &mut layers);
    }
    let writable = layers.iter().any(|layer: &Layer| layer.editable);
    let dynamic = |inner: &&Block| inner.labels.first().is_some_and(|label| label.starts_with("set"));
    layers.extend(block.body.blocks("dynamic").filter(dynamic).map(|inner| unseen(eval, inner.at)));
    layers.extend(set(eval, file, block, writable));
    Layers(layers)
}

fn in_list(eval: Eval, list: &Expr, layers: &mut Vec<Layer>) {
    match &list.kind {
        ExprKind::List(items) => items.iter().for_each(|item| layers.extend(item_layer(eval, item))),
        ExprKind::Call(name, arguments) if matches!(name.as_str(), "concat" | "compact" | "tolist" | "flatten") => {
            arguments.iter().for_each(|argument| in_list(eval, argument, layers));
        }
        ExprKind::Conditional(parts) => match eval.chosen(parts) {
            Some(part) => in_list(eval, part, layers),
            None => layers.push(unseen(eval, list.at)),
        },
        ExprKind::Path(names) if names.len() == 2 => match eval.definition(names) {
            Some((list, there)) => in_list(there, list, layers),
            None => layers.push(unseen(eval, list.at)),
        },
        ExprKind::Null => {}
        _ => layers.push(unseen(eval, list.at)),
    }
}

/// What one item of `values` says; `None` where it says nothing.
fn item_layer(eval: Eval, item: &Expr) -> Option<Layer> {
    let documents = match yaml_of(eval, item) {
        Some(documents) => documents,
        None => return Some(unseen(eval, item.at)),
    };
    let document = documents.into_iter().next()?;
    Some(Layer { editable: document.exact, ..Layer::of_document(document) }).filter(|layer| !layer.is_unseen())
}

/// The YAML that an expression comes to; `None` where that is not known.
pub(super) fn yaml_of(eval: Eval, expr: &Expr) -> Option<Vec<Arc<Document>>> {
    match &expr.kind {
        ExprKind::Null => Some(Vec::new()),
        ExprKind::Heredoc(_, parts) | ExprKind::Text(parts) if only_value(parts).is_some() => {
            yaml_of(eval, only_value(parts)?)
        }
        ExprKind::Heredoc(lines, parts) => guest::documents(eval.module.tree.text(expr.at.source), *lines, parts, eval),
        ExprKind::Text(_) => quoted(eval, expr),
        ExprKind::Path(names) => {
            let (found, there) = eval.definition(names)?;
            let found = names[2..].iter().try_fold(found, |found, name| below(found, name))?;
            yaml_of(there, found)
        }
        ExprKind::Conditional(parts) => yaml_of(eval, eval.chosen(parts)?),
        ExprKind::Call(name, arguments) => match (name.as_str(), &arguments[..]) {
            ("file", [path]) => Some(file_of(eval, path)?.documents.clone()),
            ("templatefile", [path, given]) => template(eval, path, given),
            ("yamlencode" | "jsonencode", [value]) => made(eval, value),
            ("trimspace" | "tostring" | "sensitive" | "nonsensitive" | "chomp", [inner]) => yaml_of(eval, inner),
            _ => None,
        },
        _ => None,
    }
}

/// The only expression of a string, with nothing but blanks around it.
fn only_value(parts: &[Part]) -> Option<&Expr> {
    let mut found = None;
    for part in parts {
        match &part.kind {
            PartKind::Literal(text) if text.trim().is_empty() => {}
            PartKind::Value(value) if found.is_none() => found = Some(value),
            _ => return None,
        }
    }
    found
}

fn below<'e>(object: &'e Expr, name: &str) -> Option<&'e Expr> {
    let ExprKind::Object(entries) = &object.kind else { return None };
    Some(&entries.iter().find(|(key, _)| key.kind.plain_text() == Some(name))?.1)
}

/// A file of the repository that an expression names.
pub(super) fn file_of<'a>(eval: Eval<'a>, path: &Expr) -> Option<&'a File<'a>> {
    let at = path.at;
    let path = eval.node(path);
    eval.module.file(path.text()?, at)
}

fn template(eval: Eval, path: &Expr, given: &Expr) -> Option<Vec<Arc<Document>>> {
    let file = file_of(eval, path)?;
    let given = eval.node(given);
    let text = &file.source.text;
    let parts = hcl::template(file.id, text)?;
    guest::documents(text, Span::new(file.id, 0, text.len()), &parts, eval.with(&given))
}

/// An object that is turned into YAML.
fn made(eval: Eval, value: &Expr) -> Option<Vec<Arc<Document>>> {
    let node = eval.node(value);
    let file = file_at(eval, node.at)?;
    (node.is_map() || node.is_seq()).then(|| vec![document(file, node)])
}

/// YAML in a quoted string, where nothing can be edited.
fn quoted(eval: Eval, expr: &Expr) -> Option<Vec<Arc<Document>>> {
    let node = eval.node(expr);
    node.text()?;
    let stream = yaml::parse_block(eval.module.tree.text(node.at.source), &node)?;
    stream.problems.is_empty().then(|| stream.documents.into_iter().map(Arc::new).collect())
}

fn file_at<'a>(eval: Eval<'a>, at: Span) -> Option<&'a File<'a>> {
    eval.module.tree.file(at.source)
}

/// Values that are not here.
fn unseen(eval: Eval, at: Span) -> Layer {
    let length = eval.module.tree.text(at.source).len();
    let root = nothing(at);
    let document = Arc::new(Document::made(root, Span::new(at.source, 0, length)));
    Layer::unseen(&document, Vec::new(), at)
}

/// What is `set`, by blocks or, with a newer provider, by lists of objects.
fn set(eval: Eval, file: &File, block: &Block, others: bool) -> Vec<Layer> {
    let mut settings = Settings::default();
    let mut layers = Vec::new();
    let mut first = None;
    for kind in ["set", "set_list", "set_sensitive"] {
        for inner in block.body.blocks(kind) {
            let get = |key: &str| inner.body.get(key).map(|value| eval.node(value));
            add(&mut settings, get("name"), get("value"), get("type"));
            first = first.or(Some(inner.at));
        }
        let Some(list) = block.body.get(kind) else { continue };
        let items = eval.node(list);
        match &items.kind {
            Kind::Seq(items) => {
                for item in items.iter() {
                    let get = |key: &str| item.get(key).cloned();
                    add(&mut settings, get("name"), get("value"), get("type"));
                }
                first = first.or(Some(list.at));
            }
            Kind::Null => {}
            _ => layers.push(unseen(eval, list.at)),
        }
    }
    let Some(at) = first else { return layers };
    if let Some(node) = settings.map(at) {
        // Where something else can be written in, that is the better place, unless what decides is set here.
        let decides = ["image", "cluster", "standalone"].iter().any(|key| node.get(key).is_some());
        layers.push(Layer { editable: !others || decides, ..Layer::of_document(document(file, node)) });
    }
    layers
}

fn add(settings: &mut Settings, name: Option<Node>, value: Option<Node>, kind: Option<Node>) {
    let forced = kind.is_some_and(|kind| kind.text() == Some("string"));
    settings.add(name.as_ref(), value.map(|value| typed(&value, forced)));
}
