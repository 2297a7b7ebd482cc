//! Whether a stage may write: what stands in its way, and what has to come to rest first.
//!
//! Takes the needs of a stage and what was seen. What helps is said with what is wrong.

use super::compile::QUEUE;
use super::run::{Need, dotted};
use crate::cluster::moment::Seen;
use crate::cluster::settle::{Goal, Trouble, held, missing, own_images};
use serde_json::Value;

/// What stands in the way and does not go away by itself.
pub fn blockers(needs: &[Need], seen: &Seen) -> Vec<Trouble> {
    needs.iter().flat_map(|need| blocked(need, seen)).collect()
}

/// What may come to rest by itself.
pub fn unsettled(needs: &[Need], seen: &Seen) -> Vec<String> {
    let mut open = Vec::new();
    for need in needs {
        match need {
            Need::Settled(image) => open.extend(missing(seen, &Goal { image: image.clone(), ..Goal::default() })),
            Need::NoTask(upgrade) => open.extend(
                seen.tasks
                    .iter()
                    .filter(|pod| pod.task_of.as_deref() == Some(upgrade))
                    .filter(|pod| matches!(pod.phase.as_str(), "Pending" | "Running"))
                    .map(|pod| format!("pod {} of the migration is at work", pod.name)),
            ),
            // It leaves the states in which it must not be disturbed by itself.
            Need::UpgradeState(name, states) => {
                let state = seen.upgrade(name).map_or("gone", |upgrade| upgrade.state.as_str());
                let fits = states.iter().any(|one| one == state);
                open.extend((!fits).then(|| format!("the MilvusUpgrade {name} is {state}")));
            }
            _ => {}
        }
    }
    open
}

fn blocked(need: &Need, seen: &Seen) -> Vec<Trouble> {
    let Some(milvus) = &seen.milvus else {
        return vec![Trouble::new("the Milvus resource is not there", "look at the name and the namespace")];
    };
    match need {
        Need::Settled(_) | Need::NoTask(_) | Need::UpgradeState(..) => Vec::new(),
        Need::NoOwnImage => own_images(milvus)
            .map(|(component, image)| {
                let what = format!("{component} has an image of its own, {image}: the rollout would stop at it");
                Trouble::new(what, format!("take spec.components.{component}.image out of the resource first"))
            })
            .collect(),
        Need::NotHeld => held(milvus).into_iter().chain(not_ready(seen)).collect(),
        Need::QueueWritten if milvus.at(QUEUE).is_some_and(|queue| queue.as_str() != Some("")) => Vec::new(),
        Need::QueueWritten => {
            let what = "the resource does not say which message queue it uses, so the operator would choose one by the new image";
            let cure = "write the queue that runs into spec.dependencies.msgStreamType first";
            vec![Trouble::new(what, cure)]
        }
        Need::Stoppable => stoppable(seen),
        Need::NoOtherUpgrade => {
            let others = seen.upgrades.iter().filter(|upgrade| !upgrade.has_ended());
            let trouble = |name: &str, state: &str| {
                let what = format!("the MilvusUpgrade {name} of this Milvus has not ended ({state})");
                Trouble::new(
                    what,
                    "let it end, or delete it if it never began; one that stands midway has stopped Milvus",
                )
            };
            others
                .map(|upgrade| {
                    trouble(&upgrade.name, if upgrade.state.is_empty() { "not begun" } else { &upgrade.state })
                })
                .collect()
        }
        Need::UpdateMode(allowed) => {
            let mode = milvus.at("/spec/components/imageUpdateMode").and_then(Value::as_str).unwrap_or_default();
            let what = format!(
                "spec.components.imageUpdateMode is {mode}, which changes images in another way than an upgrade should"
            );
            let fits = allowed.iter().any(|one| one == mode);
            if fits { Vec::new() } else { vec![Trouble::new(what, "set it to rollingUpgrade first")] }
        }
    }
}

/// A migration records the replicas and sets them to 0; it cannot do that with an autoscaler, and records no 0.
fn stoppable(seen: &Seen) -> Vec<Trouble> {
    let Some(milvus) = &seen.milvus else { return Vec::new() };
    let cluster = milvus.at("/spec/mode").and_then(Value::as_str) == Some("cluster");
    let mut troubles = Vec::new();
    for (component, value) in milvus.components().filter(|(component, _)| !(cluster && *component == "standalone")) {
        let field = dotted(&format!("/spec/components/{component}/replicas"));
        match value.get("replicas").and_then(Value::as_i64) {
            Some(count) if count < 0 => troubles.push(Trouble::new(
                format!("{field} is {count}: the operator cannot stop a component that an autoscaler owns"),
                "set a number for the time of the migration",
            )),
            Some(0) => troubles.push(Trouble::new(
                format!(
                    "{field} is 0: the component would be started with 0 again, and a way back would not know better"
                ),
                "start it first",
            )),
            _ => {}
        }
    }
    for scaler in seen.scalers.iter().flatten() {
        let what = format!(
            "the autoscaler {scaler} owns a component of this Milvus: it would start what the migration has stopped"
        );
        troubles.push(Trouble::new(what, "delete it for the time of the migration"));
    }
    troubles
}

fn not_ready(seen: &Seen) -> Vec<Trouble> {
    let Some(milvus) = &seen.milvus else { return Vec::new() };
    let kinds = ["EtcdReady", "StorageReady", "MsgStreamReady"];
    let bad = kinds.iter().filter_map(|kind| milvus.condition(kind).filter(|one| one.status == "False"));
    bad.map(|one| {
        let what = format!("{} is False ({}): while it is, no component moves", one.kind, one.reason);
        Trouble::new(what, "look at that dependency first")
    })
    .collect()
}
