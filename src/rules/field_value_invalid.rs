//! A field with something else than it takes.

use super::keys::groups;
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Oddity, Reader};

/// The rule.
pub const RULE: Rule = Rule {
    id: "field-value-invalid",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a field with a value that it does not take",
    scope: Scope::State,
    page: include_str!("field_value_invalid.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let is_invalid = |why: &Why| matches!(why, Why::Invalid(_) | Why::Unheeded(_));
    let found = groups(case, |reader| matches!(reader, Reader::Resource(_)), is_invalid, |_, _| false);
    // Wrong words of the fields that decide most have a rule of their own.
    let oddities = case.subject().map(|subject| subject.oddities()).unwrap_or_default();
    let said =
        |at| oddities.iter().any(|oddity| matches!(oddity, Oddity::UnknownWord { at: other, .. } if *other == at));
    let finding = |group: &super::keys::Group| {
        let (fault, key) = (&group.faults[0], &group.written.keys[group.faults[0].index]);
        let (expected, severity, here, what) = match &fault.why {
            Why::Invalid(expected) => {
                (expected, Severity::Error, "refused", "the API server refuses the whole resource")
            }
            Why::Unheeded(expected) => (
                expected,
                Severity::Warning,
                "not heeded",
                "the API server takes it, and the operator knows no such word",
            ),
            _ => return None,
        };
        let message = format!("`{}` takes {expected}", group.path(fault));
        let finding = Finding::new(key.value_at, message).here(here).graded(severity).note("what happens", what);
        Some(finding).filter(|_| !said(key.value_at))
    };
    found.iter().filter_map(finding).collect()
}
