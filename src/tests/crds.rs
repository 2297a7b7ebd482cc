//! The definitions of the operator's resources, for the API server of the live tests: made of the same tables as the schemas
//! for editors, so that what is known of fields is tried against a real API server.
//!
//! `UPDATE_SCHEMAS=1 cargo test --lib crds` writes them. They know the fields of the newest operator that was read, and take
//! whatever stands where an object of Kubernetes is embedded; what the operator's own definitions say in patterns or longest
//! lengths is not in the tables, so it is not in here.

use super::{known_facts, root};
use crate::facts::{Facts, KeyField};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// A resource and its versions, each with the name of its table; the first is the one that is stored.
struct Resource {
    kind: &'static str,
    plural: &'static str,
    short: &'static [&'static str],
    versions: &'static [(&'static str, &'static str)],
}

const RESOURCES: [Resource; 3] = [
    Resource {
        kind: "Milvus",
        plural: "milvuses",
        short: &["mi"],
        versions: &[("v1beta1", "Milvus"), ("v1alpha1", "Milvus-v1alpha1")],
    },
    Resource {
        kind: "MilvusCluster",
        plural: "milvusclusters",
        short: &["mc", "mic"],
        versions: &[("v1alpha1", "MilvusCluster")],
    },
    Resource { kind: "MilvusUpgrade", plural: "milvusupgrades", short: &[], versions: &[("v1beta1", "MilvusUpgrade")] },
];

/// The structural schema of a field; its children are the fields one step below.
fn structural(field: &KeyField, all: &[&KeyField]) -> Value {
    let mut schema = Map::new();
    let kind = if field.kind == "any" { "object" } else { field.kind };
    schema.insert("type".into(), json!(kind));
    if !field.words.is_empty() {
        schema.insert("enum".into(), json!(field.words));
    }
    if let Some(min) = field.min {
        schema.insert("minimum".into(), json!(min));
    }
    if !field.default.is_empty() {
        schema.insert("default".into(), serde_json::from_str(field.default).unwrap_or(json!(field.default)));
    }
    let child = |suffix: &str| all.iter().find(|other| other.path == format!("{}{suffix}", field.path));
    match kind {
        "array" => {
            let open = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
            schema.insert("items".into(), child("[]").map_or(open, |item| structural(item, all)));
        }
        "object" if field.open => {
            schema.insert("x-kubernetes-preserve-unknown-fields".into(), json!(true));
        }
        "object" => match child("{}") {
            Some(value) => {
                schema.insert("additionalProperties".into(), structural(value, all));
            }
            None => below(field.path, all, &mut schema),
        },
        _ => {}
    }
    Value::Object(schema)
}

/// The fields one step below a path, and which of them must be there.
fn below(path: &str, all: &[&KeyField], schema: &mut Map<String, Value>) {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in all {
        let Some(name) = field.path.strip_prefix(path).and_then(|rest| rest.strip_prefix('.')) else { continue };
        if name.contains(['.', '[', '{']) {
            continue;
        }
        properties.insert(name.to_string(), structural(field, all));
        if field.required {
            required.push(name);
        }
    }
    if !properties.is_empty() {
        schema.insert("properties".into(), Value::Object(properties));
    }
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
}

/// The schema of one version. A status that is in no table takes whatever is written.
fn version(facts: &Facts, name: &str, table: &str, stored: bool) -> Value {
    let spec: Vec<&KeyField> = facts.fields(table).filter(|field| field.until.is_empty()).collect();
    let status: Vec<&KeyField> = facts.status_fields(table).collect();
    let top =
        |all: &[&KeyField], path: &str| all.iter().find(|field| field.path == path).map(|field| structural(field, all));
    json!({
        "name": name,
        "served": true,
        "storage": stored,
        "subresources": { "status": {} },
        "schema": { "openAPIV3Schema": {
            "type": "object",
            "properties": {
                "apiVersion": { "type": "string" },
                "kind": { "type": "string" },
                "metadata": { "type": "object" },
                "spec": top(&spec, "spec"),
                "status": top(&status, "status").or_else(|| top(&spec, "status")),
            },
        } },
    })
}

