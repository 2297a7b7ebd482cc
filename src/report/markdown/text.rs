//! Text from anywhere as Markdown that says the same and does nothing.

use crate::report::paint::{clean, one_line};

/// What no comment should be full of.
pub fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A sentence: what stands between backticks stays code, everything else is no markup.
pub fn inline(text: &str) -> String {
    let text = one_line(text);
    let pieces: Vec<&str> = text.split('`').collect();
    let mut out = String::new();
    for (nth, piece) in pieces.iter().enumerate() {
        let is_code = nth % 2 == 1 && nth + 1 < pieces.len();
        match is_code && !piece.is_empty() {
            true => out.push_str(&code(piece)),
            false => out.push_str(&plain(piece)),
        }
    }
    out
}

/// A cell of a table.
pub fn cell(text: &str) -> String {
    plain(&one_line(&clip(text, 200)))
}

/// Code in a line; a backtick in it would end it.
pub fn code(text: &str) -> String {
    let text = one_line(text).replace('`', "'");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}

/// A block of code, fenced by more backticks than are in it.
pub fn fence(language: &str, text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let ticks = "`".repeat((longest + 1).max(3));
    let lines: Vec<String> = text.lines().map(visible).collect();
    format!("{ticks}{language}\n{}\n{ticks}", lines.join("\n"))
}

/// A line of code as it is, but for what cannot be seen and would still be obeyed or copied.
fn visible(line: &str) -> String {
    let kept = |c: &char| !c.is_control() || *c == '\t';
    if line.chars().all(|c| kept(&c)) { line.to_owned() } else { clean(line) }
}

/// The title of something folded, which is HTML.
pub fn summary(text: &str) -> String {
    let text = one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    apart(&text)
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    apart(&out)
}

/// Takes the meaning of `@name`, `#12` and addresses: an empty sign stands between.
fn apart(text: &str) -> String {
    text.replace('@', "@\u{200b}")
        .replace('#', "#\u{200b}")
        .replace("://", ":\u{200b}//")
        .replace("www.", "www\u{200b}.")
}
