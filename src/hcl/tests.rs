//! What is read of HCL, and what is written back.

use super::*;
use crate::source::{Edit, Side, Source, SourceId};
use crate::yaml::{Change, Document, EditError, Kind, Map, Node, Scalar, Step, Style, apply};
use std::sync::Arc;

const ID: SourceId = SourceId { side: Side::Head, index: 0 };

fn body(text: &str) -> Body {
    let parsed = parse(ID, text);
    assert_eq!(parsed.problem, None, "{text}");
    parsed.body
}

/// The value of `a` and where it stands.
fn value(text: &str) -> (ExprKind, &str) {
    let body = body(text);
    let value = body.get("a").unwrap();
    (value.kind.clone(), &text[value.at.range()])
}

#[test]
fn blocks_and_attributes_have_their_places() {
    let text =
        "\u{feff}resource \"helm_release\" \"x\" {\r\n  name = \"é\" # c\r\n  set {\r\n    b = 1\r\n  }\r\n}\r\n";
    let body = body(text);
    let block = body.blocks("resource").next().unwrap();
    assert_eq!(block.labels, ["helm_release", "x"]);
    assert_eq!(&text[block.at.range()], "resource");
    assert!(text[block.all.range()].ends_with("}\r\n}"));
    let name = &block.body.attributes[0];
    assert_eq!((&text[name.at.range()], &text[name.value.at.range()]), ("name", "\"é\""));
    assert_eq!(name.value.kind.plain_text(), Some("é"));
    assert_eq!(&text[block.body.blocks("set").next().unwrap().body.attributes[0].value.at.range()], "1");
}

#[test]
fn expressions_are_told_apart() {
    assert!(matches!(value("a = null\n").0, ExprKind::Null));
    assert!(matches!(value("a = (true)\n").0, ExprKind::Bool(true)));
    for (text, number) in [("a = 2.10\n", "2.10"), ("a = -1\n", "-1")] {
        assert!(matches!(value(text).0, ExprKind::Number(written) if written == number));
    }
    let path = |text| match value(text) {
        (ExprKind::Path(names), written) => (names.join("/"), written.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(path("a = var.x[\"y\"].z[0]\n"), ("var/x/y/z/0".to_string(), "var.x[\"y\"].z[0]".to_string()));
    assert!(matches!(value("a = x[*].y\n").0, ExprKind::Other));
    assert!(
        matches!(value("a = f(1, [2], {b = 3, \"c\" : 4})\n").0, ExprKind::Call(name, args) if name == "f" && args.len() == 3)
    );
    assert!(matches!(value("a = f(x...)\n").0, ExprKind::Other));
    assert!(matches!(value("a = b == c ? 1 : 2\n").0, ExprKind::Conditional(_)));
    assert!(matches!(value("a = [for x in y : x]\n").0, ExprKind::Other));
}

#[test]
fn the_last_of_equal_keys_stays_the_last() {
    let body = body("a = { bc = 1, bc = 2, \"bc\" = 3, d = { e = 1, e = 2 } }\n");
    let ExprKind::Object(entries) = &body.get("a").unwrap().kind else { panic!() };
    let keys: Vec<_> = entries.iter().map(|(key, _)| key.kind.plain_text().unwrap()).collect();
    assert_eq!(keys, ["bc", "bc", "bc", "d"]);
    assert!(matches!(&entries[2].1.kind, ExprKind::Number(last) if last == "3"));
}

#[test]
fn the_lines_of_a_heredoc_have_their_place() {
    for (text, lines) in [
        ("a = <<EOT\nb: 1\n  c: ${d}\nEOT\n", "b: 1\n  c: ${d}\n"),
        ("x {\na = <<-E\r\n    b: 1\r\n  E\r\n}\n", "    b: 1\r\n"),
        ("a = [<<EOT\nb: 1\nEOT\n, 2]\n", "b: 1\n"),
        ("a = <<EOT\nEOT\n", ""),
    ] {
        fn heredoc(expr: &Expr) -> Span {
            match &expr.kind {
                ExprKind::Heredoc(lines, _) => *lines,
                ExprKind::List(items) => heredoc(&items[0]),
                other => panic!("{other:?}"),
            }
        }
        let body = body(text);
        let value = body.get("a").or_else(|| body.blocks[0].body.get("a")).unwrap();
        assert_eq!(&text[heredoc(value).range()], lines, "{text:?}");
    }
}

#[test]
fn what_is_broken_has_a_place_and_nothing_panics() {
    for text in ["a = \"x\n", "resource \"a\" {\n", "a = <<EOT\nb\n", "a = [1,\n", "}", "a = ${", "\u{feff}é"] {
        let parsed = parse(ID, text);
        let problem = parsed.problem.unwrap_or_else(|| panic!("{text:?}"));
        assert!(problem.at.end as usize <= text.len() && problem.message.starts_with("this is not valid HCL"));
    }
    for open in ["[", "{a=", "(", "!", "\"${", "f(", "x ? ", "-", "1+"] {
        parse(ID, &format!("a = {}", open.repeat(50_000)));
        parse(ID, &format!("a = {}1", open.repeat(60)));
    }
}

fn scalar(text: &str, at: Span) -> Node {
    let scalar = Scalar { text: text.into(), style: Style::Double, templated: false, tag: None, content: at };
    Node { at, kind: Kind::Scalar(scalar) }
}

/// The literals of an object as nodes.
fn node(expr: &Expr) -> Node {
    match &expr.kind {
        ExprKind::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| crate::yaml::Entry { key: node(key), value: node(value) });
            Node { at: expr.at, kind: Kind::Map(Arc::new(Map { entries: entries.collect() })) }
        }
        kind => scalar(kind.plain_text().unwrap_or("true"), expr.at),
    }
}

