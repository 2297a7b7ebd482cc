//! Overlays: which resources a kustomization takes from its bases, and what it makes of them.
//!
//! Takes what all files of a side gave. A resource that is only a patch is taken back; a base that overlays change gives way to
//! one Milvus for each of them. What stands in another repository is not known, and a Milvus that is patched there says so.

use super::graph::{Graph, Item};
use super::kustomization::Kustomization;
use super::patch::patched_files;
use crate::detect::{Evidence, Found, Layer, Layers, Tree, What, number};
use crate::model::Surface;
use crate::source::SourceId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Takes back resources that are only patches, and puts what overlays make in the place of their bases.
pub fn lay_overlays(tree: &Tree, found: &mut [Found]) {
    let files = tree.files.iter().enumerate();
    let all: Vec<Kustomization> = files.flat_map(|(index, file)| Kustomization::all_of(index, file)).collect();
    if all.is_empty() {
        return;
    }
    let whole: HashSet<SourceId> = all.iter().flat_map(|one| files_of(one, tree)).collect();
    let mut partial: HashMap<SourceId, usize> = HashMap::new();
    for (index, one) in all.iter().enumerate() {
        partial.extend(patched_files(one, tree).into_iter().map(|file| (file, index)));
    }
    let is_partial = |file: &SourceId| partial.get(file).filter(|_| !whole.contains(file)).copied();
    let bases = tree.files.iter().zip(found.iter()).filter(|(file, _)| is_partial(&file.id).is_none());
    let bases = bases.flat_map(|(_, found)| &found.evidence).filter(|evidence| is_resource(evidence));
    let here: HashSet<Option<String>> = bases.map(|evidence| evidence.id.name.clone()).collect();
    for (file, found) in tree.files.iter().zip(found.iter_mut()) {
        let Some(patching) = is_partial(&file.id) else { continue };
        let remote =
            |evidence: &mut Evidence| !here.contains(&evidence.id.name) && is_of_remote(&all[patching], evidence);
        found.evidence.retain_mut(|evidence| !is_patchable(evidence) || remote(evidence));
    }
    for one in &all {
        found[one.file].evidence.extend(super::remote::patched(one, tree, &here));
    }
    let made = Graph::of(tree, found, all).made();
    place(made, found);
}

/// A patch of a Milvus whose base is in another repository says a part of it, and all else is open.
fn is_of_remote(one: &Kustomization, evidence: &mut Evidence) -> bool {
    let Some(remote) = one.remote().filter(|_| is_resource(evidence)) else { return false };
    if evidence.layers.get(&["$patch"]).is_some() || evidence.layers.get(&["spec"]).is_none() {
        return false;
    }
    let namespace = one.text("namespace").map(str::to_string);
    evidence.id.namespace = namespace.or(evidence.id.namespace.take());
    evidence.layers.0.insert(0, Layer::unseen(one.document, Vec::new(), remote.at));
    true
}

/// What kustomizations make, and what it takes the place of.
#[derive(Default)]
pub(super) struct Made {
    /// With the index of the file to report it with.
    pub evidence: Vec<(usize, Evidence)>,
    pub gone: HashSet<(usize, usize)>,
    /// Of a base that somebody deploys as it is.
    pub kept: HashSet<(usize, usize)>,
}

fn place(made: Made, found: &mut [Found]) {
    for (file, found) in found.iter_mut().enumerate() {
        let mut index = 0;
        found.evidence.retain(|_| {
            index += 1;
            let key = (file, index - 1);
            made.kept.contains(&key) || !made.gone.contains(&key)
        });
    }
    let mut seen = HashSet::new();
    for (file, evidence) in made.evidence {
        let layers: Vec<usize> = evidence.layers.0.iter().map(|layer| Arc::as_ptr(&layer.document) as usize).collect();
        if seen.insert((evidence.at, evidence.id.clone(), layers)) {
            found[file].evidence.push(evidence);
            number(&mut found[file].evidence);
        }
    }
}

/// Whether patches stay layers over it.
pub(super) fn is_resource(evidence: &Evidence) -> bool {
    use Surface::{MilvusClusterResource, MilvusResource};
    matches!(evidence.what, What::Migration | What::Deployment(MilvusResource | MilvusClusterResource, _))
}

/// Whether a kustomization inflates it from its chart.
pub(super) fn is_inflated(evidence: &Evidence) -> bool {
    matches!(evidence.what, What::Deployment(Surface::Kustomize, _))
}

/// Whether it can be found in what is only a patch.
fn is_patchable(evidence: &Evidence) -> bool {
    use Surface::{ArgoCd, Flux, Workload};
    is_resource(evidence) || matches!(evidence.what, What::Deployment(ArgoCd | Flux | Workload, _))
}

/// The files that it takes whole.
fn files_of(one: &Kustomization, tree: &Tree) -> Vec<SourceId> {
    one.below().filter_map(|name| tree.beside(one.path, name)).map(|file| file.id).collect()
}

/// The evidence of a Milvus resource as its overlays have it.
pub(super) fn of_resource(item: &Item) -> Option<Evidence> {
    let (evidence, subject) = (item.evidence.as_ref()?, &item.subject);
    let mut evidence = evidence.clone();
    evidence.id.namespace.clone_from(&subject.namespace);
    evidence.id.name = subject.names.last().cloned();
    evidence.id.path.clone_from(&subject.path);
    evidence.at = subject.at;
    evidence.layers = Layers(subject.layers.0.clone());
    evidence.server = Layers(subject.server.0.clone());
    Some(evidence)
}
