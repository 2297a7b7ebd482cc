//! Commands in YAML: the scripts of pipelines (GitHub, GitLab, Argo), of Taskfiles and Ansible plays, and the few modules and
//! resources that say the same as a command.
//!
//! Takes parsed documents, gives commands. Which of several jobs runs is not known; each is a section of its own.

use super::File;
use super::code::Code;
use super::runbook::{Script, mark};
use super::shell::Variables;
use crate::model::{Act, Field, Opt, Writing};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node, Style};

/// Keys whose text is given to a shell.
const SCRIPTS: [&str; 16] = [
    "run",
    "script",
    "before_script",
    "after_script",
    "shell",
    "ansible.builtin.shell",
    "command",
    "ansible.builtin.command",
    "cmd",
    "cmds",
    "commands",
    "args",
    "source",
    "inline",
    "bash",
    "inlineScript",
];

/// The archived chart repository, whoever names it.
const ARCHIVED: &str = "milvus-io.github.io/milvus-helm";

/// Reads every document of a file.
pub(super) fn read(file: &File) -> Script {
    let mut reader = Reader { file, script: Script::new(Writing::Script), variables: Variables::default(), section: 0 };
    for document in &file.documents {
        reader.section += 1;
        reader.visit(&document.root, 0);
    }
    reader.script
}

struct Reader<'a> {
    file: &'a File<'a>,
    script: Script,
    variables: Variables,
    section: usize,
}

