//! A setting that only a newer Milvus reads.

use super::keys::{Group, groups, readers};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Reader;

/// The rule.
pub const RULE: Rule = Rule {
    id: "server-key-too-new",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a setting that only a newer Milvus reads",
    scope: Scope::State,
    page: include_str!("server_key_too_new.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let found = groups(case, |reader| reader == Reader::Server, |why| matches!(why, Why::TooNew(_)), |_, _| true);
    let finding = |group: &Group| {
        let milvus = group.version?;
        let message = format!("Milvus {milvus} does not read {} yet", group.names());
        let finding = group.finding(message, |fault| format!("read by Milvus {}", readers(fault)));
        Some(finding.note("what happens", "Milvus says nothing of settings that it does not read"))
    };
    found.iter().filter_map(finding).collect()
}
