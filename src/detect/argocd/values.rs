//! The values of a source, in the order in which Argo CD hands them to Helm: files, inline values, parameters.

use super::{Application, Place, below, environment, parameters};
use crate::detect::{File, Found, Layer, Layers, Trouble};
use crate::source::Span;
use crate::yaml::{self, Document, Kind, Node, Path, Step};
use std::sync::Arc;

/// The layers of a source, bottom first; what cannot be read becomes a trouble. `folder` is that of a chart in the repository.
pub(super) fn layers(
    application: &Application,
    source: &Node,
    steps: &Path,
    (sources, folder): (&[Node], Option<&str>),
    found: &mut Found,
) -> Layers {
    let document = application.place.document;
    let mut layers = Vec::new();
    let helm = source.get("helm");
    let nothing = Node { at: source.at, kind: Kind::Null };
    let node = helm.unwrap_or(&nothing);
    if application.patched || document.templated && is_conditional(application, node) {
        layers.push(unknown(application, node.at));
    }
    for file in node.get("valueFiles").map_or(&[][..], Node::items) {
        layers.extend(of_file(application, file, (sources, folder), source));
    }
    let object = node.entry("valuesObject").filter(|entry| entry.value.is_map() || document.templated);
    match (object, node.get("values")) {
        (Some(entry), _) => layers.push(of_object(application, &entry.value, below(steps, &["helm", "valuesObject"]))),
        // Argo CD wants a text here; what stands here as a map is still what its author had in mind.
        (None, Some(values)) if values.is_map() => {
            layers.push(of_object(application, values, below(steps, &["helm", "values"])));
        }
        (None, Some(values)) => layers.extend(of_text(application, values, found)),
        (None, None) => {}
    }
    if !application.merged
        && layers.iter().all(|layer| !layer.editable)
        && node.get("values").is_none_or(Node::is_null)
        && object.is_none()
    {
        // Nothing is written yet: here a repair would write.
        let path = below(steps, &["helm", "valuesObject"]);
        layers.push(Layer { document: Arc::clone(document), path, node: nothing.clone(), editable: true });
    }
    if let Some(map) = parameters::map(application, source, (sources, folder)) {
        let path = below(steps, &["helm", "parameters"]);
        layers.push(Layer { document: Arc::clone(document), path, node: map, editable: false });
    }
    Layers(layers)
}

/// A values file: of another source of the same Application (`$ref/path`, which counts from the root of its repository), or
/// beside the chart. One that is not here may say anything, unless Argo CD is told to do without.
fn of_file(
    application: &Application,
    file: &Node,
    (sources, folder): (&[Node], Option<&str>),
    source: &Node,
) -> Option<Layer> {
    let path = application.text(Some(file))?;
    let Some(path) = environment::path(application, source, &path) else {
        return Some(unknown(application, file.at));
    };
    let nothing = Node { at: source.at, kind: Kind::Null };
    let helm = source.get("helm").unwrap_or(&nothing);
    if path.contains("{{") || path.contains("://") {
        return Some(unknown(application, file.at));
    }
    let tree = application.place.tree;
    let may_miss = helm.get("ignoreMissingValueFiles").and_then(Node::as_bool) == Some(true);
    let named = |name: &str| sources.iter().any(|source| application.text(source.get("ref")).as_deref() == Some(name));
    let found = match (path.strip_prefix('$').and_then(|path| path.split_once('/')), folder) {
        (Some((name, _)), _) if !named(name) => None,
        (Some((name, path)), _) => {
            let found = from_root(application, path, file.at);
            if found.is_none() && !may_miss {
                expect(application, helm, name, (path, file.at));
            }
            found
        }
        (None, Some(_)) if path.starts_with('/') => from_root(application, path.trim_start_matches('/'), file.at),
        (None, Some(folder)) if may_miss => tree.seek(&format!("{folder}/"), &path, file.at),
        (None, Some(folder)) => tree.refer(&format!("{folder}/"), &path, file.at),
        // The chart's own defaults, which are known by its version.
        (None, None) if path == "values.yaml" => return None,
        (None, None) => None,
    };
    match found {
        Some(file) if file.problems.is_empty() || !file.documents.is_empty() => {
            Some(Layer::of_document(Arc::clone(file.documents.first()?)))
        }
        None if may_miss => None,
        _ => Some(Layer::unseen(application.place.document, application.steps.clone(), file.at)),
    }
}

/// A file that the source names, and that is taken as it is.
pub(super) fn file<'a>(
    application: &Application<'a>,
    path: &str,
    (at, by): (Span, Span),
    (sources, folder): (&[Node], Option<&str>),
) -> Option<&'a File<'a>> {
    let named = |name: &str| sources.iter().any(|source| application.text(source.get("ref")).as_deref() == Some(name));
    match (path.strip_prefix('$').and_then(|path| path.split_once('/')), folder) {
        (Some((name, path)), _) if named(name) => from_root(application, path, at),
        (None, Some(_)) if path.starts_with('/') => from_root(application, path.trim_start_matches('/'), at),
        (None, Some(folder)) => application.place.tree.refer_for(&format!("{folder}/"), path, at, by),
        _ => None,
    }
}

