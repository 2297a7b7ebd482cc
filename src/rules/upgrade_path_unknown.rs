//! A change of version of which nothing is known.

use super::{Case, Rule, Scope};
use crate::facts::Verdict;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "upgrade-path-unknown",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a change of version of which no fact says whether it is legal",
    scope: Scope::Change,
    page: include_str!("upgrade_path_unknown.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(change) = case.version_change() else { return Vec::new() };
    let known = |version| case.facts.release(version).is_some();
    if change.judgement.verdict != Verdict::Unknown || !known(change.from) || !known(change.to) {
        return Vec::new();
    }
    let (from, to) = (change.from, change.to);
    let finding = change.finding(format!("nothing says whether Milvus {from} may become {to}"), "cannot be judged");
    let because = change.judgement.edge.map_or("no fact speaks of this change", |edge| edge.because.as_str());
    let open = super::listed(&change.judgement.open);
    let missing = if open.is_empty() { String::new() } else { format!("{open}; it decides, and nothing here says it") };
    vec![finding.note("why", because).note("missing", missing)]
}
