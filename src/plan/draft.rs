//! The hops of a way before their words: which kind, in which order, with which chart and operator.

use super::advise::Talk;
use super::route::Leg;
use super::{Driver, Kind, Reason, Situation, chart};
use crate::facts::{Circumstances, Facts, Floor, Via};
use crate::model::{CoordinatorLayout, Mode, Range, Version};

/// A hop before its words.
#[derive(Clone)]
pub struct Draft<'a> {
    pub kind: Kind,
    pub from: &'a Version,
    pub to: &'a Version,
    pub leg: Option<&'a Leg<'a>>,
    pub chart: (Option<&'a Version>, Option<&'a Version>),
    pub operator: (Option<&'a Version>, Option<&'a Version>),
    pub coordinators: Option<CoordinatorLayout>,
    pub unless: Option<String>,
    pub because: Reason,
}

/// The hops of a way: mixCoord before the leg that asks for it, and a chart of its own where a border lies.
pub fn drafts<'a>(
    facts: &'a Facts,
    now: &'a Situation,
    legs: &'a [Leg<'a>],
    start: Option<&'a Version>,
    layout: Option<CoordinatorLayout>,
) -> Vec<Draft<'a>> {
    let (mut drafts, mut running, mut layout) = (Vec::new(), start, layout);
    for leg in legs {
        let plain = Draft {
            kind: if leg.via == Via::Migration { Kind::Migration } else { Kind::Version },
            from: leg.from,
            to: leg.to,
            leg: Some(leg),
            chart: (running, running),
            operator: (None, None),
            coordinators: layout,
            unless: None,
            because: leg.edge.map_or_else(Reason::default, reason),
        };
        if leg.needs_mix && layout != Some(CoordinatorLayout::Mix) {
            let apart = circumstances(now, Some(CoordinatorLayout::Separate), leg.via);
            let apart = Circumstances { mode: Some(Mode::Cluster), ..apart };
            let because = facts.judge(leg.from, leg.to, apart).edge.map_or_else(Reason::default, reason);
            let unless = match (now.mode, layout) {
                (None, _) => Some("it is a standalone, or mixCoord runs already and none of the four".to_string()),
                (_, None) => Some("mixCoord runs already, and none of the four coordinators".to_string()),
                _ => None,
            };
            drafts.push(Draft { kind: Kind::Coordinators, to: leg.from, leg: None, unless, because, ..plain.clone() });
            layout = Some(CoordinatorLayout::Mix);
        }
        let wanted = match running {
            Some(running) => wanted_chart(facts, running, leg).or(Some(running)),
            None => chart::fit(facts, leg.to).filter(|_| now.driver.is_some_and(Driver::has_chart)),
        };
        let border = running.zip(wanted).and_then(|(from, to)| chart::border(facts, from, to));
        let below = border.and_then(|row| row.stop.as_ref()).and_then(|stop| chart::fit_below(facts, leg.to, stop));
        let with = match (below, running) {
            (Some(below), Some(running)) if running < below || chart::carries(facts, running, leg.to) => {
                Some(below.max(running))
            }
            _ => wanted,
        };
        drafts.push(Draft { chart: (running, with), coordinators: layout, ..plain.clone() });
        if let Some(row) = border.filter(|_| with != wanted) {
            let because = Reason { text: row.because.clone(), source: row.proof.source.clone() };
            let chart = (with, wanted);
            drafts.push(Draft {
                kind: Kind::Chart,
                from: leg.to,
                leg: None,
                chart,
                coordinators: layout,
                because,
                ..plain
            });
        }
        running = wanted;
    }
    drafts
}

/// The chart for a release: the one that runs, if it is newer than need be and carries it, or if it is what the new line asks for.
fn wanted_chart<'a>(facts: &'a Facts, running: &'a Version, leg: &Leg) -> Option<&'a Version> {
    let fit = chart::fit(facts, leg.to);
    let newer = fit.is_none_or(|fit| fit <= running) || chart::is_asked_for(facts, running, leg.from, leg.to);
    let stays = chart::carries(facts, running, leg.to) && newer;
    if stays { Some(running) } else { fit }
}

/// The operators that a hop needs: the range, the range as written, and why.
fn needs<'a>(facts: &'a Facts, now: &'a Situation, draft: &Draft<'a>) -> Vec<(&'a Range, &'a str, Reason)> {
    // Who runs a release already that asks for it has such an operator, unless somebody says other.
    let runs = |floor: &&Floor| now.operator.is_none() && floor.milvus.contains(&now.version);
    let floors = facts.floors.iter().filter(|floor| floor.tool == "operator" && floor.milvus.contains(draft.to));
    let floors = floors.filter(|floor| !runs(floor));
    let floors = floors.map(|floor| {
        let because = Reason { text: floor.because.clone(), source: floor.proof.source.clone() };
        (&floor.needs, floor.needs_text.as_str(), because)
    });
    let rows = talk(facts, now, draft).rows("before").into_iter().filter_map(|row| {
        let because = Reason { text: row.text.clone(), source: row.proof.source.clone() };
        row.needs.as_ref().map(|needs| (needs, row.needs_text.as_str(), because))
    });
    floors.chain(rows).collect()
}

/// Puts the upgrade of the operator before the first hop that needs another one; it then serves all that follow.
pub fn with_operator<'a>(facts: &'a Facts, now: &'a Situation, mut drafts: Vec<Draft<'a>>) -> Vec<Draft<'a>> {
    if now.driver != Some(Driver::Operator) {
        return drafts;
    }
    let runs = now.operator.as_ref();
    let unmet = |range: &Range| runs.is_none_or(|runs| !range.contains(runs));
    let first = drafts.iter().position(|draft| needs(facts, now, draft).iter().any(|(range, ..)| unmet(range)));
    let Some(first) = first else { return drafts };
    let mut all: Vec<_> = drafts[first..].iter().flat_map(|draft| needs(facts, now, draft)).collect();
    let good = facts.operators.iter().filter(|row| row.stable && !row.version.is_prerelease());
    // What is only reported somewhere is no release to recommend.
    let good = good.filter(|row| row.proof.confidence != 'I');
    let newest =
        good.map(|row| &row.version).filter(|version| all.iter().all(|(range, ..)| range.contains(version))).max();
    let bound = |text: &str| Version::parse(text.trim_start_matches(">="));
    all.sort_by_key(|need| bound(need.1));
    let Some((_, strictest, because)) = all.pop() else { return drafts };
    let unless =
        runs.is_none().then(|| format!("the operator is already {} or later", strictest.trim_start_matches(">=")));
    let at = drafts[first].clone();
    let hop = Draft { kind: Kind::Operator, to: at.from, leg: None, operator: (runs, newest), unless, because, ..at };
    drafts.insert(first, hop);
    drafts
}

/// Who speaks of a hop.
pub fn talk<'a>(facts: &'a Facts, now: &'a Situation, draft: &Draft<'a>) -> Talk<'a> {
    Talk {
        facts,
        now,
        hop: draft.kind.as_str(),
        from: draft.from,
        to: draft.to,
        coordinators: draft.coordinators,
        tool: if draft.kind == Kind::Operator { draft.operator } else { draft.chart },
    }
}

/// What of a Milvus decides about a change.
pub fn circumstances(now: &Situation, coordinators: Option<CoordinatorLayout>, via: Via) -> Circumstances {
    Circumstances { mode: now.mode, queue: now.queue, coordinators, via }
}

/// Why an edge is what it is.
pub fn reason(edge: &crate::facts::Edge) -> Reason {
    Reason { text: edge.because.clone(), source: edge.proof.source.clone() }
}
