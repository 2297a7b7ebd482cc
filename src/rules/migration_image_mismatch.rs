//! A MilvusUpgrade whose targetImage is another version than its targetVersion.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-image-mismatch",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a MilvusUpgrade whose targetImage is another version than its targetVersion",
    scope: Scope::State,
    page: include_str!("migration_image_mismatch.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, _)) = case.migration() else { return Vec::new() };
    let (Some(target), Some(field)) = (migration.target.value(), &migration.target_image) else { return Vec::new() };
    let Some(image) = field.written_value() else { return Vec::new() };
    let Some(version) = image.version().filter(|version| version.triple() != target.triple()) else {
        return Vec::new();
    };
    let finding =
        Finding::new(field.at, format!("targetImage is Milvus {version}, and the metadata is migrated to {target}"))
            .label(migration.target.at, "what the metadata becomes")
            .note("what happens", "a Milvus starts on metadata of another version");
    let fixed = format!("{}:v{target}", image.repository);
    vec![finding.unsafe_fix(format!("take the image of {target}"), [Set::MigrationTargetImage(fixed)])]
}
