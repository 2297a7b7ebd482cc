//! Annotations of GitHub Actions: workflow commands, one in a line.
//!
//! Worst first, and no more than GitHub shows: ten of each level in a step. What comes from the repository's texts can make no
//! command of its own: line feeds, colons, commas and percent signs are written as GitHub wants them.

use super::entry::{self, Entry};
use super::paint::{clean, count};
use super::{Context, shown_fix};
use crate::finding::Severity;
use std::io;

/// GitHub drops whatever comes after this many of one level.
const SHOWN: usize = 10;

/// Writes the commands; nothing where nothing was found.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let all = entry::all(context);
    for (severity, one, many) in [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "notice", "notices"),
    ] {
        let of_level: Vec<&Entry> = all.iter().filter(|entry| entry.severity == severity).collect();
        for entry in of_level.iter().take(SHOWN) {
            writeln!(w, "{}", command(context, one, entry))?;
        }
        let more = of_level.len().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(w, "{} more not annotated: GitHub shows {SHOWN} of a level", count(more, one, many))?;
        }
    }
    Ok(())
}

fn command(context: &Context, level: &str, entry: &Entry) -> String {
    let mut properties = Vec::new();
    if let Some(path) = &entry.path {
        properties.push(format!("file={}", property(path)));
    }
    if let Some(site) = entry::in_head(context, entry) {
        let ((line, column), (end_line, end_column)) = (site.start, site.end);
        properties.push(format!("line={line},endLine={end_line}"));
        // GitHub takes columns only where they are of one line.
        if line == end_line {
            properties.push(format!("col={column},endColumn={}", end_column.max(column)));
        }
    }
    properties.push(format!("title={}", property(&title(entry))));
    format!("::{level} {}::{}", properties.join(","), data(&text(context, entry)))
}

fn title(entry: &Entry) -> String {
    match entry.subject {
        Some(subject) => format!("{}: {subject}", entry.rule),
        None => format!("milvus-lint: {}", entry.rule),
    }
}

/// The message, where it stands if that is not in the file as it is now, the notes and the way out.
fn text(context: &Context, entry: &Entry) -> String {
    let mut lines = vec![entry.message.clone()];
    if entry.at.is_some() && entry::in_head(context, entry).is_none() {
        lines.push(format!("at: {}", entry::place(context, entry)));
    }
    lines.extend(entry.notes());
    lines.extend(entry.finding.and_then(shown_fix).map(|fix| format!("help: {}", fix.title)));
    lines.join("\n")
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split(['\n', '\r']).map(|line| clean(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// The value of a property: colons and commas would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
