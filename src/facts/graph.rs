//! The upgrade graph: the verdict on one change of version, and the shortest legal way from one version to another.

use super::{Edge, Facts, ReleaseState, What};
use crate::model::{CoordinatorLayout, Mode, Queue, Version};

/// What is known of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Legal,
    /// It can work, under conditions that the finding names.
    Conditional,
    Unknown,
    Illegal,
}

impl Verdict {
    /// The word for it in facts and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Legal => "legal",
            Verdict::Conditional => "conditional",
            Verdict::Unknown => "unknown",
            Verdict::Illegal => "illegal",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Verdict> {
        [Verdict::Legal, Verdict::Conditional, Verdict::Unknown, Verdict::Illegal]
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
    }
}

/// How far apart two versions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Up within a minor line.
    Patch,
    /// Up to the next minor line.
    Minor,
    /// Up past at least one minor line.
    Skip,
    /// Down within a minor line.
    PatchDown,
    /// Down to an older minor line.
    MinorDown,
}

impl Step {
    pub(super) fn parse(text: &str) -> Option<Step> {
        Some(match text {
            "patch" => Step::Patch,
            "minor" => Step::Minor,
            "skip" => Step::Skip,
            "patch-down" => Step::PatchDown,
            "minor-down" => Step::MinorDown,
            _ => return None,
        })
    }
}

/// How a change is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// By another image alone.
    #[default]
    Image,
    /// With a migration of the metadata.
    Migration,
    /// With the metadata put back as they were before a migration.
    Rollback,
}

impl Via {
    pub(super) fn parse(text: &str) -> Option<Via> {
        Some(match text {
            "image" => Via::Image,
            "migration" => Via::Migration,
            "rollback" => Via::Rollback,
            _ => return None,
        })
    }
}

/// What besides the versions decides about a change; `None` is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    pub mode: Option<Mode>,
    pub queue: Option<Queue>,
    /// The layout that runs before the change.
    pub coordinators: Option<CoordinatorLayout>,
    pub via: Via,
}

/// The verdict on a change, and what decided it.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    pub verdict: Verdict,
    /// The row that decided; `None` when none speaks of the change.
    pub edge: Option<&'a Edge>,
    /// What must be known before the verdict can be sure, in words; empty when nothing is missing.
    pub open: Vec<&'static str>,
}

/// One stop on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    pub version: Version,
    /// What has to be done to get here, in a word or two; often empty.
    pub with: String,
}

impl std::fmt::Display for Hop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.with.as_str() {
            "" => write!(f, "{}", self.version),
            with => write!(f, "{} ({with})", self.version),
        }
    }
}

/// Whether a row's condition holds: yes, no, or not known.
enum Match {
    Yes,
    No,
    Open(Vec<&'static str>),
}

impl Facts {
    /// How far `to` is from `from`; `None` for the same version.
    pub fn step(&self, from: &Version, to: &Version) -> Option<Step> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (from.line().cmp(&to.line()), from.cmp(to)) {
            (Equal, Equal) => None,
            (Equal, Less) => Some(Step::Patch),
            (Equal, Greater) => Some(Step::PatchDown),
            (Greater, _) => Some(Step::MinorDown),
            (Less, _) => {
                let between = self.lines().iter().any(|line| *line > from.line() && *line < to.line());
                Some(if between { Step::Skip } else { Step::Minor })
            }
        }
    }

