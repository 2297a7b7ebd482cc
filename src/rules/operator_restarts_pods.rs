//! A new operator, which may restart every Milvus that it manages.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "operator-restarts-pods",
    severity: Severity::Info,
    confidence: Confidence::Likely,
    summary: "a new operator, which may restart every Milvus that it manages",
    scope: Scope::Change,
    page: include_str!("operator_restarts_pods.md"),
    check: |case| frame::settings(case, RULE.id),
};
