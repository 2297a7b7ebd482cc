//! A setting that no Milvus reads.

use super::keys::{Group, groups, is_same_mistake};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Reader;

/// The rule.
pub const RULE: Rule = Rule {
    id: "server-key-unknown",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a setting of the server that no Milvus reads",
    scope: Scope::State,
    page: include_str!("server_key_unknown.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let is_unknown = |why: &Why| matches!(why, Why::Unknown(_));
    let found = groups(case, |reader| reader == Reader::Server, is_unknown, is_same_mistake);
    let finding = |group: &Group| {
        let verb = group.plural("is no setting", "are no settings");
        let finding =
            group.finding(format!("{} {verb} that Milvus reads", group.names()), |fault| group.hint(fault, ""));
        group.with_repair(finding.note("what happens", "Milvus says nothing of settings that it does not read"))
    };
    found.iter().map(finding).collect()
}
