//! A Milvus moves to another container or tool. Longer than other rules, since each kind of move has its own advice.

use super::{Case, Event, Rule, Scope};
use crate::facts::What;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Deployment, Move, Surface, moved};

/// The rule.
pub const RULE: Rule = Rule {
    id: "surface-changed",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a Milvus moves to another container or tool",
    scope: Scope::Change,
    page: include_str!("surface_changed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    if let Event::PerhapsMoved { head, gone } = case.event {
        return vec![perhaps(head, gone)];
    }
    let Some((base, head)) = case.change() else { return Vec::new() };
    let outside = base.ground.stores_outside && head.ground.stores_outside;
    let finding = match moved(base, head) {
        None => return Vec::new(),
        Some(Move::Converted) => return vec![converted(base, head)],
        Some(Move::Rewrapped) => rewrapped(base, head),
        Some(_) if outside => finding(base, head, "it finds its data only if etcd and the storage stay the same")
            .graded(Severity::Warning)
            .note(
                "what to check",
                "etcd's endpoints and rootPath, the bucket and its rootPath; the queue starts empty",
            ),
        Some(kind) => {
            let finding = finding(base, head, "its data does not move by itself");
            let finding = finding.note("what differs", differences(base, head));
            let finding = match kind {
                Move::Renamed => finding.note("why", "the names of volumes and services begin with the release's"),
                _ => super::with_edge(finding, case.facts, What::Tool),
            };
            finding
                .note("the way", "install it beside the old one, move the data by backup and restore, then switch over")
        }
    };
    // Without both names it was told by its place.
    let named = base.id.name.is_some() && base.id.name == head.id.name && base.id.namespace == head.id.namespace;
    vec![if named { finding } else { finding.sure(Confidence::Likely) }]
}

fn finding(base: &Deployment, head: &Deployment, what: &str) -> Finding {
    let (from, to) = (base.surface.prose(), head.surface.prose());
    Finding::new(head.at, format!("this Milvus moves from {from} to {to}; {what}"))
        .here("after")
        .label(base.at, format!("before: {}", base.id))
}

/// From the operator's first interface to its second.
fn converted(base: &Deployment, head: &Deployment) -> Finding {
    let finding = Finding::new(head.at, "this Milvus moves from the operator's first interface to its second")
        .here("after")
        .label(base.at, "before: v1alpha1")
        .graded(Severity::Warning);
    match base.surface {
        Surface::MilvusClusterResource => {
            finding.note("what to check", "a MilvusCluster that stays in the cluster writes its own spec over this one")
        }
        _ => finding.note(
            "what to check",
            "the conversion made the image that of one component, which a new spec.components.image does not move",
        ),
    }
}

/// The same chart in another wrapper.
fn rewrapped(base: &Deployment, head: &Deployment) -> Finding {
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let known = same(&base.id.name, &head.id.name) && same(&base.id.namespace, &head.id.namespace);
    let rendered = base.ground.rendered || head.ground.rendered;
    let note = match rendered {
        true => "Helm takes over what somebody else applied only if its labels and annotations say so",
        false => "whoever installed it before must let go of it without removing it",
    };
    finding(base, head, "it keeps its chart")
        .graded(if known && !rendered { Severity::Info } else { Severity::Warning })
        .note("what to check", "the release keeps its name and namespace: the volumes are named after it")
        .note("note", note)
}

/// What the two installations do not have in common.
fn differences(base: &Deployment, head: &Deployment) -> String {
    let named = |end: &Deployment| match (&end.id.namespace, &end.id.name) {
        (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
        (_, name) => name.clone().unwrap_or_else(|| "no name".to_string()),
    };
    let word = |text: Option<&'static str>| text.unwrap_or("unknown").to_string();
    let mode = |end: &Deployment| word(end.mode.value().map(|mode| mode.as_str()));
    let queue = |end: &Deployment| word(end.queue.value().map(|queue| queue.as_str()));
    let pairs =
        [("", named(base), named(head)), ("mode ", mode(base), mode(head)), ("queue ", queue(base), queue(head))];
    let differ = pairs.into_iter().filter(|(_, before, after)| before != after);
    differ.map(|(what, before, after)| format!("{what}{before} → {after}")).collect::<Vec<_>>().join(", ")
}

/// One that is new, where several are gone.
fn perhaps(head: &Deployment, gone: &[&Deployment]) -> Finding {
    let message = match gone.len() {
        1 => "this may be a Milvus that is gone elsewhere, and so may another new one".to_string(),
        count => format!("this may be one of {count} Milvus that are gone elsewhere; which one is not known"),
    };
    let finding = Finding::new(head.at, message).graded(Severity::Info).sure(Confidence::Likely).here("new");
    let finding = gone.iter().take(3).fold(finding, |finding, one| finding.label(one.at, format!("gone: {}", one.id)));
    finding.note("what happens", "no data moves by itself, and no change of version was judged")
}
