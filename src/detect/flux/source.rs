//! Whether the source that a HelmRelease names is there: takes its reference, gives what is certainly wrong with it.
//!
//! What moves objects to other namespaces, or renames them, makes it uncertain, and then nothing is said.

use super::HelmRelease;
use crate::detect::objects::Object;
use crate::model::Unfound;
use crate::yaml::Node;

impl HelmRelease<'_> {
    /// The source that is not where the release looks for it.
    pub(super) fn unfound(&self) -> Option<Unfound> {
        let node = self.object.node;
        let reference = node.at_path(&["spec", "chart", "spec", "sourceRef"]).or(node.at_path(&["spec", "chartRef"]))?;
        let text = |key: &str| reference.get(key).and_then(Node::text).filter(|text| !text.contains("${"));
        let (kind, name) = (text("kind")?, text("name")?);
        let written = reference.get("namespace");
        let namespace = match written {
            Some(_) => text("namespace"),
            None => self.namespace().filter(|namespace| !namespace.contains(['$', '{'])),
        };
        let objects = self.tree.objects();
        if !objects.are_sure(kind) {
            return None;
        }
        let namesakes: Vec<Object> = objects.called(self.tree, kind, name).map(|(_, object)| object).collect();
        let place = reference.get(if written.is_some() { "namespace" } else { "name" })?.at;
        let unfound = |elsewhere| Unfound {
            at: place,
            kind: kind.to_string(),
            name: name.to_string(),
            namespace: namespace.map(str::to_string),
            elsewhere,
        };
        let Some(first) = namesakes.first() else {
            // Artifacts of other charts are not looked at, and somebody may keep all sources in another repository.
            let place = reference.get("name")?.at;
            let missing = kind == "HelmRepository" && objects.any(kind);
            return missing.then(|| Unfound { at: place, ..unfound(None) });
        };
        let namespace = namespace?;
        let elsewhere = |object: &&Object| object.metadata("namespace").is_some_and(|own| own != namespace);
        let moved = objects.movers(self.tree).any(|object| moves_to(object.node, namespace));
        let certain = namesakes.iter().filter(elsewhere).count() == namesakes.len() && !moved;
        let own = first.node.at_path(&["metadata", "namespace"]).filter(|own| own.text().is_some());
        own.filter(|_| certain).map(|own| unfound(Some((own.at, own.text().unwrap_or_default().to_string()))))
    }
}

/// Whether a kustomization puts what it has into a namespace; which objects it has is not asked.
fn moves_to(node: &Node, namespace: &str) -> bool {
    let to = node.get("namespace").or(node.at_path(&["spec", "targetNamespace"]));
    to.is_some_and(|to| to.text().is_none_or(|to| to == namespace || to.contains('$')))
}
