//! A plan from the legs of a way: every hop with all that it needs.

use super::advise::Talk;
use super::draft::{Draft, circumstances, drafts, reason, talk, with_operator};
use super::route::{self, Leg, Refused};
use super::{Answer, Back, Changed, Danger, Driver, Hop, Kind, Known, Plan, Prefer, Reason, Situation, chart, refuse};
use crate::facts::{Facts, Verdict, Via};
use crate::model::{CoordinatorLayout, Mode, Queue, Version};

/// The plan, the reason why there is none, or what must be known first.
pub fn plan(facts: &Facts, now: &Situation, to: &Version, prefer: Prefer) -> Answer {
    let now = &Situation { wish: prefer, ..now.clone() };
    for version in [&now.version, to] {
        if facts.release(version).is_none() {
            return refuse::unknown_release(facts, now, version);
        }
    }
    let known = |version: &Version| facts.release(version).map(|release| &release.version);
    let (Some(from), Some(to)) = (known(&now.version), known(to)) else {
        return refuse::unknown_release(facts, now, to);
    };
    if let Some(answer) = refuse::no_start(facts, now, from, to) {
        return answer;
    }
    let legs = if from == to { Some(Vec::new()) } else { route::route(facts, now, from, to, prefer) };
    match legs {
        Some(legs) => Answer::Plan(Box::new(laid_out(facts, now, from, to, &legs))),
        None => refuse::no_way(facts, now, from, to),
    }
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
    words
        .into_iter()
        .chain(now.stores.words())
        .filter_map(|(field, value)| Some(Known { field, value: value? }))
        .collect()
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
