//! All texts of one side, parsed: what a reference from one file to another is looked up in.
//!
//! Takes [`Sources`], gives documents by path. A reference that leads out of the tree finds nothing; nothing is read here, but
//! what was looked for in vain is remembered, so that whoever has a door can read it.

use super::compose;
use super::known::{Known, Parsed};
use super::nowhere::leads_nowhere;
use super::objects::Objects;
use super::references::{Asked, Need};
use super::runbook::is_script;
use super::terraform;
use crate::hcl;
use crate::source::{Absence, Source, SourceId, Sources, Span};
use crate::yaml::{self, Document, Problem};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// One text, parsed once for whoever refers to it.
#[derive(Clone, Debug)]
pub struct File<'a> {
    pub id: SourceId,
    pub source: &'a Source,
    pub documents: Vec<Arc<Document>>,
    pub problems: Vec<Problem>,
    /// The parser itself failed; the file is reported and not looked at.
    pub failed: bool,
    /// A text in HCL, once somebody has asked for it.
    pub(super) hcl: OnceLock<hcl::Parsed>,
}

impl<'a> File<'a> {
    /// The same file, as if it held these documents.
    pub(super) fn with_documents(&self, documents: Vec<Arc<Document>>) -> File<'a> {
        let hcl = OnceLock::new();
        File { id: self.id, source: self.source, documents, problems: Vec::new(), failed: false, hcl }
    }

    /// Whether anything came of the text. What leads nowhere may lead somewhere once other files are there.
    fn is_parsed(&self) -> bool {
        !self.documents.is_empty() || !self.problems.is_empty() || self.failed || self.hcl.get().is_some()
    }

    /// What stands in a file of Terraform; `None` for any other. It is read when it is first asked for.
    pub fn hcl(&self) -> Option<&hcl::Parsed> {
        let read = || {
            // One file never stops the others, whatever is in it.
            let parsed = catch_unwind(AssertUnwindSafe(|| hcl::parse(self.id, &self.source.text)));
            parsed.unwrap_or_else(|_| {
                let message = "an internal fault while this file was read; please report it with the file".to_string();
                let problem = Some(Problem { at: Span::new(self.id, 0, 0), message });
                hcl::Parsed { problem, ..hcl::Parsed::default() }
            })
        };
        hcl::is_file(&self.source.path).then(|| self.hcl.get_or_init(read))
    }
}

/// The files of one side.
#[derive(Debug, Default)]
pub struct Tree<'a> {
    pub files: Vec<File<'a>>,
    by_path: BTreeMap<String, usize>,
    /// Which modules of Terraform lead to a Milvus, once somebody has asked.
    calls: OnceLock<terraform::Calls>,
    /// Every folder that holds one of the files, once somebody has asked.
    folders: OnceLock<BTreeSet<String>>,
    /// What the objects are called, once somebody has asked.
    objects: OnceLock<Objects>,
    /// Which files include others as Compose does it, once somebody has asked.
    including: OnceLock<Vec<usize>>,
    /// What is known of paths without a text.
    absent: Option<&'a BTreeMap<String, Absence>>,
    asked: Mutex<Vec<Asked>>,
}

impl<'a> Tree<'a> {
    /// Parses every text, in parallel.
    pub fn parse(sources: &'a Sources) -> Tree<'a> {
        Tree::parse_anew(sources, Known::default())
    }

    /// The same, without those whose text is known from an earlier tree of the side.
    pub fn parse_anew(sources: &'a Sources, known: Known) -> Tree<'a> {
        let all: Vec<(SourceId, &Source)> = sources.iter().collect();
        let by_path = all.iter().enumerate().map(|(index, (_, source))| (plain(&source.path), index)).collect();
        let is_there = |folder: &str| below(&by_path, folder).next().is_some();
        let known: Vec<Option<Parsed>> = known.of(&all);
        let texts = all.par_iter().zip(known);
        let files: Vec<File> = texts
            .map(|((id, source), known)| match known {
                Some(parsed) => parsed.file(*id, source),
                None => parse(*id, source, &is_there),
            })
            .collect();
        Tree {
            files,
            by_path,
            calls: OnceLock::new(),
            folders: OnceLock::new(),
            objects: OnceLock::new(),
            including: OnceLock::new(),
            absent: Some(&sources.absent),
            asked: Mutex::default(),
        }
    }

    /// What was parsed, for the next tree of the side.
    pub fn known(self) -> Known {
        Known(self.files.into_iter().filter(File::is_parsed).map(|file| (file.id, Parsed::of(file))).collect())
    }

    /// Which modules of Terraform lead to a Milvus.
    pub(super) fn calls(&self) -> &terraform::Calls {
        self.calls.get_or_init(|| terraform::Calls::of(self))
    }

    /// The objects of all files by what they are called.
    pub(super) fn objects(&self) -> &Objects {
        self.objects.get_or_init(|| Objects::of(self))
    }

    /// The files that include others as Compose does it.
    pub(super) fn including(&self) -> impl Iterator<Item = &File<'a>> {
        let includes = |file: &File| file.documents.iter().any(|document| compose::includes_any(document));
        let all = || self.files.iter().enumerate().filter(|(_, file)| includes(file)).map(|(index, _)| index);
        self.including.get_or_init(|| all().collect()).iter().map(|index| &self.files[*index])
    }

    /// The file of an id; they stand in the order of their ids.
    pub fn file(&self, id: SourceId) -> Option<&File<'a>> {
        self.files.get(id.index as usize).filter(|file| file.id == id)
    }

