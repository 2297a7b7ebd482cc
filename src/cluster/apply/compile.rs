//! From the hops of a plan to what is written for each, and what is waited for.
//!
//! Takes a plan, the Milvus as it was seen, and the facts; gives stages, or the reason why this program does not do it. What
//! a version needs stands in the plan and the facts; here stand only the operator's fields.

use super::run::{Field, Hop, Need, Stage, Write, marked};
use crate::cluster::moment::{Milvus, Seen};
use crate::cluster::settle::{Goal, Trouble};
use crate::facts::Facts;
use crate::model::Image;
use crate::normalize::retagged;
use crate::plan::{self, Kind, Plan};
use serde_json::{Value, json};

/// The field that changes everything.
pub const IMAGE: &str = "/spec/components/image";
/// The message queue, which holds what is not yet stored.
pub const QUEUE: &str = "/spec/dependencies/msgStreamType";
const MODE_OF_MILVUS: &str = "/spec/mode";
const VERSION: &str = "/spec/components/version";
const MODE: &str = "/spec/components/imageUpdateMode";
const MIX: &str = "/spec/components/mixCoord/replicas";
/// What the operator leaves behind when a migration is broken off; with it the next one does not wait until all has stopped.
const STOPPED_AT: &str = "milvus.io/stopped-at";
const FOUR: [&str; 4] = ["rootCoord", "dataCoord", "queryCoord", "indexCoord"];
/// A label holds no more, and the operator puts the name of a MilvusUpgrade into one.
const LABEL: usize = 63;

/// What a plan is made into stages with.
pub struct Compile<'a> {
    pub facts: &'a Facts,
    pub seen: &'a Seen,
    pub namespace: &'a str,
    pub name: &'a str,
    /// The id of the run.
    pub id: &'a str,
}

/// The hops of a plan with all that is written.
pub fn compile(plan: &Plan, with: &Compile) -> Result<Vec<Hop>, Trouble> {
    let milvus = with.seen.milvus.as_ref().expect("a plan is made of a Milvus that was seen");
    let mut running = milvus.image.clone();
    let mut hops = Vec::new();
    for (index, hop) in plan.hops.iter().enumerate() {
        let next = image(&running, &hop.to.to_string());
        let (mut stages, back) = match hop.kind {
            Kind::Version => with.version(milvus, &running, &next),
            Kind::Coordinators => (vec![with.coordinators(milvus, &running)], Vec::new()),
            Kind::Migration => with.migration(milvus, hop, &running, &next)?,
            Kind::Operator | Kind::Chart => return Err(by_hand(index + 1, hop)),
        };
        if index == 0 {
            stages.splice(0..0, own_images(milvus));
        }
        let back = if hop.back.possible { back } else { Vec::new() };
        hops.push(Hop {
            title: title(hop),
            kind: hop.kind.as_str().to_string(),
            from: hop.from.to_string(),
            to: hop.to.to_string(),
            service: hop.service.as_str().to_string(),
            back_note: back_note(hop, back.is_empty()),
            stages,
            back,
            undoes: false,
        });
        running = next;
    }
    Ok(hops)
}

fn image(running: &str, version: &str) -> String {
    retagged(&Image::parse(running), version)
}

fn title(hop: &plan::Hop) -> String {
    match hop.kind {
        Kind::Coordinators => format!("mixCoord in place of the four coordinators ({})", hop.to),
        Kind::Migration => format!("{} → {}, with a migration of the metadata", hop.from, hop.to),
        _ => format!("{} → {}", hop.from, hop.to),
    }
}

fn by_hand(number: usize, hop: &plan::Hop) -> Trouble {
    let commands = hop.apply.iter().filter_map(|item| item.command.as_ref()).map(|command| command.text.clone());
    let tool = hop.kind.as_str();
    let unless = hop.unless.as_ref().map(|unless| format!(" (unless {unless}: say so with --operator-version)"));
    let what = format!("hop {number} upgrades the {tool}, which apply does not do{}", unless.unwrap_or_default());
    Trouble::new(what, format!("do it first, then run apply again:\n{}", commands.collect::<Vec<_>>().join("\n")))
}

fn back_note(hop: &plan::Hop, none: bool) -> String {
    if !none {
        return hop.back.until.clone();
    }
    let by_hand: Vec<&str> = hop.back.steps.iter().map(|item| item.text.as_str()).collect();
    match hop.back.possible {
        true => format!("apply does not take this hop back; by hand: {}", by_hand.join(" ")),
        false => format!("{}: {}", hop.back.until, hop.back.because.text),
    }
}

