//! What the user asked about: the named files, and every Milvus that takes something from one of them.
//!
//! Takes the config's scope and all evidence; says of a place whether it belongs to what was asked. The rest of the repository is
//! read so that references lead somewhere, and nothing is said about it.

use crate::config::Config;
use crate::detect::Evidence;
use crate::source::{Span, Texts};
use std::collections::HashSet;

/// What was asked about; everything when nothing was named.
pub(crate) struct Scope<'a> {
    config: &'a Config,
    texts: Texts<'a>,
    /// Where each Milvus begins that takes something from a named file.
    begins: HashSet<Span>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(config: &'a Config, texts: Texts<'a>, evidence: impl Iterator<Item = &'a Evidence>) -> Scope<'a> {
        let mut scope = Scope { config, texts, begins: HashSet::new() };
        if config.scope.is_some() {
            let touches = |evidence: &&Evidence| {
                let layers = evidence.layers.0.iter().map(|layer| layer.document.at);
                let processes = evidence.processes.iter().map(|process| process.at);
                // What is put together from several files belongs to one of them, wherever it begins.
                let own = config.scope.as_ref().is_some_and(|named| named.contains(&evidence.id.path));
                let texts = evidence.processes.iter().flat_map(|process| {
                    let values = process.environment.iter().filter_map(|variable| variable.value.as_ref());
                    process.image.iter().chain(values).flat_map(|text| text.parts.iter().map(|part| part.at))
                });
                let mut places = std::iter::once(evidence.at).chain(layers).chain(processes).chain(texts);
                own || places.any(|at| scope.names(at))
            };
            scope.begins = evidence.filter(touches).map(|evidence| evidence.at).collect();
        }
        scope
    }

    /// Whether a place stands in a named file.
    pub(crate) fn names(&self, at: Span) -> bool {
        let path = &self.texts.source(at.source).path;
        self.config.scope.as_ref().is_none_or(|scope| scope.contains(path))
    }

    /// Whether the Milvus that begins at a place was asked about.
    pub(crate) fn holds(&self, at: Span) -> bool {
        self.config.scope.is_none() || self.begins.contains(&at)
    }
}
