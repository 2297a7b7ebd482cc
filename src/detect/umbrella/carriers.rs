//! Which charts carry an umbrella: the one in whose `charts` folder it lies, or those that name its folder (`file://../rag`).
//!
//! Takes a chart and the files around it, gives a chain of charts for each way up, with the values of each. A chart that
//! switches off what it carries does not install it, and the umbrella stands for itself.

use super::chart::{dependencies, is_chart, is_requirements};
use super::values::{Own, Stack, Text, is_left_out, is_of_environment};
use crate::detect::tree::plain;
use crate::detect::{File, Tree};
use crate::yaml::Node;

/// Charts that carry charts; more is a circle.
const DEEPEST: usize = 8;

/// One way from an umbrella to the chart that is installed.
#[derive(Clone)]
pub(super) struct Chain<'t> {
    /// The folder of the chart at the top.
    pub folder: String,
    name: Option<String>,
    texts: Vec<Text<'t>>,
    /// Below which keys of the chart at the top the umbrella has its values.
    prefix: Vec<String>,
    carriers: Vec<Option<Node>>,
    own: Option<Own>,
    /// Folders of charts that are installed by themselves as well, if they have values for environments.
    beside: Vec<Chain<'t>>,
}

/// The chart that carries another one.
struct Carrier {
    above: String,
    /// Below which it keeps the other's values.
    key: String,
    /// Its entry for the other, if it has one.
    item: Option<Node>,
    /// Where it names the other by its folder.
    named: Option<Own>,
}

/// Every way up from a chart, as far as `top`.
pub(super) fn chains<'t>(root: &Node, file: &File, top: Option<&str>, tree: &'t Tree<'t>) -> Vec<Chain<'t>> {
    let folder = folder_of(&file.source.path).to_string();
    let name = name_of_chart(root, &folder, tree);
    let texts = default_values(&folder, &[], tree).into_iter().collect();
    let (prefix, carriers, beside) = (Vec::new(), Vec::new(), Vec::new());
    let chain = Chain { folder, name, texts, prefix, carriers, own: None, beside };
    let mut chains = Vec::new();
    chain.climb(top, tree, 0, &mut chains);
    chains
}

impl<'t> Chain<'t> {
    fn climb(self, top: Option<&str>, tree: &'t Tree<'t>, depth: usize, chains: &mut Vec<Chain<'t>>) {
        if top.is_some_and(|top| plain(top) == plain(&self.folder)) || depth > DEEPEST {
            return chains.push(self);
        }
        if let Some(carrier) = packed(&self.folder, self.name.as_deref(), tree) {
            return self.carried(carrier, tree).climb(top, tree, depth + 1, chains);
        }
        let carriers = naming(&self.folder, self.name.as_deref(), tree).into_iter();
        let (on, off): (Vec<Chain>, Vec<Chain>) =
            carriers.map(|carrier| self.clone().carried(carrier, tree)).partition(Chain::is_on);
        let several = on.len() > 1;
        for (nth, mut chain) in on.iter().cloned().enumerate() {
            chain.own = chain.own.filter(|_| several && nth > 0).or_else(|| self.own.clone());
            if nth == 0 && depth == 0 {
                chain.beside.push(self.clone());
            }
            chain.climb(top, tree, depth + 1, chains);
        }
        if on.is_empty() {
            chains.push(self);
        }
        // What is switched off there is described there all the same.
        chains.extend(off);
    }

    /// Whether the chart at the top says more of Milvus than that it is off.
    fn speaks_of(&self, key: &str) -> bool {
        let values = self.texts.last().filter(|text| text.is_below(&self.prefix)).and_then(Text::values);
        let own = values.and_then(|values| values.get(key));
        own.is_some_and(|own| own.is_map() && !is_left_out(own))
    }

