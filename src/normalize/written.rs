//! The keys that are written for a Milvus: takes the layers of its evidence, gives lists of keys for whoever reads them.
//!
//! It knows which layer is meant for whom, and no key by name. What a template may add or hide is left out whole.

use super::Rewrite;
use crate::detect::{Evidence, Layer, What};
use crate::model::{Dialect, Key, Reader, Shape, Surface, Written};
use crate::yaml::{Change, Kind, Node, Typed};
use std::sync::Arc;

/// No resource and no values are nested deeper.
const DEEPEST: usize = 32;

/// All keys of one piece of evidence, one list for each text.
pub(super) fn written(evidence: &Evidence) -> Arc<[Written]> {
    let own = evidence.layers.0.iter().filter_map(|layer| Some((layer, reader(evidence, layer)?)));
    let server = evidence.server.0.iter().map(|layer| (layer, Reader::Server));
    let plain = |layer: &Layer| !layer.document.templated && !layer.is_unseen() && layer.node.is_map();
    own.chain(server)
        .filter(|(layer, _)| plain(layer))
        .map(|(layer, reader)| {
            let mut keys = Vec::new();
            collect(&layer.node, 0, matches!(reader, Reader::Resource(_)), &mut keys);
            Written { reader, keys }
        })
        .collect()
}

/// Who reads a layer; `None` where that is a chart, or a version of a resource, of which nothing is known.
fn reader(evidence: &Evidence, layer: &Layer) -> Option<Reader> {
    let resource = |schema| Some(Reader::Resource(schema));
    match (evidence.what, evidence.api_version.as_str()) {
        (What::Migration, "v1beta1") => resource("MilvusUpgrade"),
        (What::Deployment(Surface::MilvusResource, _), "v1beta1") => resource("Milvus"),
        (What::Deployment(Surface::MilvusResource, _), "v1alpha1") => resource("Milvus-v1alpha1"),
        (What::Deployment(Surface::MilvusClusterResource, _), "v1alpha1") => resource("MilvusCluster"),
        (What::Deployment(surface, Dialect::Chart), _) if !evidence.own_chart => {
            let nested = surface == Surface::Umbrella || surface == Surface::HelmValues && !layer.path.is_empty();
            Some(Reader::Chart { umbrella: nested })
        }
        _ => None,
    }
}

/// Moves a key, or renames it, in the layer in which it is written.
pub(super) fn moved(evidence: &Evidence, reader: Reader, from: &[String], to: &[String]) -> Option<Rewrite> {
    let layers = if reader == Reader::Server { &evidence.server } else { &evidence.layers };
    let path: Vec<&str> = from.iter().map(String::as_str).collect();
    let layer = layers.layer_of(&path).filter(|layer| layer.editable)?;
    let (name, target) = to.split_last()?;
    let target: Vec<&str> = target.iter().map(String::as_str).collect();
    let change = match (path.split_last()?, path.len() == to.len()) {
        ((_, above), true) if above == target => Change::Rename { path: layer.path_to(&path), key: name.clone() },
        ((last, _), _) if *last == name => Change::Move { from: layer.path_to(&path), to: layer.path_to(&target) },
        _ => return None,
    };
    Some(Rewrite { document: Arc::clone(&layer.document), changes: vec![change] })
}

fn collect(node: &Node, depth: usize, into_lists: bool, keys: &mut Vec<Key>) {
    if depth >= DEEPEST {
        return;
    }
    // What stands behind an alias, or comes in with `<<`, is not written here.
    match &node.kind {
        Kind::Map(map) => {
            for entry in &map.entries {
                let Some(name) = entry.key.scalar().filter(|name| is_name(&name.text) && !name.templated) else {
                    continue;
                };
                // Of a setting such as `hosts[0]` the key is what stands before the bracket.
                let name = match name.text.split_once('[') {
                    Some((name, _)) => name.into(),
                    None => Arc::clone(&name.text),
                };
                put(name, &entry.key, &entry.value, depth, into_lists, keys);
            }
        }
        Kind::Seq(items) if into_lists => {
            for item in items.iter() {
                put("[]".into(), item, item, depth, into_lists, keys);
            }
        }
        _ => {}
    }
}

fn put(name: Arc<str>, key: &Node, value: &Node, depth: usize, into_lists: bool, keys: &mut Vec<Key>) {
    let index = keys.len();
    let text = value.raw_text().is_some().then(|| value.scalar().map(|scalar| Arc::clone(&scalar.text))).flatten();
    keys.push(Key { name, at: key.at, depth, end: 0, shape: shape(value), text, value_at: value.at });
    collect(value, depth + 1, into_lists, keys);
    keys[index].end = keys.len();
}

/// Merges, anchors that are kept under a key of their own, and orders to whoever patches are no keys of anybody.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text != "<<"
        && !text.starts_with(['$', '_', '.', '[', '&'])
        && !text.starts_with("x-")
        && !text.contains(['{', '<', '%'])
        && !text.contains("${")
}

fn shape(node: &Node) -> Shape {
    match &node.kind {
        Kind::Null => Shape::Null,
        Kind::Map(_) => Shape::Map,
        Kind::Seq(_) => Shape::List,
        Kind::Alias(_) => Shape::Open,
        Kind::Scalar(scalar) => match scalar.typed() {
            _ if scalar.templated || scalar.text.contains("${") || scalar.text.contains("$(") => Shape::Open,
            Typed::Bool(_) => Shape::Bool,
            Typed::Number if scalar.text.contains(['.', 'e', 'E', 'n', 'N']) => Shape::Number,
            Typed::Number => Shape::Integer,
            Typed::String => Shape::Text,
            Typed::Null => Shape::Null,
            Typed::Other => Shape::Open,
        },
    }
}
