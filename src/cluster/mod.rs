//! A cluster that really runs: reading it, and (only when asked) writing to it.
//!
//! Takes how to reach an API server; gives what runs there as texts that the one judgement understands. This is the only async code of
//! the project and the only user of the Kubernetes client. It does not know what a rule is, and nothing that it does not need of
//! what it reads (the values of a Helm release, a Secret's data) is kept or shown.

mod act;
pub mod apply;
mod connect;
mod failure;
pub mod journal;
pub mod moment;
pub mod rivals;
mod schema;
mod session;
pub mod settle;

pub use connect::{Cluster, Options, block_on};
pub use failure::{Failure, Kind};
pub use session::Session;
