//! The same image with another release as its tag.

use crate::model::{Image, Tag};

/// Writes a release as the tag of an image the way the old tag was written: with or without `v`, the build's name kept, and
/// inside the variable's default where that is what says the release.
pub fn retagged(image: &Image, version: &str) -> String {
    if let Tag::Assumed(old, _) = &image.tag
        && let Some(at) = image.text.find(&old.to_string())
    {
        let (before, after) = (&image.text[..at], &image.text[at + old.to_string().len()..]);
        return format!("{before}{version}{after}");
    }
    let tag = image.tag_text();
    let v =
        if tag.is_empty() || tag.starts_with('v') || !tag.starts_with(|c: char| c.is_ascii_digit()) { "v" } else { "" };
    let variant = match &image.tag {
        Tag::Release(old) => old.variant.as_deref().filter(|variant| variant.split('-').all(is_build_kind)),
        _ => None,
    };
    let variant = variant.map(|variant| format!("-{variant}")).unwrap_or_default();
    format!("{}:{v}{version}{variant}", image.repository)
}

/// Whether a part of a build's name says what kind of build it is, so that other releases have it too.
fn is_build_kind(part: &str) -> bool {
    matches!(part, "gpu" | "cpu" | "arm64" | "amd64" | "debug")
}
