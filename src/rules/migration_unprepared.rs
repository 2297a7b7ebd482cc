//! A MilvusUpgrade for a Milvus that is not ready for it.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-unprepared",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a MilvusUpgrade for a Milvus that is not ready for it",
    scope: Scope::State,
    page: include_str!("migration_unprepared.md"),
    check: |case| frame::settings(case, RULE.id),
};
