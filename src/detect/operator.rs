//! The operator itself: its Deployment, its chart in whatever installs charts, its manifests by their address.
//!
//! Takes the files of a side, gives each installation of the operator with what its text says of the version; and for the
//! path of a Milvus the one that manages it, as far as the repository tells. What an operator's version means is not known here.

mod managed;
mod remote;
#[cfg(test)]
mod tests;
mod webhook;

pub use managed::{Manager, manager, webhook};
pub(super) use webhook::{VALUE as WEBHOOK, switch};

use super::{File, Tree, terraform};
use crate::model::{Image, Version};
use crate::source::Span;
use crate::yaml::{Document, Kind, Node};

/// The name of the chart, and the last part of the image's.
pub(super) const NAME: &str = "milvus-operator";

/// An installation of the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The file that says so.
    pub path: String,
    /// Where its version is written, or what implies it.
    pub at: Span,
    pub version: Release,
    /// Whether its webhook is on, where that is written.
    pub webhook: Option<(bool, Span)>,
}

/// What a text says of the operator's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// It is written.
    Fixed(Version),
    /// It moves by itself; the text says why.
    Floating(String),
    /// It is written in a way that cannot be read; the text says why.
    Unread(String),
}

/// Every installation of the operator among the files, by path and place.
pub fn operators(tree: &Tree) -> Vec<Operator> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.source.text.contains(NAME)) {
        found.extend(terraform::operators(file, tree));
        for document in &file.documents {
            let place = Place { file, tree, document };
            place.search(&document.root, 0, &mut found);
        }
    }
    found.sort_by(|a: &Operator, b| (&a.path, a.at.start).cmp(&(&b.path, b.at.start)));
    found.dedup_by(|a, b| a.path == b.path && a.at == b.at);
    resolve_by_lock(found)
}

/// What a chart's range came to stands in the lock file beside it, which is no installation of its own.
fn resolve_by_lock(found: Vec<Operator>) -> Vec<Operator> {
    let is_lock = |operator: &Operator| operator.path.ends_with(".lock");
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_string());
    let (locks, mut found): (Vec<Operator>, Vec<Operator>) = found.into_iter().partition(is_lock);
    for operator in found.iter_mut().filter(|operator| matches!(operator.version, Release::Floating(_))) {
        if let Some(lock) = locks.iter().find(|lock| folder(&lock.path) == folder(&operator.path)) {
            (operator.at, operator.version) = (lock.at, lock.version.clone());
        }
    }
    found
}

/// How deep a resource can carry another one.
const DEEPEST: usize = 40;

/// Where something stands, and what it can refer to.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a File<'a>,
    tree: &'a Tree<'a>,
    document: &'a Document,
}

