//! A world for the machine: a Milvus, its Deployments, and somebody who moves them, slowly and by chance.

use crate::cluster::apply::run::Write;
use crate::cluster::moment::{Milvus, Pod, Seen, Upgrade, Workload, run};
use serde_json::{Map, Value, json};

/// How often something goes wrong, in a thousand commands.
#[derive(Clone, Copy)]
pub struct Luck {
    pub again: u64,
    pub unsure: u64,
    pub killed: u64,
}

impl Luck {
    pub const NONE: Luck = Luck { again: 0, unsure: 0, killed: 0 };
    pub const BAD: Luck = Luck { again: 60, unsure: 60, killed: 80 };
}

/// What happens to a command.
#[derive(Clone, Copy, Debug)]
pub enum Chance {
    Well,
    Again,
    Unsure,
    KilledBefore,
    KilledAfter,
}

pub struct World {
    pub now: u64,
    pub milvus: Value,
    pub workloads: Vec<Workload>,
    upgrades: Vec<Value>,
    claims: Vec<(String, Option<String>)>,
    /// Every image that the resource has had.
    pub history: Vec<String>,
    /// How many objects were made.
    pub made: usize,
    /// Images that were written while the ones before had not arrived everywhere.
    pub together: Vec<String>,
    pub migration_fails: bool,
    before: Map<String, Value>,
    random: u64,
}

const FOUR: [&str; 4] = ["rootCoord", "dataCoord", "queryCoord", "indexCoord"];

impl World {
    pub fn new(version: &str, mix: bool, seed: u64) -> World {
        let coordinators: &[&str] = if mix { &["mixCoord"] } else { &FOUR };
        let image = format!("milvusdb/milvus:v{version}");
        let mut components = json!({"image": image, "imageUpdateMode": "rollingUpgrade"});
        for name in coordinators.iter().chain(&["dataNode", "indexNode", "queryNode", "proxy"]) {
            components[*name] = json!({"replicas": 1});
        }
        components["standalone"] = json!({"replicas": 0});
        let milvus = json!({
            "metadata": {"name": "m", "namespace": "n", "uid": "u", "generation": 1, "annotations": {}},
            "spec": {"mode": "cluster", "components": components, "dependencies": {"msgStreamType": "pulsar"}},
            "status": {"observedGeneration": 1},
        });
        let mut world = World {
            now: 1_000,
            milvus,
            workloads: Vec::new(),
            upgrades: Vec::new(),
            claims: Vec::new(),
            history: vec![image],
            made: 0,
            together: Vec::new(),
            migration_fails: false,
            before: Map::new(),
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        };
        for _ in 0..200 {
            world.reconcile();
        }
        world
    }

    /// A number below `limit`, by chance.
    pub fn chance(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % limit
    }

    pub fn luck(&mut self, luck: Luck) -> Chance {
        let drawn = self.chance(1_000);
        match drawn {
            _ if drawn < luck.again => Chance::Again,
            _ if drawn < luck.again + luck.unsure => Chance::Unsure,
            _ if drawn < luck.again + luck.unsure + luck.killed / 2 => Chance::KilledBefore,
            _ if drawn < luck.again + luck.unsure + luck.killed => Chance::KilledAfter,
            _ => Chance::Well,
        }
    }

    pub fn image(&self) -> &str {
        self.milvus["spec"]["components"]["image"].as_str().unwrap()
    }

    pub fn version(&self) -> &str {
        self.image().rsplit(":v").next().unwrap()
    }

    pub fn has(&self, component: &str) -> bool {
        self.milvus["spec"]["components"].get(component).is_some_and(|value| !value.is_null())
    }

    pub fn is_at_rest(&self) -> bool {
        let running: Vec<_> = self.workloads.iter().filter(|one| one.wanted > 0).collect();
        !running.is_empty() && running.iter().all(|one| one.is_complete() && one.image == self.image())
    }

