//! Services of a compose file, with what they extend, the override file beside it, and its `.env`.
//!
//! Takes one document and the files around it; gives one Milvus for each standalone and one for all components. Which variables
//! a service gets is found in `environment`, which files include which in `include`.

mod environment;
mod include;

pub(super) use include::includes_any;

use super::process::{self, Process};
use super::references::{Asked, Need};
use super::variables::{Text, Variables};
use super::{File, Found, Layer, Layers, Tree};
use crate::model::Surface;
use crate::source::Span;
use crate::yaml::{Document, Kind, Node, Step};
use std::sync::Arc;

/// Services extend services that extend services; nobody does it more often.
const DEEPEST: usize = 8;

/// Adds every Milvus that the services of a document run.
pub(super) fn find(document: &Arc<Document>, file: &File, tree: &Tree, found: &mut Found) {
    let path = &file.source.path;
    let is_compose = document.root.get("services").is_some_and(Node::is_map);
    // An override speaks where its base file is read.
    if !is_compose || bases(path).iter().any(|base| tree.beside(path, base).is_some()) {
        return;
    }
    let variables = include::variables(path, tree);
    let above: Vec<&File> = match include::chosen(path, tree) {
        // The first of the files that `.env` names speaks for all of them.
        Some(files) if files.first().is_some_and(|first| first.id == file.id) => files.into_iter().skip(1).collect(),
        Some(files) if files.iter().any(|one| one.id == file.id) => return,
        _ => overrides(path).into_iter().find_map(|name| tree.beside(path, &name)).into_iter().collect(),
    };
    let above = above.into_iter().filter_map(|file| Some((file.documents.first()?, file.source.path.as_str())));
    let texts: Vec<(&Arc<Document>, &str)> = std::iter::once((document, path.as_str())).chain(above).collect();
    let reader = Reader { tree, texts, variables };
    let mut services: Vec<(&str, Span)> = Vec::new();
    for (document, _) in &reader.texts {
        for (name, entry) in document.root.get("services").into_iter().flat_map(Node::entries) {
            if services.iter().all(|(other, _)| *other != name) {
                services.push((name, entry.key.at));
            }
        }
    }
    let processes = services.into_iter().filter_map(|(name, at)| Some(((), reader.process(name, at)?)));
    let begins = found.evidence.len();
    for (_, parts) in process::together(processes.collect()) {
        reader.seek_variables(&parts);
        let server = reader.server(&parts);
        let Some(mut evidence) = process::evidence(Surface::Compose, None, path, parts) else { continue };
        evidence.server = Layers(server);
        evidence.services = reader.services();
        found.evidence.push(evidence);
    }
    if let Some(first) = found.evidence.get(begins) {
        include::expect(document, path, tree, first.at);
    }
}

/// The files that a file of this name is laid upon.
fn bases(path: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, ending)) = name.split_once(".override.") else { return Vec::new() };
    [ending, "yml", "yaml"].iter().map(|ending| format!("{stem}.{ending}")).collect()
}

/// The files that are laid upon a file of this name without being asked for.
fn overrides(path: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem @ ("docker-compose" | "compose"), ending)) => {
            [ending, "yml", "yaml"].iter().map(|ending| format!("{stem}.override.{ending}")).collect()
        }
        _ => Vec::new(),
    }
}

struct Reader<'a> {
    tree: &'a Tree<'a>,
    /// The file and what is laid upon it, bottom first, each with its path.
    texts: Vec<(&'a Arc<Document>, &'a str)>,
    variables: Variables,
}

