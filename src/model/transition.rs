//! What happens to a Milvus between two states.

use super::{Deployment, Dialect, Identity, Migration, Oddity, Queue};
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
}

/// What a rule judges by itself: a Milvus or a MilvusUpgrade as it stands now.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    Deployment(&'a Deployment),
    Migration(&'a Migration),
}

impl Subject<'_> {
    /// What stands in its text and is no value.
    pub fn oddities(&self) -> &[Oddity] {
        match self {
            Subject::Deployment(deployment) => &deployment.oddities,
            Subject::Migration(migration) => &migration.oddities,
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
        _ => QueueChange::Unknown,
    }
}

impl Transition {
    /// The Milvus as it will be; `None` when it is gone or when this is an order to migrate.
    pub fn head(&self) -> Option<&Deployment> {
        match self {
            Transition::Created(head) | Transition::Unchanged(head) => Some(head),
            Transition::Changed { head, .. } | Transition::Adjusted { head, .. } => Some(head),
            Transition::Deleted(_) | Transition::Ordered { .. } => None,
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
            Transition::Ordered { migration, .. } => migration.at,
        }
    }

    /// Whose transition it is.
    pub fn id(&self) -> &Identity {
        match self {
            Transition::Created(deployment) | Transition::Unchanged(deployment) | Transition::Deleted(deployment) => {
                &deployment.id
            }
            Transition::Changed { head, .. } | Transition::Adjusted { head, .. } => &head.id,
            Transition::Ordered { migration, .. } => &migration.id,
        }
    }
}
