//! A default moves to another queue, and nothing in the diff shows it.

use super::{Case, Rule, Scope};
use crate::facts::What;
use crate::finding::Set;
use crate::finding::{Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "queue-default-changed",
    severity: Severity::Error,
    summary: "a default moves to another queue, and nothing in the diff shows it",
    scope: Scope::Change,
    page: include_str!("queue_default_changed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change() else { return Vec::new() };
    let (Some(before), Some(after)) = (base.queue.value(), head.queue.value()) else { return Vec::new() };
    if before == after || !head.queue.is_default() || base.mode.value() != head.mode.value() {
        return Vec::new();
    }
    let mode = head.mode.value().map_or("Milvus", |mode| mode.as_str());
    let (from, to) = (before.as_str(), after.as_str());
    let who = head.queue.why().unwrap_or_default();
    let finding = Finding::new(
        head.queue.at,
        format!("this {mode} moves from {from} to {to} by a default; the data in {from} is left behind"),
    )
    .here(format!("{to}: {who}"))
    .label(base.queue.at, format!("{from}: {}", base.queue.why().unwrap_or("written")))
    .fix("keep the queue that holds the data", [Set::Queue(*before)]);
    let note = "the queue is not written after the change, so a default is in force; the diff does not show it";
    vec![super::with_edge(finding.note("note", note), case.facts, What::Queue)]
}
