//! A word of a command: its text, where each byte of it stands, and what in it is not known.

use crate::detect::code::Code;
use crate::model::Field;
use crate::source::Span;
use std::ops::Range;

/// One word.
#[derive(Clone, Debug)]
pub struct Word {
    /// The whole word as it is written, quotes included.
    pub at: Span,
    /// Its text; a hole stands there as it is written.
    pub text: String,
    pub(super) code: Code,
    /// Parts of the text that are not known, and why.
    pub(super) holes: Vec<(Range<usize>, String)>,
    /// Whether it is (partly) quoted, so that it is no keyword and no pattern.
    pub quoted: bool,
}

impl Word {
    /// Why it is not wholly known.
    pub fn hole(&self) -> Option<&str> {
        self.holes.first().map(|(_, why)| why.as_str())
    }

    /// The texts of what is not known, as they are written.
    pub fn holes(&self) -> impl Iterator<Item = Field<String>> {
        let field = |(range, _): &(Range<usize>, String)| {
            Field::written(self.code.span(range.clone()), self.text.get(range.clone()).unwrap_or_default().to_string())
        };
        self.holes.iter().map(field)
    }

    /// The commands in it whose output is put in.
    pub(super) fn substitutions(&self) -> impl Iterator<Item = Code> {
        let inner = |(range, _): &(Range<usize>, String)| {
            let text = self.text.get(range.clone())?;
            let is_command = text.starts_with("$(") && text.ends_with(')') && text.len() > 3;
            is_command.then(|| self.code.part(range.start + 2..range.end - 1))
        };
        self.holes.iter().filter_map(inner)
    }

    /// Its value: written, or unknown with the reason.
    pub fn field(&self) -> Field<String> {
        match self.hole() {
            None => Field::written(self.at, self.text.clone()),
            Some(why) => Field::unknown(self.at, why),
        }
    }

    /// A part of it as a word of its own.
    pub fn part(&self, range: Range<usize>) -> Word {
        let inside = |(hole, why): &(Range<usize>, String)| {
            (hole.start < range.end && range.start < hole.end).then(|| {
                let start = hole.start.max(range.start) - range.start;
                (start..hole.end.min(range.end) - range.start, why.clone())
            })
        };
        Word {
            at: self.code.span(range.clone()),
            text: self.text[range.clone()].to_string(),
            holes: self.holes.iter().filter_map(inside).collect(),
            code: self.code.part(range),
            quoted: self.quoted,
        }
    }

    /// `name=value` of an assignment.
    pub fn assigns(&self) -> Option<(&str, Word)> {
        let (name, _) = self.text.split_once('=')?;
        let plain = name.trim_end_matches('+');
        let named = plain
            .bytes()
            .enumerate()
            .all(|(at, b)| b == b'_' || b.is_ascii_alphabetic() || at > 0 && b.is_ascii_digit());
        let known = self.holes.iter().all(|(hole, _)| hole.start > name.len());
        (named && known && !plain.is_empty()).then(|| (name, self.part(name.len() + 1..self.text.len())))
    }

    /// `--flag=value` in its two halves; the flag alone where there is no `=`.
    pub fn flag(&self) -> Option<(Word, Option<Word>)> {
        let dashes = self.text.len() - self.text.trim_start_matches('-').len();
        if dashes == 0 || self.text.len() == dashes {
            return None;
        }
        Some(match self.text.find('=').filter(|_| dashes == 2 || self.text.find('=') == Some(2)) {
            Some(at) => (self.part(0..at), Some(self.part(at + 1..self.text.len()))),
            None => (self.clone(), None),
        })
    }

    /// Its text as program text of its own.
    pub fn code(&self) -> Code {
        self.code.clone()
    }
}
