//! Query nodes changed together with the version.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "query-node-changed-too",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "query nodes changed together with the version",
    scope: Scope::Change,
    page: include_str!("query_node_changed_too.md"),
    check: |case| frame::settings(case, RULE.id),
};
