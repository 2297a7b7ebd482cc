//! What do the values mean? One file per dialect, and in each the two directions side by side: `read` understands, `write`
//! says the same thing back.
//!
//! Takes evidence and facts, gives the model; takes a [`Set`], gives changes of the text. It knows no rule and no report.

mod chart;
pub mod command;
pub mod helm;
pub(crate) mod image_edit;
mod migration;
mod operator;
mod process;
mod retag;
mod settings;
#[cfg(test)]
mod tests;
mod variable;
mod written;

use crate::detect::{Evidence, Layer, Layers, Look, Manager, What};
use crate::facts::Facts;
use crate::finding::Set;
use crate::model::{Deployment, Dialect, Field, Image, Migration, Mode, Oddity, Queue, Tag, Version};
use crate::source::{Edit, Span};
use crate::yaml::{Change, Document, Node};
pub use retag::retagged;
use std::sync::Arc;
use variable::{Variable, variable};

/// What somebody says about a text from outside of it: the command line, the config.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The chart's version, and who says so.
    pub chart: Option<(Version, String)>,
    /// The chart whose defaults are in force, where those are not the chart's own: `--reuse-values` keeps the old ones.
    pub defaults: Option<Version>,
    /// What a chart that looks at the running standalone finds there.
    pub live: Option<Queue>,
    /// The operator's version, and who says so.
    pub operator: Option<(Version, String)>,
    /// What the repository says of it, where nobody else does.
    pub manager: Option<Manager>,
    /// Whether the operator's webhook is on, and who says so.
    pub webhook: Option<(bool, String)>,
    /// What the repository says of that, where nobody else does.
    pub webhook_there: Option<(bool, Span)>,
    /// Images whose tag names no version, each with its version.
    pub images: Vec<(String, Version)>,
    /// Tags of somebody's own builds, each with the release that it is.
    pub builds: Vec<(String, Version)>,
}

/// What a piece of evidence means.
#[derive(Clone, Debug)]
pub enum Normal {
    Deployment(Box<Deployment>),
    Migration(Box<Migration>),
}

/// Understands a piece of evidence.
pub fn read(evidence: &Evidence, facts: &Facts, given: &Given) -> Normal {
    let mut normal = read_plain(evidence, facts, given);
    let open = why_not_all_is_seen(evidence);
    let settings = settings::settings(evidence, open.is_some());
    match &mut normal {
        Normal::Deployment(deployment) => deployment.settings = settings,
        Normal::Migration(migration) => migration.settings = settings,
    }
    if let (Normal::Deployment(deployment), Some(why)) = (&mut normal, open) {
        take_defaults_away(deployment, why);
    }
    if let (Normal::Deployment(deployment), Some(unfound)) = (&mut normal, &evidence.unfound) {
        deployment.oddities.push(Oddity::Unfound(unfound.clone()));
    }
    if let Normal::Deployment(deployment) = &mut normal {
        deployment.ground.stores_outside = stores_outside(evidence, deployment.dialect);
        deployment.ground.fork = evidence.own_chart && deployment.chart.value().is_some();
        let mode = deployment.mode.value().copied().unwrap_or(Mode::Standalone);
        let pinned = |version| facts.server_default("queue-pinned", version, mode).is_some();
        deployment.ground.queue_pinned = deployment.version.value().is_some_and(pinned);
        deployment.ground.rendered = deployment.dialect == Dialect::Process && evidence.chart.is_some();
    }
    normal
}

/// Whether both etcd and the object storage are somebody else's.
fn stores_outside(evidence: &Evidence, dialect: Dialect) -> bool {
    let switches: [&[&str]; 2] = match dialect {
        Dialect::Chart => [&["externalEtcd", "enabled"], &["externalS3", "enabled"]],
        Dialect::Operator => {
            [&["spec", "dependencies", "etcd", "external"], &["spec", "dependencies", "storage", "external"]]
        }
        Dialect::Process => return false,
    };
    switches.iter().all(|path| evidence.layers.get(path).and_then(Node::as_bool) == Some(true))
}

