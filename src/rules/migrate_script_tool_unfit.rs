//! An image of the migration tool that should not be used.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Step};

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
    if let Some(stage) = case.stage(&[Act::Download]) {
        return old_script(case, stage.step()).into_iter().collect();
    }
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

/// The script of a tag at which it did more harm than its tool.
fn old_script(case: &Case, step: &Step) -> Option<Finding> {
    let (url, text) = step.operands.first().and_then(|url| Some((url, url.value()?)))?;
    let old = case.facts.tool("migrate-script-old");
    if !text.ends_with("/migrate.sh") || !text.split('/').any(|part| part == old) {
        return None;
    }
    let finding = Finding::new(url.at, format!("the script of {old} should not be used"))
        .note(
            "why",
            "it gives every Deployment of the release the image of Milvus, Attu's as well, and takes the old tool",
        )
        .note("what happens", "Attu does not start, and the script waits for it with Milvus half-way up")
        .note("the way", "take the script of a later commit, read it, and give it the tool with -m");
    Some(finding)
}
