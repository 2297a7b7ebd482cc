//! What a cluster is about to be told, made of what it has: another image for one Milvus, or an Argo CD Application.
//!
//! Takes what was seen; gives manifests as text, or why they cannot be known from here. Pure.

use super::hide::hidden;
use super::seen::Seen;
use super::write::yaml;
use super::{helm, texts};
use crate::model::HIDDEN;
use crate::source::{Side, SourceId};
use serde_json::{Map, Value, json};

/// The resource, or the release, as it would be with another image (and another queue). One that is not there is new.
pub fn with_image(seen: &Seen, (namespace, name): (&str, &str), image: &str, queue: Option<&str>) -> String {
    let is_it = |object: &&Value| texts::text(object, "namespace") == namespace && texts::text(object, "name") == name;
    let served = |object: &&Value| object["kind"] != "MilvusUpgrade";
    if let Some(object) = seen.resources.iter().find(|object| is_it(object) && served(object)) {
        let mut spec = hidden(&object["spec"]);
        change(&mut spec, image, queue);
        let metadata = json!({"name": name, "namespace": namespace});
        return yaml(
            &json!({"apiVersion": object["apiVersion"], "kind": object["kind"], "metadata": metadata, "spec": spec}),
        );
    }
    let revisions = helm::revisions(&seen.releases);
    let release = revisions.get(&(namespace.to_string(), name.to_string()));
    let release = release.and_then(|all| helm::milvus(helm::in_force(all)?.0, None));
    if let Some(mut release) = release {
        // A tag begins after the last colon that no slash follows; a port is none.
        let (repository, tag) = match image.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            _ => (image, ""),
        };
        if !release["values"].is_object() {
            release["values"] = json!({});
        }
        release["values"]["image"]["all"] = json!({"repository": repository, "tag": tag});
        return yaml(&release);
    }
    let mut spec = json!({});
    change(&mut spec, image, queue);
    let metadata = json!({"name": name, "namespace": namespace});
    yaml(&json!({"apiVersion": "milvus.io/v1beta1", "kind": "Milvus", "metadata": metadata, "spec": spec}))
}

fn change(spec: &mut Value, image: &str, queue: Option<&str>) {
    if !spec.is_object() {
        *spec = json!({});
    }
    spec["components"]["image"] = Value::from(image);
    if let Some(queue) = queue {
        spec["dependencies"]["msgStreamType"] = Value::from(queue);
    }
}

/// What an Application would make: the operation that runs wins over its `spec`. The error says why that cannot be known.
pub fn application(object: &Value) -> Result<String, String> {
    let sync = &object["operation"]["sync"];
    if let Some(manifests) = sync["manifests"].as_array().filter(|all| !all.is_empty()) {
        let parsed = manifests.iter().filter_map(|one| serde_json::from_str::<Value>(one.as_str()?).ok());
        let documents: Vec<String> = parsed.map(|one| yaml(&resource(&one))).collect();
        return Ok(documents.join("---\n"));
    }
    let name = texts::text(object, "name");
    let several = [&sync["sources"], &object["spec"]["sources"]].into_iter().find_map(Value::as_array).cloned();
    let one = [&sync["source"], &object["spec"]["source"]].into_iter().find(|source| source.is_object());
    let mut sources = match (several, one) {
        (Some(several), _) if !several.is_empty() => several,
        (_, Some(one)) => vec![one.clone()],
        _ => return Err(format!("the Application {name} names no source")),
    };
    if let ([source], Some(revision)) = (&mut sources[..], sync["revision"].as_str()) {
        source["targetRevision"] = Value::from(revision);
    }
    let charts: Vec<Value> = sources.iter().filter(|source| source["chart"].is_string()).map(source).collect();
    if charts.len() < sources.iter().filter(|source| source["ref"].is_null()).count() {
        let path = sources.iter().find_map(|source| source["path"].as_str()).unwrap_or(".");
        let ask = "render it and give it to `milvus-lint gate -`, or run the gate as a hook that has the manifests";
        return Err(format!(
            "the Application {name} takes its manifests from Git ({path}), and the cluster does not hold them; {ask}"
        ));
    }
    let spec = json!({"destination": {"namespace": object["spec"]["destination"]["namespace"]}, "sources": charts});
    let metadata = json!({"name": name, "namespace": texts::text(object, "namespace")});
    Ok(yaml(&json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec})))
}

