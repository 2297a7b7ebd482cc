//! A path that leads out of the repository.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Astray;

/// The rule.
pub const RULE: Rule = Rule {
    id: "reference-outside",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a file that a Milvus is made of and that stands outside of the repository",
    scope: Scope::State,
    page: include_str!("reference_outside.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(reference) = case.astray(Astray::Outside) else { return Vec::new() };
    let finding = Finding::new(reference.at, format!("`{}` leads out of the repository", reference.path))
        .here("it was not read")
        .note("what happens", "each machine may have another file there, and a change of it is seen by nobody");
    vec![finding]
}