    pub fn seen(&self) -> Seen {
        let pods = self.workloads.iter().filter(|one| one.wanted > 0 && one.updated > 0);
        let pod = |one: &Workload| Pod {
            name: one.name.clone(),
            component: one.component.clone(),
            image: one.image.clone(),
            ..Pod::default()
        };
        Seen {
            milvus: Some(Milvus::read(self.milvus.clone())),
            workloads: self.workloads.clone(),
            pods: pods.map(pod).collect(),
            upgrades: self.upgrades.iter().cloned().map(Upgrade::read).collect(),
            tasks: Vec::new(),
            claims: self.claims.clone(),
            scalers: None,
        }
    }

    pub fn write(&mut self, write: &Write) {
        match write {
            Write::Fields { fields, .. } => {
                for field in fields {
                    let mut at = &mut self.milvus;
                    for key in field.pointer.trim_start_matches('/').split('/') {
                        at = &mut at[key];
                    }
                    *at = field.is.clone();
                }
                self.generation();
                let image = self.image().to_string();
                if self.history.last() != Some(&image) {
                    if self.workloads.iter().any(|one| one.wanted > 0 && Some(&one.image) != self.history.last()) {
                        self.together.push(image.clone());
                    }
                    self.history.push(image);
                }
            }
            Write::NoAnnotation { key } => {
                self.milvus["metadata"]["annotations"].as_object_mut().unwrap().remove(key);
            }
            Write::NoField { .. } => panic!("no component has an image of its own here"),
            Write::Create { object } => {
                let name = object["metadata"]["name"].as_str().unwrap().to_string();
                if object["kind"] == "MilvusUpgrade" {
                    assert!(self.upgrades.is_empty(), "a second MilvusUpgrade");
                    self.upgrades.push(object.clone());
                } else {
                    assert!(self.claims.iter().all(|(known, _)| *known != name), "a second claim");
                    self.claims.push((name, run(object)));
                }
                self.made += 1;
            }
            Write::Operation { to, .. } => {
                let state = self.upgrades[0]["status"]["state"].as_str().unwrap_or_default().to_string();
                assert!(
                    !matches!(state.as_str(), "UpdatingMeta" | "RollbackRestoringOldMeta"),
                    "the way back began in {state}"
                );
                self.upgrades[0]["spec"]["operation"] = json!(to);
            }
        }
    }

    fn generation(&mut self) {
        let generation = self.milvus["metadata"]["generation"].as_i64().unwrap();
        self.milvus["metadata"]["generation"] = json!(generation + 1);
    }

    /// Time passes, and something may move.
    pub fn pass(&mut self, seconds: u64) {
        self.now += seconds;
        for _ in 0..seconds.min(5) {
            match self.chance(4) {
                0 => self.migrate(),
                1 | 2 => self.reconcile(),
                _ => {}
            }
        }
    }

