//! Which chart carries a release. It knows charts, floors and borders of the facts; no hop.

use crate::facts::Facts;
use crate::model::Version;

/// The chart to run a release with: the newest published one of its line that is no newer than the release, that no floor
/// forbids, and that is a good stop.
pub fn fit<'a>(facts: &'a Facts, milvus: &Version) -> Option<&'a Version> {
    candidates(facts, milvus).max()
}

/// The same below a border.
pub fn fit_below<'a>(facts: &'a Facts, milvus: &Version, border: &Version) -> Option<&'a Version> {
    candidates(facts, milvus).filter(|chart| *chart < border).max()
}

/// Whether every floor lets the chart carry the release.
pub fn carries(facts: &Facts, chart: &Version, milvus: &Version) -> bool {
    let floors = facts.floors.iter().filter(|floor| floor.tool == "chart" && floor.milvus.contains(milvus));
    floors.into_iter().all(|floor| floor.needs.contains(chart))
}

/// Whether the chart that runs is one that the new line asks for, so that a hop to it need not move the chart as well: what was
/// validated is that the chart stays.
pub fn is_asked_for(facts: &Facts, running: &Version, from: &Version, to: &Version) -> bool {
    let of_chart = facts.floors.iter().filter(|floor| floor.tool == "chart" && floor.needs_text.starts_with(">="));
    let mut asked = of_chart.filter(|floor| floor.milvus.contains(to) && !floor.milvus.contains(from)).peekable();
    asked.peek().is_some() && asked.all(|floor| floor.needs.contains(running))
}

/// The border that lies between two charts, if one does.
pub fn border<'a>(facts: &'a Facts, from: &Version, to: &Version) -> Option<&'a crate::facts::ChartStop> {
    facts.chart_stops.iter().find(|row| row.stop.as_ref().is_some_and(|stop| from < stop && stop <= to))
}

fn candidates<'a>(facts: &'a Facts, milvus: &Version) -> impl Iterator<Item = &'a Version> {
    let avoided =
        |chart: &Version| facts.chart_stops.iter().any(|row| row.avoid.as_ref().is_some_and(|r| r.contains(chart)));
    facts
        .charts
        .iter()
        .filter(|chart| chart.published && !chart.version.is_prerelease())
        .filter(|chart| chart.milvus.as_ref().is_some_and(|own| own.line() == milvus.line() && own <= milvus))
        .map(|chart| &chart.version)
        .filter(move |chart| carries(facts, chart, milvus) && !avoided(chart))
        .collect::<Vec<_>>()
        .into_iter()
}
