//! The size or class of a volume that Kubernetes does not let change.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "volume-changed",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "the size or class of a volume that Kubernetes does not let change",
    scope: Scope::Change,
    page: include_str!("volume_changed.md"),
    check: |case| frame::settings(case, RULE.id),
};
