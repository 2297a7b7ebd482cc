//! An older minor line on data of a newer one.

use super::{Case, Rule, Scope, edge_finding};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "downgrade",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "an older minor line on data of a newer one",
    scope: Scope::Change,
    page: include_str!("downgrade.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let findings = edge_finding(
        case,
        RULE.id,
        |change| format!("Milvus {} cannot go back to {}", change.from, change.to),
        "an older line",
    );
    // Who goes back flees from a fault; a later patch may have the cure, and reads the data.
    let newest = case.version_change().and_then(|change| {
        let newest = case.facts.newest_of_line(change.from.line())?;
        let (major, minor) = newest.line();
        (newest > change.from)
            .then(|| format!("{newest}, the newest {major}.{minor}, reads this data and may have the cure"))
    });
    match newest {
        Some(way) => findings.into_iter().map(|finding| finding.note("instead", way.clone())).collect(),
        None => findings,
    }
}
