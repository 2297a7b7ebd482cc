//! A queue that is configured and not selected.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "queue-not-selected",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a queue that is configured and not selected",
    scope: Scope::State,
    page: include_str!("queue_not_selected.md"),
    check: |case| frame::settings(case, RULE.id),
};
