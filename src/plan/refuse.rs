//! Why there is no plan: a release that nobody knows, a way that is illegal, something that must be known first.

use super::draft::circumstances;
use super::route::{self, Refused};
use super::{Answer, NoWay, Reason, Situation, Unknown};
use crate::facts::{Facts, Via};
use crate::model::Version;

/// A release that the table does not know.
pub fn unknown_release(facts: &Facts, now: &Situation, version: &Version) -> Answer {
    let newest = facts.newest().map(ToString::to_string).unwrap_or_default();
    let seen = facts.seen();
    Answer::Unknown(Unknown {
        id: now.id.clone(),
        why: format!("{version} is not among the releases that are known; the newest is {newest}, by data of {seen}"),
        ask: "a table releases.csv in a folder given with --facts adds a release".to_string(),
    })
}

/// What rules a plan out before any way is looked for: a bad target, a way down, a queue that cannot run.
pub fn no_start(facts: &Facts, now: &Situation, from: &Version, to: &Version) -> Option<Answer> {
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

/// The reason why no way was found, and how far one can come.
pub fn no_way(facts: &Facts, now: &Situation, from: &Version, to: &Version) -> Answer {
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
