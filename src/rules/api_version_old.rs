//! A resource in an API version that is no longer converted.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "api-version-old",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a resource in an API version that is no longer converted",
    scope: Scope::State,
    page: include_str!("api_version_old.md"),
    check: |case| frame::settings(case, RULE.id),
};