/// A file that is not here is missed where another of the same source is: then that source is this repository.
fn expect(application: &Application, helm: &Node, name: &str, (path, at): (&str, Span)) {
    let Place { file, tree, .. } = application.place;
    let own = &file.source.path;
    let mut folders = std::iter::once("").chain(own.match_indices('/').map(|(at, _)| &own[..=at]));
    let others = helm.get("valueFiles").map_or(&[][..], Node::items).iter();
    let others: Vec<String> = others.filter_map(|other| application.text(Some(other))).collect();
    let is_root = |folder: &&str| {
        let mut same = others.iter().filter_map(|other| other.strip_prefix('$')?.split_once('/'));
        same.any(|(other, path)| other == name && tree.get(&format!("{folder}{path}")).is_some())
    };
    if let Some(root) = folders.find(is_root) {
        tree.refer(root, path, at);
    }
}

/// A file by its path from the root of the repository. What is read may begin above that root, so every folder above the
/// Application is tried for it, the highest first.
fn from_root<'a>(application: &Application<'a>, path: &str, at: Span) -> Option<&'a File<'a>> {
    let place = application.place;
    let own = &place.file.source.path;
    let folders = || std::iter::once("").chain(own.match_indices('/').map(|(at, _)| &own[..=at]));
    let known = folders().find_map(|folder| place.tree.get(&format!("{folder}{path}")));
    // Only where none of them has it is each looked for on the disk.
    known.or_else(|| folders().find_map(|folder| place.tree.seek(folder, path, at)))
}

/// Values in a file of which not even the name is known: it might write anything, so no default is known to be in force.
fn unknown(application: &Application, at: Span) -> Layer {
    let mut document: Document = (**application.place.document).clone();
    document.templated = true;
    let node = Node { at, kind: Kind::Null };
    let path = vec![Step::Key("spec".to_string())];
    Layer { document: Arc::new(document), path, node, editable: false }
}

/// Values that stand in the Application itself.
fn of_object(application: &Application, values: &Node, steps: Path) -> Layer {
    let document = application.place.document;
    if !holds_actions(application, values.at) {
        return Layer { editable: !application.merged, ..Layer::of_part(document, steps, values) };
    }
    // What is filled in differently for each Application is not to be written over for one of them.
    Layer { node: application.fill.node(values), editable: false, ..Layer::of_part(document, steps, values) }
}

/// Values as a text, whose places are those of the file.
fn of_text(application: &Application, values: &Node, found: &mut Found) -> Option<Layer> {
    let text = &application.place.file.source.text;
    let stream = yaml::parse_block(text, values)?;
    if let Some(problem) = stream.problems.first() {
        let why = format!("{}; these are values of the Milvus chart", problem.message);
        found.troubles.push(Trouble { at: problem.at, why });
    }
    let Some(mut document) = stream.documents.into_iter().next() else {
        // Nothing but actions: they print it all.
        return holds_actions(application, values.resolved().at).then(|| unknown(application, values.at));
    };
    // To the Application the text is one string, and what its comments say would be lost.
    for comment in document.comments.iter().filter(|comment| comment.text.contains("milvus-lint:")) {
        // A set reads the text once for each element.
        if !found.comments.contains(comment) {
            found.comments.push(comment.clone());
        }
    }
    if !holds_actions(application, document.region) {
        return Some(Layer { editable: !application.merged, ..Layer::of_document(Arc::new(document)) });
    }
    let region = text.get(document.region.range()).unwrap_or_default();
    if !application.fill.text(region).contains("{{") {
        document.templated = false;
    }
    let node = application.fill.node(&document.root);
    Some(Layer { node, editable: false, ..Layer::of_document(Arc::new(document)) })
}

/// Whether actions stand between the keys of `helm`, so that they may add or hide values: what is inside of inline values
/// is looked at there.
fn is_conditional(application: &Application, helm: &Node) -> bool {
    let text = &application.place.file.source.text;
    let inline = helm.get("values").map_or(helm.at.end..helm.at.end, |values| values.at.start..values.at.end);
    let (before, after) = (helm.at.start as usize..inline.start as usize, inline.end as usize..helm.at.end as usize);
    let is_action = |line: &str| line.trim_start().starts_with("{{");
    let trailing =
        text.get(helm.at.end as usize..).unwrap_or_default().lines().skip(1).take_while(|line| is_action(line));
    let mut printing = trailing.filter(|line| ["toYaml", "include", "tpl"].iter().any(|word| line.contains(word)));
    let between = |range: std::ops::Range<usize>| text.get(range).is_some_and(|text| text.lines().any(is_action));
    between(before) || between(after) || printing.next().is_some()
}

fn holds_actions(application: &Application, at: Span) -> bool {
    application.place.file.source.text.get(at.range()).is_some_and(|text| text.contains("{{"))
}
