//! A cluster whose components all change in the same moment.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "update-all-at-once",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a cluster whose components all change in the same moment",
    scope: Scope::Change,
    page: include_str!("update_all_at_once.md"),
    check: |case| frame::settings(case, RULE.id),
};
