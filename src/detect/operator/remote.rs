//! Manifests of the operator by their address, as a kustomization takes them.
//!
//! Takes a map that may be a kustomization; gives each address of the operator's repository among its resources, with the
//! version that the reference in it names. Nothing is fetched.

use super::{NAME, Operator, Release, is_operator, release_of_image};
use crate::model::Version;
use crate::source::Span;
use crate::yaml::Node;

/// The operator's manifests among the resources of a kustomization.
pub(super) fn resources(node: &Node, path: &str) -> Vec<Operator> {
    let lists = ["resources", "bases"].into_iter().filter_map(|key| node.get(key));
    let items = lists.flat_map(Node::items).filter_map(|item| Some((item, reference(item.raw_text()?)?)));
    let mut found: Vec<Operator> = items
        .map(|(item, reference)| Operator {
            path: path.to_string(),
            at: item.at,
            version: release_of_reference(&reference),
            webhook: None,
        })
        .collect();
    if let Some((at, version)) = image(node) {
        for operator in &mut found {
            (operator.at, operator.version) = (at, version.clone());
        }
    }
    found
}

/// The image that `images:` puts in the place of the manifests' own.
fn image(node: &Node) -> Option<(Span, Release)> {
    let own = |item: &&Node| item.get("name").and_then(Node::raw_text).is_some_and(is_operator);
    let tag = node.get("images")?.items().iter().find(own)?.get("newTag")?;
    Some((tag.at, release_of_image(&format!("{NAME}:{}", tag.raw_text()?))))
}

/// The branch, tag or commit that an address names; `None` for every address but of the operator's manifests.
fn reference(address: &str) -> Option<String> {
    let (_, rest) = address.split_once(&format!("/{NAME}"))?;
    let known = ["github.com", "githubusercontent.com"].iter().any(|host| address.contains(host));
    if !known || !rest.is_empty() && !rest.starts_with(['/', '.', '?']) {
        return None;
    }
    if let Some((_, query)) = rest.split_once('?') {
        let asked = query.split('&').find_map(|part| part.strip_prefix("ref=").or(part.strip_prefix("version=")));
        return Some(asked.unwrap_or("HEAD").to_string());
    }
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    let raw = address.contains("raw.githubusercontent.com");
    Some(match parts[..] {
        ["refs", "heads" | "tags", name, ..] if raw => name.to_string(),
        ["releases", "download", tag, ..] | ["raw" | "blob" | "tree", tag, ..] => tag.to_string(),
        [tag, ..] if raw => tag.to_string(),
        _ => "HEAD".to_string(),
    })
}

/// A tag of the operator's repository is a version of the operator; a branch moves, and a commit says nothing.
pub(super) fn release_of_reference(reference: &str) -> Release {
    let name = reference.trim_start_matches("refs/tags/");
    // The chart's releases are tagged with its name.
    let plain = name.strip_prefix(&format!("{NAME}-")).unwrap_or(name);
    let is_commit = plain.len() >= 7 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    match Version::parse(plain.strip_prefix('v').unwrap_or(plain)) {
        Some(version) => Release::Fixed(version),
        None if super::is_open(plain) => Release::Unread(format!("the operator's version `{plain}` is not resolved")),
        None if is_commit => Release::Unread(format!("the operator is of the commit {plain}, which names no version")),
        None if plain == "HEAD" => Release::Floating("its address names no version".to_string()),
        None => Release::Floating(format!("its address names `{plain}`, which moves")),
    }
}
