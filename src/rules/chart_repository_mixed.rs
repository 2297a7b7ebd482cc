//! One text takes the Milvus chart from two repositories.

use super::{Case, Rule, Scope, Stage};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Step};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-repository-mixed",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "one text takes the Milvus chart from two repositories",
    scope: Scope::Runbook,
    page: include_str!("chart_repository_mixed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let acts = [Act::HelmInstall, Act::HelmUpgrade, Act::HelmTemplate];
    let Some(stage) = case.stage(&acts) else { return Vec::new() };
    fn alias(step: &Step) -> Option<&str> {
        let chart = step.chart()?.value()?;
        chart.strip_suffix("/milvus").filter(|alias| !alias.contains('/'))
    }
    let address = |name: &str| {
        let added = stage.runbook.steps.iter().filter(|step| step.act == Act::HelmRepoAdd);
        let mut added =
            added.filter(|step| step.operands.first().and_then(|alias| alias.value()).is_some_and(|a| a == name));
        let url = added.next()?.operands.get(1)?.value()?;
        Some(url.trim_end_matches('/').to_string())
    };
    let Some(here) = alias(stage.step()) else { return Vec::new() };
    let other = |step: &&Step| alias(step).is_some_and(|alias| alias != here);
    let earlier = stage.before().filter(|step| acts.contains(&step.act)).find(other);
    let Some((earlier, name)) = earlier.and_then(|step| Some((step, alias(step)?))) else {
        return never_added(stage, here).into_iter().collect();
    };
    if address(here).is_some() && address(here) == address(name) {
        return Vec::new();
    }
    let at = stage.step().chart().map_or(stage.step().at, |chart| chart.at);
    let before = earlier.chart().map_or(earlier.at, |chart| chart.at);
    vec![
        Finding::new(at, format!("the chart comes from `{here}` here, and from `{name}` before"))
            .label(before, "from another repository")
            .note("why", "by custom one of the two names is the archived repository, which has no chart of today")
            .note("the way", "take the chart from one repository: https://zilliztech.github.io/milvus-helm"),
    ]
}

/// The chart is taken from one of the two repositories, and only the other one is added here.
fn never_added(stage: Stage, here: &str) -> Option<Finding> {
    // Any other name may be that of a folder.
    if !["milvus", "zilliztech"].contains(&here) {
        return None;
    }
    let added = || stage.before().filter(|step| step.act == Act::HelmRepoAdd);
    let name = |step: &Step| step.operands.first().and_then(|name| name.value()).cloned();
    if added().any(|step| name(step).is_none_or(|name| name == here)) {
        return None;
    }
    let ours = added()
        .find(|step| step.operands.get(1).and_then(|url| url.value()).is_some_and(|url| url.contains("milvus-helm")))?;
    let (at, other) = (stage.step().chart()?.at, name(ours)?);
    let finding = Finding::new(at, format!("the chart comes from `{here}` here, and only `{other}` is added"))
        .label(ours.operands.first()?.at, "added here")
        .note("why", "by custom one of the two names is the archived repository, which has no chart of today")
        .note("what happens", format!("where `{here}` was added long ago, helm asks the archive; elsewhere it stops"))
        .note("the way", format!("{other}/milvus"));
    Some(finding)
}
