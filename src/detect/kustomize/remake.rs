//! Resources that carry a Milvus without being one (HelmReleases, Applications, workloads), as a kustomization makes them:
//! takes what all patches made of them, searches it once more, and leads what was found back to where it is written.

use super::change::whole;
use super::graph::{Graph, Item};
use super::overlays::Made;
use super::subject::Subject;
use super::synthetic::{nested, nothing};
use crate::detect::{Evidence, File, Found, Layer, argocd, flux, workload};
use crate::yaml::{Document, Node, Path, Step};
use std::sync::Arc;

/// Whether a document is searched again when it is changed.
pub(super) fn is_searched(root: &Node) -> bool {
    let group = root.get("apiVersion").and_then(Node::raw_text).unwrap_or_default();
    match root.get("kind").and_then(Node::text).unwrap_or_default() {
        "HelmRelease" => group.starts_with("helm.toolkit.fluxcd.io/"),
        "Application" => group.starts_with("argoproj.io/"),
        "ConfigMap" | "Secret" => group == "v1",
        kind => workload::is_workload(kind),
    }
}

/// Whether patches can make a Milvus of a document in which none was found: one that leaves out what a patch says.
pub(super) fn may_become(document: &Document, text: &str) -> bool {
    let root = &document.root;
    let chart = root.at_path(&["spec", "chart", "spec", "chart"]).and_then(Node::raw_text);
    match root.get("kind").and_then(Node::text) {
        Some("HelmRelease") => chart.is_none_or(|chart| chart.contains("milvus") || chart.contains("${")),
        Some("ConfigMap" | "Secret") => true,
        _ => text.contains("milvus"),
    }
}

/// Adds what the changed items of one deployment come to.
pub(super) fn remake(graph: &Graph, items: &[Item], made: &mut Made) {
    let changed = |item: &&Item| item.evidence.is_none() && !item.by.is_empty() && !item.subject.deleted;
    if !items.iter().any(|item| changed(&item)) {
        return;
    }
    let maps: Vec<Node> = items.iter().filter(|item| holds_values(&item.subject)).filter_map(of_map).collect();
    for item in items.iter().filter(changed) {
        let Some(document) = whole(&item.subject) else { continue };
        let file = alone(graph, item.file, vec![Arc::clone(&document)]);
        let mut found = Found::default();
        match item.subject.text("kind") {
            Some("HelmRelease") => flux::find_with(&document, &file, graph.tree, &maps, &mut found.evidence),
            Some("Application") => argocd::find(&document, &file, graph.tree, &mut found),
            _ => continue,
        };
        for (nth, mut evidence) in found.evidence.into_iter().enumerate() {
            evidence.id.path.clone_from(&item.subject.path);
            if nth == 0 {
                evidence.at = item.subject.at;
            }
            lead_back(&mut evidence, &[(&document, &item.subject)]);
            made.evidence.push((graph.place(item), evidence));
        }
    }
    workloads(graph, items, made);
}

/// The components of a cluster are looked at together, as in a file.
fn workloads(graph: &Graph, items: &[Item], made: &mut Made) {
    let suits = |item: &&Item| !item.subject.deleted && item.subject.text("kind").is_some_and(workload::is_workload);
    let Some(first) = items.iter().filter(suits).find(|item| !item.by.is_empty()) else { return };
    let maps = items.iter().filter(|item| item.subject.is("ConfigMap"));
    let parts: Vec<(&Item, Arc<Document>)> =
        items.iter().filter(suits).chain(maps).filter_map(|item| Some((item, whole(&item.subject)?))).collect();
    let home = graph.tree.files[first.file].id;
    let documents = parts.iter().map(|(_, document)| at_home(document, home)).collect();
    let file = alone(graph, first.file, documents);
    let mut found = Found::default();
    workload::find(&file, graph.tree, &mut found);
    for mut evidence in found.evidence {
        let holds = |item: &Item| {
            let base = item.subject.layers.0.first().map(|layer| layer.document.at);
            base.is_some_and(|base| evidence.processes.iter().any(|process| base.contains(process.at)))
        };
        let own: Vec<usize> = (0..parts.len()).filter(|index| holds(parts[*index].0)).collect();
        let Some(changed) = own.iter().map(|index| parts[*index].0).find(|item| !item.by.is_empty()) else { continue };
        evidence.id.path.clone_from(&changed.subject.path);
        evidence.at = changed.subject.at;
        let subjects: Vec<(&Arc<Document>, &Subject)> =
            own.iter().map(|index| (&file.documents[*index], &parts[*index].0.subject)).collect();
        lead_back(&mut evidence, &subjects);
        for index in own {
            let item = parts[index].0;
            made.gone.extend(item.replaces.iter().map(|nth| (item.file, *nth)));
        }
        made.evidence.push((graph.place(changed), evidence));
    }
}

