//! All texts of one side, parsed: what a reference from one file to another is looked up in.
//!
//! Takes [`Sources`], gives documents by path. A reference that leads out of the tree finds nothing; nothing is read here.

use super::runbook::is_script;
use super::terraform;
use crate::hcl::{self, Parsed};
use crate::source::{Source, SourceId, Sources, Span};
use crate::yaml::{self, Document, Problem};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

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
    hcl: OnceLock<Parsed>,
}

impl File<'_> {
    /// What stands in a file of Terraform; `None` for any other. It is read when it is first asked for.
    pub fn hcl(&self) -> Option<&Parsed> {
        let read = || {
            // One file never stops the others, whatever is in it.
            let parsed = catch_unwind(AssertUnwindSafe(|| hcl::parse(self.id, &self.source.text)));
            parsed.unwrap_or_else(|_| {
                let message = "an internal fault while this file was read; please report it with the file".to_string();
                let problem = Some(Problem { at: Span::new(self.id, 0, 0), message });
                Parsed { problem, ..Parsed::default() }
            })
        };
        hcl::is_file(&self.source.path).then(|| self.hcl.get_or_init(read))
    }
}

/// The files of one side.
#[derive(Clone, Debug, Default)]
pub struct Tree<'a> {
    pub files: Vec<File<'a>>,
    by_path: BTreeMap<String, usize>,
    /// Which modules of Terraform lead to a Milvus, once somebody has asked.
    calls: OnceLock<terraform::Calls>,
}

impl<'a> Tree<'a> {
    /// Parses every text, in parallel.
    pub fn parse(sources: &'a Sources) -> Tree<'a> {
        let all: Vec<(SourceId, &Source)> = sources.iter().collect();
        let files: Vec<File> = all.par_iter().map(|(id, source)| parse(*id, source)).collect();
        let by_path = files.iter().enumerate().map(|(index, file)| (plain(&file.source.path), index)).collect();
        Tree { files, by_path, calls: OnceLock::new() }
    }

    /// Which modules of Terraform lead to a Milvus.
    pub(super) fn calls(&self) -> &terraform::Calls {
        self.calls.get_or_init(|| terraform::Calls::of(self))
    }

    /// The text of a file.
    pub fn text(&self, id: SourceId) -> &'a str {
        self.files.iter().find(|file| file.id == id).map_or("", |file| &file.source.text)
    }

    /// The file at a path; `None` when there is none, or nothing in it was worth keeping.
    pub fn get(&self, path: &str) -> Option<&File<'a>> {
        self.by_path.get(&plain(path)).map(|index| &self.files[*index])
    }

    /// The file that `from` refers to by a path relative to its own folder. `None` also when the path leads out of the tree.
    pub fn beside(&self, from: &str, relative: &str) -> Option<&File<'a>> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.get(&format!("{folder}/{relative}"))
    }

    /// Every file below a folder, by path.
    pub fn below<'t>(&'t self, folder: &str) -> impl Iterator<Item = &'t File<'a>> {
        let prefix = plain(folder);
        let prefix = if prefix.is_empty() { prefix } else { format!("{prefix}/") };
        let from = prefix.clone();
        let range = self.by_path.range(from..);
        range.take_while(move |(path, _)| path.starts_with(&prefix)).map(|(_, index)| &self.files[*index])
    }
}

fn parse<'a>(id: SourceId, source: &'a Source) -> File<'a> {
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
    // One file never stops the others, whatever is in it.
    match catch_unwind(AssertUnwindSafe(|| yaml::parse(id, &source.text))) {
        Ok(stream) => {
            let documents = stream.documents.into_iter().map(Arc::new).collect();
            File { id, source, documents, problems: stream.problems, failed: false, hcl }
        }
        Err(_) => File { id, source, documents: Vec::new(), problems: Vec::new(), failed: true, hcl },
    }
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
    }
}