impl Place<'_> {
    fn search(&self, node: &Node, depth: usize, found: &mut Vec<Operator>) {
        if depth > DEEPEST {
            return;
        }
        match &node.kind {
            Kind::Map(map) => {
                let own = self.chart(node).or_else(|| self.oci(node)).or_else(|| self.image(node));
                let own = own.or_else(|| self.folder(node));
                if let Some((at, version)) = own {
                    let webhook = webhook::of(node, self.values(node), &self.file.source.text);
                    found.push(Operator { path: self.file.source.path.clone(), at, version, webhook });
                }
                found.extend(remote::resources(node, &self.file.source.path));
                // What a definition of a type says in its examples is no installation.
                let is_type = node.get("kind").and_then(Node::text) == Some("CustomResourceDefinition");
                for entry in map.entries.iter().filter(|_| !is_type) {
                    self.search(&entry.value, depth + 1, found);
                }
            }
            Kind::Seq(items) => items.iter().for_each(|item| self.search(item, depth + 1, found)),
            Kind::Null | Kind::Scalar(_) | Kind::Alias(_) => {}
        }
    }

    /// A release of the operator's chart: `chart` with a version beside it, or an item that has a `name`, a version and
    /// a repository. The operator's image may be set apart in the values.
    fn chart(&self, node: &Node) -> Option<(Span, Release)> {
        let named = |key: &str| node.entry(key).filter(|entry| is_named(&entry.value));
        let by_name = || {
            let whence = ["repository", "repo", "releaseName"].iter().any(|key| node.get(key).is_some());
            named("name").filter(|_| whence)
        };
        let chart = named("chart").or_else(by_name)?;
        if self.is_folder(&chart.value) {
            return None;
        }
        if let Some(image) = self.image_of_values(node) {
            return Some(image);
        }
        let version = ["version", "targetRevision"].iter().find_map(|key| node.get(key)).filter(|v| !v.is_null());
        let Some((version, text)) = version.and_then(|version| Some((version, version.raw_text()?))) else {
            return Some((
                chart.key.at,
                Release::Floating("its chart names no version, so the newest is taken".into()),
            ));
        };
        Some((version.at, release_of_chart(text)))
    }

    /// The chart as an artifact: an address that ends with its name, and a `ref` or a tag beside it.
    fn oci(&self, node: &Node) -> Option<(Span, Release)> {
        let url = node.entry("url").or_else(|| node.entry("repoURL"))?;
        let address = url.value.raw_text()?;
        if !address.starts_with("oci://") || !is_named(&url.value) {
            return None;
        }
        let written =
            |path: &[&str]| node.at_path(path).filter(|value| value.raw_text().is_some_and(|t| !t.is_empty()));
        let version = written(&["ref", "semver"]).or_else(|| written(&["ref", "tag"]));
        let Some(version) = version.or_else(|| written(&["targetRevision"])) else {
            return Some((url.key.at, Release::Floating("its chart names no version, so the newest is taken".into())));
        };
        Some((version.at, release_of_chart(version.raw_text().unwrap_or_default())))
    }

    /// A container of the operator's image.
    fn image(&self, node: &Node) -> Option<(Span, Release)> {
        let image = node.get("image")?;
        let text = image.raw_text()?;
        // Values name an image too; a container has a name beside it.
        node.get("name")?;
        is_operator(&Image::parse(text).repository).then(|| (image.at, release_of_image(text)))
    }

    /// A folder of the operator's own repository, as a source of an Application.
    fn folder(&self, node: &Node) -> Option<(Span, Release)> {
        let url = node.entry("repoURL")?;
        let address = url.value.raw_text()?.trim_end_matches('/').trim_end_matches(".git");
        node.get("path")?.raw_text().filter(|path| path.contains("deploy") || path.contains("charts"))?;
        if !address.starts_with("http") || !address.ends_with(&format!("/{NAME}")) {
            return None;
        }
        Some(match node.get("targetRevision").and_then(|node| Some((node, node.raw_text()?))) {
            Some((node, reference)) => (node.at, remote::release_of_reference(reference)),
            None => (url.key.at, remote::release_of_reference("HEAD")),
        })
    }

    /// The image that the values beside a chart set, where that names a version of its own.
    fn image_of_values(&self, node: &Node) -> Option<(Span, Release)> {
        let values = self.values(node)?;
        let tag = values.at_path(&["image", "tag"])?;
        let text = tag.raw_text().filter(|text| !text.is_empty())?;
        Some((tag.at, release_of_image(&format!("{NAME}:{text}"))))
    }

    /// The values that stand beside a chart.
    fn values<'n>(&'n self, node: &'n Node) -> Option<&'n Node> {
        let root = &self.document.root;
        let flux = root.at_path(&["spec", "chart", "spec"]).filter(|spec| std::ptr::eq(*spec, node));
        match flux {
            Some(_) => root.at_path(&["spec", "values"]),
            None => ["values", "valuesInline"].iter().find_map(|key| node.get(key)).or_else(|| {
                let helm = node.get("helm")?;
                helm.get("valuesObject")
            }),
        }
    }

    /// A chart that is a folder of this repository: its version stands there, and it is found there if it is a release.
    fn is_folder(&self, chart: &Node) -> bool {
        let Some(text) = chart.raw_text() else { return false };
        text.starts_with(['.', '/'])
            || self.tree.beside(&self.file.source.path, &format!("{text}/Chart.yaml")).is_some()
    }
}

/// Whether the last part of a name is the operator's.
fn is_named(node: &Node) -> bool {
    node.raw_text().is_some_and(|text| text.trim_end_matches('/').rsplit('/').next() == Some(NAME))
}

pub(super) fn is_operator(repository: &str) -> bool {
    repository.rsplit('/').next() == Some(NAME)
}

/// The operator's chart has the operator's own numbers.
pub(super) fn release_of_chart(text: &str) -> Release {
    let plain = text.trim().trim_start_matches('=').trim();
    match Version::parse(plain.strip_prefix('v').unwrap_or(plain)) {
        Some(version) => Release::Fixed(version),
        None if is_open(plain) => Release::Unread(format!("the operator's version `{plain}` is not resolved")),
        None if plain.is_empty() || plain == "*" => {
            Release::Floating("its chart names no version, so the newest is taken".to_string())
        }
        None => Release::Floating(format!("its chart's version `{plain}` is a range")),
    }
}

pub(super) fn release_of_image(text: &str) -> Release {
    let image = Image::parse(text);
    match image.version() {
        Some(version) => Release::Fixed(version.clone()),
        None if is_open(text) => Release::Unread(format!("the operator's image `{text}` is not resolved")),
        None if image.digest.is_some() => {
            Release::Unread(format!("the operator's image `{text}` is a digest and names no version"))
        }
        None if ["", "latest", "main", "master"].contains(&image.tag_text()) => {
            Release::Floating(format!("its image `{text}` moves"))
        }
        None => Release::Unread(format!("the tag of the operator's image `{text}` is no version")),
    }
}

/// Whether something else fills it in.
fn is_open(text: &str) -> bool {
    text.contains("{{") || text.contains('$')
}
