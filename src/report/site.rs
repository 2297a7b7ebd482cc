//! A place as a repository's host knows it: the path from the root, lines and columns.
//!
//! Takes spans and the run; gives [`Site`]s. What was typed on the command line or came by standard input has none.

use super::Context;
use crate::source::{Side, Source, Span};

/// Where something stands. Lines and columns count from 1, columns in characters; the end is just behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub path: String,
    pub side: Side,
    pub start: (usize, usize),
    pub end: (usize, usize),
}

/// The place of a span, if it is in a file.
pub fn site(context: &Context, at: Span) -> Option<Site> {
    let source = context.texts.source(at.source);
    let position = |offset| context.texts.position(at.source, offset);
    let is_file = source.path != "-" && source.path != "command line";
    is_file.then(|| Site {
        path: path(context, source),
        side: at.source.side,
        start: position(at.start),
        end: position(at.end.max(at.start)),
    })
}

/// A file's path from the repository's root.
pub fn path(context: &Context, source: &Source) -> String {
    match &source.origin {
        Some(folder) if folder.ends_with('/') => from_root(context, &source.name()),
        _ => from_root(context, &source.path),
    }
}

/// What the user would type, from the repository's root; a path that leads out of it stays absolute or keeps its `..`.
pub fn from_root(context: &Context, typed: &str) -> String {
    let run = &context.run;
    let inside = typed.strip_prefix(&run.root).and_then(|rest| rest.strip_prefix('/')).filter(|_| !run.root.is_empty());
    let (prefix, rest) = match inside {
        Some(inside) => ("", inside),
        None if typed.starts_with('/') => return typed.to_owned(),
        None => (run.prefix.as_str(), typed),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in prefix.split('/').chain(rest.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A path as a relative URI: whatever is not plain is written as percent and two digits.
pub fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if path.starts_with('/') { format!("file://{uri}") } else { uri }
}