/// A manifest with its secrets hidden; what is none of Milvus keeps nothing but its name.
fn resource(object: &Value) -> Value {
    let metadata = json!({"name": texts::text(object, "name"), "namespace": object["metadata"]["namespace"]});
    let mut shown = json!({"apiVersion": object["apiVersion"], "kind": object["kind"], "metadata": metadata});
    if object["apiVersion"].as_str().is_some_and(|group| group.starts_with("milvus.io/")) {
        shown["spec"] = hidden(&object["spec"]);
    }
    shown
}

fn source(source: &Value) -> Value {
    let mut shown = Map::new();
    for key in ["chart", "targetRevision"] {
        shown.insert(key.to_string(), source[key].clone());
    }
    // Credentials stand before the `@` of a URL, if somebody wrote them there.
    let url = source["repoURL"].as_str().unwrap_or_default();
    let url = url.rsplit_once('@').map_or(url.to_string(), |(_, host)| format!("https://{host}"));
    shown.insert("repoURL".to_string(), Value::from(url));
    let helm = &source["helm"];
    let mut values = Map::new();
    if let Some(release) = helm["releaseName"].as_str() {
        values.insert("releaseName".to_string(), Value::from(release));
    }
    if let Some(text) = helm["values"].as_str() {
        let stream = crate::yaml::parse(SourceId { side: Side::Head, index: u32::MAX }, text);
        let read = stream.documents.first().map(|document| super::hide::json(&document.root, 0));
        values.insert("valuesObject".to_string(), hidden(&read.unwrap_or_else(|| json!({}))));
    }
    if helm["valuesObject"].is_object() {
        values.insert("valuesObject".to_string(), hidden(&helm["valuesObject"]));
    }
    for key in ["valueFiles", "ignoreMissingValueFiles"] {
        values.extend(helm.get(key).map(|value| (key.to_string(), value.clone())));
    }
    let parameters = helm["parameters"].as_array().cloned().unwrap_or_default();
    let parameter = |one: &Value| {
        let name = one["name"].as_str().unwrap_or_default();
        // What may be shown is asked of the whole way to the key.
        let nested = name.rsplit('.').fold(one["value"].clone(), |inner, key| json!({ key: inner }));
        let shown = name.split('.').fold(hidden(&nested), |outer, key| outer[key].clone());
        json!({"name": name, "value": if shown.is_null() { Value::from(HIDDEN) } else { shown }})
    };
    if !parameters.is_empty() {
        values.insert("parameters".to_string(), Value::Array(parameters.iter().map(parameter).collect()));
    }
    shown.insert("helm".to_string(), Value::Object(values));
    Value::Object(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_image_is_laid_over_what_runs() {
        let milvus = json!({"apiVersion": "milvus.io/v1beta1", "kind": "Milvus", "metadata": {"name": "prod", "namespace": "vector"},
            "spec": {"mode": "cluster", "components": {"image": "milvusdb/milvus:v2.5.16"}}});
        let seen = Seen { resources: vec![milvus], ..Seen::default() };
        let text = with_image(&seen, ("vector", "prod"), "milvusdb/milvus:v2.6.20", Some("woodpecker"));
        assert!(text.contains("image: milvusdb/milvus:v2.6.20") && text.contains("mode: cluster"), "{text}");
        assert!(text.contains("msgStreamType: woodpecker"), "{text}");
        let new = with_image(&Seen::default(), ("vector", "prod"), "milvusdb/milvus:v2.6.20", None);
        assert!(new.starts_with("apiVersion: milvus.io/v1beta1"), "{new}");
    }

    #[test]
    fn an_application_of_the_chart_is_known_and_one_of_git_is_not() {
        let object = json!({"metadata": {"name": "milvus", "namespace": "argocd"}, "spec": {"destination": {"namespace": "vector"},
            "source": {"repoURL": "https://u:MARKED@charts.example", "chart": "milvus", "targetRevision": "4.2.58",
                "helm": {"values": "image:\n  all:\n    tag: v2.5.16\nminio:\n  secretKey: MARKED\n",
                    "parameters": [{"name": "minio.secretKey", "value": "MARKED"}, {"name": "image.all.tag", "value": "v2.5.27"}]}}},
            "operation": {"sync": {"revision": "4.2.60"}}});
        let text = application(&object).unwrap();
        assert!(!text.contains("MARKED"), "{text}");
        assert!(text.contains("4.2.60") && text.contains("v2.5.16") && text.contains("v2.5.27"), "{text}");
        let git = json!({"metadata": {"name": "milvus"}, "spec": {"source": {"path": "apps", "repoURL": "x"}}});
        assert!(application(&git).unwrap_err().contains("from Git (apps)"));
    }
}
