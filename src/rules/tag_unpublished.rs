//! A tag of the upstream image without its `v`.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Dialect, Tree};

/// The rule.
pub const RULE: Rule = Rule {
    id: "tag-unpublished",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a tag of the upstream image without its `v`",
    scope: Scope::State,
    page: include_str!("tag_unpublished.md"),
    check,
};

/// The image that the project publishes, as the ways to write its registry leave it.
const UPSTREAM: [&str; 3] = ["milvusdb/milvus", "docker.io/milvusdb/milvus", "index.docker.io/milvusdb/milvus"];

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(image) = head.image.written_value().filter(|image| UPSTREAM.contains(&image.repository.as_str())) else {
        return Vec::new();
    };
    // A chart of one's own may put the `v` before what the values say; the Milvus chart and its forks differ in the key.
    let renders = head.dialect != Dialect::Chart || head.settings.below(Tree::Values, "image.all").is_some();
    let tag = image.tag_text();
    let plain = tag.strip_suffix("-gpu").unwrap_or(tag);
    let numbers = plain.split('.').count() == 3 && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !renders || head.ground.fork || image.digest.is_some() || !numbers || image.version().is_none() {
        return Vec::new();
    }
    let finding = Finding::new(head.image.at, format!("`{tag}` is no tag that the project publishes"))
        .note("why", "every release is tagged with a `v` before its number")
        .note(
            "what happens",
            "the image is not found, unless somebody put one of that name there; the pods do not start",
        )
        .note("instead", format!("v{tag}"));
    vec![finding]
}