fn edited(text: &str, path: &str, value: &str, string: bool) -> Result<String, EditError> {
    let source = Source { path: "main.tf".into(), origin: None, disk: None, text: text.into() };
    let root = node(body(text).get("a").unwrap());
    let document = Document::made(root, Span::new(ID, 0, text.len()));
    let path = path.split('/').map(|key| Step::Key(key.into())).collect();
    let change = Change::Set { path, value: value.into(), string };
    let edits: Vec<Edit> = edits(&|_| &source, &document, &[change])?;
    Ok(apply(text, &edits))
}

#[test]
fn literals_are_replaced_and_keys_added() {
    let becomes = |text: &str, path: &str, value: &str, string: bool, expected: &str| {
        assert_eq!(edited(text, path, value, string).as_deref(), Ok(expected), "{text}");
    };
    becomes("a = { b = \"x\" } # c\n", "b", "y\"${z}", true, "a = { b = \"y\\\"$${z}\" } # c\n");
    becomes("a = { b = true }\n", "b", "false", false, "a = { b = false }\n");
    becomes("a = { b = \"x\" }\n", "b", "2.10", true, "a = { b = \"2.10\" }\n");
    becomes("a = { b = \"x\" }\n", "c/d", "y", true, "a = { b = \"x\", c = { d = \"y\" } }\n");
    becomes("a = {}\n", "c.d", "y", true, "a = { \"c.d\" = \"y\" }\n");
    becomes("a = {\n  b = \"x\" # c\n}\n", "c", "true", false, "a = {\n  b = \"x\" # c\n  c = true\n}\n");
    becomes("a = {\n  b = \"x\",\n}\n", "c", "y", true, "a = {\n  b = \"x\",\n  c = \"y\",\n}\n");
    becomes(
        "a = {\r\n  b = { d = \"x\" }\r\n}\r\n",
        "b/c",
        "y",
        true,
        "a = {\r\n  b = { d = \"x\", c = \"y\" }\r\n}\r\n",
    );
    assert!(edited("a = { b = { c = \"x\" } }\n", "b", "y", true).is_err());
}
