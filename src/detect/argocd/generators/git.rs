//! The Git generator: takes its patterns, gives one element for each file or folder of this repository that matches.
//!
//! Which repository its `repoURL` means is not known here: what matches in this one is taken for it, and where nothing does the
//! generator stays open.

use super::Element;
use crate::detect::argocd::{Place, fill::Fill, glob, roots};
use crate::source::Span;
use crate::yaml::Node;

/// The elements; `None` where nothing in this repository matches.
pub(super) fn elements(place: Place, git: &Node, given: &Fill) -> Option<Vec<Element>> {
    let patterns = |key: &str| Patterns::of(git.get(key)?, given);
    let prefix = git.get("pathParamPrefix").and_then(Node::text).unwrap_or_default();
    let generator = Generator { place, git, prefix };
    let found = match (patterns("directories"), patterns("files")) {
        (Some(patterns), _) => generator.folders(&patterns),
        (None, Some(patterns)) => generator.files(&patterns),
        (None, None) => return None,
    };
    Some(found).filter(|found| !found.is_empty())
}

struct Generator<'a> {
    place: Place<'a>,
    git: &'a Node,
    prefix: &'a str,
}

/// Patterns of one generator, with their places.
struct Patterns {
    wanted: Vec<(String, Span)>,
    excluded: Vec<String>,
}

impl Patterns {
    /// Nothing where one of them is not known.
    fn of(list: &Node, given: &Fill) -> Option<Patterns> {
        let mut patterns = Patterns { wanted: Vec::new(), excluded: Vec::new() };
        for item in list.items() {
            let path = item.get("path")?;
            let text = given.text(path.raw_text()?);
            if text.contains("{{") {
                return None;
            }
            match item.get("exclude").and_then(Node::as_bool) {
                Some(true) => patterns.excluded.push(text),
                _ => patterns.wanted.push((text, path.at)),
            }
        }
        Some(patterns).filter(|patterns| !patterns.wanted.is_empty())
    }

    /// The place of the first pattern that takes a path.
    fn take(&self, path: &str, matches: fn(&str, &str) -> bool) -> Option<Span> {
        let excluded = self.excluded.iter().any(|pattern| matches(pattern, path));
        self.wanted.iter().find(|(pattern, _)| !excluded && matches(pattern, path)).map(|(_, at)| *at)
    }
}

impl Generator<'_> {
    fn folders(&self, patterns: &Patterns) -> Vec<Element> {
        for root in roots(self.place) {
            let mut found = Vec::new();
            for folder in self.place.tree.folders() {
                let Some(path) = relative(folder, root) else { continue };
                let hidden = path.split('/').any(|part| part.starts_with('.'));
                if let Some(at) = patterns.take(path, glob::folder).filter(|_| !hidden) {
                    let mut fill = Fill::default();
                    fill.set_path(self.prefix, path, None);
                    fill.set_values(self.git.get("values"));
                    found.push(Element { fill, at: Some(at) });
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn files(&self, patterns: &Patterns) -> Vec<Element> {
        for root in roots(self.place) {
            let mut found = Vec::new();
            let begins: Vec<&str> = patterns.wanted.iter().map(|(pattern, _)| glob::fixed(pattern)).collect();
            let below = if begins.len() == 1 { begins[0] } else { "" };
            for file in self.place.tree.below(&format!("{root}/{below}")) {
                let Some(path) = relative(&file.source.path, root) else { continue };
                if patterns.take(path, glob::file).is_some() {
                    let roots = file.documents.first().map(|document| &document.root);
                    let objects: Vec<&Node> = match roots {
                        Some(root) if root.is_seq() => root.items().iter().collect(),
                        other => other.into_iter().collect(),
                    };
                    found.extend(objects.into_iter().map(|object| self.of_file(object, path)));
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// One object of a file, and the path of that.
    fn of_file(&self, object: &Node, path: &str) -> Element {
        let mut fill = Fill::of(object);
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        fill.set_path(self.prefix, folder, Some(name));
        fill.set_values(self.git.get("values"));
        let at = object.entries().next().map_or(object.at, |(_, entry)| entry.key.at);
        Element { fill, at: Some(at) }
    }
}

/// A path as it is seen from a folder above it.
fn relative<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let path = path.trim_start_matches("./");
    match root {
        "" => Some(path),
        root => path.strip_prefix(root.trim_start_matches("./"))?.strip_prefix('/'),
    }
    .filter(|path| !path.is_empty())
}
