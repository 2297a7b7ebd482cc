//! A switch that stops the operator from finishing a rollout.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rollout-paused",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a switch that stops the operator from finishing a rollout",
    scope: Scope::Change,
    page: include_str!("rollout_paused.md"),
    check: |case| frame::settings(case, RULE.id),
};
