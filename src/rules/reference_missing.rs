//! A path that leads to nothing.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Astray;

/// The rule.
pub const RULE: Rule = Rule {
    id: "reference-missing",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a file that a Milvus is made of and that is not in the repository",
    scope: Scope::State,
    page: include_str!("reference_missing.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(reference) = case.astray(Astray::Missing) else { return Vec::new() };
    let finding = Finding::new(reference.at, format!("`{}` is not in the repository", reference.path))
        .here("nothing is there")
        .note("what happens", "whatever applies this stops here, and what the file would say is not known");
    vec![finding]
}
