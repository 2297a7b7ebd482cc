//! A script that is fetched from a branch which moves.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Act;

/// The rule.
pub const RULE: Rule = Rule {
    id: "script-unpinned",
    severity: Severity::Info,
    confidence: Confidence::Likely,
    summary: "a script that is fetched from a branch which moves",
    scope: Scope::Runbook,
    page: include_str!("script_unpinned.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::Download]) else { return Vec::new() };
    let Some((url, text)) = stage.step().operands.first().and_then(|url| Some((url, url.value()?))) else {
        return Vec::new();
    };
    if !["/master/", "/main/"].iter().any(|branch| text.contains(branch)) {
        return Vec::new();
    }
    let finding = Finding::new(url.at, "this fetches whatever stands on that branch on the day it runs")
        .note("why", "the defaults and options of the script differ with its age")
        .note("the way", "fetch it from a tag or a commit, or keep a copy");
    vec![stage.weigh(finding)]
}
