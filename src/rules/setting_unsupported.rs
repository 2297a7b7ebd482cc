//! A value that this Milvus, chart, operator or Kubernetes cannot work with.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "setting-unsupported",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a value that this Milvus, chart, operator or Kubernetes cannot work with",
    scope: Scope::State,
    page: include_str!("setting_unsupported.md"),
    check: |case| frame::settings(case, RULE.id),
};
