//! Two pods of one standalone, and one volume that only one of them can open.

use super::{Case, Rule, Scope, by, frame};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Deployment, Mode};

/// The rule.
pub const RULE: Rule = Rule {
    id: "two-pods-one-volume",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a standalone whose new pod starts while the old one still holds the queue's files",
    scope: Scope::State,
    page: include_str!("two_pods_one_volume.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let plain = case.head().and_then(|head| in_deployment(case, head));
    plain.into_iter().chain(frame::settings(case, RULE.id)).collect()
}

/// A Deployment that somebody wrote. What the operator never rolls is what no two pods can share.
fn in_deployment(case: &Case, head: &Deployment) -> Option<Finding> {
    let at = head.ground.pods_overlap?;
    let queue = head.queue.value().filter(|_| head.mode.value() == Some(&Mode::Standalone))?;
    let locked = case.facts.operator_default("rollingForcedOff", None, None, Some(Mode::Standalone))?;
    locked.split(' ').any(|name| name == queue.as_str()).then(|| {
        Finding::new(at, format!("the new pod starts while the old one still holds the files of {}", queue.as_str()))
            .here("the pods overlap")
            .label(head.queue.at, format!("{}{}", queue.as_str(), by(&head.queue)))
            .note("why", format!("{} locks its files, and both pods have the same volume", queue.as_str()))
            .note(
                "what happens",
                "the new pod fails again and again, and the old one is never taken away: no update ends",
            )
            .note("the way", "strategy: {type: Recreate}")
    })
}
