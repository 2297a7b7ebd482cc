//! A chart's source that is not where it is looked for.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Oddity, Unfound};

/// The rule.
pub const RULE: Rule = Rule {
    id: "source-missing",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a source of the chart that is in another namespace, or not in the repository that has the others",
    scope: Scope::State,
    page: include_str!("source_missing.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(subject) = case.subject() else { return Vec::new() };
    let found = |oddity: &Oddity| match oddity {
        Oddity::Unfound(unfound) => Some(finding(unfound)),
        _ => None,
    };
    subject.oddities().iter().filter_map(found).collect()
}

fn finding(unfound: &Unfound) -> Finding {
    let Unfound { at, kind, name, namespace, elsewhere } = unfound;
    let what = "Flux finds no chart: a new version is not installed, and the old one stays";
    match (elsewhere, namespace) {
        (Some((place, other)), Some(namespace)) => {
            Finding::new(*at, format!("there is no {kind} `{name}` in the namespace {namespace}"))
                .here(format!("looked for in {namespace}"))
                .label(*place, format!("it is in {other}"))
                .note("what happens", what)
                .note("the way", format!("write `namespace: {other}` in the reference"))
        }
        _ => Finding::new(*at, format!("no file here has a {kind} `{name}`, and other sources are here"))
            .graded(Severity::Warning)
            .note("what happens", format!("unless it comes from elsewhere, {what}"))
            .note("the way", "add it, or write the name of one that is here"),
    }
}
