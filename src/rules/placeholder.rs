//! A placeholder that somebody was meant to fill in.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Oddity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "placeholder",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a placeholder that somebody was meant to fill in",
    scope: Scope::State,
    page: include_str!("placeholder.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(subject) = case.subject() else { return Vec::new() };
    let found = |oddity: &Oddity| match oddity {
        Oddity::Placeholder { text, at } => {
            let finding = Finding::new(*at, format!("`{text}` is a placeholder")).here("fill in a version");
            Some(finding.note("what happens", "there is no such image, so the pods do not start"))
        }
        _ => None,
    };
    subject.oddities().iter().filter_map(found).collect()
}
