//! What was seen of a cluster, as texts that the one judgement reads.
//!
//! Takes [`Seen`]; gives a side of named texts (`live:milvus/vector/prod`), what the cluster keeps of each resource, the running
//! operator and what was not seen. Pure: a recorded cluster gives the same texts.

use super::hide::hidden;
use super::seen::Seen;
use super::write::yaml;
use super::{helm, kept};
use crate::model::{Dialect, Image, Sight, Unseen, Version};
use crate::source::{Side, Source, Sources};
use serde_json::{Map, Value, json};

/// The label that names the Milvus, or the release, of a pod.
const INSTANCE: &str = "app.kubernetes.io/instance";

/// A cluster, ready to be judged.
#[derive(Clone, Debug)]
pub struct Live {
    /// What runs: `(name, text)`.
    pub texts: Vec<(String, String)>,
    /// What stays of each resource when its manifest is applied.
    pub kept: Vec<(String, String)>,
    /// The operator's version, where all that run are of one.
    pub operator: Option<Version>,
    pub webhook: Option<bool>,
    pub kubernetes: Option<Version>,
    pub sight: Sight,
}

impl Live {
    /// Of what was seen; `namespace` is the one of what names none.
    pub fn of(seen: &Seen, namespace: &str) -> Live {
        let mut texts = Vec::new();
        let mut below = Vec::new();
        for object in &seen.resources {
            let (place, name) = (text(object, "namespace"), text(object, "name"));
            let kind = object["kind"].as_str().unwrap_or("Milvus").to_ascii_lowercase();
            let mut documents = vec![resource(object)];
            documents.extend(running(seen, &place, &name));
            documents.extend(migration(seen, &place, &name));
            texts.push((format!("live:{kind}/{place}/{name}"), together(&documents)));
            if kind == "milvus"
                && let Some(spec) = kept::kept(object)
            {
                let head = json!({"name": name, "namespace": place});
                let rest = json!({"apiVersion": object["apiVersion"], "kind": "Milvus", "metadata": head, "spec": hidden(&spec)});
                below.push((format!("live:kept/{place}/{name}"), yaml(&rest)));
            }
        }
        let mut installed = Vec::new();
        for ((place, name), revisions) in helm::revisions(&seen.releases) {
            let Some((object, pending)) = helm::in_force(&revisions) else { continue };
            let Some(release) = helm::milvus(object, pending) else { continue };
            let mut documents = vec![release];
            documents.extend(running(seen, &place, &name));
            texts.push((format!("live:helm/{place}/{name}"), together(&documents)));
            installed.push((place, name));
        }
        texts.extend(workloads(seen, &installed));
        let (operator, webhook) = operator(seen);
        let sight = Sight {
            cluster: seen.cluster.clone(),
            namespace: namespace.to_string(),
            name: None,
            unseen: seen.unseen.clone(),
        };
        Live { texts, kept: below, operator, webhook, kubernetes: seen.kubernetes.clone(), sight }
    }

    /// The texts as a side of a comparison.
    pub fn side(&self, side: Side) -> Sources {
        Sources::from_texts(side, self.texts.iter().cloned())
    }

    /// Adds what the cluster keeps to the side that will be applied.
    pub fn keep(&self, head: &mut Sources) {
        for (path, text) in &self.kept {
            head.push(Source { path: path.clone(), origin: None, disk: None, text: text.clone() });
        }
    }

    /// What was not seen.
    pub fn unseen(&self) -> &[Unseen] {
        &self.sight.unseen
    }
}

/// `name` or `namespace` of an object.
pub(super) fn text(object: &Value, key: &str) -> String {
    object["metadata"][key].as_str().unwrap_or_default().to_string()
}

fn together(documents: &[Value]) -> String {
    documents.iter().map(yaml).collect::<Vec<_>>().join("---\n")
}

/// A resource of the operator as it is shown: what it was told, and what its status says of versions.
fn resource(object: &Value) -> Value {
    let metadata = &object["metadata"];
    let mut shown = Map::new();
    for key in ["name", "namespace", "generation"] {
        shown.extend(metadata.get(key).map(|value| (key.to_string(), value.clone())));
    }
    let own = |(key, _): &(&String, &Value)| key.starts_with("milvus.io/");
    let annotations: Map<String, Value> = metadata["annotations"]
        .as_object()
        .map(|all| all.iter().filter(own).map(|(key, value)| (key.clone(), value.clone())).collect())
        .unwrap_or_default();
    if !annotations.is_empty() {
        shown.insert("annotations".to_string(), hidden(&Value::Object(annotations)));
    }
    let mut status = Map::new();
    for key in ["status", "state", "currentImage", "currentVersion", "observedGeneration"] {
        status.extend(
            object["status"].get(key).filter(|value| !value.is_object()).map(|value| (key.to_string(), value.clone())),
        );
    }
    json!({
        "apiVersion": object["apiVersion"],
        "kind": object["kind"],
        "metadata": shown,
        "spec": hidden(&object["spec"]),
        "status": hidden(&Value::Object(status)),
    })
}

