//! Tests against a real Kubernetes. They need the rig of this folder: `tests/live/run.sh` starts it, runs them and stops it.
//!
//! Without `MILVUS_LINT_KUBECONFIG` there is no cluster; then each says so and passes, so that `cargo test` needs no Go.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used)]

mod carry;
mod crds;
mod faults;
mod gate;
mod lies;
mod migrations;
mod policy;
mod reading;
mod rig;
mod rights;
mod rollouts;
mod space;
mod stand_in;
mod support;
