//! Changes to edits, where what is to be changed is an expression of HCL, or YAML inside a heredoc.
//!
//! Takes a document and what to change, gives edits. Each value is written where its literal stands, in whatever file that is,
//! and the result is read again: it must be HCL, and the literal must say what was asked for.

use super::{ExprKind, PartKind, insert, is_file, json, parse};
use crate::source::{Edit, Source, SourceId, Span};
use crate::yaml::{self, Change, Document, EditError, Kind, Node, Path, Step, Typed};

/// The edits that make `changes` in a document, whatever language the text is of that it stands in. `texts` gives the file
/// of a place.
pub fn edits<'a>(
    texts: &dyn Fn(SourceId) -> &'a Source,
    document: &Document,
    changes: &[Change],
) -> Result<Vec<Edit>, EditError> {
    let source = texts(document.source);
    let mut edits = Vec::new();
    let mut rest = Vec::new();
    for change in changes {
        match literal(texts, document, change)? {
            Some((at, value, string)) => edits.push(replaced(texts(at.source), at, value, string)?),
            None if is_made(document, source) => edits.push(added(source, document, change)?),
            None => rest.push(change.clone()),
        }
    }
    match is_file(&source.path) {
        _ if rest.is_empty() => {}
        true => {
            let made = yaml::edits_within(&source.text, document, &rest).map_err(|error| {
                let inside = source.text.get(document.region.range()).unwrap_or_default();
                // With its expressions the text need not be YAML.
                match error {
                    EditError::Refused(why) if inside.contains("${") => {
                        EditError::Refused(format!("{why} (expressions stand among the values)"))
                    }
                    other => other,
                }
            })?;
            let brings = |edit: &Edit| edit.text.contains("${") || edit.text.contains("%{");
            if made.iter().any(brings) {
                return refused("what is written would be read as an expression");
            }
            edits.extend(made);
        }
        false => edits.extend(yaml::edits(&source.text, document, &rest)?),
    }
    edits.sort_by_key(|edit| (edit.at.source, edit.at.start));
    edits.dedup();
    let mut files: Vec<SourceId> = edits.iter().map(|edit| edit.at.source).collect();
    files.dedup();
    files.into_iter().try_for_each(|id| still_reads(texts(id), id, &edits))?;
    Ok(edits)
}

fn refused<T>(why: impl Into<String>) -> Result<T, EditError> {
    Err(EditError::Refused(why.into()))
}

/// Whether a document is an expression of HCL, and not YAML in a heredoc or in a file.
fn is_made(document: &Document, source: &Source) -> bool {
    is_file(&source.path) && document.region.start == 0
}

/// Where the literal stands that a change is to replace; `None` when it is YAML that is to be changed.
fn literal<'a, 'c>(
    texts: &dyn Fn(SourceId) -> &'a Source,
    document: &Document,
    change: &'c Change,
) -> Result<Option<(Span, &'c str, bool)>, EditError> {
    let source = texts(document.source);
    let path = match change {
        Change::Set { path, .. }
        | Change::Insert { path, .. }
        | Change::Remove { path }
        | Change::Rename { path, .. } => path,
        Change::Move { from, .. } => from,
    };
    let Some(node) = node(&document.root, path) else { return Ok(None) };
    if let Some((at, value)) = tail(texts, node, change)? {
        return Ok(Some((at, value, true)));
    }
    let elsewhere = !document.region.contains(node.at) && is_file(&texts(node.at.source).path);
    if !elsewhere && !is_made(document, source) {
        return match says_the_same(document, source, node) {
            true => Ok(None),
            false => refused("an expression is a part of the value"),
        };
    }
    match (change, &node.kind) {
        (Change::Set { value, string, .. }, Kind::Scalar(scalar)) if !scalar.templated => {
            Ok(Some((node.at, value, *string)))
        }
        (_, Kind::Scalar(scalar)) if scalar.templated => {
            refused(format!("the value is the expression `{}`", scalar.text))
        }
        _ => refused("only a single value can be changed in an expression"),
    }
}

