//! What a fix would change, as numbered lines.
//!
//! Takes the edits of a fix; gives, for each source, the lines removed and added, with as much around an insertion as shows
//! where it goes: the line above it and the line it is nested under. annotate-snippets can draw patches too, but shows no
//! context for inserted lines and highlights edits that share a line in ways that are hard to read.

use crate::report::paint::{Paint, Role, clean};
use crate::source::{Edit, SourceId, Texts};
use similar::{DiffOp, TextDiff};
use std::ops::Range;

/// Unchanged lines between two changes are shown when there are no more of them than this.
const BETWEEN: usize = 2;
/// Lines above an insertion are shown up to this many, when the line it is nested under is among them.
const ABOVE: usize = 3;

/// The changes of one source.
pub struct Block {
    pub source: SourceId,
    lines: Vec<Line>,
}

/// A line with its number: of what is removed the number that it has, of everything else the one that it will have.
enum Line {
    /// Left out.
    Gap,
    /// Unchanged, shown for orientation.
    Around(usize, String),
    /// With the part that differs from its counterpart, as a range of the text.
    Removed(usize, String, Range<usize>),
    Added(usize, String, Range<usize>),
}

/// The changes that the edits make, one block for each source. Of edits that overlap, the first counts.
pub fn blocks(texts: &Texts, edits: &[Edit]) -> Vec<Block> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.at);
    let groups = sorted.chunk_by(|a, b| a.at.source == b.at.source);
    groups.map(|group| Block::new(texts, group[0].at.source, group)).collect()
}

impl Block {
    fn new(texts: &Texts, source: SourceId, edits: &[&Edit]) -> Block {
        let text = texts.source(source).text.as_str();
        // Only the lines that an edit touches are compared; a line here is without its line feed.
        let first = edits.first().map_or(0, |edit| edit.at.start as usize);
        let last = edits.iter().map(|edit| edit.at.end as usize).max().unwrap_or(first);
        let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
        let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
        let mut changed = String::new();
        let mut done = start;
        for edit in edits.iter().filter(|edit| edit.at.start <= edit.at.end) {
            let range = edit.at.range();
            if range.start >= done {
                changed.push_str(&text[done..range.start]);
                changed.push_str(&edit.text);
                done = range.end;
            }
        }
        changed.push_str(&text[done..end]);
        let skipped = texts.position(source, start as u32).0 - 1;
        let (old, new) = (lines(&text[start..end]), lines(&changed));
        let mut writer = Writer { texts, source, shown: None, added: 0, removed: 0, lines: Vec::new() };
        for op in TextDiff::from_slices(&old, &new).ops() {
            writer.change(*op, skipped, &new);
        }
        Block { source, lines: writer.lines }
    }

    /// The number of the first line shown.
    pub fn first_number(&self) -> Option<usize> {
        self.lines.iter().find_map(Line::number)
    }

    /// The greatest line number shown.
    pub fn last_number(&self) -> Option<usize> {
        self.lines.iter().filter_map(Line::number).max()
    }

    /// The block as text, line numbers `gutter` wide.
    pub fn render(&self, paint: Paint, gutter: usize) -> String {
        self.lines.iter().map(|line| line.render(paint, gutter)).collect()
    }
}

/// Lines without their ends. Text that ends with a line feed has an empty last one, which is where a file goes on.
fn lines(text: &str) -> Vec<&str> {
    text.split('\n').map(|line| line.trim_end_matches('\r')).collect()
}

/// Collects the lines of a block in order.
struct Writer<'a> {
    /// The source before the change.
    texts: &'a Texts<'a>,
    source: SourceId,
    /// The last old line shown, by index.
    shown: Option<usize>,
    /// How many lines were added and removed so far, which moves the numbers of what follows.
    added: usize,
    removed: usize,
    lines: Vec<Line>,
}

