//! Which stops: the best way over the newest good releases of the lines between here and there.
//!
//! A leg is taken only if the facts let it pass; the wish of the user decides between ways that pass.

use super::{Prefer, Service, Situation, advise};
use crate::facts::{Circumstances, Edge, Facts, QueueLimit, ReleaseState, Risk, Verdict, Via};
use crate::model::{CoordinatorLayout, Mode, Version};

/// One leg of the way.
#[derive(Clone, Debug)]
pub struct Leg<'a> {
    pub from: &'a Version,
    pub to: &'a Version,
    pub via: Via,
    pub verdict: Verdict,
    /// The row that decided.
    pub edge: Option<&'a Edge>,
    /// Whether mixCoord must run alone before it.
    pub needs_mix: bool,
}

/// Why a leg is not taken.
pub enum Refused<'a> {
    Edge(Option<&'a Edge>),
    /// Something must be known first.
    Open(Vec<&'static str>),
    Risk(&'a Risk),
    Queue(&'a QueueLimit),
}

/// The best way; `None` when there is none.
pub fn route<'a>(
    facts: &'a Facts,
    now: &Situation,
    from: &'a Version,
    to: &'a Version,
    prefer: Prefer,
) -> Option<Vec<Leg<'a>>> {
    let lines = facts.lines().into_iter().filter(|line| *line >= from.line() && *line <= to.line());
    let between = lines.filter_map(|line| facts.newest_of_line(line)).filter(|stop| *stop > from && *stop < to);
    let stops: Vec<&Version> = std::iter::once(from).chain(between).chain([to]).collect();
    let mut best: Vec<Option<(Cost, Vec<Leg>)>> = vec![None; stops.len()];
    best[0] = Some((Cost::default(), Vec::new()));
    for (index, stop) in stops.iter().enumerate().skip(1) {
        // From the newest stop backwards, so that of two ways that cost the same the one with newer stops is kept.
        for before in (0..index).rev() {
            let Some((cost, way)) = &best[before] else { continue };
            let Ok(leg) = leg(facts, now, stops[before], stop) else { continue };
            let cost = cost.with(facts, now, &leg, prefer);
            if best[index].as_ref().is_none_or(|(least, _)| cost < *least) {
                let way = way.iter().cloned().chain([leg]).collect();
                best[index] = Some((cost, way));
            }
        }
    }
    best.pop().flatten().map(|(_, way)| way)
}

/// One leg, if the facts let it pass in every mode that the Milvus can have.
pub fn leg<'a>(facts: &'a Facts, now: &Situation, from: &'a Version, to: &'a Version) -> Result<Leg<'a>, Refused<'a>> {
    if let Some(limit) = queue_limit(facts, now, to) {
        return Err(Refused::Queue(limit));
    }
    let via = |via| judged(facts, now, from, to, via);
    let leg = match via(Via::Image) {
        Ok(leg) => leg,
        Err(refused) => via(Via::Migration).map_err(|_| refused)?,
    };
    if let Some(risk) = risks(facts, now, from, to).find(|risk| risk.severity == "error") {
        return Err(Refused::Risk(risk));
    }
    Ok(leg)
}

fn judged<'a>(
    facts: &'a Facts,
    now: &Situation,
    from: &'a Version,
    to: &'a Version,
    via: Via,
) -> Result<Leg<'a>, Refused<'a>> {
    let (mut verdict, mut decided, mut needs_mix) = (Verdict::Legal, None, false);
    for mode in now.modes() {
        // On the way everything that can be prepared is prepared, so mixCoord runs where a leg asks for it.
        let prepared =
            Circumstances { mode: Some(mode), queue: now.queue, coordinators: Some(CoordinatorLayout::Mix), via };
        let judgement = facts.judge(from, to, prepared);
        match judgement.verdict {
            Verdict::Illegal => return Err(Refused::Edge(judgement.edge)),
            Verdict::Unknown if judgement.open.is_empty() => return Err(Refused::Edge(judgement.edge)),
            Verdict::Unknown => return Err(Refused::Open(judgement.open)),
            Verdict::Legal | Verdict::Conditional => {}
        }
        let apart = Circumstances { coordinators: Some(CoordinatorLayout::Separate), ..prepared };
        needs_mix |= mode == Mode::Cluster && facts.judge(from, to, apart).verdict > Verdict::Conditional;
        if decided.is_none() || judgement.verdict > verdict {
            (verdict, decided) = (judgement.verdict, judgement.edge);
        }
    }
    Ok(Leg { from, to, via, verdict, edge: decided, needs_mix })
}

/// The row that forbids the queue with a release.
pub fn queue_limit<'a>(facts: &'a Facts, now: &Situation, milvus: &Version) -> Option<&'a QueueLimit> {
    facts.queues.iter().find(|limit| {
        now.queue == Some(limit.queue)
            && (limit.mode.is_none() || limit.mode == now.mode)
            && limit.milvus.contains(milvus)
    })
}

/// The dangers that the facts name for a change.
pub fn risks<'a>(
    facts: &'a Facts,
    now: &Situation,
    from: &'a Version,
    to: &'a Version,
) -> impl Iterator<Item = &'a Risk> {
    let step = facts.step(from, to);
    let (mode, queue) = (now.mode, now.queue);
    facts.risks.iter().filter(move |risk| {
        risk.from.contains(from)
            && risk.to.contains(to)
            && (risk.step.is_none() || risk.step == step)
            && (risk.mode.is_none() || mode.is_none() || risk.mode == mode)
            && (risk.queue.is_none() || queue.is_none() || risk.queue == queue)
    })
}

/// What a way costs, the most important first.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
struct Cost([u32; 4]);

impl Cost {
    fn with(self, facts: &Facts, now: &Situation, leg: &Leg, prefer: Prefer) -> Cost {
        let count = |severity: &str| {
            let own = risks(facts, now, leg.from, leg.to).filter(|risk| !risk.any_source && risk.severity == severity);
            u32::try_from(own.count()).unwrap_or(u32::MAX)
        };
        let warnings = u32::from(leg.verdict == Verdict::Conditional) + count("warning");
        let wish = match prefer {
            Prefer::FewestHops => 0,
            Prefer::NoDowntime => u32::from(advise::service(facts, now, leg) > Service::Rolling),
            Prefer::NewestPatches => {
                let leaves = leg.from.line() != leg.to.line();
                u32::from(leaves && facts.newest_of_line(leg.from.line()).is_some_and(|newest| newest != leg.from))
            }
        };
        // What is not validated, or skips what should not be skipped, is no price for one restart less.
        let add = match prefer {
            Prefer::NoDowntime => [warnings, wish, 1, count("info")],
            _ => [wish, warnings, 1, count("info")],
        };
        Cost(std::array::from_fn(|index| self.0[index] + add[index]))
    }
}

/// The newest good release below the target that can be reached.
pub fn nearest<'a>(facts: &'a Facts, now: &Situation, from: &'a Version, to: &Version) -> Option<&'a Version> {
    let good = facts.releases.iter().filter(|release| release.state == ReleaseState::Good);
    let mut below: Vec<&Version> =
        good.map(|release| &release.version).filter(|stop| *stop > from && *stop < to).collect();
    below.sort();
    below.into_iter().rev().find(|stop| route(facts, now, from, stop, Prefer::default()).is_some())
}
