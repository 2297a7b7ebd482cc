//! A MilvusUpgrade without what it cannot do without.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-incomplete",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a MilvusUpgrade that does not say which Milvus, or between which versions",
    scope: Scope::State,
    page: include_str!("migration_incomplete.md"),
    check: |case| frame::settings(case, RULE.id),
};
