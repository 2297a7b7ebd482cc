//! Processes of a Milvus: what services of a compose file and containers of a workload have in common.
//!
//! Takes nodes and words, gives [`Process`]; several component processes are put together to one Milvus. It knows the words
//! that the server is started with, and nothing of what follows from them.

use super::variables::Text;
use super::{Evidence, Layers, What};
use crate::model::{Dialect, Identity, Image, Surface};
use crate::source::Span;
use crate::yaml::{Document, Node, Path};
use std::sync::Arc;

/// One process of a Milvus: a service of a compose file, a container of a workload.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its name: the service's key, the workload's name.
    pub name: String,
    /// Where it begins.
    pub at: Span,
    /// What describes it, bottom first: what it extends, itself, what an override lays upon it.
    pub layers: Layers,
    pub image: Option<Text>,
    pub role: Option<Role>,
    pub environment: Vec<Variable>,
    /// Where a file is mounted over the server's own configuration.
    pub configured: Option<Span>,
    /// Where it says that a new pod starts beside the old one, both with the same volume.
    pub overlaps: Option<Span>,
    /// A volume that belongs to the project of the compose file, and goes with it.
    pub own_volume: Option<Span>,
}

/// What a process is started as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// `standalone`, `mixture` or a component, as in `milvus run …`.
    pub word: &'static str,
    pub at: Span,
    /// Whether the command says it; else only a name or a label does.
    pub told: bool,
}

/// An environment variable.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    pub at: Span,
    /// `None` where another object holds the value.
    pub value: Option<Text>,
    /// Where the value can be written, and what stands before it there (`NAME=` in a list).
    pub place: Option<(Arc<Document>, Path, String)>,
}

/// The words that may follow `milvus run`.
const ROLES: &[&str] = &[
    "standalone",
    "mixture",
    "mixcoord",
    "rootcoord",
    "datacoord",
    "querycoord",
    "indexcoord",
    "proxy",
    "querynode",
    "datanode",
    "indexnode",
    "streamingnode",
    "cdc",
];

/// The role that the words of a command name, and whether `milvus run` stands before it.
pub(super) fn commanded<'a>(words: impl IntoIterator<Item = &'a Node>) -> (Option<Role>, bool) {
    let mut before = ["", ""];
    let mut loose = None;
    for node in words {
        let Some(text) = node.text() else { continue };
        for word in text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | ',' | ';')) {
            if word.is_empty() {
                continue;
            }
            if let Some(role) = ROLES.iter().find(|role| **role == word) {
                let role = Role { word: role, at: node.at, told: true };
                if before[1] == "run" {
                    return (Some(role), before[0].rsplit('/').next() == Some("milvus"));
                }
                loose = loose.or(Some(role));
            }
            before = [before[1], word];
        }
    }
    (loose, false)
}

/// The role that a name or a label ends in: `milvus-querynode`, `root-coordinator`.
fn named(name: &str, at: Span) -> Option<Role> {
    let plain: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.replace("coordinator", "coord");
    let role = ROLES.iter().find(|role| plain.ends_with(*role));
    let role = role.or_else(|| ROLES.iter().find(|role| **role == "standalone" && plain.contains("standalone")));
    role.map(|word| Role { word, at, told: false })
}

/// A name without the role in it: `milvus-querynode-blue` and `milvus-proxy-blue` have the same rest.
pub(super) fn without_role(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let plain = |part: &str| part.replace("coordinator", "coord");
    let is_role = |part: &&str| ROLES.contains(&plain(part).as_str());
    let is_half = |part: &&str| {
        ["root", "data", "query", "index", "mix", "streaming", "coord", "node"].contains(&plain(part).as_str())
    };
    let parts = lower.split(['-', '_', '.']).filter(|part| !is_role(part) && !is_half(part));
    parts.collect::<Vec<_>>().join("-")
}

/// What a command says, and where it says nothing or only `mixture` (some components in one process), the first name that does.
pub(super) fn role<'a>(commanded: Option<Role>, names: impl IntoIterator<Item = (Span, &'a str)>) -> Option<Role> {
    match commanded {
        Some(role) if role.word != "mixture" => Some(role),
        vague => names.into_iter().find_map(|(at, name)| named(name, at)).or(vague),
    }
}

/// Whether a process runs the server: by its image, or by a command that only the server has.
pub(super) fn is_server(image: Option<&Text>, runs_milvus: bool) -> bool {
    runs_milvus || image.is_some_and(|image| is_server_image(&image.assumed))
}

/// Whether an image is the server's.
pub(super) fn is_server_image(text: &str) -> bool {
    Image::parse(text).is_milvus()
}

/// Whether a path inside the container is of the server's configuration.
pub(super) fn is_configuration(path: &str) -> bool {
    path.contains("/milvus/configs")
}

/// Puts processes together: components of one group are one Milvus, everything else is one by itself.
pub(super) fn together<K: PartialEq>(processes: Vec<(K, Process)>) -> Vec<(K, Vec<Process>)> {
    let mut groups: Vec<(bool, K, Vec<Process>)> = Vec::new();
    for (key, process) in processes {
        let component = process.role.is_some_and(|role| !matches!(role.word, "standalone" | "mixture"));
        match groups.iter_mut().find(|(components, other, _)| component && *components && *other == key) {
            Some((_, _, parts)) => parts.push(process),
            None => groups.push((component, key, vec![process])),
        }
    }
    groups.into_iter().map(|(_, key, parts)| (key, parts)).collect()
}

/// The evidence of one Milvus of these processes.
pub(super) fn evidence(
    surface: Surface,
    namespace: Option<String>,
    path: &str,
    processes: Vec<Process>,
) -> Option<Evidence> {
    let layers = processes.iter().flat_map(|process| process.layers.0.iter().cloned()).collect();
    Some(Evidence {
        what: What::Deployment(surface, Dialect::Process),
        id: Identity { namespace, name: Some(name(&processes)), path: path.to_string(), ordinal: 0 },
        at: processes.first()?.at,
        api_version: String::new(),
        layers: Layers(layers),
        server: Layers::default(),
        chart: None,
        processes,
        own_chart: false,
        unfound: None,
        services: Layers::default(),
    })
}

/// The common beginning of the parts' names, up to a hyphen; else the first part's name.
fn name(processes: &[Process]) -> String {
    let Some((first, others)) = processes.split_first() else { return String::new() };
    let ends = |at: &usize| others.iter().all(|other| other.name.get(..*at) == first.name.get(..*at));
    let mut cuts = first.name.match_indices(['-', '_']).map(|(at, _)| at);
    match cuts.rfind(|at| *at > 0 && ends(at)) {
        Some(at) if !others.is_empty() => first.name[..at].to_string(),
        _ => first.name.clone(),
    }
}
