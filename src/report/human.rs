//! The report for people: each finding as rustc would show it, then what was looked at, then the counts.
//!
//! Takes a [`Context`]; gives text. `snippet` shows the places of a finding, `patch` what a fix would change.

mod patch;
mod snippet;
mod summary;

use super::paint::{Paint, Role, clean, one_line, wrap};
use super::{Context, shown_fix};
use crate::finding::{Confidence, Finding, Fix};
use std::io;

/// Writes findings and, unless quiet, the summary.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    if let Some(why) = &context.run.failure {
        return writeln!(w, "error: {}", clean_lines(why));
    }
    for finding in &context.outcome.findings {
        writeln!(w, "{}", self::finding(context, finding))?;
    }
    match context.style.verbosity {
        ..0 => Ok(()),
        _ => summary::write(context, w),
    }
}

/// One finding; ends with a line feed.
pub fn finding(context: &Context, finding: &Finding) -> String {
    let shown = shown_fix(finding);
    let blocks = shown.map(|fix| patch::blocks(&context.texts, &fix.edits)).unwrap_or_default();
    let lines = blocks.iter().filter_map(patch::Block::last_number).max().unwrap_or(0);
    let gutter = digits(lines.max(snippet::last_number(&context.texts, finding)));
    let page = Page { paint: Paint::new(context.style), gutter, width: context.style.width };
    let mut out = snippet::render(context, finding, gutter);
    if !finding.notes.is_empty() || shown.is_some() {
        out.push_str(&page.bar());
    }
    for note in &finding.notes {
        out.push_str(&page.note(note.name, &note.text));
    }
    if let Some(fix) = shown {
        out.push_str(&page.help(fix));
        out.push_str(&page.bar());
    }
    for block in &blocks {
        if block.source != finding.at.source {
            out.push_str(&page.origin(context.texts.source(block.source).name(), block));
        }
        out.push_str(&block.render(page.paint, gutter));
    }
    let mut rest = String::new();
    for fix in finding.fixes.iter().filter(|fix| !fix.edits.is_empty()) {
        if !shown.is_some_and(|shown| std::ptr::eq(shown, fix)) {
            rest.push_str(&page.note("or", &title(fix)));
        }
    }
    if finding.confidence != Confidence::Certain {
        rest.push_str(&page.note("confidence", finding.confidence.as_str()));
    }
    if !finding.rule.is_empty() {
        rest.push_str(&page.note("explain", &format!("milvus-lint explain {}", finding.rule)));
    }
    // Notes already stand below a bar; after a patch, or after nothing, the last lines need their own.
    if !rest.is_empty() && (shown.is_some() || finding.notes.is_empty()) {
        out.push_str(&page.bar());
    }
    out + &rest
}

/// Several lines, each clean.
fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

fn title(fix: &Fix) -> String {
    let mark = if fix.safe { "" } else { " (unsafe: review it)" };
    format!("{}{mark}", one_line(&fix.title))
}

fn digits(number: usize) -> usize {
    number.max(1).ilog10() as usize + 1
}

/// How the lines below the snippets are drawn.
struct Page {
    paint: Paint,
    /// Width of the line numbers.
    gutter: usize,
    width: usize,
}

impl Page {
    fn bar(&self) -> String {
        format!("{:1$} {2}\n", "", self.gutter, self.paint.say(Role::Gutter, "|"))
    }

    fn note(&self, name: &str, text: &str) -> String {
        let indent = self.gutter + 3 + name.chars().count() + 2;
        // Fewer than 20 columns hold no sentence: such a terminal wraps by itself.
        let room = self.width.checked_sub(indent).filter(|room| *room >= 20).unwrap_or(0);
        let mut lines = wrap(text, room).into_iter();
        let sign = self.paint.say(Role::Gutter, "=");
        let label = self.paint.say(Role::Strong, format!("{name}:"));
        let mut out = format!("{:1$} {sign} {label} {2}\n", "", self.gutter, lines.next().unwrap_or_default());
        for line in lines {
            out.push_str(&format!("{:indent$}{line}\n", ""));
        }
        out
    }

    fn help(&self, fix: &Fix) -> String {
        format!("{}: {}\n", self.paint.say(Role::Help, "help"), title(fix))
    }

    fn origin(&self, name: String, block: &patch::Block) -> String {
        let line = block.first_number().unwrap_or(1);
        let arrow = self.paint.say(Role::Gutter, ":::");
        format!("{:1$}{arrow} {2}:{line}\n{3}", "", self.gutter, one_line(&name), self.bar())
    }
}
