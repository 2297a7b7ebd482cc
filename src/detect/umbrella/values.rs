//! With which values an umbrella's Milvus is installed.
//!
//! Takes a dependency and the files around its chart, gives stacks of values, bottom first as Helm lays them: the chart's own
//! `values.yaml`, those of the charts that carry it in their `charts/` folder, and a file of one environment.

use super::Dependency;
use super::chart::is_chart;
use crate::detect::tree::plain;
use crate::detect::{File, Layer, Tree};
use crate::source::Span;
use crate::yaml::{Document, Node, Step};
use std::sync::Arc;

/// One file of values, and where in it the umbrella's own values begin: below the name of each chart that carries it.
#[derive(Clone)]
struct Text<'t> {
    document: &'t Arc<Document>,
    prefix: Vec<String>,
}

/// The values of one installation.
pub(super) struct Stack<'t> {
    texts: Vec<Text<'t>>,
    /// Values that whoever installs the chart lays over all of them.
    pub over: Vec<Layer>,
    /// Where in those the umbrella's own values begin.
    prefix: Vec<String>,
    /// The key of the Milvus chart in each of them.
    key: String,
    /// The entries of the charts that carry the umbrella, innermost first: switched off, they take it along.
    carriers: Vec<Option<Node>>,
    /// The file of one environment that makes it another Milvus.
    pub own: Option<Own>,
}

/// What tells the Milvus of one environment from those of others.
pub(super) struct Own {
    pub path: String,
    pub at: Span,
}

/// Every set of values that a dependency is installed with. The first is that of `values.yaml` alone, or of nothing. No chart
/// above `top` has a say.
pub(super) fn stacks<'t>(
    dependency: &Dependency,
    root: &Node,
    (file, top): (&File, Option<&str>),
    tree: &'t Tree<'t>,
) -> Vec<Stack<'t>> {
    let mut folder = folder_of(&file.source.path).to_string();
    let mut prefix: Vec<String> = Vec::new();
    let mut texts: Vec<Text> = Vec::new();
    let mut name = name_of_chart(root, &folder, tree);
    texts.extend(default_values(&folder, &prefix, tree));
    // A chart in the `charts` folder of another gets its values from there as well, and those are stronger.
    let mut carriers = Vec::new();
    while let Some(Carrier { above, key, item }) =
        carrier(&folder, name.as_deref(), tree).filter(|_| top.is_none_or(|top| plain(top) != plain(&folder)))
    {
        prefix.insert(0, key);
        carriers.push(item);
        texts.extend(default_values(&above, &prefix, tree));
        name = tree.get(&format!("{above}/Chart.yaml")).and_then(root_of).and_then(name_of).map(str::to_string);
        folder = above;
    }
    let key = dependency.key.to_string();
    let of_environment = tree.below(&folder).filter(|other| is_of_environment(&other.source.path, &folder));
    let more = of_environment.filter_map(|other| {
        let text = Text::of(other, &prefix)?;
        let entry = text.values()?.entry(&key).filter(|entry| entry.value.is_map() && !is_left_out(&entry.value))?;
        let own = Own { path: other.source.path.clone(), at: entry.key.at };
        let texts = texts.iter().cloned().chain([text]).collect();
        let (key, prefix, carriers) = (key.clone(), prefix.clone(), carriers.clone());
        Some(Stack { texts, over: Vec::new(), prefix, key, carriers, own: Some(own) })
    });
    let more: Vec<Stack> = more.collect();
    let alone = Stack { texts, over: Vec::new(), prefix, key, carriers, own: None };
    std::iter::once(alone).chain(more).collect()
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn root_of<'t>(file: &'t File) -> Option<&'t Node> {
    file.documents.first().map(|document| &document.root).filter(|root| is_chart(root))
}

fn name_of(root: &Node) -> Option<&str> {
    root.get("name").and_then(Node::text)
}

/// The chart's name, which a `requirements.yaml` leaves to the `Chart.yaml` beside it.
fn name_of_chart(root: &Node, folder: &str, tree: &Tree) -> Option<String> {
    let beside = || tree.get(&format!("{folder}/Chart.yaml")).and_then(root_of).and_then(name_of);
    name_of(root).or_else(beside).map(str::to_string)
}

fn default_values<'t>(folder: &str, prefix: &[String], tree: &'t Tree<'t>) -> Option<Text<'t>> {
    let file = ["values.yaml", "values.yml"].iter().find_map(|name| tree.get(&format!("{folder}/{name}")))?;
    Text::of(file, prefix)
}

/// The chart that carries another one in its `charts` folder.
struct Carrier {
    above: String,
    /// Below which it keeps the other's values.
    key: String,
    /// Its entry for the other, if it has one.
    item: Option<Node>,
}

fn carrier(folder: &str, name: Option<&str>, tree: &Tree) -> Option<Carrier> {
    let charts = folder_of(folder);
    let above = charts.strip_suffix("charts").filter(|above| above.is_empty() || above.ends_with('/'))?;
    let above = above.trim_end_matches('/').to_string();
    let file = |name: &str| tree.get(&format!("{above}/{name}"));
    let chart = file("Chart.yaml").and_then(root_of);
    // A chart that does not mention Milvus is not kept; its values may do.
    if chart.is_none() && file("values.yaml").is_none() {
        return None;
    }
    let name = name.unwrap_or(folder.rsplit('/').next().unwrap_or(folder));
    let items = chart.and_then(|root| root.get("dependencies")).map(Node::items).unwrap_or_default();
    let item = items.iter().find(|item| name_of(item) == Some(name));
    let key = item.and_then(|item| item.get("alias")).and_then(Node::text).unwrap_or(name);
    Some(Carrier { key: key.to_string(), item: item.cloned(), above })
}

/// Whether a file in this very folder holds values of one environment: `values-prod.yaml`, `values.prod.yaml`,
/// `prod-values.yaml`.
fn is_of_environment(path: &str, folder: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = [".yaml", ".yml"].iter().find_map(|ending| name.strip_suffix(ending));
    let begins = |stem: &str| ["values-", "values.", "values_"].iter().any(|begin| stem.starts_with(begin));
    let ends = |stem: &str| ["-values", ".values", "_values"].iter().any(|end| stem.ends_with(end));
    folder_of(path) == folder && stem.is_some_and(|stem| begins(stem) || ends(stem))
}

/// `enabled: false` and nothing else: an environment that runs another store.
fn is_left_out(values: &Node) -> bool {
    values.entries().count() == 1 && values.get("enabled").and_then(Node::as_bool) == Some(false)
}

impl<'t> Text<'t> {
    fn of(file: &'t File, prefix: &[String]) -> Option<Text<'t>> {
        let document = file.documents.first()?;
        Some(Text { document, prefix: prefix.to_vec() })
    }

    /// The umbrella's values in this file.
    fn values(&self) -> Option<&'t Node> {
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
    fn is_off_at(&self, up: usize, item: &Node) -> bool {
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
