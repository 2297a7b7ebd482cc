//! All that may be done, as a picture: releases, and the changes between them that the facts let pass.
//!
//! Takes the facts and what is fixed about a Milvus; gives nodes and ways. It writes no format.

use super::Situation;
use super::route;
use crate::facts::{Facts, ReleaseState, Verdict, Via};
use crate::model::Version;

/// Releases and the changes between them.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub releases: Vec<Node>,
    pub ways: Vec<Way>,
}

/// One release.
#[derive(Clone, Debug)]
pub struct Node {
    pub version: Version,
    pub date: String,
    /// `good`, `bad`, `prerelease` or `dead-end`.
    pub state: &'static str,
    pub note: String,
    /// Whether it is the newest good one of its line.
    pub newest: bool,
}

/// A change from one release to a later one, by the indices of both.
#[derive(Clone, Debug)]
pub struct Way {
    pub from: usize,
    pub to: usize,
    /// `legal` or `conditional`.
    pub verdict: &'static str,
    pub migration: bool,
    /// What the facts ask for, in a word.
    pub needs: String,
    /// The row that decided.
    pub edge: String,
    pub because: String,
    pub source: String,
}

/// Every release, or with `lines` the newest of each line alone, with every change upwards that may be made.
pub fn graph(facts: &Facts, now: &Situation, lines: bool) -> Graph {
    let newest = |version: &Version| facts.newest_of_line(version.line()) == Some(version);
    // What nothing leads out of stands in the short picture as well: it is why somebody asks.
    let shown =
        |release: &&crate::facts::Release| !lines || newest(&release.version) || release.state == ReleaseState::DeadEnd;
    let releases: Vec<_> = facts.releases.iter().filter(shown).collect();
    let mut graph = Graph::default();
    for (from, one) in releases.iter().enumerate() {
        graph.releases.push(Node {
            version: one.version.clone(),
            date: one.date.clone(),
            state: one.state.as_str(),
            note: one.note.clone(),
            newest: newest(&one.version),
        });
        for (to, other) in releases.iter().enumerate().skip(from + 1) {
            // A bad release is no place to go to.
            if facts.is_bad(&other.version) {
                continue;
            }
            let Ok(leg) = route::leg(facts, now, &one.version, &other.version) else { continue };
            let text = |of: fn(&crate::facts::Edge) -> &String| leg.edge.map(of).cloned().unwrap_or_default();
            graph.ways.push(Way {
                from,
                to,
                verdict: if leg.verdict == Verdict::Conditional { "conditional" } else { "legal" },
                migration: leg.via == Via::Migration,
                needs: if leg.needs_mix { "mixCoord".to_string() } else { text(|edge| &edge.needs) },
                edge: text(|edge| &edge.id),
                because: text(|edge| &edge.because),
                source: leg.edge.map(|edge| edge.proof.source.clone()).unwrap_or_default(),
            });
        }
    }
    graph
}
