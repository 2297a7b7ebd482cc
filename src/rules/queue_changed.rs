//! The message queue is changed.

use super::{Case, Rule, Scope};
use crate::facts::What;
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{QueueChange, queue_change};

/// The rule.
pub const RULE: Rule = Rule {
    id: "queue-changed",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "the message queue is changed",
    scope: Scope::Change,
    page: include_str!("queue_changed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let QueueChange::Changed { from: before, to: after } = queue_change(base, head) else { return Vec::new() };
    if head.queue.is_default() || base.mode.value() != head.mode.value() {
        return Vec::new();
    }
    let (from, to) = (before.as_str(), after.as_str());
    let finding = Finding::new(
        head.queue.at,
        format!("the queue changes from {from} to {to}; the data in {from} is left behind"),
    )
    .here(to)
    .label(base.queue.at, format!("before: {from}{}", super::by(&base.queue)))
    .unsafe_fix("keep the queue that holds the data", [Set::Queue(before)]);
    vec![super::with_edge(finding, case.facts, What::Queue)]
}
