//! Nodes that stand nowhere as they are: takes a path or an image and a value, gives the map that says so.

use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node, Scalar, Style};
use std::sync::Arc;

/// A value at the end of keys, all of which stand at one place.
pub(super) fn nested(at: Span, keys: &[String], value: &Node) -> Node {
    keys.iter().rev().fold(value.clone(), |value, key| {
        let entries = vec![Entry { key: plain(at, key), value }];
        Node { at, kind: Kind::Map(Arc::new(Map { entries })) }
    })
}

/// Nothing, which hides what is below.
pub(super) fn nothing(at: Span) -> Node {
    Node { at, kind: Kind::Null }
}

fn plain(at: Span, text: &str) -> Node {
    let scalar = Scalar { text: text.into(), style: Style::Plain, templated: false, tag: None, content: at };
    Node { at, kind: Kind::Scalar(scalar) }
}

/// The `images` of a kustomization.
pub(super) mod images {
    use super::{nested, plain};
    use crate::detect::kustomize::overlays::Kustomization;
    use crate::detect::{Evidence, Layer, Tree};
    use crate::yaml::{Document, Node};
    use std::sync::Arc;

    const IMAGE: [&str; 3] = ["spec", "components", "image"];

    /// Kustomize looks for images in containers only, unless a file of `configurations` names another field.
    pub(in crate::detect::kustomize) fn reach_milvus(one: &Kustomization, tree: &Tree) -> bool {
        let files = one.list("configurations").filter_map(|(_, name)| tree.beside(one.path, name.text()?));
        let lists = files.flat_map(|file| &file.documents).filter_map(|document| document.root.get("images"));
        let paths = lists.flat_map(Node::items).filter_map(|item| item.get("path")?.text());
        paths.into_iter().any(|path| path.trim_matches('/') == IMAGE.join("/"))
    }

    /// The image as an entry makes it; `None` for another image.
    pub(in crate::detect::kustomize) fn layer(
        document: &Arc<Document>,
        item: &Node,
        evidence: &Evidence,
    ) -> Option<Layer> {
        let image = evidence.layers.get(&IMAGE)?.text()?;
        let text = |key: &str| item.get(key).and_then(Node::raw_text).filter(|text| !text.is_empty());
        let (before, digest) = image.split_once('@').map_or((image, None), |(before, digest)| (before, Some(digest)));
        let colon = before.rfind(':').filter(|colon| !before[*colon..].contains('/'));
        let (name, tag) = colon.map_or((before, None), |colon| (&before[..colon], Some(&before[colon + 1..])));
        if text("name")? != name {
            return None;
        }
        let name = text("newName").unwrap_or(name);
        let made = match (text("newTag"), text("digest")) {
            (_, Some(digest)) => format!("{name}@{digest}"),
            (Some(tag), None) => format!("{name}:{tag}"),
            (None, None) => {
                let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
                let digest = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
                format!("{name}{tag}{digest}")
            }
        };
        let place = item.get("newTag").or(item.get("newName")).unwrap_or(item).at;
        let keys = IMAGE.map(str::to_string);
        let node = nested(place, &keys, &plain(place, &made));
        Some(Layer { document: Arc::clone(document), path: Vec::new(), node, editable: false })
    }
}
