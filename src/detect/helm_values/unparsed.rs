//! A text that cannot be parsed: does it look like values of the Milvus chart all the same?
//!
//! Reads nothing but the keys at the start of lines and how far they are indented, so it is asked only where the parser
//! gave up: to say that something was not read, never what it says.

use super::shape::{ENOUGH, ENOUGH_BELOW_NAME, weight_of_key};

/// Whether the keys at the left, or those right below a key `milvus`, are those of the Milvus chart.
pub(in crate::detect) fn looks_like_values(text: &str) -> bool {
    let keys = text.lines().filter_map(key);
    let left: i32 = keys.filter(|(indent, _)| *indent == 0).map(|(_, key)| weight_of_key(key)).sum();
    left >= ENOUGH || below_name(text) >= ENOUGH_BELOW_NAME
}

/// The weight of the keys right below the heaviest key `milvus`.
fn below_name(text: &str) -> i32 {
    let mut most = 0;
    let mut this = 0;
    // How far `milvus` is indented, and its first child.
    let mut name: Option<usize> = None;
    let mut child = None;
    for (indent, key) in text.lines().filter_map(key) {
        match name {
            Some(outer) if indent > outer => {
                if indent == *child.get_or_insert(indent) {
                    this += weight_of_key(key);
                    most = most.max(this);
                }
            }
            _ => (name, child, this) = ((key == "milvus").then_some(indent), None, 0),
        }
    }
    most
}

/// The indentation and the key of a line that begins with one.
fn key(line: &str) -> Option<(usize, &str)> {
    let rest = line.trim_start_matches(' ');
    let (key, _) = rest.split_once(':')?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!key.is_empty() && key.bytes().all(is_word)).then_some((line.len() - rest.len(), key))
}
