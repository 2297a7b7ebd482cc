//! A source that is a folder of a repository: takes the source, gives which folder of this one it is and what Argo CD does with
//! what is in it.
//!
//! Which repository a `repoURL` means is not known here. A folder of that name in this one is taken for it; where there is none,
//! or none of its files can hold a Milvus, the source leads nowhere.

use super::{Application, roots, values};
use crate::detect::release::Release;
use crate::detect::{Found, Layer, Layers, kustomize, umbrella};
use crate::model::{Identity, Surface};
use crate::source::{SourceId, Span};
use crate::yaml::{Document, Node, Path};
use std::sync::Arc;

/// A folder that an Application installs.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The Application's place, and its file.
    pub(super) at: Span,
    pub(super) file: SourceId,
    pub(super) path: String,
    pub(super) folder: String,
    /// The repository that the folder is said to be in, and where.
    pub(super) repository: Option<(Span, String)>,
    pub(super) namespace: Option<String>,
    /// What Helm calls what it installs from a chart.
    pub(super) release: Option<String>,
    pub(super) how: How,
}

/// What Argo CD makes of a folder.
#[derive(Clone, Debug)]
pub(super) enum How {
    /// A chart, and the values that the Application lays over the chart's own.
    Chart(Vec<Layer>),
    /// A kustomization, and what the Application says over it as a kustomization would.
    Kustomize(Option<Arc<Document>>),
    /// The objects of its files.
    Plain(Plain),
}

/// Which files of a plain folder are taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Plain {
    pub recurse: bool,
    pub include: Option<String>,
    pub exclude: Option<String>,
}

/// Keeps what a source without a chart leads to.
pub(super) fn keep(application: &Application, source: &Node, steps: &Path, sources: &[Node], found: &mut Found) {
    let tree = application.place.tree;
    let Some(path) = application.text(source.get("path")).filter(|path| !path.contains("{{")) else { return };
    let of = |root: &str| format!("{root}/{path}");
    let Some(folder) = roots(application.place).map(of).find(|folder| tree.below(folder).next().is_some()) else {
        return;
    };
    let namespace = application.namespace(source).filter(|namespace| !namespace.contains("{{"));
    let has = |key: &str| source.get(key).is_some_and(|node| !node.is_null());
    let is_chart = tree.get(&format!("{folder}/Chart.yaml")).is_some();
    let how = if has("plugin") {
        return;
    } else if has("helm") || is_chart && !has("kustomize") && !has("directory") {
        let copy_of_milvus = umbrella::copy_of_milvus(&folder, tree);
        let on_milvus = copy_of_milvus.is_some() || !umbrella::installed(&folder, &[], tree).is_empty();
        if !on_milvus && tree.get(&format!("{folder}/values.yaml")).is_none() {
            return;
        }
        // What cannot be read in the values of other charts is nobody's trouble here.
        let mut aside = Found::default();
        let read = if on_milvus { &mut *found } else { &mut aside };
        let Layers(mut over) = values::layers(application, source, steps, (sources, Some(&folder)), read);
        // What is written for nobody yet stands in the chart's own values, not here.
        over.retain(|layer| !(layer.editable && layer.node.is_null()));
        if let Some(version) = copy_of_milvus {
            return copy(application, source, &folder, version, over, found);
        }
        How::Chart(over)
    } else if has("kustomize") || !has("directory") && kustomize::of_folder(&folder, tree).is_some() {
        How::Kustomize(source.get("kustomize").map(|node| settings(application, node)))
    } else {
        let text = |key: &str| application.text(source.at_path(&["directory", key]));
        let recurse = source.at_path(&["directory", "recurse"]).and_then(Node::as_bool) == Some(true);
        How::Plain(Plain { recurse, include: text("include"), exclude: text("exclude") })
    };
    let (at, file) = (application.at, application.place.file);
    let (path, release) = (file.source.path.clone(), release_name(application, source));
    let release = release.filter(|name| !name.contains("{{"));
    let repository = source.get("repoURL").and_then(|url| Some((url.at, application.text(Some(url))?)));
    found.applied.push(Applied { at, file: file.id, path, folder, repository, namespace, release, how });
}

fn release_name(application: &Application, source: &Node) -> Option<String> {
    let own = application.text(source.at_path(&["helm", "releaseName"]));
    own.or_else(|| application.text(application.node.at_path(&["metadata", "name"])))
}

/// What an Application says as a kustomization would, as a document of its own.
fn settings(application: &Application, node: &Node) -> Arc<Document> {
    let mut document: Document = (**application.place.document).clone();
    document.root = application.fill.node(node.resolved());
    Arc::new(document)
}

/// A copy of the Milvus chart: the Application installs Milvus itself.
fn copy(
    application: &Application,
    source: &Node,
    folder: &str,
    version: Option<(Span, String)>,
    over: Vec<Layer>,
    found: &mut Found,
) {
    let tree = application.place.tree;
    let own = tree.get(&format!("{folder}/values.yaml")).and_then(|file| file.documents.first());
    let own = own.map(|document| Layer { editable: false, ..Layer::of_document(Arc::clone(document)) });
    let release = Release {
        surface: Surface::ArgoCd,
        id: Identity {
            namespace: application.namespace(source),
            name: release_name(application, source),
            path: application.place.file.source.path.clone(),
            ordinal: 0,
        },
        at: application.at,
        chart: "milvus",
        repository: None,
        version,
        layers: Layers(own.into_iter().chain(over).collect()),
        tree,
    };
    found.evidence.extend(release.evidence());
}
