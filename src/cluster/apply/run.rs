//! A run: what is to be done, what has been done, and what was before. It is what the journal keeps.
//!
//! Plain data that can be written as JSON and read by another machine. It does nothing.

use crate::cluster::moment::{Milvus, RUN, Seen, run};
use crate::cluster::settle::{Goal, plain};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The form of the journal; another form is refused and not guessed at.
pub const SCHEMA: u32 = 1;

/// How many lines of what happened are kept.
const LINES: usize = 400;

/// One run over all hops of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub schema: u32,
    pub id: String,
    /// Raised by one with every writing, so that it can be told whether the last one has arrived.
    pub seq: u64,
    pub milvus: Target,
    /// Who began it, and when.
    pub by: String,
    pub began: String,
    pub from: String,
    pub to: String,
    pub state: State,
    pub hops: Vec<Hop>,
    pub at: At,
    /// What happened, the newest last.
    pub log: Vec<Line>,
    /// Fields that are taken from other managers.
    #[serde(default)]
    pub force: Vec<String>,
    /// The last hop that is to be done now, counted from 1.
    #[serde(default)]
    pub until: Option<usize>,
}

/// Which Milvus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub namespace: String,
    pub name: String,
    pub uid: String,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Running,
    /// Somebody interrupted it; it can go on.
    Stopped,
    /// A hop has failed or hangs; it can go on once that is mended, or back.
    Failed,
    Finished,
    /// Somebody has given it up.
    Aborted,
}

/// Where a run stands: the hop, the stage of it, and how far that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    pub hop: usize,
    pub stage: usize,
    pub phase: Phase,
}

/// How far a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Nothing has been written.
    Todo,
    /// It may have been written, or a part of it.
    Intent,
    /// All has been written.
    Watching,
}

/// One line of what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub at: String,
    pub what: String,
}

/// One hop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hop {
    pub title: String,
    /// `version`, `migration` or `coordinators`.
    pub kind: String,
    pub from: String,
    pub to: String,
    /// `rolling`, `restart` or `downtime`.
    pub service: String,
    pub stages: Vec<Stage>,
    /// What undoes the hop; empty where nothing does.
    pub back: Vec<Stage>,
    /// Why nothing undoes it, or until when something does.
    pub back_note: String,
    /// Whether the hop itself is a way back.
    #[serde(default)]
    pub undoes: bool,
}

/// What is written at once, and what must come of it before anything else is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    pub title: String,
    pub needs: Vec<Need>,
    pub writes: Vec<Write>,
    pub goal: Goal,
}

/// What must be true before a stage writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Everything runs this image, and nothing moves.
    Settled(String),
    /// No component has an image of its own that differs.
    NoOwnImage,
    /// Nobody has told the operator to wait.
    NotHeld,
    /// The message queue is written: what is not written is filled in, by the image.
    QueueWritten,
    /// No component is scaled by an autoscaler or stands at 0.
    Stoppable,
    /// No other MilvusUpgrade is on its way.
    NoOtherUpgrade,
    /// The way in which images are changed is one of these (an empty word: not written).
    UpdateMode(Vec<String>),
    /// No pod works for this MilvusUpgrade.
    NoTask(String),
    /// The MilvusUpgrade is in one of these states.
    UpgradeState(String, Vec<String>),
}

/// One thing that is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Write {
    /// Fields of the Milvus, by server-side apply under a manager of their own: what one manager has once applied it must
    /// apply each time, or the API server takes it away.
    Fields { manager: String, fields: Vec<Field> },
    /// An annotation of the Milvus taken away.
    NoAnnotation { key: String },
    /// A field of the Milvus taken away, if it still says that.
    NoField { pointer: String, was: Value },
    /// An object of this run.
    Create { object: Value },
    /// Another operation of a MilvusUpgrade.
    Operation { upgrade: String, to: String },
}

/// A field of the Milvus, before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub pointer: String,
    pub was: Value,
    pub is: Value,
}

/// Whether something has been written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    Yes,
    No,
    /// Neither what was before nor what is to be is there.
    Other(String),
}

impl Write {
    /// Whether it has been written, by what is there.
    pub fn is_in(&self, seen: &Seen, id: &str) -> Written {
        let Some(milvus) = &seen.milvus else { return Written::Other("the Milvus resource is gone".to_string()) };
        match self {
            Write::Fields { fields, .. } => of_fields(fields, milvus),
            Write::NoAnnotation { key } if milvus.annotation(key).is_none() => Written::Yes,
            Write::NoAnnotation { .. } => Written::No,
            Write::NoField { pointer, was } => match milvus.at(pointer) {
                None => Written::Yes,
                Some(value) if value == was => Written::No,
                Some(value) => Written::Other(format!("{} is {} now", dotted(pointer), plain(value))),
            },
            Write::Create { object } => created(object, seen, id),
            Write::Operation { upgrade, to } => match seen.upgrade(upgrade) {
                None => Written::Other(format!("the MilvusUpgrade {upgrade} is gone")),
                // The operator may have begun the way back by itself.
                Some(upgrade) if upgrade.operation == *to || upgrade.is_going_back() => Written::Yes,
                Some(_) => Written::No,
            },
        }
    }

    /// What it writes, in a few words.
    pub fn prose(&self) -> String {
        match self {
            Write::Fields { fields, .. } => {
                let one = |field: &Field| format!("{} = {}", dotted(&field.pointer), plain(&field.is));
                fields.iter().map(one).collect::<Vec<_>>().join(", ")
            }
            Write::NoAnnotation { key } => format!("no annotation {key}"),
            Write::NoField { pointer, .. } => format!("no {}", dotted(pointer)),
            Write::Create { object } => format!("{} {}", plain(&object["kind"]), plain(&object["metadata"]["name"])),
            Write::Operation { upgrade, to } => format!("MilvusUpgrade {upgrade}: operation {to}"),
        }
    }
}

