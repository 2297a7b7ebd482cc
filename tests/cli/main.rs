//! The binary, run as a user runs it.

mod changes;
mod commands;
mod repository;
