//! The next update of a Milvus on which another one is still on its way.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "update-unfinished",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "another update begins before the last one has come to its end",
    scope: Scope::Change,
    page: include_str!("update_unfinished.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let Some(running) = &base.ground.running else { return Vec::new() };
    let Some((at, why)) = running.unsettled(base.image.value()) else { return Vec::new() };
    // Back to what all pods still run is the way out of an update that does not come to its end.
    let back = running.version().is_some_and(|runs| runs.value() == head.version.value());
    if back || base.image.value() == head.image.value() {
        return Vec::new();
    }
    let told = base.image.value().map(|image| image.tag_text().to_string()).unwrap_or_default();
    let message = format!("{} is still on its way to {told}: {why}", head.id);
    vec![
        Finding::new(head.version.at, message)
            .here("a second update on top of the first")
            .label(at, "seen in the cluster")
            .note("what happens", "components of three versions meet, and what the first update began is never ended")
            .note("instead", "wait until all pods run one version, or go back to the one that they run"),
    ]
}
