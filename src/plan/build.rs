//! Lays the hops out: the legs of the way, and what must be changed between them, then what each of them needs.

use super::advise::Talk;
use super::route::{self, Leg, Refused};
use super::{
    Answer, Back, Changed, Danger, Driver, Hop, Kind, Known, NoWay, Plan, Prefer, Reason, Situation, Unknown, chart,
};
use crate::facts::{Circumstances, Facts, Floor, Verdict, Via};
use crate::model::{CoordinatorLayout, Mode, Queue, Range, Version};

/// The plan, the reason why there is none, or what must be known first.
pub fn plan(facts: &Facts, now: &Situation, to: &Version, prefer: Prefer) -> Answer {
    for version in [&now.version, to] {
        if facts.release(version).is_none() {
            return unknown_release(facts, now, version);
        }
    }
    let known = |version: &Version| facts.release(version).map(|release| &release.version);
    let (Some(from), Some(to)) = (known(&now.version), known(to)) else { return unknown_release(facts, now, to) };
    if let Some(answer) = no_start(facts, now, from, to) {
        return answer;
    }
    let legs = if from == to { Some(Vec::new()) } else { route::route(facts, now, from, to, prefer) };
    match legs {
        Some(legs) => Answer::Plan(Box::new(laid_out(facts, now, from, to, &legs))),
        None => no_way(facts, now, from, to),
    }
}

fn unknown_release(facts: &Facts, now: &Situation, version: &Version) -> Answer {
    let newest = facts.newest().map(ToString::to_string).unwrap_or_default();
    let seen = facts.seen();
    Answer::Unknown(Unknown {
        id: now.id.clone(),
        why: format!("{version} is not among the releases that are known; the newest is {newest}, by data of {seen}"),
        ask: "a table releases.csv in a folder given with --facts adds a release".to_string(),
    })
}

/// What rules a plan out before any way is looked for: a bad target, a way down, a queue that cannot run.
fn no_start(facts: &Facts, now: &Situation, from: &Version, to: &Version) -> Option<Answer> {
    let refuse = |text: &str, source: &str, outcome: &str, instead: String| {
        Some(Answer::NoWay(Box::new(NoWay {
            id: now.id.clone(),
            from: from.clone(),
            to: to.clone(),
            because: Reason { text: text.to_string(), source: source.to_string() },
            outcome: outcome.to_string(),
            instead,
            nearest: None,
        })))
    };
    if let Some(limit) = route::queue_limit(facts, now, from) {
        let instead = format!("look again which queue runs; it could be {}", limit.instead);
        return refuse(&limit.because, &limit.proof.source, "", instead);
    }
    if to < from {
        let circumstances = circumstances(now, now.coordinators, Via::Image);
        let edge = facts.judge(from, to, circumstances).edge?;
        return refuse(
            &edge.because,
            &edge.proof.source,
            &edge.outcome,
            "stay, or restore a backup of before".to_string(),
        );
    }
    let release = facts.release(to)?;
    if from != to && facts.is_bad(to) {
        return refuse(&release.note, &release.proof.source, "", format!("{} instead", release.instead));
    }
    None
}

fn no_way(facts: &Facts, now: &Situation, from: &Version, to: &Version) -> Answer {
    let nearest = route::nearest(facts, now, from, to);
    let last = nearest.unwrap_or(from);
    let lines = facts.lines();
    let next = lines.iter().find(|line| **line > last.line() && **line < to.line());
    let next = next.and_then(|line| facts.newest_of_line(*line)).unwrap_or(to);
    let refused = [(from, to), (last, next), (last, to)]
        .into_iter()
        .skip(usize::from(nearest.is_some()))
        .find_map(|(one, two)| route::leg(facts, now, one, two).err());
    let (because, outcome, instead) = match refused {
        Some(Refused::Open(open)) => {
            let why = format!("not known: {}", open.join(", "));
            return Answer::Unknown(Unknown {
                id: now.id.clone(),
                why,
                ask: "--mode, --queue and --coordinators say it".to_string(),
            });
        }
        Some(Refused::Edge(Some(edge))) => {
            let because = Reason { text: edge.because.clone(), source: edge.proof.source.clone() };
            (because, edge.outcome.clone(), String::new())
        }
        Some(Refused::Risk(risk)) => {
            let because = Reason { text: risk.because.clone(), source: risk.proof.source.clone() };
            (because, String::new(), risk.instead.clone())
        }
        Some(Refused::Queue(limit)) => {
            let because = Reason { text: limit.because.clone(), source: limit.proof.source.clone() };
            (because, String::new(), limit.instead.clone())
        }
        Some(Refused::Edge(None)) | None => {
            let why = format!("nothing is known of a way from {from} to {to}");
            return Answer::Unknown(Unknown { id: now.id.clone(), why, ask: String::new() });
        }
    };
    Answer::NoWay(Box::new(NoWay {
        id: now.id.clone(),
        from: from.clone(),
        to: to.clone(),
        because,
        outcome,
        instead,
        nearest: nearest.cloned(),
    }))
}

