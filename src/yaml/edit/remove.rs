//! Taking a key or an item away: takes a path that is there, gives the edits, and what was cut out.

use super::super::{Document, Entry, Map, Node};
use super::locate::{Found, Holder, Place, column, empty, is_flow, line_end, line_start, locate, next_line, show};
use super::{EditError, Step, refused};
use crate::source::{Edit, Span};

/// A key with its value, cut out of the text.
pub(super) struct Cut {
    /// With its comments, indented by 0; `None` when it cannot stand on lines of its own.
    pub lines: Option<Vec<String>>,
    /// The value alone, when it was written between brackets or on one line that could be.
    pub flow_value: Option<String>,
}

/// The edits that take away what is at `path`.
pub(super) fn remove(text: &str, document: &Document, path: &[Step]) -> Result<(Vec<Edit>, Cut), EditError> {
    if document.templated {
        return refused("the document is a template, and an action might stand between the lines to remove");
    }
    let found = match locate(text, document, path)? {
        Place::Found(found) => found,
        Place::Missing(_) => return Err(EditError::Missing(format!("`{}`", show(path)))),
    };
    if document.anchors.iter().any(|anchor| anchor.uses > 0 && found.node().at.contains(anchor.at)) {
        return refused("the value holds an anchor that is used elsewhere");
    }
    let Some(parent) = found.parent() else {
        return refused("the whole document cannot be removed");
    };
    let remover = Remover { text, document, found: &found, parent: parent.node, above: parent.holder };
    match found.last().holder {
        Holder::Root => refused("the whole document cannot be removed"),
        Holder::Entry { map, entry, index } if is_flow(text, parent.node) => {
            let starts: Vec<usize> = map.entries.iter().map(|entry| entry.key.at.start as usize).collect();
            let ends: Vec<usize> = map.entries.iter().map(|e| e.value.at.end.max(e.key.at.end) as usize).collect();
            let value = text[entry.value.at.range()].to_owned();
            let line = &text[starts[index]..ends[index]];
            let lines = (!line.contains('\n')).then(|| vec![line.to_owned()]);
            let cut = Cut { lines, flow_value: (!value.is_empty()).then_some(value) };
            Ok((vec![remover.delete_in_flow(&starts, &ends, index)], cut))
        }
        Holder::Item { index } if is_flow(text, parent.node) => {
            let starts: Vec<usize> = parent.node.items().iter().map(|item| item.at.start as usize).collect();
            let ends: Vec<usize> = parent.node.items().iter().map(|item| item.at.end as usize).collect();
            Ok((vec![remover.delete_in_flow(&starts, &ends, index)], Cut { lines: None, flow_value: None }))
        }
        Holder::Entry { map, entry, index } => remover.entry(map, entry, index),
        Holder::Item { index } => Ok((remover.item(index)?, Cut { lines: None, flow_value: None })),
    }
}

struct Remover<'a> {
    text: &'a str,
    document: &'a Document,
    found: &'a Found<'a>,
    parent: &'a Node,
    above: Holder<'a>,
}

