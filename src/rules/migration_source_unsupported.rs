//! A source that the migration tool does not read.

use super::{Case, Rule, Scope};
use crate::finding::{Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-source-unsupported",
    severity: Severity::Error,
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
    let newer = migration.target.value().is_some_and(|target| tool.from.contains(target) || tool.to.contains(source));
    let mut finding = Finding::new(migration.source.at, format!("the migration tool does not read Milvus {source}"))
        .here(format!("the tool reads {} only", tool.from_text))
        .note(
            "what happens",
            "Milvus is stopped, the backup fails and is tried again, and the old version starts again",
        );
    let path = migration.target.value().and_then(|target| case.facts.path(source, target, Default::default()));
    if let Some(path) = path {
        finding = finding.note("the way", super::way(&path));
    }
    if newer || source.line() >= migration.target.value().map_or((0, 0), |target| target.line()) {
        finding = finding.note("note", "a change that needs no migration is made by the image alone");
    }
    vec![finding]
}