impl Reader<'_> {
    fn process(&self, name: &str, at: Span) -> Option<Process> {
        let mut layers = Vec::new();
        for (document, path) in &self.texts {
            self.add_service(document, path, name, &mut vec![], &mut layers);
        }
        let layers = Layers(layers);
        let image = layers.get(&["image"]).and_then(|image| Text::of(image, &self.variables));
        let words = ["entrypoint", "command"].into_iter().filter_map(|key| layers.get(&[key])).flat_map(words);
        let (role, runs_milvus) = process::commanded(words);
        if !process::is_server(image.as_ref(), runs_milvus) {
            return None;
        }
        let container = layers.get(&["container_name"]).and_then(|name| Some((name.at, name.text()?)));
        let role = process::role(role, std::iter::once((at, name)).chain(container));
        let (environment, unread) = self.environment(&layers);
        let configured = self.mounts(&layers).map(|(_, _, at)| at).next().or(unread);
        let own_volume = self.own_volume(&layers);
        Some(Process {
            name: name.to_string(),
            at,
            image,
            role,
            environment,
            configured,
            overlaps: None,
            own_volume,
            layers,
        })
    }

    /// Everything that runs here, the server among it.
    fn services(&self) -> Layers {
        let of = |(document, _): &(&Arc<Document>, &str)| {
            let services = document.root.get("services")?;
            Some(Layer::of_part(document, vec![Step::Key("services".to_string())], services))
        };
        Layers(self.texts.iter().filter_map(of).collect())
    }

    /// A service of one text, above what it extends. `trail` holds those that led here.
    fn add_service<'t>(
        &'t self,
        document: &'t Arc<Document>,
        path: &str,
        name: &'t str,
        trail: &mut Vec<(Span, &'t str)>,
        layers: &mut Vec<Layer>,
    ) {
        let Some(service) = document.root.at_path(&["services", name]) else { return };
        trail.push((document.at, name));
        if let Some(extends) = service.get("extends").filter(|_| trail.len() <= DEEPEST) {
            let base = extends.get("service").unwrap_or(extends);
            let below: Vec<(&Arc<Document>, &str)> = match extends.get("file") {
                None => vec![(document, path)],
                Some(file) => {
                    let found = file.text().and_then(|name| self.tree.refer(path, name, file.at));
                    found.into_iter().flat_map(|file| file.documents.iter().map(|d| (d, &*file.source.path))).collect()
                }
            };
            for (document, path) in below {
                let Some(name) = base.text() else { continue };
                if trail.contains(&(document.at, name)) {
                    self.tree.remember(Asked::new(base.at, name, Need::Circle));
                } else {
                    self.add_service(document, path, name, trail, layers);
                }
            }
        }
        trail.pop();
        let steps = ["services", name].map(|key| Step::Key(key.to_string())).to_vec();
        layers.push(Layer::of_part(document, steps, service));
    }

    /// Looks for a `.env` where something in a Milvus is left to it.
    fn seek_variables(&self, parts: &[Process]) {
        for part in parts {
            let values = part.environment.iter().filter_map(|variable| variable.value.as_ref());
            let open = part.image.iter().chain(values).any(Text::is_open);
            if let (true, Some(path), Some(layer)) = (open, self.path(), part.layers.0.last()) {
                self.tree.seek(path, ".env", layer.node.at);
            }
        }
    }

    fn path(&self) -> Option<&str> {
        self.texts.first().map(|(_, path)| *path)
    }

    /// What is mounted over the server's configuration: the path outside, the path inside, the place.
    fn mounts<'a>(&'a self, layers: &'a Layers) -> impl Iterator<Item = (String, String, Span)> + 'a {
        let volumes = layers.0.iter().filter_map(|layer| layer.node.get("volumes")).flat_map(Node::items);
        let mounts = volumes.filter_map(|item| {
            let part = |key| item.get(key).and_then(|node| Text::of(node, &self.variables)).map(|text| text.assumed);
            match Text::of(item, &self.variables) {
                Some(text) => {
                    let at = text.assumed.find(":/")?;
                    Some((text.assumed[..at].to_string(), text.assumed[at + 1..].to_string(), item.at))
                }
                None => Some((part("source")?, part("target")?, item.at)),
            }
        });
        mounts.filter(|(_, inside, _)| process::is_configuration(inside))
    }

    /// A volume of the project that a service mounts: a name, and no folder of the machine. What is declared as external stays.
    fn own_volume(&self, layers: &Layers) -> Option<Span> {
        let volumes = layers.0.iter().filter_map(|layer| layer.node.get("volumes")).flat_map(Node::items);
        let mut named = volumes.filter_map(|item| {
            let name = match Text::of(item, &self.variables) {
                Some(text) => text.assumed.split_once(":/")?.0.to_string(),
                None if item.get("type").and_then(Node::text) == Some("volume") => {
                    item.get("source")?.text()?.to_string()
                }
                None => return None,
            };
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let plain = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_name);
            let external = self.texts.iter().any(|(document, _)| {
                document
                    .root
                    .at_path(&["volumes", name.as_str(), "external"])
                    .is_some_and(|word| word.as_bool() != Some(false))
            });
            (plain && !external).then_some(item.at)
        });
        named.next()
    }

    /// The server's own configuration, as far as the mounted files are here: `user.yaml` above `milvus.yaml`.
    fn server(&self, parts: &[Process]) -> Vec<Layer> {
        let Some(first) = parts.first() else { return Vec::new() };
        let mut mounts: Vec<_> = self.mounts(&first.layers).collect();
        mounts.sort_by_key(|(_, inside, _)| inside.contains("user.yaml"));
        let files = mounts.iter().filter_map(|(outside, _, at)| self.tree.seek(self.path()?, outside, *at));
        files.filter_map(|file| file.documents.first()).map(|d| Layer::of_document(Arc::clone(d))).collect()
    }
}

/// The words of a command: a text, or a list of texts.
fn words(node: &Node) -> Vec<&Node> {
    match node.kind {
        Kind::Scalar(_) => vec![node],
        _ if node.is_seq() => node.items().iter().collect(),
        _ => vec![node.resolved()],
    }
}
