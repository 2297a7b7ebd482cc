//! The binary, run as a user runs it.
#![allow(clippy::unwrap_used)]

mod applications;
mod beginnings;
mod changes;
mod commands;
mod plan;
mod push;
mod references;
mod reports;
mod repository;
mod runbooks;
mod standpoint;
