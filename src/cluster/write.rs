//! JSON to the YAML that people know: block style, plain words where they can be plain.
//!
//! Takes a value, gives text that reads back as the same value. It knows nothing of what the value is about.

use serde_json::Value;
use std::fmt::Write as _;

/// The value as a document.
pub(super) fn yaml(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => entries(value, 0, &mut text),
        Value::Array(items) if !items.is_empty() => entries(value, 0, &mut text),
        other => text = format!("{}\n", flat(other)),
    }
    text
}

fn entries(value: &Value, depth: usize, text: &mut String) {
    let pad = "  ".repeat(depth);
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let _ = write!(text, "{pad}{}:", scalar(key));
                below(value, depth, text);
            }
        }
        Value::Array(items) => {
            for item in items {
                let _ = write!(text, "{pad}-");
                match item {
                    // The first key stands beside the dash.
                    Value::Object(map) if !map.is_empty() => {
                        let mut inner = String::new();
                        entries(item, depth + 1, &mut inner);
                        let _ = write!(text, " {}", inner.trim_start());
                    }
                    other => below(other, depth, text),
                }
            }
        }
        _ => {}
    }
}

/// What stands after a key or a dash, on its line or below it.
fn below(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            text.push('\n');
            entries(value, depth + 1, text);
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            entries(value, depth + 1, text);
        }
        Value::String(lines) if is_block(lines) => {
            text.push_str(" |\n");
            let pad = "  ".repeat(depth + 1);
            for line in lines.lines() {
                let _ = writeln!(text, "{}", format!("{pad}{line}").trim_end());
            }
        }
        other => {
            let _ = writeln!(text, " {}", flat(other));
        }
    }
}

/// Lines that a block can hold as they are.
fn is_block(text: &str) -> bool {
    let clean = |line: &str| !line.ends_with(' ') && !line.chars().any(char::is_control);
    text.trim_end_matches('\n').contains('\n')
        && text.ends_with('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with([' ', '\n'])
        && text.lines().all(clean)
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Object(_) => "{}".to_string(),
        Value::Array(_) => "[]".to_string(),
        other => other.to_string(),
    }
}

/// A text that reads back as a text.
fn scalar(text: &str) -> String {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$');
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@${}".contains(c);
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    match starts && !word && text.chars().all(plain) && !text.ends_with(':') {
        true => text.to_string(),
        false => Value::String(text.to_string()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Side, SourceId};
    use serde_json::json;

    #[test]
    fn it_reads_back_as_what_it_was() {
        let value = json!({
            "apiVersion": "milvus.io/v1beta1", "spec": {"on": "off", "tag": "2.10", "empty": {}, "none": [],
            "list": ["a:1", {"b": null, "c": [true, 3]}, []], "user.yaml": "a: 1\nb:\n  c: |\n    x\n", "quote": "it's \"so\""},
        });
        let text = yaml(&value);
        assert!(text.contains("apiVersion: milvus.io/v1beta1\n") && text.contains("tag: \"2.10\"\n"), "{text}");
        assert!(text.contains("  user.yaml: |\n    a: 1\n"), "{text}");
        let stream = crate::yaml::parse(SourceId { side: Side::Base, index: 0 }, &text);
        assert!(stream.problems.is_empty(), "{text}");
        let root = &stream.documents[0].root;
        let at = |path: &[&str]| root.at_path(path).and_then(|node| node.raw_text()).unwrap_or_default().to_string();
        assert_eq!(at(&["spec", "tag"]), "2.10");
        assert_eq!(at(&["spec", "on"]), "off");
        assert_eq!(at(&["spec", "quote"]), "it's \"so\"");
        assert_eq!(at(&["spec", "user.yaml"]), "a: 1\nb:\n  c: |\n    x\n");
        let list = root.at_path(&["spec", "list"]).unwrap().items();
        assert_eq!((list.len(), list[1].get("c").unwrap().items().len()), (3, 2), "{text}");
    }
}
