//! Helmfile: the items of `releases:` that install the Milvus chart.
//!
//! The order of the values is Helmfile's own: `values` as they are listed, over them `secrets`, and what is `set` on top.
//! What stands in `environments` fills templates and reaches no chart; only a `condition` is looked up there.

mod condition;
#[cfg(test)]
mod tests;
mod values;

use super::release::{Release, is_milvus_chart, is_published_by_milvus};
use super::{File, Found, Tree, helm_values};
use crate::model::{Identity, Surface};
use crate::source::Span;
use crate::yaml::{Document, Entry, Node, Path, Step};
use std::sync::Arc;

/// One item of `releases:`.
struct Item<'a> {
    file: &'a File<'a>,
    tree: &'a Tree<'a>,
    node: &'a Node,
    /// Where options may be written, weakest first: the templates that the item inherits, and the item itself.
    parts: Vec<Part<'a>>,
    /// Actions stand between its keys, so that they may add or hide some.
    conditional: bool,
}

/// A map of options, and where it stands.
#[derive(Clone)]
struct Part<'a> {
    document: Arc<Document>,
    path: Path,
    node: &'a Node,
}

/// Adds every release of the Milvus chart in one document; whether the document is Helmfile's.
pub(super) fn find(document: &Arc<Document>, file: &File, tree: &Tree, found: &mut Found) -> bool {
    let root = &document.root;
    let items = root.get("releases").map(Node::items).unwrap_or_default();
    if root.get("kind").is_some() || !items.iter().any(|item| item.get("chart").or(item.get("inherit")).is_some()) {
        return false;
    }
    for (index, node) in items.iter().enumerate() {
        let item = Item::new(document, file, tree, node, index);
        let Some(evidence) = item.release(root).and_then(Release::evidence) else { continue };
        if item.is_off() {
            found.off.push(evidence.at);
        }
        found.evidence.push(evidence);
    }
    true
}

