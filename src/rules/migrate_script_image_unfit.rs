//! `migrate.sh` that starts another version than it migrates to.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Image, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migrate-script-image-unfit",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "`migrate.sh` that starts another version than it migrates to",
    scope: Scope::Runbook,
    page: include_str!("migrate_script_image_unfit.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::MigrateScript]) else { return Vec::new() };
    let step = stage.step();
    let Some(said) = step.value("t").filter(|_| step.text("o").is_none_or(|operation| operation == "migrate")) else {
        return Vec::new();
    };
    let target = said.value().and_then(|text| Version::parse(text.trim_start_matches('v')));
    if let Some(image) = step.value("w") {
        let starts = image.value().and_then(|text| Image::parse(text).version().cloned());
        return match (target, starts) {
            (Some(target), Some(starts)) if target != starts => vec![
                Finding::new(image.at, format!("the script migrates to {target} and starts {starts}"))
                    .graded(Severity::Warning)
                    .label(said.at, "the metadata is written for this version")
                    .note("why", "the tool writes metadata for its target, and another release reads it right away")
                    .note("the way", format!("start {target} first; go on from there one step at a time")),
            ],
            (Some(target), None) if image.value().is_some() => vec![
                Finding::new(image.at, format!("the script migrates to {target} and starts a build without a version"))
                    .graded(Severity::Warning)
                    .label(said.at, "the metadata is written for this version")
                    .note("why", "what such a build makes of the metadata, nobody has tried")
                    .note("the way", format!("start {target} first; go on from there one step at a time")),
            ],
            _ => Vec::new(),
        };
    }
    let image = Image::parse(case.facts.tool("migrate-script-image"));
    if target.is_some() && target.as_ref() == image.version() {
        return Vec::new();
    }
    let finding = Finding::new(step.program, format!("without -w the script starts {}", image.text))
        .label(said.at, "the metadata is written for this version");
    vec![match target {
        Some(target) => {
            let repository = image.text.rsplit_once(':').map_or(image.text.as_str(), |(repository, _)| repository);
            let text = format!(" -w {repository}:v{target}");
            finding.fix("name the image", [Set::CommandWord { at: step.end(), text }])
        }
        // Which version it is cannot be seen; that it is the script's own default is unlikely.
        None => finding.graded(Severity::Warning).sure(Confidence::Likely).note("the way", "name the image with -w"),
    }]
}
