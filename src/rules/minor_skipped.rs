//! A jump past a minor line that is advised against.

use super::{Case, Rule, Scope, edge_finding};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "minor-skipped",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a jump past a minor line that works by the documents and is advised against",
    scope: Scope::Change,
    page: include_str!("minor_skipped.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let message = |change: &super::VersionChange| {
        let between = |line: &(u64, u64)| *line > change.from.line() && *line < change.to.line();
        let lines: Vec<String> =
            case.facts.lines().into_iter().filter(between).map(|(major, minor)| format!("{major}.{minor}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        format!("Milvus {} → {} leaves out {}", change.from, change.to, super::listed(&lines))
    };
    edge_finding(case, RULE.id, message, "more than one line ahead")
}
