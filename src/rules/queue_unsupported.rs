//! A queue that this mode or version of Milvus cannot run with.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "queue-unsupported",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a queue that this mode or version of Milvus cannot run with",
    scope: Scope::State,
    page: include_str!("queue_unsupported.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(queue) = head.queue.value() else { return Vec::new() };
    let speaks = |limit: &&crate::facts::QueueLimit| {
        limit.queue == *queue
            && (limit.mode.is_none() || limit.mode.as_ref() == head.mode.value())
            && (limit.any_milvus || head.version.value().is_some_and(|version| limit.milvus.contains(version)))
    };
    let found = |limit: &crate::facts::QueueLimit| {
        let mode = head.mode.value().map_or("Milvus", |mode| mode.as_str());
        let what = if limit.mode.is_some() {
            mode.to_string()
        } else {
            head.version.value().map_or(mode.to_string(), |v| format!("Milvus {v}"))
        };
        Finding::new(head.queue.at, format!("{what} cannot run with {}", queue.as_str()))
            .here(head.queue.why().map(|why| format!("{} ({why})", queue.as_str())).unwrap_or_default())
            .note("why", limit.because.clone())
            .note("the way", limit.instead.clone())
    };
    case.facts.queues.iter().filter(speaks).take(1).map(found).collect()
}
