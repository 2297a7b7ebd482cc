//! Letters before the path of a script, so that it is not found.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::Act;

/// The rule.
pub const RULE: Rule = Rule {
    id: "command-misspelled",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "letters before the path of a script, so that it is not found",
    scope: Scope::Runbook,
    page: include_str!("command_misspelled.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::Misspelled]) else { return Vec::new() };
    let step = stage.step();
    vec![
        Finding::new(step.program, "there is no such script: letters stand before its path")
            .note("what happens", "the shell looks for a folder of that name and finds none")
            .fix(
                "take them out",
                step.operands
                    .first()
                    .map(|name| Set::CommandWord { at: step.program, text: name.value().cloned().unwrap_or_default() }),
            ),
    ]
}
