//! `rollingUpdate.sh` without `-w` installs the image of its own default.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Image, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rolling-script-image-missing",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "`rollingUpdate.sh` without `-w` installs the image of its own default",
    scope: Scope::Runbook,
    page: include_str!("rolling_script_image_missing.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript]) else { return Vec::new() };
    let step = stage.step();
    let image = Image::parse(case.facts.tool("rolling-script-image"));
    if step.option("w").is_some() || step.options.is_empty() || step.option("h").is_some() {
        return Vec::new();
    }
    let target = step.text("t").and_then(|text| Version::parse(text.trim_start_matches('v')));
    if target.is_some() && target.as_ref() == image.version() {
        return Vec::new();
    }
    let finding = Finding::new(step.program, format!("without -w the script installs {}", image.text))
        .note("why", "the image has a default in the script; -t only writes a label")
        .note("what happens", "a newer Milvus is downgraded, and everything reports success");
    vec![match (target, step.value("t")) {
        (Some(target), Some(_)) => {
            let repository = image.text.rsplit_once(':').map_or(image.text.as_str(), |(repository, _)| repository);
            let text = format!(" -w {repository}:v{target}");
            finding.fix("name the image", [Set::CommandWord { at: step.end(), text }])
        }
        _ => finding.note("the way", "name the image with -w"),
    }]
}