    /// The text of a file.
    pub fn text(&self, id: SourceId) -> &'a str {
        self.file(id).map_or("", |file| &file.source.text)
    }

    /// The file at a path; `None` when there is none, or nothing in it was worth keeping.
    pub fn get(&self, path: &str) -> Option<&File<'a>> {
        self.by_path.get(&plain(path)).map(|index| &self.files[*index])
    }

    /// The file that `from` refers to by a path relative to its own folder. `None` also when the path leads out of the tree.
    pub fn beside(&self, from: &str, relative: &str) -> Option<&File<'a>> {
        self.get(&format!("{}/{relative}", folder_of(from)))
    }

    /// The file that must stand where a path at `at` leads to; a missing one is a fault of whatever `at` belongs to.
    pub(super) fn refer(&self, from: &str, relative: &str, at: Span) -> Option<&File<'a>> {
        self.look(from, relative, Asked::new(at, relative, Need::Text))
    }

    /// The same for what the Milvus takes from there that has a layer at `by`.
    pub(super) fn refer_for(&self, from: &str, relative: &str, at: Span, by: Span) -> Option<&File<'a>> {
        self.look(from, relative, Asked { by, ..Asked::new(at, relative, Need::Text) })
    }

    /// A file that may stand there. It is read when it does, and nothing is wrong when it does not.
    pub(super) fn seek(&self, from: &str, relative: &str, at: Span) -> Option<&File<'a>> {
        self.look(from, relative, Asked::new(at, relative, Need::Wish))
    }

    /// The same for what the Milvus takes from there that begins at `by`, or has a layer there.
    pub(super) fn seek_for(&self, from: &str, relative: &str, at: Span, by: Span) -> Option<&File<'a>> {
        self.look(from, relative, Asked { by, ..Asked::new(at, relative, Need::Wish) })
    }

    /// A file or folder that must stand there for the Milvus that begins at `by`, whatever is in it.
    pub(super) fn expect(&self, from: &str, relative: &str, at: Span, by: Span) {
        let stands = self.beside(from, relative).is_some();
        if !stands && self.below(&format!("{}/{relative}", folder_of(from))).next().is_none() {
            self.look(from, relative, Asked { by, ..Asked::new(at, relative, Need::Presence) });
        }
    }

    fn look(&self, from: &str, relative: &str, mut asked: Asked) -> Option<&File<'a>> {
        let found = self.beside(from, relative).filter(|_| !relative.starts_with('/'));
        if found.is_none() && !is_unknowable(relative) {
            asked.path = address(from, relative);
            self.remember(asked);
        }
        found
    }

    /// Remembers what was looked for.
    pub(super) fn remember(&self, asked: Asked) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }

    /// All that was looked for in vain, in the order of the places.
    pub(super) fn asked(&self) -> Vec<Asked> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        asked.sort();
        asked.dedup();
        asked
    }

    /// Why there is no text at a path, if somebody found out.
    pub(super) fn absence(&self, path: &str) -> Option<Absence> {
        self.absent?.get(path).copied()
    }

    /// Why nothing is beside a file, if somebody found out.
    pub(super) fn absence_beside(&self, from: &str, relative: &str) -> Option<Absence> {
        self.absence(&address(from, relative))
    }

    /// The path of a file.
    pub(super) fn path(&self, id: SourceId) -> &'a str {
        self.files.get(id.index as usize).map_or("", |file| &file.source.path)
    }

    /// Every folder that holds a file, at any depth; made when somebody asks.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let above = |path: &String| path.match_indices('/').map(|(at, _)| path[..at].to_string()).collect::<Vec<_>>();
        let folders = self.folders.get_or_init(|| self.by_path.keys().flat_map(above).collect());
        folders.iter().map(String::as_str)
    }

    /// Every file below a folder, by path.
    pub fn below<'t>(&'t self, folder: &str) -> impl Iterator<Item = &'t File<'a>> {
        below(&self.by_path, folder).map(|index| &self.files[index])
    }
}

