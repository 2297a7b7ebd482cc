//! The look of words: colour, safe characters, plural forms, wrapped lines and aligned columns.
//!
//! Knows nothing of findings; the only file that decides what a colour means.

use super::Style;
use anstyle::AnsiColor;
use std::borrow::Cow;

/// What a piece of text is, from which its colour follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Plain,
    Strong,
    Faint,
    Error,
    Warning,
    Info,
    Help,
    Gutter,
    Removed,
    Added,
    RemovedPart,
    AddedPart,
}

impl Role {
    /// The terminal's style for it.
    pub fn style(self) -> anstyle::Style {
        let plain = anstyle::Style::new();
        let color = |color: AnsiColor| color.on_default();
        match self {
            Role::Plain => plain,
            Role::Strong => plain.bold(),
            Role::Faint => plain.dimmed(),
            Role::Error => color(AnsiColor::BrightRed).bold(),
            Role::Warning => color(AnsiColor::Yellow).bold(),
            Role::Info | Role::Gutter => color(AnsiColor::BrightBlue).bold(),
            Role::Help => color(AnsiColor::BrightGreen).bold(),
            Role::Removed => color(AnsiColor::BrightRed),
            Role::Added => color(AnsiColor::BrightGreen),
            Role::RemovedPart => color(AnsiColor::BrightRed).bold().underline(),
            Role::AddedPart => color(AnsiColor::BrightGreen).bold().underline(),
        }
    }

    /// The role of a verdict, a severity or a kind of transition.
    pub fn of(word: &str) -> Role {
        match word {
            "illegal" | "error" => Role::Error,
            "unknown" | "conditional" | "warning" => Role::Warning,
            "legal" => Role::Help,
            "info" => Role::Info,
            "unchanged" | "created" | "deleted" => Role::Faint,
            _ => Role::Plain,
        }
    }
}

/// Colours text, or leaves it as it is.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    color: bool,
}

impl Paint {
    pub fn new(style: Style) -> Paint {
        Paint { color: style.color }
    }

    /// The text in the colour of its role. It must be clean already.
    pub fn say(self, role: Role, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        if !self.color || role == Role::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = role.style();
        format!("{}{text}{}", style.render(), style.render_reset())
    }

    /// Rows with their columns aligned, two spaces between them and none at the end of a line.
    pub fn columns(self, rows: &[Vec<Cell>]) -> Vec<String> {
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(Cell::width).max().unwrap_or(0);
        let widths: Vec<usize> = (0..count).map(width).collect();
        let used = |row: &[Cell]| row.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let mut line = String::new();
            let used = used(row);
            for (column, cell) in row.iter().take(used).enumerate() {
                line.push_str(&self.say(cell.role, &cell.text));
                if column + 1 < used {
                    line.push_str(&" ".repeat(widths[column] - cell.width() + 2));
                }
            }
            lines.push(line);
        }
        lines
    }
}

/// One cell of an aligned table.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    role: Role,
}

impl Cell {
    /// A cell; its text is made clean.
    pub fn new(role: Role, text: impl AsRef<str>) -> Cell {
        Cell { text: one_line(text.as_ref()), role }
    }

    pub fn plain(text: impl AsRef<str>) -> Cell {
        Cell::new(Role::Plain, text)
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// The text with tabs as spaces and nothing that a terminal would obey: it may come from any file.
pub fn clean(text: &str) -> String {
    let c1_hidden: Cow<str> = match text.chars().any(is_c1) {
        true => text.chars().map(|c| if is_c1(c) { '¿' } else { c }).collect::<String>().into(),
        false => text.into(),
    };
    annotate_snippets::normalize_untrusted_str(&c1_hidden)
}

/// The second control block, in which U+009B starts an escape sequence. Each takes two bytes, as does its stand-in.
pub fn is_c1(c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c)
}

/// Clean text on one line.
pub fn one_line(text: &str) -> String {
    let joined = if text.contains(['\n', '\r']) {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    } else {
        text.to_owned()
    };
    clean(&joined)
}

/// `1 error`, `2 errors`, `no errors` is left to the caller.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Clean text cut into lines of at most `width` characters (0: never cut); text between backticks stays whole.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in words(&clean(paragraph)) {
            let length = line.chars().count() + 1 + word.chars().count();
            if width > 0 && !line.is_empty() && length > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        lines.push(line);
    }
    lines
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_code = false;
    for word in text.split(' ') {
        match words.last_mut() {
            Some(last) if in_code => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        in_code ^= word.matches('`').count() % 2 == 1;
    }
    words
}
