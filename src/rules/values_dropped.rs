//! An upgrade that loses the values of a step before it.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Field, Step};

/// The rule.
pub const RULE: Rule = Rule {
    id: "values-dropped",
    severity: Severity::Error,
    confidence: Confidence::Likely,
    summary: "an upgrade that loses the values of a step before it",
    scope: Scope::Runbook,
    page: include_str!("values_dropped.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::HelmUpgrade]) else { return Vec::new() };
    let step = stage.step();
    let given = |step: &Step| -> Vec<String> {
        let options = step.options.iter().filter(|o| ["values", "set", "set-string"].contains(&o.name.as_str()));
        options.filter_map(|option| option.value.as_ref()?.value().cloned()).collect()
    };
    let keeps =
        ["reuse-values", "reset-then-reuse-values", "reset-values"].iter().any(|name| step.option(name).is_some());
    let now = given(step);
    let any = ["values", "set", "set-string", "set-file", "set-json"].iter().any(|name| step.option(name).is_some());
    if keeps || !any || step.sometimes {
        return Vec::new();
    }
    // A new file may hold all that the old one held; a few settings do not.
    if step.option("values").is_some() {
        return Vec::new();
    }
    let same = |other: &&Step| {
        other.instance().and_then(Field::value) == step.instance().and_then(Field::value)
            && other.section == step.section
            && matches!(other.act, Act::HelmInstall | Act::HelmUpgrade)
    };
    let Some(before) = stage.before().find(same) else { return Vec::new() };
    let lost: Vec<String> = given(before).into_iter().filter(|value| !now.contains(value)).collect();
    let keys = |values: &[String]| -> Vec<String> {
        values.iter().filter_map(|value| Some(value.split_once('=')?.0.to_string())).collect()
    };
    let lost: Vec<String> = match before.option("values") {
        Some(_) => lost,
        None => keys(&lost).into_iter().filter(|key| !keys(&now).contains(key)).collect(),
    };
    let Some(first) = lost.first() else { return Vec::new() };
    let set = [Set::CommandWord { at: step.end(), text: " --reset-then-reuse-values".to_string() }];
    let finding = Finding::new(step.at, format!("this upgrade loses `{first}`, which an earlier step gave"))
        .label(before.at, "given here")
        .note("why", "with any `-f` or `--set` and no flag to reuse values, Helm forgets those of the release")
        .note("what happens", "the chart's defaults take their place: cluster mode, another queue, another storage")
        .unsafe_fix("keep them", set);
    // In a guide the two may be a choice.
    vec![stage.weigh(finding)]
}
