//! A Milvus that goes, and what it takes with it.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Deployment, Dialect, Queue, Setting, Transition, Tree, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    id: "data-deleted",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a Milvus goes and takes its data with it",
    scope: Scope::Change,
    page: include_str!("data_deleted.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::Transition(transition) = case.event else { return Vec::new() };
    if let Transition::Deleted(gone) = transition {
        return vec![deleted(gone)];
    }
    transition.head().map(|head| doomed(head).into_iter().map(warned).collect()).unwrap_or_default()
}

fn deleted(gone: &Deployment) -> Finding {
    let doomed = doomed(gone);
    let Some((last, _)) = doomed.last() else {
        return Finding::new(gone.at, "this Milvus is gone; whatever prunes will delete it")
            .graded(Severity::Info)
            .sure(Confidence::Hint)
            .here("before")
            .note("what to check", "whether Argo CD or Flux prunes, and which volumes stay behind");
    };
    let what = super::listed(&doomed.iter().map(|(_, what)| *what).collect::<Vec<_>>());
    let finding = Finding::new(last.at, format!("this Milvus is gone, and its deletion deletes the volumes of {what}"))
        .here("before")
        .note("why", "deletionPolicy: Delete with pvcDeletion: true removes what it depends on, and the volumes, with the Milvus")
        .note("what happens", "once the resource is deleted, by pruning or by hand, the data is gone and nothing brings it back")
        .note("instead", "first set deletionPolicy: Retain and pvcDeletion: false in a change of its own, and wait until it is applied");
    doomed.iter().rev().skip(1).fold(finding, |finding, (setting, what)| finding.label(setting.at, *what))
}

/// What a Milvus that stays says about the day when it goes.
fn warned((setting, what): (&Setting, &'static str)) -> Finding {
    Finding::new(setting.at, format!("whoever deletes this Milvus deletes the volumes of {what}"))
        .graded(Severity::Info)
        .sure(Confidence::Hint)
        .note("why", "upgrades by deleting and creating anew, and pruning by mistake, become a loss of data")
        .note("instead", "pvcDeletion: false, unless it is a Milvus that may be lost")
}

/// The `pvcDeletion` that is in force, with what it deletes.
fn doomed(milvus: &Deployment) -> Vec<(&Setting, &'static str)> {
    if milvus.dialect != Dialect::Operator {
        return Vec::new();
    }
    let at = |key: &str| -> Option<&Setting> {
        milvus.settings.all.iter().find(|setting| setting.tree == Tree::Resource && setting.dotted() == key)
    };
    let says = |key: String, want: &str| at(&key).is_some_and(|setting| setting.worth == Worth::Text(want.to_string()));
    let queue = milvus.queue.value();
    // The operator asks only for the queue that is in use.
    let parts = [
        ("etcd", "etcd (the metadata)", true),
        ("storage", "the object storage (the data)", true),
        ("pulsar", "the message queue", queue == Some(&Queue::Pulsar)),
        ("kafka", "the message queue", queue == Some(&Queue::Kafka)),
    ];
    let beside = parts.into_iter().filter(|(_, _, used)| *used).filter_map(|(part, what, _)| {
        let of = |key: &str| format!("spec.dependencies.{part}.{key}");
        let deletes = says(of("inCluster.deletionPolicy"), "Delete")
            && says(of("inCluster.pvcDeletion"), "true")
            && !says(of("external"), "true");
        deletes.then(|| at(&of("inCluster.pvcDeletion"))).flatten().map(|setting| (setting, what))
    });
    let built_in = [("rocksmq", Queue::RocksMq), ("natsmq", Queue::NatsMq), ("woodpecker", Queue::Woodpecker)];
    let inside = built_in.into_iter().filter(|(_, kind)| queue == Some(kind)).filter_map(|(part, _)| {
        let of = |key: &str| format!("spec.dependencies.{part}.persistence.{key}");
        let deletes = says(of("enabled"), "true") && says(of("pvcDeletion"), "true");
        deletes.then(|| at(&of("pvcDeletion"))).flatten().map(|setting| (setting, "Milvus itself (the queue)"))
    });
    beside.chain(inside).collect()
}