impl<'a> Writer<'a> {
    /// An old line by its index.
    fn line(&self, index: usize) -> Option<&'a str> {
        self.texts.line(self.source, index)
    }

    /// The same where it is known to be there.
    fn whole(&self, index: usize) -> &'a str {
        self.line(index).unwrap_or_default()
    }

    /// Shows one step of the comparison, whose old and new indices both count from the line `skipped`.
    fn change(&mut self, op: DiffOp, skipped: usize, new: &[&str]) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        let old_range = skipped + old_range.start..skipped + old_range.end;
        match op {
            DiffOp::Equal { .. } => {
                let between = self.shown.is_some() || !self.lines.is_empty();
                if between && old_range.len() <= BETWEEN && self.line(old_range.end).is_some() {
                    old_range.for_each(|index| self.around(index));
                }
                return;
            }
            DiffOp::Insert { .. } => self.above(old_range.start, &new[new_range.clone()]),
            _ => self.gap_before(old_range.start),
        }
        let pairs: Vec<_> =
            old_range.clone().zip(new_range.clone()).map(|(old, at)| differing(self.whole(old), new[at])).collect();
        for (nth, index) in old_range.clone().enumerate() {
            let part = pairs.get(nth).map_or(0..0, |pair| pair.0.clone());
            self.lines.push(Line::Removed(index + 1, self.whole(index).to_owned(), part));
            self.shown = Some(index);
        }
        for (nth, index) in new_range.clone().enumerate() {
            let part = pairs.get(nth).map_or(0..0, |pair| pair.1.clone());
            self.lines.push(Line::Added(skipped + index + 1, new[index].to_owned(), part));
        }
        self.removed += old_range.len();
        self.added += new_range.len();
        if old_range.is_empty() && self.shown.is_none() {
            self.around(old_range.start);
        }
    }

    /// Shows where lines inserted before the old line `index` go.
    fn above(&mut self, index: usize, inserted: &[&str]) {
        let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\u{feff}']).len();
        let depth = inserted.iter().find(|line| !line.trim().is_empty()).map_or(0, |line| indent(line));
        let parent = (0..index).rev().find(|&at| {
            let line = self.whole(at).trim();
            !line.is_empty() && !line.starts_with('#') && indent(self.whole(at)) < depth
        });
        match parent {
            Some(parent) if index - parent <= ABOVE => (parent..index).for_each(|at| self.around(at)),
            Some(parent) => {
                self.around(parent);
                self.around(index - 1);
            }
            None if index > 0 => self.around(index - 1),
            None => {}
        }
    }

    /// Shows an old line, unless it was shown before; marks what was left out.
    fn around(&mut self, index: usize) {
        let Some(line) = self.line(index).filter(|_| self.shown.is_none_or(|shown| shown < index)) else { return };
        let number = index + 1 + self.added - self.removed;
        let line = line.to_owned();
        self.gap_before(index);
        if !line.trim().is_empty() {
            self.lines.push(Line::Around(number, line));
        }
        self.shown = Some(index);
    }

    fn gap_before(&mut self, index: usize) {
        if self.shown.is_some_and(|shown| shown + 1 < index) {
            self.lines.push(Line::Gap);
        }
    }
}

/// The parts of two lines that differ, between what they begin and end with alike; a version or a name is taken whole.
fn differing(old: &str, new: &str) -> (Range<usize>, Range<usize>) {
    let word = |c: &char| c.is_alphanumeric() || "._-".contains(*c);
    let alike = |(a, b): &(char, char)| a == b;
    let bytes = |chars: &[char]| chars.iter().map(|c| c.len_utf8()).sum::<usize>();
    let mut start: Vec<char> = old.chars().zip(new.chars()).take_while(alike).map(|(c, _)| c).collect();
    while start.pop_if(|c| word(c)).is_some() {}
    // Lines that share no more than their indentation are different lines, not two states of one.
    if start.iter().all(|c| c.is_whitespace()) {
        return (0..0, 0..0);
    }
    let start = bytes(&start);
    let ends = old[start..].chars().rev().zip(new[start..].chars().rev());
    let mut end: Vec<char> = ends.take_while(alike).map(|(c, _)| c).collect();
    while end.pop_if(|c| word(c)).is_some() {}
    let end = bytes(&end);
    (start..old.len() - end, start..new.len() - end)
}

impl Line {
    fn number(&self) -> Option<usize> {
        match self {
            Line::Gap => None,
            Line::Around(number, _) | Line::Removed(number, ..) | Line::Added(number, ..) => Some(*number),
        }
    }

    fn render(&self, paint: Paint, gutter: usize) -> String {
        let (sign, text, part, role, strong) = match self {
            Line::Gap => return format!("{}\n", paint.say(Role::Gutter, "...")),
            Line::Around(_, text) => ('|', text, &(0..0), Role::Plain, Role::Plain),
            Line::Removed(_, text, part) => ('-', text, part, Role::Removed, Role::RemovedPart),
            Line::Added(_, text, part) => ('+', text, part, Role::Added, Role::AddedPart),
        };
        let number = format!("{:>gutter$}", self.number().unwrap_or(0));
        let sign_role = if role == Role::Plain { Role::Gutter } else { role };
        let mut out = format!("{} {}", paint.say(Role::Gutter, number), paint.say(sign_role, sign.to_string()));
        if !text.trim().is_empty() {
            out.push(' ');
            for (range, role) in [(0..part.start, role), (part.clone(), strong), (part.end..text.len(), role)] {
                out.push_str(&paint.say(role, clean(text[range].trim_start_matches('\u{feff}'))));
            }
        }
        out.push('\n');
        out
    }
}