/// Why a key that is not seen may still be written: by an action of a template, or by values that stand somewhere else.
fn why_not_all_is_seen(evidence: &Evidence) -> Option<&'static str> {
    let any = |is: fn(&Layer) -> bool| evidence.layers.0.iter().any(is);
    match () {
        () if any(|layer| layer.document.templated) => Some("this is a template, and what it writes is not known"),
        () if any(Layer::is_unseen) => Some("it may be set by values that are not among these files"),
        () => None,
    }
}

/// Where not all is seen, no default is known to be in force.
fn take_defaults_away(deployment: &mut Deployment, why: &str) {
    fn open<T>(field: &mut Field<T>, why: &str) {
        if field.is_default() {
            *field = Field::unknown(field.at, why);
        }
    }
    open(&mut deployment.version, why);
    open(&mut deployment.image, why);
    open(&mut deployment.mode, why);
    open(&mut deployment.queue, why);
    open(&mut deployment.coordinators, why);
    open(&mut deployment.rolling, why);
    open(&mut deployment.rolls, why);
    open(&mut deployment.workloads, why);
    open(&mut deployment.update_mode, why);
    deployment.queues.retain(|queue| !queue.is_default());
    deployment.pulsar_line = deployment.pulsar_line.take().filter(|line| !line.is_default());
}

fn read_plain(evidence: &Evidence, facts: &Facts, given: &Given) -> Normal {
    match evidence.what {
        What::Deployment(surface, crate::model::Dialect::Operator) => {
            Normal::Deployment(Box::new(operator::read(evidence, surface, facts, given)))
        }
        What::Deployment(surface, crate::model::Dialect::Chart) => {
            Normal::Deployment(Box::new(chart::read(evidence, surface, facts, given)))
        }
        What::Deployment(surface, crate::model::Dialect::Process) => {
            Normal::Deployment(Box::new(process::read(evidence, surface, facts, given)))
        }
        What::Migration => Normal::Migration(Box::new(migration::read(evidence, facts, given))),
    }
}

/// Changes of one document.
#[derive(Clone, Debug)]
pub struct Rewrite {
    pub document: Arc<Document>,
    pub changes: Vec<Change>,
}

/// Says in the dialect of the evidence what should be true, one rewrite for each document; empty where the dialect has no word
/// for it.
pub fn write(evidence: &Evidence, set: &Set) -> Vec<Rewrite> {
    if let Set::KeyMoved { reader, from, to } = set {
        return written::moved(evidence, *reader, from, to).into_iter().collect();
    }
    if let Set::Setting { tree, path, value } = set {
        return settings::write(evidence, *tree, path, value.as_deref()).into_iter().collect();
    }
    let rewrite = match evidence.what {
        What::Deployment(surface, crate::model::Dialect::Operator) => operator::write(evidence, surface, set),
        What::Deployment(_, crate::model::Dialect::Chart) => chart::write(evidence, set),
        What::Deployment(surface, crate::model::Dialect::Process) => return process::write(evidence, surface, set),
        What::Migration => migration::write(evidence, set),
    };
    rewrite.into_iter().collect()
}

/// What a [`Set`] changes in files that hold no YAML and fill variables of the evidence; where there is anything, it stands for
/// what [`write`] would give.
pub fn refill(evidence: &Evidence, set: &Set) -> Vec<Edit> {
    match evidence.what {
        What::Deployment(_, crate::model::Dialect::Process) => process::refill(evidence, set),
        _ => Vec::new(),
    }
}

/// A value that is filled in from somewhere else: an element of a generator, the values of an environment, a parameter.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The characters there, without quotes.
    pub at: Span,
    /// The whole value as it is, which ends in those characters, and as it should be.
    pub was: String,
    pub becomes: String,
}

