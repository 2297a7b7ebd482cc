//! An image of the migration tool that should not be used.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::Act;

/// The rule.
pub const RULE: Rule = Rule {
    id: "migrate-script-tool-unfit",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "an image of the migration tool that should not be used",
    scope: Scope::Runbook,
    page: include_str!("migrate_script_tool_unfit.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::MigrateScript, Act::ToolNamed]) else { return Vec::new() };
    let step = stage.step();
    let said = match step.act {
        Act::ToolNamed => step.operands.first(),
        _ => step.value("m"),
    };
    let Some((said, text)) = said.and_then(|said| Some((said, said.value()?))) else { return Vec::new() };
    // What stands in a command is said there.
    let inside = |other: &crate::model::Step| other.act != Act::ToolNamed && other.at.contains(said.at);
    if step.act == Act::ToolNamed && stage.runbook.steps.iter().any(inside) {
        return Vec::new();
    }
    let Some(row) = case.facts.migration_tools.iter().find(|row| row.image == *text && row.state != "good") else {
        return Vec::new();
    };
    let finding = Finding::new(said.at, format!("{text} should not be used")).note("why", row.note.clone());
    let finding = if row.state == "missing" { finding.graded(Severity::Error) } else { finding };
    vec![match case.facts.migration_tool() {
        Some(good) => {
            let set = Set::CommandWord { at: said.at, text: good.image.clone() };
            finding.fix(format!("take {}", good.image), [set])
        }
        None => finding,
    }]
}
