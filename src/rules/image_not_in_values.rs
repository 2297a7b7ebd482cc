//! An image that is set behind the back of the manifests.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Dialect, Image, Version};

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
    let by_hand = ["set", "patch"].map(|verb| Act::Kubectl(verb.to_string()));
    let acts = [Act::RollingScript].into_iter().chain(by_hand).collect::<Vec<_>>();
    let Some(stage) = case.stage(&acts) else { return Vec::new() };
    let (step, Some(milvus)) = (stage.step(), stage.milvus) else { return Vec::new() };
    if step.workload().is_some() && milvus.dialect == Dialect::Operator {
        // It does not even last until then.
        return Vec::new();
    }
    let image = |text: &String| Image::parse(text.rsplit('=').next().unwrap_or(text)).version().cloned();
    let set = || step.operands.iter().find_map(|operand| Some((operand.at, operand.value().and_then(image)?)));
    let label = || step.value("t").and_then(|t| Some((t.at, Version::parse(t.value()?.trim_start_matches('v'))?)));
    let rolled = step.value("w").and_then(|w| Some((w.at, image(w.value()?)?)));
    let patch = || step.value("patch").and_then(|patch| Some((patch.at, image(&patched_image(patch.value()?)?)?)));
    let Some((at, target)) = rolled.or_else(label).or_else(patch).or_else(set) else { return Vec::new() };
    let Some(written) = milvus.version.value().filter(|version| **version != target) else { return Vec::new() };
    vec![
        Finding::new(at, format!("the manifests still say Milvus {written}"))
            .here(format!("sets {target} on {}", milvus.id))
            .label(milvus.version.at, format!("{written}{}", super::by(&milvus.version)))
            .note("what happens", "the next helm upgrade, sync or reconciliation takes it back: a downgrade")
            .note("the way", format!("write {target} there in the same change")),
    ]
}

/// The image that a patch writes, in JSON or in YAML.
fn patched_image(patch: &str) -> Option<String> {
    let (_, after) = patch.split_once("image\"").or_else(|| patch.split_once("image:"))?;
    let value = after.trim_start_matches([' ', ':', '"', '\'']);
    let end = value.find(['"', '\'', '}', ',', '\n', ' ']).unwrap_or(value.len());
    Some(value[..end].to_string())
}
