//! imageUpdateMode goes the other way than the version.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Mode;

/// The rule.
pub const RULE: Rule = Rule {
    id: "update-direction-mismatch",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "imageUpdateMode goes the other way than the version",
    scope: Scope::Change,
    page: include_str!("update_direction_mismatch.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(change) = case.version_change() else { return Vec::new() };
    let Some(mode) = change.head.update_mode.written_value() else { return Vec::new() };
    // A standalone has no order, and without rolling update all images change at once.
    let ordered = change.head.mode.value() == Some(&Mode::Cluster) && change.head.rolling.value() != Some(&false);
    let up = change.to > change.from;
    let (wanted, way) = if up { ("rollingUpgrade", "up") } else { ("rollingDowngrade", "down") };
    let opposite = if up { "rollingDowngrade" } else { "rollingUpgrade" };
    if mode != opposite || !ordered {
        return Vec::new();
    }
    let finding = Finding::new(change.head.update_mode.at, format!("{mode} while the version goes {way}"))
        .here("the order of the components is reversed")
        .label(change.head.version.at, format!("{} → {}", change.from, change.to))
        .note("why", "the operator takes the order from this field and never compares the versions");
    vec![finding.fix(format!("write {wanted}"), [Set::UpdateMode(wanted.to_string())])]
}