    fn reconcile(&mut self) {
        let image = self.image().to_string();
        let components: Vec<(String, i64)> = self.milvus["spec"]["components"]
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.get("replicas")?.as_i64()?)))
            .collect();
        // The generation is taken up at once; the conditions stay as they were until something has moved: they lie.
        self.milvus["status"]["observedGeneration"] = self.milvus["metadata"]["generation"].clone();
        for (key, wanted) in &components {
            let component = key.to_lowercase();
            let Some(at) = self.workloads.iter().position(|one| one.component == component) else {
                let name = format!("m-milvus-{component}");
                self.workloads.push(Workload {
                    name,
                    component,
                    image: image.clone(),
                    wanted: *wanted,
                    current: true,
                    ..Workload::default()
                });
                return self.updating();
            };
            let slow = self.chance(3) > 0;
            let one = &mut self.workloads[at];
            if one.wanted != *wanted || (one.wanted == 0 && one.total > 0) {
                (one.wanted, one.total, one.updated, one.ready) = (*wanted, 0, 0, 0);
                return self.updating();
            }
            if one.image != image {
                (one.image, one.updated, one.ready) = (image, 0, 0);
                if one.wanted > 0 {
                    self.updating();
                }
                return;
            }
            if !one.is_complete() {
                if !slow {
                    (one.total, one.updated, one.ready) = (*wanted, *wanted, *wanted);
                }
                return self.updating();
            }
        }
        let stopped = self.workloads.iter().all(|one| one.wanted == 0);
        let says = if stopped { "False" } else { "True" };
        self.milvus["status"]["conditions"] = json!([
            {"type": "MilvusReady", "status": says, "reason": "r"},
            {"type": "MilvusUpdated", "status": says, "reason": "r"},
        ]);
        if !stopped && self.has("mixCoord") && self.has("rootCoord") {
            let gone: Vec<String> = FOUR.iter().map(|key| key.to_lowercase()).collect();
            self.workloads.retain(|one| !gone.contains(&one.component));
            FOUR.iter().for_each(|key| _ = self.milvus["spec"]["components"].as_object_mut().unwrap().remove(*key));
            self.generation();
        }
    }

    fn updating(&mut self) {
        if self.chance(3) == 0 {
            self.milvus["status"]["conditions"] = json!([
                {"type": "MilvusReady", "status": "True", "reason": "r"},
                {"type": "MilvusUpdated", "status": "False", "reason": "MilvusComponentsUpdating"},
            ]);
        }
    }

    fn migrate(&mut self) {
        let Some(upgrade) = self.upgrades.first() else { return };
        let state = upgrade["status"]["state"].as_str().unwrap_or_default().to_string();
        let back = upgrade["spec"]["operation"] == "rollback";
        let stopped = self.workloads.iter().all(|one| one.wanted == 0 && one.total == 0);
        let next = match state.as_str() {
            "" | "OldVersionStopping" | "BackupMeta" | "Succeeded" if back => self.stop("RollbackNewVersionStopping"),
            "" => self.stop("OldVersionStopping"),
            "OldVersionStopping" if stopped => {
                self.milvus["metadata"]["annotations"]["milvus.io/stopped-at"] = json!("now");
                "BackupMeta"
            }
            "BackupMeta" => "UpdatingMeta",
            "UpdatingMeta" if self.migration_fails => self.stop("RollbackNewVersionStopping"),
            "UpdatingMeta" => self.start("targetImage", "Succeeded"),
            "RollbackNewVersionStopping" if stopped => "RollbackRestoringOldMeta",
            "RollbackRestoringOldMeta" => self.start("old", "RollbackedSucceeded"),
            _ => return,
        };
        self.upgrades[0]["status"]["state"] = json!(next);
    }

    fn stop(&mut self, state: &'static str) -> &'static str {
        let components = self.milvus["spec"]["components"].as_object_mut().unwrap();
        for (key, value) in components.iter_mut().filter(|(key, _)| *key != "standalone") {
            if let Some(replicas) = value.get_mut("replicas").filter(|replicas| **replicas != json!(0)) {
                self.before.insert(key.clone(), replicas.take());
                *replicas = json!(0);
            }
        }
        self.generation();
        state
    }

    fn start(&mut self, image: &str, state: &'static str) -> &'static str {
        let image = match image {
            "old" => json!(self.history[0]),
            key => self.upgrades[0]["spec"][key].clone(),
        };
        let text = image.as_str().unwrap().to_string();
        if self.history.last() != Some(&text) {
            self.history.push(text);
        }
        self.milvus["spec"]["components"]["image"] = image;
        for (key, replicas) in std::mem::take(&mut self.before) {
            self.milvus["spec"]["components"][key]["replicas"] = replicas;
        }
        self.milvus["metadata"]["annotations"].as_object_mut().unwrap().remove("milvus.io/stopped-at");
        self.generation();
        state
    }
}
