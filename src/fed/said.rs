//! What a text says of a name: takes one text of any format and a name, gives whatever stands there for it.
//!
//! Only to be compared with what another state of the same text says. What the file is for is not known here.

use super::names::Name;
use crate::hcl::{self, Block, Body};
use crate::source::{Side, SourceId, Span};
use crate::yaml::{self, Node};

/// Nobody nests values deeper.
const DEEPEST: usize = 40;

const NOWHERE: SourceId = SourceId { side: Side::Head, index: u32::MAX };

/// Whether a file of this name may say something to be filled in: data, and no program or prose.
pub(super) fn may_say_something(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let endings = "yaml yml json tf tofu tfvars hcl env gotmpl tpl tmpl tftpl toml properties txt ini conf enc sops j2 jsonnet \
                   libsonnet cue make mk template tgz";
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    // What package managers write down is long, and nobody fills it in.
    let of_packages = ["package.json", "package-lock.json", "pnpm-lock.yaml", "composer.json"].contains(&name.as_str());
    let of_chart = ["chart.lock", "requirements.lock"].contains(&name.as_str());
    !of_packages
        && (of_chart
            || name.contains(".env")
            || ending.is_none_or(|ending| endings.split(' ').any(|known| known.trim() == ending)))
}

/// Whether a text can say anything of a name at all.
pub(super) fn mentions(text: &str, name: &Name) -> bool {
    match name {
        Name::Keys(keys) => keys.iter().all(|key| text.contains(key.as_str())),
        Name::File(_) => true,
        Name::Object(name) => text.contains(name.as_str()),
    }
}

/// Everything that a text says of a name, in its order.
pub(super) fn said(text: &str, path: &str, name: &Name) -> Vec<String> {
    if !mentions(text, name) {
        return Vec::new();
    }
    match name {
        Name::File(file) => {
            if matches(file, path) {
                vec![text.to_string()]
            } else {
                Vec::new()
            }
        }
        Name::Object(name) => of_object(text, path, name),
        Name::Keys(keys) if hcl::is_file(path) => in_hcl(&hcl::parse(NOWHERE, text).body, text, keys),
        Name::Keys(keys) if is_yaml(path) => {
            let mut found = Vec::new();
            for document in yaml::parse(NOWHERE, text).documents {
                below(&document.root, text, keys, 0, &mut found);
            }
            if keys.len() == 1 {
                found.extend(in_lines(text, &keys[0]))
            }
            found
        }
        Name::Keys(keys) => keys.last().map(|last| in_lines(text, last)).unwrap_or_default(),
    }
}

/// Whether a path ends in another one, in which a star, and what a template prints, may be anything.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let plain = with_stars(pattern);
    let plain = plain.trim_start_matches("./").trim_start_matches("*/");
    let pieces: Vec<&str> = plain.split('*').collect();
    if pieces.iter().all(|piece| piece.chars().all(|c| !c.is_ascii_alphanumeric())) {
        return false;
    }
    // From some folder on all pieces stand there in their order, the last at the end.
    let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
    starts.map(|at| &path[at..]).any(|path| {
        let (Some((first, rest)), Some(last)) = (pieces.split_first(), pieces.last()) else { return false };
        let Some(mut left) = path.strip_prefix(first) else { return false };
        for piece in rest {
            match left.find(piece) {
                Some(at) => left = &left[at + piece.len()..],
                None => return false,
            }
        }
        path.ends_with(last) && (left.is_empty() || pieces.len() > 1)
    })
}

/// A text with a star for everything that a template prints.
pub(super) fn with_stars(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((at, close)) =
        [("{{", "}}"), ("${", "}")].iter().filter_map(|(o, c)| Some((rest.find(o)?, *c))).min()
    {
        plain.push_str(&rest[..at]);
        plain.push('*');
        rest = rest[at..].split_once(close).map_or("", |(_, after)| after);
    }
    plain + rest
}

fn is_yaml(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [".yaml", ".yml", ".json"].iter().any(|ending| lower.contains(ending))
}

/// What stands below keys, wherever in a document they follow each other; and what a list of settings says of them.
fn below(node: &Node, text: &str, keys: &[String], depth: usize, found: &mut Vec<String>) {
    if depth > DEEPEST {
        return;
    }
    let dotted = || keys.join(".");
    let path: Vec<&str> = keys.iter().map(String::as_str).collect();
    if let Some(there) = node.at_path(&path) {
        found.push(written(there, text));
    }
    let setting =
        ["name", "key"].iter().filter_map(|key| node.get(key)?.text()).any(|name| keys.len() > 1 && name == dotted());
    if let Some(value) = node.get("value").filter(|_| setting) {
        found.push(written(value, text));
    }
    let entries = node.map().into_iter().flat_map(|map| &map.entries);
    entries.for_each(|entry| below(&entry.value, text, keys, depth + 1, found));
    if !matches!(node.kind, yaml::Kind::Alias(_)) {
        node.items().iter().for_each(|item| below(item, text, keys, depth + 1, found));
    }
}

