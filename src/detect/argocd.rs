//! Argo CD Applications that install the Milvus chart, and ApplicationSets that make such Applications.
//!
//! Takes a document, and the tree for the values files that it names; gives a release of the chart for each source that is
//! one. A source that is a folder of the repository is kept for `follow`, which sees what all files gave. An Application of
//! another chart is looked at no further than to its sources.

mod action;
mod environment;
pub(super) mod fill;
mod folder;
mod follow;
mod generators;
mod glob;
mod images;
mod parameters;
mod template;
mod values;
mod wanted;

pub use folder::Applied;
pub use follow::follow_applications;
pub use wanted::wanted;

use super::release::{self, Release};
use super::{File, Found, Tree};
use crate::model::{Identity, Surface};
use crate::source::Span;
use crate::yaml::{Document, Node, Path, Step};
use fill::Fill;
use generators::Element;
use std::collections::HashSet;
use std::sync::Arc;

/// Adds every release of the Milvus chart in one document; whether the document is Argo CD's at all.
pub(super) fn find(document: &Arc<Document>, file: &File, tree: &Tree, found: &mut Found) -> bool {
    let place = Place { document, file, tree };
    let root = &document.root;
    if root.get("kind").and_then(Node::text) != Some("List") {
        return in_object(place, root, &Vec::new(), found);
    }
    let mut any = false;
    for (index, item) in root.get("items").map_or(&[][..], Node::items).iter().enumerate() {
        any |= in_object(place, item, &vec![Step::Key("items".to_string()), Step::Index(index)], found);
    }
    any
}

/// Where an Application stands, and what it can refer to.
#[derive(Clone, Copy)]
struct Place<'a> {
    document: &'a Arc<Document>,
    file: &'a File<'a>,
    tree: &'a Tree<'a>,
}

/// What an Application says, or the template of one: a map with `metadata` and `spec`.
struct Application<'a> {
    place: Place<'a>,
    node: &'a Node,
    /// From the document's root to `node`.
    steps: &'a Path,
    /// What an ApplicationSet puts in for its parameters.
    fill: &'a Fill,
    /// Something that is not read here may change what it says.
    patched: bool,
    /// It is put together from several places, so that none of them can be changed for it alone.
    merged: bool,
    /// Where it begins.
    at: Span,
}

fn in_object(place: Place, object: &Node, steps: &Path, found: &mut Found) -> bool {
    let group = object.get("apiVersion").and_then(Node::raw_text);
    let (Some(kind), true) = (object.entry("kind"), group.is_some_and(|group| group.starts_with("argoproj.io/")))
    else {
        return false;
    };
    match kind.value.text() {
        Some("Application") => {
            let fill = &Fill::default();
            let (patched, merged, at) = (false, false, kind.key.at);
            Application { place, node: object, steps, fill, patched, merged, at }.releases(found);
        }
        Some("ApplicationSet") => in_set(place, object, steps, kind.key.at, found),
        _ => {}
    }
    true
}

/// One Application for each element of each generator.
fn in_set(place: Place, set: &Node, steps: &Path, kind: Span, found: &mut Found) {
    let Some(template) = set.at_path(&["spec", "template"]) else { return };
    let steps = &below(steps, &["spec", "template"]);
    let patched = set.at_path(&["spec", "templatePatch"]).is_some();
    let generators = set.at_path(&["spec", "generators"]).map_or(&[][..], Node::items);
    let mut taken = HashSet::new();
    let mut make = |node: &Node, merged: bool, element: &Element| {
        let at = unique(element.at.unwrap_or(kind), &mut taken);
        Application { place, node, steps, fill: &element.fill, patched, merged, at }.releases(found);
    };
    for generator in generators {
        let over = generators::template(generator).map(|over| template::merged(template, over));
        let node = over.as_ref().unwrap_or(template);
        if !may_lead_to_milvus(node) {
            continue;
        }
        for element in generators::expand(generator, place) {
            make(node, over.is_some(), &element);
        }
    }
    if generators.is_empty() {
        make(template, false, &Element { fill: Fill::open(), at: None });
    }
}

/// Whether any source of a template may be Milvus; most sets are others', and looking through the repository for what their
/// generators find would be for nothing.
fn may_lead_to_milvus(template: &Node) -> bool {
    let spec = template.get("spec");
    let several = spec.and_then(|spec| spec.get("sources")).map_or(&[][..], Node::items);
    let one = spec.and_then(|spec| spec.get("source"));
    several.iter().chain(one).any(|source| {
        let chart = source.get("chart").and_then(Node::text);
        chart.is_none_or(|chart| release::is_milvus_chart(chart, None))
    })
}

