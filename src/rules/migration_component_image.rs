//! A migrated Milvus whose components have images of their own.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-component-image",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a migrated Milvus whose components have images of their own",
    scope: Scope::State,
    page: include_str!("migration_component_image.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, Some(milvus))) = case.migration() else { return Vec::new() };
    let Some(component) = milvus.components.first() else { return Vec::new() };
    let names: Vec<&str> = milvus.components.iter().map(|component| component.name.as_str()).collect();
    let finding = Finding::new(migration.at, format!("{} would not get the new image", super::listed(&names)))
        .label(component.image.at, "an image of its own")
        .note("why", "a MilvusUpgrade sets spec.components.image only")
        .note("what happens", "an old component starts on migrated metadata")
        .note("the way", "remove the images of the components before the migration");
    vec![finding]
}
