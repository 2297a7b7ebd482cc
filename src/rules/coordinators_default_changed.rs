//! A default switches the coordinators of a cluster.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Mode;

/// The rule.
pub const RULE: Rule = Rule {
    id: "coordinators-default-changed",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a default switches the coordinators of a cluster, and nothing in the diff shows it",
    scope: Scope::Change,
    page: include_str!("coordinators_default_changed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let (before, after) = (&base.coordinators, &head.coordinators);
    let (Some(from), Some(to)) = (before.value(), after.value()) else { return Vec::new() };
    let cluster = [base, head].iter().all(|end| end.mode.value() == Some(&Mode::Cluster));
    if !cluster || from == to || !after.is_default() {
        return Vec::new();
    }
    let (old, new) = (from.as_str(), to.as_str());
    let finding =
        Finding::new(after.at, format!("the coordinators of this cluster change from {old} to {new} by a default"))
            .here(format!("{new}: {}", after.why().unwrap_or_default()))
            .label(before.at, format!("{old}: {}", before.why().unwrap_or("written")))
            .note("what happens", "the layout of the coordinators changes in the same step as everything else");
    vec![
        finding
            .fix("write the coordinators that run, and change them in a step of their own", [Set::Coordinators(*from)]),
    ]
}
