//! The binary, run as a user runs it.
#![allow(clippy::unwrap_used)]

// clippy.toml allows it in tests, but not in the functions that they share.
#![allow(clippy::unwrap_used)]

mod changes;
mod commands;
mod repository;