fn circumstances(now: &Situation, coordinators: Option<CoordinatorLayout>, via: Via) -> Circumstances {
    Circumstances { mode: now.mode, queue: now.queue, coordinators, via }
}

/// A hop before its words.
#[derive(Clone)]
struct Draft<'a> {
    kind: Kind,
    from: &'a Version,
    to: &'a Version,
    leg: Option<&'a Leg<'a>>,
    chart: (Option<&'a Version>, Option<&'a Version>),
    operator: (Option<&'a Version>, Option<&'a Version>),
    coordinators: Option<CoordinatorLayout>,
    unless: Option<String>,
    because: Reason,
}

fn laid_out<'a>(facts: &'a Facts, now: &'a Situation, from: &'a Version, to: &'a Version, legs: &'a [Leg<'a>]) -> Plan {
    let mut assumed = Vec::new();
    let has_chart = now.driver.is_some_and(Driver::has_chart);
    let start = now.chart.as_ref().or_else(|| chart::fit(facts, from)).filter(|_| has_chart);
    if let (true, None, Some(start)) = (has_chart, &now.chart, start) {
        assumed.push(format!("the chart that runs is {start}, the newest for {from}; --chart says another"));
    }
    let layout = now.coordinators.or_else(|| default_layout(facts, now, start, &mut assumed));
    let drafts = with_operator(facts, now, drafts(facts, now, legs, start, layout));
    let talk = Talk { facts, now, hop: "plan", from, to, coordinators: layout, tool: (None, None) };
    Plan {
        id: now.id.clone(),
        from: from.clone(),
        to: to.clone(),
        known: known(now, layout),
        assumed,
        open: open(now, &drafts),
        why_not_fewer: why_not_fewer(facts, now, legs),
        before: talk.items("before"),
        finished: talk.items("finished"),
        keep: talk.items("keep"),
        trouble: talk.items("trouble"),
        hops: drafts.iter().map(|draft| hop(facts, now, draft)).collect(),
    }
}

/// Which coordinators the chart starts when nobody says.
fn default_layout(
    facts: &Facts,
    now: &Situation,
    chart: Option<&Version>,
    assumed: &mut Vec<String>,
) -> Option<CoordinatorLayout> {
    let mix = facts.chart_default(chart.filter(|_| now.mode == Some(Mode::Cluster))?, "mixCoordinator.enabled")?;
    let layout = if mix == Some("true") { CoordinatorLayout::Mix } else { CoordinatorLayout::Separate };
    assumed
        .push(format!("the coordinators are {}, as the chart starts them; --coordinators says other", layout.as_str()));
    Some(layout)
}

fn drafts<'a>(
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
            Some(running) => wanted_chart(facts, running, leg.to).or(Some(running)),
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

/// The chart for a release: the one that runs, if it is newer than need be and carries it.
fn wanted_chart<'a>(facts: &'a Facts, running: &'a Version, milvus: &Version) -> Option<&'a Version> {
    let fit = chart::fit(facts, milvus);
    let stays = chart::carries(facts, running, milvus) && fit.is_none_or(|fit| fit <= running);
    if stays { Some(running) } else { fit }
}

fn reason(edge: &crate::facts::Edge) -> Reason {
    Reason { text: edge.because.clone(), source: edge.proof.source.clone() }
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
fn with_operator<'a>(facts: &'a Facts, now: &'a Situation, mut drafts: Vec<Draft<'a>>) -> Vec<Draft<'a>> {
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

fn talk<'a>(facts: &'a Facts, now: &'a Situation, draft: &Draft<'a>) -> Talk<'a> {
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

fn hop(facts: &Facts, now: &Situation, draft: &Draft) -> Hop {
    let talk = talk(facts, now, draft);
    let (service, service_because) = talk.service();
    Hop {
        kind: draft.kind,
        from: draft.from.clone(),
        to: draft.to.clone(),
        unless: draft.unless.clone(),
        verdict: draft.leg.map_or(Verdict::Legal, |leg| leg.verdict).as_str(),
        because: draft.because.clone(),
        service,
        service_because,
        changes: changes(draft, &talk),
        before: talk.items("before"),
        apply: talk.items("apply"),
        wait: talk.items("wait"),
        after: talk.items("after"),
        back: back(facts, now, draft, &talk),
        trouble: talk.items("trouble"),
        keep: talk.items("keep"),
        risks: if draft.leg.is_some() { dangers(facts, now, draft) } else { Vec::new() },
    }
}

fn changes(draft: &Draft, talk: &Talk) -> Vec<Changed> {
    let changed = |what: &str, from: Option<String>, to: String, because: &str| Changed {
        what: what.to_string(),
        from,
        to,
        because: because.to_string(),
    };
    let mut changes = Vec::new();
    if draft.from != draft.to {
        changes.push(changed("milvus", Some(draft.from.to_string()), draft.to.to_string(), ""));
    }
    let pairs = [("chart", draft.chart), ("operator", draft.operator)];
    for (what, (from, to)) in pairs {
        if let Some(to) = to.filter(|to| Some(*to) != from) {
            changes.push(changed(what, from.map(ToString::to_string), to.to_string(), ""));
        }
    }
    if draft.kind == Kind::Coordinators {
        let from = draft.coordinators.map(|layout| layout.as_str().to_string());
        changes.push(changed("coordinators", from, CoordinatorLayout::Mix.as_str().to_string(), ""));
    }
    let values = talk.values();
    changes.extend(values.into_iter().map(|(key, value, because)| changed(&key, None, value, &because)));
    changes
}

