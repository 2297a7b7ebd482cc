//! A MilvusUpgrade without the images that nobody fills in.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Operation;

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-image-missing",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a MilvusUpgrade without the images that nobody fills in",
    scope: Scope::State,
    page: include_str!("migration_image_missing.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, milvus)) = case.migration() else { return Vec::new() };
    if migration.operation == Operation::Rollback || migration.webhook.value() == Some(&true) {
        return Vec::new();
    }
    let missing: Vec<&str> =
        [("toolImage", migration.tool_image.is_none()), ("targetImage", migration.target_image.is_none())]
            .into_iter()
            .filter_map(|(key, missing)| missing.then_some(key))
            .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let tool = case.facts.migration_tool();
    let mut set = Vec::new();
    set.extend(tool.filter(|_| migration.tool_image.is_none()).map(|tool| Set::MigrationToolImage(tool.image.clone())));
    // An image for a target that the tool refuses would only make the mistake look finished.
    let target = migration.target.value().filter(|target| tool.is_some_and(|tool| tool.to.contains(target)));
    if let (Some(target), true) = (target, migration.target_image.is_none()) {
        let repository =
            milvus.and_then(|milvus| milvus.image.written_value()).map_or("milvusdb/milvus", |image| &image.repository);
        set.push(Set::MigrationTargetImage(format!("{repository}:v{target}")));
    }
    let complete = set.len() == missing.len();
    let is_or_are = if missing.len() == 1 { "is" } else { "are" };
    let mut finding = Finding::new(migration.at, format!("{} {is_or_are} not written, and nobody fills in what is missing", super::listed(&missing)))
        .here("missing below spec")
        .note("why", "only the operator's webhook sets them, and it is off unless somebody turned it on")
        .note("what happens", "Milvus is stopped and the migration pod cannot be created; or the operator's default image starts on metadata of another line");
    if migration.webhook.is_unknown() {
        finding = finding
            .sure(Confidence::Likely)
            .note("unknown", "the operator's version, and with it whether its webhook is on by default");
    }
    let title = format!("write {}", super::listed(&missing));
    vec![match (set.is_empty(), complete) {
        (true, _) => finding,
        (_, true) => finding.fix(title, set),
        (_, false) => finding.note("note", "targetImage follows from targetVersion; mend that first"),
    }]
}
