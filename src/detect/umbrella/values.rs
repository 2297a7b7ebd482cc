//! With which values an umbrella's Milvus is installed.
//!
//! Takes a dependency and the files around its chart, gives stacks of values, bottom first as Helm lays them: the chart's own
//! `values.yaml`, those of the charts that carry it (`carriers`), and a file of one environment.

use super::Dependency;
use super::carriers::{chains, folder_of};
use crate::detect::tree::plain;
use crate::detect::{File, Layer, Tree};
use crate::source::Span;
use crate::yaml::{Document, Node, Step};
use std::sync::Arc;

/// One file of values, and where in it the umbrella's own values begin: below the name of each chart that carries it.
#[derive(Clone)]
pub(super) struct Text<'t> {
    document: &'t Arc<Document>,
    prefix: Vec<String>,
}

/// The values of one installation.
pub(super) struct Stack<'t> {
    pub texts: Vec<Text<'t>>,
    /// Values that whoever installs the chart lays over all of them.
    pub over: Vec<Layer>,
    /// Where in those the umbrella's own values begin.
    pub prefix: Vec<String>,
    /// The key of the Milvus chart in each of them.
    pub key: String,
    /// The entries of the charts that carry the umbrella, innermost first: switched off, they take it along.
    pub carriers: Vec<Option<Node>>,
    /// The file of one environment, or the chart around it, that makes it another Milvus.
    pub own: Option<Own>,
}

/// What tells the Milvus of one environment, or of one chart around it, from those of others.
#[derive(Clone)]
pub(super) struct Own {
    pub path: String,
    pub at: Span,
}

/// Every set of values that a dependency is installed with. The first is that of `values.yaml` alone, or of nothing. No chart
/// above `top` has a say, and no chart that does not stand there.
pub(super) fn stacks<'t>(
    dependency: &Dependency,
    root: &Node,
    (file, top): (&File, Option<&str>),
    tree: &'t Tree<'t>,
) -> Vec<Stack<'t>> {
    let chains = chains(root, file, top, tree);
    let chains = chains.into_iter().filter(|chain| top.is_none_or(|top| plain(top) == plain(&chain.folder)));
    chains.flat_map(|chain| chain.stacks(dependency.key, tree)).collect()
}

/// Whether a file in this very folder holds values of one environment: `values-prod.yaml`, `values.prod.yaml`,
/// `prod-values.yaml`.
pub(super) fn is_of_environment(path: &str, folder: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = [".yaml", ".yml"].iter().find_map(|ending| name.strip_suffix(ending));
    let begins = |stem: &str| ["values-", "values.", "values_"].iter().any(|begin| stem.starts_with(begin));
    let ends = |stem: &str| ["-values", ".values", "_values"].iter().any(|end| stem.ends_with(end));
    folder_of(path) == folder && stem.is_some_and(|stem| begins(stem) || ends(stem))
}

/// `enabled: false` and nothing else: an environment that runs another store.
pub(super) fn is_left_out(values: &Node) -> bool {
    values.entries().count() == 1 && values.get("enabled").and_then(Node::as_bool) == Some(false)
}

impl<'t> Text<'t> {
    pub fn of(file: &'t File, prefix: &[String]) -> Option<Text<'t>> {
        let document = file.documents.first()?;
        Some(Text { document, prefix: prefix.to_vec() })
    }

    /// Whether the umbrella's values begin there in this file.
    pub fn is_below(&self, prefix: &[String]) -> bool {
        self.prefix == prefix
    }

    /// The umbrella's values in this file.
    pub fn values(&self) -> Option<&'t Node> {
        self.prefix.iter().try_fold(&self.document.root, |node, key| node.get(key))
    }
}

impl Stack<'_> {
    /// The sub-trees of the Milvus chart, bottom first.
    pub fn layers(&self) -> Vec<Layer> {
        let layer = |text: &Text| {
            let node = text.values()?.get(&self.key).filter(|node| node.is_map())?;
            let path = text.prefix.iter().chain([&self.key]).cloned().map(Step::Key).collect();
            Some(Layer::of_part(text.document, path, node))
        };
        let keys: Vec<&str> = self.prefix.iter().chain([&self.key]).map(String::as_str).collect();
        let over = self.over.iter().filter_map(|layer| layer.below(&keys));
        self.texts.iter().filter_map(layer).chain(over).collect()
    }

    /// The values as whole texts, topmost first, and where in each the umbrella's own begin.
    fn whole(&self) -> impl Iterator<Item = (&Node, &[String])> {
        let over = self.over.iter().rev().map(|layer| (&layer.node, &self.prefix[..]));
        over.chain(self.texts.iter().rev().map(|text| (&text.document.root, &text.prefix[..])))
    }

    /// Whether Helm leaves the dependency out, or a chart that carries the umbrella.
    pub fn is_off(&self, dependency: &Node) -> bool {
        let carriers = self.carriers.iter().enumerate().filter_map(|(up, item)| Some((up + 1, item.as_ref()?)));
        std::iter::once((0, dependency)).chain(carriers).any(|(up, item)| self.is_off_at(up, item))
    }

    /// The first condition that leads to a truth value decides, and after that the tags. Conditions are looked up in the
    /// values of the chart that has the entry, `up` charts above the umbrella; tags stand at the root.
    pub fn is_off_at(&self, up: usize, item: &Node) -> bool {
        let conditions = item.get("condition").and_then(Node::text).into_iter().flat_map(|text| text.split(','));
        if let Some(on) = conditions.map(str::trim).find_map(|path| self.switch(up, path)) {
            return !on;
        }
        let tags = item.get("tags").map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
        let value = |tag| self.whole().find_map(|(root, _)| root.at_path(&["tags", tag]))?.as_bool();
        let tags: Vec<bool> = tags.filter_map(value).collect();
        !tags.is_empty() && !tags.contains(&true)
    }

    /// A switch as it is in force; `None` as well where something else than a truth value stands there.
    fn switch(&self, up: usize, path: &str) -> Option<bool> {
        let keys: Vec<&str> = path.split('.').collect();
        let above = |root, prefix: &[String]| {
            let prefix = prefix.get(..prefix.len().checked_sub(up)?)?;
            prefix.iter().try_fold(root, |node: &Node, key| node.get(key))?.at_path(&keys)
        };
        self.whole().find_map(|(root, prefix)| above(root, prefix))?.as_bool()
    }
}
