//! Findings to text, one file per format.
//!
//! Takes an [`Outcome`] and the texts its places point into, and writes to the `Write` it is given. It knows no model, no
//! rule and no terminal: whether there is colour, and how wide a line may be, is told to it as a [`Style`]. This file is the
//! one list of formats; `paint` and `shape` hold what several reports share (the look of words, the JSON of a place).

pub mod diff;
pub mod facts;
pub mod graph;
mod human;
pub mod inventory;
mod json;
mod paint;
pub mod plan;
pub mod rules;
mod shape;
#[cfg(test)]
mod tests;

use crate::finding::Finding;
use crate::outcome::{DeploymentView, Outcome};
use crate::source::Texts;
use std::io;
use std::time::Duration;

/// A way to write what `check` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, in the manner of rustc.
    Human,
    /// For programs; `schemas/report.schema.json` is the contract.
    Json,
}

impl Format {
    /// Every format with the name by which it is asked for.
    pub const ALL: &[(&str, Format)] = &[("human", Format::Human), ("json", Format::Json)];

    /// The format of that name, or one sentence with the names that exist.
    pub fn parse(name: &str) -> Result<Format, String> {
        if let Some((_, format)) = Format::ALL.iter().find(|(known, _)| *known == name) {
            return Ok(*format);
        }
        let known: Vec<&str> = Format::ALL.iter().map(|(known, _)| *known).collect();
        let near = similar::get_close_matches(name.to_lowercase().as_str(), &known, 1, 0.5);
        let hint = near.first().map(|near| format!(", did you mean {near}?")).unwrap_or_default();
        let name = paint::clean(name);
        Err(format!("there is no report format {name}{hint} (formats: {})", known.join(", ")))
    }

    /// Writes the whole report.
    pub fn write(self, context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Format::Human => human::write(context, w),
            Format::Json => json::write(context, w),
        }
    }
}

/// How the report may look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub color: bool,
    /// Whether paths of files on disk are written as terminal links (OSC 8).
    pub hyperlinks: bool,
    /// Columns of the terminal; 0 means as wide as need be.
    pub width: usize,
    /// -1 with `--quiet`, 0, 1 with `-v`.
    pub verbosity: i8,
}

/// Everything that a report is made of.
pub struct Context<'a> {
    pub texts: Texts<'a>,
    pub outcome: &'a Outcome,
    pub style: Style,
    /// How long the run took; `None` where the output must be the same each time.
    pub elapsed: Option<Duration>,
    pub tool_version: &'a str,
    /// Whether unknown changes are accepted, so that they do not decide the exit code.
    pub allow_unknown: bool,
    /// One line before the closing line.
    pub hint: Option<String>,
}

/// One finding as people see it, without a blank line after it.
pub fn finding(context: &Context, finding: &Finding) -> String {
    human::finding(context, finding)
}

/// `3 Milvus, 1 MilvusUpgrade`: an order to migrate is no Milvus of its own.
fn milvus(all: &[DeploymentView]) -> String {
    let orders = all.iter().filter(|one| one.container == "milvus-upgrade").count();
    let orders_text = paint::count(orders, "MilvusUpgrade", "MilvusUpgrades");
    match (all.len() - orders, orders) {
        (0, 0) => "no Milvus".to_owned(),
        (n, 0) => format!("{n} Milvus"),
        (0, _) => orders_text,
        (n, _) => format!("{n} Milvus, {orders_text}"),
    }
}