impl<'a> Item<'a> {
    fn new(document: &Arc<Document>, file: &'a File<'a>, tree: &'a Tree<'a>, node: &'a Node, index: usize) -> Item<'a> {
        let conditional = document.templated && holds_actions(&file.source.text, node.at);
        // Templates elsewhere in the document change nothing in this item.
        let mut own = Arc::clone(document);
        if document.templated && !conditional {
            Arc::make_mut(&mut own).templated = false;
        }
        let inherited = node.get("inherit").map(Node::items).unwrap_or_default().iter();
        let inherited = inherited.filter_map(|from| template(file, tree, from.get("template")?.text()?));
        let path = vec![Step::Key("releases".to_string()), Step::Index(index)];
        let parts = inherited.chain([Part { document: own, path, node }]).collect();
        Item { file, tree, node, parts, conditional }
    }

    fn release(&self, root: &'a Node) -> Option<Release<'a>> {
        let chart = self.entry("chart")?;
        let written = chart.value.raw_text().filter(|text| !text.is_empty())?;
        // `git::https://…@charts/milvus?ref=…` names the chart before its question mark.
        let written = if written.contains("{{") { written } else { written.split('?').next().unwrap_or(written) };
        let repository = written.split_once('/').and_then(|(alias, _)| repository(self.file, self.tree, alias));
        let layers = self.layers();
        let looks_like = || layers.0.iter().any(|layer| helm_values::looks_like(&layer.node));
        let is_folder = self.is_folder(written);
        // A folder may hold any chart, and so may a template: then the values say what it is.
        let hidden =
            chart.value.is_templated() && !written.contains("bitnami") && !is_milvus_chart(written, repository);
        let named = repository.is_some_and(is_published_by_milvus);
        if is_folder && !looks_like() || hidden && !named && !looks_like() {
            return None;
        }
        let text = |key: &str| self.entry(key).and_then(|entry| entry.value.raw_text()).filter(|text| !text.is_empty());
        Some(Release {
            surface: Surface::Helmfile,
            id: Identity {
                namespace: text("namespace").or_else(|| root.get("namespace")?.raw_text()).map(str::to_string),
                name: text("name").map(str::to_string),
                path: self.file.source.path.clone(),
                ordinal: 0,
            },
            at: self.at(),
            chart: if hidden { "milvus" } else { written },
            repository,
            version: (!is_folder).then(|| self.version(chart)),
            layers,
            tree: self.tree,
        })
    }

    /// An option, as the strongest part writes it.
    fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.parts.iter().rev().find_map(|part| part.node.entry(key))
    }

    /// Its `name:`, unless that is merged in from elsewhere.
    fn at(&self) -> Span {
        let name = self.node.entry("name").map(|name| name.key.at);
        name.filter(|at| self.node.at.range().contains(&at.range().start)).unwrap_or(self.node.at)
    }

    /// Without a version Helmfile takes the newest. One that stands twice depends on a template's condition.
    fn version(&self, chart: &Entry) -> (Span, String) {
        let Some(version) = self.entry("version") else { return (chart.value.at, String::new()) };
        let entries = self.node.map().map(|map| &map.entries[..]).unwrap_or_default();
        let several = entries.iter().filter(|entry| entry.key.text() == Some("version")).count() > 1;
        let text = if self.conditional && several { "{{ if … }}" } else { version.value.raw_text().unwrap_or("") };
        (version.value.at, text.to_string())
    }

    /// A folder of the repository, and no chart of a repository of charts.
    fn is_folder(&self, chart: &str) -> bool {
        let beside = || self.tree.beside(&self.file.source.path, &format!("{chart}/Chart.yaml")).is_some();
        chart.starts_with(['.', '/']) || !chart.contains('/') || !chart.contains("://") && beside()
    }

    /// Whether Helmfile leaves it out, or takes it away.
    fn is_off(&self) -> bool {
        let is_false = |entry: &Entry| entry.value.as_bool() == Some(false);
        let condition = || self.entry("condition").and_then(|entry| entry.value.text());
        !self.conditional && self.entry("installed").is_some_and(is_false)
            || condition().is_some_and(|path| condition::is_off(path, self.file, self.tree))
    }
}

/// The documents of a Helmfile, and those of its `bases`.
fn documents<'a>(file: &'a File<'a>, tree: &'a Tree<'a>) -> impl Iterator<Item = (&'a File<'a>, &'a Arc<Document>)> {
    let own = || file.documents.iter().map(move |document| (file, document));
    let bases = own().flat_map(|(_, document)| document.root.get("bases").map(Node::items).unwrap_or_default());
    let bases = bases.filter_map(|base| tree.beside(&file.source.path, base.text()?));
    own().chain(bases.flat_map(|base| base.documents.iter().map(move |document| (base, document))))
}

/// The address behind an alias.
fn repository<'a>(file: &'a File<'a>, tree: &'a Tree<'a>, alias: &str) -> Option<&'a str> {
    let mut known = documents(file, tree)
        .flat_map(|(_, document)| document.root.get("repositories").map(Node::items).unwrap_or_default());
    known.find(|known| known.get("name").and_then(Node::raw_text) == Some(alias))?.get("url")?.raw_text()
}

/// What `inherit` names.
fn template<'a>(file: &'a File<'a>, tree: &'a Tree<'a>, name: &str) -> Option<Part<'a>> {
    documents(file, tree).find_map(|(_, document)| {
        let node = document.root.at_path(&["templates", name])?;
        let path = ["templates", name].map(|key| Step::Key(key.to_string())).to_vec();
        Some(Part { document: Arc::clone(document), path, node })
    })
}

/// Whether lines of an item begin with an action, or lines that print something follow it.
fn holds_actions(text: &str, at: Span) -> bool {
    let is_action = |line: &&str| line.trim_start().starts_with("{{");
    let inside = text.get(at.range()).unwrap_or_default();
    let after = text.get(at.range().end..).unwrap_or_default().lines().skip(1).take_while(is_action);
    let mut printing = after.filter(|line| ["toYaml", "include", "tpl"].iter().any(|word| line.contains(word)));
    inside.lines().any(|line| is_action(&line)) || printing.next().is_some()
}
