//! An exception whose last day is over.

use super::{Case, Event, Rule, Scope, Stale};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "exception-expired",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "an exception whose last day is over",
    scope: Scope::Text,
    page: include_str!("exception_expired.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::Exception { at, rule, stale: Stale::Expired(until) } = case.event else { return Vec::new() };
    vec![
        Finding::new(at, format!("this exception for {rule} ended on {until}"))
            .here("mend the fault, or set another day")
            .note("what happens", "the finding that it covered is reported again"),
    ]
}
