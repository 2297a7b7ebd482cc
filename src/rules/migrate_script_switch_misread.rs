//! `migrate.sh -d false`, which means true.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::Act;

/// The rule.
pub const RULE: Rule = Rule {
    id: "migrate-script-switch-misread",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "`migrate.sh -d false`, which means true",
    scope: Scope::Runbook,
    page: include_str!("migrate_script_switch_misread.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::MigrateScript]) else { return Vec::new() };
    let Some(option) = stage.step().option("d") else { return Vec::new() };
    let Some(value) = &option.value else { return Vec::new() };
    if !value.value().is_some_and(|text| ["false", "no", "0", "off"].contains(&text.to_lowercase().as_str())) {
        return Vec::new();
    }
    let at = crate::source::Span { end: value.at.end, ..option.at };
    vec![
        Finding::new(value.at, "whatever follows -d, the script deletes its pods")
            .note("why", "the script only looks whether -d is there")
            .fix("leave -d out", [Set::CommandWord { at, text: String::new() }]),
    ]
}
