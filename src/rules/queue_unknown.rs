//! A change after which nobody can say which queue is in force.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

use crate::model::{QueueChange, queue_change};

/// The rule.
pub const RULE: Rule = Rule {
    id: "queue-unknown",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a change after which nobody can say which queue is in force",
    scope: Scope::Change,
    page: include_str!("queue_unknown.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    if base.mode.value() != head.mode.value() || queue_change(base, head) != QueueChange::Unknown {
        return Vec::new();
    }
    let word = |queue: Option<&crate::model::Queue>| queue.map_or("unknown", |queue| queue.as_str());
    let (before, after) = (base.queue.value(), head.queue.value());
    let why = match (before, after) {
        (Some(_), Some(_)) => Some("both are defaults, and which chart brings them is a guess from the image"),
        (_, None) => head.queue.why(),
        (None, _) => base.queue.why(),
    };
    let finding = Finding::new(head.queue.at, "whether this change keeps the queue is not known")
        .here(format!("after: {}", word(after)))
        .label(base.queue.at, format!("before: {}", word(before)))
        .note("why", why.unwrap_or_default());
    vec![
        finding.note(
            "the way",
            "write the queue, or say the version that decides with --chart-version or --operator-version",
        ),
    ]
}
