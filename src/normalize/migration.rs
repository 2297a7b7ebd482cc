//! The operator's dialect: the `spec` of MilvusUpgrade.

use super::{Given, Reader, Rewrite, operator, operator_version};
use crate::detect::Evidence;
use crate::facts::Facts;
use crate::finding::Set;
use crate::model::{Field, Image, Migration, Oddity, Operation, Settings, Tag, Version};
use std::sync::Arc;

/// Understands a MilvusUpgrade. What nobody writes stays unknown: the operator's webhook would fill some of it in, and it is
/// off unless somebody turned it on.
pub(super) fn read(evidence: &Evidence, facts: &Facts, given: &Given) -> Migration {
    let reader = Reader::new(evidence);
    let mut oddities = reader.oddities();
    oddities.extend(operator::root_metadata(evidence));
    let running = operator_version(evidence, given);
    let image = |key: &str| {
        let node = reader.node(&["spec", key])?;
        let text = node.raw_text().filter(|text| !text.is_empty())?;
        Some(Field::written(node.at, Image::parse(text)))
    };
    let required = |path: &[&str]| {
        reader
            .text(path)
            .unwrap_or_else(|| Field::unknown(reader.place(path), format!("`{}` is not written", path.join("."))))
    };
    let text = |key: &str| {
        let written = reader.text(&["spec", key]).and_then(|field| field.written_value().cloned());
        written.unwrap_or_default()
    };
    let known = "upgrade, rollback";
    let parse = |text: &str| match text {
        "upgrade" => Some(Operation::Upgrade),
        "rollback" => Some(Operation::Rollback),
        _ => None,
    };
    let operation = reader.word(&["spec", "operation"], known, parse, &mut oddities);
    let operation = operation.and_then(|field| field.value().copied()).unwrap_or(Operation::Upgrade);
    Migration {
        id: evidence.id.clone(),
        at: evidence.at,
        milvus_name: required(&["spec", "milvus", "name"]),
        milvus_namespace: required(&["spec", "milvus", "namespace"]),
        milvus_at: reader.place(&["spec", "milvus"]),
        source: version(&reader, "sourceVersion", &mut oddities),
        target: version(&reader, "targetVersion", &mut oddities),
        source_text: text("sourceVersion"),
        target_text: text("targetVersion"),
        target_image: image("targetImage"),
        tool_image: image("toolImage"),
        operation,
        webhook: super::operator_webhook(evidence, &running, facts, given),
        operator: running,
        settings: Settings::default(),
        oddities,
        keys: super::written::written(evidence),
    }
}

fn version(reader: &Reader, key: &str, oddities: &mut Vec<Oddity>) -> Field<Version> {
    let Some(text) = reader.text(&["spec", key]) else {
        return Field::unknown(reader.place(&["spec", key]), format!("`spec.{key}` is not written"));
    };
    let Some(word) = text.written_value() else {
        return Field::unknown(text.at, text.why().unwrap_or_default());
    };
    match Tag::parse(word) {
        Tag::Release(version) => Field::written(text.at, version),
        Tag::Assumed(version, variable) => {
            Field::default(text.at, version, format!("default of the variable {variable}"))
        }
        Tag::Placeholder => {
            oddities.push(Oddity::Placeholder { text: word.clone(), at: text.at });
            Field::unknown(text.at, format!("`{word}` is a placeholder"))
        }
        _ => Field::unknown(text.at, format!("`{word}` is no version of the form x.y.z")),
    }
}

/// Says a [`Set`] in the words of MilvusUpgrade.
pub(super) fn write(evidence: &Evidence, set: &Set) -> Option<Rewrite> {
    let layer = evidence.layers.writable()?;
    let written = |key: &str| evidence.layers.get(&["spec", key]).and_then(crate::yaml::Node::text);
    let like = |key: &str, version: &str| {
        let v = if written(key).is_some_and(|old| old.starts_with(['v', 'V'])) { "v" } else { "" };
        format!("{v}{version}")
    };
    let changes = match set {
        Set::MigrationNamespace(namespace) => {
            vec![layer.set(&["spec", "milvus", "namespace"], namespace.as_str())]
        }
        Set::MigrationSource(version) => vec![layer.set(&["spec", "sourceVersion"], like("sourceVersion", version))],
        Set::MigrationTarget(version) => {
            let mut changes = vec![layer.set(&["spec", "targetVersion"], like("targetVersion", version))];
            if let Some(image) = written("targetImage").map(Image::parse) {
                changes.push(layer.set(&["spec", "targetImage"], super::retagged(&image, version)));
            }
            changes
        }
        Set::MigrationTargetImage(image) => vec![layer.set(&["spec", "targetImage"], image.as_str())],
        Set::MigrationToolImage(image) => vec![layer.set(&["spec", "toolImage"], image.as_str())],
        Set::MetadataMoved(key) => vec![operator::move_metadata(layer, key)],
        _ => return None,
    };
    Some(Rewrite { document: Arc::clone(&layer.document), changes })
}
