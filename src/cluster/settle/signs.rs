//! What shows that a hop hangs, how long that may be so, and what helps.
//!
//! Takes what was seen; gives signs. A sign alone is no trouble: most come and go in a healthy hop. The operator's messages are not
//! read, only its reasons.

use super::{Goal, Pace, Trouble};
use crate::cluster::moment::{Milvus, Seen, Upgrade, Workload};
use serde_json::Value;

/// Something that is trouble if it stays.
pub(super) struct Sign {
    /// What is one and the same sign from look to look.
    pub key: String,
    /// After how many seconds it is trouble.
    pub after: u64,
    pub trouble: Trouble,
}

fn sign(key: impl Into<String>, after: u64, what: impl Into<String>, cure: impl Into<String>) -> Sign {
    Sign { key: key.into(), after, trouble: Trouble::new(what, cure) }
}

/// Every sign of one look, the most telling first.
pub(super) fn signs(seen: &Seen, goal: &Goal, pace: Pace) -> Vec<Sign> {
    let Some(milvus) = &seen.milvus else { return Vec::new() };
    let upgrade = goal.upgrade.as_ref().filter(|(_, state)| !has_reached(seen, goal, state));
    let migrating = upgrade.and_then(|(name, _)| seen.upgrade(name));
    if let Some(upgrade) = migrating {
        return migration(seen, upgrade, pace);
    }
    let mut signs = pods(seen, pace);
    signs.extend(stops(milvus, pace));
    signs.extend(dependencies(milvus, pace));
    signs.extend(waiting(seen, milvus, goal, pace));
    signs
}

fn has_reached(seen: &Seen, goal: &Goal, state: &str) -> bool {
    goal.upgrade.as_ref().and_then(|(name, _)| seen.upgrade(name)).is_some_and(|upgrade| upgrade.state == state)
}

/// Pods that do not come up, and Deployments that cannot make any.
fn pods(seen: &Seen, pace: Pace) -> Vec<Sign> {
    let mut signs = Vec::new();
    for pod in seen.pods.iter().filter(|pod| !pod.terminating) {
        let Some((reason, message)) = &pod.trouble else { continue };
        let what = format!("pod {} of {} does not start: {reason}{}", pod.name, pod.component, said(message));
        let cure = match reason.as_str() {
            "Unschedulable" => "give the cluster room for one more pod of this kind, or lower what it asks for",
            "CrashLoopBackOff" => "its log says why; the release may need something that is not there",
            _ => "make the image available to this cluster, or write one that is",
        };
        let cure = match pod.component.as_str() {
            // Setting the resource back or forward does not move query nodes that hang.
            "querynode" => format!(
                "{cure}. Query nodes that hang do not move when the resource is set back: set an image that starts on \
                 their new Deployment by hand ({})",
                newest_query_nodes(&seen.workloads)
            ),
            _ => format!("{cure}; or set the image back: `milvus-lint apply --rollback`"),
        };
        signs.push(sign(format!("pods of {}", pod.component), pace.pod, what, cure));
    }
    for workload in &seen.workloads {
        if let Some(failure) = &workload.failure {
            let what = format!("{} cannot make pods{}", workload.name, said(failure));
            signs.push(sign(
                format!("no pods of {}", workload.name),
                pace.pod,
                what,
                "raise the quota, or mend what refuses them",
            ));
        }
    }
    signs
}

fn newest_query_nodes(workloads: &[Workload]) -> String {
    let behind = workloads.iter().filter(|one| one.component == "querynode").find(|one| !one.is_complete());
    let name = behind.map_or("<name>-milvus-querynode-<n>", |one| one.name.as_str());
    format!("kubectl set image deployment/{name} querynode=<image>")
}

/// Somebody has told the operator not to go on.
pub(in crate::cluster) fn held(milvus: &Milvus) -> Vec<Trouble> {
    let mut all = Vec::new();
    if milvus.annotation("milvus.io/pause-reconcile") == Some("true") {
        let cure = "remove it: kubectl annotate milvus <name> milvus.io/pause-reconcile-";
        all.push(Trouble::new("the annotation milvus.io/pause-reconcile stops the operator", cure));
    }
    let paused = |value: &Value| value.get("paused").and_then(Value::as_bool) == Some(true);
    let whole = milvus.at("/spec/components").filter(|all| paused(all)).map(|_| "spec.components.paused".to_string());
    let one = milvus.components().filter(|(_, value)| paused(value));
    let one = one.map(|(key, _)| format!("spec.components.{key}.paused"));
    let trouble =
        |field: String| Trouble::new(format!("{field} is true, so the rollout waits"), format!("set {field} to false"));
    all.extend(whole.into_iter().chain(one).map(trouble));
    all
}

/// What stops the rollout although nothing is broken.
fn stops(milvus: &Milvus, pace: Pace) -> Vec<Sign> {
    let held = held(milvus).into_iter().map(|trouble| Sign { key: trouble.what.clone(), after: pace.pod, trouble });
    let own = own_images(milvus).map(|(component, image)| {
        let what = format!("{component} has an image of its own ({image}), so the rollout stops at it");
        let cure = format!("take spec.components.{component}.image out of the resource");
        sign(format!("own image {component}"), pace.pending, what, cure)
    });
    held.chain(own).collect()
}

/// Components with an image of their own that is not the one of all.
pub(in crate::cluster) fn own_images(milvus: &Milvus) -> impl Iterator<Item = (&str, &str)> {
    let own = milvus.components().filter_map(|(key, value)| Some((key, value.get("image")?.as_str()?)));
    own.filter(|(_, image)| !image.is_empty() && *image != milvus.image)
}