impl Reader<'_> {
    fn visit(&mut self, node: &Node, depth: usize) {
        if depth > 40 {
            return;
        }
        match &node.kind {
            Kind::Map(map) => {
                self.helm_cli(node);
                for entry in &map.entries {
                    self.entry(entry, depth);
                }
            }
            Kind::Seq(items) => items.iter().for_each(|item| self.visit(item, depth + 1)),
            Kind::Null | Kind::Scalar(_) | Kind::Alias(_) => {}
        }
    }

    fn entry(&mut self, entry: &Entry, depth: usize) {
        let key = entry.key.raw_text().unwrap_or_default();
        match key {
            "env" | "variables" | "vars" | "environment" => self.settings(&entry.value),
            "jobs" | "tasks" => {
                for (_, job) in entry.value.entries() {
                    self.section += 1;
                    self.entry(job, depth + 1);
                }
                for item in entry.value.items() {
                    self.visit(item, depth + 1);
                }
                return;
            }
            "kubernetes.core.helm" | "community.kubernetes.helm" => return self.helm(entry),
            // The words of one command, each by itself.
            "argv" => return self.words(&entry.value),
            _ if SCRIPTS.contains(&key) && self.scripts(&entry.value) => return,
            _ => {}
        }
        if let Some(text) = entry.value.raw_text()
            && text.contains(ARCHIVED)
            && !text.contains(char::is_whitespace)
        {
            let source = Field::written(entry.value.at, text.to_string());
            self.script.mark(Act::ChartSource, entry.value.at, vec![source]);
        }
        self.visit(&entry.value, depth + 1);
    }

    /// Reads what stands under a key of scripts; whether it was text.
    fn scripts(&mut self, node: &Node) -> bool {
        match &node.kind {
            Kind::Scalar(_) => {
                if let Some(code) = self.code(node) {
                    self.script.shell(&code, self.section, &mut self.variables, &[]);
                }
                true
            }
            Kind::Seq(items) => {
                let text = items.iter().any(|item| item.scalar().is_some());
                for item in items.iter() {
                    match item.scalar() {
                        Some(_) => drop(self.scripts(item)),
                        None => self.visit(item, 1),
                    }
                }
                text
            }
            Kind::Map(_) => match node.get("cmd") {
                Some(command) => self.scripts(command),
                None => false,
            },
            Kind::Null | Kind::Alias(_) => false,
        }
    }

    fn words(&mut self, node: &Node) {
        let mut code = Code::new(node.at.source);
        for item in node.items().iter().filter_map(|item| self.code(item)) {
            code.append(&item);
            let end = item.span(0..item.text.len()).range().end;
            code.push_as(" ", end..end);
        }
        self.script.shell(&code, self.section, &mut self.variables, &[]);
    }

    /// The text of a scalar as program text.
    fn code(&self, node: &Node) -> Option<Code> {
        let scalar = node.scalar()?;
        let file = &self.file.source.text;
        let range = scalar.content.range();
        let raw = file.get(range.clone())?;
        if matches!(scalar.style, Style::Literal) {
            return Some(Code::of(node.at.source, file, range));
        }
        let mut code = Code::new(node.at.source);
        let mut at = range.start;
        while at < range.end {
            let rest = &raw[at - range.start..];
            let escape = (scalar.style == Style::Double).then(|| escaped(rest)).flatten();
            if let Some((length, text)) = escape {
                code.push_as(text, at..at + length);
                at += length;
            } else if rest.starts_with("''") && scalar.style == Style::Single {
                code.push_as("'", at..at + 2);
                at += 2;
            } else if let Some(next) = rest.strip_prefix('\n') {
                // Folded and plain text goes on in the next line; an empty line ends it.
                let blank = next.lines().next().is_some_and(|line| line.trim().is_empty());
                code.push_as(if blank { "\n" } else { " " }, at..at + 1);
                at += 1;
            } else {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                code.push(file, at..at + length);
                at += length;
            }
        }
        Some(code)
    }

    fn settings(&mut self, node: &Node) {
        for (name, entry) in node.entries() {
            let value = entry.value.text().or_else(|| entry.value.get("value").and_then(Node::text));
            let value = value.filter(|text| !text.contains(['$', '{']));
            self.variables
                .set(name, value.map(str::to_string).ok_or_else(|| format!("nothing here says what `{name}` is")));
        }
    }

    /// Ansible's module for Helm.
    fn helm(&mut self, entry: &Entry) {
        let Some(map) = entry.value.map() else { return };
        let field = |key: &str| entry.value.entry(key).map(|found| (found.key.at, value(&found.value)));
        let (Some((_, name)), Some((_, chart))) = (field("name").or(field("release_name")), field("chart_ref")) else {
            return;
        };
        let end = map.entries.last().map_or(entry.key.at, |last| last.value.at);
        let mut step = mark(Act::HelmUpgrade, Span { end: end.end, ..entry.key.at }, vec![name, chart]);
        step.program = entry.key.at;
        step.section = self.section;
        for (key, option) in [
            ("chart_version", "version"),
            ("release_namespace", "namespace"),
            ("chart_repo_url", "repo"),
            ("values_files", "values"),
        ] {
            step.options.extend(field(key).map(|(at, value)| Opt { name: option.into(), at, value: Some(value) }));
        }
        for (key, option) in [("reuse_values", "reuse-values"), ("reset_then_reuse_values", "reset-then-reuse-values")]
        {
            let on = entry.value.entry(key).filter(|found| found.value.as_bool() == Some(true));
            step.options.extend(on.map(|found| Opt { name: option.into(), at: found.key.at, value: None }));
        }
        let values = entry.value.entry("values").or(entry.value.entry("release_values"));
        step.options.extend(values.map(|found| Opt { name: "values".into(), at: found.key.at, value: None }));
        // The module installs what is not there.
        step.options.push(Opt { name: "install".into(), at: entry.key.at, value: None });
        self.script.marks.push(step);
    }

    /// The version of Helm that a job installs.
    fn helm_cli(&mut self, node: &Node) {
        let setup = node.get("uses").and_then(Node::text).is_some_and(|uses| uses.starts_with("azure/setup-helm@"));
        let version = node.at_path(&["with", "version"]).filter(|_| setup);
        let mut images = ["image", "name"].iter().filter_map(|key| node.get(key));
        let image = images.find(|image| image.text().is_some_and(|text| text.contains("/helm:")));
        for found in version.into_iter().chain(image) {
            let Some(text) = found.text() else { continue };
            let text = text.rsplit(':').next().unwrap_or(text).to_string();
            let mut step = mark(Act::HelmCli, found.at, vec![Field::written(found.at, text)]);
            step.section = self.section;
            self.script.marks.push(step);
        }
    }
}

fn value(node: &Node) -> Field<String> {
    match node.text() {
        Some(text) if !text.contains("{{") => Field::written(node.at, text.to_string()),
        _ => Field::unknown(node.at, "nothing here says what it is"),
    }
}

fn escaped(text: &str) -> Option<(usize, &'static str)> {
    let known = [("\\\"", "\""), ("\\n", "\n"), ("\\\\", "\\"), ("\\t", "\t"), ("\\/", "/"), ("\\\n", " ")];
    known.into_iter().find(|(escape, _)| text.starts_with(escape)).map(|(escape, letter)| (escape.len(), letter))
}
