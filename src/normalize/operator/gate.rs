//! The version by which the operator decides what to run: not always the version that runs.
//!
//! What it cannot read counts as older than anything, a branch build as newer.
//! Source: zilliztech/milvus-operator@a6dcc6386adf apis/milvus.io/v1beta1/milvus_types.go.

use super::super::Reader;
use crate::model::{Field, Image, Version};

/// The operator's idea of the Milvus version; `None` when nothing is known of the image, or a template stands there.
pub(super) fn gate(reader: &Reader, image: &Field<Image>) -> Option<Version> {
    if let Some(told) = reader.text(&["spec", "components", "version"]) {
        return told.written_value().map(|text| tolerant(text).unwrap_or(OLDEST));
    }
    let image = image.value()?;
    if image.text.contains(['$', '{']) {
        return image.version().cloned();
    }
    let tag = image.text.rsplit(':').next().unwrap_or_default();
    if tag.starts_with("master-") {
        return Some(Version::new(u64::MAX, 0, 0));
    }
    Some(tolerant(tag).unwrap_or(OLDEST))
}

const OLDEST: Version = Version::new(0, 0, 0);

/// Reads a version the way the operator's library does: one lower-case `v`, missing parts are zeros, and zeros in front
/// do no harm; but a suffix needs all three parts.
/// Source: blang/semver@1b8e20dc v4/semver.go, ParseTolerant.
pub(super) fn tolerant(text: &str) -> Option<Version> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts: Vec<String> = text.splitn(3, '.').map(without_zeros).collect();
    if parts.len() < 3 {
        if text.contains(['-', '+']) {
            return None;
        }
        parts.resize(3, "0".to_string());
    }
    Version::parse(&parts.join(".")).filter(|_| !parts[0].starts_with('v'))
}

fn without_zeros(part: &str) -> String {
    let rest = part.trim_start_matches('0');
    let zero = rest.is_empty() || !rest.starts_with(|c: char| c.is_ascii_digit());
    if zero && rest.len() < part.len() { format!("0{rest}") } else { rest.to_string() }
}
