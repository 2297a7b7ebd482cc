//! A version at one component, which nothing reads.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Oddity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "component-version-ignored",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a version at one component, which nothing reads",
    scope: Scope::State,
    page: include_str!("component_version_ignored.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(subject) = case.subject() else { return Vec::new() };
    let found = |oddity: &Oddity| match oddity {
        Oddity::ComponentVersion { component, at } => Some(
            Finding::new(*at, format!("the version of {component} is ignored"))
                .here("nothing reads it")
                .note("why", "the operator reads spec.components.version only"),
        ),
        _ => None,
    };
    subject.oddities().iter().filter_map(found).collect()
}
