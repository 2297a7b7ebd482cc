//! Findings to text, one file per format.
//!
//! Takes an [`Outcome`] and the texts its places point into, and writes to the `Write` it is given. It knows no model, no
//! rule and no terminal: whether there is colour, and how wide a line may be, is told to it as a [`Style`]. This file is the
//! one list of formats. What several reports share: `entry` (all there is to say, as a list), `site` (a place as a repository's
//! host knows it), `paint` (the look of words), `shape` (the JSON of a place), `xml`.

pub mod baseline;
mod checkstyle;
pub mod diff;
mod entry;
pub mod facts;
mod fingerprint;
mod github;
mod gitlab;
pub mod graph;
mod human;
pub mod inventory;
mod json;
mod junit;
mod markdown;
mod oneline;
pub mod paint;
mod patched;
pub mod plan;
pub mod policy;
pub mod rules;
mod sarif;
mod shape;
mod site;
#[cfg(test)]
mod tests;
mod xml;

use crate::finding::{Confidence, Finding, Fix, Severity};
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
    /// The same, an object in each line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning and viewers.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    Junit,
    /// A comment on a pull request.
    Markdown,
    Checkstyle,
    /// For editors and grep.
    Oneline,
}

impl Format {
    /// Every format with the name by which it is asked for.
    pub const ALL: &[(&str, Format)] = &[
        ("human", Format::Human),
        ("json", Format::Json),
        ("jsonl", Format::Jsonl),
        ("sarif", Format::Sarif),
        ("github", Format::Github),
        ("gitlab", Format::Gitlab),
        ("junit", Format::Junit),
        ("markdown", Format::Markdown),
        ("checkstyle", Format::Checkstyle),
        ("oneline", Format::Oneline),
    ];

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

    /// Whether it is one document that nothing else may stand beside, or lines for themselves.
    pub fn is_document(self) -> bool {
        !matches!(self, Format::Human | Format::Github | Format::Oneline)
    }

    /// Writes the whole report.
    pub fn write(self, context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Format::Human => human::write(context, w),
            Format::Json => json::write(context, w),
            Format::Jsonl => json::lines(context, w),
            Format::Sarif => sarif::write(context, w),
            Format::Github => github::write(context, w),
            Format::Gitlab => gitlab::write(context, w),
            Format::Junit => junit::write(context, w),
            Format::Markdown => markdown::write(context, w),
            Format::Checkstyle => checkstyle::write(context, w),
            Format::Oneline => oneline::write(context, w),
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

/// What a report says about a rule.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    pub id: &'static str,
    pub severity: Severity,
    pub confidence: Confidence,
    pub summary: &'static str,
    /// What it looks at: `change`, `state`, `command` or `text`.
    pub scope: &'static str,
    /// Its page, in Markdown.
    pub page: &'static str,
}

/// The run around the findings: what hosts of repositories want to know beside them.
#[derive(Clone, Debug, Default)]
pub struct Run<'a> {
    pub rules: &'a [RuleInfo],
    /// The folder that paths begin in, from the repository's root: empty, or with a `/` at its end.
    pub prefix: String,
    /// The repository's root on disk.
    pub root: String,
    /// From which severity on a finding fails the run.
    pub fail_on: Option<Severity>,
    /// How the run ends.
    pub exit: u8,
    /// What a person types to see the same.
    pub command: String,
    /// Why there is no judgement; a report then says that, and nothing else.
    pub failure: Option<String>,
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
    pub run: Run<'a>,
}

/// One finding as people see it, without a blank line after it.
pub fn finding(context: &Context, finding: &Finding) -> String {
    human::finding(context, finding)
}

/// The fix that is shown: the first safe one, or else the first of all. One without edits is no fix to show.
fn shown_fix(finding: &Finding) -> Option<&Fix> {
    let mut fixes = finding.fixes.iter().filter(|fix| !fix.edits.is_empty());
    fixes.clone().find(|fix| fix.safe).or_else(|| fixes.next())
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