fn back(facts: &Facts, now: &Situation, draft: &Draft, talk: &Talk) -> Back {
    let until = talk.rows("until").first().map(|row| row.text.clone());
    let steps = talk.items("back");
    if draft.kind != Kind::Version {
        let until = until.unwrap_or_else(|| "until the next hop begins".to_string());
        return Back { possible: true, until, because: Reason::default(), steps };
    }
    let down = facts.judge(draft.to, draft.from, circumstances(now, draft.coordinators, Via::Image));
    let because = down.edge.map_or_else(Reason::default, reason);
    if down.verdict >= Verdict::Unknown {
        let until = format!(
            "until the first process of {} starts; from then on only the backup brings {} back",
            draft.to, draft.from
        );
        return Back { possible: false, until, because, steps: Vec::new() };
    }
    Back { possible: true, until: "until the next hop begins".to_string(), because, steps }
}

fn dangers(facts: &Facts, now: &Situation, draft: &Draft) -> Vec<Danger> {
    let risks = route::risks(facts, now, draft.from, draft.to).map(|risk| Danger {
        id: risk.id.clone(),
        severity: risk.severity.clone(),
        text: risk.because.clone(),
        instead: risk.instead.clone(),
        source: risk.proof.source.clone(),
    });
    let conditional = draft.leg.filter(|leg| leg.verdict == Verdict::Conditional).and_then(|leg| leg.edge);
    let conditional = conditional.map(|edge| Danger {
        id: edge.id.clone(),
        severity: "warning".to_string(),
        text: edge.because.clone(),
        instead: String::new(),
        source: edge.proof.source.clone(),
    });
    conditional.into_iter().chain(risks).collect()
}

fn known(now: &Situation, layout: Option<CoordinatorLayout>) -> Vec<Known> {
    let layout = layout.filter(|_| now.mode != Some(Mode::Standalone));
    let words = [
        ("driver", now.driver.map(|driver| driver.as_str().to_string())),
        ("mode", now.mode.map(|mode| mode.as_str().to_string())),
        ("queue", now.queue.map(|queue| queue.as_str().to_string())),
        ("coordinators", layout.map(|layout| layout.as_str().to_string())),
        ("chart", now.chart.as_ref().filter(|_| now.driver.is_some_and(Driver::has_chart)).map(ToString::to_string)),
        ("operator", now.operator.as_ref().filter(|_| now.driver == Some(Driver::Operator)).map(ToString::to_string)),
    ];
    words.into_iter().filter_map(|(field, value)| Some(Known { field, value: value? })).collect()
}

fn open(now: &Situation, drafts: &[Draft]) -> Vec<String> {
    let mut open = Vec::new();
    let mut ask = |missing: bool, text: String| {
        if missing {
            open.push(text);
        }
    };
    ask(
        now.driver.is_none(),
        "who drives: --with operator, helm, argocd, flux or compose gives the commands".to_string(),
    );
    ask(
        now.mode.is_none(),
        "standalone or cluster: --mode; until then every hop is one that both may take".to_string(),
    );
    let queues: Vec<&str> = Queue::ALL.iter().map(|queue| queue.as_str()).collect();
    ask(
        now.queue.is_none(),
        format!(
            "the message queue ({}): --queue; it must be the same on every hop, and some releases lack some",
            queues.join(", ")
        ),
    );
    let operator = drafts.iter().any(|draft| draft.kind == Kind::Operator);
    ask(operator && now.operator.is_none(), "the version of the operator: --operator".to_string());
    let names =
        now.driver.is_some_and(|driver| driver != Driver::Compose) && (now.name.is_none() || now.namespace.is_none());
    ask(names, "the name and the namespace: --name and --namespace fill in <name> and <namespace>".to_string());
    open
}

/// Why each stop is one: what forbids, or speaks against, leaving it out.
fn why_not_fewer(facts: &Facts, now: &Situation, legs: &[Leg]) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for pair in legs.windows(2) {
        let (from, to) = (pair[0].from, pair[1].to);
        let why = match route::leg(facts, now, from, to) {
            Err(Refused::Edge(Some(edge))) => edge.because.clone(),
            Err(Refused::Risk(risk)) => risk.because.clone(),
            Err(_) => continue,
            Ok(leg) if leg.verdict == Verdict::Conditional => {
                leg.edge.map(|edge| edge.because.clone()).unwrap_or_default()
            }
            Ok(_) => match route::risks(facts, now, from, to).find(|risk| !risk.any_source) {
                Some(risk) => risk.because.clone(),
                None => continue,
            },
        };
        reasons.push(format!("{from} → {to}: {why}"));
    }
    reasons
}
