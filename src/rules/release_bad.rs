//! A release that is known to be broken.

use super::{Case, Event, Rule, Scope};
use crate::facts::ReleaseState;
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Transition, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "release-bad",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a release that is known to be broken",
    scope: Scope::State,
    page: include_str!("release_bad.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(version) = head.version.value() else { return Vec::new() };
    let Some(release) = case.facts.release(version).filter(|_| case.facts.is_bad(version)) else { return Vec::new() };
    let runs = match case.event {
        Event::Transition(Transition::Unchanged(_) | Transition::Adjusted { .. }) => true,
        _ => case.change().is_some_and(|(base, _)| base.version.value() == Some(version)),
    };
    let dead_end = release.state == ReleaseState::DeadEnd;
    let what = if dead_end { "leads nowhere" } else { "is known to be broken" };
    let finding = Finding::new(head.version.at, format!("Milvus {version} {what}")).note("why", release.note.clone());
    let finding = if runs { finding.graded(Severity::Warning) } else { finding };
    if runs && dead_end {
        return vec![finding.note("the way", "there is no upgrade out of it; save the data and install anew")];
    }
    let instead = Version::parse(&release.instead);
    let better = case.facts.newest_of_line(version.line()).filter(|newest| *newest > version).or(instead.as_ref());
    let Some(better) = better.map(ToString::to_string) else { return vec![finding] };
    let finding = finding.note("the way", format!("{better} instead"));
    vec![match head.version.why() {
        None => finding.unsafe_fix(format!("take {better}"), [Set::Version(better)]),
        Some(_) => finding,
    }]
}