fn definition(facts: &Facts, resource: &Resource) -> Value {
    let singular = resource.kind.to_lowercase();
    let versions = resource.versions.iter().enumerate();
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{}.milvus.io", resource.plural) },
        "spec": {
            "group": "milvus.io",
            "names": {
                "kind": resource.kind,
                "listKind": format!("{}List", resource.kind),
                "plural": resource.plural,
                "singular": singular,
                "shortNames": resource.short,
            },
            "scope": "Namespaced",
            "versions": versions.map(|(place, (name, table))| version(facts, name, table, place == 0)).collect::<Vec<_>>(),
        },
    })
}

/// Block YAML of a value. Every text is quoted, so that none is taken for something else.
fn yaml(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let _ = write!(out, "\n{indent}{key}:");
                yaml(value, depth + 1, out);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for item in list {
                let mut inner = String::new();
                yaml(item, depth + 1, &mut inner);
                let _ = write!(out, "\n{indent}- {}", inner.trim_start());
            }
        }
        plain => {
            let _ = write!(out, " {plain}");
        }
    }
}

#[test]
fn the_definitions_are_current() {
    let facts = known_facts();
    for resource in &RESOURCES {
        let mut text = format!(
            "# {} of the Milvus operator {}, as the tables in src/facts/keys know it. Written by a test.",
            resource.kind,
            facts.keys_read_to("operator")
        );
        yaml(&definition(&facts, resource), 0, &mut text);
        text.push('\n');
        let path = root().join(format!("schemas/crd/{}.yaml", resource.plural));
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == text, "{} is not current; UPDATE_SCHEMAS=1 cargo test --lib crds writes it", path.display());
    }
}

/// What a structural schema must not have: a level without a type, or properties beside `additionalProperties`.
#[test]
fn every_level_is_structural() {
    fn look(path: &str, schema: &Value) {
        assert!(schema["type"].is_string(), "{path} has no type");
        assert!(schema.get("properties").is_none() || schema.get("additionalProperties").is_none(), "{path} is both");
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            look(&format!("{path}.{name}"), inner);
        }
        for (name, below) in [("[]", "items"), ("{}", "additionalProperties")] {
            if let Some(inner) = schema.get(below) {
                look(&format!("{path}{name}"), inner);
            }
        }
    }
    let facts = known_facts();
    for resource in &RESOURCES {
        for version in definition(&facts, resource)["spec"]["versions"].as_array().unwrap() {
            look(resource.kind, &version["schema"]["openAPIV3Schema"]);
        }
    }
}

#[test]
fn what_operators_were_seen_to_define_is_there() {
    let facts = known_facts();
    let milvus = version(&facts, "v1beta1", "Milvus", true);
    let spec = &milvus["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"];
    assert_eq!(spec["mode"]["enum"], json!(["cluster", "standalone"]));
    assert_eq!(spec["mode"]["default"], json!("standalone"));
    assert_eq!(spec["config"]["x-kubernetes-preserve-unknown-fields"], json!(true));
    assert_eq!(spec["components"]["properties"]["queryNode"]["properties"]["replicas"]["minimum"], json!(-1));
    assert_eq!(
        spec["dependencies"]["properties"]["storage"]["properties"]["type"]["enum"],
        json!(["MinIO", "S3", "Azure", ""])
    );
    let upgrade = version(&facts, "v1beta1", "MilvusUpgrade", true);
    let spec = &upgrade["schema"]["openAPIV3Schema"]["properties"]["spec"];
    assert_eq!(spec["required"], json!(["milvus", "sourceVersion", "targetVersion"]));
    assert_eq!(spec["properties"]["maxRetry"]["default"], json!(3));
}
