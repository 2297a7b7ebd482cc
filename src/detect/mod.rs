//! Where is Milvus, and which values are in force? One file per container.
//!
//! Takes parsed documents, gives [`Evidence`]: a Milvus was found here, these are the layers of values that speak of it.
//! What the values *mean* is not known here; nor are facts, nor disk.

mod argocd;
mod buildfile;
mod code;
mod compose;
mod fleet;
mod flux;
mod helm_command;
mod helm_values;
mod helmfile;
mod known;
mod kustomize;
mod layers;
mod left_out;
mod live;
mod markdown;
mod milvus_resource;
mod nowhere;
mod objects;
mod operator;
mod patch_command;
mod process;
mod references;
mod release;
mod repeats;
mod runbook;
mod settings;
mod shell;
mod terraform;
#[cfg(test)]
mod tests;
mod tree;
mod umbrella;
mod variables;
mod workflow;
mod workload;

pub use argocd::{Applied, follow_applications, wanted};
pub use helm_command::{release, unread_values, values_files};
pub use known::Known;
pub use kustomize::lay_overlays;
pub use layers::{Layer, Layers, Look};
pub use left_out::{LeftOut, left_out};
pub use live::{is_live, lay_kept, running};
pub use operator::{Manager, Operator, Release as OperatorRelease, manager, operators, webhook};
pub use patch_command::patched;
pub use process::{Process, Role, Variable};
pub use references::{Open, open};
pub use repeats::drop_repeats;
pub use runbook::{RUNBOOK_LITERALS, Run, Script, is_runbook};
pub use shell::Word;
pub use tree::{File, Tree};
pub use variables::{Filled, Text};
pub use workload::join_workloads;

use crate::model::{Dialect, Identity, Surface, Unfound};
use crate::source::Span;
use crate::yaml::{self, Document};
use std::sync::Arc;

/// Bytes of which at least one stands in every file that can hold a Milvus. A file with none of them is not parsed.
pub const LITERALS: &[&str] = &[
    "milvus",
    "Milvus",
    // Of the `.env` file beside a compose file.
    "MILVUS",
    "COMPOSE_FILE",
    // Of a service or an override that names the queue and no more, and of the server's own configuration.
    "MQ_TYPE",
    // Of scripts beside a compose file.
    "down -v",
    "down --volumes",
    // Milvus' own scripts, called in a pipeline.
    "rollingUpdate.sh",
    "migrate.sh",
    "\nmq:",
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
    "{all:",
    // Thin values name nothing but the mode, the queue and the stores.
    "cluster:",
    "pulsar:",
    "kafka:",
    "woodpecker:",
    "standalone",
    "minio",
    // A chart that carries another one of the repository, in which Milvus may be.
    "file://",
    // Where a chart of that name comes from is said by another object.
    "HelmRepository",
    // Overlays, and patches that name nothing but a path.
    "kustomize.config.k8s.io",
    "kustomize.toolkit.fluxcd.io",
    "- ../",
    "patches:",
    "patchesStrategicMerge",
    "namePrefix",
    "- op:",
    "\"op\"",
    // Of Terraform, what calls a module and what it is given.
    "module \"",
    "variable \"",
];

/// Whether a file of this name can hold a Milvus, judged by the name alone: YAML and JSON, their templates and copies, and
/// files without an extension (a version at the end of a name is none); and whatever is read for its commands.
pub fn is_worth_opening(name: &str) -> bool {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let lower = base.to_ascii_lowercase();
    let known = [
        ".json",
        ".gotmpl",
        ".tpl",
        ".tmpl",
        ".tftpl",
        ".tf",
        ".tofu",
        ".tfvars",
        ".j2",
        ".jinja",
        ".jinja2",
        ".template",
        ".new",
        ".old",
        ".bak",
        ".env",
    ];
    // What the dependencies of a chart were resolved to.
    let locked = ["chart.lock", "requirements.lock"].contains(&lower.as_str());
    let extension = base.trim_start_matches('.').rsplit_once('.').map(|(_, extension)| extension);
    known.iter().any(|ending| lower.ends_with(ending))
        || lower.starts_with(".env")
        || locked
        || is_runbook(base)
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
    /// All services of the compose file, where it is one.
    pub services: Layers,
    /// The chart version that the text itself names, with its place.
    pub chart: Option<(Span, String)>,
    /// The processes that run it, where the container names them one by one: services, workloads.
    pub processes: Vec<Process>,
    /// These are values of somebody's own chart, or of a fork, that runs Milvus: the Milvus chart's defaults do not hold.
    pub own_chart: bool,
    /// The chart's source, where it is certain that nobody finds it.
    pub unfound: Option<Unfound>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Deployment(Surface, Dialect),
    Migration,
}

