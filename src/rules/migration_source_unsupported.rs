//! A source that the migration tool does not read.

use super::{Case, Rule, Scope};
use crate::facts::Circumstances;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-source-unsupported",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a source that the migration tool does not read",
    scope: Scope::State,
    page: include_str!("migration_source_unsupported.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, _)) = case.migration() else { return Vec::new() };
    let (Some(tool), Some(source)) = (case.facts.migration_tool(), migration.source.value()) else { return Vec::new() };
    if tool.from.contains(source) {
        return Vec::new();
    }
    let migrated = case.facts.releases.iter().any(|r| tool.to.contains(&r.version) && r.version <= *source);
    let happens = match migrated {
        true => "Milvus is stopped before the tool refuses the pair of versions",
        false => "Milvus is stopped, the backup fails and is tried again, and the old version starts again",
    };
    let finding = Finding::new(migration.source.at, format!("the migration tool does not convert Milvus {source}"))
        .here(format!("the tool converts {} only", tool.from_text))
        .note("what happens", happens);
    let path = migration.target.value().and_then(|target| case.facts.path(source, target, Circumstances::default()));
    let finding = finding.note("the way", super::way(&path.unwrap_or_default()));
    let note = if migrated { "the metadata has its new layout already; the image alone is changed" } else { "" };
    vec![finding.note("note", note)]
}
