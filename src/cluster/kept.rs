//! What a cluster keeps of a resource when its manifest is applied again.
//!
//! Takes a live object; gives the part of its `spec` that whoever applies manifests does not own: what the operator filled in,
//! what somebody set by hand. An applied manifest takes away only what an earlier one had written, so this part stays in
//! force though no file says it.

use serde_json::{Map, Value};

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Managers that own what they write although they do not use server-side apply.
const APPLIERS: &[&str] = &["helm", "Helm", "helm-controller"];

/// The kept part; `None` where that is nothing.
pub(super) fn kept(object: &Value) -> Option<Value> {
    let spec = object.get("spec")?;
    let metadata = &object["metadata"];
    let applied = metadata["annotations"][LAST_APPLIED].as_str();
    let applied: Option<Value> = applied.and_then(|text| serde_json::from_str(text).ok());
    let managers = metadata["managedFields"].as_array().map(Vec::as_slice).unwrap_or_default();
    let owns = |entry: &&Value| {
        let manager = entry["manager"].as_str().unwrap_or_default();
        entry["operation"] == "Apply" || APPLIERS.contains(&manager)
    };
    let owned: Vec<&Value> = managers.iter().filter(owns).map(|entry| &entry["fieldsV1"]["f:spec"]).collect();
    let applied = applied.as_ref().and_then(|object| object.get("spec"));
    let rest = rest(spec, applied, &owned);
    rest.filter(|rest| !rest.as_object().is_some_and(Map::is_empty))
}

/// What is left of a value without what was applied, and without what others own by their lists of fields.
fn rest(value: &Value, applied: Option<&Value>, owned: &[&Value]) -> Option<Value> {
    let Value::Object(map) = value else {
        let is_owned = owned.iter().any(|fields| !fields.is_null());
        return (applied.is_none() && !is_owned).then(|| value.clone());
    };
    if map.is_empty() {
        let is_owned = owned.iter().any(|fields| !fields.is_null());
        return (applied.is_none() && !is_owned).then(|| value.clone());
    }
    let mut kept = Map::new();
    for (key, value) in map {
        let name = format!("f:{key}");
        let below: Vec<&Value> = owned.iter().filter_map(|fields| fields.get(&name)).collect();
        // A field that is owned as a whole has nothing below it.
        let whole = below.iter().any(|fields| fields.as_object().is_some_and(Map::is_empty));
        if whole && !value.is_object() {
            continue;
        }
        if let Some(rest) = rest(value, applied.and_then(|applied| applied.get(key)), &below) {
            kept.insert(key.clone(), rest);
        }
    }
    (!kept.is_empty()).then(|| Value::Object(kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_applied_before_goes_with_the_manifest_and_the_rest_stays() {
        let applied =
            json!({"spec": {"mode": "cluster", "components": {"image": "milvusdb/milvus:v2.5.16"}}}).to_string();
        let object = json!({
            "metadata": {"annotations": {LAST_APPLIED: applied}},
            "spec": {"mode": "cluster", "dependencies": {"msgStreamType": "pulsar", "etcd": {}},
                "components": {"image": "milvusdb/milvus:v2.5.16", "rollingMode": 2}},
        });
        let kept = kept(&object).unwrap();
        assert_eq!(
            kept,
            json!({"dependencies": {"msgStreamType": "pulsar", "etcd": {}}, "components": {"rollingMode": 2}})
        );
    }

    #[test]
    fn server_side_apply_owns_by_its_list_of_fields() {
        let object = json!({
            "metadata": {"managedFields": [
                {"manager": "argocd-controller", "operation": "Apply",
                 "fieldsV1": {"f:spec": {"f:components": {"f:image": {}}, "f:mode": {}}}},
                {"manager": "operator", "operation": "Update", "fieldsV1": {"f:spec": {"f:mode": {}}}},
            ]},
            "spec": {"mode": "cluster", "components": {"image": "milvusdb/milvus:v2.5.16", "proxy": {"replicas": 1}}},
        });
        assert_eq!(kept(&object).unwrap(), json!({"components": {"proxy": {"replicas": 1}}}));
    }

    #[test]
    fn of_what_nobody_applied_everything_stays() {
        assert_eq!(kept(&json!({"metadata": {}, "spec": {"mode": "cluster"}})).unwrap(), json!({"mode": "cluster"}));
        assert_eq!(kept(&json!({"metadata": {}, "spec": {}})), None);
    }
}
