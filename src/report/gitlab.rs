//! GitLab's Code Quality report: a JSON list that merge requests show beside the lines.

use super::entry::{self, Entry};
use super::{Context, shape};
use crate::finding::{Confidence, Severity};
use serde_json::{Value, json};
use std::io;

/// Writes the list; an empty one where nothing was found.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let issues: Vec<Value> = entry::all(context).iter().map(|entry| issue(context, entry)).collect();
    shape::pretty(&issues, w)
}

fn issue(context: &Context, entry: &Entry) -> Value {
    let site = entry::in_head(context, entry);
    let (begin, end) = site.map_or((1, 1), |site| (site.start.0, site.end.0));
    let description = match entry.at.is_some_and(|at| at.source.side == crate::source::Side::Base) {
        true => format!("{} ({})", entry.message, entry::place(context, entry)),
        false => entry.message.clone(),
    };
    json!({
        "type": "issue",
        "description": description,
        "check_name": entry.rule,
        "fingerprint": entry.fingerprint,
        "severity": severity(entry),
        "content": { "body": entry.notes().join("\n\n") },
        "location": {
            // GitLab wants a path for everything, also for what is about no file.
            "path": entry.path.as_deref().unwrap_or("."),
            "lines": { "begin": begin, "end": end },
        },
    })
}

/// GitLab's word: a run that failed blocks, an error is critical; less sure is less bad.
fn severity(entry: &Entry) -> &'static str {
    match (entry.severity, entry.confidence) {
        _ if entry.rule == entry::FAILED => "blocker",
        (Severity::Error, _) => "critical",
        (Severity::Warning, Confidence::Hint) => "minor",
        (Severity::Warning, _) => "major",
        (Severity::Info, _) => "info",
    }
}
