//! A rolling update that the operator switches off again.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rolling-ineffective",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a rolling update that the operator switches off again",
    scope: Scope::State,
    page: include_str!("rolling_ineffective.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let (Some(mode), Some(queue)) = (head.mode.value(), head.queue.value()) else { return Vec::new() };
    if head.rolling.written_value() != Some(&true) {
        return Vec::new();
    }
    let forced = case.facts.operator_default("rollingForcedOff", head.operator.value(), None, Some(*mode));
    let speaks =
        case.facts.operator_defaults.iter().any(|row| row.field == "rollingForcedOff" && row.mode == Some(*mode));
    if !speaks || !forced.is_some_and(|queues| queues.split(' ').any(|name| name == queue.as_str())) {
        return Vec::new();
    }
    let (mode, queue) = (mode.as_str(), queue.as_str());
    let finding = Finding::new(head.rolling.at, format!("a {mode} with {queue} is never updated in a rolling way"))
        .here("the operator sets this to false")
        .label(head.queue.at, format!("{queue}{}", super::by(&head.queue)))
        .note("why", format!("{queue} locks its files, so the new pod cannot start while the old one runs"))
        .note("what happens", "the pod is stopped and started again: Milvus is down in between");
    let set = [Set::Rolling(false)];
    // Without a written mode this may be a patch for a cluster, and there rolling is what it should be.
    vec![match head.mode.is_default() {
        true => finding.unsafe_fix("write false, as the operator does", set),
        false => finding.fix("write false, as the operator does", set),
    }]
}
