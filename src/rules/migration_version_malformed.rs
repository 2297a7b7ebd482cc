//! A version that the migration tool cannot read.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Field, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-version-malformed",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a version that the migration tool cannot read",
    scope: Scope::State,
    page: include_str!("migration_version_malformed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, _)) = case.migration() else { return Vec::new() };
    let source = one("sourceVersion", &migration.source, &migration.source_text);
    let target = one("targetVersion", &migration.target, &migration.target_text);
    source.into_iter().chain(target).collect()
}

fn one(key: &str, field: &Field<Version>, text: &str) -> Option<Finding> {
    if text.is_empty() && field.why().is_some_and(|why| why.contains("not written")) {
        let finding =
            Finding::new(field.at, format!("spec.{key} is not written")).here(format!("{key} is missing below"));
        return Some(finding.note("what happens", "the API server refuses the resource"));
    }
    let known_otherwise = field.why().is_some_and(|why| why.contains("template") || why.contains("placeholder"));
    if text.is_empty() || known_otherwise || Version::parse(text).is_some() {
        return None;
    }
    let happens = match key {
        "sourceVersion" => "Milvus is stopped, the backup fails, and the old version starts again",
        _ => "Milvus is stopped, the migration fails, and so does the rollback; it stays at 0 replicas",
    };
    let finding = Finding::new(field.at, format!("the migration tool cannot read {key} `{text}`"))
        .here("x.y.z, with or without v")
        .note("what happens", happens);
    let Some(meant) = Version::parse(&text.trim().to_lowercase()) else { return Some(finding) };
    let set = match key {
        "sourceVersion" => Set::MigrationSource(meant.to_string()),
        _ => Set::MigrationTarget(meant.to_string()),
    };
    Some(finding.unsafe_fix(format!("write {meant}"), [set]))
}
