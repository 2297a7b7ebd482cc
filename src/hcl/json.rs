//! Terraform's other syntax: takes a text of JSON, gives the same blocks and expressions as HCL would.
//!
//! Strings are templates there as well. Every expression has the place of the string that it stands in.

use super::{Attribute, Block, Body, Expr, ExprKind, Parsed, Part, PartKind, parse};
use crate::source::{SourceId, Span};
use crate::yaml::{self, Entry, Kind, Node, Problem, Typed};

/// Blocks that stand in a resource, and are no attributes.
const INNER: &[&str] = &["set", "set_list", "set_sensitive", "dynamic", "lifecycle"];

/// Whether a text is JSON: HCL never begins with a brace.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// Reads a file.
pub(super) fn read(source: SourceId, text: &str) -> Parsed {
    let stream = yaml::parse(source, text);
    let problem = stream.problems.into_iter().next();
    let problem = problem.map(|one| Problem { message: format!("this is not valid JSON: {}", one.message), ..one });
    let body = stream.documents.first().map(|document| of_file(source, &document.root)).unwrap_or_default();
    Parsed { body, problem }
}

fn of_file(source: SourceId, root: &Node) -> Body {
    let mut body = Body::default();
    for entry in entries(root) {
        let Some(kind) = entry.key.text() else { continue };
        let labels = match kind {
            "resource" | "data" => 2,
            "module" | "variable" | "output" | "provider" => 1,
            "locals" | "terraform" => 0,
            _ => {
                body.attributes.extend(attribute(source, entry));
                continue;
            }
        };
        blocks(source, kind, (entry, labels), &mut Vec::new(), &mut body.blocks);
    }
    body
}

/// The blocks below as many keys as they have labels.
fn blocks(
    source: SourceId,
    kind: &str,
    (entry, left): (&Entry, usize),
    labels: &mut Vec<String>,
    found: &mut Vec<Block>,
) {
    if left > 0 {
        for below in entries(&entry.value) {
            labels.push(below.key.text().unwrap_or_default().to_string());
            blocks(source, kind, (below, left - 1), labels, found);
            labels.pop();
        }
        return;
    }
    // One block, or a list of several.
    let several = if entry.value.is_seq() { entry.value.items() } else { std::slice::from_ref(&entry.value) };
    for (index, one) in several.iter().enumerate() {
        let at = if index == 0 { entry.key.at } else { one.at };
        let all = Span { start: entry.key.at.start, ..one.at };
        found.push(Block { kind: kind.to_string(), labels: labels.clone(), at, all, body: of_block(source, one) });
    }
}

fn of_block(source: SourceId, node: &Node) -> Body {
    let mut body = Body::default();
    for entry in entries(node) {
        match entry.key.text() {
            Some(key) if INNER.contains(&key) && !entry.value.is_null() => {
                blocks(source, key, (entry, 0), &mut Vec::new(), &mut body.blocks);
            }
            _ => body.attributes.extend(attribute(source, entry)),
        }
    }
    body
}

fn attribute(source: SourceId, entry: &Entry) -> Option<Attribute> {
    let key = entry.key.text()?.to_string();
    Some(Attribute { key, at: entry.key.at, value: expression(source, &entry.value) })
}

fn entries(node: &Node) -> &[Entry] {
    node.map().map(|map| &map.entries[..]).unwrap_or_default()
}

fn expression(source: SourceId, node: &Node) -> Expr {
    let kind = match &node.kind {
        Kind::Null => ExprKind::Null,
        Kind::Seq(items) => ExprKind::List(items.iter().map(|item| expression(source, item)).collect()),
        Kind::Map(map) => {
            let both = |entry: &Entry| (expression(source, &entry.key), expression(source, &entry.value));
            ExprKind::Object(map.entries.iter().map(both).collect())
        }
        Kind::Alias(_) => ExprKind::Other,
        Kind::Scalar(scalar) => match scalar.typed() {
            Typed::Bool(value) => ExprKind::Bool(value),
            Typed::Number => ExprKind::Number(scalar.text.to_string()),
            _ => text(source, &scalar.text, node.at),
        },
    };
    Expr { at: node.at, kind }
}

/// A string, which is a template where it holds `${ … }`.
fn text(source: SourceId, text: &str, at: Span) -> ExprKind {
    let parts = if text.contains("${") || text.contains("%{") { parse::template(source, text) } else { None };
    let mut parts = parts.unwrap_or_else(|| vec![Part { at, kind: PartKind::Literal(text.to_string()) }]);
    parts.iter_mut().for_each(|part| move_part(part, at));
    if text.is_empty() {
        parts.clear();
    }
    ExprKind::Text(parts)
}

/// Puts a part of a string where the string stands.
fn move_part(part: &mut Part, at: Span) {
    part.at = at;
    if let PartKind::Value(value) = &mut part.kind {
        move_to(value, at);
    }
}

fn move_to(expr: &mut Expr, at: Span) {
    expr.at = at;
    match &mut expr.kind {
        ExprKind::Text(parts) | ExprKind::Heredoc(_, parts) => parts.iter_mut().for_each(|part| move_part(part, at)),
        ExprKind::List(items) | ExprKind::Call(_, items) => items.iter_mut().for_each(|item| move_to(item, at)),
        ExprKind::Object(entries) => entries.iter_mut().for_each(|(key, value)| {
            move_to(key, at);
            move_to(value, at);
        }),
        ExprKind::Conditional(parts) => parts.iter_mut().for_each(|part| move_to(part, at)),
        ExprKind::Equal(sides, _) => sides.iter_mut().for_each(|side| move_to(side, at)),
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Path(_) | ExprKind::Other => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::source::Side;

    #[test]
    fn json_says_the_same_as_hcl() {
        let source = SourceId { side: Side::Head, index: 0 };
        let text = r#"{"resource": {"helm_release": {"m": {"version": "${var.v}", "wait": true, "set": [{"name": "a", "value": "b"}]}}},
            "variable": {"v": {"default": "4.2.1"}}, "locals": {"x": 1}}"#;
        let body = parse(source, text).body;
        let [resource, variable, locals] = &body.blocks[..] else { panic!("{body:#?}") };
        assert_eq!(resource.labels, ["helm_release", "m"]);
        assert_eq!(&text[resource.at.range()], "\"m\"");
        let version = resource.body.get("version").unwrap();
        assert!(matches!(&version.kind, ExprKind::Text(parts)
            if matches!(&parts[..], [Part { kind: PartKind::Value(Expr { kind: ExprKind::Path(path), .. }), .. }] if path == &["var", "v"])));
        assert_eq!(resource.body.blocks("set").count(), 1);
        assert_eq!(variable.body.get("default").and_then(|value| value.kind.plain_text()), Some("4.2.1"));
        assert!(matches!(&locals.body.get("x").unwrap().kind, ExprKind::Number(number) if number == "1"));
        assert!(parse(source, "{\"a\": [").problem.is_some());
    }
}
