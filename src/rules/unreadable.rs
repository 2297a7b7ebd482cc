//! Something that looks like Milvus and cannot be read.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "unreadable",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "something that looks like Milvus and cannot be read",
    scope: Scope::Text,
    page: include_str!("unreadable.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::Unreadable { at, why } = case.event else { return Vec::new() };
    vec![Finding::new(at, why).here("not read from here on").note("what happens", "what stands here is not judged")]
}