    /// The verdict on a change of version. An illegal row beats an unknown one, that a conditional one, that a legal one; a
    /// row that speaks of a fact that is not known makes the verdict unknown if it could be the one that decides. A release
    /// that the table does not know is never judged better than unknown.
    pub fn judge(&self, from: &Version, to: &Version, circumstances: Circumstances) -> Judgement<'_> {
        let Some(step) = self.step(from, to) else {
            return Judgement { verdict: Verdict::Legal, edge: None, open: Vec::new() };
        };
        let mut best: Option<Judgement> = None;
        for edge in self.edges.iter().filter(|edge| edge.what == What::Version) {
            if !edge.from.contains(from) || !edge.to.contains(to) || edge.step.is_some_and(|only| only != step) {
                continue;
            }
            let judgement = match matches(edge, circumstances) {
                Match::No => continue,
                Match::Yes => Judgement { verdict: edge.verdict, edge: Some(edge), open: Vec::new() },
                Match::Open(open) => Judgement { verdict: Verdict::Unknown, edge: Some(edge), open },
            };
            if best.as_ref().is_none_or(|best| judgement.verdict > best.verdict) {
                best = Some(judgement);
            }
        }
        let best = best.unwrap_or(Judgement { verdict: Verdict::Unknown, edge: None, open: Vec::new() });
        let known = self.release(from).is_some() && self.release(to).is_some();
        match best.verdict {
            Verdict::Legal | Verdict::Conditional if !known => {
                Judgement { verdict: Verdict::Unknown, open: vec!["whether that release exists"], ..best }
            }
            _ => best,
        }
    }

    /// The verdict on a change of the queue, the Pulsar line or the mode.
    pub fn edge_about(&self, what: What) -> Option<&Edge> {
        self.edges.iter().find(|edge| edge.what == what)
    }

    /// The shortest legal way from `from` to `to` (both ends included), by the newest good release of each line on the way.
    /// Conditional hops are taken only if there is no way without. `None` when no way is known.
    pub fn path(&self, from: &Version, to: &Version, circumstances: Circumstances) -> Option<Vec<Hop>> {
        if to <= from {
            return None;
        }
        self.search(from, to, circumstances, Verdict::Legal)
            .or_else(|| self.search(from, to, circumstances, Verdict::Conditional))
    }

    fn search(&self, from: &Version, to: &Version, now: Circumstances, worst: Verdict) -> Option<Vec<Hop>> {
        let mut stops: Vec<&Version> = self
            .lines()
            .into_iter()
            .filter(|line| *line >= from.line() && *line <= to.line())
            .filter_map(|line| self.newest_of_line(line))
            .filter(|stop| *stop > from && *stop < to)
            .collect();
        stops.push(to);
        // Breadth first over few stops. Longer hops are tried first, so that of two ways with as many hops the one with the
        // newer stops is found.
        let mut ways: Vec<Vec<Hop>> = vec![vec![Hop { version: from.clone(), with: String::new() }]];
        for _ in 0..=stops.len() {
            let mut longer = Vec::new();
            for way in &ways {
                let last = &way.last().expect("a way begins with its start").version;
                for stop in stops.iter().rev().filter(|stop| **stop > last) {
                    let Some(extended) = self.extend(way, stop, now, worst) else { continue };
                    if *stop == to {
                        return Some(extended);
                    }
                    longer.push(extended);
                }
            }
            ways = longer;
        }
        None
    }

    /// The way with one more hop, or `None` when that hop is worse than allowed.
    fn extend(&self, way: &[Hop], stop: &Version, now: Circumstances, worst: Verdict) -> Option<Vec<Hop>> {
        let last = &way.last().expect("a way begins with its start").version;
        // On the way everything that can be prepared is prepared: the metadata is migrated, mixCoord runs.
        let prepared = |via| Circumstances { via, coordinators: Some(CoordinatorLayout::Mix), ..now };
        let image = self.judge(last, stop, prepared(Via::Image));
        let hop = if image.verdict <= worst { image } else { self.judge(last, stop, prepared(Via::Migration)) };
        if hop.verdict > worst {
            return None;
        }
        let needs = hop.edge.map_or("", |edge| edge.needs.as_str());
        let mut way = way.to_vec();
        let must_merge = needs == "mixCoord"
            && matches!(now.coordinators, Some(CoordinatorLayout::Separate | CoordinatorLayout::Both));
        if must_merge {
            let both = now.coordinators == Some(CoordinatorLayout::Both);
            let with = if both { "with mixCoord alone" } else { "with mixCoord" };
            let previous = way.last_mut().expect("a way begins with its start");
            let merged = Hop { version: previous.version.clone(), with: with.to_string() };
            if way.len() == 1 { way.push(merged) } else { *way.last_mut().expect("not empty") = merged }
        }
        let with = if needs == "mixCoord" { String::new() } else { needs.to_string() };
        way.push(Hop { version: stop.clone(), with });
        Some(way)
    }

    /// Why a version is no good target, if the table says so.
    pub fn is_bad(&self, version: &Version) -> bool {
        self.release(version).is_some_and(|release| matches!(release.state, ReleaseState::Bad | ReleaseState::DeadEnd))
    }
}

fn matches(edge: &Edge, now: Circumstances) -> Match {
    let mut open = Vec::new();
    if edge.via.is_some_and(|needed| needed != now.via) {
        return Match::No;
    }
    for (wanted, known, name) in [
        (edge.mode.map(|mode| mode.as_str()), now.mode.map(|mode| mode.as_str()), "the mode"),
        (edge.queue.map(|queue| queue.as_str()), now.queue.map(|queue| queue.as_str()), "the queue"),
        (
            edge.coordinators.map(|layout| layout.as_str()),
            now.coordinators.map(|layout| layout.as_str()),
            "which coordinators run",
        ),
    ] {
        match (wanted, known) {
            (None, _) => {}
            (Some(wanted), Some(known)) if wanted == known => {}
            (Some(_), Some(_)) => return Match::No,
            (Some(_), None) => open.push(name),
        }
    }
    if open.is_empty() { Match::Yes } else { Match::Open(open) }
}
