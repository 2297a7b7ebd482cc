//! What a kustomization names and needs: resources, bases, components, patches, files of generators.
//!
//! Takes the files of a side and every Milvus found among them; asks the tree for what is not there. Kustomizations that lead
//! to no Milvus are left alone: they belong to somebody else.

use super::NAMES;
use super::images::reach_milvus;
use super::kustomization::Kustomization;
use super::overlays::is_resource;
use crate::detect::references::{Asked, Need};
use crate::detect::{Evidence, Tree};
use crate::source::{SourceId, Span};
use crate::yaml::Node;
use std::collections::{BTreeMap, HashMap};

/// Asks the tree for everything that a kustomization of a Milvus names.
pub(in crate::detect) fn expect_references<'e>(tree: &Tree, evidence: impl Iterator<Item = &'e Evidence>) {
    let files = tree.files.iter().enumerate();
    let all = files.flat_map(|(index, file)| Kustomization::all_of(index, file)).filter(|one| !one.flux);
    let all: Vec<Kustomization> = all.collect();
    if all.is_empty() {
        return;
    }
    let evidence: Vec<&Evidence> = evidence.collect();
    let mut owners: HashMap<SourceId, Span> = HashMap::new();
    for evidence in &evidence {
        let layers = evidence.layers.0.iter().map(|layer| layer.document.source);
        for source in layers.chain([evidence.at.source]) {
            owners.entry(source).or_insert(evidence.at);
        }
    }
    if owners.is_empty() {
        return;
    }
    let names: Vec<Vec<Name>> = all.iter().map(|one| one.names()).collect();
    let concerned = concerned(tree, &all, &names, owners);
    for (index, by) in &concerned {
        for name in names[*index].iter().filter(|name| !is_remote(name.text)) {
            tree.expect(all[*index].path, name.text, name.at, *by);
        }
    }
    circles(tree, &all, &names, &concerned);
    let one = |(index, by): (&usize, &Span)| images_without_effect(tree, &all[*index], *by, &evidence);
    concerned.iter().for_each(one);
}

/// Remembers every entry of `images` that names the image of a Milvus resource: kustomize looks for images in containers.
fn images_without_effect(tree: &Tree, one: &Kustomization, by: Span, evidence: &[&Evidence]) {
    // Where a container has the image as well, the entry is for that.
    let runs = |evidence: &&&Evidence| !evidence.processes.is_empty();
    let Some(milvus) = evidence.iter().find(|evidence| evidence.at == by && is_resource(evidence)) else { return };
    if reach_milvus(one, tree) || evidence.iter().any(|evidence| runs(&evidence)) {
        return;
    }
    let image =
        milvus.layers.get(&["spec", "components", "image"]).and_then(Node::raw_text).unwrap_or("milvusdb/milvus");
    let repository = image.split(['@', ':']).next().unwrap_or(image);
    for (_, item) in one.list("images") {
        let Some(name) = item.get("name").filter(|name| name.raw_text() == Some(repository)) else { continue };
        tree.remember(Asked { by, ..Asked::new(name.at, repository, Need::NoEffect) });
    }
}

/// A path that a kustomization names.
struct Name<'a> {
    at: Span,
    text: &'a str,
    /// Whether the resources of a folder come in by it.
    builds: bool,
}

impl<'a> Kustomization<'a> {
    fn names(&self) -> Vec<Name<'a>> {
        let mut names = Vec::new();
        let mut add = |node: &'a Node, builds: bool| {
            // A patch may be written in place of its path.
            let text = node.text().filter(|text| !text.contains('\n') && !text.trim_start().starts_with(['{', '[']));
            names.extend(text.filter(|text| !text.contains(": ")).map(|text| Name { at: node.at, text, builds }));
        };
        for key in ["resources", "bases", "components"] {
            self.list(key).for_each(|(_, item)| add(item, true));
        }
        for key in ["patchesStrategicMerge", "crds", "configurations", "generators", "transformers"] {
            self.list(key).for_each(|(_, item)| add(item, false));
        }
        for key in ["patches", "patchesJson6902", "replacements"] {
            self.list(key).filter_map(|(_, item)| item.get("path")).for_each(|path| add(path, false));
        }
        for (_, generator) in self.list("configMapGenerator") {
            for key in ["files", "envs"] {
                for item in generator.get(key).map(Node::items).unwrap_or_default() {
                    let Some(text) = item.text() else { continue };
                    // The key that the file gets may stand before it.
                    let text = text.split_once('=').map_or(text, |(_, file)| file);
                    names.push(Name { at: item.at, text, builds: false });
                }
            }
        }
        names
    }
}

/// The kustomizations by which a Milvus comes in, each with where that Milvus begins.
fn concerned(
    tree: &Tree,
    all: &[Kustomization],
    names: &[Vec<Name>],
    mut owners: HashMap<SourceId, Span>,
) -> BTreeMap<usize, Span> {
    let mut concerned = BTreeMap::new();
    let leads = |(one, names): (&Kustomization, &Vec<Name>)| -> Vec<SourceId> {
        names.iter().filter_map(|name| leads_to(tree, one, name.text)).collect()
    };
    let below: Vec<Vec<SourceId>> = all.iter().zip(names).map(leads).collect();
    // Each round carries every Milvus one kustomization further up.
    loop {
        let before = concerned.len();
        for (index, one) in
            all.iter().enumerate().filter(|(index, _)| !concerned.contains_key(index)).collect::<Vec<_>>()
        {
            let own = tree.files[one.file].id;
            let by = owners.get(&own).or_else(|| below[index].iter().find_map(|id| owners.get(id))).copied();
            if let Some(by) = by {
                concerned.insert(index, by);
                owners.insert(own, by);
            }
        }
        if concerned.len() == before {
            return concerned;
        }
    }
}

/// The file that a name leads to, or the kustomization of the folder.
fn leads_to(tree: &Tree, one: &Kustomization, name: &str) -> Option<SourceId> {
    let of_folder = || NAMES.iter().find_map(|file| tree.beside(one.path, &format!("{name}/{file}")));
    tree.beside(one.path, name).or_else(of_folder).map(|file| file.id)
}

/// Remembers every name by which a kustomization comes back to itself.
fn circles(tree: &Tree, all: &[Kustomization], names: &[Vec<Name>], concerned: &BTreeMap<usize, Span>) {
    let by_file: HashMap<SourceId, usize> =
        concerned.keys().map(|index| (tree.files[all[*index].file].id, *index)).collect();
    let edges = |from: usize| {
        let builds = names[from].iter().filter(|name| name.builds);
        builds.filter_map(move |name| Some((name, leads_to(tree, &all[from], name.text)?))).collect::<Vec<_>>()
    };
    for (start, by) in concerned {
        let mut seen = vec![*start];
        let mut next = vec![*start];
        while let Some(index) = next.pop() {
            for (name, to) in edges(index) {
                match by_file.get(&to) {
                    Some(to) if to == start => {
                        tree.remember(Asked { by: *by, ..Asked::new(name.at, name.text, Need::Circle) });
                    }
                    Some(to) if !seen.contains(to) => {
                        seen.push(*to);
                        next.push(*to);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Whether kustomize fetches it from elsewhere: an address, or a host that needs no scheme.
fn is_remote(name: &str) -> bool {
    let first = name.split('/').next().unwrap_or_default();
    let is_host = first.contains('.') && !first.starts_with('.') && name.contains('/');
    name.contains("//") || name.contains("?ref=") || name.contains("git@") || is_host
}
