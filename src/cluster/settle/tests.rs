//! Lies that an operator tells, and what must be said to each; and recordings of a real one, where they are beside the project.

use super::*;
use crate::cluster::moment::{Condition, Milvus, Pod, Seen, Upgrade, Workload};
use serde_json::json;

const OLD: &str = "milvusdb/milvus:v2.5.16";
const NEW: &str = "milvusdb/milvus:v2.5.27";

fn goal() -> Goal {
    Goal { image: NEW.into(), says: vec![("/spec/components/image".into(), json!(NEW))], ..Goal::default() }
}

fn workload(component: &str, image: &str) -> Workload {
    let name = format!("m-milvus-{component}");
    let (component, image) = (component.to_string(), image.to_string());
    Workload { name, component, image, wanted: 1, total: 1, updated: 1, ready: 1, current: true, ..Workload::default() }
}

fn pod(component: &str, image: &str) -> Pod {
    Pod {
        name: format!("m-{component}-1"),
        component: component.into(),
        image: image.into(),
        ready: true,
        ..Pod::default()
    }
}

/// All is well on the new image.
fn well() -> Seen {
    let milvus = json!({
        "metadata": {"generation": 4, "annotations": {}},
        "spec": {"mode": "cluster", "components": {"image": NEW, "mixCoord": {}, "queryNode": {}, "standalone": {"replicas": 0}}},
        "status": {"observedGeneration": 4, "conditions": [
            {"type": "MilvusReady", "status": "True", "reason": "ReasonMilvusHealthy"},
            {"type": "MilvusUpdated", "status": "True", "reason": "MilvusComponentsUpdated"},
        ]},
    });
    Seen {
        milvus: Some(Milvus::read(milvus)),
        workloads: vec![workload("mixcoord", NEW), workload("querynode", NEW)],
        pods: vec![pod("mixcoord", NEW), pod("querynode", NEW)],
        ..Seen::default()
    }
}

fn says(seen: &mut Seen, kind: &str, status: &str, reason: &str) {
    let all = &mut seen.milvus.as_mut().unwrap().conditions;
    all.retain(|one| one.kind != kind);
    all.push(Condition { kind: kind.into(), status: status.into(), reason: reason.into(), message: String::new() });
}

/// The verdict of one look that comes again every five seconds for so long.
fn after(seen: &Seen, seconds: u64) -> Verdict {
    let mut watch = Watch::new(goal(), Pace::default());
    let mut last = watch.look(seen, 100);
    for passed in (5..=seconds).step_by(5) {
        last = watch.look(seen, 100 + passed);
    }
    last
}

fn stuck(seen: &Seen, seconds: u64) -> Trouble {
    assert!(
        matches!(after(seen, seconds - 10), Verdict::Going(_)),
        "not before {seconds}: {:?}",
        after(seen, seconds - 10)
    );
    match after(seen, seconds) {
        Verdict::Stuck(trouble) => trouble,
        other => panic!("{other:?}"),
    }
}

#[test]
fn once_is_not_enough() {
    assert_eq!(after(&well(), 0), Verdict::Settling(40));
    assert_eq!(after(&well(), 35), Verdict::Settling(5));
    assert_eq!(after(&well(), 40), Verdict::Finished);
}

#[test]
fn a_moment_that_is_not_well_begins_anew() {
    let mut watch = Watch::new(goal(), Pace::default());
    let mut bad = well();
    bad.pods[0].terminating = true;
    assert_eq!(watch.look(&well(), 0), Verdict::Settling(40));
    assert!(matches!(watch.look(&bad, 35), Verdict::Going(_)));
    assert_eq!(watch.look(&well(), 45), Verdict::Settling(40));
    assert_eq!(watch.look(&well(), 85), Verdict::Finished);
}

#[test]
fn the_operators_word_alone_is_nothing() {
    let lies: [fn(&mut Seen); 7] = [
        |seen| seen.milvus.as_mut().unwrap().observed = Some(3),
        |seen| seen.milvus.as_mut().unwrap().observed = None,
        |seen| seen.workloads[1].image = OLD.into(),
        |seen| seen.workloads[1].current = false,
        |seen| seen.pods.push(pod("querynode", OLD)),
        |seen| seen.workloads.push(workload("rootcoord", NEW)),
        |seen| seen.milvus.as_mut().unwrap().conditions.clear(),
    ];
    for lie in lies {
        let mut seen = well();
        lie(&mut seen);
        assert!(matches!(after(&seen, 90), Verdict::Going(_)), "{:?}", after(&seen, 90));
    }
    // The operator may have raised the generation further, and a Deployment at 0 is none.
    let mut seen = well();
    seen.milvus.as_mut().unwrap().observed = Some(5);
    seen.workloads.push(Workload { wanted: 0, total: 0, updated: 0, ready: 0, ..workload("querynode", "dummy") });
    assert_eq!(after(&seen, 40), Verdict::Finished);
}

