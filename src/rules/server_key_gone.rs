//! A setting that this Milvus no longer reads.

use super::keys::{Group, groups, readers};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Finding, Severity};
use crate::model::Reader;

/// The rule.
pub const RULE: Rule = Rule {
    id: "server-key-gone",
    severity: Severity::Warning,
    summary: "a setting that an earlier Milvus read, and this one ignores",
    scope: Scope::State,
    page: include_str!("server_key_gone.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let found = groups(case, |reader| reader == Reader::Server, |why| matches!(why, Why::Gone(_)), |_, _| true);
    let finding = |group: &Group| {
        let (Why::Gone(versions), Some(milvus)) = (&group.faults[0].why, group.version) else { return None };
        let message = format!("Milvus {milvus} no longer reads {}", group.names());
        let finding = group.finding(message, &format!("read by Milvus {}", readers(versions)));
        Some(finding.note("what happens", "Milvus says nothing of settings that it does not read"))
    };
    found.iter().filter_map(finding).collect()
}
