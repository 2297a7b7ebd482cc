//! Values to characters: takes text and how it must be read, gives the way to write it that Kubernetes reads so.

use super::Style;
use super::expect::Tree;
use super::scalar::{Typed, resolve};

/// Where something is to be written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Between brackets.
    pub flow: bool,
    /// Between brackets, and the keys around are all in double quotes.
    pub json: bool,
}

/// A scalar. `string`: it must be read as a string. `style`: how the value it replaces was written.
pub(super) fn scalar(value: &str, string: bool, style: Option<Style>, place: Place) -> String {
    let typed = resolve(value);
    let plain = fits_plain(value, place.flow);
    if place.json {
        let bare =
            !string && (matches!(value, "true" | "false" | "null") || (typed == Typed::Number && is_json(value)));
        return if bare { value.to_owned() } else { double(value) };
    }
    if !string && plain && typed != Typed::String {
        return value.to_owned();
    }
    match style {
        Some(Style::Single) if fits_single(value) => single(value),
        Some(Style::Single | Style::Double) => double(value),
        _ if plain && typed == Typed::String => value.to_owned(),
        _ => double(value),
    }
}

/// What a value is read as after [`scalar`] wrote it outside of JSON.
pub(super) fn read_back(value: &str, string: bool) -> Tree {
    match resolve(value) {
        Typed::Null if !string && fits_plain(value, false) => Tree::Null,
        Typed::Bool(_) | Typed::Number if !string => Tree::scalar(value, false),
        _ => Tree::scalar(value, true),
    }
}

/// A key.
pub(super) fn key(key: &str, place: Place) -> String {
    scalar(key, true, None, place)
}

/// A whole value on one line, between brackets; `None` if it holds aliases or templates.
pub(super) fn flow(tree: &Tree, place: Place) -> Option<String> {
    let place = Place { flow: true, ..place };
    Some(match tree {
        Tree::Null => "null".to_owned(),
        Tree::Scalar { templated: true, .. } | Tree::Alias(_) => return None,
        Tree::Scalar { text, string, .. } => scalar(text, *string, None, place),
        Tree::Map(entries) => {
            let entries: Option<Vec<String>> = entries
                .iter()
                .map(|(name, value)| match name {
                    Tree::Scalar { text, templated: false, .. } => {
                        Some(format!("{}: {}", key(text, place), flow(value, place)?))
                    }
                    _ => None,
                })
                .collect();
            format!("{{{}}}", entries?.join(", "))
        }
        Tree::Seq(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| flow(item, place)).collect();
            format!("[{}]", items?.join(", "))
        }
    })
}

fn fits_plain(value: &str, flow: bool) -> bool {
    let first = value.chars().next();
    let last = value.chars().next_back();
    let opens = |c: char| "-?:,[]{}#&*!|>'\"%@`".contains(c);
    // A dash may begin a number or a word, but not stand alone.
    let dash_fits = value.starts_with('-') && value.as_bytes().get(1).is_some_and(u8::is_ascii_alphanumeric);
    !value.is_empty()
        && (dash_fits || !first.is_some_and(opens))
        && !first.is_some_and(char::is_whitespace)
        && !last.is_some_and(|c| c.is_whitespace() || c == ':')
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.contains("{{")
        && !value.contains("{%")
        && !value.chars().any(is_special)
        && !(flow && value.contains([',', '[', ']', '{', '}']))
        && value != "<<"
        && !value.starts_with("...")
}

fn is_json(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.matches('.').count() <= 1
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && (digits == "0" || digits.starts_with("0.") || !digits.starts_with('0'))
}

fn is_special(c: char) -> bool {
    c.is_control() || matches!(c, '\u{feff}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

fn fits_single(value: &str) -> bool {
    !value.chars().any(is_special)
}

fn single(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn double(value: &str) -> String {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_special(c) => quoted.push_str(&format!("\\u{:04X}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
