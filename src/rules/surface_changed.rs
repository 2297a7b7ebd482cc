//! A Milvus moves to another container or tool.

use super::{Case, Event, Rule, Scope};
use crate::facts::What;
use crate::finding::{Finding, Severity};
use crate::model::{Deployment, Move, moved};

/// The rule.
pub const RULE: Rule = Rule {
    id: "surface-changed",
    severity: Severity::Error,
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
    let Some(kind) = moved(base, head) else { return Vec::new() };
    let way = format!("moves from {} to {}", base.surface.prose(), head.surface.prose());
    let finding = |says: String| {
        Finding::new(head.at, format!("this Milvus {says}"))
            .here("after")
            .label(base.at, format!("before: {}", base.id))
    };
    vec![match kind {
        Move::Converted => finding("moves from the operator's first interface to its second".to_string())
            .graded(Severity::Warning)
            .note("what to check", "a MilvusCluster that stays in the cluster writes its own spec over this one")
            .note(
                "note",
                "the image of a v1alpha1 Milvus becomes that of one component, which later updates do not move",
            ),
        Move::Rewrapped => rewrapped(finding(format!("{way}, and keeps its chart")), base, head),
        Move::Renamed | Move::Reinstalled if base.ground.stores_outside && head.ground.stores_outside => {
            finding(format!("{way}; it finds its data only where etcd and storage stay the same"))
                .graded(Severity::Warning)
                .note(
                    "what to check",
                    "etcd's endpoints and rootPath, the bucket and its rootPath; the queue is another",
                )
        }
        Move::Renamed | Move::Reinstalled => {
            let finding = finding(format!("{way}; its data does not move by itself"));
            let finding = finding.note("what differs", differences(base, head));
            let finding = match kind {
                Move::Renamed => finding.note("why", "the names of its volumes and services begin with the release's"),
                _ => super::with_edge(finding, case.facts, What::Tool),
            };
            finding
                .note("the way", "install it beside the old one, move the data by backup and restore, then switch over")
        }
    }]
}

/// The same chart in another wrapper.
fn rewrapped(finding: Finding, base: &Deployment, head: &Deployment) -> Finding {
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let known = same(&base.id.name, &head.id.name) && same(&base.id.namespace, &head.id.namespace);
    let sure = known && !base.ground.rendered && !head.ground.rendered;
    let check = "release name and namespace stay what they are, since the volumes are named after the release";
    let finding = finding.graded(if sure { Severity::Info } else { Severity::Warning }).note("what to check", check);
    if base.ground.rendered || head.ground.rendered {
        return finding
            .note("note", "Helm takes over what somebody else applied only if its labels and annotations say so");
    }
    finding.note("note", "whoever installed it before must let go of it without removing it")
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
    let count = gone.len();
    let message = match count {
        1 => "this may be a Milvus that is gone elsewhere, and another new one may be it as well".to_string(),
        _ => format!("this may be one of {count} Milvus that are gone elsewhere; which one is not known"),
    };
    let finding = Finding::new(head.at, message).graded(Severity::Info).here("new");
    let finding = gone.iter().take(3).fold(finding, |finding, one| finding.label(one.at, format!("gone: {}", one.id)));
    finding.note("what happens", "no data moves by itself, and no change of version was judged")
}