fn written(node: &Node, text: &str) -> String {
    text.get(node.at.range()).unwrap_or_default().to_string()
}

/// Lines that give a variable a value, in whatever format: `NAME=…`, `NAME: …`, `"NAME": …`.
fn in_lines(text: &str, name: &str) -> Vec<String> {
    let gives = |line: &&str| {
        line.match_indices(name).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + name.len()..].trim_start_matches(['"', '\'']).trim_start();
            before.is_none_or(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'))
                && after.starts_with(['=', ':'])
        })
    };
    text.lines().map(str::trim).filter(|line| !line.starts_with('#')).filter(gives).map(str::to_string).collect()
}

/// Every attribute of a name, the default of a variable of that name, and what keys below lead to.
fn in_hcl(body: &Body, text: &str, keys: &[String]) -> Vec<String> {
    let Some(first) = keys.first() else { return Vec::new() };
    let show = |at: Span| text.get(at.range()).unwrap_or_default().to_string();
    let own = body.attributes.iter().filter(|attribute| attribute.key == *first);
    let mut found: Vec<String> = own.map(|attribute| show(attribute.value.at)).collect();
    for block in &body.blocks {
        let is_variable = |block: &Block| block.kind == "variable" && block.labels.first() == Some(first);
        if is_variable(block) {
            found.extend(block.body.get("default").map(|default| show(default.at)));
        } else if ["locals", "module"].contains(&block.kind.as_str()) {
            found.extend(in_hcl(&block.body, text, keys));
        }
    }
    found
}

/// Whatever an object of a name says.
fn of_object(text: &str, path: &str, name: &str) -> Vec<String> {
    if !is_yaml(path) {
        return Vec::new();
    }
    let documents = yaml::parse(NOWHERE, text).documents.into_iter();
    let is_it = |root: &Node| {
        let kind = root.get("kind").and_then(Node::raw_text);
        kind.is_some_and(|kind| ["ConfigMap", "Secret", "SealedSecret", "ExternalSecret"].contains(&kind))
            && root.at_path(&["metadata", "name"]).and_then(Node::raw_text) == Some(name)
    };
    documents.filter(|document| is_it(&document.root)).map(|document| written(&document.root, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_the_end_of_a_path() {
        for (pattern, path) in [
            ("envs/prod.yaml", "deploy/envs/prod.yaml"),
            ("prod.yaml", "envs/prod.yaml"),
            ("clusters/*.json", "clusters/a/b.json"),
            ("envs/{{ .Environment.Name }}.yaml", "envs/prod.yaml"),
            ("${path.module}/versions.yaml", "infra/versions.yaml"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("prod.yaml", "envs/nonprod.yaml"),
            ("*", "a.yaml"),
            ("{{ .x }}", "a.yaml"),
            ("envs/a.yaml", "envs/a.yaml.bak"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn every_format_says_what_a_name_is() {
        let said = |text: &str, path: &str, name: &str| {
            said(text, path, &Name::Keys(name.split('.').map(str::to_string).collect())).join("|")
        };
        assert_eq!(said("milvus:\n  version: 4.2.1\nversion: 1\n", "a.yaml", "milvus.version"), "4.2.1");
        assert_eq!(said("- {name: milvus.version, value: 4.2.1}\n", "a.yaml", "milvus.version"), "4.2.1");
        assert_eq!(said("a: {b: [{TAG: v1}]}\nliterals: [\"X=1\"]\n", "a.yml", "TAG"), "v1|a: {b: [{TAG: v1}]}");
        assert_eq!(said("# TAG=v0\nexport TAG=v1\nATAG=v2\n", "prod.env", "TAG"), "export TAG=v1");
        assert_eq!(said("locals {\n  tag = \"v1\"\n}\ntags = [1]\n", "a.tf", "tag"), "\"v1\"");
        assert_eq!(said("variable \"tag\" {\n  default = \"v1\"\n}\n", "a.tf", "tag"), "\"v1\"");
        assert_eq!(
            said("inputs = {\n  milvus_tag = \"v1\"\n}\n", "terragrunt.hcl", "milvus_tag"),
            "milvus_tag = \"v1\""
        );
    }
}
