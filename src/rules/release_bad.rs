//! A release that is known to be broken.

use super::{Case, Rule, Scope};
use crate::facts::ReleaseState;
use crate::finding::Set;
use crate::finding::{Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "release-bad",
    severity: Severity::Error,
    summary: "a release that is known to be broken",
    scope: Scope::State,
    page: include_str!("release_bad.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(version) = head.version.value() else { return Vec::new() };
    let Some(release) = case.facts.release(version).filter(|_| case.facts.is_bad(version)) else { return Vec::new() };
    let arrives = case.change().is_some_and(|(base, _)| base.version.value() != Some(version));
    let what = if release.state == ReleaseState::DeadEnd { "leads nowhere" } else { "is known to be broken" };
    let mut finding =
        Finding::new(head.version.at, format!("Milvus {version} {what}")).note("why", release.note.clone());
    if !arrives {
        finding = finding.graded(Severity::Warning);
    }
    if !release.instead.is_empty() {
        finding = finding.note("the way", format!("{} instead", release.instead));
        if arrives && head.version.why().is_none() && crate::model::Version::parse(&release.instead).is_some() {
            finding = finding.unsafe_fix(format!("take {}", release.instead), [Set::Version(release.instead.clone())]);
        }
    }
    vec![finding]
}
