//! A path that leads back to where it began.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Astray;

/// The rule.
pub const RULE: Rule = Rule {
    id: "reference-cycle",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "files that a Milvus is made of and that refer to each other in a circle",
    scope: Scope::State,
    page: include_str!("reference_cycle.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(reference) = case.astray(Astray::Cycle) else { return Vec::new() };
    let finding = Finding::new(reference.at, format!("`{}` leads back to this file", reference.path))
        .here("a circle")
        .note("what happens", "it cannot be built: kustomize and Compose refuse references that go in a circle");
    vec![finding]
}
