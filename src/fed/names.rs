//! The names that a value hangs on: takes a Milvus and its texts, gives what would have to be known to know the value.
//!
//! Variables, paths into values, files and objects that are named and could not be read. What a name stands for is not known here.

use crate::detect::{Evidence, Layer};
use crate::model::{Deployment, Dialect, Field};
use crate::source::{Sources, Span};
use std::collections::BTreeSet;
use std::fmt;

/// Something that a file may say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// Keys below each other, or a variable.
    Keys(Vec<String>),
    /// A whole file, by its path or a pattern of it.
    File(String),
    /// An object of Kubernetes, whatever it holds.
    Object(String),
}

/// Names of which every repository has many.
const COMMON: &[&str] = &[
    "tag",
    "version",
    "image",
    "chart",
    "revision",
    "imagetag",
    "name",
    "env",
    "environment",
    "chartversion",
    "targetrevision",
    "appversion",
    "release",
    "namespace",
    "enabled",
    "mode",
    "type",
    "values",
    "milvus",
    "repository",
    "registry",
    "global",
    "config",
    "spec",
    "metadata",
    "labels",
    "annotations",
    "data",
    "app",
    "common",
];

impl Name {
    /// Whether the name alone says what is meant, wherever it stands.
    pub(super) fn tells_itself(&self) -> bool {
        match self {
            Name::Keys(keys) => {
                let common = |key: &String| COMMON.contains(&key.to_ascii_lowercase().replace(['_', '-'], "").as_str());
                keys.iter().any(|key| !common(key) || keys.len() > 1 && key == "milvus")
            }
            Name::File(path) => path.contains('/'),
            Name::Object(_) => true,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Keys(keys) => write!(f, "{}", keys.join(".")),
            Name::File(name) | Name::Object(name) => write!(f, "{name}"),
        }
    }
}

/// The names on which hangs what decides and is not known; none where everything is known.
pub(super) fn of(milvus: &Deployment, own: Option<&Evidence>, head: &Sources) -> BTreeSet<Name> {
    let mut open: Vec<Span> = Vec::new();
    fn add<T>(field: &Field<T>, open: &mut Vec<Span>) {
        open.extend(field.is_unknown().then_some(field.at));
    }
    add(&milvus.version, &mut open);
    add(&milvus.mode, &mut open);
    add(&milvus.queue, &mut open);
    let chart = own.and_then(|own| own.chart.as_ref());
    if milvus.dialect == Dialect::Chart && chart.is_some() {
        add(&milvus.chart, &mut open);
    }
    let mut names = BTreeSet::new();
    if open.is_empty() {
        return names;
    }
    for at in &open {
        in_text(text(head, *at), &mut names);
    }
    if let Some((_, written)) = chart.filter(|_| milvus.chart.is_unknown()) {
        in_text(written, &mut names);
    }
    for layer in own.into_iter().flat_map(|own| &own.layers.0) {
        of_layer(layer, head, &mut names);
    }
    followed(names, head)
}

/// What a layer hangs on that may say anything: values that are not here, and actions that add or hide keys.
fn of_layer(layer: &Layer, head: &Sources, names: &mut BTreeSet<Name>) {
    if layer.is_unseen() {
        let written = text(head, layer.node.at);
        in_text(written, names);
        named(written, names);
    }
    if layer.document.templated {
        let steers = ["if ", "else if", "with ", "range ", "toYaml", "include", "tpl "];
        for action in actions(text(head, layer.document.at)) {
            if steers.iter().any(|word| action.contains(word)) {
                in_action(action, names);
            }
        }
    }
}

