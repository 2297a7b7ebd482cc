//! `rollingUpdate.sh` from or to a version that it was not made for.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Image, Version};
use crate::source::Span;

/// The rule.
pub const RULE: Rule = Rule {
    id: "rolling-script-version-unsupported",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "`rollingUpdate.sh` from or to a version that it was not made for",
    scope: Scope::Runbook,
    page: include_str!("rolling_script_version_unsupported.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript]) else { return Vec::new() };
    let step = stage.step();
    let (Some(from), Some(to)) =
        (case.facts.tool_range("rolling-script-from"), case.facts.tool_range("rolling-script-to"))
    else {
        return Vec::new();
    };
    let label = step.value("t").and_then(|t| Some((t.at, Version::parse(t.value()?.trim_start_matches('v'))?)));
    let image = step.value("w").and_then(|w| Some((w.at, Image::parse(w.value()?).version()?.clone())));
    let target = image.or(label);
    if let Some((at, target)) = &target
        && let Some(finding) = unknown(case, *at, target)
    {
        return vec![finding];
    }
    if let Some((at, target)) = target
        && !to.contains(&target)
    {
        return vec![
            Finding::new(at, format!("the rolling script does not know the components of Milvus {target}"))
                .note("why", "streaming nodes and mixCoord are not on its list, and its order is that of older lines")
                .note("the way", "helm upgrade with a chart of that line"),
        ];
    }
    let Some(milvus) = stage.milvus else { return Vec::new() };
    let Some(runs) = milvus.version.value().filter(|runs| !from.contains(runs)) else { return Vec::new() };
    vec![
        Finding::new(step.program, format!("the rolling script cannot update Milvus {runs}"))
            .label(milvus.version.at, "running now")
            .note("why", format!("it needs Milvus {}", super::plain(case.facts.tool("rolling-script-from"))))
            .note("the way", "helm upgrade, with a short downtime"),
    ]
}

/// A version that is no release: the script starts what cannot be pulled, and cannot be started again.
fn unknown(case: &Case, at: Span, target: &Version) -> Option<Finding> {
    let newest = case.facts.newest_of_line(target.line())?;
    if case.facts.release(target).is_some() {
        return None;
    }
    let finding = Finding::new(at, format!("Milvus {target} is not a known release"))
        .here("not released, a slip, or newer than the data")
        .graded(Severity::Warning)
        .note("why", "where no such image exists, the first Deployment waits for it and the script with it")
        .note(
            "what happens",
            "a second run with the right image waits as well, until that Deployment is set back by hand",
        )
        .note("instead", format!("the newest known release of that line is {newest}"));
    Some(finding)
}
