//! A script for bash that another shell is given.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::Act;

/// The rule.
pub const RULE: Rule = Rule {
    id: "script-needs-bash",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a script for bash that another shell is given",
    scope: Scope::Runbook,
    page: include_str!("script_needs_bash.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript]) else { return Vec::new() };
    let Some(shell) = &stage.step().interpreter else { return Vec::new() };
    let name = shell.value().map(|shell| shell.rsplit('/').next().unwrap_or(shell));
    if !name.is_some_and(|name| ["sh", "dash", "ash"].contains(&name)) {
        return Vec::new();
    }
    vec![
        Finding::new(shell.at, "the script is written for bash")
            .note("what happens", "where sh is not bash (Debian, Ubuntu, Alpine) it stops at its first array")
            .fix("start it with bash", [Set::CommandWord { at: shell.at, text: "bash".to_string() }]),
    ]
}