/// The indexes of all files below a folder, by path.
fn below<'p>(by_path: &'p BTreeMap<String, usize>, folder: &str) -> impl Iterator<Item = usize> + use<'p> {
    let prefix = plain(folder);
    let prefix = if prefix.is_empty() { prefix } else { format!("{prefix}/") };
    let from = prefix.clone();
    by_path.range(from..).take_while(move |(path, _)| path.starts_with(&prefix)).map(|(_, index)| *index)
}

fn parse<'a>(id: SourceId, source: &'a Source, is_there: &dyn Fn(&str) -> bool) -> File<'a> {
    let hcl = OnceLock::new();
    if is_script(&source.path, &source.text) {
        return File { id, source, documents: Vec::new(), problems: Vec::new(), failed: false, hcl };
    }
    if hcl::is_file(&source.path) {
        let mut file = File { id, source, documents: Vec::new(), problems: Vec::new(), failed: false, hcl };
        // Of the others some are referred to, and most by nobody.
        if terraform::mentions_milvus(&source.text) {
            file.problems.extend(file.hcl().and_then(|parsed| parsed.problem.clone()));
        }
        return file;
    }
    if leads_nowhere(&source.text, &source.path, is_there) {
        return File { id, source, documents: Vec::new(), problems: Vec::new(), failed: false, hcl };
    }
    // One file never stops the others, whatever is in it.
    match catch_unwind(AssertUnwindSafe(|| yaml::parse(id, &source.text))) {
        Ok(stream) => {
            let documents = stream.documents.into_iter().map(Arc::new).collect();
            File { id, source, documents, problems: stream.problems, failed: false, hcl }
        }
        Err(_) => File { id, source, documents: Vec::new(), problems: Vec::new(), failed: true, hcl },
    }
}

/// The folder of a path.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Where a path leads to that stands in a file: as the user would type it, from the same folder as the file's own.
pub(super) fn address(from: &str, relative: &str) -> String {
    match (relative.starts_with('/'), from.starts_with('/')) {
        (true, _) => relative.to_string(),
        (false, true) => format!("/{}", plain(&format!("{}/{relative}", folder_of(from)))),
        (false, false) => plain(&format!("{}/{relative}", folder_of(from))),
    }
}

/// Whether a path says too little of itself to be looked for: a template, a pattern, an address, or a secret that is kept
/// encrypted under a name of its own and made on the way.
pub(super) fn is_unknowable(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let filled_in = ["{{", "${", "$(", "://", "<", "*", "?", "[", "\n", "@", "%", "\\"];
    let hidden = ["secret", ".enc", ".sops", ".dec", ".gpg", ".age"];
    path.is_empty()
        || path.starts_with(['~', '$'])
        || filled_in.iter().any(|mark| path.contains(mark))
        || hidden.iter().any(|mark| name.contains(mark))
}

/// A path without `.` and with `..` taken back; what leads out of the tree keeps its `..` and so names no file in it.
pub(super) fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Side;

    #[test]
    fn references_are_found_from_where_they_stand() {
        let sources = Sources::from_texts(Side::Head, [("apps/a/app.yaml", "a: 1"), ("values/prod.yaml", "b: 2")]);
        let tree = Tree::parse(&sources);
        assert!(tree.beside("apps/a/app.yaml", "../../values/prod.yaml").is_some());
        assert!(tree.beside("apps/a/app.yaml", "./app.yaml").is_some());
        assert!(tree.beside("apps/a/app.yaml", "../../../values/prod.yaml").is_none(), "out of the tree");
        assert_eq!(tree.below("apps").count(), 1);
        assert_eq!(tree.below("").count(), 2);
        assert_eq!(tree.below("app").count(), 0);
        assert_eq!(tree.folders().collect::<Vec<_>>(), ["apps", "apps/a", "values"]);
    }
}
