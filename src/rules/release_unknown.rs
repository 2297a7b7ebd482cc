//! A version that is no known release of Milvus.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "release-unknown",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a version that is no known release of Milvus",
    scope: Scope::State,
    page: include_str!("release_unknown.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(version) = head.version.written_value().filter(|version| case.facts.release(version).is_none()) else {
        return Vec::new();
    };
    let newest = case.facts.newest_of_line(version.line());
    let finding = Finding::new(head.version.at, format!("Milvus {version} is not a known release"))
        .here("not released, a slip, or newer than the data");
    let seen = case.facts.seen();
    vec![match newest {
        Some(newest) => {
            finding.note("note", format!("the newest known release of that line is {newest} (data of {seen})"))
        }
        None => finding.note("note", format!("no release of that line is known (data of {seen})")),
    }]
}
