//! Law 12: the schemas for editors say what the facts say, and are current.
//!
//! `UPDATE_SCHEMAS=1 cargo test --lib schemas` writes them.

use super::{known_facts, root};
use crate::facts::{Facts, KeyField};
use serde_json::{Map, Value, json};

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The schema of what stands at a path: its children are the fields one step below.
fn schema_of(field: &KeyField, all: &[&KeyField]) -> Value {
    let mut schema = Map::new();
    if field.kind != "any" {
        schema.insert("type".into(), json!([field.kind, "null"]));
    }
    if !field.words.is_empty() {
        schema.insert(
            "enum".into(),
            json!(field.words.iter().map(|word| json!(word)).chain([Value::Null]).collect::<Vec<_>>()),
        );
    }
    if let Some(min) = field.min {
        schema.insert("minimum".into(), json!(min));
    }
    if !field.default.is_empty() {
        schema.insert("default".into(), serde_json::from_str(field.default).unwrap_or(json!(field.default)));
    }
    let last = all.last().map_or("", |field| field.schema);
    let since = format!("Since operator {}.", field.since);
    let until = if field.until.is_empty() { String::new() } else { format!(" Gone in {}.", field.until) };
    debug_assert_eq!(field.schema, last);
    schema.insert("description".into(), json!(since + &until));
    if field.open {
        return Value::Object(schema);
    }
    let child = |suffix: &str| all.iter().find(|other| other.path == format!("{}{suffix}", field.path));
    if let Some(item) = child("[]") {
        schema.insert("items".into(), schema_of(item, all));
    }
    if field.kind == "object" {
        let any = child("{}").map_or(Value::Bool(false), |value| schema_of(value, all));
        let below = |other: &&&KeyField| {
            let rest = other.path.strip_prefix(field.path).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| !rest.contains(['.', '[', '{']))
        };
        let (properties, required) = properties(all.iter().filter(below).copied(), all);
        schema.insert("properties".into(), properties);
        if !required.is_empty() {
            schema.insert("required".into(), json!(required));
        }
        schema.insert("additionalProperties".into(), any);
    }
    Value::Object(schema)
}

fn properties<'a>(fields: impl Iterator<Item = &'a KeyField>, all: &[&'a KeyField]) -> (Value, Vec<&'static str>) {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in fields {
        let name = field.path.rsplit('.').next().unwrap_or(field.path);
        properties.insert(name.to_string(), schema_of(field, all));
        if field.required {
            required.push(name);
        }
    }
    (Value::Object(properties), required)
}

fn resource(facts: &Facts, schema: &str, kind: &str, version: &str) -> Value {
    let all: Vec<&KeyField> = facts.fields(schema).collect();
    let (mut fields, required) = properties(all.iter().filter(|field| !field.path.contains('.')).copied(), &all);
    fields["apiVersion"] = json!({ "const": format!("milvus.io/{version}") });
    fields["kind"] = json!({ "const": kind });
    json!({
        "$schema": DRAFT,
        "title": format!("{kind} of the Milvus operator"),
        "description": format!("Every field of operators up to {}.", facts.keys_read_to("operator")),
        "type": "object",
        "properties": fields,
        "required": required,
        "additionalProperties": false,
    })
}

fn values(facts: &Facts) -> Value {
    fn below(all: &[(&'static str, &'static str, bool)], parent: &str) -> Value {
        let mut properties = Map::new();
        for (path, kind, open) in all {
            let rest = if parent.is_empty() {
                Some(*path)
            } else {
                path.strip_prefix(parent).and_then(|rest| rest.strip_prefix('.'))
            };
            let Some(name) = rest.filter(|rest| !rest.contains('.')) else { continue };
            let mut schema = Map::new();
            if *kind == "object" {
                schema.insert("type".into(), json!(["object", "null"]));
            }
            if *kind == "object" && !open {
                schema.insert("properties".into(), below(all, path));
                schema.insert("additionalProperties".into(), json!(false));
            }
            properties.insert(name.to_string(), Value::Object(schema));
        }
        Value::Object(properties)
    }
    let all: Vec<_> = facts.chart_values().collect();
    json!({
        "$schema": DRAFT,
        "title": "Values of the Milvus chart",
        "description": format!("Every value of charts up to {}.", facts.keys_read_to("chart")),
        "type": "object",
        "properties": below(&all, ""),
        // Where anchors are kept.
        "patternProperties": { "^(x-|_)": true },
        "additionalProperties": false,
    })
}

fn schemas() -> [(&'static str, Value); 3] {
    let facts = known_facts();
    [
        ("milvus", resource(&facts, "Milvus", "Milvus", "v1beta1")),
        ("milvusupgrade", resource(&facts, "MilvusUpgrade", "MilvusUpgrade", "v1beta1")),
        ("values", values(&facts)),
    ]
}

#[test]
fn the_schemas_are_current() {
    for (name, schema) in schemas() {
        let path = root().join(format!("schemas/{name}.schema.json"));
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == text,
            "{} is not current; UPDATE_SCHEMAS=1 cargo test --lib schemas writes it",
            path.display()
        );
    }
}

#[test]
fn the_schemas_take_what_is_right_and_refuse_what_is_not() {
    let [(_, milvus), (_, upgrade), (_, values)] = schemas();
    let takes = |schema: &Value, text: Value| jsonschema::validator_for(schema).unwrap().is_valid(&text);
    let resource = |spec: Value| json!({ "apiVersion": "milvus.io/v1beta1", "kind": "Milvus", "metadata": { "name": "a" }, "spec": spec });
    assert!(takes(&milvus, resource(json!({ "mode": "cluster", "config": { "anything": { "goes": 1 } } }))));
    assert!(takes(&milvus, resource(json!({ "components": { "image": "a", "nodeSelector": { "pool": "ssd" } } }))));
    for wrong in [
        json!({ "mode": "Cluster" }),
        json!({ "component": {} }),
        json!({ "components": { "queryNode": { "replicas": "2" } } }),
        json!({ "dependencies": { "storage": { "type": "Minio" } } }),
    ] {
        assert!(!takes(&milvus, resource(wrong.clone())), "{wrong}");
    }
    let upgrade_of = |spec: Value| json!({ "apiVersion": "milvus.io/v1beta1", "kind": "MilvusUpgrade", "metadata": { "name": "a" }, "spec": spec });
    let order =
        json!({ "milvus": { "name": "a", "namespace": "b" }, "sourceVersion": "2.1.4", "targetVersion": "2.2.16" });
    assert!(takes(&upgrade, upgrade_of(order)));
    assert!(!takes(&upgrade, upgrade_of(json!({ "deleteBackupPVC": true }))));
    assert!(takes(&values, json!({ "etcd": { "replicaCount": 3 }, "extraConfigFiles": { "user.yaml": "a: 1" } })));
    assert!(!takes(&values, json!({ "standalone": { "persistence": { "storageClass": "fast" } } })));
}