#[test]
fn a_pod_that_cannot_start_is_stuck_after_two_minutes() {
    let mut seen = well();
    seen.pods[0].trouble = Some(("ImagePullBackOff".into(), "not found".into()));
    (seen.pods[0].ready, seen.workloads[0].ready) = (false, 0);
    let trouble = stuck(&seen, 120);
    assert_eq!(trouble.what, "pod m-mixcoord-1 of mixcoord does not start: ImagePullBackOff: not found");
    assert!(trouble.cure.contains("--rollback"), "{}", trouble.cure);
}

#[test]
fn query_nodes_that_hang_need_a_hand() {
    let mut seen = well();
    seen.pods[1].trouble = Some(("Unschedulable".into(), "0/3 nodes".into()));
    seen.workloads[1].ready = 0;
    let trouble = stuck(&seen, 120);
    assert!(trouble.cure.contains("kubectl set image deployment/m-milvus-querynode querynode="), "{}", trouble.cure);
}

#[test]
fn an_operator_that_falls_behind_is_stuck_after_five_minutes() {
    let mut seen = well();
    seen.milvus.as_mut().unwrap().observed = Some(3);
    assert!(stuck(&seen, 300).what.contains("observed 3 of 4"));
}

#[test]
fn a_component_with_an_image_of_its_own_holds_the_rollout() {
    let mut seen = well();
    let mut raw = seen.milvus.take().unwrap().raw;
    raw["spec"]["components"]["queryNode"] = json!({"image": OLD});
    seen.milvus = Some(Milvus::read(raw));
    seen.workloads[1].image = OLD.into();
    says(&mut seen, "MilvusUpdated", "False", "MilvusUpgradingImage");
    assert!(stuck(&seen, 180).what.contains("queryNode has an image of its own"));
}

#[test]
fn whoever_sets_the_image_back_is_told_of_at_once() {
    let mut seen = well();
    let mut raw = seen.milvus.take().unwrap().raw;
    raw["spec"]["components"]["image"] = json!(OLD);
    seen.milvus = Some(Milvus::read(raw));
    let Verdict::Undone(trouble) = after(&seen, 0) else { panic!("{:?}", after(&seen, 0)) };
    assert_eq!(trouble.what, format!("spec.components.image was {NEW} and is {OLD} now: somebody else has changed it"));
    seen.milvus = None;
    assert!(matches!(after(&seen, 0), Verdict::Undone(_)));
}

#[test]
fn each_state_of_a_migration_has_its_meaning() {
    let look = |state: &str, spec: Value| {
        let raw = json!({"metadata": {"name": "up"}, "spec": spec, "status": {"state": state, "retriedTimes": 3}});
        let seen = Seen { upgrades: vec![Upgrade::read(raw)], ..well() };
        let goal = Goal { upgrade: Some(("up".into(), "Succeeded".into())), ..goal() };
        let mut watch = Watch::new(goal, Pace::default());
        watch.look(&seen, 0);
        watch.look(&seen, 40)
    };
    let plain = || json!({"maxRetry": 3});
    let alone = || json!({"maxRetry": 3, "rollbackIfFailed": false});
    assert_eq!(look("Succeeded", plain()), Verdict::Finished);
    for state in ["", "OldVersionStopping", "BackupMeta", "UpdatingMeta", "UpdateMetaFailed", "BakupMetaFailed"] {
        assert!(matches!(look(state, plain()), Verdict::Going(_)), "{state}");
    }
    for (state, spec) in [
        ("RollbackFailed", plain()),
        ("RollbackedSucceeded", plain()),
        ("UpdateMetaFailed", alone()),
        ("BakupMetaFailed", alone()),
    ] {
        assert!(matches!(look(state, spec), Verdict::Failed(_)), "{state}");
    }
}

#[test]
fn a_migration_whose_pod_waits_is_stuck() {
    let raw = json!({"metadata": {"name": "up"}, "status": {"state": "BackupMeta"}});
    let task =
        Pod { name: "up-backup-meta".into(), phase: "Pending".into(), task_of: Some("up".into()), ..Pod::default() };
    let mut seen = Seen { upgrades: vec![Upgrade::read(raw)], tasks: vec![task], ..well() };
    let goal = Goal { upgrade: Some(("up".into(), "Succeeded".into())), ..goal() };
    let mut watch = Watch::new(goal.clone(), Pace::default());
    watch.look(&seen, 0);
    let Verdict::Stuck(trouble) = watch.look(&seen, 120) else { panic!() };
    assert!(trouble.what.contains("up-backup-meta") && trouble.cure.contains("Do not delete"), "{trouble:?}");
    seen.tasks[0].phase = "Running".into();
    assert!(matches!(watch.look(&seen, 125), Verdict::Going(_)));
}

/// A recording of the real operator, second by second.
mod recorded {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    #[derive(Default)]
    struct Film {
        flat: BTreeMap<String, BTreeMap<String, Value>>,
    }

    impl Film {
        fn take(&mut self, line: &Value) {
            if let Some(gone) = line["del"].as_str() {
                self.flat.remove(gone);
            }
            let Some(name) = line["obj"].as_str() else { return };
            let object = self.flat.entry(name.to_string()).or_default();
            for gone in line["gone"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                object.retain(|key, _| key != gone && !key.starts_with(&format!("{gone}.")));
            }
            for (key, value) in line["set"].as_object().into_iter().flatten() {
                object.insert(key.clone(), value.clone());
            }
        }