/// A file or an object, as whoever asks for values names it.
fn named(written: &str, names: &mut BTreeSet<Name>) {
    // What a template prints may be anything.
    let written = &super::said::with_stars(written);
    let words = written.split(|c: char| c.is_whitespace() || "\"'`,()[]{}".contains(c));
    for word in words.filter(|word| word.len() > 3 && !word.contains("://")) {
        let last = word.rsplit('/').next().unwrap_or(word);
        let roots = ["path.", "var.", "local.", "each.", "terraform."];
        let says = |text: &str| text.chars().any(|c| c.is_ascii_alphanumeric());
        let is_path = last.rsplit_once('.').is_some_and(|(_, ending)| says(ending))
            && !roots.iter().any(|root| word.starts_with(root));
        if is_path && word.rsplit_once('.').is_some_and(|(stem, _)| says(stem)) {
            let path = word.trim_start_matches(['.', '/']);
            let path = path.strip_prefix('$').and_then(|path| path.split_once('/')).map_or(path, |(_, path)| path);
            let mut path = path;
            // Folders that are not known, or lead upwards, are no part of what a path ends in.
            while let Some(rest) = ["*/", "../", "./"].iter().find_map(|start| path.strip_prefix(start)) {
                path = rest;
            }
            names.insert(Name::File(path.to_string()));
        }
    }
    let mut rest = written.as_str();
    while let Some((_, after)) = rest.split_once("name:") {
        let name = after.split([',', '}', '\n']).next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        if !name.is_empty() && !name.contains(' ') {
            names.insert(Name::Object(name.to_string()));
        }
        rest = after;
    }
}

/// The names in an expression of any of the languages in which values are left open.
pub(super) fn in_text(written: &str, names: &mut BTreeSet<Name>) {
    for action in actions(written) {
        in_action(action, names);
    }
    let mut rest = written;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let inside = rest.strip_prefix(['{', '(']).unwrap_or(rest);
        if inside.trim_start().starts_with('.') {
            let action = inside.split('}').next().unwrap_or_default();
            in_action(action, names);
            continue;
        }
        let name: String = inside.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let whole = inside.get(name.len()..).is_none_or(|after| !after.starts_with('.'));
        if whole && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            names.insert(Name::Keys(vec![name]));
        }
    }
    for root in ["var.", "local.", "each.value."] {
        for (at, _) in written.match_indices(root) {
            let before = written[..at].chars().next_back();
            if before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '.') {
                let path: String = written[at + root.len()..]
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
                    .collect();
                add_keys(path.split('.'), names);
            }
        }
    }
    if ["file(", "templatefile("].iter().any(|call| written.contains(call)) {
        named(written, names);
    }
}

/// What stands between the braces of each action.
fn actions(written: &str) -> impl Iterator<Item = &str> {
    let mut rest = written;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once("{{")?;
        let (inside, after) = after.split_once("}}").unwrap_or((after, ""));
        rest = after;
        Some(inside)
    })
}

/// Words of a template that print nothing of anybody's values.
const WORDS: &[&str] = &[
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "include",
    "toYaml",
    "tpl",
    "default",
    "quote",
    "squote",
    "printf",
    "nindent",
    "indent",
    "lower",
    "upper",
    "trim",
    "trimPrefix",
    "trimSuffix",
    "replace",
    "and",
    "or",
    "not",
    "eq",
    "ne",
    "index",
    "get",
    "env",
    "requiredEnv",
    "dig",
    "hasKey",
    "pluck",
    "required",
    "coalesce",
    "ternary",
    "toString",
    "true",
    "false",
    "nil",
    "regexReplaceAll",
    "normalize",
    "int",
    "list",
    "dict",
    "lookup",
    "semverCompare",
    "empty",
    "fail",
    "readFile",
    "fromYaml",
];

