//! What somebody who watches is told: what was tried, written and seen, and how each component stands.

use super::run::Run;
use crate::cluster::moment::Seen;
use crate::cluster::settle::Verdict;
use serde::Serialize;

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    HopBegins {
        number: usize,
        of: usize,
        title: String,
        service: String,
    },
    Stage(String),
    /// The needs of a stage are not met yet.
    NotYet(Vec<String>),
    Tried(String),
    Writes(String),
    Progress {
        verdict: Verdict,
        rows: Vec<Row>,
        seconds: u64,
    },
    HopDone {
        seconds: u64,
    },
    /// The API server cannot be asked.
    Lost {
        why: String,
        since: u64,
    },
}

/// A component at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub component: String,
    /// The tag of its image.
    pub version: String,
    pub ready: i64,
    pub wanted: i64,
    /// It has arrived: every replica is there, ready, and on the image that it is to have.
    pub complete: bool,
    /// What it waits for.
    pub waits: Option<String>,
}

impl Run {
    /// Says which hop begins.
    pub(super) fn at_hop_begin(&self, notes: &mut Vec<Note>) {
        if let Some(hop) = self.hop() {
            let (number, of) = (self.at.hop + 1, self.hops.len());
            notes.push(Note::HopBegins { number, of, title: hop.title.clone(), service: hop.service.clone() });
        }
    }
}

/// How each component stands on its way to an image.
pub fn rows(seen: &Seen, image: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for workload in seen.workloads.iter().filter(|workload| workload.wanted > 0 || workload.total > 0) {
        let own = || seen.pods.iter().filter(|pod| pod.component == workload.component);
        let trouble = own().find_map(|pod| pod.trouble.as_ref().map(|(reason, _)| format!("{}: {reason}", pod.name)));
        let leaving = own().filter(|pod| pod.terminating).count();
        let waits = trouble.or_else(|| (leaving > 0).then(|| format!("old pods that are ending: {leaving}")));
        rows.push(Row {
            component: workload.name.clone(),
            version: workload.image.rsplit(':').next().unwrap_or_default().to_string(),
            ready: workload.ready,
            wanted: workload.wanted,
            complete: workload.is_complete() && workload.image == image,
            waits,
        });
    }
    rows.sort_by(|one, other| one.component.cmp(&other.component));
    rows
}
