//! A cluster that really runs: reading it, and (only when asked) writing to it.
//!
//! Takes how to reach an API server; gives what runs there as texts that the one judgement understands. This is the only async code of
//! the project and the only user of the Kubernetes client. It does not know what a rule is, and nothing that it does not need of
//! what it reads (the values of a Helm release, a Secret's data) is kept or shown.
//!
//! Two ways lead through it. `read` and `texts` look once, for the judgement. `apply` is a machine without I/O that carries a plan out;
//! `moment` is what it sees, `settle` what it makes of that, `journal` what it writes down, and `act` does what it commands.

mod act;
pub mod apply;
mod connect;
mod desired;
mod door;
mod event;
mod failure;
mod helm;
mod hide;
pub mod journal;
mod kept;
pub mod moment;
mod owner;
mod read;
pub mod rivals;
mod role;
mod schema;
mod seen;
mod session;
pub mod settle;
mod texts;
mod write;

pub use connect::{Cluster, Options, block_on};
pub use desired::{application, with_image};
pub use door::{application_of, look, tell, when_terminated};
pub use failure::{Failure, Kind};
pub use owner::owners;
pub use read::{read, read_more};
pub use role::role;
pub use seen::{Asked, Habits, Owner, Seen};
pub use session::Session;
pub use texts::Live;
