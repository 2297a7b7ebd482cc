//! `--reuse-values` on the way to another chart.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Field, Step, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "values-reuse-unfit",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "`--reuse-values` on the way to another chart",
    scope: Scope::Runbook,
    page: include_str!("values_reuse_unfit.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::HelmUpgrade]) else { return Vec::new() };
    let step = stage.step();
    let Some(flag) = step.option("reuse-values") else { return Vec::new() };
    let version = |step: &Step| step.text("version").and_then(Version::parse);
    let same = |other: &&Step| other.instance().and_then(Field::value) == step.instance().and_then(Field::value);
    let to = version(step);
    let before = stage.before().filter(same).find_map(|step| Some((version(step)?, step.value("version")?.at)));
    let chart = || stage.milvus.and_then(|milvus| Some((milvus.chart.value()?.clone(), milvus.chart.at)));
    let from = before.or_else(chart);
    if let (Some((from, _)), Some(to)) = (&from, &to)
        && from == to
    {
        return Vec::new();
    }
    let mode = stage.milvus.and_then(|milvus| milvus.mode.value());
    let row = from.as_ref().zip(to.as_ref()).and_then(|((from, _), to)| {
        let fits = |row: &&crate::facts::ReuseValues| {
            row.from.contains(from) && row.to.contains(to) && (row.mode.is_none() || row.mode.as_ref() == mode)
        };
        case.facts.reuse_values.iter().find(fits)
    });
    let set = [Set::CommandWord { at: flag.at, text: "--reset-then-reuse-values".to_string() }];
    let finding = match (row, &from, &to) {
        (Some(row), Some((from, at)), Some(to)) => {
            Finding::new(flag.at, format!("`--reuse-values` goes wrong from chart {from} to {to}"))
                .graded(Severity::Error)
                .sure(Confidence::Certain)
                .label(*at, "the chart before")
                .note("why", row.because.clone())
                .note("what happens", row.outcome.clone())
        }
        _ => Finding::new(flag.at, "`--reuse-values` keeps the defaults of the old chart")
            .note("what happens", "keys of the new chart are missing, and the old image tag stays unless it is set"),
    };
    vec![finding.fix("let Helm take the new defaults under your own values", set)]
}
