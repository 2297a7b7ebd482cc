//! Which files are asked for by their names, whatever is in them: takes the texts of a side, gives patterns of paths.
//!
//! Files are kept for their words, and a values file that only sets a tag, or the parameters of a set, may have none of these.
//! The patterns are those of the Applications that mention Milvus; a star takes slashes, too.

use crate::source::Sources;
use crate::yaml::{self, Node};
use std::collections::BTreeSet;

/// Patterns of the files that Applications and ApplicationSets of a side name.
pub fn wanted(sources: &Sources) -> Vec<String> {
    let mut patterns = BTreeSet::new();
    for (id, source) in sources.iter() {
        let text = &source.text;
        if !text.contains("argoproj.io/") || !text.contains("milvus") {
            continue;
        }
        for document in yaml::parse(id, text).documents {
            let items = document.root.get("items").map_or(&[][..], Node::items);
            for object in items.iter().chain([&document.root]) {
                of_generators(object.get("spec").and_then(|spec| spec.get("generators")), 0, &mut patterns);
                for spec in [&["spec"][..], &["spec", "template", "spec"]] {
                    of_sources(object.at_path(spec), &mut patterns);
                }
            }
        }
    }
    // What is read may begin above the repository, or inside of it.
    let known = |pattern: &String| sources.files.iter().any(|file| file.path == *pattern);
    let patterns = patterns.into_iter().filter(|pattern| !known(pattern));
    patterns.flat_map(|pattern| [format!("**/{pattern}"), pattern]).collect()
}

/// The files of Git generators, and whatever is in the folders that they look for.
fn of_generators(generators: Option<&Node>, depth: usize, patterns: &mut BTreeSet<String>) {
    for generator in generators.map_or(&[][..], Node::items).iter().filter(|_| depth < 3) {
        for (key, more) in [("files", ""), ("directories", "/*")] {
            let items = generator.at_path(&["git", key]).map_or(&[][..], Node::items);
            let items = items.iter().filter(|item| item.get("exclude").and_then(Node::as_bool) != Some(true));
            patterns.extend(items.filter_map(|item| pattern(item.get("path")?.raw_text()?, more)));
        }
        for key in ["matrix", "merge"] {
            of_generators(generator.at_path(&[key, "generators"]), depth + 1, patterns);
        }
    }
}

fn of_sources(spec: Option<&Node>, patterns: &mut BTreeSet<String>) {
    let Some(spec) = spec else { return };
    let several = spec.get("sources").map_or(&[][..], Node::items);
    for source in several.iter().chain(spec.get("source")) {
        let folder = source.get("path").and_then(Node::raw_text).unwrap_or_default().trim_end_matches('/');
        for file in source.at_path(&["helm", "valueFiles"]).map_or(&[][..], Node::items) {
            let Some(path) = file.raw_text().filter(|path| !path.contains("://")) else { continue };
            let from_root = path.strip_prefix('$').and_then(|path| path.split_once('/')).map(|(_, path)| path);
            let path = match (from_root.or(path.strip_prefix('/')), folder) {
                (Some(path), _) => path.to_string(),
                // A file of a chart that is not here.
                (None, "") => continue,
                (None, folder) => format!("{folder}/{path}"),
            };
            patterns.extend(pattern(&path, ""));
        }
    }
}

/// A pattern with a star for everything that a template prints. What would be every file is nothing.
fn pattern(path: &str, more: &str) -> Option<String> {
    let mut pattern = String::new();
    let mut rest = path.trim_start_matches("./");
    while let Some((before, (_, after))) = rest.split_once("{{").and_then(|(a, b)| Some((a, b.split_once("}}")?))) {
        pattern.push_str(before);
        pattern.push('*');
        rest = after;
    }
    pattern = pattern + rest + more;
    let says_something = pattern.chars().any(char::is_alphanumeric);
    (says_something && !pattern.contains("..")).then_some(pattern)
}
