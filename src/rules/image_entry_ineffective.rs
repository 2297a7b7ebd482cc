//! An entry of `images` in a kustomization that names the image of a Milvus resource, which kustomize does not look for.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Astray;

/// The rule.
pub const RULE: Rule = Rule {
    id: "image-entry-ineffective",
    severity: Severity::Warning,
    confidence: Confidence::Hint,
    summary: "`images` of a kustomization that does not reach the image of a Milvus resource",
    scope: Scope::State,
    page: include_str!("image_entry_ineffective.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(reference) = case.astray(Astray::NoEffect) else { return Vec::new() };
    let message = format!("`images` does not reach the image `{}` of a Milvus resource", reference.path);
    let finding = Finding::new(reference.at, message)
        .here("changes nothing")
        .note("why", "kustomize looks for images in containers, and spec.components.image is none")
        .note("what happens", "the Milvus keeps the image that its resource names")
        .note("instead", "patch spec.components.image, or name that path under `images` in a file of `configurations`");
    vec![finding]
}
