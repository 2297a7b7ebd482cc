//! Services of a compose file, with what they extend, the override file beside it, and its `.env`.

use super::process::{self, Process, Variable};
use super::variables::{Text, Variables, of_env_file};
use super::{File, Found, Layer, Layers, Tree};
use crate::model::Surface;
use crate::source::Span;
use crate::yaml::{Document, Kind, Node, Path, Step};
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
    let variables = tree.beside(path, ".env").map(|env| of_env_file(&env.source.text)).unwrap_or_default();
    let above = overrides(path).into_iter().find_map(|name| tree.beside(path, &name));
    let above = above.and_then(|file| Some((file.documents.first()?, file.source.path.as_str())));
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
    for (_, parts) in process::together(processes.collect()) {
        let server = reader.server(&parts);
        let Some(mut evidence) = process::evidence(Surface::Compose, None, path, parts) else { continue };
        evidence.server = Layers(server);
        found.evidence.push(evidence);
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
            self.add_service(document, path, name, DEEPEST, &mut layers);
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
        let configured = self.mounts(&layers).map(|(_, _, at)| at).next();
        let environment = self.environment(&layers);
        Some(Process { name: name.to_string(), at, image, role, environment, configured, layers })
    }

    /// A service of one text, above what it extends.
    fn add_service(&self, document: &Arc<Document>, path: &str, name: &str, left: usize, layers: &mut Vec<Layer>) {
        let Some(service) = document.root.at_path(&["services", name]) else { return };
        if let (Some(extends), 1..) = (service.get("extends"), left) {
            let base = extends.get("service").unwrap_or(extends).text();
            let file = extends.get("file").and_then(Node::text).map(|file| self.tree.beside(path, file));
            match (base, file) {
                (Some(base), None) if base != name => self.add_service(document, path, base, left - 1, layers),
                (Some(base), Some(Some(file))) => {
                    for document in &file.documents {
                        self.add_service(document, &file.source.path, base, left - 1, layers);
                    }
                }
                _ => {}
            }
        }
        let steps = ["services", name].map(|key| Step::Key(key.to_string())).to_vec();
        layers.push(Layer::of_part(document, steps, service));
    }

    /// The variables of a service: those of its files, and above them what is written in place.
    fn environment(&self, layers: &Layers) -> Vec<Variable> {
        let mut environment: Vec<Variable> = Vec::new();
        let mut add = |variable: Variable| {
            environment.retain(|other| other.name != variable.name);
            environment.push(variable);
        };
        for layer in &layers.0 {
            for (at, file) in layer.node.get("env_file").into_iter().flat_map(paths) {
                let Some(file) = self.path().and_then(|path| self.tree.beside(path, file)) else { continue };
                for (name, value) in of_env_file(&file.source.text) {
                    let value = Text { at, written: String::new(), filled: value.clone(), assumed: value };
                    add(Variable { name, at, value: Some(value), place: None });
                }
            }
        }
        for layer in &layers.0 {
            let Some(node) = layer.node.get("environment") else { continue };
            let path = layer.path_to(&["environment"]);
            let below = |step| path.iter().cloned().chain([step]).collect::<Path>();
            for (name, entry) in node.entries() {
                let place = (Arc::clone(&layer.document), below(Step::Key(name.to_string())), String::new());
                let value = Text::of(&entry.value, &self.variables);
                add(Variable { name: name.to_string(), at: entry.value.at, value, place: Some(place) });
            }
            for (index, item) in node.items().iter().enumerate() {
                let Some((name, value)) = item.raw_text().and_then(|text| text.split_once('=')) else { continue };
                let place = (Arc::clone(&layer.document), below(Step::Index(index)), format!("{name}="));
                let value = Some(Text::new(item.at, value, &self.variables));
                add(Variable { name: name.to_string(), at: item.at, value, place: Some(place) });
            }
        }
        environment
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

    /// The server's own configuration, as far as the mounted files are here: `user.yaml` above `milvus.yaml`.
    fn server(&self, parts: &[Process]) -> Vec<Layer> {
        let Some(first) = parts.first() else { return Vec::new() };
        let mut mounts: Vec<_> = self.mounts(&first.layers).collect();
        mounts.sort_by_key(|(_, inside, _)| inside.contains("user.yaml"));
        let files = mounts.iter().filter_map(|(outside, ..)| self.tree.beside(self.path()?, outside));
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

/// The paths of `env_file`: one, several, or maps with a `path`.
fn paths(node: &Node) -> Vec<(Span, &str)> {
    let items: Vec<&Node> = if node.is_seq() { node.items().iter().collect() } else { vec![node] };
    let items = items.into_iter().map(|item| item.get("path").unwrap_or(item));
    items.filter_map(|item| Some((item.at, item.text()?))).collect()
}
