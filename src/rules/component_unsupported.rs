//! A component that this release does not have.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "component-unsupported",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a component that this release does not have",
    scope: Scope::State,
    page: include_str!("component_unsupported.md"),
    check: |case| frame::settings(case, RULE.id),
};
