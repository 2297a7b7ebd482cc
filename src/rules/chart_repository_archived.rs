//! The archived chart repository, which gets no new chart.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Writing};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-repository-archived",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "the archived chart repository, which gets no new chart",
    scope: Scope::Runbook,
    page: include_str!("chart_repository_archived.md"),
    check,
};

/// Where the archive is, and where charts are published today.
const ARCHIVED: &str = "milvus-io.github.io/milvus-helm";
const LIVE: &str = "zilliztech.github.io/milvus-helm";

fn check(case: &Case) -> Vec<Finding> {
    let acts = [Act::HelmRepoAdd, Act::ChartSource, Act::HelmInstall, Act::HelmUpgrade, Act::HelmTemplate];
    let Some(stage) = case.stage(&acts) else { return Vec::new() };
    let step = stage.step();
    let url = match step.act {
        Act::HelmRepoAdd => step.operands.get(1),
        Act::ChartSource => step.operands.first(),
        _ => step.value("repo").or(step.chart()),
    };
    let Some((url, text)) = url.and_then(|url| Some((url, url.value()?))) else { return Vec::new() };
    if !text.contains(ARCHIVED) {
        return Vec::new();
    }
    let last = case.facts.tool("chart-archive-last");
    let finding = Finding::new(url.at, "this chart repository is archived")
        .here(format!("its last chart is {last}"))
        .note("what happens", "`helm repo update` succeeds, and an upgrade without a version installs an old Milvus")
        .note("the way", format!("https://{LIVE} has the same charts and all that came later"));
    // The same charts are there, but without a version it is another one that is taken.
    let moves = |step: &crate::model::Step| step.chart().is_some() && step.option("version").is_none();
    let set = [Set::CommandWord { at: url.at, text: text.replace(ARCHIVED, LIVE) }];
    let finding = match stage.runbook.steps.iter().any(moves) {
        true => finding.unsafe_fix("take the live repository", set),
        false => finding.fix("take the live repository", set),
    };
    vec![if stage.runbook.writing == Writing::Document { finding.graded(Severity::Warning) } else { finding }]
}