    /// A chart in another gets its values from there as well, and those are stronger.
    fn carried(mut self, carrier: Carrier, tree: &'t Tree<'t>) -> Chain<'t> {
        self.prefix.insert(0, carrier.key);
        self.carriers.push(carrier.item);
        self.texts.extend(default_values(&carrier.above, &self.prefix, tree));
        self.name =
            tree.get(&format!("{}/Chart.yaml", carrier.above)).and_then(root_of).and_then(name_of).map(String::from);
        self.folder = carrier.above;
        self.own = carrier.named;
        self
    }

    /// Whether the chart at the top does not switch off what it carries.
    fn is_on(&self) -> bool {
        let entry = self.carriers.last().and_then(Option::as_ref);
        !entry.is_some_and(|entry| self.alone("").is_off_at(self.carriers.len(), entry))
    }

    fn alone(&self, key: &str) -> Stack<'t> {
        Stack {
            texts: self.texts.clone(),
            over: Vec::new(),
            prefix: self.prefix.clone(),
            key: key.to_string(),
            carriers: self.carriers.clone(),
            own: self.own.clone(),
        }
    }

    /// The values of `values.yaml` alone, and with those of each environment.
    pub fn stacks(&self, key: &str, tree: &'t Tree<'t>) -> Vec<Stack<'t>> {
        let beside = self.beside.iter().flat_map(|chain| chain.environments(key, tree));
        // Another chart around it makes another Milvus where it says something of Milvus, as another environment does.
        let alone = Some(self.alone(key)).filter(|_| self.own.is_none() || self.speaks_of(key));
        alone.into_iter().chain(self.environments(key, tree)).chain(beside).collect()
    }

    fn environments(&self, key: &str, tree: &'t Tree<'t>) -> Vec<Stack<'t>> {
        let files = tree.below(&self.folder).filter(|other| is_of_environment(&other.source.path, &self.folder));
        let more = files.filter_map(|other| {
            let text = Text::of(other, &self.prefix)?;
            let entry = text.values()?.entry(key).filter(|entry| entry.value.is_map() && !is_left_out(&entry.value))?;
            let own = Own { path: other.source.path.clone(), at: entry.key.at };
            let texts = self.texts.iter().cloned().chain([text]).collect();
            Some(Stack { texts, own: Some(own), ..self.alone(key) })
        });
        more.collect()
    }
}

/// Every file of a chart from which one of a folder, and the charts in it, are made: also of those that it names by their folder.
pub(super) fn files_of<'t>(folder: &str, tree: &'t Tree<'t>) -> Vec<&'t File<'t>> {
    let mut open = vec![plain(folder)];
    let mut files: Vec<&File> = Vec::new();
    while let Some(root) = open.pop() {
        for file in tree.below(&root) {
            let path = plain(&file.source.path);
            let (inside, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let inside = inside.strip_prefix(&root).unwrap_or(inside).trim_start_matches('/');
            let is_inside = inside.split('/').enumerate().all(|(at, part)| at % 2 == 1 || part == "charts");
            let is_chart = ["Chart.yaml", "requirements.yaml"].contains(&name) && (inside.is_empty() || is_inside);
            if !is_chart || files.iter().any(|known| known.id == file.id) {
                continue;
            }
            files.push(file);
            open.extend(
                file.documents
                    .iter()
                    .flat_map(|document| dependencies(&document.root))
                    .filter_map(|item| target(item, file)),
            );
        }
    }
    files
}

/// The folder of a path.
pub(super) fn folder_of(path: &str) -> &str {
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

/// The chart in whose `charts` folder another one lies.
fn packed(folder: &str, name: Option<&str>, tree: &Tree) -> Option<Carrier> {
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
    let item = chart.and_then(|root| dependencies(root).find(|item| name_of(item) == Some(name)));
    Some(Carrier { key: key_of(item, name), item: item.cloned(), above, named: None })
}

fn key_of(item: Option<&Node>, name: &str) -> String {
    item.and_then(|item| item.get("alias")).and_then(Node::text).unwrap_or(name).to_string()
}

/// The charts that name a folder as a dependency, by path.
fn naming(folder: &str, name: Option<&str>, tree: &Tree) -> Vec<Carrier> {
    let is_chart_file = |file: &&File| {
        let name = file.source.path.rsplit('/').next().unwrap_or_default();
        ["Chart.yaml", "requirements.yaml"].contains(&name) && file.source.text.contains("file://")
    };
    let mut carriers = Vec::new();
    for file in tree.files.iter().filter(is_chart_file) {
        let roots = file.documents.iter().map(|document| &document.root);
        let items = roots.filter(|root| is_chart(root) || is_requirements(root)).flat_map(dependencies);
        for item in items.filter(|item| target(item, file).is_some_and(|target| target == plain(folder))) {
            let Some(entry) =
                item.entry("name").filter(|entry| name.is_none_or(|name| entry.value.text() == Some(name)))
            else {
                continue;
            };
            let named = Own { path: file.source.path.clone(), at: entry.key.at };
            carriers.push(Carrier {
                above: folder_of(&file.source.path).to_string(),
                key: key_of(Some(item), entry.value.text().unwrap_or_default()),
                item: Some(item.clone()),
                named: Some(named),
            });
        }
    }
    carriers
}

/// The folder that a dependency names; none that is out of the repository.
fn target(item: &Node, file: &File) -> Option<String> {
    let folder = item.get("repository").and_then(Node::text)?.strip_prefix("file://")?;
    Some(plain(&format!("{}/{folder}", folder_of(&file.source.path)))).filter(|path| !path.starts_with(".."))
}