/// A document whose blocks of text are read as they are, where another file is read beside it.
fn at_home(document: &Arc<Document>, home: crate::source::SourceId) -> Arc<Document> {
    let mut own: Document = (**document).clone();
    own.root = super::merge::loosened(&own.root, home);
    Arc::new(own)
}

/// A file that holds what kustomize would print.
fn alone<'a>(graph: &Graph<'a>, file: usize, documents: Vec<Arc<Document>>) -> File<'a> {
    let file = &graph.tree.files[file];
    file.with_documents(documents)
}

fn holds_values(subject: &Subject) -> bool {
    subject.is("ConfigMap") || subject.is("Secret")
}

/// A ConfigMap under the name that others call it by: the first that it had.
fn of_map(item: &Item) -> Option<Node> {
    let name = super::synthetic::plain(item.subject.at, item.subject.names.first()?);
    Some(super::merge::set(item.subject.root.as_ref()?, &["metadata", "name"], &name))
}

/// Puts the texts in which the parts are written in the place of the whole that stands nowhere.
fn lead_back(evidence: &mut Evidence, wholes: &[(&Arc<Document>, &Subject)]) {
    let of = |document: &Arc<Document>| wholes.iter().find(|(whole, _)| Arc::ptr_eq(whole, document));
    let written = |layers: &mut Vec<Layer>| {
        let back = |layer: Layer| match of(&layer.document) {
            // What cannot be edited was put together already, and has the places of its parts.
            Some((_, subject)) if layer.editable => parts(&layer, subject),
            _ => vec![layer],
        };
        *layers = std::mem::take(layers).into_iter().flat_map(back).collect();
    };
    written(&mut evidence.layers.0);
    written(&mut evidence.server.0);
    for part in &mut evidence.processes {
        written(&mut part.layers.0);
        for variable in &mut part.environment {
            let subject = variable.place.as_ref().and_then(|(document, ..)| of(document));
            let at = variable.value.as_ref().map(|value| value.at);
            let place = subject.zip(at).and_then(|((_, subject), at)| stands(subject, at));
            if subject.is_some() {
                variable.place = place.map(|(document, path)| (document, path, String::new()));
            }
        }
    }
    // Whom a patch means may not be known, or the patch is not here.
    let open = wholes.iter().flat_map(|(_, subject)| subject.layers.0.iter().filter(|layer| layer.is_unseen()));
    evidence.layers.0.extend(open.cloned());
}

/// Where something is written, of all that was laid together.
fn stands(subject: &Subject, at: crate::source::Span) -> Option<(Arc<Document>, Path)> {
    let documents = subject.layers.0.iter().map(|layer| &layer.document).filter(|document| document.exact);
    documents.into_iter().find_map(|document| {
        let mut path = Path::new();
        way_to(&document.root, at, &mut path).then(|| (Arc::clone(document), path))
    })
}

