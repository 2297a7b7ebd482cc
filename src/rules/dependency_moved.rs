//! A store that is moved while nothing copies its data.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "dependency-moved",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a store that is moved while nothing copies its data",
    scope: Scope::Change,
    page: include_str!("dependency_moved.md"),
    check: |case| frame::settings(case, RULE.id),
};
