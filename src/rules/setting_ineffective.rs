//! A setting that has no effect where it stands.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "setting-ineffective",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a setting that has no effect where it stands",
    scope: Scope::State,
    page: include_str!("setting_ineffective.md"),
    check: |case| frame::settings(case, RULE.id),
};
