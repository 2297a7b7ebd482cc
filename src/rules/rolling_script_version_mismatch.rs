//! `rollingUpdate.sh` with a label of one version and the image of another.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Image, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rolling-script-version-mismatch",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "`rollingUpdate.sh` with a label of one version and the image of another",
    scope: Scope::Runbook,
    page: include_str!("rolling_script_version_mismatch.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript]) else { return Vec::new() };
    let step = stage.step();
    let (Some(label), Some(image)) = (step.value("t"), step.value("w")) else { return Vec::new() };
    let target = label.value().and_then(|text| Version::parse(text.trim_start_matches('v')));
    let runs = image.value().and_then(|text| Image::parse(text).version().cloned());
    match (target, runs) {
        (Some(target), Some(runs)) if target != runs => vec![
            Finding::new(image.at, format!("the script installs {runs} and labels it {target}"))
                .label(label.at, "only a label")
                .note("why", "-w is the image that runs, -t is written into app.kubernetes.io/version"),
        ],
        _ => Vec::new(),
    }
}
