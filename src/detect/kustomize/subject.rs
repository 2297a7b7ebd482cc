//! A resource on its way through kustomizations: takes an object as it stands, keeps what is laid over it.

use crate::detect::{Evidence, Layer, Layers};
use crate::source::Span;
use crate::yaml::{Document, Node};
use std::sync::Arc;

/// A resource that patches are laid over.
#[derive(Clone)]
pub(super) struct Subject {
    pub namespace: Option<String>,
    /// Every name that it has had, the newest last; a patch may mean it by any of them.
    pub names: Vec<String>,
    /// The file that it is called after.
    pub path: String,
    /// What makes it another one than its base; two overlays of one base are told apart by it.
    pub at: Span,
    /// The resource as it stands in its base, and each patch over it.
    pub layers: Layers,
    pub server: Layers,
    /// All of that put together, of resources that are searched once more.
    pub root: Option<Node>,
    /// Pointers to what no layer says as it stands.
    pub loose: Vec<Vec<String>>,
    /// Resources that kustomize knows have lists that are merged by a key.
    pub known: bool,
    pub deleted: bool,
}

impl Subject {
    /// A Milvus resource, whose patches stay layers.
    pub(super) fn of(evidence: &Evidence) -> Subject {
        Subject {
            namespace: evidence.id.namespace.clone(),
            names: evidence.id.name.iter().cloned().collect(),
            path: evidence.id.path.clone(),
            at: evidence.at,
            layers: evidence.layers.clone(),
            server: evidence.server.clone(),
            root: None,
            loose: Vec::new(),
            known: false,
            deleted: false,
        }
    }

    /// Another resource, which is searched once more when all is laid over it.
    pub(super) fn of_document(document: &Arc<Document>, path: &str) -> Subject {
        let root = &document.root;
        let metadata = |key: &str| root.at_path(&["metadata", key]).and_then(Node::raw_text).map(str::to_string);
        let group = root.get("apiVersion").and_then(Node::text).unwrap_or_default();
        Subject {
            namespace: metadata("namespace"),
            names: metadata("name").into_iter().collect(),
            path: path.to_string(),
            at: root.entry("kind").map_or(root.at, |kind| kind.key.at),
            layers: Layers(vec![Layer { editable: document.exact, ..Layer::of_document(Arc::clone(document)) }]),
            server: Layers::default(),
            root: Some(root.clone()),
            loose: Vec::new(),
            known: group == "v1" || group.starts_with("apps/"),
            deleted: false,
        }
    }

    /// A text of the resource as it stands in its base.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.layers.0.first()?.node.get(key)?.text()
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.text("kind") == Some(kind)
    }

    pub(super) fn lay(&mut self, layer: Layer, at: Span) {
        // What is written below would not come through; no repair is offered rather than one without effect.
        for below in self.layers.0.iter_mut().filter(|_| !layer.editable && self.root.is_none()) {
            below.editable = false;
        }
        self.layers.0.push(layer);
        self.at = at;
    }

    /// A value that stands nowhere in these words, at a pointer.
    pub(super) fn put(&mut self, root: Node, keys: Vec<String>, at: Span) {
        self.root = Some(root);
        self.loose.push(keys);
        self.at = at;
    }
}
