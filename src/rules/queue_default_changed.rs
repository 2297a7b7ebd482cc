//! A default moves to another queue, and nothing in the diff shows it.

use super::{Case, Rule, Scope};
use crate::facts::What;
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Dialect, QueueChange, only_operator, queue_change};

/// The rule.
pub const RULE: Rule = Rule {
    id: "queue-default-changed",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a default moves to another queue, and nothing in the diff shows it",
    scope: Scope::Change,
    page: include_str!("queue_default_changed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let QueueChange::Changed { from: before, to: after } = queue_change(base, head) else { return Vec::new() };
    if !head.queue.is_default() || base.mode.value() != head.mode.value() {
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
    .fix("keep the queue that holds the data", [Set::Queue(before)]);
    let note = match head.dialect {
        Dialect::Chart => {
            "not in the diff; a plain helm upgrade may still find the old queue in the cluster, rendering never does"
        }
        Dialect::Process => "not in the diff; the server itself decides",
        Dialect::Operator => {
            "not in the diff; the operator keeps what it once filled in, until the resource is created anew"
        }
    };
    let finding = if only_operator(base, head) { finding.graded(Severity::Warning) } else { finding };
    vec![super::with_edge(finding.note("note", note), case.facts, What::Queue)]
}
