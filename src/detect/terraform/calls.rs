//! Which folders are modules that hold a Milvus, and which files call them.
//!
//! Takes the texts of a side. Most files of Terraform have nothing to do with Milvus: only those are parsed that name a folder in
//! which one was met, or a folder that calls such a folder.

use super::{is_vendored, mentions_milvus};
use crate::detect::File;
use crate::detect::tree::{Tree, plain};
use crate::hcl::{self, Block};
use crate::source::{SourceId, Span};
use std::collections::{BTreeSet, HashSet};

/// The calls that lead to a Milvus.
#[derive(Clone, Debug, Default)]
pub(in crate::detect) struct Calls {
    /// Folders that another folder calls.
    called: HashSet<String>,
    /// Files that hold such a call.
    callers: HashSet<SourceId>,
}

impl Calls {
    pub(in crate::detect) fn of(tree: &Tree) -> Calls {
        let files = tree.files.iter().filter(|file| hcl::is_file(&file.source.path) && !is_vendored(&file.source.path));
        let files: Vec<_> = files.filter(|file| !file.source.path.ends_with(".tfvars")).collect();
        let holds = |text: &str| text.contains("resource") && mentions_milvus(text);
        let mut open: BTreeSet<String> =
            files.iter().filter(|file| holds(&file.source.text)).map(|file| folder_of(&file.source.path)).collect();
        let mut calls = Calls::default();
        let mut edges: Vec<(String, String)> = Vec::new();
        let mut seen = open.clone();
        while let Some(folder) = open.pop_first() {
            let name = folder.rsplit('/').next().unwrap_or_default();
            for file in &files {
                let from = folder_of(&file.source.path);
                let text = &file.source.text;
                if from == folder || !text.contains("module") || !text.contains(name) {
                    continue;
                }
                let calls_it = |call: &Block| target(&from, call).as_deref() == Some(&folder);
                if !file.hcl().is_some_and(|parsed| parsed.body.blocks("module").any(calls_it)) {
                    continue;
                }
                calls.called.insert(folder.clone());
                calls.callers.insert(file.id);
                edges.push((from.clone(), folder.clone()));
                if seen.insert(from.clone()) {
                    open.insert(from);
                }
            }
        }
        calls.leave_out_circles(&edges);
        calls
    }

    /// Folders that only call each other are judged where they stand: no call from outside leads to them.
    fn leave_out_circles(&mut self, edges: &[(String, String)]) {
        let mut reached: HashSet<&String> =
            edges.iter().map(|(from, _)| from).filter(|from| !self.called.contains(*from)).collect();
        loop {
            let next: Vec<&String> = edges
                .iter()
                .filter(|(from, to)| reached.contains(from) && !reached.contains(to))
                .map(|(_, to)| to)
                .collect();
            if next.is_empty() {
                break;
            }
            reached.extend(next);
        }
        self.called.retain(|folder| reached.contains(folder));
    }

    /// Whether a folder with a Milvus is called from another.
    pub(super) fn is_called(&self, folder: &str) -> bool {
        self.called.contains(folder)
    }

    /// Whether a file calls a module that leads to a Milvus.
    pub(super) fn holds(&self, file: SourceId) -> bool {
        self.callers.contains(&file)
    }
}

/// The folder of a file.
pub(super) fn folder_of(path: &str) -> String {
    plain(path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// The folder that a call names, if it is one of this repository.
pub(super) fn target(folder: &str, call: &Block) -> Option<String> {
    let source = call.body.get("source")?.kind.plain_text()?;
    let inside = source == "." || source == ".." || source.starts_with("./") || source.starts_with("../");
    inside.then(|| plain(&format!("{folder}/{source}")))
}

/// Calls of modules that are not in the repository and speak of Milvus: what they install is not known.
pub(in crate::detect) fn foreign_modules<'f>(file: &'f File) -> impl Iterator<Item = (Span, String)> + 'f {
    let parsed = file.hcl().into_iter();
    parsed.flat_map(|parsed| parsed.body.blocks("module")).filter_map(|call| {
        let source = call.body.get("source")?.kind.plain_text()?;
        let local = source.starts_with('.') || source.starts_with('/');
        let speaks = source.contains("milvus") || call.labels.iter().any(|label| label.contains("milvus"));
        (!local && speaks && !source.contains("milvus-operator")).then(|| {
            (call.at, format!("a module of `{source}`, which is not in this repository: what it installs is not known"))
        })
    })
}
