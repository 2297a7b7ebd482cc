//! What Applications make of folders: takes what all files of a side gave, gives each Milvus the namespace, the values and the
//! patches of the Application that installs it.
//!
//! A Milvus that one Application installs stays where it is written. One that several install is another Milvus in each of
//! them, unless they say the same of it.

use super::folder::{Applied, How, Plain};
use super::{glob, images};
use crate::detect::tree::plain;
use crate::detect::{Evidence, Found, Layer, LeftOut, Tree, What, kustomize, number, umbrella};
use crate::model::Surface;
use crate::source::{SourceId, Span};
use crate::yaml::{Document, Node, Step};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A Milvus as one Application makes it.
struct Made<'a> {
    evidence: Evidence,
    /// It is switched off, so that nothing of it runs.
    off: bool,
    by: &'a Applied,
}

/// A file's index, and which of the file's.
type Origin = (usize, usize);

/// Gives every Milvus in a folder that Applications install what they say of it.
pub fn follow_applications(tree: &Tree, found: &mut [Found]) {
    let applied: Vec<Applied> = found.iter_mut().flat_map(|found| std::mem::take(&mut found.applied)).collect();
    if applied.is_empty() {
        return;
    }
    let here = Here::of(tree, found);
    let mut made: BTreeMap<Origin, Vec<Made>> = BTreeMap::new();
    let mut used = HashSet::new();
    for by in &applied {
        let all = match &by.how {
            How::Chart(over) => {
                used.extend(over.iter().map(|layer| (layer.document.source, by.folder.clone())));
                here.of_chart(by, over)
            }
            How::Kustomize(settings) => here.of_kustomization(by, settings.as_ref()),
            How::Plain(plain) => here.of_files(by, plain),
        };
        for (origin, evidence, off) in all {
            made.entry(origin).or_default().push(Made { evidence, off, by });
        }
    }
    let taken = here.taken(&made, &used);
    let assumed: BTreeMap<SourceId, Vec<LeftOut>> = assumed(made.values().flatten().map(|made| made.by));
    for (file, found) in tree.files.iter().zip(found.iter_mut()) {
        found.assumed.extend(assumed.get(&file.id).cloned().unwrap_or_default());
    }
    place(made, &taken, found, tree);
}

/// What was taken for granted on the way: that the repository which an Application names is this one.
fn assumed<'a>(applied: impl Iterator<Item = &'a Applied>) -> BTreeMap<SourceId, Vec<LeftOut>> {
    let mut all: BTreeMap<SourceId, Vec<LeftOut>> = BTreeMap::new();
    for by in applied {
        let Some((at, url)) = &by.repository else { continue };
        let why =
            format!("{url} is taken for this repository, since it has the folder {}", by.folder.trim_matches('/'));
        let known = all.entry(by.file).or_default();
        if !known.iter().any(|other| other.at == *at && other.why == why) {
            known.push(LeftOut { at: *at, why });
        }
    }
    all
}

/// All files of a side, and what is in them.
struct Here<'a> {
    tree: &'a Tree<'a>,
    found: &'a [Found],
    /// The index of each file in the tree.
    files: HashMap<SourceId, usize>,
    /// Every object of Kubernetes, by its path.
    objects: BTreeMap<String, Vec<Origin>>,
}

