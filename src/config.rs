//! The config file: rule levels, what files cannot say themselves, and exceptions with a reason and an end.
//!
//! Takes the text of `.milvus-lint.yaml`, gives a [`Config`] or errors with a place and what to do. An unknown key is an error.

use crate::finding::Severity;
use crate::model::{Sight, Version};
use crate::source::{Side, SourceId, Span, position};
use crate::yaml::{self, Node};
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the config file, at the root of the repository.
pub const FILE_NAME: &str = ".milvus-lint.yaml";

/// What the user wants, from the config file and the command line together.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The config file as the user would type it; `None` when there is none.
    pub path: Option<String>,
    /// Severity by rule; `None` turns the rule off.
    pub levels: BTreeMap<String, Option<Severity>>,
    /// Globs of files that are not looked at.
    pub excludes: Vec<String>,
    pub values: Vec<ValuesFiles>,
    /// What the config of the base says, where that differs.
    pub before: Option<Before>,
    pub operator_version: Option<Version>,
    /// Whether the operator's webhook is on.
    pub operator_webhook: Option<bool>,
    /// Images whose tag names no version, with their version.
    pub images: Vec<(String, Version)>,
    pub exceptions: Vec<Exception>,
    pub fail_on: Option<Severity>,
    /// Hints are reported as well.
    pub pedantic: bool,
    /// The version of Kubernetes that all of it runs on, where somebody said so.
    pub kubernetes_version: Option<Version>,
    /// A folder with tables that add to the facts, relative to the root.
    pub facts: Option<String>,
    /// A file that lists what was wrong before, relative to the root.
    pub baseline: Option<String>,
    /// From the command line: the chart version of values that nothing else gives one.
    pub chart_version: Option<Version>,
    /// Files that were named together with `--chart-version`: they are values, whatever their shape.
    pub told_values: Vec<String>,
    /// From the command line: the version that runs now, where no base can tell.
    pub from: Option<(Version, Span)>,
    /// Today, `YYYY-MM-DD`, for exceptions that end.
    pub today: String,
    /// From the repository's root to the folder that file names are relative to; empty, or ends with `/`.
    pub prefix: String,
    /// Only what differs from the base is reported.
    pub only_changed: bool,
    /// The run sees the whole repository, so that what covers nothing here covers nothing.
    pub whole: bool,
    /// The files that the user named, where that is not everything: the others are there to be referred to.
    pub scope: Option<BTreeSet<String>>,
    /// Two single files are compared, so that what has no name is the same Milvus.
    pub two_files: bool,
    /// The cluster that the head is compared with, where it is one.
    pub sight: Option<Sight>,
    /// What the head is compared with, as the user would name it; `None` when with nothing.
    pub base_name: Option<String>,
}

/// What the base's own config says of its files: another chart or operator there is a change like any other.
#[derive(Clone, Debug, Default)]
pub struct Before {
    pub values: Vec<ValuesFiles>,
    pub operator_version: Option<Version>,
    pub operator_webhook: Option<bool>,
}

/// Values files, and what they do not say themselves.
#[derive(Clone, Debug)]
pub struct ValuesFiles {
    globs: Vec<Glob>,
    files: GlobSet,
    pub chart_version: Option<Version>,
    pub release: Option<String>,
    pub namespace: Option<String>,
}

/// A finding that somebody accepts.
#[derive(Clone, Debug)]
pub struct Exception {
    pub rule: String,
    /// `namespace/name`, a name or a file; any Milvus when `None`.
    pub object: Option<String>,
    pub from: Option<Version>,
    pub to: Option<Version>,
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Where the rule's name stands in the config file, in bytes.
    pub offset: usize,
}

