//! Helmfile: the items of `releases:` that install the Milvus chart.
//!
//! The order of the values is Helmfile's own: `values` as they are listed, over them `secrets`, and what is `set` on top.
//! What stands in `environments` fills templates and reaches no chart: a release that hangs on it is one Milvus for each.

mod condition;
mod environments;
#[cfg(test)]
mod tests;
mod values;

use super::release::{Release, is_milvus_chart, is_published_by_milvus};
use super::{Evidence, File, Found, Tree, helm_values};
use crate::model::{Identity, Surface};
use crate::source::Span;
use crate::yaml::{Document, Entry, Node, Path, Step};
use environments::Environment;
use std::sync::Arc;

/// One item of `releases:`.
struct Item<'a> {
    file: &'a File<'a>,
    tree: &'a Tree<'a>,
    /// What its templates are filled with.
    environment: &'a Environment,
    node: &'a Node,
    /// Where options may be written, weakest first: the templates that the item inherits, and the item itself.
    parts: Vec<Part<'a>>,
    /// Actions stand between its keys, so that they may add or hide some.
    conditional: bool,
}

/// A map of options, and where it stands.
struct Part<'a> {
    document: Arc<Document>,
    path: Path,
    /// As it is written, and with what its templates print.
    written: &'a Node,
    node: Node,
}

/// Adds every release of the Milvus chart in one document; whether the document is Helmfile's.
pub(super) fn find(document: &Arc<Document>, file: &File, tree: &Tree, found: &mut Found) -> bool {
    let root = &document.root;
    let items = root.get("releases").map(Node::items).unwrap_or_default();
    if root.get("kind").is_some() || !items.iter().any(|item| item.get("chart").or(item.get("inherit")).is_some()) {
        return false;
    }
    let environments = environments::of(file, tree);
    let plain = Environment::default();
    for (index, node) in items.iter().enumerate() {
        let read = |environment: &Environment| {
            let item = Item::new(document, file, tree, (node, index), environment);
            let mut evidence = item.release(root).and_then(Release::evidence)?;
            evidence.layers.0.splice(0..0, environment.silent_layers(tree));
            Some((evidence, item.is_off(), item.is_filled()))
        };
        let Some((mut one, off, _)) = read(&plain) else { continue };
        if file.source.text.get(node.at.range()).is_some_and(|text| text.contains("{{")) {
            one.layers.0.splice(0..0, environments.iter().map(Environment::silent_layer));
        }
        let mut each: Vec<(Evidence, bool)> = Vec::new();
        for environment in &environments {
            // One that no template tells from the others is the same Milvus.
            if let Some((mut evidence, off, true)) = read(environment) {
                // Where a value is known to be missing Helmfile stops, so that nothing is installed.
                let stops = |(_, text): &(Span, String)| text.contains("{{") && !environment.fill.open;
                if evidence.chart.as_ref().is_some_and(stops) {
                    continue;
                }
                (evidence.at, evidence.id.path) =
                    (environment.at, environment.path.clone().unwrap_or(one.id.path.clone()));
                each.push((evidence, off));
            }
        }
        if each.windows(2).all(|pair| says_the_same(&pair[0].0, &pair[1].0)) {
            each.truncate(1);
            each.iter_mut().for_each(|(only, _)| (only.at, only.id.path) = (one.at, one.id.path.clone()));
        }
        if each.is_empty() {
            each.push((one, off));
        }
        for (mut evidence, off) in each {
            let taken = |at: Span| found.evidence.iter().any(|other| other.at == at);
            // Several releases of one environment need a place each.
            while taken(evidence.at) && evidence.at.end > evidence.at.start + 1 {
                evidence.at.end -= 1;
            }
            found.off.extend(off.then_some(evidence.at));
            found.evidence.push(evidence);
        }
    }
    true
}

/// Whether two environments make the same of a release, from the same places.
fn says_the_same(one: &Evidence, other: &Evidence) -> bool {
    let said = |evidence: &Evidence| {
        let layers = evidence.layers.0.iter().map(|layer| &layer.node).filter(|node| node.at.end > 0);
        let layers: Vec<_> = layers.collect();
        format!("{:?} {:?} {:?} {layers:?}", evidence.id.namespace, evidence.id.name, evidence.chart)
    };
    said(one) == said(other)
}

impl<'a> Item<'a> {
    fn new(
        document: &Arc<Document>,
        file: &'a File<'a>,
        tree: &'a Tree<'a>,
        (node, index): (&'a Node, usize),
        environment: &'a Environment,
    ) -> Item<'a> {
        let conditional = document.templated && holds_actions(&file.source.text, node.at);
        // Templates elsewhere in the document change nothing in this item.
        let mut own = Arc::clone(document);
        if document.templated && !conditional {
            Arc::make_mut(&mut own).templated = false;
        }
        let inherited = node.get("inherit").map(Node::items).unwrap_or_default().iter();
        let inherited = inherited.filter_map(|from| template(file, tree, from.get("template")?.text()?));
        let path = vec![Step::Key("releases".to_string()), Step::Index(index)];
        let part = |(document, path, written): (_, _, &'a Node)| Part {
            document,
            path,
            written,
            node: environment.fill.node(written),
        };
        let parts = inherited.chain([(own, path, node)]).map(part).collect();
        Item { file, tree, environment, node, parts, conditional }
    }

    /// Whether a template of it says something else for its environment than it says without.
    fn is_filled(&self) -> bool {
        let own = self.parts.iter().any(|part| format!("{:?}", part.node) != format!("{:?}", part.written));
        own || self.templates().next().is_some()
    }

    /// The values files that are templates.
    fn templates(&self) -> impl Iterator<Item = &Node> {
        let lists = self.parts.iter().filter_map(|part| part.node.get("values"));
        lists.flat_map(Node::items).filter(|item| item.raw_text().is_some_and(|path| path.ends_with(".gotmpl")))
    }

    fn release<'i>(&'i self, root: &'i Node) -> Option<Release<'i>> {
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
    fn entry(&self, key: &str) -> Option<&Entry> {
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

/// What `inherit` names, and where it stands.
fn template<'a>(file: &'a File<'a>, tree: &'a Tree<'a>, name: &str) -> Option<(Arc<Document>, Path, &'a Node)> {
    documents(file, tree).find_map(|(_, document)| {
        let node = document.root.at_path(&["templates", name])?;
        let path = ["templates", name].map(|key| Step::Key(key.to_string())).to_vec();
        Some((Arc::clone(document), path, node))
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
