//! A rollback that may run beside what it takes back.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Operation, Transition};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-rollback-race",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a rollback that may run beside what it takes back",
    scope: Scope::Change,
    page: include_str!("migration_rollback_race.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::Transition(Transition::Ordered { migration, changed: true, .. }) = case.event else { return Vec::new() };
    if migration.operation != Operation::Rollback {
        return Vec::new();
    }
    vec![
        Finding::new(migration.at, "the rollback does not wait for a migration that is still running")
            .note(
                "why",
                "the operator starts the restore as soon as it reads the word, beside a task pod that still writes",
            )
            .note(
                "what happens",
                "two processes write the metadata at once; during the backup, Milvus is started while it runs",
            )
            .note("instead", "look first that no pod with the name of the MilvusUpgrade runs"),
    ]
}
