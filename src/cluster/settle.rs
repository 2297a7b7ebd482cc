//! Whether a change has arrived, is on its way, hangs, or has failed.
//!
//! Takes what was seen of a Milvus and what it is to become, look after look; gives a [`Verdict`]. It is pure: the time comes with
//! the look. The operator's own word is not enough: its conditions stay true for a while after a change, it does not count
//! Deployments that it has forgotten, and it never says that it is stuck. So the pods decide, twice, some time apart.

mod migration;
mod signs;

pub(super) use signs::{held, own_images};

use super::moment::Seen;
use migration::failed;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a Milvus is to become.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// The image that everything runs in the end.
    pub image: String,
    /// What the resource must still say: JSON pointers and their values.
    #[serde(default)]
    pub says: Vec<(String, Value)>,
    /// Components that must run.
    #[serde(default)]
    pub there: Vec<String>,
    /// Components that must be gone, from the resource too.
    #[serde(default)]
    pub gone: Vec<String>,
    /// A MilvusUpgrade and the state that it must reach.
    #[serde(default)]
    pub upgrade: Option<(String, String)>,
}

/// How long is waited for what, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks.
    pub look: u64,
    /// How long all must have been well before it counts.
    pub settle: u64,
    /// How long nothing may move while the operator is behind.
    pub behind: u64,
    /// How long a pod may have trouble.
    pub pod: u64,
    /// How long the operator may wait although every Deployment is complete.
    pub pending: u64,
    /// How long a hop that is stuck is watched on, in case somebody helps it.
    pub patience: u64,
    /// How long a hop may take at all.
    pub limit: u64,
    /// How long the API server may be out of reach.
    pub lost: u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { look: 5, settle: 40, behind: 300, pod: 120, pending: 180, patience: 600, limit: 7200, lost: 600 }
    }
}

impl Pace {
    /// The same, so many times faster.
    pub fn faster(self, times: u64) -> Pace {
        let of = |seconds: u64| (seconds / times.max(1)).max(1);
        Pace {
            look: of(self.look),
            settle: of(self.settle),
            behind: of(self.behind),
            pod: of(self.pod),
            pending: of(self.pending),
            patience: of(self.patience),
            limit: of(self.limit),
            lost: of(self.lost),
        }
    }
}

/// What is to be said of a hop at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// On its way; what is still missing.
    Going(Vec<String>),
    /// All is well, and must stay so for so many seconds more.
    Settling(u64),
    Finished,
    /// It does not move, and will not without help.
    Stuck(Trouble),
    /// It has ended, and not where it should.
    Failed(Trouble),
    /// Somebody else has changed what was written.
    Undone(Trouble),
}

/// What is wrong, and what helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub what: String,
    pub cure: String,
}

impl Trouble {
    pub(super) fn new(what: impl Into<String>, cure: impl Into<String>) -> Trouble {
        Trouble { what: what.into(), cure: cure.into() }
    }
}

/// Looks at one Milvus again and again.
#[derive(Clone, Debug)]
pub struct Watch {
    goal: Goal,
    pace: Pace,
    well_since: Option<u64>,
    /// Since when each sign of trouble has been there.
    signs: BTreeMap<String, u64>,
}

impl Watch {
    /// Begins to watch; what was seen before does not count.
    pub fn new(goal: Goal, pace: Pace) -> Watch {
        Watch { goal, pace, well_since: None, signs: BTreeMap::new() }
    }

    /// Judges one more look.
    pub fn look(&mut self, seen: &Seen, now: u64) -> Verdict {
        if let Some(verdict) = ended(seen, &self.goal) {
            return verdict;
        }
        let missing = missing(seen, &self.goal);
        if missing.is_empty() {
            self.signs.clear();
            let since = *self.well_since.get_or_insert(now);
            let passed = now.saturating_sub(since);
            // Two looks at least, however short the time is that is asked for.
            return match passed >= self.pace.settle && now > since {
                true => Verdict::Finished,
                false => Verdict::Settling(self.pace.settle.saturating_sub(passed)),
            };
        }
        self.well_since = None;
        let signs = signs::signs(seen, &self.goal, self.pace);
        self.signs.retain(|key, _| signs.iter().any(|sign| sign.key == *key));
        let mut stuck = None;
        for sign in signs {
            let since = *self.signs.entry(sign.key).or_insert(now);
            if stuck.is_none() && now.saturating_sub(since) >= sign.after {
                stuck = Some(sign.trouble);
            }
        }
        stuck.map_or(Verdict::Going(missing), Verdict::Stuck)
    }
}

