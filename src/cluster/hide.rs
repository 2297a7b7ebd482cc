//! What may be shown of an object, and what stays hidden.
//!
//! Takes JSON as the API server gave it; gives the same tree in which every text that is not known to be harmless is replaced by
//! a word that counts as "not known". A password may stand anywhere (an environment, a URL, the values of a release), so
//! texts are let through by the name of their key, and not kept back by it.

use crate::model::HIDDEN;
use crate::source::{Side, SourceId};
use crate::yaml::{self, Node};
use serde_json::{Map, Value};

/// Keys whose texts decide about an upgrade and are no secret.
const SHOWN: &[&str] = &[
    "accessModes",
    "address",
    "apiVersion",
    "appVersion",
    "bookkeeperPath",
    "brokerList",
    "bucketName",
    "by-dev",
    "chanNamePrefix",
    "chartVersion",
    "cluster",
    "component",
    "currentImage",
    "currentVersion",
    "deletionPolicy",
    "dummyImage",
    "endpoint",
    "endpoints",
    "host",
    "image",
    "imageUpdateMode",
    "kind",
    "kvSubPath",
    "messageQueue",
    "metaSubPath",
    "metastore",
    "milvus.io/pause-reconcile",
    "milvus.io/stopped-at",
    "milvusName",
    "mmapDirPath",
    "mode",
    "mqType",
    "msgStreamType",
    "name",
    "namespace",
    "operation",
    "path",
    "port",
    "pullPolicy",
    "reason",
    "repository",
    "rootPath",
    "size",
    "sourceVersion",
    "state",
    "status",
    "storage",
    "storageClass",
    "storageClassName",
    "strategy",
    "tag",
    "targetImage",
    "targetVersion",
    "toolImage",
    "type",
    "version",
];

/// Parts of keys below which nothing is shown, numbers and switches neither.
const SECRET: &[&str] = &[
    "accesskey",
    "apikey",
    "auth",
    "cert",
    "credential",
    "jaas",
    "key",
    "pass",
    "private",
    "pwd",
    "sasl",
    "secret",
    "token",
];

/// Keys with such a part that hold no secret.
const HARMLESS: &[&str] = &["enabled", "authorizationEnabled", "authPlugin", "external"];

/// The tree with nothing in it that could be somebody's secret.
pub(super) fn hidden(value: &Value) -> Value {
    hide(value, "", false)
}

fn hide(value: &Value, key: &str, secret: bool) -> Value {
    match value {
        Value::Object(map) => {
            // An entry of an environment says nothing by its value's key.
            let environment = map.contains_key("name") && (map.contains_key("value") || map.contains_key("valueFrom"));
            let inside = |(key, value): (&String, &Value)| {
                if key == "user.yaml" && !secret {
                    return (key.clone(), server(value));
                }
                (key.clone(), hide(value, key, secret || environment && key != "name" || is_secret(key)))
            };
            Value::Object(map.iter().map(inside).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| hide(item, key, secret)).collect()),
        Value::Bool(_) | Value::Null => value.clone(),
        Value::Number(_) if !secret => value.clone(),
        Value::String(text) if !secret && SHOWN.contains(&key) && is_plain(text) => value.clone(),
        Value::Number(_) | Value::String(_) => Value::String(HIDDEN.to_string()),
    }
}

fn is_secret(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    !HARMLESS.contains(&key) && SECRET.iter().any(|part| lower.contains(part))
}

/// One short line without credentials before an `@` and without a query.
fn is_plain(text: &str) -> bool {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    let login = text.contains("://") && host.contains('@');
    text.len() <= 256 && !login && !text.contains(['\n', '?', ';', ' '])
}

/// The server's configuration, which is YAML in a text.
fn server(value: &Value) -> Value {
    let Some(text) = value.as_str() else { return hide(value, "", true) };
    let stream = yaml::parse(SourceId { side: Side::Base, index: u32::MAX }, text);
    let Some(document) = stream.documents.first().filter(|_| stream.problems.is_empty()) else {
        return Value::String(HIDDEN.to_string());
    };
    Value::String(super::write::yaml(&hidden(&json(&document.root, 0))))
}

/// A node as JSON; what is nested deeper than any configuration is left out.
pub(super) fn json(node: &Node, depth: usize) -> Value {
    if depth > 32 {
        return Value::Null;
    }
    if node.is_map() {
        let entries = node.entries().map(|(key, entry)| (key.to_string(), json(&entry.value, depth + 1)));
        return Value::Object(entries.collect::<Map<_, _>>());
    }
    if node.is_seq() {
        return Value::Array(node.items().iter().map(|item| json(item, depth + 1)).collect());
    }
    match (node.as_bool(), node.raw_text()) {
        _ if node.is_null() => Value::Null,
        (Some(is), _) => Value::Bool(is),
        (None, Some(text)) => match text.parse::<i64>() {
            Ok(number) if !node.is_string() => Value::from(number),
            _ => Value::String(text.to_string()),
        },
        (None, None) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json as object;

    #[test]
    fn no_marked_secret_is_left_and_what_decides_is() {
        let values = object!({
            "image": {"all": {"repository": "milvusdb/milvus", "tag": "v2.5.16"}},
            "minio": {"accessKey": "MARKED", "secretKey": "MARKED", "persistence": {"size": "500Gi"}},
            "externalS3": {"enabled": true, "host": "https://MARKED:MARKED@s3.example", "password": 12345, "port": 443},
            "externalKafka": {"brokerList": "b:9092", "sasl": {"username": "MARKED", "password": {"deep": "MARKED"}}},
            "extraEnv": [{"name": "MARKED_NAME_IS_SHOWN", "value": "MARKED"}, {"name": "A", "valueFrom": {"x": {"name": "MARKED"}}}],
            "extraConfigFiles": {"user.yaml": "minio:\n  secretAccessKey: MARKED\nmq:\n  type: pulsar\ncommon:\n  security:\n    defaultRootPassword: 777\n"},
            "annotations": {"note": "MARKED"},
            "queryNode": {"replicas": 3, "tag": "line\nMARKED"},
        });
        let shown = hidden(&values).to_string();
        assert_eq!(shown.matches("MARKED").count(), 1, "{shown}");
        assert!(!shown.contains("12345") && !shown.contains("777"), "{shown}");
        for kept in ["v2.5.16", "500Gi", "\"replicas\":3", "\"port\":443", "b:9092", "type: pulsar"] {
            assert!(shown.contains(kept), "{kept}: {shown}");
        }
    }

    #[test]
    fn a_configuration_that_does_not_parse_is_hidden_whole() {
        let shown = hidden(&object!({"extraConfigFiles": {"user.yaml": "a: [MARKED"}}));
        assert!(!shown.to_string().contains("MARKED"));
    }
}
