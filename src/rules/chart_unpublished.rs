//! A chart version that is not to be had.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-unpublished",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a chart version that is not to be had",
    scope: Scope::State,
    page: include_str!("chart_unpublished.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(version) = head.chart.value() else { return Vec::new() };
    let finding = Finding::new(head.chart.at, format!("chart {version} was never published, or was withdrawn"));
    match case.facts.chart(version) {
        Some(chart) if chart.published => Vec::new(),
        Some(_) => vec![finding.note("what happens", "the chart cannot be fetched")],
        None => {
            // Charts that are known by hearsay only leave gaps between them.
            let sure = case.facts.charts.iter().filter(|chart| chart.proof.confidence != 'I');
            let newest = sure.map(|chart| &chart.version).max();
            let newer = newest.is_some_and(|newest| version > newest);
            let note = format!("the newest known chart is {}", newest.map(ToString::to_string).unwrap_or_default());
            let mut finding = finding.note("note", note);
            if newer {
                finding.message = format!("chart {version} is newer than the data; its defaults are not known");
                finding = finding.graded(Severity::Warning);
            } else {
                finding.message = format!("no chart {version} is known");
            }
            vec![finding]
        }
    }
}
