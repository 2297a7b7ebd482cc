//! A field that the operator's resource does not have.

use super::keys::{groups, is_same_mistake};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Oddity, Reader, Subject};

/// The rule.
pub const RULE: Rule = Rule {
    id: "field-unknown",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a field that the resource does not have: the API server drops it",
    scope: Scope::State,
    page: include_str!("field_unknown.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(subject) = case.subject() else { return Vec::new() };
    let kind = if matches!(subject, Subject::Migration(_)) { "MilvusUpgrade" } else { "Milvus" };
    // Those at the root have a rule of their own.
    let at_root = |oddity: &Oddity| match oddity {
        Oddity::RootMetadata { at, .. } => Some(*at),
        _ => None,
    };
    let metadata: Vec<_> = subject.oddities().iter().filter_map(at_root).collect();
    let pick = |why: &Why| matches!(why, Why::Unknown(_) | Why::Gone(_));
    let mut found = groups(case, |reader| matches!(reader, Reader::Resource(_)), pick, is_same_mistake);
    for group in &mut found {
        let keys = &group.written.keys;
        group.faults.retain(|fault| !metadata.contains(&keys[fault.index].at));
    }
    let finding = |group: &super::keys::Group| {
        let message = format!("{} {} of a {kind}", group.names(), group.plural("is no field", "are no fields"));
        let finding = group.finding(message, |fault| group.hint(fault, "`spec.config`"));
        let what = "the API server drops it and says nothing, unless whoever sends it asks for strict validation";
        let finding = finding.note("what happens", what).note("note", group.newer(case, "operator"));
        let known = group.version.is_some() && group.newer(case, "operator").is_empty();
        group.with_repair(finding.sure(if known { Confidence::Certain } else { Confidence::Likely }))
    };
    found.iter().filter(|group| !group.faults.is_empty()).map(finding).collect()
}
