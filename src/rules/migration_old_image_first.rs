//! A migration after which the cluster starts its old image first.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Mode, Operation};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-old-image-first",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a migration after which the cluster starts its old image first",
    scope: Scope::State,
    page: include_str!("migration_old_image_first.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, Some(milvus))) = case.migration() else { return Vec::new() };
    let at_once = milvus.update_mode.value().is_some_and(|mode| mode == "all" || mode == "force");
    let rolling_off = milvus.rolling.value() == Some(&false);
    let upgrade = migration.operation == Operation::Upgrade;
    if !upgrade || milvus.mode.value() != Some(&Mode::Cluster) || at_once || rolling_off {
        return Vec::new();
    }
    let unknown = milvus.update_mode.is_unknown() || milvus.rolling.is_unknown() && !milvus.update_mode.is_default();
    let finding =
        Finding::new(migration.at, "after this migration the cluster starts its old image on the new metadata")
            .label(milvus.update_mode.at, "the new image goes from component to component")
            .note(
                "why",
                "the operator rolls the new image out in its usual order once the migration has succeeded, and starts \
              everything else as it was",
            )
            .note(
                "what happens",
                "old coordinators and nodes run on migrated metadata for minutes, while the MilvusUpgrade says \
              Succeeded and the Milvus says Healthy",
            )
            .note(
                "instead",
                "set imageUpdateMode: all on the Milvus before the migration, and take it back afterwards",
            );
    vec![if unknown { finding.graded(Severity::Warning).sure(Confidence::Likely) } else { finding }]
}
