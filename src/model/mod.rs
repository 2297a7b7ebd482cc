//! The one model: what a Milvus is and how it changes, whatever it was written in.
//!
//! Dialects build it, `pair` compares it, rules judge it. It knows places, and neither YAML nor facts.

mod constraint;
mod deployment;
mod field;
mod reference;
mod runbook;
mod running;
mod setting;
mod tag;
mod transition;
mod version;
mod workload;
mod written;

pub use constraint::Constraint;
pub use deployment::{
    Component, CoordinatorLayout, Deployment, Dialect, Fed, Ground, Identity, Migration, Mode, Oddity, Operation,
    Queue, Surface, Unfound, Verbatim,
};
pub use field::{Field, Said};
pub use reference::{Astray, Reference};
pub use runbook::{Act, Opt, Runbook, Step, Writing};
pub use running::{Pods, Running, Sight, Unseen};
pub use setting::{HIDDEN, Setting, Settings, Tree, Worth, keys};
pub use tag::{Image, Tag};
pub use transition::{Move, QueueChange, Subject, Transition, is_apart, moved, only_operator, queue_change};
pub use version::{Bound, Range, Version};
pub use workload::{Strategy, Workload};
pub use written::{Key, Reader, Shape, Written};