/// What one text gave.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub evidence: Vec<Evidence>,
    pub troubles: Vec<Trouble>,
    /// `# milvus-lint: …` comments, for the exceptions.
    pub comments: Vec<yaml::Comment>,
    /// Where each Milvus begins that is described but switched off, so that nothing of it runs.
    pub off: Vec<Span>,
    /// The commands in it.
    pub script: Option<Script>,
    /// What a document for people shows.
    pub examples: Vec<Evidence>,
    /// Documents of other files that are a resource only as somebody fills them in.
    pub filled: Vec<Span>,
    /// Folders that an Application installs, until it is known what all files hold.
    pub applied: Vec<Applied>,
    /// What was taken for granted to find what is here.
    pub assumed: Vec<LeftOut>,
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

/// Finds every Milvus of one file. `tree` holds the other files of its side, for references.
pub fn find(file: &File, tree: &Tree, hint: Hint) -> Found {
    let source = file.source;
    let mut found = Found::default();
    if crate::hcl::is_file(&source.path) {
        terraform::find(file, tree, &mut found);
        number(&mut found.evidence);
        return found;
    }
    if is_live(&source.path) {
        live::find(file, tree, &mut found);
        number(&mut found.evidence);
        return found;
    }
    for problem in &file.problems {
        if let Some(what) = looks_like_milvus(&source.text, problem.at, &file.documents) {
            found.troubles.push(Trouble { at: problem.at, why: format!("{}; {what}", problem.message) });
        }
    }
    for document in &file.documents {
        found.comments.extend(document.comments.iter().filter(|c| c.text.contains("milvus-lint:")).cloned());
        in_document(document, file, tree, hint, &mut found);
    }
    workload::find(file, tree, &mut found);
    if let Some(script) = runbook::read(file) {
        in_script(script, file, &mut found);
    }
    number(&mut found.evidence);
    found
}

/// Adds what stands between commands: a resource in a script is one like any other, in a guide it is an example.
fn in_script(script: Script, file: &File, found: &mut Found) {
    for (_, document) in &script.documents {
        let mut inside = Found::default();
        milvus_resource::find(document, file.source, &mut inside);
        match script.writing {
            crate::model::Writing::Script => found.evidence.append(&mut inside.evidence),
            crate::model::Writing::Document => found.examples.append(&mut inside.evidence),
        }
    }
    found.comments.extend(script.comments.iter().filter(|c| c.text.contains("milvus-lint:")).cloned());
    found.script = Some(script);
}

/// Asks one container after the other; the first that has something to say of a document has said it all.
fn in_document(document: &Arc<Document>, file: &File, tree: &Tree, hint: Hint, found: &mut Found) {
    let before = (found.evidence.len(), found.troubles.len());
    let silent = |found: &Found| (found.evidence.len(), found.troubles.len()) == before;
    milvus_resource::find(document, file.source, found);
    if silent(found) {
        umbrella::find(document, file, tree, found);
    }
    if silent(found) {
        compose::find(document, file, tree, found);
    }
    // What such a document holds belongs to it, and is not searched once more.
    let taken = !silent(found)
        || argocd::find(document, file, tree, found)
        || flux::find(document, file, tree, &mut found.evidence)
        || kustomize::find(document, file, tree, &mut found.evidence)
        || fleet::find(document, file, tree, &mut found.evidence)
        || helmfile::find(document, file, tree, found);
    if !taken && (hint.values || !umbrella::is_of_chart_itself(file, tree)) {
        helm_values::find(document, file.source, hint, &mut found.evidence);
    }
}

/// Tells apart what has the same identity in one file.
fn number(evidence: &mut [Evidence]) {
    for at in 1..evidence.len() {
        let (before, this) = evidence.split_at_mut(at);
        let this = &mut this[0];
        this.id.ordinal = before
            .iter()
            .filter(|e| e.what == this.what && e.id.name == this.id.name && e.id.namespace == this.id.namespace)
            .filter(|e| e.id.path == this.id.path)
            .count();
    }
}

/// Why a text that the parser gave up on seems to hold a Milvus: the part from the fault's document on names one of the
/// operator's kinds. `None` when it only mentions the word.
fn looks_like_milvus(text: &str, at: Span, documents: &[Arc<Document>]) -> Option<&'static str> {
    let read_to = documents.iter().map(|document| document.at.end as usize).filter(|end| *end <= at.start as usize);
    let rest = text.get(read_to.max().unwrap_or(0)..)?;
    // JSON may stand on one line.
    let parts = || rest.lines().chain(rest.split(['{', ',']));
    let says = |key: &str, value: &dyn Fn(&str) -> bool| parts().any(|part| said(part, key).is_some_and(value));
    let group = says("apiVersion", &|group| group.contains(milvus_resource::GROUP) || group.contains("{{"));
    let kind = says("kind", &|kind| milvus_resource::what(kind.split(['"', ' ']).next().unwrap_or(kind)).is_some());
    match (group, kind) {
        (true, true) => Some("a Milvus resource stands in the part that cannot be read"),
        _ if says("image", &process::is_server_image) => {
            Some("a container of the Milvus image stands in the part that cannot be read")
        }
        _ if says("chart", &|chart| chart.contains('/') && release::is_milvus_chart(chart, None)) => {
            Some("a release of the Milvus chart stands in the part that cannot be read")
        }
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
