//! A piece of program text, taken out of what it stands in: takes slices of a file (indentation, tags and prompts left out,
//! escapes decoded), gives one text whose every byte knows its place in the file.

use crate::source::{SourceId, Span};
use std::ops::Range;

/// Program text with places.
#[derive(Clone, Debug)]
pub struct Code {
    pub source: SourceId,
    pub text: String,
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Code {
    /// No text yet.
    pub(super) fn new(source: SourceId) -> Code {
        Code { source, text: String::new(), starts: Vec::new(), ends: Vec::new() }
    }

    /// A part of a file as it stands there.
    pub(super) fn of(source: SourceId, file: &str, range: Range<usize>) -> Code {
        let mut code = Code::new(source);
        code.push(file, range);
        code
    }

    /// Adds a part of the file as it stands there.
    pub(super) fn push(&mut self, file: &str, range: Range<usize>) {
        let Some(text) = file.get(range.clone()) else { return };
        self.text.push_str(text);
        self.starts.extend(range.clone().map(|at| at as u32));
        self.ends.extend(range.map(|at| at as u32 + 1));
    }

    /// Adds other words for a part of the file.
    pub(super) fn push_as(&mut self, text: &str, range: Range<usize>) {
        self.text.push_str(text);
        self.starts.extend(text.bytes().map(|_| range.start as u32));
        self.ends.extend(text.bytes().map(|_| range.end as u32));
    }

    /// Adds another piece of the same file.
    pub(super) fn append(&mut self, other: &Code) {
        self.text.push_str(&other.text);
        self.starts.extend_from_slice(&other.starts);
        self.ends.extend_from_slice(&other.ends);
    }

    /// A part of this text, with its places.
    pub(super) fn part(&self, range: Range<usize>) -> Code {
        Code {
            source: self.source,
            text: self.text[range.clone()].to_string(),
            starts: self.starts[range.clone()].to_vec(),
            ends: self.ends[range].to_vec(),
        }
    }

    /// The place of a part of this text; an empty part stands before the byte that follows it.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let last = self.ends.last().copied().unwrap_or_default();
        let start = self.starts.get(range.start).copied().unwrap_or(last);
        let end = if range.end > range.start { self.ends.get(range.end - 1).copied().unwrap_or(last) } else { start };
        Span { source: self.source, start, end: end.max(start) }
    }
}
