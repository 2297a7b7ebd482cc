//! One Milvus is defined twice.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Deployment;

/// The rule.
pub const RULE: Rule = Rule {
    id: "definition-conflict",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "one Milvus is defined twice, and the definitions differ",
    scope: Scope::State,
    page: include_str!("definition_conflict.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::DefinedTwice { first, second } = case.event else { return Vec::new() };
    let says = |one: &Deployment| one.version.value().map_or("no version".to_string(), ToString::to_string);
    let name = second.id.name.as_deref().unwrap_or_default();
    let part = |one: &Deployment| one.mode.written_value().is_none();
    let finding = Finding::new(second.version.at, format!("the Milvus {name} is defined twice, and not alike"))
        .here(says(second))
        .label(first.version.at, says(first))
        .note("what happens", "whichever is applied last is in force as a whole");
    vec![match (part(first), part(second)) {
        (true, false) | (false, true) => finding
            .note("note", "one of them is a part: what it leaves out falls back to defaults, mode and dependencies too")
            .note("the way", "use a part with kubectl patch or in a kustomization, not with apply"),
        _ => finding.note("the way", "keep one of them"),
    }]
}
