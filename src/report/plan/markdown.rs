//! Plans as a document for a change request: everything, with commands, check boxes and sources.

use super::super::paint::clean;
use super::{About, counted, title};
use crate::plan::{Answer, Hop, Item, NoWay, Plan, Reason};
use std::io::{self, Write};

/// Writes every answer as a document of its own.
pub(super) fn write(answers: &[Answer], about: About, w: &mut dyn Write) -> io::Result<()> {
    for (index, answer) in answers.iter().enumerate() {
        if index > 0 {
            writeln!(w)?;
        }
        match answer {
            Answer::Plan(plan) => document(plan, w)?,
            Answer::NoWay(no_way) => refusal(no_way, w)?,
            Answer::Unknown(unknown) => {
                writeln!(w, "# {}Not known\n\n{}.", named(&unknown.id), text(&unknown.why))?;
                if !unknown.ask.is_empty() {
                    writeln!(w, "\n{}.", text(&unknown.ask))?;
                }
            }
        }
    }
    writeln!(w, "\n---\n\nWritten by milvus-lint {}, by facts of {}.", about.tool_version, about.facts_date)
}

fn document(plan: &Plan, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "# {}Milvus {} → {}\n", named(&plan.id), plan.from, plan.to)?;
    writeln!(w, "{}.\n", counted(plan))?;
    for known in &plan.known {
        writeln!(w, "- {}: {}", known.field, text(&known.value))?;
    }
    for assumed in &plan.assumed {
        writeln!(w, "- taken for granted: {}", text(assumed))?;
    }
    for open in &plan.open {
        writeln!(w, "- **find out**: {}", text(open))?;
    }
    if plan.hops.is_empty() {
        return writeln!(w, "\nThere is nothing to do.");
    }
    writeln!(w, "\n| hop | what | Milvus is | unless |\n| --- | --- | --- | --- |")?;
    for (index, hop) in plan.hops.iter().enumerate() {
        let unless = text(hop.unless.as_deref().unwrap_or_default());
        writeln!(w, "| {} | {} | {} | {unless} |", index + 1, title(hop), hop.service.as_str())?;
    }
    if !plan.why_not_fewer.is_empty() {
        writeln!(w, "\nWhy not fewer:\n")?;
        for why in &plan.why_not_fewer {
            writeln!(w, "- {}", text(why))?;
        }
    }
    section("Before the first hop", &plan.before, "- [ ] ", w)?;
    section("What must not change", &plan.keep, "- ", w)?;
    section("When a hop is finished", &plan.finished, "- ", w)?;
    section("When a hop is stuck", &plan.trouble, "- ", w)?;
    for (index, one) in plan.hops.iter().enumerate() {
        hop(index + 1, one, w)?;
    }
    Ok(())
}

fn hop(number: usize, hop: &Hop, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "\n## {number}. {}\n", title(hop))?;
    if let Some(unless) = &hop.unless {
        writeln!(w, "Left out if {}.\n", text(unless))?;
    }
    reason("Why", &hop.because, w)?;
    writeln!(w)?;
    reason(&format!("Milvus is served: {}", hop.service.as_str()), &hop.service_because, w)?;
    if !hop.changes.is_empty() {
        writeln!(w, "\n| what changes | from | to | why |\n| --- | --- | --- | --- |")?;
    }
    for changed in &hop.changes {
        let from = text(changed.from.as_deref().unwrap_or(""));
        writeln!(w, "| `{}` | {from} | {} | {} |", text(&changed.what), text(&changed.to), text(&changed.because))?;
    }
    for (name, items, mark) in [
        ("Before", &hop.before, "- [ ] "),
        ("Do", &hop.apply, "- [ ] "),
        ("Wait until", &hop.wait, "- [ ] "),
        ("Afterwards", &hop.after, "- [ ] "),
    ] {
        if !items.is_empty() {
            writeln!(w, "\n**{name}**\n")?;
        }
        list(items, mark, w)?;
    }
    writeln!(w, "\n**The way back**\n\n{}", sentence(&hop.back.until))?;
    if !hop.back.because.text.is_empty() {
        writeln!(w)?;
        reason("Why", &hop.back.because, w)?;
    }
    if !hop.back.steps.is_empty() {
        writeln!(w)?;
    }
    list(&hop.back.steps, "- ", w)?;
    if !hop.risks.is_empty() {
        writeln!(w, "\n**Risks**\n")?;
    }
    for danger in &hop.risks {
        let instead = if danger.instead.is_empty() { String::new() } else { format!("; better: {}", danger.instead) };
        writeln!(w, "- {}: {}{} {}", danger.severity, text(&danger.text), text(&instead), sources(&danger.source))?;
    }
    for (name, items) in [("If it goes wrong", &hop.trouble), ("What must not change", &hop.keep)] {
        if !items.is_empty() {
            writeln!(w, "\n**{name}**\n")?;
        }
        list(items, "- ", w)?;
    }
    Ok(())
}

fn refusal(no_way: &NoWay, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "# {}No way from Milvus {} to {}\n", named(&no_way.id), no_way.from, no_way.to)?;
    writeln!(w, "{} {}", sentence(&no_way.because.text), sources(&no_way.because.source))?;
    for (name, said) in [("What happens to somebody who does it anyway", &no_way.outcome), ("Instead", &no_way.instead)]
    {
        if !said.is_empty() {
            writeln!(w, "\n{name}: {}.", text(said))?;
        }
    }
    match &no_way.nearest {
        Some(nearest) => writeln!(w, "\nThe nearest release that a plan reaches is {nearest}."),
        None => writeln!(w, "\nNo release below the target can be reached either."),
    }
}

fn section(name: &str, items: &[Item], mark: &str, w: &mut dyn Write) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(w, "\n## {name}\n")?;
    list(items, mark, w)
}

fn list(items: &[Item], mark: &str, w: &mut dyn Write) -> io::Result<()> {
    for item in items {
        writeln!(w, "{mark}{} {}", text(&item.text), sources(&item.source))?;
        if let Some(command) = &item.command {
            // A block that belongs to its item is indented as far as the item's text.
            writeln!(w, "\n  ```{}", command.lang)?;
            for line in command.text.lines() {
                writeln!(w, "  {}", clean(line))?;
            }
            writeln!(w, "  ```")?;
        }
    }
    Ok(())
}

fn reason(name: &str, reason: &Reason, w: &mut dyn Write) -> io::Result<()> {
    match reason.text.as_str() {
        "" => writeln!(w, "{name}."),
        said => writeln!(w, "{name}: {} {}", sentence(said), sources(&reason.source)),
    }
}

/// `(source: …)`, with addresses as links.
fn sources(source: &str) -> String {
    let link = |one: &str| match one.trim() {
        address if address.starts_with("https://") => format!("<{}>", clean(address)),
        path => format!("`{}`", clean(path)),
    };
    match source {
        "" => String::new(),
        source => format!("({})", source.split("; ").map(link).collect::<Vec<_>>().join(", ")),
    }
}

/// Text in which nothing is markup but code between backticks.
fn text(text: &str) -> String {
    let (mut safe, mut code) = (String::new(), false);
    for c in clean(text).chars() {
        code ^= c == '`';
        if !code && matches!(c, '<' | '>' | '|' | '*' | '_' | '[' | ']') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

/// Text as a sentence of its own.
fn sentence(said: &str) -> String {
    let said = text(said);
    let mut letters = said.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if said.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn named(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!("{}: ", text(id)) }
}
