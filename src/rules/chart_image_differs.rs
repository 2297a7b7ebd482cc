//! A chart whose own image is another release than it says.

use super::{Case, Rule, Scope, Stage};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Field, Tag, Version};
use crate::source::Span;

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-image-differs",
    severity: Severity::Info,
    confidence: Confidence::Certain,
    summary: "a chart whose own image is another release than it says",
    scope: Scope::State,
    page: include_str!("chart_image_differs.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    if let Some(stage) = case.stage(&[Act::HelmInstall, Act::HelmUpgrade]) {
        return by_command(case, &stage).into_iter().collect();
    }
    let Some(head) = case.head().filter(|head| head.version.is_default()) else { return Vec::new() };
    let Some(chart) = head.chart.value() else { return Vec::new() };
    differs(case, chart, head.chart.at).into_iter().collect()
}

/// A chart that says one release and installs another.
fn differs(case: &Case, chart: &Version, at: Span) -> Option<Finding> {
    let chart = case.facts.chart(chart)?;
    let says = chart.milvus.as_ref()?;
    let installs = Tag::parse(&chart.image_tag).version().cloned()?;
    if Version::triple(&installs) == says.triple() {
        return None;
    }
    let message = format!("chart {} says Milvus {says} and installs {installs}", chart.version);
    Some(
        Finding::new(at, message)
            .note("why", "the chart's appVersion and its default image were not changed together")
            .note("instead", "write image.all.tag"),
    )
}

/// A command that leaves the image to the chart: it lays no values that could name one, and keeps none.
fn by_command(case: &Case, stage: &Stage) -> Option<Finding> {
    let step = stage.step();
    let laid = ["values", "set-file", "set-json", "reuse-values", "reset-then-reuse-values"];
    let names = |text: &String| text.contains("image.");
    let sets = step.options.iter().filter(|option| matches!(option.name.as_str(), "set" | "set-string"));
    let mut sets = sets.map(|option| option.value.as_ref().and_then(Field::value));
    // An upgrade that says nothing of values keeps those of before.
    let keeps = step.act == Act::HelmUpgrade && step.option("install").is_none() && step.option("set").is_none();
    if keeps || laid.iter().any(|name| step.option(name).is_some()) || sets.any(|text| text.is_none_or(names)) {
        return None;
    }
    let version = step.value("version")?;
    let finding = differs(case, &Version::parse(version.value()?)?, version.at)?;
    Some(stage.weigh(finding))
}
