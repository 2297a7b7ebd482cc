//! A resource of Milvus of which nothing is here but patches: takes a kustomization whose base is in another repository, gives what
//! its inline patches say. All else of it is open.

use super::kustomization::Kustomization;
use super::patch::{Patch, laid, patches};
use crate::detect::milvus_resource::{self, GROUP};
use crate::detect::{Evidence, Layer, Layers, Tree};
use crate::model::Identity;
use crate::source::Span;
use crate::yaml::{Document, Node};
use std::collections::HashSet;
use std::sync::Arc;

/// Every resource of the operator that inline patches name and that is not `here`.
pub(super) fn patched(one: &Kustomization, tree: &Tree, here: &HashSet<Option<String>>) -> Vec<Evidence> {
    let Some(remote) = one.remote() else { return Vec::new() };
    let mut found: Vec<(String, Evidence)> = Vec::new();
    for patch in patches(one, tree) {
        let Patch::Document { document, target } = patch else { continue };
        // What stands in a file of its own was found there.
        let inline = document.source == one.document.source;
        let Some(meant) =
            Meant::by(&document, target).filter(|meant| inline && !here.contains(&Some(meant.name.clone())))
        else {
            continue;
        };
        let same = |(kind, known): &&mut (String, Evidence)| {
            *kind == meant.kind && known.id.name.as_ref() == Some(&meant.name)
        };
        match found.iter_mut().find(same) {
            Some((_, known)) => *known = laid(&document, known),
            None => {
                let kind = meant.kind.clone();
                let begun = meant.begin(one, remote.at);
                found.extend(begun.map(|begun| (kind, laid(&document, &begun))));
            }
        }
    }
    found.into_iter().map(|(_, evidence)| evidence).collect()
}

/// What a patch is of.
struct Meant {
    kind: String,
    name: String,
    namespace: Option<String>,
    version: String,
    at: Span,
}

impl Meant {
    fn by(document: &Arc<Document>, target: Option<&Node>) -> Option<Meant> {
        let root = &document.root;
        if root.get("$patch").is_some() {
            return None;
        }
        let written = |path: &[&str]| root.at_path(path).and_then(Node::text).map(str::to_string);
        let asked = |key: &str| target.and_then(|target| target.get(key)?.text()).map(str::to_string);
        let version = written(&["apiVersion"]).and_then(|group| group.strip_prefix(GROUP).map(str::to_string));
        let kind = asked("kind").or_else(|| written(&["kind"]))?;
        let name = asked("name").or_else(|| written(&["metadata", "name"]))?;
        // A target may mean several by one expression; then none of them is known.
        let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        let foreign = root.get("apiVersion").is_some() && version.is_none();
        let namespace = asked("namespace").or_else(|| written(&["metadata", "namespace"]));
        let version = version.or_else(|| asked("version")).unwrap_or_else(|| "v1beta1".to_string());
        let at = root.entry("kind").map_or(root.at, |kind| kind.key.at);
        (plain && !foreign).then_some(Meant { kind, name, namespace, version, at })
    }

    fn begin(self, one: &Kustomization, remote: Span) -> Option<Evidence> {
        Some(Evidence {
            what: milvus_resource::what(&self.kind)?,
            id: Identity {
                namespace: one.text("namespace").map(str::to_string).or(self.namespace),
                name: Some(self.name),
                path: one.path.to_string(),
                ordinal: 0,
            },
            at: self.at,
            api_version: self.version,
            layers: Layers(vec![Layer::unseen(one.document, Vec::new(), remote)]),
            server: Layers::default(),
            chart: None,
            processes: Vec::new(),
            own_chart: false,
            unfound: None,
            services: Layers::default(),
        })
    }
}
