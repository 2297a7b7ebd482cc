//! A word where only some words are known.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Oddity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "value-unknown",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a word where only some words are known",
    scope: Scope::State,
    page: include_str!("value_unknown.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(subject) = case.subject() else { return Vec::new() };
    let found = |oddity: &Oddity| match oddity {
        Oddity::UnknownWord { field, text, known, at } => {
            let known = if known.contains(", ") { format!("one of {known}") } else { (*known).to_string() };
            Some(Finding::new(*at, format!("`{text}` is no value of {field}")).here(known))
        }
        _ => None,
    };
    subject.oddities().iter().filter_map(found).collect()
}