fn of_fields(fields: &[Field], milvus: &Milvus) -> Written {
    let value = |field: &Field| milvus.at(&field.pointer).cloned().unwrap_or(Value::Null);
    if fields.iter().all(|field| value(field) == field.is) {
        return Written::Yes;
    }
    match fields.iter().find(|field| value(field) != field.is && value(field) != field.was) {
        Some(field) => Written::Other(format!(
            "{} is {}, and neither {} nor {}",
            dotted(&field.pointer),
            plain(&value(field)),
            plain(&field.was),
            plain(&field.is)
        )),
        None => Written::No,
    }
}

fn created(object: &Value, seen: &Seen, id: &str) -> Written {
    let name = plain(&object["metadata"]["name"]);
    let owner = match plain(&object["kind"]).as_str() {
        "MilvusUpgrade" => seen.upgrade(&name).map(|upgrade| upgrade.run.clone()),
        _ => seen.claims.iter().find(|(claim, _)| *claim == name).map(|(_, run)| run.clone()),
    };
    match owner {
        None => Written::No,
        Some(Some(run)) if run == id => Written::Yes,
        Some(_) => Written::Other(format!("{} {name} is there already, and not of this run", plain(&object["kind"]))),
    }
}

/// A JSON pointer as people write a path.
pub fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/")
}

impl Run {
    /// The hop at which it stands; `None` once all are done.
    pub fn hop(&self) -> Option<&Hop> {
        self.hops.get(self.at.hop)
    }

    /// The stage at which it stands.
    pub fn stage(&self) -> Option<&Stage> {
        self.hop()?.stages.get(self.at.stage)
    }

    /// Adds a line; of very many the oldest are dropped.
    pub fn say(&mut self, at: &str, what: impl Into<String>) {
        self.log.push(Line { at: at.to_string(), what: what.into() });
        let over = self.log.len().saturating_sub(LINES);
        self.log.drain(..over);
    }

    /// Whether somebody can still go on with it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Running | State::Stopped | State::Failed)
    }

    /// Goes on to what comes after the stage; true when a hop has ended with it.
    pub fn advance(&mut self) -> bool {
        self.at.stage += 1;
        self.at.phase = Phase::Todo;
        if self.hop().is_some_and(|hop| self.at.stage < hop.stages.len()) {
            return false;
        }
        self.at = At { hop: self.at.hop + 1, stage: 0, phase: Phase::Todo };
        if self.hop().is_none() {
            self.state = State::Finished;
        }
        true
    }

    /// The hop that was begun last, if any.
    pub fn begun(&self) -> Option<usize> {
        let begun = self.at.stage > 0 || self.at.phase != Phase::Todo;
        if begun { Some(self.at.hop) } else { self.at.hop.checked_sub(1) }
    }

    /// Puts the way back of the hop that was begun last in place of what was still to do; the reason where there is none.
    pub fn turn_back(&mut self, seen: &Seen) -> Result<(), String> {
        let begun = self.begun().filter(|begun| self.hops.len() > *begun);
        let Some((begun, hop)) = begun.map(|begun| (begun, self.hops[begun].clone())) else {
            return Err("no hop of this run has begun, so there is nothing to take back".to_string());
        };
        if hop.undoes {
            return Err("the last hop was a way back already".to_string());
        }
        if hop.back.is_empty() {
            return Err(hop.back_note);
        }
        let back = Hop {
            title: format!("back: {}", hop.title),
            kind: hop.kind,
            from: hop.to,
            to: hop.from.clone(),
            service: hop.service,
            stages: hop.back.into_iter().map(|stage| stage.taken_over(seen)).collect::<Result<_, _>>()?,
            back: Vec::new(),
            back_note: "a way back is not taken back; plan anew".to_string(),
            undoes: true,
        };
        self.hops.truncate(begun + 1);
        self.hops.push(back);
        self.at = At { hop: begun + 1, stage: 0, phase: Phase::Todo };
        self.state = State::Running;
        self.to = hop.from;
        Ok(())
    }
}

impl Stage {
    /// A stage of a way back, as far as there is something to take back: a migration that never began is left out, and one
    /// that the operator has taken back already is only watched.
    fn taken_over(mut self, seen: &Seen) -> Result<Stage, String> {
        let Some(Write::Operation { upgrade, .. }) = self.writes.first() else { return Ok(self) };
        match seen.upgrade(upgrade).map(|upgrade| upgrade.state.as_str()) {
            None => {
                let image = seen.milvus.as_ref().map_or("", |milvus| &milvus.image);
                if image != self.goal.image || seen.workloads.iter().all(|workload| workload.wanted == 0) {
                    return Err(format!("the MilvusUpgrade {upgrade} is gone, so nothing can take the migration back"));
                }
                (self.needs, self.writes, self.goal.upgrade) = (Vec::new(), Vec::new(), None);
            }
            Some("RollbackFailed") => {
                let what = "the operator has tried to take the migration back and failed; it has to be done by hand";
                return Err(format!("{what} (the MilvusUpgrade {upgrade} and the logs of its pods say why)"));
            }
            Some(_) => {}
        }
        Ok(self)
    }
}

/// Marks an object as made by a run.
pub fn marked(mut object: Value, id: &str) -> Value {
    object["metadata"]["annotations"][RUN] = Value::String(id.to_string());
    debug_assert_eq!(run(&object).as_deref(), Some(id));
    object
}