/// While a dependency is not ready no component moves.
fn dependencies(milvus: &Milvus, pace: Pace) -> Vec<Sign> {
    let kinds =
        [("EtcdReady", "etcd"), ("StorageReady", "the object storage"), ("MsgStreamReady", "the message queue")];
    let bad = kinds
        .iter()
        .filter_map(|(kind, word)| Some((word, milvus.condition(kind).filter(|one| one.status == "False")?)));
    bad.map(|(word, one)| {
        let what = format!("the operator says that {word} is not ready ({}{})", one.reason, said(&one.message));
        let cure = "look at it from inside the cluster; the operator keeps one answer for all Milvus that use it, for about a minute";
        sign(format!("dependency {word}"), pace.pod, what, cure)
    })
    .collect()
}

/// Nothing moves although something should.
fn waiting(seen: &Seen, milvus: &Milvus, goal: &Goal, pace: Pace) -> Vec<Sign> {
    let mut signs = Vec::new();
    let still = seen.fingerprint();
    // A pod that ends takes the time that it needs: query nodes hand their segments over first.
    let leaving = seen.pods.iter().any(|pod| pod.terminating);
    if milvus.observed.is_none_or(|observed| observed < milvus.generation) {
        let what = format!(
            "the operator has not taken up the newest state of the resource, and no Deployment moves ({})",
            moved(milvus)
        );
        let cure = "look whether the operator runs and what its log says; if query nodes are the part that hangs, set an image that \
                    starts on their new Deployment by hand";
        signs.push(sign(format!("behind\n{still}"), pace.behind, what, cure));
    }
    let updating =
        milvus.condition("MilvusUpdated").is_some_and(|one| !one.holds() && one.reason == "MilvusUpgradingImage");
    let complete = seen.workloads.iter().all(Workload::is_complete);
    let old = seen.workloads.iter().find(|one| one.wanted > 0 && one.image != goal.image);
    if let Some(old) = old.filter(|_| updating && complete && !leaving) {
        let what = format!("every Deployment is complete, and the operator does not go on to {}", old.name);
        let cure =
            "look for a component with an image of its own, a paused component, or a dependency that is not ready";
        signs.push(sign(format!("pending\n{still}"), pace.pending, what, cure));
    }
    let has = |component: &str| milvus.components().any(|(key, _)| key.eq_ignore_ascii_case(component));
    let orphan = seen.workloads.iter().find(|one| one.wanted > 0 && !has(&one.component));
    if let Some(orphan) = orphan.filter(|_| !leaving) {
        let what = format!(
            "{} runs, and the resource does not have {} any more: the operator has forgotten it",
            orphan.name, orphan.component
        );
        let cure = format!("once nothing else is missing, delete it: kubectl delete deployment {}", orphan.name);
        signs.push(sign(format!("orphan\n{still}"), pace.behind, what, cure));
    }
    signs
}

fn moved(milvus: &Milvus) -> String {
    let observed = milvus.observed.map_or_else(|| "none".to_string(), |observed| observed.to_string());
    format!("observed {observed} of {}", milvus.generation)
}

/// A migration waits for its pods without end while Milvus is down.
fn migration(seen: &Seen, upgrade: &Upgrade, pace: Pace) -> Vec<Sign> {
    let name = &upgrade.name;
    let (state, mut signs) = (upgrade.state.as_str(), Vec::new());
    if let Some(complaint) = &upgrade.complaint {
        let cure = "mend what it names in the MilvusUpgrade; the operator tries again by itself";
        signs.push(sign("complaint", pace.pod, format!("MilvusUpgrade {name} says: {complaint}"), cure));
    }
    if matches!(state, "BackupMeta" | "UpdatingMeta" | "RollbackRestoringOldMeta") {
        let own: Vec<_> = seen.tasks.iter().filter(|pod| pod.task_of.as_deref() == Some(name)).collect();
        let waits = own.iter().find(|pod| pod.phase == "Pending" || pod.trouble.is_some());
        let cure = format!(
            "give it what it waits for (a volume for the backup, an image that can be pulled); after the image of the tool was \
             corrected in the MilvusUpgrade, delete the pod. Do not delete the MilvusUpgrade {name}: Milvus would stay down"
        );
        if let Some(pod) = waits {
            let why = pod
                .trouble
                .as_ref()
                .map(|(reason, message)| format!(" ({reason}{})", said(message)))
                .unwrap_or_default();
            signs.push(sign(
                format!("task {}", pod.name),
                pace.pod,
                format!("pod {} of the migration waits{why}, and Milvus is down", pod.name),
                cure,
            ));
        } else if own.is_empty() {
            let what = format!("MilvusUpgrade {name} is in {state} and has no pod, and Milvus is down");
            signs.push(sign(format!("no task {state}"), pace.pod, what, cure));
        }
    }
    if state.is_empty() {
        let what = format!("the operator does not take up the MilvusUpgrade {name}");
        signs.push(sign(
            "not begun",
            pace.pod,
            what,
            "look whether the operator runs, and whether it watches this namespace",
        ));
    }
    let leaving = seen.pods.iter().any(|pod| pod.terminating);
    if matches!(state, "OldVersionStopping" | "RollbackNewVersionStopping") && !seen.pods.is_empty() && !leaving {
        let what = "Milvus does not stop: pods run and none is ending";
        let cure = "an autoscaler (replicas -1) or the annotation milvus.io/pause-reconcile keeps them; take it away";
        signs.push(sign("stopping", pace.behind, what, cure));
    }
    signs
}

/// `: message` on one line; nothing where there is none.
fn said(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { String::new() } else { format!(": {line}") }
}
