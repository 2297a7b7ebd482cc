//! What is tried against a real API server. Without one every test says so in a line and passes.
//!
//! `tests/live/up.sh` starts one on loopback; `MILVUS_LINT_KUBECONFIG` names its kubeconfig.

mod cluster;
mod gate;
mod reading;
