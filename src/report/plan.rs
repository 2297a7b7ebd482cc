//! A plan as text: for a terminal, as a document for a change request, as JSON, as a picture.
//!
//! Takes the answers of the planner, which are plain sentences and commands; gives one text. It knows no way and no driver.

mod human;
mod markdown;

use super::Style;
use super::paint::clean;
use crate::plan::{Answer, Hop, Kind, Plan, Service};
use std::io;

/// What a plan is printed with.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub style: Style,
    pub tool_version: &'a str,
    /// The day of the facts.
    pub facts_date: &'a str,
}

/// A way to write plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Human,
    Markdown,
    Json,
    Mermaid,
}

impl Format {
    /// Every format with the name by which it is asked for.
    pub const ALL: [(&str, Format); 4] = [
        ("human", Format::Human),
        ("markdown", Format::Markdown),
        ("json", Format::Json),
        ("mermaid", Format::Mermaid),
    ];

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// Writes all answers.
    pub fn write(self, answers: &[Answer], about: About, w: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Format::Human => human::write(answers, about, w),
            Format::Markdown => markdown::write(answers, about, w),
            Format::Json => json(answers, about, w),
            Format::Mermaid => answers.iter().try_for_each(|answer| mermaid(answer, w)),
        }
    }
}

fn json(answers: &[Answer], about: About, w: &mut dyn io::Write) -> io::Result<()> {
    let text = serde_json::json!({
        "schema_version": "1",
        "tool_version": about.tool_version,
        "facts_date": about.facts_date,
        "plans": answers,
    });
    serde_json::to_writer_pretty(&mut *w, &text)?;
    writeln!(w)
}

/// The hops as a Mermaid picture; nothing where there is no plan.
fn mermaid(answer: &Answer, w: &mut dyn io::Write) -> io::Result<()> {
    let Answer::Plan(plan) = answer else { return Ok(()) };
    writeln!(w, "flowchart LR")?;
    writeln!(w, "  h0[\"{}\"]", plan.from)?;
    for (index, hop) in plan.hops.iter().enumerate() {
        let number = index + 1;
        let arrow = if hop.unless.is_some() { "-.->" } else { "-->" };
        let label = format!("{}: {}", hop.kind.as_str(), hop.service.as_str());
        writeln!(w, "  h{index} {arrow}|{label}| h{number}[\"{}\"]", clean(&arrival(hop)).replace('"', "'"))?;
    }
    Ok(())
}

/// Where a hop arrives, in a few words.
fn arrival(hop: &Hop) -> String {
    match hop.kind {
        Kind::Version | Kind::Migration => hop.to.to_string(),
        Kind::Coordinators => format!("{} with mixCoord", hop.to),
        Kind::Operator | Kind::Chart => {
            let changed = hop.changes.iter().find(|changed| changed.what == hop.kind.as_str());
            let version = changed.map_or("", |changed| changed.to.as_str());
            format!("{} {version}", hop.kind.as_str())
        }
    }
}

/// What a hop is called.
fn title(hop: &Hop) -> String {
    let of = |what: &str| hop.changes.iter().find(|changed| changed.what == what).map(|changed| changed.to.as_str());
    match hop.kind {
        Kind::Version => format!("Milvus {} → {}", hop.from, hop.to),
        Kind::Migration => format!("Milvus {} → {}, with a migration of the metadata", hop.from, hop.to),
        Kind::Coordinators => format!("mixCoord in place of the four coordinators, Milvus stays at {}", hop.to),
        Kind::Operator => format!("operator → {}, Milvus stays at {}", of("operator").unwrap_or("a newer one"), hop.to),
        Kind::Chart => format!("chart → {}, Milvus stays at {}", of("chart").unwrap_or("a newer one"), hop.to),
    }
}

/// `5 hops, 2 with downtime, 1 with a restart`.
fn counted(plan: &Plan) -> String {
    let of = |service: Service| plan.hops.iter().filter(|hop| hop.service == service).count();
    let mut text = super::paint::count(plan.hops.len(), "hop", "hops");
    for (service, word) in
        [(Service::Down, "with downtime"), (Service::Restart, "with a restart"), (Service::Rolling, "rolling")]
    {
        if of(service) > 0 {
            text += &format!(", {} {word}", of(service));
        }
    }
    text
}

/// The Milvus in a few words: `operator, cluster, pulsar`.
fn traits(plan: &Plan) -> String {
    let word = |known: &crate::plan::Known| match known.field {
        "chart" | "operator" => format!("{} {}", known.field, known.value),
        "coordinators" => format!("coordinators {}", known.value),
        _ => known.value.clone(),
    };
    plan.known.iter().map(word).collect::<Vec<_>>().join(", ")
}