impl Remover<'_> {
    fn delete_in_flow(&self, starts: &[usize], ends: &[usize], index: usize) -> Edit {
        let (from, to) = match (index, starts.get(index + 1)) {
            (0, Some(next)) => (starts[0], *next),
            (0, None) => (self.parent.at.start as usize + 1, self.parent.at.end as usize - 1),
            _ => (ends[index - 1], ends[index]),
        };
        self.delete(from, to.max(from))
    }

    fn entry(&self, map: &Map, entry: &Entry, index: usize) -> Result<(Vec<Edit>, Cut), EditError> {
        let start = if index == 0 { self.parent.at.start } else { entry.key.at.start } as usize;
        let end = entry.value.at.end.max(entry.key.at.end) as usize;
        let own_line = self.text[line_start(self.text, start)..start].chars().all(|c| c == ' ' || c == '\u{feff}');
        let top = index == 0 && matches!(self.above, Holder::Root);
        let first = if own_line && !top { self.with_comments(start) } else { start };
        let cut = Cut { lines: self.cut_lines(first, start, end), flow_value: None };
        let line_end = line_end(self.text, end);
        let rest = self.text[end..line_end].trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            return refused("something else stands on the last line of the key");
        }
        if map.entries.len() == 1 {
            return Ok((self.only(first, line_end, "{}")?, cut));
        }
        if own_line
            && start >= line_start(self.text, start)
            && !self.text[line_start(self.text, start)..start].contains('\u{feff}')
        {
            return Ok((vec![self.delete_lines(line_start(self.text, first), line_end)], cut));
        }
        // The first key of a list item, or behind a BOM: the next one takes its place.
        let Some(next) = map.entries.get(index + 1) else {
            return refused("the key does not stand on a line of its own");
        };
        let comments = self.document.comments.iter().map(|comment| comment.at.start as usize);
        let to = comments.filter(|&at| at > line_end).min().unwrap_or(usize::MAX).min(next.key.at.start as usize);
        Ok((vec![self.delete(start, to)], cut))
    }

    fn item(&self, index: usize) -> Result<Vec<Edit>, EditError> {
        let items = self.parent.items();
        let seq = self.parent.at.start as usize;
        let end = self.found.node().at.end as usize;
        let dash = match index.checked_sub(1) {
            None => Some(seq),
            Some(previous) => {
                let mut at = next_line(self.text, items[previous].at.end as usize);
                let indent = column(self.text, seq);
                loop {
                    let line = &self.text[at..line_end(self.text, at)];
                    if line.len() - line.trim_start_matches(' ').len() == indent && line.trim_start().starts_with('-') {
                        break Some(at + indent);
                    }
                    if at >= end.max(1) || at >= self.text.len() {
                        break None;
                    }
                    at = next_line(self.text, at);
                }
            }
        };
        let Some(dash) = dash else { return refused("the item's dash was not found") };
        let line_end = line_end(self.text, end);
        let own_line = self.text[line_start(self.text, dash)..dash].chars().all(|c| c == ' ');
        if items.len() == 1 {
            return self.only(if own_line { self.with_comments(dash) } else { dash }, line_end, "[]");
        }
        if !own_line {
            return refused("the item does not begin on a line of its own");
        }
        let rest = self.text[end..line_end].trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            return refused("something else stands on the last line of the item");
        }
        Ok(vec![self.delete_lines(line_start(self.text, self.with_comments(dash)), line_end)])
    }

    /// Removes the only child, whose lines are `first..line_end`, so that an empty collection stays.
    fn only(&self, first: usize, line_end: usize, brackets: &str) -> Result<Vec<Edit>, EditError> {
        let Holder::Entry { entry, .. } = self.above else {
            return Ok(vec![Edit { at: self.parent.at, text: brackets.to_owned() }]);
        };
        let key_end = entry.key.at.end as usize;
        let between = &self.text[key_end..self.parent.at.start as usize];
        let Some(colon) = between.find(':').filter(|&at| between[..at].trim().is_empty()) else {
            return refused("the key's colon was not found");
        };
        let colon = key_end + colon + 1;
        let from = line_start(self.text, first);
        if from <= colon {
            return refused("the value begins on the line of its key");
        }
        let brackets = Edit { at: empty(self.parent.at, colon), text: format!(" {brackets}") };
        Ok(vec![brackets, self.delete_lines(from, line_end)])
    }

    /// Where the comment lines begin that stand right above `start`, in its column.
    fn with_comments(&self, start: usize) -> usize {
        let indent = column(self.text, start);
        let mut first = start;
        loop {
            let line = line_start(self.text, first);
            if line <= self.document.region.start as usize {
                return first;
            }
            let above = line_start(self.text, line - 1);
            let content = &self.text[above..line];
            let blanks = content.len() - content.trim_start_matches(' ').len();
            let at = above + blanks;
            let is_comment = self.document.comments.iter().any(|comment| comment.at.start as usize == at);
            if blanks != indent || !is_comment {
                return first;
            }
            first = at;
        }
    }

    fn cut_lines(&self, first: usize, start: usize, end: usize) -> Option<Vec<String>> {
        let indent = column(self.text, start);
        let text = &self.text[first..line_end(self.text, end)];
        let dedent = |line: &str| match line.get(..indent) {
            Some(blanks) if blanks.trim_start_matches(' ').is_empty() => Some(line[indent..].to_owned()),
            _ => line.trim().is_empty().then(String::new),
        };
        let mut lines = text.lines();
        let mut cut = vec![lines.next()?.to_owned()];
        for line in lines {
            cut.push(dedent(line)?);
        }
        Some(cut)
    }

    fn delete(&self, from: usize, to: usize) -> Edit {
        Edit { at: Span::new(self.parent.at.source, from, to), text: String::new() }
    }

    /// Deletes whole lines, and the line break before them when there is none behind.
    fn delete_lines(&self, from: usize, line_end: usize) -> Edit {
        let to = next_line(self.text, line_end);
        if self.text[..to].ends_with('\n') || to == line_end && from == 0 {
            return self.delete(from, to);
        }
        let kept = self.text[..from].strip_suffix('\n').unwrap_or(&self.text[..from]);
        let kept = kept.strip_suffix('\r').unwrap_or(kept);
        self.delete(kept.len(), to)
    }
}
