//! A Milvus that runs something else than what its cluster was told.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "running-differs",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "what runs in the cluster is not what it was told to run",
    scope: Scope::State,
    page: include_str!("running_differs.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    // A change of what is on its way is another rule's.
    let Some(head) = case.head().filter(|_| case.change().is_none()) else { return Vec::new() };
    let Some(running) = &head.ground.running else { return Vec::new() };
    let Some((at, why)) = running.unsettled(head.image.value()) else { return Vec::new() };
    let told = head.image.value().map(|image| image.tag_text().to_string()).unwrap_or_default();
    vec![
        Finding::new(head.image.at, format!("{} does not run {told} yet: {why}", head.id))
            .here("what it is told to run")
            .label(at, "seen in the cluster")
            .note("why", "an update is on its way, stands still, or something pins an older image")
            .note("instead", "let it end before the next change; kubectl get pods shows what holds it up"),
    ]
}
