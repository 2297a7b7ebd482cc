//! Whether the installed schema has the fields that are to be written.
//!
//! Takes the OpenAPI document of one API group as the API server gives it, and an object; gives the paths that the schema does not
//! have. Server-side apply answers such a field with a bare error 500, in which nobody sees what is wrong. Pure.

use serde_json::Value;

/// The fields of `object` that the schema of its kind does not have; `None` when the document has no such kind.
pub fn unknown_fields(document: &Value, object: &Value) -> Option<Vec<String>> {
    let kind = object["kind"].as_str()?;
    let schemas = document.pointer("/components/schemas")?.as_object()?;
    let of_kind = |schema: &&Value| {
        let kinds = schema["x-kubernetes-group-version-kind"].as_array();
        kinds.into_iter().flatten().any(|one| one["kind"] == kind)
    };
    let schema = schemas.values().find(of_kind)?;
    let mut unknown = Vec::new();
    walk(schemas, schema, object, "", &mut unknown);
    Some(unknown)
}

fn walk(
    schemas: &serde_json::Map<String, Value>,
    schema: &Value,
    value: &Value,
    path: &str,
    unknown: &mut Vec<String>,
) {
    let schema = resolved(schemas, schema);
    let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object()) else { return };
    if schema["x-kubernetes-preserve-unknown-fields"] == true {
        return;
    }
    for (key, value) in object {
        // What every object has is not the business of a kind.
        if path.is_empty() && matches!(key.as_str(), "apiVersion" | "kind" | "metadata") {
            continue;
        }
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match properties.get(key) {
            Some(schema) => walk(schemas, schema, value, &path, unknown),
            None => unknown.push(path),
        }
    }
}

/// A schema behind a reference, alone or as the only one of several.
fn resolved<'a>(schemas: &'a serde_json::Map<String, Value>, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().or_else(|| schema.pointer("/allOf/0/$ref").and_then(Value::as_str));
    let name = reference.and_then(|text| text.rsplit('/').next());
    name.and_then(|name| schemas.get(name)).unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_the_schema_lacks_is_named() {
        let document = json!({"components": {"schemas": {"io.milvus.v1beta1.Milvus": {
            "x-kubernetes-group-version-kind": [{"group": "milvus.io", "kind": "Milvus", "version": "v1beta1"}],
            "properties": {"spec": {"properties": {
                "components": {"properties": {"image": {"type": "string"}}},
                "config": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            }}},
        }}}});
        let object = json!({"kind": "Milvus", "metadata": {"name": "a"}, "spec": {
            "components": {"image": "a", "imageUpdateMode": "all"}, "config": {"free": 1},
        }});
        assert_eq!(unknown_fields(&document, &object), Some(vec!["spec.components.imageUpdateMode".to_string()]));
        assert_eq!(unknown_fields(&document, &json!({"kind": "Other"})), None);
    }
}
