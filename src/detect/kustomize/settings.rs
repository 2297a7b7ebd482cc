//! A kustomization that another tool writes down in its own object, and builds over one of the repository.
//!
//! Takes the settings as a document and one Milvus, gives the Milvus that comes out. Which folder they are for is known to the
//! other tool alone.

use super::kustomization::Kustomization;
use super::patch::{Patch, patches};
use super::subject::Subject;
use super::{NAMES, is_kustomization};
use crate::detect::{Evidence, File, Tree};
use crate::yaml::{Document, Node};
use std::sync::Arc;

/// Longer chains of bases than anybody writes.
const MOST: usize = 200;

/// The kustomization of a folder.
pub(in crate::detect) fn of_folder<'t>(folder: &str, tree: &'t Tree<'t>) -> Option<&'t File<'t>> {
    NAMES.iter().find_map(|name| tree.get(&format!("{folder}/{name}")))
}

/// The files that the kustomization of a folder builds upon, itself first and each after whoever names it.
pub(in crate::detect) fn files_of(folder: &str, tree: &Tree) -> Vec<String> {
    let mut files: Vec<String> = of_folder(folder, tree).map(|file| file.source.path.clone()).into_iter().collect();
    let mut next = 0;
    while let Some(path) = files.get(next).filter(|_| files.len() < MOST).cloned() {
        next += 1;
        let documents = tree.get(&path).map(|file| &file.documents[..]).unwrap_or_default();
        let roots = documents.iter().map(|document| &document.root).filter(|root| is_kustomization(root, &path));
        let lists = roots.flat_map(|root| ["resources", "bases", "components"].map(|key| root.get(key)));
        for name in lists.flatten().flat_map(Node::items).filter_map(Node::text) {
            let base = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let file = tree.beside(&path, name).or_else(|| of_folder(&format!("{base}/{name}"), tree));
            if let Some(file) = file.filter(|file| !files.contains(&file.source.path)) {
                files.push(file.source.path.clone());
            }
        }
    }
    files
}

/// A Milvus with such settings over it. It keeps its place.
pub(in crate::detect) fn lay_settings(
    document: &Arc<Document>,
    path: &str,
    tree: &Tree,
    evidence: &Evidence,
) -> Evidence {
    let one = Kustomization::of(document, path);
    let mut subject = Subject::of(evidence);
    for patch in patches(&one, tree).iter().filter(|patch| !matches!(patch, Patch::Image { .. })) {
        patch.apply(&mut subject);
    }
    one.rename(&mut subject);
    one.move_to_namespace(&mut subject);
    let mut evidence = evidence.clone();
    evidence.id.namespace = subject.namespace;
    evidence.id.name = subject.names.pop();
    evidence.layers = subject.layers;
    evidence.server = subject.server;
    evidence
}
