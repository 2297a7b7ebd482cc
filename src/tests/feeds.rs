//! What changes in a file that only feeds a Milvus: `testdata/feeds/<how>/{base,head}/…`, each with the verdict that it gets.
//!
//! The most dangerous answer of all is that nothing changed. Where the program cannot follow, it must say that it does not know.

use super::same::{subfolders, told};
use super::{known_facts, root};
use crate::rules::RULES;
use std::collections::BTreeMap;

/// What is said of each: one word for each Milvus. Alone, `unchanged` is right only where the file that differs feeds another thing.
const SAID: &[(&str, &str)] = &[
    ("argocd-cluster-secret", "unknown"),
    ("argocd-file-parameter", "illegal"),
    ("argocd-git-file", "illegal"),
    ("argocd-git-file-function", "unknown"),
    ("argocd-list", "unchanged, legal"),
    ("argocd-value-file", "illegal"),
    ("chart-template-resource", "unknown"),
    ("chart-template-workload", "unknown"),
    ("compose-env", "illegal"),
    ("compose-env-file", "illegal"),
    ("compose-other-env", "unknown"),
    ("fleet-cluster-values", "unknown"),
    ("fleet-customization", "unchanged, illegal"),
    ("flux-substitute-config-map", "illegal"),
    ("flux-substitute-generated", "illegal"),
    ("flux-substitute-secret", "illegal"),
    ("flux-values-encrypted", "unknown"),
    ("flux-values-generated", "illegal"),
    ("flux-values-secret", "illegal"),
    ("helmfile-environments", "illegal, unchanged"),
    ("helmfile-function", "unknown"),
    ("helmfile-values-template", "illegal"),
    ("kustomize-charts", "illegal"),
    ("kustomize-replacement", "illegal"),
    ("terraform-lookup", "unknown"),
    ("terraform-templatefile", "unknown"),
    ("terraform-two-tfvars", "unchanged, illegal"),
    ("terraform-values-elsewhere", "unchanged"),
    ("terraform-var-file", "unknown"),
    ("terraform-yamldecode", "illegal"),
    ("umbrella-lock", "illegal, unchanged"),
];

#[test]
fn whatever_feeds_a_milvus_is_a_part_of_the_change() {
    let facts = known_facts();
    let mut all = BTreeMap::new();
    for folder in subfolders(&root().join("testdata/feeds")) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = told(&folder).check(&facts, RULES).2;
        let said: Vec<&str> = outcome.transitions.iter().map(|t| t.verdict.unwrap_or(t.kind.as_str())).collect();
        all.insert(name, said.join(", "));
    }
    let expected: BTreeMap<String, String> =
        SAID.iter().map(|(name, said)| ((*name).to_string(), (*said).to_string())).collect();
    assert_eq!(all, expected);
}
