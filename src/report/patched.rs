//! Texts after a fix, as lines that take the place of others or as a patch.
//!
//! Takes the edits of a fix; gives text. `human/patch` draws the same for a terminal.

use super::{Context, site};
use crate::source::{Edit, SourceId};
use similar::TextDiff;

/// More lines than this are a patch rather than a suggestion.
const FEW: usize = 12;

/// Lines that take the place of others.
pub struct Suggestion {
    pub path: String,
    /// The first and last line that they replace, from 1.
    pub lines: (usize, usize),
    pub text: String,
}

/// The fix as one run of few lines in one file of the head; `None` where it is more than that.
pub fn suggestion(context: &Context, edits: &[Edit]) -> Option<Suggestion> {
    let sorted = sorted(edits);
    let (first, last) = (sorted.first()?, sorted.last()?);
    if sorted.iter().any(|edit| edit.at.source != first.at.source) {
        return None;
    }
    let at = site::site(context, first.at).filter(|site| site.side == crate::source::Side::Head)?;
    let text = &context.texts.source(first.at.source).text;
    let mut start = line_start(text, first.at.start as usize);
    // A line that is put in before another shows below which one it goes.
    if start == first.at.start as usize && first.at.start == first.at.end && start > 0 {
        start = line_start(text, start - 1);
    }
    let end = last.at.end as usize;
    let ends_line = end > start && text[..end].ends_with('\n');
    let end = if ends_line { end } else { text[end..].find('\n').map_or(text.len(), |length| end + length + 1) };
    let new = applied(text, &sorted, start, end);
    let first_line = at.start.0 - text[start..first.at.start as usize].matches('\n').count();
    let lines = text[start..end].lines().count();
    let few = (1..=FEW).contains(&lines) && new.lines().count() <= FEW && !new.is_empty();
    few.then(|| Suggestion { path: at.path, lines: (first_line, first_line + lines - 1), text: new })
}

/// The fix as a patch that `git apply` takes.
pub fn diff(context: &Context, edits: &[Edit]) -> String {
    let sorted = sorted(edits);
    let mut out = String::new();
    for group in sorted.chunk_by(|a, b| a.at.source == b.at.source) {
        let id: SourceId = group[0].at.source;
        let source = context.texts.source(id);
        let new = applied(&source.text, group, 0, source.text.len());
        let path = site::path(context, source);
        let diff = TextDiff::from_lines(source.text.as_str(), new.as_str());
        let (old, new) = (format!("a/{path}"), format!("b/{path}"));
        out.push_str(&diff.unified_diff().context_radius(3).header(&old, &new).to_string());
    }
    out
}

fn sorted(edits: &[Edit]) -> Vec<&Edit> {
    let mut sorted: Vec<&Edit> = edits.iter().filter(|edit| edit.at.start <= edit.at.end).collect();
    sorted.sort_by_key(|edit| edit.at);
    sorted
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |at| at + 1)
}

/// The bytes `start..end` with the edits made; of edits that overlap, the first counts.
fn applied(text: &str, edits: &[&Edit], start: usize, end: usize) -> String {
    let mut out = String::new();
    let mut done = start;
    for edit in edits {
        let range = edit.at.range();
        if range.start >= done {
            out.push_str(&text[done..range.start]);
            out.push_str(&edit.text);
            done = range.end;
        }
    }
    out.push_str(&text[done.min(end)..end]);
    out
}
