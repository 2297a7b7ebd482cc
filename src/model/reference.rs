//! A reference from one file to another that leads nowhere.
//!
//! Plain data: what is written, where it stands, and what is wrong with it.

use crate::source::Span;

/// A path that somebody wrote to bring another file in, and that does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it is written.
    pub at: Span,
    /// As it is written.
    pub path: String,
    pub fault: Astray,
}

/// What is wrong with a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Astray {
    /// Nothing is there.
    Missing,
    /// It leads out of the repository, directly or through a link.
    Outside,
    /// It leads back to where it began.
    Cycle,
    /// It names something of a Milvus in a way that reaches none.
    NoEffect,
}
