//! A setting that this Milvus no longer reads.

use super::keys::{Group, groups, readers};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Dialect, Reader};

/// The rule.
pub const RULE: Rule = Rule {
    id: "server-key-gone",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a setting that an earlier Milvus read, and this one ignores",
    scope: Scope::State,
    page: include_str!("server_key_gone.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let found = groups(case, |reader| reader == Reader::Server, |why| matches!(why, Why::Gone(_)), |_, _| true);
    // A whole file beside a plain container was mostly printed by a chart, leftovers included.
    let printed = case.head().is_some_and(|head| head.dialect == Dialect::Process);
    let confidence = if printed { Confidence::Hint } else { Confidence::Likely };
    let finding = |group: &Group| {
        let milvus = group.version?;
        let message = format!("Milvus {milvus} no longer reads {}", group.names());
        let finding = group.finding(message, |fault| format!("read by Milvus {}", readers(fault)));
        Some(finding.note("what happens", "Milvus says nothing of settings that it does not read").sure(confidence))
    };
    found.iter().filter_map(finding).collect()
}