fn in_action(action: &str, names: &mut BTreeSet<Name>) {
    let quoted: Vec<&str> = action.split('"').skip(1).step_by(2).collect();
    let plain: String = action.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let looks =
        ["index", "get", "env", "Env", "dig", "pluck", "hasKey", "readFile"].iter().any(|word| plain.contains(word));
    for word in quoted.into_iter().filter(|_| looks) {
        if word.contains('/') {
            named(word, names);
        } else if word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            add_keys(std::iter::once(word), names);
        }
    }
    let words = plain.split(|c: char| c.is_whitespace() || matches!(c, '|' | '(' | ')' | ',' | '-' | '=' | ':'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let dotted = words.iter().any(|word| word.starts_with('.') || word.starts_with("$."));
    for word in words.iter().filter(|word| word.chars().any(|c| c.is_ascii_alphabetic())) {
        let path = word.trim_start_matches('$');
        let is_path = path.starts_with('.') || !dotted && !WORDS.contains(&path) && !word.starts_with('$');
        if is_path && path.chars().all(|c| c.is_ascii_alphanumeric() || "._-/[]".contains(c)) {
            let keys = path.trim_start_matches('.').split(['.', '[', ']']).filter(|key| !key.is_empty());
            add_keys(keys, names);
        }
    }
}

/// Keys below what every template has; what the tool itself says is no file's.
fn add_keys<'k>(keys: impl Iterator<Item = &'k str>, names: &mut BTreeSet<Name>) {
    let mut keys: Vec<&str> = keys.filter(|key| !key.is_empty()).collect();
    let ours = ["Release", "Chart", "Capabilities", "Template", "Files", "path"];
    if keys.first().is_some_and(|first| ours.contains(first)) || keys.ends_with(&["Environment", "Name"]) {
        return;
    }
    let roots = ["Environment", "Values", "StateValues", "ClusterValues", "ClusterLabels", "ClusterAnnotations"];
    while keys.first().is_some_and(|first| roots.contains(first)) {
        keys.remove(0);
    }
    if !keys.is_empty() {
        names.insert(Name::Keys(keys.into_iter().map(str::to_string).collect()));
    }
}

/// The names, and those on which what they stand for hangs in turn.
fn followed(mut names: BTreeSet<Name>, head: &Sources) -> BTreeSet<Name> {
    let terraform: Vec<_> = head.files.iter().filter(|file| crate::hcl::is_file(&file.path)).collect();
    if terraform.is_empty() {
        return names;
    }
    let mut open: Vec<Name> = names.iter().cloned().collect();
    // Definitions refer to definitions; nobody builds longer chains.
    for _ in 0..6 {
        let mut more = BTreeSet::new();
        for name in open.iter().filter(|name| name.tells_itself()) {
            for file in terraform.iter().filter(|file| super::said::mentions(&file.text, name)) {
                for definition in super::said::said(&file.text, &file.path, name) {
                    in_text(&definition, &mut more);
                }
            }
        }
        open = more.into_iter().filter(|name| names.insert(name.clone())).collect();
    }
    names
}

fn text(head: &Sources, at: Span) -> &str {
    let file = head.files.get(at.source.index as usize).filter(|_| at.source.side == head.side);
    file.and_then(|file| file.text.get(at.range())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_every_language() {
        let read = |text: &str| {
            let mut names = BTreeSet::new();
            in_text(text, &mut names);
            names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        for (text, names) in [
            ("{{ .Values.milvus.version }}", "milvus.version"),
            ("'{{ .Environment.Values.tag | default \"v2.6.2\" }}'", "tag"),
            ("{{ .Environment.Name }}", ""),
            ("{{ printf \"%s\" (.Values.milvus | get \"version\") }}", "milvus version"),
            ("{{ requiredEnv \"MILVUS_TAG\" }}", "MILVUS_TAG"),
            ("{{metadata.annotations.chart}}", "metadata.annotations.chart"),
            ("'{{ regexReplaceAll \"v\" .chart \"\" }}'", "chart"),
            ("milvusdb/milvus:${TAG:-v2.5.1}", "TAG"),
            ("milvusdb/milvus:$TAG", "TAG"),
            ("${ .ClusterValues.milvus.tag }", "milvus.tag"),
            ("lookup(var.versions, terraform.workspace, \"4.2.1\")", "versions"),
            ("local.versions.milvus.chart", "versions.milvus.chart"),
            ("format(\"%s\", var.tag)", "tag"),
            ("yamldecode(file(\"${path.module}/versions.yaml\"))", "versions.yaml"),
            ("file(\"${path.module}/../helm/values.yaml\")", "helm/values.yaml"),
            ("{{ milvus_version }}", "milvus_version"),
            ("v2.5.1", ""),
        ] {
            assert_eq!(read(text), names, "{text}");
        }
    }
}
