//! The binary, run as a user runs it.
#![allow(clippy::unwrap_used)]

mod changes;
mod commands;
mod repository;
mod runbooks;
