//! Plans for a terminal: short, with the commands that change something; `-v` adds the commands that look.

use super::super::paint::{Paint, Role, clean};
use super::{About, counted, title, traits};
use crate::plan::{Answer, Back, Danger, Hop, Item, NoWay, Plan, Service};
use std::io::{self, Write};

/// Writes every answer, with a blank line between them.
pub(super) fn write(answers: &[Answer], about: About, w: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { paint: Paint::new(about.style), verbose: about.style.verbosity > 0, w };
    for (index, answer) in answers.iter().enumerate() {
        if index > 0 {
            writeln!(page.w)?;
        }
        match answer {
            Answer::Plan(plan) => page.plan(plan)?,
            Answer::NoWay(no_way) => page.no_way(no_way)?,
            Answer::Unknown(unknown) => {
                let (id, word) = (named(&unknown.id), page.paint.say(Role::Warning, "unknown"));
                writeln!(page.w, "{word}: {id}{}", clean(&unknown.why))?;
                if !unknown.ask.is_empty() {
                    writeln!(page.w, "  = ask: {}", clean(&unknown.ask))?;
                }
            }
        }
    }
    writeln!(page.w, "by facts of {}", about.facts_date)
}

struct Page<'a> {
    paint: Paint,
    verbose: bool,
    w: &'a mut dyn Write,
}

impl Page<'_> {
    fn plan(&mut self, plan: &Plan) -> io::Result<()> {
        let id = named(&plan.id);
        let way = self.paint.say(Role::Strong, format!("{id}{} → {}", plan.from, plan.to));
        writeln!(self.w, "{way}   {}   {}", clean(&traits(plan)), counted(plan))?;
        for text in &plan.assumed {
            writeln!(self.w, "  assumed: {}", clean(text))?;
        }
        for text in &plan.open {
            let word = self.paint.say(Role::Warning, "find out");
            writeln!(self.w, "  {word}: {}", clean(text))?;
        }
        if plan.hops.is_empty() {
            return writeln!(self.w, "  nothing to do");
        }
        writeln!(self.w)?;
        self.items("before", &plan.before, self.verbose)?;
        self.items("keep", &plan.keep, self.verbose)?;
        self.items("done", &plan.finished, true)?;
        self.items("stuck", &plan.trouble, self.verbose)?;
        for (index, hop) in plan.hops.iter().enumerate() {
            writeln!(self.w)?;
            self.hop(index + 1, hop)?;
        }
        if !plan.why_not_fewer.is_empty() {
            writeln!(self.w)?;
        }
        for (index, why) in plan.why_not_fewer.iter().enumerate() {
            let label = if index == 0 { "why not fewer: " } else { "               " };
            writeln!(self.w, "{label}{}", clean(why))?;
        }
        Ok(())
    }

    fn hop(&mut self, number: usize, hop: &Hop) -> io::Result<()> {
        let title = self.paint.say(Role::Strong, format!("{number}  {}", title(hop)));
        let role = if hop.service == Service::Rolling { Role::Help } else { Role::Warning };
        let service = self.paint.say(role, hop.service.as_str());
        writeln!(self.w, "{title}   {service}")?;
        self.line("unless", hop.unless.as_deref().unwrap_or_default())?;
        self.line("why", &hop.because.text)?;
        self.line("served", &hop.service_because.text)?;
        for changed in &hop.changes {
            let from = changed.from.as_ref().map(|from| format!("{from} → ")).unwrap_or_default();
            let because = if changed.because.is_empty() { String::new() } else { format!("   ({})", changed.because) };
            let equals = if changed.from.is_none() && !changed.because.is_empty() { " =" } else { "" };
            self.line("change", &format!("{}{equals} {from}{}{because}", changed.what, changed.to))?;
        }
        self.items("before", &hop.before, self.verbose)?;
        self.items("apply", &hop.apply, true)?;
        self.items("wait", &hop.wait, self.verbose)?;
        self.items("after", &hop.after, true)?;
        self.back(&hop.back)?;
        for danger in &hop.risks {
            self.danger(danger)?;
        }
        self.items("trouble", &hop.trouble, self.verbose)?;
        self.items("keep", &hop.keep, self.verbose)
    }

    fn back(&mut self, back: &Back) -> io::Result<()> {
        self.line("back", &back.until)?;
        if !back.possible {
            self.line("", &back.because.text)?;
        }
        self.items("", &back.steps, self.verbose)
    }

    fn danger(&mut self, danger: &Danger) -> io::Result<()> {
        let severity = self.paint.say(Role::of(&danger.severity), &danger.severity);
        let instead = if danger.instead.is_empty() { String::new() } else { format!(" ({})", danger.instead) };
        writeln!(self.w, "   {:<8} {severity}: {}{}", "risk", clean(&danger.text), clean(&instead))
    }

    fn no_way(&mut self, no_way: &NoWay) -> io::Result<()> {
        let word = self.paint.say(Role::Error, "no way");
        writeln!(self.w, "{word}: {}{} → {}", named(&no_way.id), no_way.from, no_way.to)?;
        writeln!(self.w, "  = why: {}", clean(&no_way.because.text))?;
        let nearest = no_way.nearest.as_ref().map(|nearest| format!("{nearest}, by a plan of its own"));
        let nearest = nearest.unwrap_or_else(|| "none below the target".to_string());
        for (name, text) in [("what happens", &no_way.outcome), ("instead", &no_way.instead), ("nearest", &nearest)] {
            if !text.is_empty() {
                writeln!(self.w, "  = {name}: {}", clean(text))?;
            }
        }
        writeln!(self.w, "  = source: {}", clean(&no_way.because.source))
    }

    fn items(&mut self, label: &str, items: &[Item], commands: bool) -> io::Result<()> {
        for (index, item) in items.iter().enumerate() {
            self.line(if index == 0 { label } else { "" }, &item.text)?;
            let Some(command) = item.command.as_ref().filter(|_| commands) else { continue };
            for line in command.text.lines() {
                writeln!(self.w, "              {}", clean(line))?;
            }
        }
        Ok(())
    }

    fn line(&mut self, label: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let label = self.paint.say(Role::Faint, format!("{label:<8}"));
        writeln!(self.w, "   {label} {}", clean(text))
    }
}

fn named(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!("{}   ", clean(id)) }
}
