//! An image that is set behind the back of the manifests.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Image, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "image-not-in-values",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "an image that is set behind the back of the manifests",
    scope: Scope::Runbook,
    page: include_str!("image_not_in_values.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript, Act::Kubectl("set".to_string())]) else { return Vec::new() };
    let (step, Some(milvus)) = (stage.step(), stage.milvus) else { return Vec::new() };
    let image = |text: &String| Image::parse(text.rsplit('=').next().unwrap_or(text)).version().cloned();
    let set = || step.operands.iter().find_map(|operand| Some((operand.at, operand.value().and_then(image)?)));
    let label = || step.value("t").and_then(|t| Some((t.at, Version::parse(t.value()?.trim_start_matches('v'))?)));
    let rolled = step.value("w").and_then(|w| Some((w.at, image(w.value()?)?)));
    let Some((at, target)) = rolled.or_else(label).or_else(set) else { return Vec::new() };
    let Some(written) = milvus.version.value().filter(|version| **version != target) else { return Vec::new() };
    vec![
        Finding::new(at, format!("the manifests still say Milvus {written}"))
            .here(format!("sets {target} on {}", milvus.id))
            .label(milvus.version.at, format!("{written}{}", super::by(&milvus.version)))
            .note("what happens", "the next helm upgrade, sync or reconciliation takes it back: a downgrade")
            .note("the way", format!("write {target} there in the same change")),
    ]
}
