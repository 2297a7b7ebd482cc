//! A queue is switched on that another one overrides.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Dialect;

/// The rule.
pub const RULE: Rule = Rule {
    id: "queue-ambiguous",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a queue is switched on that another one overrides",
    scope: Scope::State,
    page: include_str!("queue_ambiguous.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(wins) = head.queues.last() else { return Vec::new() };
    // With a default that loses, nobody meant anything; with a written one, somebody believes that it is in force.
    let loses = head.queues.iter().find(|queue| queue.written_value().is_some() && queue.value() != wins.value());
    let Some((loses, winner, loser)) = loses.and_then(|loses| Some((loses, wins.value()?, loses.value()?))) else {
        return Vec::new();
    };
    let (winner, loser) = (winner.as_str(), loser.as_str());
    let why = match head.dialect {
        Dialect::Chart => "the chart prints one block for each queue that is on, and Milvus reads the last",
        Dialect::Process => "two processes name two different queues",
        Dialect::Operator => "spec.config.mq.type and spec.dependencies.msgStreamType name two different queues",
    };
    let finding = Finding::new(loses.at, format!("{loser} is switched on here, and {winner} is in force"))
        .here("overridden")
        .label(wins.at, format!("{winner} wins{}", super::by(wins)));
    vec![finding.note("why", why).note("the way", "leave one queue on, the one that holds the data")]
}