fn way_to(node: &Node, at: crate::source::Span, path: &mut Path) -> bool {
    if node.at == at {
        return true;
    }
    let entries = node.map().into_iter().flat_map(|map| &map.entries);
    let keys = entries.filter_map(|entry| Some((Step::Key(entry.key.text()?.to_string()), &entry.value)));
    let items = node.items().iter().enumerate().map(|(index, item)| (Step::Index(index), item));
    for (step, inner) in keys.chain(items).filter(|(_, inner)| inner.at.contains(at)) {
        path.push(step);
        if way_to(inner, at, path) {
            return true;
        }
        path.pop();
    }
    false
}

/// What of a layer each part says, bottom first; the layer itself where the parts do not come to the same.
fn parts(layer: &Layer, subject: &Subject) -> Vec<Layer> {
    let keys: Vec<String> = layer.path.iter().map(key).collect();
    let as_it_is = || vec![Layer { editable: false, ..layer.clone() }];
    if subject.loose.iter().any(|loose| keys.starts_with(loose)) {
        return as_it_is();
    }
    let whole = subject.root.as_ref();
    let mut all = Vec::new();
    for part in subject.layers.0.iter().filter(|part| part.editable) {
        let Some((path, node)) = whole.and_then(|whole| follow(whole, &part.node, &layer.path)) else { continue };
        if !all.is_empty() && says_nothing_somewhere(node, 0) {
            return as_it_is();
        }
        all.push(Layer::of_part(&part.document, path, node));
    }
    let mut fixed = false;
    for loose in subject.loose.iter().filter(|loose| loose.starts_with(&keys)) {
        let rest = &loose[keys.len()..];
        let value = rest.iter().try_fold(&layer.node, |node, key| node.get(key));
        let Some(value) = value else { return as_it_is() };
        let over = |node: &Node| Layer { node: nested(value.at, rest, node), editable: false, ..layer.clone() };
        all.extend(value.is_map().then(|| over(&nothing(value.at))));
        all.push(over(value));
        fixed |= decides(rest);
    }
    if all.is_empty() {
        // A repair would add it to the last part that can be changed.
        let last = subject.layers.0.iter().rev().find(|part| part.editable);
        let Some(last) = last else { return as_it_is() };
        return vec![Layer { document: Arc::clone(&last.document), ..layer.clone() }];
    }
    for part in all.iter_mut().filter(|_| fixed) {
        part.editable = false;
    }
    all
}

/// Whether a value that no layer says is one that a repair would write.
fn decides(keys: &[String]) -> bool {
    let last = keys.last().map_or("", String::as_str);
    keys.is_empty() || keys.iter().any(|key| key == "image") || ["enabled", "messageQueue", "type"].contains(&last)
}

fn key(step: &Step) -> String {
    match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => index.to_string(),
    }
}

/// The node of one part at a path of the whole: items of a list are found again by their names.
fn follow<'a>(whole: &Node, part: &'a Node, path: &[Step]) -> Option<(Path, &'a Node)> {
    let (mut whole, mut part, mut way) = (whole.clone(), part, Path::new());
    for step in path {
        match step {
            Step::Key(key) => {
                whole = whole.get(key)?.clone();
                part = part.get(key)?;
                way.push(step.clone());
            }
            Step::Index(index) => {
                whole = whole.items().get(*index)?.clone();
                let name = whole.get("name").and_then(Node::raw_text);
                let same = |item: &Node| name.is_some() && item.get("name").and_then(Node::raw_text) == name;
                let at = part.items().iter().position(same)?;
                part = &part.items()[at];
                way.push(Step::Index(at));
            }
        }
    }
    Some((way, part))
}

/// Whether a patch takes something away, which a layer cannot say as kustomize means it.
fn says_nothing_somewhere(node: &Node, depth: usize) -> bool {
    let entries = node.map().into_iter().flat_map(|map| &map.entries);
    depth > 50
        || entries.into_iter().any(|entry| {
            let directive = entry.key.text().is_some_and(|key| key.starts_with('$'));
            directive || entry.value.is_null() || says_nothing_somewhere(&entry.value, depth + 1)
        })
}
