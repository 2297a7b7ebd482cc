//! What a change means for each Milvus, value by value, written or not.

use super::Context;
use super::paint::{Cell, Paint, Role, count, one_line};
use crate::outcome::{TransitionKind, TransitionView, ValueView};
use std::io;

/// One block for each Milvus that differs; one line where none does.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint::new(context.style);
    let same = |one: &&TransitionView| !one.changed;
    let all = &context.outcome.transitions;
    for (nth, one) in all.iter().filter(|one| !same(one)).enumerate() {
        if nth > 0 {
            writeln!(w)?;
        }
        transition(context, paint, one, w)?;
    }
    if !all.iter().all(|one| same(&one)) {
        return Ok(());
    }
    match context.outcome.deployments.len() {
        0 => writeln!(w, "no difference: no Milvus on either side"),
        n => writeln!(w, "no difference in {n} Milvus"),
    }
}

fn transition(context: &Context, paint: Paint, one: &TransitionView, w: &mut dyn io::Write) -> io::Result<()> {
    let mut traits = vec![one_line(&context.texts.source(one.at.source).path)];
    // What drives the Milvus is its circumstances; it stands in the header, not among the values.
    let (drivers, values): (Vec<_>, Vec<_>) = one.changes.iter().partition(|change| is_driver(change.field));
    traits.extend(
        drivers.iter().map(|change| one_line(&format!("{} {}", change.field, arrow(&change.from, &change.to)))),
    );
    let word = match one.kind {
        TransitionKind::Changed | TransitionKind::Unchanged => String::new(),
        kind => format!("  {}", paint.say(Role::Strong, kind.as_str())),
    };
    // In a file of one Milvus without a name, the id is the file.
    if traits.first() == Some(&one_line(&one.id)) {
        traits.remove(0);
    }
    let traits = if traits.is_empty() { String::new() } else { format!(" ({})", traits.join(", ")) };
    writeln!(w, "{}{traits}{word}", paint.say(Role::Strong, one_line(&one.id)))?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    if values.iter().all(|change| change.field != "version") && one.from != one.to {
        rows.push(vec![Cell::plain("version"), Cell::plain(versions(one))]);
    }
    rows.extend(values.iter().map(|change| {
        let values = Cell::plain(arrow(&change.from, &change.to));
        vec![Cell::plain(change.field), values, remark(&change.from, &change.to)]
    }));
    for line in paint.columns(&rows) {
        writeln!(w, "  {line}")?;
    }
    verdict(paint, one, w)
}

fn is_driver(field: &str) -> bool {
    matches!(field, "chart" | "operator")
}

fn versions(one: &TransitionView) -> String {
    let word = |version: &Option<String>, none: &str| version.clone().unwrap_or_else(|| none.to_owned());
    match one.kind {
        TransitionKind::Created => word(&one.to, "unknown"),
        TransitionKind::Deleted => format!("{} → gone", word(&one.from, "unknown")),
        _ => format!("{} → {}", word(&one.from, "unknown"), word(&one.to, "unknown")),
    }
}

fn arrow(from: &ValueView, to: &ValueView) -> String {
    let word = |view: &ValueView, none: &str| match (&view.value, view.said) {
        (Some(value), _) => value.clone(),
        (None, "unknown") => "unknown".to_owned(),
        (None, _) => none.to_owned(),
    };
    format!("{} → {}", word(from, "none"), word(to, "gone"))
}

/// Where the ends come from when they are not simply written.
fn remark(from: &ValueView, to: &ValueView) -> Cell {
    let with = |what: &str, view: &ValueView| match &view.why {
        Some(why) => format!("{what}: {why}"),
        None => what.to_owned(),
    };
    match (from.said, to.said) {
        (_, "unknown") => Cell::new(Role::Warning, with("unknown", to)),
        (_, "default") => Cell::new(Role::Faint, with("not written", to)),
        ("unknown", _) => Cell::new(Role::Warning, with("was unknown", from)),
        ("default", "written") => Cell::new(Role::Faint, with("was not written", from)),
        _ => Cell::plain(""),
    }
}

fn verdict(paint: Paint, one: &TransitionView, w: &mut dyn io::Write) -> io::Result<()> {
    let Some(verdict) = one.verdict else { return Ok(()) };
    let mut rows = Vec::new();
    let words = match (verdict, one.because.as_str()) {
        ("illegal", "") => "illegal as it stands".to_owned(),
        (_, "") => verdict.to_owned(),
        ("illegal", because) => format!("illegal as it stands: {because}"),
        (_, because) => format!("{verdict}: {because}"),
    };
    rows.push(vec![Cell::plain("verdict"), Cell::new(Role::of(verdict), words)]);
    if one.path.len() > 2 || (one.path.len() == 2 && verdict != "legal") {
        let hops = count(one.path.len() - 1, "hop", "hops");
        rows.push(vec![Cell::plain("the way"), Cell::plain(format!("{}  ({hops})", one.path.join(" → ")))]);
    }
    for line in paint.columns(&rows) {
        writeln!(w, "{line}")?;
    }
    Ok(())
}
