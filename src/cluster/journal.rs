//! Where a run is written down, and who may write: a ConfigMap beside the Milvus, and a Lease.
//!
//! Takes a run; gives objects as JSON, and back. Pure: `act` sends them. The ConfigMap has no owner, so that it outlives the Milvus.

use super::apply::Run;
use super::apply::run::{SCHEMA, Target};
use super::settle::Trouble;
use serde_json::{Value, json};

/// The longest name of an object.
const NAME: usize = 253;
/// How long a lease holds without being renewed, in seconds.
pub const LEASE: u64 = 30;

/// The name of the journal and of the lease of a Milvus.
pub fn name(milvus: &str) -> String {
    let name = format!("milvus-lint-{milvus}");
    name.chars().take(NAME).collect::<String>().trim_end_matches(['-', '.']).to_string()
}

fn metadata(target: &Target) -> Value {
    json!({
        "name": name(&target.name),
        "namespace": target.namespace,
        "labels": {"app.kubernetes.io/managed-by": "milvus-lint", "app.kubernetes.io/component": "upgrade-journal"},
        "annotations": {"milvus-lint/milvus": target.name},
    })
}

/// The ConfigMap with a run; `before` is what stands there, whose last run is kept if it was another.
pub fn config_map(run: &Run, before: Option<&Value>) -> Value {
    let text = serde_json::to_string_pretty(run).expect("a run is plain data");
    let lines: Vec<String> = run.log.iter().map(|line| format!("{} {}", line.at, line.what)).collect();
    let mut object = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(&run.milvus),
        "data": {"run.json": text, "log": lines.join("\n")},
    });
    let Some(before) = before else { return object };
    object["metadata"]["resourceVersion"] = before["metadata"]["resourceVersion"].clone();
    let other = read(before).ok().flatten().is_some_and(|other| other.id != run.id);
    let earlier = if other { &before["data"]["run.json"] } else { &before["data"]["earlier.json"] };
    if earlier.is_string() {
        object["data"]["earlier.json"] = earlier.clone();
    }
    object
}

/// The run that stands in a ConfigMap; none where there is only the object.
pub fn read(object: &Value) -> Result<Option<Run>, Trouble> {
    let Some(text) = object.pointer("/data/run.json").and_then(Value::as_str) else { return Ok(None) };
    let broken = |why: String| {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or("?");
        let cure = "read it by eye; when nothing is under way any more, delete it".to_string();
        Trouble { what: format!("the journal {name} cannot be read: {why}"), cure }
    };
    let value: Value = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
    if value["schema"] != SCHEMA {
        return Err(broken(format!("it has the form {} and this program knows {SCHEMA}", value["schema"])));
    }
    serde_json::from_value(value).map(Some).map_err(|error| broken(error.to_string()))
}

/// Who holds a lease: somebody on a machine, told so that a process that has died is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(pub String);

impl Holder {
    /// `who/boot/namespace of processes/process/its start`.
    pub fn new(who: &str, machine: &str, process: &str) -> Holder {
        Holder(format!("{}/{machine}/{process}", who.replace('/', "-")))
    }

    /// The readable part.
    pub fn who(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The process, if it is one of that machine.
    pub fn process_on(&self, machine: &str) -> Option<&str> {
        self.0.split_once('/')?.1.strip_prefix(machine)?.strip_prefix('/')
    }
}

/// The Lease object, new or renewed; `stamp` is the time with microseconds.
pub fn lease(target: &Target, holder: &Holder, stamp: &str, before: Option<&Value>) -> Value {
    let mut object = json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": metadata(target),
        "spec": {"holderIdentity": holder.0, "leaseDurationSeconds": LEASE, "acquireTime": stamp, "renewTime": stamp},
    });
    if let Some(before) = before {
        object["metadata"]["resourceVersion"] = before["metadata"]["resourceVersion"].clone();
        if before["spec"]["holderIdentity"] == object["spec"]["holderIdentity"] {
            object["spec"]["acquireTime"] = before["spec"]["acquireTime"].clone();
        }
    }
    object
}

/// Who holds a lease; nobody when it was given back.
pub fn holder(lease: &Value) -> Option<Holder> {
    let text = lease.pointer("/spec/holderIdentity")?.as_str().filter(|text| !text.is_empty())?;
    Some(Holder(text.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::apply::{At, Phase, State};
    use super::*;

    fn run(id: &str) -> Run {
        Run {
            schema: SCHEMA,
            id: id.to_string(),
            seq: 1,
            milvus: Target { namespace: "vector".into(), name: "prod".into(), uid: "u".into() },
            by: "somebody".into(),
            began: String::new(),
            from: "2.5.16".into(),
            to: "2.5.27".into(),
            state: State::Running,
            hops: Vec::new(),
            at: At { hop: 0, stage: 0, phase: Phase::Todo },
            log: Vec::new(),
            force: Vec::new(),
            until: None,
        }
    }

    #[test]
    fn a_run_comes_back_as_it_was_written() {
        let object = config_map(&run("a"), None);
        assert_eq!(read(&object).unwrap(), Some(run("a")));
        assert!(object["metadata"].get("ownerReferences").is_none());
    }

    #[test]
    fn the_run_before_is_kept_once() {
        let first = config_map(&run("a"), None);
        let second = config_map(&run("b"), Some(&first));
        let third = config_map(&run("b"), Some(&second));
        assert_eq!(third["data"]["earlier.json"], first["data"]["run.json"]);
    }

    #[test]
    fn another_form_is_not_guessed_at() {
        let mut object = config_map(&run("a"), None);
        object["data"]["run.json"] = json!("{\"schema\": 99}");
        assert!(read(&object).unwrap_err().what.contains("99"));
        assert_eq!(read(&json!({"data": {}})).unwrap(), None);
    }

    #[test]
    fn a_holder_is_known_on_its_own_machine_only() {
        let one = Holder::new("ann@laptop/x", "boot-1/ns-1", "12/300");
        assert_eq!(one.who(), "ann@laptop-x");
        assert_eq!(one.process_on("boot-1/ns-1"), Some("12/300"));
        assert_eq!(one.process_on("boot-2/ns-1"), None);
    }
}
