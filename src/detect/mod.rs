//! Where is Milvus, and which values are in force? One file per container.
//!
//! Takes parsed documents, gives [`Evidence`]: a Milvus was found here, these are the layers of values that speak of it.
//! What the values *mean* is not known here; nor are facts, nor disk.

mod helm_values;
mod milvus_resource;
#[cfg(test)]
mod tests;

use crate::model::{Dialect, Identity, Surface};
use crate::source::{Source, SourceId, Span};
use crate::yaml::{self, Change, Document, Node, Path, Step};
use std::sync::Arc;

/// Bytes of which at least one stands in every file that can hold a Milvus. A file with none of them is not parsed.
pub const LITERALS: &[&str] = &[
    "milvus",
    "Milvus",
    "messageQueue",
    "Coordinator",
    "queryNode",
    "dataNode",
    "indexNode",
    "streamingNode",
    "extraConfigFiles",
    "pulsarv3",
    "externalS3",
    "externalEtcd",
    "externalPulsar",
    "externalKafka",
    // `image: {all: …}`: no other chart is met that has it.
    " all:",
    // Thin values name nothing but the mode and the stores.
    "standalone",
    "minio",
];

/// Whether a file of this name can hold a Milvus, judged by the name alone: YAML and JSON, their templates and copies, and
/// files without an extension (a version at the end of a name is none).
pub fn is_worth_opening(name: &str) -> bool {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let lower = base.to_ascii_lowercase();
    let known = [
        ".json",
        ".gotmpl",
        ".tpl",
        ".tmpl",
        ".tftpl",
        ".j2",
        ".jinja",
        ".jinja2",
        ".template",
        ".new",
        ".old",
        ".bak",
    ];
    let extension = base.trim_start_matches('.').rsplit_once('.').map(|(_, extension)| extension);
    known.iter().any(|ending| lower.ends_with(ending))
        || lower.contains(".yaml")
        || lower.contains(".yml")
        || extension.is_none_or(|extension| extension.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A Milvus, or an order to migrate one, as it was found.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub what: What,
    pub id: Identity,
    /// Where it begins: the `kind:` line of a resource, the first key of values.
    pub at: Span,
    pub api_version: String,
    pub layers: Layers,
    /// The server's own configuration, where the container carries it along: `spec.config`, `extraConfigFiles."user.yaml"`.
    pub server: Layers,
    /// The chart version that the text itself names, with its place.
    pub chart: Option<(Span, String)>,
    /// These are values of somebody's own chart, or of a fork, that runs Milvus: the Milvus chart's defaults do not hold.
    pub own_chart: bool,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Deployment(Surface, Dialect),
    Migration,
}

/// One text that speaks of a Milvus.
#[derive(Clone, Debug)]
pub struct Layer {
    pub document: Arc<Document>,
    /// From the document's root to `node`.
    pub path: Path,
    pub node: Node,
}

/// Values as a stack, bottom first, asked from the top; never merged, so that no place is lost.
#[derive(Clone, Debug, Default)]
pub struct Layers(pub Vec<Layer>);

/// The answer of [`Layers::look`].
#[derive(Clone, Copy, Debug)]
pub enum Look<'a> {
    Absent,
    /// `null` is written: what is below, and the default, are taken away.
    Null(&'a Node),
    Value(&'a Node),
}

impl Layers {
    /// What is in force at a path: the topmost layer that says anything about it decides.
    pub fn look(&self, path: &[&str]) -> Look<'_> {
        for layer in self.0.iter().rev() {
            let mut node = &layer.node;
            let mut absent = false;
            for key in path {
                match node.get(key) {
                    Some(next) if next.is_null() => return Look::Null(next),
                    Some(next) => node = next,
                    None => {
                        absent = true;
                        break;
                    }
                }
            }
            if !absent {
                return Look::Value(node);
            }
        }
        Look::Absent
    }

    /// The value at a path, if one is written that is not `null`.
    pub fn get(&self, path: &[&str]) -> Option<&Node> {
        match self.look(path) {
            Look::Value(node) => Some(node),
            Look::Absent | Look::Null(_) => None,
        }
    }

    /// The place of the deepest key on the way to a path that is written; `None` when not even the first is.
    pub fn nearest(&self, path: &[&str]) -> Option<Span> {
        for length in (1..=path.len()).rev() {
            for layer in self.0.iter().rev() {
                let parent = path[..length - 1].iter().try_fold(&layer.node, |node, key| node.get(key));
                if let Some(entry) = parent.and_then(|parent| parent.entry(path[length - 1])) {
                    return Some(entry.key.at);
                }
            }
        }
        None
    }

    /// The place of the key at the end of a path, in the layer that is in force.
    pub fn key(&self, path: &[&str]) -> Option<Span> {
        let (last, parents) = path.split_last()?;
        self.0.iter().rev().find_map(|layer| {
            let parent = parents.iter().try_fold(&layer.node, |node, key| node.get(key))?;
            parent.entry(last).map(|entry| entry.key.at)
        })
    }

    /// The layer in which a path is written, or the topmost one.
    pub fn layer_of(&self, path: &[&str]) -> Option<&Layer> {
        let written = |layer: &&Layer| path.iter().try_fold(&layer.node, |node, key| node.get(key)).is_some();
        self.0.iter().rev().find(written).or(self.0.last())
    }
}

impl Layer {
    /// A path from the document's root to a key of this layer.
    pub fn path_to(&self, path: &[&str]) -> Path {
        self.path.iter().cloned().chain(path.iter().map(|key| Step::Key((*key).to_string()))).collect()
    }

    /// A change that writes a text at a path of this layer.
    pub fn set(&self, path: &[&str], value: impl Into<String>) -> Change {
        Change::Set { path: self.path_to(path), value: value.into(), string: true }
    }
}

/// What one text gave.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub evidence: Vec<Evidence>,
    pub troubles: Vec<Trouble>,
    /// `# milvus-lint: …` comments, for the exceptions.
    pub comments: Vec<yaml::Comment>,
}

