//! A migration whose backup does not outlive it.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-backup-volatile",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a migration whose backup does not outlive it",
    scope: Scope::State,
    page: include_str!("migration_backup_volatile.md"),
    check: |case| frame::settings(case, RULE.id),
};
