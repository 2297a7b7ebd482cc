//! Post-renderers of a HelmRelease: takes their `images` and patches, gives the image that the server has after them.

use crate::detect::kustomize::images;
use crate::detect::objects::Object;
use crate::detect::{Layer, Layers, Tree, process};
use crate::source::Span;
use crate::yaml::{self, Entry, Kind, Map, Node, Scalar, Style};
use std::sync::Arc;

/// What the chart prints unless its values say otherwise.
const REPOSITORY: &str = "milvusdb/milvus";

/// The image that post-renderers put in, as values of the chart would say it; `None` where they leave it alone.
pub(super) fn layer(object: &Object, tree: &Tree, layers: &Layers) -> Option<Layer> {
    let renderers = object.node.at_path(&["spec", "postRenderers"]).map(Node::items).unwrap_or_default();
    let mut image: Option<(Span, String)> = None;
    for renderer in renderers.iter().filter_map(|renderer| renderer.get("kustomize")) {
        for key in ["patchesStrategicMerge", "patchesJson6902", "patches"] {
            for patch in renderer.get(key).map(Node::items).unwrap_or_default() {
                image = patched(patch, tree).or(image);
            }
        }
        for item in renderer.get("images").map(Node::items).unwrap_or_default() {
            let before = image.clone().map(|(_, text)| text).or_else(|| written(layers, item));
            let Some(before) = before else { continue };
            let place = ["newTag", "digest", "newName"].into_iter().find_map(|key| item.get(key)).unwrap_or(item);
            image = images::changed(item, &before).map(|text| (place.at, text)).or(image);
        }
    }
    let (at, text) = image?;
    let (repository, tag) = match text.rsplit_once(':').filter(|(_, tag)| !tag.contains('/') && !text.contains('@')) {
        Some((repository, tag)) => (repository.to_string(), tag.to_string()),
        None => (text.split('@').next().unwrap_or(&text).to_string(), text.split_once('@')?.1.to_string()),
    };
    let values = map(at, &[("repository", plain(at, &repository)), ("tag", plain(at, &tag))]);
    let node = map(at, &[("image", map(at, &[("all", values)]))]);
    Some(Layer { document: Arc::clone(object.document), path: object.path.clone(), node, editable: false })
}

/// The image that the chart prints. The tag does not matter where it is not written: an entry of `images` asks for the name.
fn written(layers: &Layers, item: &Node) -> Option<String> {
    let text = |key: &str| layers.get(&["image", "all", key]).and_then(Node::raw_text);
    let repository = text("repository").unwrap_or(REPOSITORY);
    match text("tag") {
        Some(tag) => Some(format!("{repository}:{tag}")),
        // A new name alone leaves the chart's own tag in force.
        None => item.get("newTag").or(item.get("digest")).map(|_| repository.to_string()),
    }
}

/// The server's image that a patch of printed workloads names.
fn patched(patch: &Node, tree: &Tree) -> Option<(Span, String)> {
    let inner = patch.get("patch").unwrap_or(patch);
    let parsed = inner.text().and_then(|_| yaml::parse_block(tree.text(inner.at.source), inner));
    let roots = parsed.map(|stream| stream.documents.into_iter().map(|document| document.root).collect::<Vec<_>>());
    let roots = roots.unwrap_or_else(|| vec![inner.clone()]);
    roots.iter().find_map(|root| image_in(root, 0))
}

fn image_in(node: &Node, depth: usize) -> Option<(Span, String)> {
    let server = |node: &Node| Some(node).filter(|node| node.text().is_some_and(process::is_server_image)).map(told);
    if depth > 12 {
        return None;
    }
    let path = node.get("path").and_then(Node::text).is_some_and(|path| path.ends_with("/image"));
    let value = node.get("value").filter(|_| path);
    let own = node.get("image").or(value).and_then(server);
    own.or_else(|| node.items().iter().find_map(|item| image_in(item, depth + 1)))
        .or_else(|| node.entries().find_map(|(_, entry)| image_in(&entry.value, depth + 1)))
}

fn told(node: &Node) -> (Span, String) {
    (node.at, node.text().unwrap_or_default().to_string())
}

fn map(at: Span, values: &[(&str, Node)]) -> Node {
    let entries = values.iter().map(|(key, value)| Entry { key: plain(at, key), value: value.clone() }).collect();
    Node { at, kind: Kind::Map(Arc::new(Map { entries })) }
}

fn plain(at: Span, text: &str) -> Node {
    let scalar = Scalar { text: text.into(), style: Style::Plain, templated: false, tag: None, content: at };
    Node { at, kind: Kind::Scalar(scalar) }
}
