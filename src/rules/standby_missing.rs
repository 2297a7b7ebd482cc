//! Several replicas of a coordinator without active standby.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "standby-missing",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "several replicas of a coordinator without active standby",
    scope: Scope::State,
    page: include_str!("standby_missing.md"),
    check: |case| frame::settings(case, RULE.id),
};
