//! Which files are asked for by patterns of their names, whatever is in them: takes the texts of a side, gives the patterns.
//!
//! Files are kept for their words, and the parameters of an ApplicationSet may have none of these. What is named by one path is
//! asked for when it is missed (`Tree::refer`, `Tree::seek`); a pattern says nothing of how many files there are, so they are
//! looked for while the files are walked. The patterns are those of the sets that mention Milvus; a star takes slashes, too.

use crate::source::Sources;
use crate::yaml::{self, Node};
use std::collections::BTreeSet;

/// Patterns of the files that the generators of a side's ApplicationSets name.
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
