//! Which files describe a chart, and which of them describe the Milvus chart itself.
//!
//! Takes documents and the files around them; knows the shapes of `Chart.yaml`, `requirements.yaml` and their lock files.

use super::written;
use crate::detect::{File, Tree};
use crate::source::Span;
use crate::yaml::Node;

/// A chart that lies in the repository.
pub(super) struct Vendored<'t> {
    pub root: Node,
    pub file: &'t File<'t>,
}

/// Whether this is a `Chart.yaml`, by its shape: copies of it have other names.
pub(super) fn is_chart(root: &Node) -> bool {
    let api = root.get("apiVersion").and_then(Node::text);
    let named = ["name", "version"].iter().all(|key| root.get(key).is_some());
    matches!(api, Some("v1" | "v2")) && named && root.get("kind").is_none()
}

/// Whether this is a `requirements.yaml`: dependencies and nothing else. A lock file has a digest as well.
pub(super) fn is_requirements(root: &Node) -> bool {
    let mut keys = root.entries();
    keys.next().is_some_and(|(key, entry)| key == "dependencies" && entry.value.is_seq()) && keys.next().is_none()
}

fn is_lock(root: &Node) -> bool {
    root.get("dependencies").is_some() && root.get("digest").is_some()
}

/// The dependencies on a chart called milvus.
pub(super) fn on_milvus(root: &Node) -> impl Iterator<Item = &Node> {
    dependencies(root).filter(|item| item.get("name").and_then(Node::text) == Some("milvus"))
}

/// The entries of a chart for what it depends on.
pub(super) fn dependencies(root: &Node) -> impl Iterator<Item = &Node> {
    root.get("dependencies").map(Node::items).unwrap_or_default().iter()
}

/// The root of the first document of a file that `from` refers to.
fn root_beside<'t>(from: &File, relative: &str, tree: &'t Tree<'t>) -> Option<(Node, &'t File<'t>)> {
    let file = tree.beside(&from.source.path, relative)?;
    Some((file.documents.first()?.root.clone(), file))
}

/// The chart that a dependency without a remote repository is a copy of, if it lies in the tree.
pub(super) fn vendored<'t>(repository: Option<&str>, from: &File, tree: &'t Tree<'t>) -> Option<Vendored<'t>> {
    let folder = repository.map_or("charts/milvus", |url| url.trim_start_matches("file://"));
    let (root, file) = root_beside(from, &format!("{folder}/Chart.yaml"), tree)?;
    is_chart(&root).then_some(Vendored { root, file })
}

/// The version to which the lock file beside a chart resolves the `nth` dependency on milvus.
pub(super) fn locked(nth: usize, from: &File, tree: &Tree) -> Option<(Span, String)> {
    ["Chart.lock", "requirements.lock"].iter().find_map(|name| {
        let (root, _) = root_beside(from, name, tree)?;
        written(on_milvus(&root).nth(nth).filter(|_| is_lock(&root))?)
    })
}

/// Whether a chart is the Milvus chart, or a copy of it: it brings etcd and MinIO along, or says where it is from. A chart of
/// one's own that is called milvus does neither, and an umbrella of that name depends on the Milvus chart.
pub(super) fn is_itself(root: &Node, file: &File, tree: &Tree) -> bool {
    if !is_chart(root) || root.get("name").and_then(Node::text) != Some("milvus") {
        return false;
    }
    let requirements = root_beside(file, "requirements.yaml", tree).map(|(root, _)| root);
    let parts = || [Some(root), requirements.as_ref()].into_iter().flatten();
    if parts().any(|part| on_milvus(part).next().is_some()) {
        return false;
    }
    let has =
        |name: &str| parts().flat_map(dependencies).any(|item| item.get("name").and_then(Node::text) == Some(name));
    let sources = root.get("sources").map(Node::items).unwrap_or_default().iter();
    let from = sources.chain(root.get("home")).filter_map(Node::text).any(|url| url.contains("/milvus-helm"));
    has("etcd") && has("minio") || from
}

/// Whether a file holds the defaults of the Milvus chart, or the values it is tested with, inside a copy of the chart: nobody
/// installs these by themselves.
pub(in crate::detect) fn is_of_chart_itself(file: &File, tree: &Tree) -> bool {
    let (folder, name) = file.source.path.rsplit_once('/').unwrap_or(("", &file.source.path));
    let chart = match name {
        "values.yaml" | "values.yml" => "Chart.yaml",
        _ if folder == "ci" || folder.ends_with("/ci") => "../Chart.yaml",
        _ => return false,
    };
    root_beside(file, chart, tree).is_some_and(|(root, chart)| is_itself(&root, chart, tree))
}
