//! An exception that covers nothing.

use super::{Case, Event, Rule, Scope, Stale};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "exception-unused",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "an exception that covers nothing",
    scope: Scope::Text,
    page: include_str!("exception_unused.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::Exception { at, rule, stale } = case.event else { return Vec::new() };
    match stale {
        Stale::Unused => {}
        Stale::NoReason => {
            let finding = Finding::new(at, format!("this exception for {rule} gives no reason, so it does not count"));
            return vec![finding.here("write the reason after the bracket")];
        }
        Stale::Expired(_) => return Vec::new(),
    }
    vec![
        Finding::new(at, format!("this exception for {rule} covers nothing"))
            .here("remove it")
            .note("why", "an exception that outlives its reason hides the next mistake"),
    ]
}
