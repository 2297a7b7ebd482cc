//! Pulsar 2 and Pulsar 3 side by side.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "pulsar-doubled",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "Pulsar 2 and Pulsar 3 side by side",
    scope: Scope::State,
    page: include_str!("pulsar_doubled.md"),
    check: |case| frame::settings(case, RULE.id),
};
