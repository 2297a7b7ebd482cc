//! A version that the migration tool cannot read.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Finding, Severity};
use crate::model::{Field, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-version-malformed",
    severity: Severity::Error,
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
    let plain = text.strip_prefix('v').unwrap_or(text);
    let parsed = Version::parse(plain);
    let strict = parsed.as_ref().is_some_and(|version| version.pre.is_none() && version.variant.is_none());
    if text.is_empty()
        || strict
        || field.why().is_some_and(|why| why.contains("template") || why.contains("placeholder"))
    {
        return None;
    }
    let finding = Finding::new(field.at, format!("the migration tool cannot read {key} `{text}`"))
        .here("x.y.z, with or without v")
        .note("what happens", "Milvus is stopped before the tool reads the version and fails");
    let (major, minor, patch) = parsed.or_else(|| Version::parse(&plain.to_lowercase()))?.triple();
    let fixed = format!("{major}.{minor}.{patch}");
    let set =
        if key == "sourceVersion" { Set::MigrationSource(fixed.clone()) } else { Set::MigrationTarget(fixed.clone()) };
    Some(finding.unsafe_fix(format!("write {fixed}"), [set]))
}
