//! Another build of the release: GPU or processor changes.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Version;

/// The rule.
pub const RULE: Rule = Rule {
    id: "variant-changed",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "another build of the release: GPU or processor changes",
    scope: Scope::Change,
    page: include_str!("variant_changed.md"),
    check,
};

/// What of a build decides what it can do. Dates and hotfixes do not.
const KINDS: [&str; 3] = ["gpu", "arm64", "amd64"];

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change() else { return Vec::new() };
    let (Some(from), Some(to)) = (base.version.written_value(), head.version.written_value()) else {
        return Vec::new();
    };
    let (old, new) = (kinds(from), kinds(to));
    // Naming a processor that was not named before may be the same image.
    let gpu = |kinds: &[&str]| kinds.contains(&"gpu");
    let other_processor = old.iter().chain(&new).filter(|kind| **kind != "gpu").count() == 2 && old != new;
    if gpu(&old) == gpu(&new) && !other_processor {
        return Vec::new();
    }
    let name = |kinds: &[&str]| if kinds.is_empty() { "plain".to_string() } else { kinds.join("-") };
    let message = format!("the build changes from {} to {}", name(&old), name(&new));
    let finding = Finding::new(head.version.at, message)
        .label(base.version.at, "running now")
        .note("why", "GPU indexes exist in GPU builds only, and an image runs on its own processor only")
        .note("what happens", "collections with an index that the new build lacks cannot be loaded");
    vec![finding.note("instead", "keep the build, or rebuild such indexes before")]
}

fn kinds(version: &Version) -> Vec<&'static str> {
    let variant = version.variant.as_deref().unwrap_or_default();
    KINDS.into_iter().filter(|kind| variant.split(['-', '.']).any(|part| part == *kind)).collect()
}