/// Something that looks like Milvus and could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub at: Span,
    pub why: String,
}

/// What the caller knows of a file besides its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint<'a> {
    /// The file holds values of the Milvus chart, whatever its shape.
    pub values: bool,
    pub release: Option<&'a str>,
    pub namespace: Option<&'a str>,
}

/// Finds every Milvus of one text.
pub fn find(id: SourceId, source: &Source, hint: Hint) -> Found {
    let stream = yaml::parse(id, &source.text);
    let mut found = Found::default();
    for problem in &stream.problems {
        if let Some(what) = looks_like_milvus(&source.text, problem.at, &stream.documents) {
            found.troubles.push(Trouble { at: problem.at, why: format!("{}; {what}", problem.message) });
        }
    }
    for document in stream.documents {
        let document = Arc::new(document);
        found.comments.extend(document.comments.iter().filter(|c| c.text.contains("milvus-lint:")).cloned());
        let before = (found.evidence.len(), found.troubles.len());
        milvus_resource::find(&document, source, &mut found);
        if (found.evidence.len(), found.troubles.len()) == before {
            helm_values::find(&document, source, hint, &mut found.evidence);
        }
    }
    number(&mut found.evidence);
    found
}

/// Tells apart what has the same identity in one file.
fn number(evidence: &mut [Evidence]) {
    for at in 1..evidence.len() {
        let (before, this) = evidence.split_at_mut(at);
        let this = &mut this[0];
        this.id.ordinal = before
            .iter()
            .filter(|e| e.what == this.what && e.id.name == this.id.name && e.id.namespace == this.id.namespace)
            .count();
    }
}

/// Why a text that the parser gave up on seems to hold a Milvus: the part from the fault's document on names one of the
/// operator's kinds. `None` when it only mentions the word.
fn looks_like_milvus(text: &str, at: Span, documents: &[Document]) -> Option<&'static str> {
    let read_to = documents.iter().map(|document| document.at.end as usize).filter(|end| *end <= at.start as usize);
    let rest = text.get(read_to.max().unwrap_or(0)..)?;
    // JSON may stand on one line.
    let parts = || rest.lines().chain(rest.split(['{', ',']));
    let says = |key: &str, value: &dyn Fn(&str) -> bool| parts().any(|part| said(part, key).is_some_and(value));
    let group = says("apiVersion", &|group| group.contains(milvus_resource::GROUP) || group.contains("{{"));
    let kind = says("kind", &|kind| milvus_resource::what(kind.split(['"', ' ']).next().unwrap_or(kind)).is_some());
    match (group, kind) {
        (true, true) => Some("a Milvus resource stands in the part that cannot be read"),
        _ if helm_values::looks_like_values(rest) => Some("it looks like values of the Milvus chart"),
        _ => None,
    }
}

/// What a part of a text says of a key that it begins with, in YAML or in JSON.
fn said<'a>(part: &'a str, key: &str) -> Option<&'a str> {
    let part = part.trim_start().trim_start_matches(['-', '{', ' ', '"', '\'']);
    let rest = part.strip_prefix(key)?.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
    let value = rest.split(" #").next().unwrap_or(rest);
    Some(value.trim().trim_matches(['"', '\'', ',', ' ']))
}