impl<'a> Here<'a> {
    fn of(tree: &'a Tree<'a>, found: &'a [Found]) -> Here<'a> {
        let files = tree.files.iter().enumerate().map(|(index, file)| (file.id, index)).collect();
        let mut here = Here { tree, found, files, objects: BTreeMap::new() };
        for (origin, _) in here.all().filter(|(_, evidence)| is_object(evidence)) {
            here.objects.entry(plain(&tree.files[origin.0].source.path)).or_default().push(origin);
        }
        here
    }

    /// Everything found in a file, with its origin.
    fn in_file(&self, id: SourceId) -> impl Iterator<Item = (Origin, &'a Evidence)> {
        let file = self.files.get(&id).copied();
        let all = file.map_or(&[][..], |file| &self.found[file].evidence);
        all.iter().enumerate().map(move |(nth, evidence)| ((file.unwrap_or_default(), nth), evidence))
    }

    fn all(&self) -> impl Iterator<Item = (Origin, &'a Evidence)> + use<'a> {
        self.found.iter().enumerate().flat_map(|(file, found)| {
            found.evidence.iter().enumerate().map(move |(nth, evidence)| ((file, nth), evidence))
        })
    }

    /// What a chart installs: the Milvus chart below it, or processes of its own that its values tell about.
    fn of_chart(&self, by: &Applied, over: &[Layer]) -> Vec<(Origin, Evidence, bool)> {
        let mut made = Vec::new();
        for (mut evidence, off) in umbrella::installed(&by.folder, over, self.tree) {
            let written = self.in_file(evidence.at.source).find(|(_, other)| {
                other.at == evidence.at && other.id.path == evidence.id.path && other.what == evidence.what
            });
            evidence.id.namespace = by.namespace.clone();
            made.extend(written.map(|(origin, _)| (origin, evidence, off)));
        }
        let own = self.tree.get(&format!("{}/values.yaml", by.folder));
        for (origin, evidence) in own.into_iter().flat_map(|file| self.in_file(file.id)).filter(|(_, e)| is_bare(e)) {
            let mut evidence = evidence.clone();
            let keys: Vec<&str> = evidence.layers.0.first().map(|layer| keys(&layer.path)).unwrap_or_default();
            let over: Vec<Layer> = over.iter().filter_map(|layer| layer.below(&keys)).collect();
            evidence.layers.0.extend(over);
            evidence.id.namespace = evidence.id.namespace.take().or_else(|| by.namespace.clone());
            made.push((origin, evidence, false));
        }
        made
    }

    fn of_files(&self, by: &Applied, which: &Plain) -> Vec<(Origin, Evidence, bool)> {
        let root = plain(&by.folder);
        let mut made = Vec::new();
        for (path, origins) in &self.objects {
            let Some(path) = path.strip_prefix(&root).filter(|path| root.is_empty() || path.starts_with('/')) else {
                continue;
            };
            let path = path.trim_start_matches('/');
            let excluded = which.exclude.as_ref().is_some_and(|pattern| glob::included(pattern, path));
            let included = which.include.as_ref().is_none_or(|pattern| glob::included(pattern, path));
            if (which.recurse || !path.contains('/')) && included && !excluded {
                let with =
                    |origin: &Origin| (*origin, in_namespace(&self.found[origin.0].evidence[origin.1], by), false);
                made.extend(origins.iter().map(with));
            }
        }
        made
    }

    fn of_kustomization(&self, by: &Applied, settings: Option<&Arc<Document>>) -> Vec<(Origin, Evidence, bool)> {
        // What overlays made of an object takes the place of the object, and stands nearer to the top.
        let mut nearest: BTreeMap<(SourceId, Span), (Origin, &Evidence)> = BTreeMap::new();
        for path in kustomize::files_of(&by.folder, self.tree) {
            let Some(file) = self.tree.get(&path) else { continue };
            for (origin, evidence) in self.all().filter(|(_, evidence)| evidence.id.path == file.source.path) {
                let first = evidence.layers.0.first().map(|layer| (layer.document.source, layer.node.at));
                let first = first.unwrap_or((evidence.at.source, evidence.at));
                if is_object(evidence) || is_inflated(evidence) {
                    nearest.entry(first).or_insert((origin, evidence));
                }
            }
        }
        let lay = |evidence: &Evidence| match settings {
            Some(document) => {
                let evidence = self.with_components(evidence, document, by);
                let mut evidence = kustomize::lay_settings(document, &by.path, self.tree, &evidence);
                images::lay(document.root.get("images"), &mut evidence);
                in_namespace(&evidence, by)
            }
            None => in_namespace(evidence, by),
        };
        nearest.into_values().map(|(origin, evidence)| (origin, lay(evidence), false)).collect()
    }

    /// A Milvus with the components that an Application adds to a kustomization. One that is not here may change anything.
    fn with_components(&self, evidence: &Evidence, settings: &Arc<Document>, by: &Applied) -> Evidence {
        let mut evidence = evidence.clone();
        for component in settings.root.get("components").map_or(&[][..], Node::items) {
            let file =
                component.text().and_then(|path| kustomize::of_folder(&format!("{}/{path}", by.folder), self.tree));
            match file.and_then(|file| Some((file, file.documents.first()?))) {
                Some((file, document)) => {
                    evidence = kustomize::lay_settings(document, &file.source.path, self.tree, &evidence);
                }
                None => evidence.layers.0.insert(0, Layer::unseen(settings, Vec::new(), component.at)),
            }
        }
        evidence
    }

    /// What is a layer of something that an Application installs, and no Milvus for itself.
    fn taken(&self, made: &BTreeMap<Origin, Vec<Made>>, used: &HashSet<(SourceId, String)>) -> HashSet<Origin> {
        let mut taken = HashSet::new();
        for (id, folder) in used {
            let of_environment = |evidence: &Evidence| {
                let path = plain(&evidence.id.path);
                matches!(evidence.what, What::Deployment(Surface::Umbrella, _)) && path.starts_with(&plain(folder))
            };
            for (origin, evidence) in self.all().filter(|(_, evidence)| evidence.at.source == *id) {
                let repeats = is_bare(evidence) && made.values().flatten().any(|made| made.by.folder == *folder);
                if !made.contains_key(&origin) && (of_environment(evidence) || repeats) {
                    taken.insert(origin);
                }
            }
        }
        taken
    }
}

fn keys(path: &[Step]) -> Vec<&str> {
    let mut keys = Vec::new();
    for step in path {
        if let Step::Key(key) = step {
            keys.push(key.as_str());
        }
    }
    keys
}

fn is_bare(evidence: &Evidence) -> bool {
    matches!(evidence.what, What::Deployment(Surface::HelmValues, _))
}

fn is_inflated(evidence: &Evidence) -> bool {
    matches!(evidence.what, What::Deployment(Surface::Kustomize, _))
}

/// An object of Kubernetes, which gets the Application's namespace if it has none.
fn is_object(evidence: &Evidence) -> bool {
    use Surface::{MilvusClusterResource, MilvusResource, Workload};
    matches!(evidence.what, What::Migration | What::Deployment(MilvusResource | MilvusClusterResource | Workload, _))
}

fn in_namespace(evidence: &Evidence, by: &Applied) -> Evidence {
    let mut evidence = evidence.clone();
    evidence.id.namespace = evidence.id.namespace.take().or_else(|| by.namespace.clone());
    evidence
}

/// Puts what Applications make in the place of what is written.
fn place(made: BTreeMap<Origin, Vec<Made>>, taken: &HashSet<Origin>, found: &mut [Found], tree: &Tree) {
    let mut gone = taken.clone();
    let mut places = HashSet::new();
    let mut more = Vec::new();
    for ((file, nth), mut all) in made {
        let one = all.swap_remove(0);
        let same = |other: &Made| other.evidence.id == one.evidence.id && same_layers(&other.evidence, &one.evidence);
        if all.iter().all(same) {
            found[file].off.retain(|at| *at != one.evidence.at);
            found[file].off.extend(one.off.then_some(one.evidence.at));
            found[file].evidence[nth] = one.evidence;
            continue;
        }
        gone.insert((file, nth));
        more.extend(all.into_iter().chain([one]));
    }
    for (file, found) in found.iter_mut().enumerate() {
        let mut index = 0;
        found.evidence.retain(|_| {
            index += 1;
            !gone.contains(&(file, index - 1))
        });
    }
    more.sort_by_key(|made| made.by.at);
    for Made { mut evidence, off, by } in more {
        let Some(file) = tree.file(by.file).map(|_| by.file.index as usize) else { continue };
        evidence.id.path.clone_from(&by.path);
        // One chart in several releases has the same name in each of them.
        if let (How::Chart(_), Some(release)) = (&by.how, &by.release) {
            evidence.id.name = Some(release.clone());
        }
        evidence.at = super::unique(by.at, &mut places);
        found[file].off.extend(off.then_some(evidence.at));
        found[file].evidence.push(evidence);
        number(&mut found[file].evidence);
    }
}

/// Whether two have the same layers, told by their places, and the same images.
fn same_layers(one: &Evidence, other: &Evidence) -> bool {
    let places = |evidence: &Evidence| evidence.layers.0.iter().map(|layer| layer.node.at).collect::<Vec<_>>();
    let images = |evidence: &Evidence| evidence.processes.iter().map(|one| one.image.clone()).collect::<Vec<_>>();
    places(one) == places(other) && images(one) == images(other)
}