/// The migration of a Milvus that has not come to its end.
fn migration(seen: &Seen, namespace: &str, name: &str) -> Option<Value> {
    let order = seen.resources.iter().find(|object| {
        let milvus = &object["spec"]["milvus"];
        let place = milvus["namespace"].as_str().map_or_else(|| text(object, "namespace"), str::to_string);
        let ended = matches!(object["status"]["state"].as_str(), Some("Succeeded" | "RollbackedSucceeded"));
        object["kind"] == "MilvusUpgrade" && milvus["name"] == name && place == namespace && !ended
    })?;
    let state = order["status"]["state"].as_str().filter(|state| !state.is_empty()).unwrap_or("not begun");
    Some(json!({"migration": {"name": text(order, "name"), "state": state}}))
}

/// The pods of a Milvus; `None` where there are none.
fn running(seen: &Seen, namespace: &str, instance: &str) -> Option<Value> {
    let of = |pod: &&Value| {
        text(pod, "namespace") == namespace
            && pod["metadata"]["labels"][INSTANCE] == instance
            && pod["metadata"]["deletionTimestamp"].is_null()
            && !matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
    };
    let shown = |pod: &Value| {
        let labels = &pod["metadata"]["labels"];
        let component = labels["app.kubernetes.io/component"].as_str().or(labels["component"].as_str());
        let containers = pod["spec"]["containers"].as_array()?;
        let image =
            |container: &&Value| container["image"].as_str().is_some_and(|image| Image::parse(image).is_milvus());
        let container = containers
            .iter()
            .find(image)
            .or_else(|| containers.iter().find(|one| one["name"].as_str() == component))?;
        let states = pod["status"]["containerStatuses"].as_array();
        let ready = states
            .and_then(|all| all.iter().find(|one| one["name"] == container["name"]))
            .map(|one| one["ready"] == true);
        Some(json!({
            "pod": text(pod, "name"),
            "component": component,
            "image": container["image"],
            "ready": ready.unwrap_or(false),
        }))
    };
    let pods: Vec<Value> = seen.pods.iter().filter(of).filter_map(shown).collect();
    (!pods.is_empty()).then(|| json!({ "running": pods }))
}

/// Workloads that run the server and belong to no operator, and to no release that was read.
fn workloads(seen: &Seen, installed: &[(String, String)]) -> Vec<(String, String)> {
    let mut groups: Vec<((String, String), Vec<Value>)> = Vec::new();
    for object in &seen.workloads {
        let labels = &object["metadata"]["labels"];
        let owners = object["metadata"]["ownerReferences"].as_array();
        let by_operator = labels["app.kubernetes.io/managed-by"] == "milvus-operator"
            || owners.is_some_and(|all| {
                all.iter().any(|one| one["apiVersion"].as_str().is_some_and(|v| v.starts_with("milvus.io/")))
            });
        let containers = object["spec"]["template"]["spec"]["containers"].as_array();
        let is_milvus = |one: &Value| one["image"].as_str().is_some_and(|image| Image::parse(image).is_milvus());
        let Some(containers) = containers.filter(|all| !by_operator && all.iter().any(is_milvus)) else { continue };
        if object["spec"]["replicas"] == 0 {
            continue;
        }
        let instance = labels[INSTANCE].as_str().map_or_else(|| text(object, "name"), str::to_string);
        let key = (text(object, "namespace"), instance);
        if installed.contains(&key) {
            continue;
        }
        let shown = workload(object, containers.iter().filter(|one| is_milvus(one)));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, all)) => all.push(shown),
            None => groups.push((key, vec![shown])),
        }
    }
    let named = |((place, name), mut documents): ((String, String), Vec<Value>)| {
        documents.extend(running(seen, &place, &name));
        (format!("live:workloads/{place}/{name}"), together(&documents))
    };
    groups.into_iter().map(named).collect()
}

