//! What is parsed already: a side that is read once more, with a few texts more, has most of its trees.
//!
//! Takes the files of a tree, gives them to the next one wherever the text is the same. It parses nothing.

use super::tree::File;
use crate::hcl;
use crate::source::{Source, SourceId};
use crate::yaml::{Document, Problem};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// What came of the texts of a side, by their places in it.
#[derive(Debug, Default)]
pub struct Known(pub(super) HashMap<SourceId, Parsed>);

impl Known {
    /// What is known of each of these texts.
    pub(super) fn of(mut self, texts: &[(SourceId, &Source)]) -> Vec<Option<Parsed>> {
        let mut known = Vec::with_capacity(texts.len());
        for (id, source) in texts {
            known.push(self.0.remove(id).filter(|parsed| parsed.text == mark(source)));
        }
        known
    }
}

/// What came of one text.
#[derive(Debug)]
pub(super) struct Parsed {
    text: (usize, usize),
    documents: Vec<Arc<Document>>,
    problems: Vec<Problem>,
    failed: bool,
    hcl: OnceLock<hcl::Parsed>,
}

impl Parsed {
    pub(super) fn of(file: File) -> Parsed {
        let File { source, documents, problems, failed, hcl, .. } = file;
        Parsed { text: mark(source), documents, problems, failed, hcl }
    }

    pub(super) fn file(self, id: SourceId, source: &Source) -> File<'_> {
        let Parsed { documents, problems, failed, hcl, .. } = self;
        File { id, source, documents, problems, failed, hcl }
    }
}

/// What tells a text from another that took its place: where it is, and how long. Between two readings of a side its texts stay.
fn mark(source: &Source) -> (usize, usize) {
    (source.text.as_ptr() as usize, source.text.len())
}
