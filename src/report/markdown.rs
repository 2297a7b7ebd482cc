//! A comment for a pull request: the verdict, a table, for each change that is wrong its way as a picture and the first step
//! as a suggestion, and the details folded.
//!
//! Takes a [`Context`]; gives Markdown of at most 65,536 characters, whatever was found. What comes from the repository can be
//! no markup, no mention and no link: `text` sees to that, `change` writes what belongs to one Milvus.

mod change;
mod text;

use super::entry::{self, Entry};
use super::paint::count;
use super::{Context, milvus};
use crate::finding::Severity;
use crate::outcome::TransitionView;
use std::io;
use text::{cell, code, fence, inline, summary};

/// What a comment may hold, less room for the last lines.
const ROOM: usize = 65_536 - 1_536;
/// A comment that is written again is found by this.
const MARK: &str = "<!-- milvus-lint -->";

/// Writes the comment.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let all = entry::all(context);
    let mut page = Page { text: format!("## {}\n\n", verdict(context, &all)), room: ROOM, left_out: 0 };
    match &context.run.failure {
        Some(why) => page.add(&fence("text", &text::clip(why, 4_000))),
        None => judged(context, &all, &mut page),
    }
    if page.left_out > 0 {
        let more = count(page.left_out, "part", "parts");
        page.text.push_str(&format!("{more} left out, for a comment has an end; the command below shows all.\n\n"));
    }
    let command = text::clip(&context.run.command, 500);
    if !command.is_empty() {
        page.text.push_str(&format!("The same on your machine: {}\n\n", code(&command)));
    }
    writeln!(w, "{}{MARK}", page.text)
}

/// A text that grows as long as there is room.
struct Page {
    text: String,
    /// In bytes, which are never fewer than characters.
    room: usize,
    left_out: usize,
}

impl Page {
    /// Adds a part as a paragraph, or counts it as left out.
    fn add(&mut self, part: &str) {
        if part.is_empty() {
            return;
        }
        if self.text.len() + part.len() + 2 > self.room {
            self.left_out += 1;
            return;
        }
        self.text.push_str(part.trim_end());
        self.text.push_str("\n\n");
    }
}

fn verdict(context: &Context, all: &[Entry]) -> String {
    if context.run.failure.is_some() {
        return "❌ milvus-lint: the run failed, nothing was judged".to_owned();
    }
    let threshold = context.run.fail_on.unwrap_or(Severity::Error);
    let counts: Vec<String> = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "info", "infos"),
    ]
    .into_iter()
    .map(|(level, one, many)| {
        (all.iter().filter(|entry| entry.finding.is_some() && entry.severity == level).count(), one, many)
    })
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, many)| count(number, one, many))
    .collect();
    let unknown = all.iter().filter(|entry| entry.finding.is_none()).count();
    let found = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    let fails = all.iter().any(|entry| entry.finding.is_some() && entry.severity >= threshold);
    let sign = match () {
        () if fails => "❌",
        () if unknown > 0 && !context.allow_unknown => "⚠️",
        () => "✅",
    };
    let unknown = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
    format!("{sign} milvus-lint: {found}{unknown}")
}

fn judged(context: &Context, all: &[Entry], page: &mut Page) {
    let outcome = context.outcome;
    page.add(&looked_at(context));
    let shown: Vec<&TransitionView> = outcome
        .transitions
        .iter()
        .filter(|one| one.changed || one.verdict.is_some() || all.iter().any(|entry| entry.owner == Some(one.at)))
        .collect();
    table(&shown, all, page);
    // With more, the list of errors below would find no room.
    const MOST_STEPS: usize = 10;
    let steps = shown.iter().map(|one| {
        let own: Vec<&Entry> = all.iter().filter(|entry| entry.owner == Some(one.at)).collect();
        change::parts(context, one, &own)
    });
    steps.filter(|parts| !parts.is_empty()).take(MOST_STEPS).flatten().for_each(|part| page.add(&part));
    list(context, all, page);
    details(context, all, page);
    let accepted = entry::accepted(context);
    if !accepted.is_empty() {
        let lines: Vec<String> = accepted
            .iter()
            .take(100)
            .map(|(entry, by)| {
                let (message, reason) = (inline(&entry.message), inline(&text::clip(&by.reason, 500)));
                format!("- {} {message} – accepted: {reason}", code(entry.rule))
            })
            .collect();
        page.add(&folded(&format!("{} accepted", accepted.len()), &lines.join("\n")));
    }
}

