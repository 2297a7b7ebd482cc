//! What a kustomization does to a resource besides patches: names, namespaces, variables of Flux. Takes a resource, gives it
//! changed, and whether it was.

use super::kustomization::Kustomization;
use super::subject::Subject;
use super::substitute::Substitute;
use super::{merge, synthetic};
use crate::yaml::{Document, Kind, Node};
use std::sync::Arc;

/// More variables than anybody writes in one resource.
const MOST: usize = 500;

impl Kustomization<'_> {
    pub(super) fn move_to_namespace(&self, subject: &mut Subject) -> bool {
        let Some(namespace) = self.get("namespace").filter(|namespace| namespace.raw_text().is_some()) else {
            return false;
        };
        let text = namespace.raw_text().map(str::to_string);
        let moved = subject.namespace != text;
        if moved {
            subject.namespace = text;
            subject.set_metadata("namespace", namespace);
        }
        moved
    }

    pub(super) fn rename(&self, subject: &mut Subject) -> bool {
        let text = |key: &str| self.text(key).unwrap_or_default();
        let (prefix, suffix) = (text("namePrefix"), text("nameSuffix"));
        let Some(name) = subject.names.last() else { return false };
        if prefix.is_empty() && suffix.is_empty() {
            return false;
        }
        let name = format!("{prefix}{name}{suffix}");
        let at = self.get("namePrefix").or(self.get("nameSuffix")).map_or(subject.at, |node| node.at);
        subject.set_metadata("name", &synthetic::plain(at, &name));
        subject.names.push(name);
        true
    }
}

impl Subject {
    fn set_metadata(&mut self, key: &str, value: &Node) {
        let root = self.root.take().map(|root| merge::set(&root, &["metadata", key], value));
        self.root = root;
    }

    /// Puts variables in; whether there were any.
    pub(super) fn substitute(&mut self, substitute: &Substitute) -> bool {
        let labels = ["labels", "annotations"].into_iter();
        let root = self.root.as_ref().or(self.layers.0.first().map(|layer| &layer.node));
        let mut off =
            labels.filter_map(|key| root?.at_path(&["metadata", key])?.get("kustomize.toolkit.fluxcd.io/substitute"));
        if off.any(|off| off.text() == Some("disabled")) {
            return false;
        }
        let put_in = |node: &Node| merge::each(node, &|node| substitute.scalar(node));
        if let Some(root) = &self.root {
            let Some(new) = put_in(root) else { return false };
            variables(root, &mut Vec::new(), &mut self.loose, &|node| substitute.scalar(node).is_some());
            self.root = Some(new);
            return true;
        }
        let mut any = false;
        for layer in self.layers.0.iter_mut().chain(&mut self.server.0) {
            if let Some(node) = put_in(&layer.node) {
                (layer.node, layer.editable, any) = (node, false, true);
            }
        }
        any
    }
}

/// Pointers to the scalars that have variables.
fn variables(node: &Node, way: &mut Vec<String>, found: &mut Vec<Vec<String>>, has: &dyn Fn(&Node) -> bool) {
    let inner: Vec<(String, &Node)> = match &node.kind {
        Kind::Map(map) => {
            let keys = map.entries.iter().filter_map(|entry| Some((entry.key.text()?.to_string(), &entry.value)));
            keys.collect()
        }
        Kind::Seq(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        Kind::Scalar(_) if has(node) && found.len() < MOST => return found.push(way.clone()),
        // What an anchor holds is put in where it stands.
        _ => return,
    };
    for (key, node) in inner {
        way.push(key);
        variables(node, way, found, has);
        way.pop();
    }
}

/// The document of a resource with all that was laid over it; it stands nowhere, so nothing in it can be edited.
pub(super) fn whole(subject: &Subject) -> Option<Arc<Document>> {
    let mut document: Document = (*subject.layers.0.first()?.document).clone();
    let home = document.source;
    document.root = merge::loosened(subject.root.as_ref()?, home);
    document.exact = false;
    Some(Arc::new(document))
}