/// Components whose own image is the one of all: taken away first, since the rollout would stop at them.
fn own_images(milvus: &Milvus) -> Option<Stage> {
    let own = milvus.components().filter_map(|(key, value)| Some((key, value.get("image")?.as_str()?)));
    let writes: Vec<Write> = own
        .filter(|(_, image)| *image == milvus.image)
        .map(|(key, image)| Write::NoField { pointer: format!("/spec/components/{key}/image"), was: json!(image) })
        .collect();
    (!writes.is_empty()).then(|| Stage {
        title: "components without images of their own".to_string(),
        needs: vec![Need::Settled(milvus.image.clone()), Need::NotHeld],
        writes,
        goal: Goal { image: milvus.image.clone(), ..Goal::default() },
    })
}

fn needs(image: &str) -> Vec<Need> {
    let modes = ["", "rollingUpgrade", "all"].map(str::to_string).to_vec();
    vec![
        Need::Settled(image.to_string()),
        Need::NoOwnImage,
        Need::NotHeld,
        Need::QueueWritten,
        Need::NoOtherUpgrade,
        Need::UpdateMode(modes),
    ]
}

fn field(pointer: &str, was: Value, is: Value) -> Field {
    Field { pointer: pointer.to_string(), was, is }
}

fn fields(manager: &str, fields: Vec<Field>) -> Vec<Write> {
    let changed = fields.iter().any(|field| field.was != field.is);
    if changed { vec![Write::Fields { manager: format!("milvus-lint-{manager}"), fields }] } else { Vec::new() }
}

fn says(fields: &[(&str, Value)]) -> Vec<(String, Value)> {
    fields.iter().map(|(pointer, value)| ((*pointer).to_string(), value.clone())).collect()
}

/// What the resource says with an image: what it holds its data in stays what it is.
fn keeps(milvus: &Milvus, image: &str) -> Vec<(String, Value)> {
    let mut all = says(&[(IMAGE, json!(image))]);
    for pointer in [QUEUE, MODE_OF_MILVUS] {
        all.extend(milvus.at(pointer).map(|value| (pointer.to_string(), value.clone())));
    }
    all
}

