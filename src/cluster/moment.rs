//! One moment of a Milvus in a cluster: its objects, reduced to what decides whether a change may begin, runs or has ended.
//!
//! Takes the objects as the API server gave them (JSON); gives plain data. It asks nobody and judges nothing.

use serde_json::Value;

/// The words by which Deployments and pods say which part of Milvus they are.
const COMPONENTS: [&str; 12] = [
    "standalone",
    "proxy",
    "mixcoord",
    "rootcoord",
    "datacoord",
    "querycoord",
    "indexcoord",
    "querynode",
    "datanode",
    "indexnode",
    "streamingnode",
    "cdc",
];

/// Why a container waits that will not start by itself soon.
const BAD_WAITS: [&str; 9] = [
    "ImagePullBackOff",
    "ErrImagePull",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "StartError",
];

/// How often a container may have ended before that counts as a fault: one restart happens to the best.
const RESTARTS: u64 = 2;

/// Everything about one Milvus at one moment.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub milvus: Option<Milvus>,
    pub workloads: Vec<Workload>,
    pub pods: Vec<Pod>,
    /// Every MilvusUpgrade that speaks of this Milvus.
    pub upgrades: Vec<Upgrade>,
    /// The pods in which the operator migrates metadata.
    pub tasks: Vec<Pod>,
    /// The claims of volumes for backups, by name, with who made them.
    pub claims: Vec<(String, Option<String>)>,
    /// Autoscalers of its components, by name; `None` when that could not be read.
    pub scalers: Option<Vec<String>>,
}

/// The Milvus resource.
#[derive(Clone, Debug, Default)]
pub struct Milvus {
    /// The whole object, for what only some ask.
    pub raw: Value,
    pub uid: String,
    pub generation: i64,
    pub observed: Option<i64>,
    pub image: String,
    pub conditions: Vec<Condition>,
    pub deleting: bool,
}

/// One condition of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    pub kind: String,
    pub status: String,
    pub reason: String,
    pub message: String,
}

/// A Deployment of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    pub name: String,
    pub component: String,
    pub image: String,
    pub wanted: i64,
    pub total: i64,
    pub updated: i64,
    pub ready: i64,
    /// Its own controller has seen its newest state.
    pub current: bool,
    pub paused: bool,
    /// Why pods cannot even be created: a quota, an admission webhook.
    pub failure: Option<String>,
}

/// A pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pod {
    pub name: String,
    pub component: String,
    pub image: String,
    pub phase: String,
    pub ready: bool,
    pub terminating: bool,
    /// Why it will not become ready by itself: the reason, and what Kubernetes says of it.
    pub trouble: Option<(String, String)>,
    /// The MilvusUpgrade that it works for.
    pub task_of: Option<String>,
}

/// A MilvusUpgrade.
#[derive(Clone, Debug, Default)]
pub struct Upgrade {
    pub raw: Value,
    pub name: String,
    pub state: String,
    pub operation: String,
    /// What the condition `Upgraded` or `Rollbacked` complains of.
    pub complaint: Option<String>,
    /// The run that made it.
    pub run: Option<String>,
    pub deleting: bool,
}

/// The annotation by which a run knows what it has made.
pub const RUN: &str = "milvus-lint/run";

impl Milvus {
    /// Takes the resource.
    pub fn read(raw: Value) -> Milvus {
        Milvus {
            uid: text(&raw, "/metadata/uid"),
            generation: number(&raw, "/metadata/generation").unwrap_or(0),
            observed: number(&raw, "/status/observedGeneration"),
            image: text(&raw, "/spec/components/image"),
            conditions: conditions(&raw),
            deleting: raw.pointer("/metadata/deletionTimestamp").is_some(),
            raw,
        }
    }

    /// The condition of that kind.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// A value of the resource, by JSON pointer; nothing where it is null.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.raw.pointer(pointer).filter(|value| !value.is_null())
    }

    /// An annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.raw.pointer("/metadata/annotations")?.get(key)?.as_str()
    }

    /// The components that the resource has, with what it says of each.
    pub fn components(&self) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.raw.pointer("/spec/components").and_then(Value::as_object);
        let known = |key: &str| COMPONENTS.contains(&key.to_ascii_lowercase().as_str());
        all.into_iter()
            .flatten()
            .filter(move |(key, value)| known(key) && value.is_object())
            .map(|(k, v)| (k.as_str(), v))
    }
}

impl Condition {
    /// Whether it says yes.
    pub fn holds(&self) -> bool {
        self.status == "True"
    }
}

impl Workload {
    /// Takes a Deployment; `None` when it is no part of Milvus.
    pub fn read(raw: &Value) -> Option<Workload> {
        let component = component(raw)?;
        let status = |key: &str| number(raw, &format!("/status/{key}")).unwrap_or(0);
        let failure = conditions(raw).into_iter().find(|one| one.kind == "ReplicaFailure" && one.holds());
        Some(Workload {
            name: text(raw, "/metadata/name"),
            image: main_image(raw.pointer("/spec/template/spec"), &component),
            component,
            wanted: number(raw, "/spec/replicas").unwrap_or(1),
            total: status("replicas"),
            updated: status("updatedReplicas"),
            ready: status("readyReplicas"),
            current: number(raw, "/status/observedGeneration") >= number(raw, "/metadata/generation"),
            paused: raw.pointer("/spec/paused").and_then(Value::as_bool).unwrap_or(false),
            failure: failure.map(|one| one.message),
        })
    }

    /// Whether every replica is there, new and ready.
    pub fn is_complete(&self) -> bool {
        self.current && [self.total, self.updated, self.ready].iter().all(|count| *count == self.wanted)
    }
}

