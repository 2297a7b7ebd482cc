//! A migration in another namespace than its Milvus.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-namespace-differs",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a migration in another namespace than its Milvus",
    scope: Scope::State,
    page: include_str!("migration_namespace_differs.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, _)) = case.migration() else { return Vec::new() };
    let (Some(own), Some(of_milvus)) = (&migration.id.namespace, migration.milvus_namespace.value()) else {
        return Vec::new();
    };
    if own == of_milvus {
        return Vec::new();
    }
    let message = format!("the migration runs in {own}, and its Milvus is in {of_milvus}");
    vec![
        Finding::new(migration.milvus_namespace.at, message)
            .note("why", "the pods that back up and migrate run beside the MilvusUpgrade, not beside the Milvus")
            .note(
                "what happens",
                "short names of services and the claim of the backup are looked for in the wrong namespace",
            )
            .note("instead", format!("put the MilvusUpgrade into {of_milvus}")),
    ]
}
