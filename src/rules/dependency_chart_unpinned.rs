//! A dependency that this operator moves to another chart.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "dependency-chart-unpinned",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a dependency that this operator moves to another chart",
    scope: Scope::State,
    page: include_str!("dependency_chart_unpinned.md"),
    check: |case| frame::settings(case, RULE.id),
};