/// Something wrong in the config file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ConfigError {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Config {
    /// The first entry of `values:` that a file belongs to.
    pub fn values_of(&self, path: &str, side: Side) -> Option<&ValuesFiles> {
        let table = match side {
            Side::Base => self.before.as_ref().map_or(&self.values, |before| &before.values),
            Side::Head => &self.values,
        };
        let full = self.full_path(path);
        table.iter().find(|entry| entry.files.is_match(&full))
    }

    /// The operator and its webhook, as they were told of a side.
    pub fn operator_of(&self, side: Side) -> (Option<&Version>, Option<bool>) {
        match (&self.before, side) {
            (Some(before), Side::Base) => (before.operator_version.as_ref(), before.operator_webhook),
            _ => (self.operator_version.as_ref(), self.operator_webhook),
        }
    }

    /// Files that are looked at whatever is in them: the config itself, the values files that it names, the variables of
    /// Terraform, kustomizations, what is laid over compose files, and `more`.
    pub fn kept_files(&self, more: &[Glob]) -> GlobSet {
        let tables = self.values.iter().chain(self.before.iter().flat_map(|before| &before.values));
        // Nothing in a file of variables says what they are for, and nothing in an overlay what it builds upon.
        let over = "**/{docker-compose,compose}.override.{yaml,yml}";
        let named = [FILE_NAME, "**/*.tfvars", "**/kustomization.{yaml,yml}", "**/Kustomization", over];
        let own: Vec<Glob> = named.iter().filter_map(|glob| Glob::new(glob).ok()).collect();
        let mut globs = GlobSetBuilder::new();
        for glob in tables.flat_map(|entry| &entry.globs).chain(&own).chain(more) {
            globs.add(glob.clone());
        }
        globs.build().unwrap_or_default()
    }

    /// A path as it is seen from the repository's root.
    pub fn full_path(&self, path: &str) -> String {
        let mut parts: Vec<&str> = self.prefix.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// Reads a config file. `rules` are the ids that exist.
    pub fn parse(file: &str, text: &str, rules: &[&str]) -> Result<Config, Vec<ConfigError>> {
        let id = SourceId { side: Side::Head, index: u32::MAX };
        let stream = yaml::parse(id, text);
        let mut reader = Reader { file, text, errors: Vec::new() };
        for problem in &stream.problems {
            reader.wrong(problem.at, problem.message.clone());
        }
        let mut config = Config { path: Some(file.to_string()), ..Config::default() };
        if let Some(document) = stream.documents.first() {
            for duplicate in &document.duplicates {
                reader.wrong(duplicate.second, format!("the key `{}` stands twice", duplicate.key));
            }
            reader.top(&document.root, rules, &mut config);
        }
        if reader.errors.is_empty() { Ok(config) } else { Err(reader.errors) }
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<ConfigError>,
}

/// ` Did you mean `x`?`, or nothing.
pub fn did_you_mean(word: &str, known: &[&str]) -> String {
    match similar::get_close_matches(word, known, 1, 0.6).first() {
        Some(close) => format!("; did you mean `{close}`?"),
        None => String::new(),
    }
}

impl Reader<'_> {
    fn wrong(&mut self, at: Span, message: String) {
        let (line, column) = position(self.text, at.start as usize);
        self.errors.push(ConfigError { file: self.file.to_string(), line, column, message });
    }

    /// Every entry of a map whose keys are known.
    fn entries<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Vec<(&'n str, &'n Node)> {
        if node.is_null() {
            return Vec::new();
        }
        if !node.is_map() {
            self.wrong(node.at, format!("{what} is a map with the keys {}", known.join(", ")));
        }
        let mut entries = Vec::new();
        for (key, entry) in node.entries() {
            if known.contains(&key) {
                entries.push((key, &entry.value));
            } else {
                let hint = did_you_mean(key, known);
                let all =
                    if hint.is_empty() && known.len() < 12 { format!(" (known: {})", known.join(", ")) } else { hint };
                self.wrong(entry.key.at, format!("{what} has no key `{key}`{all}"));
            }
        }
        entries
    }

    fn string(&mut self, node: &Node, what: &str) -> Option<String> {
        match node.text() {
            Some(text) if !text.trim().is_empty() => Some(text.trim().to_string()),
            _ => {
                self.wrong(node.at, format!("{what} is written as one word or text"));
                None
            }
        }
    }

    fn version(&mut self, node: &Node, what: &str) -> Option<Version> {
        let text = self.string(node, what)?;
        let version = Version::parse(&text);
        if version.is_none() {
            self.wrong(node.at, format!("{what} is a version of the form x.y.z, not `{text}`"));
        }
        version
    }

    fn items<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if !node.is_seq() && !node.is_null() {
            self.wrong(node.at, format!("{what} is a list"));
        }
        node.items()
    }

    fn globs(&mut self, node: &Node) -> Vec<Glob> {
        let single = std::slice::from_ref(node);
        let items = if node.is_seq() { node.items() } else { single };
        let mut globs = Vec::new();
        for item in items {
            let Some(text) = self.string(item, "`files`") else { continue };
            match Glob::new(&text) {
                Ok(glob) => globs.push(glob),
                Err(error) => self.wrong(item.at, format!("`{text}` is no glob: {}", error.kind())),
            }
        }
        globs
    }

    fn top(&mut self, root: &Node, rules: &[&str], config: &mut Config) {
        let known = [
            "rules",
            "exclude",
            "values",
            "operator-version",
            "operator-webhook",
            "kubernetes-version",
            "images",
            "exceptions",
            "fail-on",
            "pedantic",
            "facts",
            "baseline",
        ];
        for (key, value) in self.entries(root, "the config", &known) {
            match key {
                "rules" => self.levels(value, rules, config),
                "exclude" => {
                    for item in self.items(value, "`exclude`") {
                        config.excludes.extend(self.string(item, "a glob of `exclude`"));
                    }
                }
                "values" => {
                    for item in self.items(value, "`values`") {
                        let files = self.values_files(item);
                        config.values.extend(files);
                    }
                }
                "operator-version" => config.operator_version = self.version(value, "`operator-version`"),
                "kubernetes-version" => config.kubernetes_version = self.version(value, "`kubernetes-version`"),
                "operator-webhook" => match value.raw_text() {
                    Some("on" | "true") => config.operator_webhook = Some(true),
                    Some("off" | "false") => config.operator_webhook = Some(false),
                    _ => self.wrong(value.at, "`operator-webhook` is on or off".to_string()),
                },
                "pedantic" => match value.raw_text() {
                    Some("true") => config.pedantic = true,
                    Some("false") => config.pedantic = false,
                    _ => self.wrong(value.at, "`pedantic` is true or false".to_string()),
                },
                "images" => {
                    for (image, entry) in value.entries() {
                        let version = self.version(&entry.value, "the version of an image");
                        config.images.extend(version.map(|version| (image.to_string(), version)));
                    }
                }
                "baseline" => config.baseline = self.string(value, "`baseline`"),
                "facts" => config.facts = self.string(value, "`facts`"),
                "exceptions" => {
                    for item in self.items(value, "`exceptions`") {
                        let exception = self.exception(item, rules);
                        config.exceptions.extend(exception);
                    }
                }
                _ if value.raw_text() == Some("off") => {
                    self.wrong(value.at, "`fail-on` is one of error, warning, info".to_string());
                }
                _ => config.fail_on = self.severity(value).flatten(),
            }
        }
    }

    fn severity(&mut self, node: &Node) -> Option<Option<Severity>> {
        match node.raw_text() {
            Some("error") => Some(Some(Severity::Error)),
            Some("warning") => Some(Some(Severity::Warning)),
            Some("info") => Some(Some(Severity::Info)),
            // A plain `off` is false to YAML; the word is what counts.
            Some("off" | "none" | "never") => Some(None),
            _ => {
                let word = node.raw_text().unwrap_or_default();
                self.wrong(node.at, format!("a level is one of error, warning, info, off, not `{word}`"));
                None
            }
        }
    }

    fn levels(&mut self, node: &Node, rules: &[&str], config: &mut Config) {
        for (rule, value) in self.entries(node, "`rules`", rules) {
            if let Some(level) = self.severity(value) {
                config.levels.insert(rule.to_string(), level);
            }
        }
    }

    fn values_files(&mut self, node: &Node) -> Option<ValuesFiles> {
        let mut entry = ValuesFiles {
            globs: Vec::new(),
            files: GlobSet::empty(),
            chart_version: None,
            release: None,
            namespace: None,
        };
        for (key, value) in
            self.entries(node, "an entry of `values`", &["files", "chart-version", "release", "namespace"])
        {
            match key {
                "files" => entry.globs = self.globs(value),
                "chart-version" => entry.chart_version = self.version(value, "`chart-version`"),
                "release" => entry.release = self.string(value, "`release`"),
                _ => entry.namespace = self.string(value, "`namespace`"),
            }
        }
        let mut files = GlobSetBuilder::new();
        for glob in &entry.globs {
            files.add(glob.clone());
        }
        entry.files = files.build().unwrap_or_default();
        if entry.files.is_empty() {
            self.wrong(node.at, "an entry of `values` names its `files`, such as `deploy/**/values*.yaml`".to_string());
            return None;
        }
        Some(entry)
    }

    fn exception(&mut self, node: &Node, rules: &[&str]) -> Option<Exception> {
        let mut exception = Exception {
            rule: String::new(),
            object: None,
            from: None,
            to: None,
            reason: String::new(),
            until: None,
            offset: node.get("rule").map_or(node.at.start, |rule| rule.at.start) as usize,
        };
        for (key, value) in self.entries(node, "an exception", &["rule", "object", "from", "to", "reason", "until"]) {
            match key {
                "rule" => exception.rule = self.string(value, "`rule`").unwrap_or_default(),
                "object" => exception.object = self.string(value, "`object`"),
                "from" => exception.from = self.version(value, "`from`"),
                "to" => exception.to = self.version(value, "`to`"),
                "reason" => exception.reason = self.string(value, "`reason`").unwrap_or_default(),
                _ => exception.until = self.date(value),
            }
        }
        if exception.reason.is_empty() {
            self.wrong(node.at, "an exception gives its `reason`".to_string());
        }
        if !rules.contains(&exception.rule.as_str()) {
            let hint = did_you_mean(&exception.rule, rules);
            self.wrong(node.at, format!("an exception names a `rule` that exists, not `{}`{hint}", exception.rule));
        }
        Some(exception)
    }

    fn date(&mut self, node: &Node) -> Option<String> {
        let text = self.string(node, "`until`")?;
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
        let part =
            |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
        let days = match part(5..7) {
            2 => 28 + u32::from(part(0..4) % 4 == 0 && (part(0..4) % 100 != 0 || part(0..4) % 400 == 0)),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        let shape = shape && (1..=days).contains(&part(8..10));
        if !shape {
            self.wrong(node.at, format!("`until` is a day of the form YYYY-MM-DD, not `{text}`"));
        }
        shape.then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        let rules = ["downgrade", "queue-changed"];
        Config::parse(FILE_NAME, text, &rules).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_place_and_a_suggestion() {
        let found = errors("rules:\n  downgarde: off\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with(".milvus-lint.yaml:2:3: "), "{}", found[0]);
        assert!(found[0].contains("did you mean `downgrade`?"), "{}", found[0]);
        assert!(errors("exlude: []\n")[0].contains("did you mean `exclude`?"));
    }

    #[test]
    fn an_exception_needs_a_rule_and_a_reason() {
        let found = errors("exceptions:\n  - rule: downgrade\n  - rule: nothing\n    reason: because\n");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(errors("exceptions:\n- {rule: downgrade, reason: x, until: soon}\n")[0].contains("YYYY-MM-DD"));
    }

    #[test]
    fn levels_globs_and_paths() {
        let text = "rules: {downgrade: off}\nvalues:\n  - files: deploy/**/values*.yaml\n    chart-version: 4.2.58\n";
        let mut config = Config::parse(FILE_NAME, text, &["downgrade"]).unwrap();
        assert_eq!(config.levels["downgrade"], None);
        assert!(config.values_of("deploy/a/values-prod.yaml", Side::Head).is_some());
        assert!(config.values_of("values.yaml", Side::Head).is_none());
        config.prefix = "deploy/a/".to_string();
        assert!(config.values_of("values.yaml", Side::Head).is_some());
        assert_eq!(config.full_path("../b/./values.yaml"), "deploy/b/values.yaml");
    }
}
