//! A MilvusUpgrade that is gone, and what goes with it.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Deployment, Migration, Operation, Transition, Tree, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-withdrawn",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a MilvusUpgrade that is gone takes its backup with it",
    scope: Scope::Change,
    page: include_str!("migration_withdrawn.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::Transition(Transition::Withdrawn { migration, milvus }) = case.event else { return Vec::new() };
    let kept = keeps_backup(migration);
    let arrived = milvus.as_deref().and_then(|milvus| is_at_end(migration, milvus));
    let finding = match (kept, arrived) {
        // Done, and the backup stays.
        (true, Some(true)) => return Vec::new(),
        (true, _) => {
            Finding::new(migration.at, "this MilvusUpgrade is gone, and whether it had finished is not in the files")
        }
        (false, _) => Finding::new(
            migration.at,
            "this MilvusUpgrade is gone, and the only backup of the metadata goes with it",
        )
        .note("why", "without backupPVC the operator makes a volume of its own, which belongs to the MilvusUpgrade")
        .note(
            "what happens",
            "within seconds its pods, its configuration and that volume are deleted; after that there is no way back",
        ),
    };
    let finding = finding.here("before");
    let finding = match (arrived, milvus.as_deref()) {
        (Some(false), Some(milvus)) => finding.label(milvus.version.at, "Milvus still runs what was there before"),
        _ => finding,
    };
    let finding = match arrived {
        Some(true) => finding,
        _ => {
            finding.note("midway", "one that had not finished leaves Milvus at 0 replicas, and nothing starts it again")
        }
    };
    let way = match kept {
        true => "keep it until kubectl get milvusupgrade shows Succeeded or RolledBack",
        false => "keep it until the new release has proved itself, or copy the backup to a volume of your own first",
    };
    vec![finding.note("instead", way)]
}

fn keeps_backup(migration: &Migration) -> bool {
    let written = migration.settings.fitting(Tree::Migration, "spec.backupPVC").next();
    written.is_some_and(|setting| !matches!(&setting.worth, Worth::Null) && setting.worth != Worth::Text(String::new()))
}

/// Whether the Milvus is written with the version that the migration leads to; `None` when that is not known.
fn is_at_end(migration: &Migration, milvus: &Deployment) -> Option<bool> {
    let end = match migration.operation {
        Operation::Upgrade => migration.target.value()?,
        Operation::Rollback => migration.source.value()?,
    };
    Some(milvus.version.value()? == end)
}
