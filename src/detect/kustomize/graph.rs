//! Which kustomization builds upon which, and what each of them makes of the resources below it.
//!
//! Takes all kustomizations of a side and what was found in its files. Only what nobody builds upon is deployed.

use super::kustomization::Kustomization;
use super::overlays::{Made, is_inflated, is_resource, of_resource};
use super::patch::{Patch, patches};
use super::subject::Subject;
use super::substitute::Substitute;
use super::{NAMES, generate, remake, replace};
use crate::detect::{Found, Tree};
use crate::source::SourceId;
use crate::yaml::{Document, Node};
use std::collections::{HashMap, HashSet};

/// More resources of one kustomization, or bases of bases, than anybody writes; whoever does gets no more of them.
const MOST: usize = 500;
const DEEPEST: usize = 50;

/// A resource on its way through kustomizations.
#[derive(Clone)]
pub(super) struct Item {
    pub subject: Subject,
    /// What was found in its base: a Milvus resource.
    pub evidence: Option<crate::detect::Evidence>,
    /// Where it was found: the file's index, and what was found in the file that it takes the place of.
    pub file: usize,
    pub replaces: Vec<usize>,
    /// The kustomizations that changed it, in order.
    pub by: Vec<usize>,
}

pub(super) struct Graph<'a> {
    pub tree: &'a Tree<'a>,
    pub found: &'a [Found],
    pub all: Vec<Kustomization<'a>>,
    by_file: HashMap<SourceId, usize>,
    indexes: HashMap<SourceId, usize>,
    known: HashMap<usize, Vec<Item>>,
}

/// What a kustomization builds upon.
enum Below {
    Kustomization(usize),
    File(usize),
}

