//! What happens to a Milvus between two states.

use super::{Deployment, Dialect, Field, Identity, Migration, Oddity, Queue, Surface, Version, Written};
use crate::source::Span;

/// What happens to one Milvus.
#[derive(Clone, Debug)]
pub enum Transition {
    /// It is only there now.
    Created(Deployment),
    /// It was there before, and nothing that is known of it differs.
    Unchanged(Deployment),
    /// It was there before, and keys differ that the verdict does not hang on.
    Adjusted { base: Box<Deployment>, head: Box<Deployment> },
    /// It was there before, and something differs. `migration` is the MilvusUpgrade that names it and was
    /// there before: one that comes in the same change does not make the new image wait for it.
    Changed { base: Box<Deployment>, head: Box<Deployment>, migration: Option<Box<Migration>> },
    /// It is gone.
    Deleted(Deployment),
    /// A MilvusUpgrade, with the Milvus that it names if that is in the repository.
    Ordered { migration: Box<Migration>, milvus: Option<Box<Deployment>>, changed: bool },
    /// A MilvusUpgrade that is gone, while the Milvus that it names is not; `milvus` is that one as it is now.
    Withdrawn { migration: Box<Migration>, milvus: Option<Box<Deployment>> },
}

/// What a rule judges by itself: a Milvus or a MilvusUpgrade as it stands now.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    Deployment(&'a Deployment),
    Migration(&'a Migration),
}

impl<'a> Subject<'a> {
    /// What stands in its text and is no value.
    pub fn oddities(self) -> &'a [Oddity] {
        match self {
            Subject::Deployment(deployment) => &deployment.oddities,
            Subject::Migration(migration) => &migration.oddities,
        }
    }

    /// Every key that is written for it, one list for each text.
    pub fn keys(self) -> &'a [Written] {
        match self {
            Subject::Deployment(deployment) => &deployment.keys,
            Subject::Migration(migration) => &migration.keys,
        }
    }

    /// The operator that takes care of it.
    pub fn operator(self) -> &'a Field<Version> {
        match self {
            Subject::Deployment(deployment) => &deployment.operator,
            Subject::Migration(migration) => &migration.operator,
        }
    }
}

/// Whether a change keeps the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueChange {
    Kept,
    Changed {
        from: Queue,
        to: Queue,
    },
    /// It cannot be known; nothing is said where the same thing is unknown on both sides.
    Unknown,
}

/// Whether the queue that wins is the same on both sides of a change. A default of a chart whose version nobody names is only
/// as good as the guess which chart it is, so two such defaults that differ are unknown.
pub fn queue_change(base: &Deployment, head: &Deployment) -> QueueChange {
    let guessed = |end: &Deployment| end.dialect == Dialect::Chart && end.chart.is_unknown() && end.queue.is_default();
    match (base.queue.value(), head.queue.value()) {
        (Some(from), Some(to)) if from == to => QueueChange::Kept,
        (Some(_), Some(_)) if guessed(base) || guessed(head) => QueueChange::Unknown,
        (Some(from), Some(to)) => QueueChange::Changed { from: *from, to: *to },
        _ if base.queue.said == head.queue.said => QueueChange::Kept,
        // Whatever the head's default is: the queue that runs stands above it.
        (Some(_), None) if base.ground.queue_pinned => QueueChange::Kept,
        _ => QueueChange::Unknown,
    }
}

/// What another container means for what a Milvus holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The same chart in another wrapper: as long as release and namespace stay, so does everything else.
    Rewrapped,
    /// The same chart in another wrapper, and another release or namespace: another installation.
    Renamed,
    /// Another tool: another installation.
    Reinstalled,
    /// From the operator's first interface to its second: the same objects.
    Converted,
}

/// How a change moves a Milvus to another container; `None` when it stays in its own.
pub fn moved(base: &Deployment, head: &Deployment) -> Option<Move> {
    let differ = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
    let is_chart = |end: &Deployment| end.dialect == Dialect::Chart || end.ground.rendered;
    match (base.dialect, head.dialect) {
        (Dialect::Operator, Dialect::Operator) => {
            (base.api_version == "v1alpha1" && head.api_version == "v1beta1").then_some(Move::Converted)
        }
        _ if base.surface == head.surface => None,
        _ if is_chart(base) && is_chart(head) => {
            // The name of a dependency, or of a workload, is not the release's.
            let named = |end: &Deployment| end.dialect == Dialect::Chart && end.surface != Surface::Umbrella;
            let renamed = named(base) && named(head) && differ(&base.id.name, &head.id.name);
            let elsewhere = differ(&base.id.namespace, &head.id.namespace);
            Some(if renamed || elsewhere { Move::Renamed } else { Move::Rewrapped })
        }
        _ => Some(Move::Reinstalled),
    }
}

/// Whether nothing but the operator changes. What it once filled in stands in the cluster and stays; its new defaults hold for
/// a Milvus that is created anew.
pub fn only_operator(base: &Deployment, head: &Deployment) -> bool {
    base.dialect == Dialect::Operator
        && head.dialect == Dialect::Operator
        && base.image.value() == head.image.value()
        && base.version.value() == head.version.value()
        && base.operator.value() != head.operator.value()
}

/// Whether a change makes another installation, so that nothing of the old one is at hand.
pub fn is_apart(base: &Deployment, head: &Deployment) -> bool {
    matches!(moved(base, head), Some(Move::Renamed | Move::Reinstalled))
}

impl Transition {
    /// The Milvus as it will be; `None` when it is gone or when this is an order to migrate.
    pub fn head(&self) -> Option<&Deployment> {
        match self {
            Transition::Created(head) | Transition::Unchanged(head) => Some(head),
            Transition::Changed { head, .. } | Transition::Adjusted { head, .. } => Some(head),
            Transition::Deleted(_) | Transition::Ordered { .. } | Transition::Withdrawn { .. } => None,
        }
    }

    /// What stands in the repository now.
    pub fn subject(&self) -> Option<Subject<'_>> {
        match self {
            Transition::Ordered { migration, .. } => Some(Subject::Migration(migration)),
            _ => self.head().map(Subject::Deployment),
        }
    }

    /// Both ends of a change.
    pub fn change(&self) -> Option<(&Deployment, &Deployment)> {
        match self {
            Transition::Changed { base, head, .. } => Some((base, head)),
            _ => None,
        }
    }

    /// Both ends, where it was there before and any key of it differs.
    pub fn both(&self) -> Option<(&Deployment, &Deployment)> {
        match self {
            Transition::Changed { base, head, .. } | Transition::Adjusted { base, head } => Some((base, head)),
            _ => None,
        }
    }

    /// Where it begins: in the head, or in the base when it is gone.
    pub fn at(&self) -> Span {
        match self {
            Transition::Created(deployment) | Transition::Unchanged(deployment) | Transition::Deleted(deployment) => {
                deployment.at
            }
            Transition::Changed { head, .. } | Transition::Adjusted { head, .. } => head.at,
            Transition::Ordered { migration, .. } | Transition::Withdrawn { migration, .. } => migration.at,
        }
    }

    /// Whose transition it is.
    pub fn id(&self) -> &Identity {
        match self {
            Transition::Created(deployment) | Transition::Unchanged(deployment) | Transition::Deleted(deployment) => {
                &deployment.id
            }
            Transition::Changed { head, .. } | Transition::Adjusted { head, .. } => &head.id,
            Transition::Ordered { migration, .. } | Transition::Withdrawn { migration, .. } => &migration.id,
        }
    }
}
