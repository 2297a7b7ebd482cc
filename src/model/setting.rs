//! What is written, key by key: for facts that speak of one key rather than of what a dialect makes of all of them.

use crate::source::Span;

/// In which tree of keys a setting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tree {
    /// The fields of a Milvus resource, from its root: `spec.components.image`.
    Resource,
    /// The fields of a MilvusUpgrade, from its root.
    Migration,
    /// The values of the Helm chart.
    Values,
    /// The server's own configuration: `mq.type`.
    Server,
    /// Images of the services beside the server in a compose file: `minio.image`.
    Services,
}

impl Tree {
    /// The word for it in the facts.
    pub fn as_str(self) -> &'static str {
        match self {
            Tree::Resource => "resource",
            Tree::Migration => "migration",
            Tree::Values => "values",
            Tree::Server => "server",
            Tree::Services => "services",
        }
    }

    /// The tree of that word.
    pub fn parse(text: &str) -> Option<Tree> {
        [Tree::Resource, Tree::Migration, Tree::Values, Tree::Server, Tree::Services]
            .into_iter()
            .find(|tree| tree.as_str() == text)
    }
}

/// What is written at a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// A scalar's text.
    Text(String),
    /// Nothing, or `null`: what is below, and the default, are taken away.
    Null,
    /// A list with so many items, or an empty map.
    Several(usize),
    /// It is not resolved: a template, a variable. Says what stands there.
    Unknown(String),
}

/// What stands in the place of a text that a cluster has and that is not shown, since it may be a secret. It reads as a
/// variable that nobody has filled in.
pub const HIDDEN: &str = "${hidden}";

impl Worth {
    /// Whether something stands there that is not shown.
    pub fn is_hidden(&self) -> bool {
        matches!(self, Worth::Unknown(text) if text == HIDDEN)
    }
}

/// One key with what is in force there because somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub tree: Tree,
    /// The keys from the root of the tree.
    pub path: Vec<String>,
    pub worth: Worth,
    /// Where the value stands; the key, where there is no value.
    pub at: Span,
}

impl Setting {
    /// The path as people write it: `components.queryNode.replicas`.
    pub fn dotted(&self) -> String {
        self.path.join(".")
    }
}

/// Every key that is written of a Milvus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub all: Vec<Setting>,
    /// Whether something may be written that is not seen here: by a template, or in values that stand somewhere else.
    pub open: bool,
}

impl Settings {
    /// The settings whose path fits a pattern: keys joined by dots, `*` for any one key, `a|b` for one of several.
    pub fn fitting<'a>(&'a self, tree: Tree, pattern: &'a str) -> impl Iterator<Item = &'a Setting> {
        self.all.iter().filter(move |setting| setting.tree == tree && fits(&setting.path, pattern))
    }

    /// The first setting at or below a path, for "is anything written of this".
    pub fn below<'a>(&'a self, tree: Tree, pattern: &str) -> Option<&'a Setting> {
        let length = Keys(pattern).count();
        self.all.iter().find(|setting| {
            setting.tree == tree && setting.path.get(..length).is_some_and(|start| fits(start, pattern))
        })
    }
}

/// The keys of a pattern; one with a dot in it stands in single quotes.
pub fn keys(pattern: &str) -> Vec<&str> {
    Keys(pattern).collect()
}

/// The keys of a pattern, one after the other. Every row of a table asks for its keys in every Milvus, so nothing is kept.
struct Keys<'a>(&'a str);

impl<'a> Iterator for Keys<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let (key, after) = match self.0.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').unwrap_or((quoted, "")),
            None => self.0.split_at(self.0.find('.').unwrap_or(self.0.len())),
        };
        self.0 = after.strip_prefix('.').unwrap_or(after);
        Some(key)
    }
}

fn fits(path: &[String], pattern: &str) -> bool {
    let mut wanted = Keys(pattern);
    let mut path = path.iter();
    while let Some(want) = wanted.next() {
        // Whatever is below, or the thing itself.
        if want == "**" && wanted.0.is_empty() {
            return true;
        }
        let fit = |key: &String| want == "*" || want == key || want.contains('|') && want.split('|').any(|w| w == key);
        if !path.next().is_some_and(fit) {
            return false;
        }
    }
    path.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_paths_only() {
        let path = |text: &str| text.split('.').map(str::to_string).collect::<Vec<_>>();
        assert!(fits(&path("spec.components.proxy.paused"), "spec.components.*.paused"));
        assert!(fits(&path("spec.components.proxy.paused"), "spec.components.proxy|dataNode.paused"));
        assert!(!fits(&path("spec.components.proxy"), "spec.components.*.paused"));
        assert!(!fits(&path("spec.components.proxy.paused"), "spec.components.*"));
        assert!(fits(&path("spec.components.proxy.paused"), "spec.components.proxy.**"));
        assert!(fits(&path("spec.components.proxy"), "spec.components.proxy.**"));
        assert!(!fits(&path("spec.components.dataNode.paused"), "spec.components.proxy.**"));
        assert!(!fits(&path("spec.components"), "spec.components.proxy.**"));
        assert!(fits(&path("spec"), "**") && fits(&[], "**") && !fits(&path("spec"), ""));
        assert_eq!(keys("metadata.annotations.'milvus.io/a'.b"), ["metadata", "annotations", "milvus.io/a", "b"]);
    }
}
