//! `migrate.sh -o rollback`, which stops Milvus and restores nothing.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Image, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migrate-script-rollback-broken",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "`migrate.sh -o rollback`, which stops Milvus and restores nothing",
    scope: Scope::Runbook,
    page: include_str!("migrate_script_rollback_broken.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::MigrateScript]) else { return Vec::new() };
    let step = stage.step();
    let Some(operation) = step.value("o").filter(|o| o.value().is_some_and(|o| o == "rollback")) else {
        return Vec::new();
    };
    let finding = Finding::new(operation.at, "the rollback of this script can never work")
        .note("why", "it looks for the backup in a ConfigMap of another name than the one it wrote")
        .note("what happens", "Milvus is stopped, then the script ends with exit code 4 and leaves it stopped")
        .note("the way", "restore the backup with the migration tool by hand, then start the old image");
    let source = step.value("s").and_then(|s| Some((s.at, Version::parse(s.value()?.trim_start_matches('v'))?)));
    let image = step.value("w").and_then(|w| Some((w.at, Image::parse(w.value()?).version()?.clone())));
    vec![match (source, image) {
        (Some((at, source)), Some((image_at, image))) if source != image => {
            finding.label(at, format!("came from {source}")).label(image_at, format!("and would go back to {image}"))
        }
        (Some(_), None) if step.option("w").is_none() => {
            finding.note("note", format!("without -w it would start {}", case.facts.tool("migrate-script-image")))
        }
        _ => finding,
    }]
}