impl Pod {
    /// Takes a pod of a component or a task; `None` when it is neither, or has ended and holds nothing any more.
    pub fn read(raw: &Value) -> Option<Pod> {
        let task_of = raw.pointer("/metadata/labels/milvus.io~1upgrade").and_then(Value::as_str).map(str::to_string);
        let component = component(raw).or_else(|| task_of.as_ref().map(|_| "task".to_string()))?;
        let phase = text(raw, "/status/phase");
        if task_of.is_none() && matches!(phase.as_str(), "Succeeded" | "Failed") {
            return None;
        }
        let ready = conditions(raw).iter().any(|one| one.kind == "Ready" && one.holds());
        Some(Pod {
            name: text(raw, "/metadata/name"),
            image: main_image(raw.pointer("/spec"), &component),
            component,
            phase,
            ready,
            terminating: raw.pointer("/metadata/deletionTimestamp").is_some(),
            trouble: trouble(raw).filter(|_| !ready),
            task_of,
        })
    }
}

impl Upgrade {
    /// Takes a MilvusUpgrade.
    pub fn read(raw: Value) -> Upgrade {
        let complaint = |one: &Condition| {
            let speaks = matches!(one.kind.as_str(), "Upgraded" | "Rollbacked") && !one.holds();
            (speaks && !one.message.is_empty()).then(|| format!("{}: {}", one.reason, one.message))
        };
        Upgrade {
            name: text(&raw, "/metadata/name"),
            state: text(&raw, "/status/state"),
            operation: text(&raw, "/spec/operation"),
            complaint: conditions(&raw).iter().find_map(complaint),
            run: run(&raw),
            deleting: raw.pointer("/metadata/deletionTimestamp").is_some(),
            raw,
        }
    }

    /// Whether it speaks of that Milvus.
    pub fn is_of(&self, namespace: &str, name: &str) -> bool {
        text(&self.raw, "/spec/milvus/name") == name && text(&self.raw, "/spec/milvus/namespace") == namespace
    }

    /// Whether the operator takes it back, or has done so.
    pub fn is_going_back(&self) -> bool {
        self.state.starts_with("Rollback")
    }

    /// Whether the operator has nothing more to do with it.
    pub fn has_ended(&self) -> bool {
        matches!(self.state.as_str(), "Succeeded" | "RollbackedSucceeded" | "RollbackFailed")
    }
}

impl Seen {
    /// The MilvusUpgrade of that name.
    pub fn upgrade(&self, name: &str) -> Option<&Upgrade> {
        self.upgrades.iter().find(|upgrade| upgrade.name == name)
    }

    /// What of the workloads would change if anything moved.
    pub fn fingerprint(&self) -> String {
        let mut parts: Vec<String> = self.workloads.iter().map(|one| format!("{one:?}")).collect();
        parts.sort();
        parts.join("\n")
    }
}

/// The run that made an object.
pub fn run(raw: &Value) -> Option<String> {
    raw.pointer("/metadata/annotations")?.get(RUN)?.as_str().map(str::to_string)
}

/// A text of an object; empty where there is none.
pub fn text(raw: &Value, pointer: &str) -> String {
    raw.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_string()
}

fn number(raw: &Value, pointer: &str) -> Option<i64> {
    raw.pointer(pointer).and_then(Value::as_i64)
}

fn component(raw: &Value) -> Option<String> {
    let word = raw.pointer("/metadata/labels/app.kubernetes.io~1component")?.as_str()?;
    COMPONENTS.contains(&word).then(|| word.to_string())
}

fn conditions(raw: &Value) -> Vec<Condition> {
    let all = raw.pointer("/status/conditions").and_then(Value::as_array);
    let one = |raw: &Value| Condition {
        kind: text(raw, "/type"),
        status: text(raw, "/status"),
        reason: text(raw, "/reason"),
        message: text(raw, "/message"),
    };
    all.into_iter().flatten().map(one).collect()
}

/// The image of the server: of the container that is called like its component, or of the first. Sidecars stand beside it.
fn main_image(spec: Option<&Value>, component: &str) -> String {
    let containers = spec.and_then(|spec| spec.pointer("/containers")).and_then(Value::as_array);
    let containers: Vec<&Value> = containers.into_iter().flatten().collect();
    let own = containers.iter().find(|one| text(one, "/name") == component).or(containers.first());
    own.map(|one| text(one, "/image")).unwrap_or_default()
}

fn trouble(raw: &Value) -> Option<(String, String)> {
    let unscheduled = conditions(raw).into_iter().find(|one| one.kind == "PodScheduled" && !one.holds());
    if let Some(one) = unscheduled.filter(|one| one.reason == "Unschedulable") {
        return Some((one.reason, one.message));
    }
    let of = |key: &str| raw.pointer(&format!("/status/{key}")).and_then(Value::as_array).cloned().unwrap_or_default();
    let all: Vec<Value> = of("initContainerStatuses").into_iter().chain(of("containerStatuses")).collect();
    let waits = |one: &Value| {
        let reason = text(one, "/state/waiting/reason");
        BAD_WAITS.contains(&reason.as_str()).then(|| (reason, text(one, "/state/waiting/message")))
    };
    // Between two crashes a container runs for a moment, so that counts as crashing too.
    let restarts = |one: &Value| {
        let count = one.pointer("/restartCount").and_then(Value::as_u64).unwrap_or(0);
        (count >= RESTARTS).then(|| ("CrashLoopBackOff".to_string(), format!("it has ended {count} times")))
    };
    all.iter().find_map(waits).or_else(|| all.iter().find_map(restarts))
}
