//! What a comment says of one Milvus: its way as a picture, the first step as a suggestion, and the details of a finding.

use super::text::{clip, code, fence, inline};
use crate::outcome::TransitionView;
use crate::report::entry::{self, Entry};
use crate::report::{Context, patched, shown_fix};

/// A patch longer than this is no help in a comment.
const LONGEST_PATCH: usize = 6_000;

/// The picture and the first step of a change; nothing where nothing is wrong with it.
pub fn parts(context: &Context, one: &TransitionView, own: &[&Entry]) -> Vec<String> {
    let mut parts = Vec::new();
    let wrong = one.verdict.is_some_and(|verdict| verdict != "legal");
    // A way of one step is no news: then something else is wrong than the way.
    if wrong && one.path.len() > 2 {
        parts.push(format!("The legal way of {}:", code(&one.id)));
        parts.push(picture(one));
    }
    let fixed = own.iter().find_map(|entry| Some((entry, shown_fix(entry.finding?)?)));
    if let Some((entry, fix)) = fixed {
        let edits = &fix.edits;
        let review = if fix.safe { "" } else { " (review it)" };
        let title = format!("For {}: {}{review}", code(entry.rule), inline(&fix.title));
        match patched::suggestion(context, edits) {
            Some(new) if new.text.len() <= LONGEST_PATCH => {
                let (first, last) = new.lines;
                let lines = if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
                parts.push(format!("{title}, {} {lines}", code(&new.path)));
                parts.push(fence("suggestion", &new.text));
            }
            _ => {
                parts.push(title);
                parts.push(patch(context, entry));
            }
        }
    }
    parts
}

/// The way from release to release, and that there is no straight one.
fn picture(one: &TransitionView) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    for (nth, version) in one.path.iter().enumerate() {
        let label: String = version.chars().filter(|c| c.is_ascii_alphanumeric() || ".-+ ()".contains(*c)).collect();
        lines.push(format!("  v{nth}[\"{label}\"]"));
    }
    for nth in 1..one.path.len() {
        lines.push(format!("  v{} --> v{nth}", nth - 1));
    }
    let straight = one.from.as_ref() == one.path.first() && one.to.as_ref() == one.path.last();
    if straight && one.verdict == Some("illegal") {
        lines.push(format!("  v0 -. not legal .-> v{}", one.path.len() - 1));
    }
    fence("mermaid", &lines.join("\n"))
}

/// A finding in full: where, why, what to do, the patch.
pub fn detail(context: &Context, entry: &Entry) -> String {
    let mut lines = vec![format!("At {}", code(&entry::place(context, entry)))];
    let Some(finding) = entry.finding else { return lines.join("\n") };
    let texts = &context.texts;
    for label in finding.labels.iter().take(20) {
        let source = texts.source(label.at.source);
        let (line, column) = texts.position(label.at.source, label.at.start);
        let place = code(&format!("{}:{line}:{column}", source.name()));
        lines.push(format!("- {place}: {}", inline(&clip(&label.text, 500))));
    }
    for note in &finding.notes {
        lines.push(format!("- **{}**: {}", note.name, inline(&clip(&note.text, 1_000))));
    }
    lines.push(format!("- **explain**: {}", code(&format!("milvus-lint explain {}", finding.rule))));
    let fix = shown_fix(finding).map(|fix| format!("- **help**: {}", inline(&fix.title)));
    lines.extend(fix);
    let patch = patch(context, entry);
    if patch.is_empty() { lines.join("\n") } else { format!("{}\n\n{patch}", lines.join("\n")) }
}

fn patch(context: &Context, entry: &Entry) -> String {
    let Some(fix) = entry.finding.and_then(shown_fix) else { return String::new() };
    let diff = patched::diff(context, &fix.edits);
    if diff.is_empty() || diff.len() > LONGEST_PATCH { String::new() } else { fence("diff", &diff) }
}
