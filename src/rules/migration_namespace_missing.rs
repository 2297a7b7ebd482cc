//! A MilvusUpgrade that does not say in which namespace its Milvus is.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-namespace-missing",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a MilvusUpgrade that does not say in which namespace its Milvus is",
    scope: Scope::State,
    page: include_str!("migration_namespace_missing.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, milvus)) = case.migration() else { return Vec::new() };
    if !migration.milvus_namespace.is_unknown()
        || !migration.milvus_namespace.why().is_some_and(|why| why.contains("not written"))
    {
        return Vec::new();
    }
    let finding =
        Finding::new(migration.milvus_at, "milvus.namespace is not written, so the operator does not find the Milvus")
            .here("no namespace below")
            .note("why", "it is not taken from the namespace of the MilvusUpgrade")
            .note("what happens", "the MilvusUpgrade stays in its first state with the reason GetMilvusFailed");
    let known = milvus.and_then(|milvus| milvus.id.namespace.clone()).or_else(|| migration.id.namespace.clone());
    vec![match known {
        Some(namespace) => finding.fix(format!("write namespace: {namespace}"), [Set::MigrationNamespace(namespace)]),
        None => finding
            .unsafe_fix("write the namespace, if it is default", [Set::MigrationNamespace("default".to_string())]),
    }]
}