/// What a [`Set`] changes where the value in force is not written among the values themselves.
pub fn elsewhere(evidence: &Evidence, set: &Set) -> Option<Elsewhere> {
    if !matches!(evidence.what, What::Deployment(_, Dialect::Chart)) {
        return None;
    }
    let path: &[&str] = match set {
        Set::Version(_) => &["image", "all", "tag"],
        Set::Mode(_) => &["cluster", "enabled"],
        _ => return None,
    };
    let layer = evidence.layers.written_in(path).filter(|layer| !layer.editable)?;
    let scalar = layer.node.at_path(path)?.scalar().filter(|scalar| !scalar.templated)?;
    let becomes = match set {
        Set::Version(version) => {
            let image = retagged(&Image::parse(&format!("milvus:{}", scalar.text)), version);
            image.strip_prefix("milvus:").unwrap_or(&image).to_string()
        }
        Set::Mode(mode) => (*mode == Mode::Cluster).to_string(),
        _ => return None,
    };
    Some(Elsewhere { at: scalar.content, was: scalar.text.to_string(), becomes })
}

/// Asks the layers of one piece of evidence, and knows a place for every answer.
pub(crate) struct Reader<'a> {
    layers: &'a Layers,
    at: Span,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(evidence: &'a Evidence) -> Reader<'a> {
        Reader { layers: &evidence.layers, at: evidence.at }
    }

    /// The nearest written thing on the way to a path.
    pub(crate) fn place(&self, path: &[&str]) -> Span {
        self.layers.nearest(path).unwrap_or(self.at)
    }

    pub(crate) fn node(&self, path: &[&str]) -> Option<&'a Node> {
        self.layers.get(path)
    }

    pub(crate) fn look(&self, path: &[&str]) -> Look<'a> {
        self.layers.look(path)
    }

    /// A text that is written: known, or unknown because a template stands there. `None` when nothing (or an empty text) is.
    pub(crate) fn text(&self, path: &[&str]) -> Option<Field<String>> {
        let node = self.node(path)?;
        let text = node.raw_text()?;
        if text.is_empty() {
            return None;
        }
        Some(if node.is_templated() {
            Field::unknown(node.at, unresolved(text))
        } else if let Some(Variable { name, default: Some(default) }) = variable(text) {
            Field::default(node.at, default.to_string(), format!("default of the variable {name}"))
        } else if text.contains("${") {
            Field::unknown(node.at, format!("nothing here says what `{text}` is"))
        } else {
            Field::written(node.at, text.to_string())
        })
    }

    /// A word of a closed set. An unknown word is an oddity and an unknown value.
    pub(crate) fn word<T>(
        &self,
        path: &[&str],
        known: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        oddities: &mut Vec<Oddity>,
    ) -> Option<Field<T>> {
        let text = self.text(path)?;
        let Some(word) = text.value() else { return Some(Field::unknown(text.at, text.why()?)) };
        Some(match parse(word) {
            Some(value) => text.map(|_| value),
            None => {
                oddities.push(Oddity::UnknownWord {
                    field: path.last().copied().unwrap_or_default().to_string(),
                    text: word.clone(),
                    known,
                    at: text.at,
                });
                Field::unknown(text.at, format!("`{word}` is not one of {known}"))
            }
        })
    }

    /// A switch, by YAML's own idea of true and false.
    pub(crate) fn switch(&self, path: &[&str]) -> Option<Field<bool>> {
        let node = self.node(path)?;
        let raw = node.raw_text()?;
        Some(match node.as_bool() {
            Some(value) => Field::written(node.at, value),
            None if node.is_templated() => Field::unknown(node.at, unresolved(raw)),
            None if raw.contains("${") => Field::unknown(node.at, format!("nothing here says what `{raw}` is")),
            None => Field::unknown(node.at, format!("`{raw}` is neither true nor false")),
        })
    }

    /// What is odd in the text itself, for the documents that the layers come from.
    pub(crate) fn oddities(&self) -> Vec<Oddity> {
        let mut oddities = Vec::new();
        for layer in &self.layers.0 {
            for duplicate in &layer.document.duplicates {
                if layer.node.at.contains(duplicate.second) || layer.path.is_empty() {
                    oddities.push(Oddity::DuplicateKey {
                        key: duplicate.key.clone(),
                        first: duplicate.first,
                        at: duplicate.second,
                    });
                }
            }
        }
        oddities
    }
}

/// What is said of a value that somebody else fills in.
fn unresolved(text: &str) -> String {
    let what = if text.contains("{{") || text.contains("{%") { "template" } else { "expression" };
    format!("the {what} `{text}` is not resolved")
}