/// Where the end of a text stands that is put together, with what should stand there: `"milvusdb/milvus:${var.tag}"` is changed
/// where the variable gets its value.
fn tail<'a, 'c>(
    texts: &dyn Fn(SourceId) -> &'a Source,
    node: &Node,
    change: &'c Change,
) -> Result<Option<(Span, &'c str)>, EditError> {
    let node = node.resolved();
    let (Kind::Scalar(scalar), Change::Set { value, .. }) = (&node.kind, change) else { return Ok(None) };
    let source = texts(scalar.content.source);
    if node.at.contains(scalar.content) || scalar.templated || !is_file(&source.path) {
        return Ok(None);
    }
    let there = source.text.get(scalar.content.range()).unwrap_or_default().trim_matches('"');
    let kept = scalar.text.strip_suffix(there).and_then(|kept| value.strip_prefix(kept));
    match kept.filter(|_| !there.is_empty()) {
        Some(rest) => Ok(Some((scalar.content, rest))),
        None => refused("an expression is a part of the value"),
    }
}

/// Whether a scalar inside of YAML is written as it is read: no expression was put into it.
fn says_the_same(document: &Document, source: &Source, node: &Node) -> bool {
    let Some(scalar) = node.scalar().filter(|_| document.exact) else { return true };
    let there = source.text.get(scalar.content.range()).unwrap_or_default();
    // In a file of YAML such a text may be for somebody else to fill in.
    !there.contains("${") || !is_file(&source.path) && scalar.text.contains("${")
}

fn node<'a>(root: &'a Node, path: &Path) -> Option<&'a Node> {
    path.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.items().get(*index),
    })
}

/// Puts another literal in the place of one.
fn replaced(source: &Source, at: Span, value: &str, string: bool) -> Result<Edit, EditError> {
    let there = source.text.get(at.range()).unwrap_or_default();
    if !is_file(&source.path) {
        return in_data(there, at, value);
    }
    let quoted = there.starts_with('"') && there.ends_with('"');
    let bare = matches!(there, "true" | "false") || there.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !(quoted || bare) || there.contains("${") {
        return refused("the value is not written as a literal");
    }
    Ok(Edit { at, text: scalar(value, string) })
}

/// The same in a file of YAML or JSON that an expression reads: a version or a word, in the quotes that are there.
fn in_data(there: &str, at: Span, value: &str) -> Result<Edit, EditError> {
    let quote = there.chars().next().filter(|quote| matches!(quote, '"' | '\''));
    let inside = there.trim_matches(['"', '\'']);
    let is_word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':'))
    };
    if !is_word(inside) || !is_word(value) || inside.ends_with(':') {
        return refused("the value is not written as a literal");
    }
    let quote = quote.map(String::from).unwrap_or_default();
    Ok(Edit { at, text: format!("{quote}{value}{quote}") })
}

/// Adds what is not there yet.
fn added(source: &Source, document: &Document, change: &Change) -> Result<Edit, EditError> {
    let Change::Set { path, value, string } = change else {
        return refused("only a single value can be changed in an expression");
    };
    if json::is_json(&source.text) {
        return refused("nothing is added to JSON; say it by hand");
    }
    let (text, value) = (&source.text, scalar(value, *string));
    insert::insert(text, &document.root, path, &value)
        .or_else(|| {
            let parsed = parse(document.source, text);
            insert::setting(text, &parsed.body, document.root.at, path, &value)
        })
        .ok_or_else(|| EditError::Refused("the key is not there, and cannot be added to this expression".to_string()))
}

/// A value as HCL writes it.
fn scalar(value: &str, string: bool) -> String {
    let bare = !string && matches!(value, "true" | "false" | "null")
        || !string && yaml::resolve(value) == Typed::Number && value.parse::<u64>().is_ok();
    if bare {
        return value.to_string();
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{}\"", escaped.replace("${", "$${").replace("%{", "%%{"))
}

/// Whether a file is HCL after the edits, if it was before.
fn still_reads(source: &Source, id: SourceId, edits: &[Edit]) -> Result<(), EditError> {
    if !is_file(&source.path) || parse(id, &source.text).problem.is_some() {
        return Ok(());
    }
    let own: Vec<Edit> = edits.iter().filter(|edit| edit.at.source == id).cloned().collect();
    if own.windows(2).any(|pair| pair[0].at.end > pair[1].at.start) {
        return refused("two changes meet in one place");
    }
    match parse(id, &yaml::apply(&source.text, &own)).problem {
        Some(_) => refused("the edited file would not be valid HCL"),
        None => Ok(()),
    }
}

impl ExprKind {
    /// The characters of a string without expressions in it.
    pub fn plain_text(&self) -> Option<&str> {
        match self {
            ExprKind::Text(parts) => match &parts[..] {
                [] => Some(""),
                [part] => match &part.kind {
                    PartKind::Literal(text) => Some(text),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}
