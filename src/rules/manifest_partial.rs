//! A manifest that says less than the one of the same Milvus is applied over it.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "manifest-partial",
    severity: Severity::Error,
    confidence: Confidence::Likely,
    summary: "a manifest that says less than the one of the same Milvus is applied over it",
    scope: Scope::Runbook,
    page: include_str!("manifest_partial.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.kubectl(&["apply", "replace"]) else { return Vec::new() };
    let (step, Some(whole)) = (stage.step(), stage.milvus) else { return Vec::new() };
    let at = step.value("filename").map_or(step.at, |file| file.at);
    vec![
        Finding::new(at, format!("this manifest says less of {} than another one", whole.id))
            .label(whole.at, "the whole of it")
            .note(
                "why",
                "apply makes the resource what the file says: what was applied before and is missing now is taken away",
            )
            .note("what happens", "mode, queue and storage fall back to defaults")
            .note("the way", "kubectl patch --patch-file … --type merge, or change the whole manifest"),
    ]
}
