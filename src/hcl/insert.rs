//! A new key in an object of HCL, or a new `set`: takes the text and where the others stand, gives the one edit that adds it.

use super::Body;
use crate::source::{Edit, Span};
use crate::yaml::{Map, Node, Path, Step};

/// Adds a key, and the objects above it that are missing; `None` where there is no object in braces to add it to.
pub(super) fn insert(text: &str, root: &Node, path: &Path, value: &str) -> Option<Edit> {
    let keys: Vec<&str> = path
        .iter()
        .map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        })
        .collect::<Option<_>>()?;
    let mut node = root;
    let mut depth = 0;
    while let Some(next) = keys.get(depth).and_then(|key| node.get(key)) {
        node = next;
        depth += 1;
    }
    let (first, below) = keys.get(depth..)?.split_first()?;
    let opened: String = below.iter().map(|key| format!("{{ {} = ", name(key))).collect();
    let entry = format!("{} = {opened}{value}{}", name(first), " }".repeat(below.len()));
    let braces = text.get(node.at.range())?;
    if !braces.starts_with('{') || !braces.ends_with('}') {
        return None;
    }
    let map = node.map()?;
    if map.entries.is_empty() {
        let inside = braces.strip_prefix('{')?.strip_suffix('}')?;
        return inside.trim().is_empty().then(|| Edit { at: node.at, text: format!("{{ {entry} }}") });
    }
    after_last(text, node, map, &entry)
}

fn after_last(text: &str, node: &Node, map: &Map, entry: &str) -> Option<Edit> {
    // What an expression brings stands elsewhere, and says nothing of where the last entry ends.
    let last = map.entries.iter().rev().find(|entry| node.at.contains(entry.key.at))?;
    let end = if node.at.contains(last.value.at) { last.value.at.end } else { return None } as usize;
    let close = node.at.end as usize - 1;
    let line = end + text[end..close].find('\n').unwrap_or(close - end);
    let rest = text[end..line].trim_start();
    let key = last.key.at.start as usize;
    let start = text[..key].rfind('\n').map_or(0, |at| at + 1);
    let indent = &text[start..key];
    if line == close || !indent.trim().is_empty() {
        let at = Span::new(node.at.source, end, end);
        return text[end..close].trim().is_empty().then(|| Edit { at, text: format!(", {entry}") });
    }
    let comma = if rest.starts_with(',') { "," } else { "" };
    let line = if text[..line].ends_with('\r') { line - 1 } else { line };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let at = Span::new(node.at.source, line, line);
    Some(Edit { at, text: format!("{newline}{indent}{entry}{comma}") })
}

/// A key as HCL writes it.
fn name(key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if plain { key.to_string() } else { format!("\"{}\"", key.replace('"', "\\\"")) }
}

/// Adds one more `set` to those that a resource has, blocks or items of a list; `None` where `at` is neither.
pub(super) fn setting(text: &str, body: &Body, at: Span, path: &Path, value: &str) -> Option<Edit> {
    let keys = path.iter().map(|step| match step {
        Step::Key(key) => Some(key.replace('.', "\\\\.")),
        Step::Index(_) => None,
    });
    let key = keys.collect::<Option<Vec<String>>>()?.join(".");
    // The provider wants strings, and an older one nothing else.
    let value = if value.starts_with('"') { value.to_string() } else { format!("\"{value}\"") };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if let Some(items) = text.get(at.range()).filter(|list| list.starts_with('[')) {
        let end = at.start as usize + items.rfind('}')? + 1;
        let start = at.start as usize + items.rfind('{')?;
        let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let indent = Some(&text[line..start]).filter(|indent| indent.trim().is_empty());
        let gap = indent.map_or(" ".to_string(), |indent| format!("{newline}{indent}"));
        let text = format!(",{gap}{{ name = \"{key}\", value = {value} }}");
        return Some(Edit { at: Span::new(at.source, end, end), text });
    }
    let holds = |body: &&Body| body.blocks.iter().any(|block| block.at == at);
    let body = body.blocks.iter().map(|block| &block.body).find(holds)?;
    let last = body.blocks("set").last().filter(|last| last.all.end > last.at.end)?;
    let line = text[..last.at.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = text.get(line..last.at.start as usize).filter(|indent| indent.trim().is_empty())?;
    let lines = [
        String::new(),
        String::new(),
        format!("{indent}set {{"),
        format!("{indent}  name  = \"{key}\""),
        format!("{indent}  value = {value}"),
        format!("{indent}}}"),
    ];
    let end = last.all.end as usize;
    Some(Edit { at: Span::new(at.source, end, end), text: lines.join(newline) })
}
