//! A target that the migration tool does not write.

use super::{Case, Rule, Scope};
use crate::facts::{Circumstances, Via};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-target-unsupported",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a target that the migration tool does not write",
    scope: Scope::State,
    page: include_str!("migration_target_unsupported.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, milvus)) = case.migration() else { return Vec::new() };
    let (Some(tool), Some(target)) = (case.facts.migration_tool(), migration.target.value()) else { return Vec::new() };
    if tool.to.contains(target) && !target.is_prerelease() {
        return Vec::new();
    }
    let source = migration.source.value();
    if source.is_some_and(|source| tool.from.contains(source) && tool.from.contains(target)) {
        let finding = Finding::new(migration.target.at, format!("nothing has to be migrated on the way to {target}"))
            .here("the same layout of the metadata")
            .note("what happens", "Milvus is stopped for nothing");
        return vec![finding.note("the way", "change the image alone, without a MilvusUpgrade")];
    }
    let from = source.map(ToString::to_string).unwrap_or_else(|| migration.source_text.clone());
    let now = milvus.map_or(Circumstances::default(), |milvus| super::circumstances(milvus, Via::Image));
    let path = source.and_then(|source| case.facts.path(source, target, now)).unwrap_or_default();
    let finding =
        Finding::new(migration.target.at, format!("the migration tool cannot take Milvus {from} to {target}"))
            .here(format!("the tool writes the metadata of {} only", tool.to_text))
            .label(migration.source.at, "running now, by this order")
            .note(
                "what happens",
                "Milvus is stopped, the migration fails, the automatic rollback fails too; it stays at 0 replicas",
            )
            .note("the way", super::way(&path));
    let stop = path.iter().find(|hop| tool.to.contains(&hop.version)).map(|hop| hop.version.to_string());
    vec![match stop {
        Some(stop) => finding.unsafe_fix(format!("migrate to {stop} first"), [Set::MigrationTarget(stop)]),
        None => finding,
    }]
}