impl Compile<'_> {
    fn version(&self, milvus: &Milvus, running: &str, next: &str) -> (Vec<Stage>, Vec<Stage>) {
        let stage = |from: &str, to: &str, needs: Vec<Need>| Stage {
            title: format!("image {to}"),
            needs,
            writes: fields("image", self.image_fields(milvus, from, to)),
            goal: Goal { image: to.to_string(), says: keeps(milvus, to), ..Goal::default() },
        };
        let back = stage(next, running, vec![Need::NotHeld]);
        (vec![stage(running, next, needs(running))], vec![back])
    }

    /// The image, and the version beside it where one is written: the operator believes it more than the tag.
    fn image_fields(&self, milvus: &Milvus, from: &str, to: &str) -> Vec<Field> {
        let mut all = vec![field(IMAGE, json!(from), json!(to))];
        let release = |image: &str| Image::parse(image).version().map(|version| json!(version.to_string()));
        if let (Some(was), Some(from), Some(to)) = (milvus.at(VERSION), release(from), release(to)) {
            // What is written first may be written in another way, such as with a `v`.
            let was = if from.as_str().is_some_and(|from| was.as_str().is_some_and(|was| was.ends_with(from))) {
                was.clone()
            } else {
                from
            };
            all.push(field(VERSION, was, to));
        }
        all
    }

    fn coordinators(&self, milvus: &Milvus, running: &str) -> Stage {
        let was = milvus.at(MIX).cloned().unwrap_or(Value::Null);
        let is = if was.as_i64().is_some_and(|count| count > 0) { was.clone() } else { json!(1) };
        Stage {
            title: "mixCoord beside the four, until the operator has deleted them".to_string(),
            needs: needs(running),
            writes: fields("coordinators", vec![field(MIX, was, is.clone())]),
            goal: Goal {
                image: running.to_string(),
                says: says(&[(MIX, is)]),
                there: vec!["mixCoord".to_string()],
                gone: FOUR.map(str::to_string).to_vec(),
                upgrade: None,
            },
        }
    }

    /// On a cluster all images change at once: else the old release would start on the new metadata.
    fn migration(
        &self,
        milvus: &Milvus,
        hop: &plan::Hop,
        running: &str,
        next: &str,
    ) -> Result<(Vec<Stage>, Vec<Stage>), Trouble> {
        refuse_closed_etcd(milvus)?;
        let Some(tool) = self.facts.migration_tool() else {
            return Err(Trouble::new(
                "no image of the migration tool is known",
                "add one to migration-tools.csv with --facts",
            ));
        };
        let cluster = milvus.at("/spec/mode").and_then(Value::as_str) == Some("cluster");
        let was = milvus.at(MODE).cloned().unwrap_or_else(|| json!("rollingUpgrade"));
        let mode = |from: &Value, to: &Value, image: &str, needs: Vec<Need>| Stage {
            title: format!("imageUpdateMode {}", to.as_str().unwrap_or_default()),
            needs,
            writes: fields("update-mode", vec![field(MODE, from.clone(), to.clone())]),
            goal: Goal { image: image.to_string(), says: says(&[(MODE, to.clone())]), ..Goal::default() },
        };
        let all = json!("all");
        let (from, to) = (hop.from.to_string(), hop.to.to_string());
        let upgrade = upgrade_name(self.name, &to, self.id);
        let mut ready = needs(running);
        ready.push(Need::Stoppable);
        let reaches = |state: &str, image: &str| Goal {
            image: image.to_string(),
            says: keeps(milvus, image),
            upgrade: Some((upgrade.clone(), state.to_string())),
            ..Goal::default()
        };
        let migrate = Stage {
            title: format!("the metadata of {from} becomes that of {to}; Milvus is down meanwhile"),
            needs: ready.clone(),
            writes: vec![
                Write::NoAnnotation { key: STOPPED_AT.to_string() },
                Write::Create { object: marked(self.claim(&upgrade), self.id) },
                Write::Create { object: marked(self.upgrade(&upgrade, &from, &to, next, &tool.image), self.id) },
            ],
            goal: reaches("Succeeded", next),
        };
        // Never while a pod of the migration works: the restore would run beside it.
        let states = ["", "OldVersionStopping", "BackupMeta", "Succeeded", "UpdateMetaFailed", "BakupMetaFailed"];
        let undo = Stage {
            title: format!("the saved metadata of {from} is put back; Milvus is down meanwhile"),
            needs: vec![
                Need::NoTask(upgrade.clone()),
                Need::UpgradeState(upgrade.clone(), states.map(str::to_string).to_vec()),
            ],
            writes: vec![Write::Operation { upgrade: upgrade.clone(), to: "rollback".to_string() }],
            goal: reaches("RollbackedSucceeded", running),
        };
        if !cluster {
            return Ok((vec![migrate], vec![undo]));
        }
        let stages = vec![mode(&was, &all, running, ready), migrate, mode(&all, &was, next, Vec::new())];
        Ok((stages, vec![undo, mode(&all, &was, running, Vec::new())]))
    }

    fn claim(&self, name: &str) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
        })
    }

    fn upgrade(&self, upgrade: &str, from: &str, to: &str, image: &str, tool: &str) -> Value {
        json!({
            "apiVersion": "milvus.io/v1beta1",
            "kind": "MilvusUpgrade",
            "metadata": {"name": upgrade, "namespace": self.namespace},
            "spec": {
                "milvus": {"name": self.name, "namespace": self.namespace},
                "operation": "upgrade",
                "sourceVersion": from,
                "targetVersion": to,
                "targetImage": image,
                "toolImage": tool,
                "backupPVC": upgrade,
                "rollbackIfFailed": true,
                "maxRetry": 3,
            },
        })
    }
}

/// `<name>-to-<version>-<run>`, so that no backup of an earlier run is ever used again.
fn upgrade_name(name: &str, to: &str, id: &str) -> String {
    let end = format!("-to-{to}-{id}");
    let room = LABEL.saturating_sub(end.len());
    let name: String = name.chars().take(room).collect();
    format!("{}{end}", name.trim_end_matches(['-', '.']))
}

/// The operator's configuration for the tool has no password and no TLS.
fn refuse_closed_etcd(milvus: &Milvus) -> Result<(), Trouble> {
    let on = |key: &str| {
        milvus
            .at(&format!("/spec/config/etcd/{key}/enabled"))
            .is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("true"))
    };
    match ["auth", "ssl"].into_iter().find(|key| on(key)) {
        None => Ok(()),
        Some(key) => Err(Trouble::new(
            format!(
                "etcd is used with {key}, which the operator does not give to the migration tool: it would fail while Milvus is down"
            ),
            "run the tool by hand with a configuration of your own; `milvus-lint plan` shows the steps",
        )),
    }
}