impl<'a> Graph<'a> {
    pub(super) fn of(tree: &'a Tree<'a>, found: &'a [Found], all: Vec<Kustomization<'a>>) -> Graph<'a> {
        let own = all.iter().enumerate().filter(|(_, one)| !one.flux);
        let by_file = own.map(|(index, one)| (tree.files[one.file].id, index)).collect();
        let indexes = tree.files.iter().enumerate().map(|(index, file)| (file.id, index)).collect();
        Graph { tree, found, all, by_file, indexes, known: HashMap::new() }
    }

    /// The kustomization in a folder.
    fn folder(&self, folder: &str) -> Option<usize> {
        let file = NAMES.iter().find_map(|file| self.tree.get(&format!("{folder}/{file}")))?;
        self.by_file.get(&file.id).copied()
    }

    fn below(&self, index: usize) -> Vec<Below> {
        let one = &self.all[index];
        let base = match one.flux {
            true => self.flux_folder(one),
            false => Some(one.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_string()),
        };
        let Some(base) = base else { return Vec::new() };
        let resolve = |name: &str| {
            let path = format!("{base}/{name}");
            match (self.folder(&path), self.tree.get(&path)) {
                (Some(below), _) => vec![Below::Kustomization(below)],
                (None, Some(file)) => vec![Below::File(self.indexes[&file.id])],
                (None, None) => self.directly_in(&path),
            }
        };
        let mut below = if one.flux { self.in_folder(&base) } else { Vec::new() };
        below.extend(one.below().flat_map(resolve));
        below
    }

    /// The files of a folder whose kustomization is not worth keeping: it names no Milvus, and only what lies beside it.
    fn directly_in(&self, folder: &str) -> Vec<Below> {
        let mut files = self.tree.below(folder).peekable();
        let Some(first) = files.peek() else { return Vec::new() };
        let end = first.source.path.rfind('/').unwrap_or(0);
        let (depth, own) = (end, &first.source.path[..end]);
        let is_direct = |path: &str| path.rfind('/') == Some(depth) && path.starts_with(own);
        let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or(folder);
        if own.rsplit('/').next() != Some(name) {
            return Vec::new();
        }
        files.filter(|file| is_direct(&file.source.path)).map(|file| Below::File(self.indexes[&file.id])).collect()
    }

    /// The folder that a Flux Kustomization leads to. What is read may begin above the repository's root.
    fn flux_folder(&self, one: &Kustomization) -> Option<String> {
        let path = one.of_flux(&["path"])?.text()?.trim_start_matches("./").trim_matches('/');
        if path.contains("${") {
            return None;
        }
        if path.is_empty() || path == "." {
            // The root of a repository, which is this one only if it is the one that Flux was installed from.
            let source = one.of_flux(&["sourceRef", "name"]).and_then(Node::text);
            return (source == Some("flux-system")).then(String::new);
        }
        let above = one.path.match_indices('/').map(|(at, _)| &one.path[..at]);
        let folders = std::iter::once("").chain(above).map(|above| format!("{above}/{path}"));
        folders.into_iter().find(|folder| self.tree.below(folder).next().is_some())
    }

    /// What Flux finds in a folder: its kustomization, or every file below it that none of a folder between takes.
    fn in_folder(&self, folder: &str) -> Vec<Below> {
        if let Some(below) = self.folder(folder) {
            return vec![Below::Kustomization(below)];
        }
        let folder = folder.trim_matches('/');
        let mut below = Vec::new();
        let mut seen = HashSet::new();
        for file in self.tree.below(folder) {
            let path = file.source.path.trim_start_matches("./");
            let from = match folder {
                "" => 0,
                folder => path.find(folder).map_or(0, |at| at + folder.len() + 1),
            };
            let between = path.match_indices('/').filter(|(at, _)| *at > from).map(|(at, _)| &path[..at]);
            match between.into_iter().find_map(|folder| self.folder(folder)) {
                Some(inner) if seen.insert(inner) => below.push(Below::Kustomization(inner)),
                Some(_) => {}
                None => below.push(Below::File(self.indexes[&file.id])),
            }
        }
        below
    }

    pub(super) fn made(mut self) -> Made {
        let mut built_upon = HashSet::new();
        for index in 0..self.all.len() {
            built_upon.extend(self.below(index).into_iter().filter_map(|below| match below {
                Below::Kustomization(below) => Some(below),
                Below::File(_) => None,
            }));
        }
        let mut made = Made::default();
        for index in 0..self.all.len() {
            if built_upon.contains(&index) || self.all[index].is_component() {
                continue;
            }
            let mut items = self.items(index, 0);
            generate::touch(&mut items, &self.all);
            for item in &items {
                let keys = item.replaces.iter().map(|nth| (item.file, *nth));
                if item.by.is_empty() {
                    made.kept.extend(keys);
                    continue;
                }
                made.gone.extend(keys);
                if item.subject.deleted {
                    continue;
                }
                made.evidence.extend(of_resource(item).map(|evidence| (self.place(item), evidence)));
            }
            remake::remake(&self, &items, &mut made);
        }
        made
    }

    /// The file to report it with.
    pub(super) fn place(&self, item: &Item) -> usize {
        let by = item.by.iter().rev().map(|by| &self.all[*by]);
        by.into_iter().find(|one| one.path == item.subject.path).map_or(item.file, |one| one.file)
    }

    /// The resources that a kustomization gives.
    fn items(&mut self, index: usize, depth: usize) -> Vec<Item> {
        if let Some(known) = self.known.get(&index) {
            return known.clone();
        }
        // Whoever comes back here on the way goes in a circle, and finds nothing.
        self.known.insert(index, Vec::new());
        let mut items = Vec::new();
        for below in self.below(index).into_iter().filter(|_| depth < DEEPEST) {
            match below {
                Below::Kustomization(below) => {
                    items.extend(self.items(below, depth + 1));
                    if self.all[below].is_component() {
                        self.change(below, &mut items);
                    }
                }
                Below::File(file) => items.extend(self.resources(file)),
            }
            items.truncate(MOST);
        }
        if !self.all[index].is_component() {
            self.change(index, &mut items);
            // Its namespace holds for them too, and was read with them.
            items.extend(self.charts(index));
        }
        self.known.insert(index, items.clone());
        items
    }

    /// The resources of a file.
    fn resources(&self, file: usize) -> Vec<Item> {
        let evidence = self.found[file].evidence.iter().enumerate().filter(|(_, evidence)| is_resource(evidence));
        let mut items: Vec<Item> = evidence
            .map(|(nth, evidence)| Item {
                subject: Subject::of(evidence),
                evidence: Some(evidence.clone()),
                file,
                replaces: vec![nth],
                by: Vec::new(),
            })
            .collect();
        let parsed = &self.tree.files[file];
        for document in parsed.documents.iter().filter(|document| remake::is_searched(&document.root)) {
            let replaces = self.found_in(file, document);
            if replaces.is_empty() && !remake::may_become(document, &parsed.source.text) {
                continue;
            }
            let subject = Subject::of_document(document, &parsed.source.path);
            items.push(Item { subject, evidence: None, file, replaces, by: Vec::new() });
        }
        items
    }

    /// What of a file was found in one of its documents, wholly or in part.
    fn found_in(&self, file: usize, document: &Document) -> Vec<usize> {
        let all = self.found[file].evidence.iter().enumerate();
        let inside = all.filter(|(_, evidence)| {
            let mut parts = evidence.processes.iter().map(|process| process.at).chain([evidence.at]);
            !is_resource(evidence) && parts.any(|at| document.at.contains(at))
        });
        inside.map(|(nth, _)| nth).collect()
    }

    /// Whether another one may change what this Kustomization of Flux says.
    fn is_patched(&self, one: &Kustomization) -> bool {
        one.flux && self.all.iter().any(|other| other.path != one.path && other.may_patch(one))
    }

    /// The charts that a kustomization inflates are its own resources.
    fn charts(&self, index: usize) -> Vec<Item> {
        let one = &self.all[index];
        let all = self.found[one.file].evidence.iter().enumerate();
        let inflated = all.filter(|(_, evidence)| !one.flux && is_inflated(evidence));
        let item = |(nth, evidence): (usize, &crate::detect::Evidence)| Item {
            subject: Subject::of(evidence),
            evidence: Some(evidence.clone()),
            file: one.file,
            replaces: vec![nth],
            by: Vec::new(),
        };
        inflated.map(item).collect()
    }

    /// What one kustomization does to all it has.
    fn change(&self, index: usize, items: &mut Vec<Item>) {
        let one = &self.all[index];
        generate::generate(one, index, self.tree, items);
        let patches: Vec<Patch> = if items.is_empty() { Vec::new() } else { patches(one, self.tree) };
        for item in items.iter_mut() {
            let mut changed = false;
            for patch in &patches {
                changed |= patch.apply(&mut item.subject);
            }
            changed |= one.rename(&mut item.subject);
            if changed {
                // A namespace alone makes no other Milvus of it, and leaves it where it stands.
                item.subject.path = one.path.to_string();
            }
            if one.move_to_namespace(&mut item.subject) || changed {
                item.by.push(index);
            }
        }
        replace::replace(one, index, self.tree, items);
        if let Some(substitute) = Substitute::of(one, self.tree, self.is_patched(one)) {
            for item in items.iter_mut() {
                if item.subject.substitute(&substitute) {
                    item.by.push(index);
                }
            }
        }
    }
}
