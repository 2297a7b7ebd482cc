//! The list of rules, and the page of one.

use super::Style;
use super::paint::{Cell, Paint, Role, clean};
use std::io;

/// One aligned line for each rule, given as id, severity, confidence and summary.
pub fn list(rules: &[[&str; 4]], style: Style, w: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint::new(style);
    let row = |[id, severity, confidence, summary]: &[&str; 4]| {
        let severity = Cell::new(Role::of(severity), severity);
        vec![Cell::new(Role::Strong, id), severity, Cell::plain(confidence), Cell::plain(summary)]
    };
    let rows: Vec<Vec<Cell>> = rules.iter().map(row).collect();
    for line in paint.columns(&rows) {
        writeln!(w, "{line}")?;
    }
    Ok(())
}

/// A Markdown page for a terminal: headings bold, code dim. Without colour, the page as it is.
pub fn explain(page_markdown: &str, style: Style, w: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint::new(style);
    let mut fence: Option<String> = None;
    for line in page_markdown.lines() {
        let shown = if !style.color { line.to_owned() } else { line_of_page(line, &mut fence, paint) };
        writeln!(w, "{shown}")?;
    }
    Ok(())
}

fn line_of_page(line: &str, fence: &mut Option<String>, paint: Paint) -> String {
    let text = clean(line);
    let start = line.trim_start();
    let ticks: String = start.chars().take_while(|c| *c == '`').collect();
    match fence {
        Some(open) => {
            // A fence is closed by one at least as long, with nothing behind it.
            if ticks.len() >= open.len() && start.trim_end().len() == ticks.len() {
                *fence = None;
            }
            paint.say(Role::Faint, text)
        }
        None if ticks.len() >= 3 => {
            *fence = Some(ticks);
            paint.say(Role::Faint, text)
        }
        None if start.starts_with('#') => paint.say(Role::Strong, text.trim_start_matches('#').trim_start()),
        None => inline(&text, paint),
    }
}

/// Text between single backticks dim, the backticks gone; an odd one stays.
fn inline(text: &str, paint: Paint) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let mut out = String::new();
    for (nth, piece) in pieces.iter().enumerate() {
        let is_code = nth % 2 == 1;
        match is_code && nth + 1 < pieces.len() {
            true => out.push_str(&paint.say(Role::Faint, piece)),
            false if is_code => out.push_str(&format!("`{piece}")),
            false => out.push_str(piece),
        }
    }
    out
}
