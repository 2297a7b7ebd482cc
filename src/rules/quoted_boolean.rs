//! A switch whose quoted text counts as true.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Oddity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "quoted-boolean",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a switch whose quoted \"false\" counts as true",
    scope: Scope::State,
    page: include_str!("quoted_boolean.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(subject) = case.subject() else { return Vec::new() };
    let found = |oddity: &Oddity| match oddity {
        Oddity::QuotedBoolean { key, text, at } => Some(
            Finding::new(*at, format!("{key} is the text \"{text}\", and any text that is not empty counts as true"))
                .here("counts as true")
                .note("why", "the chart's templates ask whether the value is empty; only a plain false is")
                .unsafe_fix("write it plain", [Set::Unquoted(key.clone())]),
        ),
        _ => None,
    };
    subject.oddities().iter().filter_map(found).collect()
}
