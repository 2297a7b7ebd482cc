//! A change of the version, as the graph judges it; and the words that rules about changes share.

use super::case::Case;
use crate::facts::settings::written;
use crate::facts::{Circumstances, Edge, Facts, Floor, Hop, Judgement, Via, What};
use crate::finding::{Finding, Set, Severity};
use crate::model::{Deployment, Field, Operation, Transition, Tree, Version};

/// A change of the version in force.
pub struct VersionChange<'a> {
    pub base: &'a Deployment,
    pub head: &'a Deployment,
    pub from: &'a Version,
    pub to: &'a Version,
    pub judgement: Judgement<'a>,
    pub circumstances: Circumstances,
}

/// The change of version in a transition, if both versions are known and differ.
pub fn version_change<'a>(transition: &'a Transition, facts: &'a Facts) -> Option<VersionChange<'a>> {
    let Transition::Changed { base, head, migration } = transition else { return None };
    let (from, to) = (base.version.value()?, head.version.value()?);
    facts.step(from, to)?;
    let via = match migration.as_deref().map(|migration| migration.operation) {
        None => Via::Image,
        Some(Operation::Upgrade) => Via::Migration,
        Some(Operation::Rollback) => Via::Rollback,
    };
    let circumstances = circumstances(base, via);
    Some(VersionChange { base, head, from, to, judgement: facts.judge(from, to, circumstances), circumstances })
}

/// What of the running Milvus decides about a change.
pub fn circumstances(base: &Deployment, via: Via) -> Circumstances {
    Circumstances {
        mode: base.mode.value().copied(),
        queue: base.queue.value().copied(),
        coordinators: base.coordinators.value().copied(),
        via,
    }
}

impl VersionChange<'_> {
    /// The row of the graph that decided, if it is one that this rule reports.
    pub(in crate::rules) fn edge_of(&self, rule: &str) -> Option<&Edge> {
        self.judgement.edge.filter(|edge| edge.rule == rule && self.judgement.open.is_empty())
    }

    /// The legal way, as far as one is known.
    pub fn path(&self, facts: &Facts) -> Vec<Hop> {
        facts.path(self.from, self.to, self.circumstances).unwrap_or_default()
    }

    /// A finding at the new version with the old one beside it.
    pub(in crate::rules) fn finding(&self, message: String, here: &str) -> Finding {
        let here = match self.head.version.why() {
            Some(why) if here.is_empty() => format!("{} ({why})", self.to),
            Some(why) => format!("{}: {here} ({why})", self.to),
            None => here.to_string(),
        };
        Finding::new(self.head.version.at, message).here(here).label(self.base.version.at, running(&self.base.version))
    }
}

/// What stands at the version that runs before a change.
pub(in crate::rules) fn running(version: &Field<Version>) -> String {
    match (version.value(), version.why()) {
        (Some(value), Some(why)) => format!("running now: {value} ({why})"),
        (Some(_), None) => "running now".to_string(),
        (None, why) => format!("running now: unknown, {}", why.unwrap_or_default()),
    }
}

/// The finding of a rule that reports edges of the graph: why, what happens, the way out.
pub(in crate::rules) fn edge_finding(
    case: &Case,
    rule: &str,
    message: impl Fn(&VersionChange) -> String,
    here: &str,
) -> Vec<Finding> {
    let Some(change) = case.version_change() else { return Vec::new() };
    let Some(edge) = change.edge_of(rule) else { return Vec::new() };
    let finding = change
        .finding(message(&change), here)
        .note("why", edge.because.clone())
        .note("what happens", edge.outcome.clone());
    vec![with_way(finding, &change, case.facts)]
}

/// Adds the way out, and the repair that takes its first step; downwards there is none but to stay.
pub(in crate::rules) fn with_way(finding: Finding, change: &VersionChange, facts: &Facts) -> Finding {
    let written = change.head.version.why().is_none();
    if change.to < change.from {
        let stay = Set::Version(change.from.to_string());
        return if written { finding.unsafe_fix(format!("stay on {}", change.from), [stay]) } else { finding };
    }
    let path = change.path(facts);
    let finding = finding.note("the way", way(&path));
    let first = path.iter().find(|hop| hop.version != *change.from);
    if first.is_some_and(|first| first.with == MIGRATE) {
        let order = "the first hop takes a MilvusUpgrade (or migrate.sh), not an image";
        return finding.note("note", order);
    }
    match first {
        Some(first) if path.len() > 2 && first.version != *change.to && written => {
            let version = first.version.to_string();
            finding.unsafe_fix(format!("go to {version} first"), [Set::Version(version)])
        }
        _ => finding,
    }
}

/// The word by which the facts say that a hop needs the metadata migrated.
pub(in crate::rules) const MIGRATE: &str = "migrate";

/// A range of versions in words: `1.3.0 or later`, `before 4.2.0`.
pub(in crate::rules) fn plain(range: &str) -> String {
    let word = |part: &str| match (part.strip_prefix(">="), part.strip_prefix('<')) {
        (Some(version), _) => format!("{version} or later"),
        (_, Some(version)) if version.starts_with('=') => format!("up to {}", &version[1..]),
        (_, Some(version)) => format!("before {version}"),
        _ => part.to_string(),
    };
    range.split_whitespace().map(word).collect::<Vec<_>>().join(" and ")
}

/// `2.1.4 → 2.2.16 (migrate) → 2.3.22`, or nothing when no way is known.
pub fn way(path: &[Hop]) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
}

/// The severity that a fact gives.
pub(in crate::rules) fn severity_of(text: &str) -> Severity {
    Severity::parse(text).unwrap_or(Severity::Warning)
}

/// `a`, `a and b`, `a, b and c`.
pub(in crate::rules) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Who says a value, in brackets; nothing for a written one.
pub(in crate::rules) fn by<T>(field: &Field<T>) -> String {
    field.why().map(|why| format!(" ({why})")).unwrap_or_default()
}

/// Adds what the facts say of a change of the mode, the queue or the Pulsar line.
pub(in crate::rules) fn with_edge(finding: Finding, facts: &Facts, what: What) -> Finding {
    match facts.edge_about(what) {
        Some(edge) => finding.note("why", edge.because.clone()).note("what happens", edge.outcome.clone()),
        None => finding,
    }
}

/// The floors that a tool's version does not reach for the Milvus of the head, with that Milvus's version.
pub(in crate::rules) fn floors<'a>(
    case: &Case<'a>,
    rule: &str,
    tool: &str,
    version: &Version,
) -> Vec<(&'a Floor, &'a Version)> {
    let Some((head, milvus)) = case.head().and_then(|head| Some((head, head.version.value()?))) else {
        return Vec::new();
    };
    let made_up = |floor: &Floor| {
        let mut pairs = floor.unless.split_whitespace().filter_map(|pair| pair.split_once('='));
        let is_said = |(key, want): (&str, &str)| written(&head.settings, Tree::Values, key, want) == Some(true);
        !floor.unless.is_empty() && pairs.all(is_said)
    };
    let unmet = |floor: &&Floor| {
        let speaks = floor.rule == rule && floor.tool == tool && floor.milvus.contains(milvus);
        speaks && !floor.needs.contains(version) && !made_up(floor)
    };
    case.facts.floors.iter().filter(unmet).map(|floor| (floor, milvus)).collect()
}
