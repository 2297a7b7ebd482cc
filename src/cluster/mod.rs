//! The cluster.

pub mod apply;
pub mod seen;
pub mod settle;
