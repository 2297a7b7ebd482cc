//! Coordinators taken out of the spec while they run.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "coordinators-orphaned",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "coordinators taken out of the spec while they run",
    scope: Scope::Change,
    page: include_str!("coordinators_orphaned.md"),
    check: |case| frame::settings(case, RULE.id),
};
