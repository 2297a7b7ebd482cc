//! Lines and columns of byte offsets: takes a text and an offset, gives what a user counts.
//!
//! Where the lines of a text begin is counted once for all who ask about it, since a report asks for several places of each of
//! its entries. It does not know whose texts these are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// From this length on it is worth remembering where the lines of a text begin.
const LONG: usize = 2_048;

/// Where the lines of some texts begin, as far as somebody has asked.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<HashMap<usize, Arc<Starts>>>);

impl Clone for Lines {
    /// Nothing: whoever copies texts is about to change them.
    fn clone(&self) -> Lines {
        Lines::default()
    }
}

impl Lines {
    /// Line and column of an offset in the text that has a number among others.
    pub fn position(&self, number: usize, text: &str, offset: usize) -> (usize, usize) {
        if text.len() < LONG {
            return position(text, offset);
        }
        self.of(number, text).position(text, offset)
    }

    /// A line by its number from 0, without its end; text that ends with a line feed has an empty last one.
    pub fn line<'t>(&self, number: usize, text: &'t str, line: usize) -> Option<&'t str> {
        let starts = self.of(number, text);
        let start = line.checked_sub(1).map_or(Some(0), |before| starts.starts.get(before).copied())?;
        let end = starts.starts.get(line).map_or(text.len(), |next| next - 1);
        Some(text[start..end].trim_end_matches('\r'))
    }

    /// The lines of a text, counted anew where it is not the one that had the number before.
    fn of(&self, number: usize, text: &str) -> Arc<Starts> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let starts = known.entry(number).or_insert_with(|| Arc::new(Starts::of(text)));
        if !starts.are_of(text) {
            *starts = Arc::new(Starts::of(text));
        }
        Arc::clone(starts)
    }
}

/// Where the lines of one text begin, the first left out.
#[derive(Debug)]
struct Starts {
    /// Address and length of the text, which tell it from one that took its place.
    text: (usize, usize),
    starts: Vec<usize>,
}

impl Starts {
    fn of(text: &str) -> Starts {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect();
        Starts { text: (text.as_ptr() as usize, text.len()), starts }
    }

    fn are_of(&self, text: &str) -> bool {
        self.text == (text.as_ptr() as usize, text.len())
    }

    fn position(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let before = self.starts.partition_point(|start| *start <= offset);
        let start = before.checked_sub(1).map_or(0, |last| self.starts[last]);
        (before + 1, column(&text.as_bytes()[start..offset]))
    }
}

/// Line and column of a byte offset in `text`, both from 1. The column counts characters, a leading BOM not among them.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    (line, column(&before[start..]))
}

/// The column after the bytes of a line: each character has one byte that does not continue another.
fn column(line: &[u8]) -> usize {
    let characters = line.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let marks = line.windows(BOM.len()).filter(|bytes| *bytes == BOM).count();
    characters - marks + 1
}

const BOM: &[u8] = "\u{feff}".as_bytes();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_says_what_counting_says() {
        let text = "\u{feff}a: 1\r\nß: ü\n\n  - \u{1f600} x\u{feff}y\nend".repeat(100);
        let lines = Lines::default();
        for offset in 0..text.len() + 2 {
            assert_eq!(lines.position(7, &text, offset), position(&text, offset), "{offset}");
        }
        let other = text.replace('\n', " ");
        assert_eq!(
            lines.position(7, &other, other.len()),
            position(&other, other.len()),
            "another text by that number"
        );
        assert_eq!(position("\u{feff}ab\ncd", 7), (2, 2));
        let split: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
        let read: Vec<&str> = (0..).map_while(|line| lines.line(7, &text, line)).collect();
        assert_eq!(read, split);
    }
}
