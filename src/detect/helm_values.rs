//! Values of the Milvus chart, recognised by their shape: alone in a file, or below a key of an umbrella chart's values.
//!
//! Nothing in a values file names its chart, so what it says is weighed (`shape`). The search goes down through maps only:
//! an umbrella of umbrellas nests its values, while lists and Kubernetes objects belong to other containers.

mod shape;
mod unparsed;

use super::{Evidence, Hint, Layer, Layers, What};
use crate::model::{Dialect, Identity, Surface};
use crate::source::{Source, Span};
use crate::yaml::{self, Document, Kind, Node, Path, Step};
use std::sync::Arc;

use shape::{ENOUGH, Told};
pub(super) use shape::{is_foreign, is_of_own_chart};
pub(super) use unparsed::looks_like_values;

/// How deep charts are nested in charts; deeper is no umbrella any more.
const DEEPEST: usize = 4;

/// Adds the values of the Milvus chart in one document.
pub(super) fn find(document: &Arc<Document>, source: &Source, hint: Hint, evidence: &mut Vec<Evidence>) {
    let root = &document.root;
    if !root.is_map() || is_other_container(root) {
        return;
    }
    let told = Told::new(&source.path, document);
    let search = Search { document, source, hint, told };
    let before = evidence.len();
    if shape::weight(root) + told.bonus(root) >= ENOUGH {
        evidence.push(search.found(Vec::new(), root, None));
    } else if !shape::is_foreign(root) {
        search.below(root, &Vec::new(), evidence);
    }
    // A file that is told its chart version, in itself or from outside, is told to be values, whatever is in it.
    if evidence.len() == before && (hint.values || chart_comment(document).is_some()) {
        evidence.push(search.found(Vec::new(), root, None));
    }
}

/// Whether a map alone looks like values of the Milvus chart.
pub(super) fn looks_like(values: &Node) -> bool {
    shape::weight(values) >= ENOUGH
}

/// Kubernetes objects, and files of the tools that carry values along: each is a container of its own.
fn is_other_container(root: &Node) -> bool {
    let carries_values = || root.at_path(&["helm", "chart"]).is_some() || root.at_path(&["helm", "repo"]).is_some();
    root.get("apiVersion").is_some() && root.get("kind").is_some() || root.get("releases").is_some() || carries_values()
}

/// One document that is searched.
struct Search<'a> {
    document: &'a Arc<Document>,
    source: &'a Source,
    hint: Hint<'a>,
    told: Told,
}

impl Search<'_> {
    /// Looks for sub-trees of an umbrella. Content behind an alias is met where it stands, and only there.
    fn below(&self, node: &Node, steps: &Path, evidence: &mut Vec<Evidence>) {
        let Kind::Map(map) = &node.kind else { return };
        for entry in &map.entries {
            let Some(key) = entry.key.text().filter(|_| entry.value.is_map()) else { continue };
            let steps: Path = steps.iter().cloned().chain([Step::Key(key.to_string())]).collect();
            if self.is_sub_tree(key, &entry.value, steps.len()) {
                evidence.push(self.found(steps, &entry.value, Some(entry.key.at)));
            } else if steps.len() < DEEPEST && !shape::is_foreign(&entry.value) {
                self.below(&entry.value, &steps, evidence);
            }
        }
    }

    fn is_sub_tree(&self, key: &str, node: &Node, depth: usize) -> bool {
        let key = key.to_ascii_lowercase();
        // Below a key that is Milvus' own name, little is enough: the umbrella chart's author said what it is.
        let enough = if key == "milvus" { shape::ENOUGH_BELOW_NAME } else { ENOUGH };
        let named = key.contains("milvus") && shape::weight_below_name(node) >= enough;
        named || key == "milvus" && depth == 1 && self.told.values && shape::is_switched_on(node)
    }

    fn found(&self, path: Path, node: &Node, key: Option<Span>) -> Evidence {
        let first = || node.entries().next().map_or(node.at, |(_, entry)| entry.key.at);
        Evidence {
            what: What::Deployment(Surface::HelmValues, Dialect::Chart),
            id: Identity {
                namespace: self.hint.namespace.map(str::to_string),
                name: self.hint.release.map(str::to_string),
                path: self.source.path.clone(),
                ordinal: 0,
            },
            at: key.unwrap_or_else(first),
            api_version: String::new(),
            chart: chart_comment(self.document),
            own_chart: shape::is_of_own_chart(node),
            unfound: None,
            services: Layers::default(),
            server: server_config(&self.source.text, node),
            processes: Vec::new(),
            layers: Layers(vec![Layer::of_part(self.document, path, node)]),
        }
    }
}

/// The server configuration that the chart merges over its own: YAML inside a block scalar.
pub(super) fn server_config(text: &str, values: &Node) -> Layers {
    let block = values.at_path(&["extraConfigFiles", "user.yaml"]);
    let stream = block.and_then(|block| yaml::parse_block(text, block));
    let document = stream.and_then(|stream| stream.documents.into_iter().next());
    Layers(document.map(|document| Layer::of_document(Arc::new(document))).into_iter().collect())
}

/// `# milvus-lint: chart-version 4.2.58` anywhere in the document.
fn chart_comment(document: &Document) -> Option<(Span, String)> {
    document.comments.iter().find_map(|comment| {
        let (_, order) = comment.text.split_once("milvus-lint:")?;
        let version = order.trim().strip_prefix("chart-version")?.trim().trim_start_matches(['=', ':']).trim();
        let version = version.split_whitespace().next()?;
        let offset = comment.text.find(version)?;
        // The comment's text begins after its `#`.
        let start = comment.at.start as usize + 1 + offset;
        Some((Span::new(comment.at.source, start, start + version.len()), version.to_string()))
    })
}
