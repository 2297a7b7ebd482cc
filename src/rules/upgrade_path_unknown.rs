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
    // A version that somebody wrote and that is no release is reported as such.
    let told = change.head.version.written_value().is_some_and(|version| !known(version));
    if change.judgement.verdict != Verdict::Unknown || told {
        return Vec::new();
    }
    let (from, to) = (change.from, change.to);
    let finding = change.finding(format!("nothing says whether Milvus {from} may become {to}"), "cannot be judged");
    let nothing = match [from, to].into_iter().find(|version| !known(version)) {
        Some(version) => format!("{version} is not among the known releases"),
        None => "no fact speaks of this change".to_string(),
    };
    let because = change.judgement.edge.map_or(nothing, |edge| edge.because.clone());
    let open = super::listed(&change.judgement.open);
    let missing = if open.is_empty() { String::new() } else { format!("{open}; it decides, and nothing here says it") };
    vec![finding.note("why", because).note("missing", missing)]
}