/// A place that nothing else has taken, as near as can be.
fn unique(at: Span, taken: &mut HashSet<Span>) -> Span {
    let mut at = at;
    while !taken.insert(at) {
        match at.start + 1 < at.end {
            true => at.end -= 1,
            false => (at.start, at.end) = (at.end, at.end + 1),
        }
    }
    at
}

/// Where the root of the repository may be: what is read may begin above it, so every folder above the Application is one,
/// the highest first.
fn roots<'a>(place: Place<'a>) -> impl Iterator<Item = &'a str> {
    let own = place.file.source.path.as_str();
    std::iter::once("").chain(own.match_indices('/').map(|(at, _)| &own[..at]))
}

impl Application<'_> {
    /// Adds what each of its sources installs. Where there are several, the only one is not read by Argo CD either.
    fn releases(&self, found: &mut Found) {
        let Some(spec) = self.node.get("spec") else { return };
        let several = spec.get("sources").map_or(&[][..], Node::items);
        let mut at = Some(self.at);
        for (index, source) in several.iter().enumerate() {
            let steps = below(self.steps, &["spec", "sources"]).into_iter().chain([Step::Index(index)]).collect();
            self.release(source, &steps, several, &mut at, found);
        }
        if let (true, Some(source)) = (several.is_empty(), spec.get("source")) {
            self.release(source, &below(self.steps, &["spec", "source"]), several, &mut at, found);
        }
    }

    /// Adds what a source installs, if that is the Milvus chart. `at` is taken by the first that does.
    fn release(&self, source: &Node, steps: &Path, sources: &[Node], at: &mut Option<Span>, found: &mut Found) {
        let repository = self.text(source.get("repoURL"));
        let Some((key, chart)) = self.chart(source, repository.as_deref()) else {
            return folder::keep(self, source, steps, sources, found);
        };
        if !release::is_milvus_chart(&chart, repository.as_deref()) {
            return;
        }
        let metadata = |key: &str| self.text(self.node.at_path(&["metadata", key]));
        let revision = source.get("targetRevision").filter(|revision| !revision.is_null());
        // Without one the newest chart is taken: that is a range too, and it is the chart that says so.
        let version = match revision {
            Some(node) => {
                let place = node.raw_text().and_then(|text| self.fill.place(text));
                (place.map_or(node.at, |(at, _)| at), self.text(Some(node)).unwrap_or_default())
            }
            None => (key, String::new()),
        };
        let release = Release {
            surface: Surface::ArgoCd,
            id: Identity {
                namespace: self.namespace(source),
                name: self.text(source.at_path(&["helm", "releaseName"])).or_else(|| metadata("name")),
                path: self.place.file.source.path.clone(),
                ordinal: 0,
            },
            at: at.unwrap_or(key),
            chart: &chart,
            repository: repository.as_deref(),
            version: Some(version),
            layers: values::layers(self, source, steps, (sources, None), found),
            tree: self.place.tree,
        };
        if let Some(evidence) = release.evidence() {
            *at = None;
            found.evidence.push(evidence);
        }
    }

    /// The chart of a source and where it is named: by `chart`, or as the last part of an address of an OCI registry.
    fn chart(&self, source: &Node, repository: Option<&str>) -> Option<(Span, String)> {
        if let Some(entry) = source.entry("chart") {
            return Some((entry.key.at, self.text(Some(&entry.value))?));
        }
        let (_, chart) = repository?.strip_prefix("oci://")?.trim_end_matches('/').rsplit_once('/')?;
        Some((source.entry("repoURL")?.key.at, chart.to_string()))
    }

    /// The namespace that a source is rendered for.
    fn namespace(&self, source: &Node) -> Option<String> {
        let own = self.text(source.at_path(&["helm", "namespace"]));
        own.or_else(|| self.text(self.node.at_path(&["spec", "destination", "namespace"])))
    }

    /// A text as Argo CD would have it; what is not filled in stands there as it is written.
    fn text(&self, node: Option<&Node>) -> Option<String> {
        node?.raw_text().filter(|text| !text.is_empty()).map(|text| self.fill.text(text))
    }
}

/// The path to something below another.
fn below(steps: &Path, keys: &[&str]) -> Path {
    steps.iter().cloned().chain(keys.iter().map(|key| Step::Key((*key).to_string()))).collect()
}
