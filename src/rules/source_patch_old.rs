//! A patch release that is a bad place to leave from.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "source-patch-old",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a patch release that is a bad place to leave from",
    scope: Scope::Change,
    page: include_str!("source_patch_old.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(change) = case.version_change() else { return Vec::new() };
    let (from, to) = (change.from, change.to);
    let (major, minor) = from.line();
    let message =
        |_: &super::VersionChange| format!("Milvus {from} goes to a later {major}.{minor} before it goes to {to}");
    let stop = case.facts.newest_of_line(from.line()).filter(|stop| *stop > from);
    let way = stop.map(|stop| format!("{from} → {stop} → {to}")).unwrap_or_default();
    let found = |risk: &crate::facts::Risk| {
        let finding = change
            .finding(message(&change), "after the later patch")
            .graded(super::severity_of(&risk.severity))
            .note("why", format!("{} ({})", risk.because, risk.instead))
            .note("the way", way.clone());
        match (stop, change.head.version.why()) {
            (Some(stop), None) => {
                let stop = stop.to_string();
                finding.unsafe_fix(format!("go to {stop} first"), [Set::Version(stop)])
            }
            _ => finding,
        }
    };
    let risks = case.risks(RULE.id, Some(from), change.head).into_iter().map(found);
    risks.chain(super::edge_finding(case, RULE.id, message, "after the later patch")).collect()
}