        fn seen(&self) -> Seen {
            let mut seen = Seen::default();
            for (name, object) in &self.flat {
                let number = |key: &str| object.get(key).and_then(Value::as_i64).unwrap_or(0);
                let image = || object.get("image").and_then(|all| all[0].as_str()).unwrap_or_default().to_string();
                let (kind, name) = name.split_once('/').unwrap();
                let component = name.split('-').nth(2).unwrap_or_default().to_string();
                match kind {
                    "Milvus" => seen.milvus = Some(milvus(object)),
                    "Deployment" => {
                        // A count that becomes 0 is not recorded; the pods that go are.
                        let pods = format!("Pod/{name}-");
                        let spare = component == "querynode" && !self.flat.keys().any(|key| key.starts_with(&pods));
                        let count = |key: &str| if spare { 0 } else { number(key) };
                        seen.workloads.push(Workload {
                            name: name.into(),
                            image: image(),
                            wanted: count("replicas"),
                            total: count("st.replicas"),
                            updated: count("st.updatedReplicas"),
                            ready: count("st.readyReplicas"),
                            component,
                            current: true,
                            ..Workload::default()
                        });
                    }
                    "Pod" if name.starts_with("m-milvus") => seen.pods.push(Pod {
                        name: name.into(),
                        component,
                        image: image(),
                        terminating: object.get("del") == Some(&json!(true)),
                        ..Pod::default()
                    }),
                    _ => {}
                }
            }
            seen
        }
    }

    fn milvus(object: &BTreeMap<String, Value>) -> Milvus {
        let mut raw = json!({"metadata": {}, "spec": {"components": {}}, "status": {}});
        let mut conditions = Vec::new();
        for (key, value) in object {
            if let Some(path) = key.strip_prefix("spec.components.") {
                let mut at = &mut raw["spec"]["components"];
                for part in path.split('.') {
                    at = &mut at[part];
                }
                *at = value.clone();
            } else if let Some(kind) = key.strip_prefix("cond.") {
                let (status, reason) = value.as_str().unwrap().split_once('/').unwrap();
                conditions.push(json!({"type": kind, "status": status, "reason": reason}));
            }
        }
        raw["metadata"]["generation"] = object["gen"].clone();
        raw["status"]["observedGeneration"] = object.get("st.observedGeneration").cloned().unwrap_or(Value::Null);
        raw["status"]["conditions"] = json!(conditions);
        Milvus::read(raw)
    }

    /// When it was said to be finished, in seconds since the image was written.
    fn finished(text: &str, begin: f64, image: &str) -> Option<f64> {
        let mut film = Film::default();
        let goal = Goal { image: image.into(), ..Goal::default() };
        let mut watch = Watch::new(goal, Pace::default());
        let mut next = begin + 0.1;
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let time = line["t"].as_f64().unwrap();
            while next < time {
                if film.seen().milvus.is_some() && watch.look(&film.seen(), next as u64) == Verdict::Finished {
                    return Some(next - begin);
                }
                next += 5.0;
            }
            film.take(&line);
        }
        // What stood at the end of the recording stays.
        (0..20).find_map(|_| {
            next += 5.0;
            (watch.look(&film.seen(), next as u64) == Verdict::Finished).then_some(next - begin)
        })
    }

    #[test]
    fn the_real_operator_is_never_believed_too_early() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/operator-recordings");
        let Ok(signals) = std::fs::read_to_string(folder.join("signals.txt")) else {
            return eprintln!("skipped: no recordings beside the project");
        };
        let (mut current, mut tried, mut arrived) = (None, 0, 0);
        let mut scenarios: Vec<(String, f64, String, Option<f64>)> = Vec::new();
        for line in signals.lines() {
            if let Some((name, rest)) = line.split_once(" patch (") {
                let (time, image) = rest.split_once(", '").unwrap();
                current = Some(scenarios.len());
                scenarios.push((
                    name.to_string(),
                    time.parse().unwrap(),
                    image.split('\'').next().unwrap().to_string(),
                    None,
                ));
            } else if let (Some(at), Some(truth)) = (current, line.trim().strip_prefix("TRUTH [")) {
                let last = truth.rsplit('(').next().unwrap();
                scenarios[at].3 = last.split(',').next().unwrap().parse().ok();
            }
        }
        for (name, begin, image, truth) in scenarios {
            let Ok(text) = std::fs::read_to_string(folder.join(format!("{name}.jsonl"))) else { continue };
            let said = finished(&text, begin, &image);
            tried += 1;
            arrived += usize::from(said.is_some());
            match (said, truth) {
                (Some(said), Some(truth)) => {
                    assert!(said + 0.1 >= truth, "{name}: said after {said}, true after {truth}")
                }
                (Some(said), None) => panic!("{name}: said to be finished after {said}, and never was"),
                (None, _) => {}
            }
            println!("{name}: said {said:?}, true {truth:?}");
        }
        // Those with forgotten coordinators never arrive.
        assert!(tried > 15 && arrived > 12, "{arrived} of {tried}");
    }
}