/// A workload as it is shown: image, command, and the one variable that names the queue.
fn workload<'a>(object: &Value, containers: impl Iterator<Item = &'a Value>) -> Value {
    let labels: Map<String, Value> = ["app.kubernetes.io/component", INSTANCE, "component", "helm.sh/chart"]
        .into_iter()
        .filter_map(|key| Some((key.to_string(), object["metadata"]["labels"].get(key)?.clone())))
        .collect();
    let container = |one: &Value| {
        let env = one["env"].as_array().cloned().unwrap_or_default();
        let env: Vec<Value> = env.into_iter().filter(|item| item["name"] == "MQ_TYPE").collect();
        let mut shown = json!({"name": one["name"], "image": one["image"]});
        for key in ["command", "args"] {
            let words = one[key].as_array().map(|words| words.iter().filter_map(Value::as_str).map(word).collect());
            if let Some(words) = words.filter(|words: &Vec<Value>| !words.is_empty()) {
                shown[key] = Value::Array(words);
            }
        }
        if !env.is_empty() {
            shown["env"] = Value::Array(env);
        }
        shown
    };
    let containers: Vec<Value> = containers.map(container).collect();
    let metadata = json!({"name": text(object, "name"), "namespace": text(object, "namespace"), "labels": labels});
    let template = json!({"spec": {"containers": containers}});
    json!({
        "apiVersion": "apps/v1",
        "kind": object["kind"].as_str().unwrap_or("Deployment"),
        "metadata": metadata,
        "spec": {"template": template},
    })
}

/// A word of a command: only what starts Milvus is shown, for any other may be a password.
fn word(word: &str) -> Value {
    const KNOWN: &[&str] = &[
        "milvus",
        "run",
        "standalone",
        "mixture",
        "mixcoord",
        "rootcoord",
        "datacoord",
        "querycoord",
        "indexcoord",
        "proxy",
        "querynode",
        "datanode",
        "indexnode",
        "streamingnode",
        "cdc",
        "--",
        "-c",
        "bash",
        "sh",
        "/tini",
        "/bin/sh",
        "/bin/bash",
    ];
    if KNOWN.contains(&word) || word.ends_with("/milvus") {
        return Value::from(word);
    }
    let role = word.split_once("milvus run ").and_then(|(_, rest)| rest.split_whitespace().next());
    let role = role.filter(|role| KNOWN.contains(role));
    role.map_or_else(|| Value::from(crate::model::HIDDEN), |role| Value::from(format!("milvus run {role}")))
}

/// The version of the running operator, and whether its webhook is on.
fn operator(seen: &Seen) -> (Option<Version>, Option<bool>) {
    let containers =
        |object: &Value| object["spec"]["template"]["spec"]["containers"].as_array().cloned().unwrap_or_default();
    let is_operator = |one: &Value| one["image"].as_str().is_some_and(is_operator_image);
    let running: Vec<Value> = seen.operators.iter().flat_map(containers).filter(is_operator).collect();
    let mut versions: Vec<Option<Version>> =
        running.iter().map(|one| Image::parse(one["image"].as_str().unwrap_or_default()).version().cloned()).collect();
    versions.dedup();
    let version = match &versions[..] {
        [version] => version.clone(),
        _ => None,
    };
    let said = |one: &Value| {
        let words = ["args", "command"].iter().flat_map(|key| one[*key].as_array().cloned().unwrap_or_default());
        let mut words = words.filter_map(|word| word.as_str().map(str::to_string));
        words.find_map(|word| match word.trim_start_matches('-').strip_prefix("webhook")? {
            "" | "=true" => Some(true),
            "=false" => Some(false),
            _ => None,
        })
    };
    let registered = || {
        let all = seen.webhooks.as_ref()?;
        Some(all.iter().any(|one| one["webhooks"].to_string().contains("\"milvus.io\"")))
    };
    let mut told: Vec<Option<bool>> = running.iter().map(said).collect();
    told.dedup();
    let webhook = match &told[..] {
        [Some(on)] => Some(*on),
        [None] => registered(),
        _ => None,
    };
    (version, webhook)
}

/// Whether an image is the operator's, in whatever registry.
pub(super) fn is_operator_image(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or(image).rsplit('/').next().unwrap_or(image);
    name.split(':').next() == Some("milvus-operator")
}

/// What is not known for the lack of a part: of whose Milvus it tells, or of none.
pub fn lacks(dialect: Option<Dialect>) -> &'static str {
    match dialect {
        Some(Dialect::Operator) => "which Milvus resources there are, and what they say",
        Some(Dialect::Chart) => "which releases of the chart run, and with which values",
        Some(Dialect::Process) => "which workloads run Milvus without an operator or Helm",
        None => "more than the resources say",
    }
}

#[cfg(test)]
mod tests;