/// `2 Milvus in 3 files, 1 change against main`.
fn looked_at(context: &Context) -> String {
    let outcome = context.outcome;
    let files = count(outcome.summary.files, "file", "files");
    if outcome.deployments.is_empty() && outcome.transitions.is_empty() {
        return format!("No Milvus in {files}.");
    }
    let changed = outcome.transitions.iter().filter(|one| one.changed).count();
    let against = outcome.summary.base.as_ref().map(|base| {
        let changes = if changed == 0 { "no change".to_owned() } else { count(changed, "change", "changes") };
        format!(", {changes} against {}", code(base))
    });
    format!("{} in {files} read{}.", milvus(&outcome.deployments), against.unwrap_or_default())
}

fn table(shown: &[&TransitionView], all: &[Entry], page: &mut Page) {
    if shown.is_empty() {
        return;
    }
    const MOST: usize = 100;
    let mut rows = vec!["| Milvus | change | verdict | findings |".to_owned(), "| --- | --- | --- | --- |".to_owned()];
    for one in shown.iter().take(MOST) {
        let version = |version: &Option<String>| version.as_deref().map_or_else(|| "unknown".to_owned(), cell);
        let change = match (&one.from, &one.to) {
            (None, None) => one.kind.as_str().to_owned(),
            (from, to) if from == to => version(to),
            (None, to) => format!("{} {}", one.kind.as_str(), version(to)),
            (from, None) if one.kind == crate::outcome::TransitionKind::Deleted => format!("deleted {}", version(from)),
            (from, to) => format!("{} → {}", version(from), version(to)),
        };
        let own: Vec<&Entry> = all.iter().filter(|e| e.owner == Some(one.at) && e.finding.is_some()).collect();
        let of = |level| own.iter().filter(|entry| entry.severity == level).count();
        let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
        let mut counts = Vec::new();
        if errors > 0 {
            counts.push(count(errors, "error", "errors"));
        }
        if warnings > 0 {
            counts.push(count(warnings, "warning", "warnings"));
        }
        let verdict = one.verdict.unwrap_or(one.kind.as_str());
        rows.push(format!("| {} | {change} | {verdict} | {} |", cell(&one.id), counts.join(", ")));
    }
    page.add(&rows.join("\n"));
    if shown.len() > MOST {
        page.add(&format!("and {} more", shown.len() - MOST));
    }
}

/// Every error and all that is unknown in one line each; the rest is in the details.
fn list(context: &Context, all: &[Entry], page: &mut Page) {
    const MOST: usize = 20;
    let first: Vec<&Entry> =
        all.iter().filter(|entry| entry.severity == Severity::Error || entry.finding.is_none()).collect();
    let line = |entry: &&Entry| {
        let place = entry::place(context, entry);
        let place = if place.is_empty() { String::new() } else { format!(" – {}", code(&place)) };
        let message = inline(&text::clip(&entry.message, 1_000));
        format!("- **{}** {}: {message}{place}", entry.severity.as_str(), code(entry.rule))
    };
    let mut lines: Vec<String> = first.iter().take(MOST).map(line).collect();
    if first.len() > MOST {
        lines.push(format!("- and {} more", first.len() - MOST));
    }
    page.add(&lines.join("\n"));
}

fn details(context: &Context, all: &[Entry], page: &mut Page) {
    for entry in all.iter().filter(|entry| entry.finding.is_some()) {
        let title = format!("{}[{}] {}", entry.severity.as_str(), entry.rule, entry.message);
        page.add(&folded(&text::clip(&title, 300), &change::detail(context, entry)));
    }
}

fn folded(title: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n\n{}\n\n</details>", summary(title), body.trim_end())
}
