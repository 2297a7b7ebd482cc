//! Gives the program the commit that it was built from: `MILVUS_LINT_COMMIT`, empty where nobody knows it.
//!
//! It takes the environment, what Cargo wrote into a packaged crate, or Git, in this order; it needs none of them, and the same
//! source gives the same bytes. A build for development has no commit: each would be compiled anew.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=MILVUS_LINT_COMMIT");
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = Path::new(&root);
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let told = std::env::var("MILVUS_LINT_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = told.or_else(|| packaged(root)).or_else(|| release.then(|| checked_out(root)).flatten());
    let known = commit.filter(|commit| commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
    println!("cargo::rustc-env=MILVUS_LINT_COMMIT={}", known.unwrap_or_default());
}

/// What `cargo package` notes beside the sources.
fn packaged(root: &Path) -> Option<String> {
    let text = std::fs::read_to_string(root.join(".cargo_vcs_info.json")).ok()?;
    let (_, rest) = text.split_once("\"sha1\"")?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// The commit of this clone, and of no repository around it.
fn checked_out(root: &Path) -> Option<String> {
    if !root.join(".git").exists() {
        return None;
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        output.status.success().then_some(text)
    };
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--path-format=absolute", "--git-path", name])
            && Path::new(&path).exists()
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "HEAD"])
}
