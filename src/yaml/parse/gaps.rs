//! The gaps between tokens: blanks, comments, anchors, tags and indicators, read to find the places that events lack.

use super::build::{Builder, Held};
use crate::yaml::template::{self, Action};
use std::ops::Range;

impl Builder<'_> {
    /// Reads the gap before a node that begins at `start`: notes the colon of its key, or the dash of its item.
    pub(super) fn before(&mut self, start: usize) {
        let Some(open) = self.open.last() else { return };
        let (want, from) = match &open.held {
            Held::Map { key: Some(_), .. } => (b':', self.cursor),
            Held::Seq(_) if !open.flow => (b'-', self.cursor),
            Held::Map { key: None, .. } if !open.flow => (b'?', self.cursor),
            _ => return,
        };
        let found = self.indicator(from, start, want);
        let Some(open) = self.open.last_mut() else { return };
        match &mut open.held {
            Held::Seq(items) if items.is_empty() => open.start = found.unwrap_or(open.start),
            Held::Map { entries, key: None, .. } if entries.is_empty() => open.start = found.unwrap_or(open.start),
            _ => {}
        }
        self.cursor = found.map_or(self.cursor, |at| at + 1);
    }

    /// The place of an indicator in the blanks, comments, anchors and tags of `from..to`.
    pub(super) fn indicator(&self, from: usize, to: usize, want: u8) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while at < to.min(bytes.len()) {
            match bytes[at] {
                byte if byte == want => return Some(at),
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                b'#' => at = self.line_end(at),
                b'&' | b'!' => at = self.token_end(at),
                0xEF if self.text[at..].starts_with('\u{feff}') => at += 3,
                _ => return None,
            }
        }
        None
    }

    pub(super) fn line_end(&self, at: usize) -> usize {
        self.text[at..].find(['\n', '\r']).map_or(self.text.len(), |length| at + length)
    }

    pub(super) fn token_end(&self, at: usize) -> usize {
        let verbatim = self.text[at..].starts_with("!<");
        let ends = |c: char| c.is_whitespace() || (!verbatim && matches!(c, ',' | '[' | ']' | '{' | '}'));
        self.text[at..].find(ends).map_or(self.text.len(), |length| at + length)
    }

    /// Behind the anchors and tags that follow `at`, for a node that has some; else `at` itself.
    pub(super) fn after_properties(&self, mut at: usize) -> usize {
        loop {
            match self.indicator_of_property(at) {
                Some(property) => at = self.token_end(property),
                None => return at,
            }
        }
    }

    pub(super) fn indicator_of_property(&self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while at < bytes.len() {
            match bytes[at] {
                b'&' | b'!' => return Some(at),
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                b'#' => at = self.line_end(at),
                _ => return None,
            }
        }
        None
    }

    /// Printing actions on lines of their own right after `from`, which may stand for a value or for the rest of one.
    pub(super) fn trailing_actions(&self, from: usize) -> Vec<Action> {
        if !self.masked {
            return Vec::new();
        }
        let next = self.text[from..].find(|c: char| !c.is_whitespace()).map_or(self.text.len(), |at| from + at);
        template::within(self.actions, from..next).iter().filter(|action| !action.silent).cloned().collect()
    }

    /// The whole token and the content lines of a block scalar whose content begins at `at`.
    pub(super) fn block_scalar(&self, at: Range<usize>) -> (Range<usize>, Range<usize>) {
        let from = self.after_properties(self.cursor);
        let indicator = self.indicator(from, at.start, b'|').or_else(|| self.indicator(from, at.start, b'>'));
        let start = indicator.unwrap_or(at.start);
        let header = start + self.text[start..].find(char::is_whitespace).unwrap_or(self.text.len() - start);
        let line = self.text[header..].find('\n').map_or(self.text.len(), |length| header + length + 1);
        let content = line.min(at.end.max(header))..at.end.max(line.min(at.end.max(header)));
        // The parser may count the blanks before the next token in.
        let last_line = self.text[content.clone()].rfind('\n').map_or(content.start, |at| content.start + at + 1);
        let blank_tail = last_line > content.start && self.text[last_line..content.end].trim().is_empty();
        let content = content.start..if blank_tail { last_line } else { content.end };
        let kept = content.start + self.text[content.clone()].trim_end().len();
        let end = if kept > content.start { kept } else { header };
        (start..end, content)
    }
}