/// What ends a hop at once.
fn ended(seen: &Seen, goal: &Goal) -> Option<Verdict> {
    let Some(milvus) = seen.milvus.as_ref().filter(|milvus| !milvus.deleting) else {
        let cure = "find out who deleted it; its data is in etcd and in the object storage".to_string();
        return Some(Verdict::Undone(Trouble {
            what: "the Milvus resource is gone or being deleted".to_string(),
            cure,
        }));
    };
    if let Some((name, state)) = &goal.upgrade {
        let Some(upgrade) = seen.upgrade(name).filter(|upgrade| !upgrade.deleting) else {
            let what = format!("the MilvusUpgrade {name} is gone or being deleted");
            let cure = "Milvus stays at 0 replicas when that happens midway: set the replicas of its components and the \
                        image by hand as the journal has them, once it is clear whether the metadata was changed";
            return Some(Verdict::Undone(Trouble::new(what, cure)));
        };
        if let Some(trouble) = failed(upgrade, state) {
            return Some(Verdict::Failed(trouble));
        }
        // Until the operator has started the new image the resource says what it said before.
        if upgrade.state != *state {
            return None;
        }
    }
    let other = goal.says.iter().find(|(pointer, value)| milvus.at(pointer).unwrap_or(&Value::Null) != value);
    let (pointer, value) = other?;
    let field = pointer.trim_start_matches('/').replace('/', ".");
    let is = milvus.at(pointer).map_or_else(|| "nothing".to_string(), plain);
    let what = format!("{field} was {} and is {is} now: somebody else has changed it", plain(value));
    let cure =
        "find out who (kubectl get milvus -o yaml --show-managed-fields), stop or pause that, then go on with --resume";
    Some(Verdict::Undone(Trouble::new(what, cure)))
}

/// What is not as it is to be; nothing when all is well.
pub fn missing(seen: &Seen, goal: &Goal) -> Vec<String> {
    let mut missing = Vec::new();
    let Some(milvus) = &seen.milvus else { return vec!["the Milvus resource".to_string()] };
    if let Some((name, state)) = &goal.upgrade {
        match seen.upgrade(name).map(|upgrade| upgrade.state.as_str()) {
            Some(now) if now == state => {}
            now => missing
                .push(format!("MilvusUpgrade {name} is {}", now.filter(|now| !now.is_empty()).unwrap_or("not begun"))),
        }
    }
    if milvus.image != goal.image {
        missing.push(format!("the resource still says {}", milvus.image));
    }
    // The operator raises the generation itself, so it may be any that is not older.
    if milvus.observed.is_none_or(|observed| observed < milvus.generation) {
        missing.push("the operator has not seen the newest state of the resource".to_string());
    }
    for kind in ["MilvusReady", "MilvusUpdated"] {
        match milvus.condition(kind) {
            Some(condition) if condition.holds() => {}
            Some(condition) => missing.push(format!("{kind} is {} ({})", condition.status, condition.reason)),
            None => missing.push(format!("{kind} is not said")),
        }
    }
    let has = |component: &str| milvus.components().any(|(key, _)| key.eq_ignore_ascii_case(component));
    for workload in seen.workloads.iter().filter(|workload| workload.wanted > 0 || workload.total > 0) {
        let name = &workload.name;
        if !has(&workload.component) {
            missing.push(format!("{name} runs, and the resource does not have {} any more", workload.component));
        } else if workload.image != goal.image {
            missing.push(format!("{name} has {}", workload.image));
        } else if !workload.is_complete() {
            missing.push(format!(
                "{name}: {} of {} updated, {} ready, {} there",
                workload.updated, workload.wanted, workload.ready, workload.total
            ));
        }
    }
    for pod in &seen.pods {
        if pod.terminating {
            missing.push(format!("pod {} is terminating", pod.name));
        } else if pod.image != goal.image {
            missing.push(format!("pod {} runs {}", pod.name, pod.image));
        }
    }
    let runs = |component: &str| {
        seen.workloads.iter().any(|one| one.wanted > 0 && one.component.eq_ignore_ascii_case(component))
    };
    if !seen.workloads.iter().any(|workload| workload.wanted > 0) {
        missing.push("no component runs".to_string());
    }
    missing.extend(goal.there.iter().filter(|one| !runs(one)).map(|one| format!("{one} does not run yet")));
    missing.extend(goal.gone.iter().filter(|one| has(one)).map(|one| format!("the resource still has {one}")));
    let left = |one: &&String| seen.workloads.iter().any(|workload| workload.component.eq_ignore_ascii_case(one));
    missing.extend(goal.gone.iter().filter(left).map(|one| format!("the Deployment of {one} is still there")));
    missing
}

/// A value without the quotes of a text.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

#[cfg(test)]
mod tests;