/// The version that an image names, said by whoever says the image; a placeholder in it is an oddity.
pub(crate) fn version_of(image: &Field<Image>, given: &Given, oddities: &mut Vec<Oddity>) -> Field<Version> {
    let Some(reference) = image.value() else {
        return Field::unknown(image.at, image.why().unwrap_or("the image is not known"));
    };
    let mapped = given.images.iter().find(|(text, _)| {
        *text == reference.text || reference.digest.as_ref().is_some_and(|digest| text.ends_with(digest.as_str()))
    });
    if let Some((_, version)) = mapped {
        return Field::default(image.at, version.clone(), "`images` in .milvus-lint.yaml");
    }
    if let Some((_, version)) = given.builds.iter().find(|(tag, _)| *tag == reference.tag_text()) {
        return Field::default(image.at, version.clone(), "`builds.csv` of the facts");
    }
    let text = &reference.text;
    let unknown = |why: String| Field::unknown(image.at, why);
    match &reference.tag {
        Tag::Release(version) => image.map(|_| version.clone()),
        Tag::Assumed(version, variable) => {
            Field::default(image.at, version.clone(), format!("default of the variable {variable}"))
        }
        Tag::Line { major, minor, .. } => {
            unknown(format!("`{text}` names the line {major}.{minor}, not one release of it"))
        }
        Tag::Branch => unknown(format!("`{text}` is a build from a branch, not a release")),
        Tag::Floating => unknown(format!("`{text}` moves: it names no release")),
        Tag::Variable(variable) => unknown(format!("nothing here says what `{variable}` is")),
        Tag::Placeholder => {
            oddities.push(Oddity::Placeholder { text: text.clone(), at: image.at });
            unknown(format!("`{text}` is a placeholder"))
        }
        Tag::Digest => unknown(format!("`{text}` is a digest and names no version")),
        Tag::Missing => unknown(format!("`{text}` has no tag")),
        Tag::Other => unknown(format!("the tag of `{text}` is no version")),
    }
}

/// The queue that the server's own configuration names, beside what the dialect says.
pub(crate) fn configured_queue(evidence: &Evidence) -> Option<Field<Queue>> {
    let node = evidence.server.get(&["mq", "type"])?;
    let text = node.text()?;
    Queue::parse(text).map(|queue| Field::written(node.at, queue))
}

/// Names another queue in the server's own configuration, where that names one; whatever the dialect says, it decides.
pub(crate) fn configured_rewrite(evidence: &Evidence, queue: Queue) -> Option<Rewrite> {
    configured_queue(evidence)?;
    let layer = evidence.server.layer_of(&["mq", "type"])?;
    let changes = vec![layer.set(&["mq", "type"], queue.as_str())];
    Some(Rewrite { document: Arc::clone(&layer.document), changes })
}

/// The operator's version as far as it is known.
pub(crate) fn operator_version(evidence: &Evidence, given: &Given) -> Field<Version> {
    match (&given.operator, &given.manager) {
        (Some((version, who)), _) => Field::default(evidence.at, version.clone(), who.clone()),
        (None, Some(Manager::Known(version, at))) => Field::written(*at, version.clone()),
        (None, Some(Manager::Unknown(why))) => Field::unknown(evidence.at, why),
        (None, None) => {
            Field::unknown(evidence.at, "the operator's version is not known; say it with --operator-version")
        }
    }
}

/// Whether the operator's webhook is on, as far as it is known.
pub(crate) fn operator_webhook(
    evidence: &Evidence,
    operator: &Field<Version>,
    facts: &Facts,
    given: &Given,
) -> Field<bool> {
    match (&given.webhook, &given.webhook_there, operator.value()) {
        (Some((on, who)), ..) => Field::default(evidence.at, *on, who.clone()),
        (None, Some((on, at)), _) => Field::written(*at, *on),
        (None, None, Some(version)) => match facts.operator(version) {
            Some(known) => Field::default(operator.at, known.webhook, format!("default of operator {version}")),
            None => Field::unknown(operator.at, format!("nothing is known of operator {version}")),
        },
        (None, None, None) => {
            Field::unknown(evidence.at, "the operator's version is not known; say it with --operator-webhook")
        }
    }
}
