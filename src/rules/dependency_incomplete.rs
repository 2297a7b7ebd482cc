//! A dependency that does not say where it is.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "dependency-incomplete",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a dependency that does not say where it is",
    scope: Scope::State,
    page: include_str!("dependency_incomplete.md"),
    check: |case| frame::settings(case, RULE.id),
};
