//! Which files hold commands, and where in them.
//!
//! Takes the texts of a side, gives [`Script`]s: commands in their order, with whatever YAML stands between them. What a command
//! means is not known here.

use super::code::Code;
use super::shell::{self, Command, Variables};
use super::{File, buildfile, markdown, workflow};
use crate::model::{Act, Field, Step, Writing};
use crate::source::Span;
use crate::yaml::{self, Comment, Document};
use std::sync::Arc;

/// Bytes of which one stands in every script or guide that speaks of Milvus.
pub const RUNBOOK_LITERALS: &[&str] = &["milvus", "rollingUpdate.sh", "migrate.sh", "down -v", "down --volumes"];

/// A command and where it stands among others.
#[derive(Clone, Debug)]
pub struct Run {
    pub command: Command,
    /// Commands of different sections do not follow each other.
    pub section: usize,
    /// Versions that the paragraph before it names.
    pub named_before: Vec<Field<String>>,
}

/// Everything in one text that is to be run.
#[derive(Clone, Debug)]
pub struct Script {
    pub writing: Writing,
    pub runs: Vec<Run>,
    /// What stands there as data and says the same as a command would.
    pub marks: Vec<Step>,
    /// YAML between the commands, and the file that it is written to where that is known.
    pub documents: Vec<(Option<String>, Arc<Document>)>,
    /// Patches that stand in a command, by the place of their word.
    pub patches: Vec<(Span, Arc<Document>)>,
    pub comments: Vec<Comment>,
}

impl Script {
    pub(super) fn new(writing: Writing) -> Script {
        Script {
            writing,
            runs: Vec::new(),
            marks: Vec::new(),
            documents: Vec::new(),
            patches: Vec::new(),
            comments: Vec::new(),
        }
    }

    /// Reads a piece of shell text after those before it.
    pub(super) fn shell(&mut self, code: &Code, section: usize, variables: &mut Variables, before: &[Field<String>]) {
        let mut comments = Vec::new();
        for command in shell::read(code, variables, &mut comments) {
            for document in &command.documents {
                self.yaml(document, command.output.clone());
            }
            self.patch(&command);
            self.runs.push(Run { command, section, named_before: before.to_vec() });
        }
        self.comments.extend(comments.into_iter().map(|(at, text)| Comment { at, text }));
    }

    /// Reads the patch that a command names in its own words.
    fn patch(&mut self, command: &Command) {
        if !command.words.iter().any(|word| word.text == "patch") {
            return;
        }
        for word in &command.words {
            let word = word.flag().and_then(|(_, value)| value).unwrap_or_else(|| word.clone());
            if word.text.trim_start().starts_with(['{', '[']) || word.text.contains("spec:") {
                let code = word.code();
                let stream = yaml::parse_mapped(code.source, &code.text, &|at: Span| code.span(at.range()));
                let root = stream.documents.into_iter().next().filter(|one| one.root.is_map() || one.root.is_seq());
                self.patches.extend(root.map(|document| (word.at, Arc::new(document))));
            }
        }
    }

    /// Reads a piece of YAML.
    pub(super) fn yaml(&mut self, code: &Code, file: Option<String>) {
        if !code.text.contains(':') || code.text.len() > 1 << 20 {
            return;
        }
        let place = |at: Span| code.span(at.range());
        let stream = yaml::parse_mapped(code.source, &code.text, &place);
        let documents = stream.documents.into_iter().filter(|document| document.root.is_map());
        self.documents.extend(documents.map(|document| (file.clone(), Arc::new(document))));
    }

    /// Adds something that stands there as data.
    pub(super) fn mark(&mut self, act: Act, at: Span, operands: Vec<Field<String>>) {
        self.marks.push(mark(act, at, operands));
    }
}

/// A step that is data and no command.
pub(super) fn mark(act: Act, at: Span, operands: Vec<Field<String>>) -> Step {
    Step {
        act,
        at,
        program: at,
        interpreter: None,
        operands,
        options: Vec::new(),
        sometimes: false,
        section: 0,
        unfilled: Vec::new(),
        named_before: Vec::new(),
    }
}

/// How commands stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shell,
    Markdown,
    Make,
    Just,
    Docker,
    Jenkins,
}

/// Whether a file of that name is read for its commands and is no YAML.
pub fn is_runbook(name: &str) -> bool {
    kind(name).is_some()
}

fn kind(path: &str) -> Option<Kind> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    Some(match name.as_str() {
        _ if ends(&[".sh", ".bash", ".zsh", ".ksh"]) => Kind::Shell,
        _ if ends(&[".md", ".markdown", ".mdx"]) => Kind::Markdown,
        "makefile" | "gnumakefile" => Kind::Make,
        _ if ends(&[".mk"]) => Kind::Make,
        "justfile" | ".justfile" => Kind::Just,
        _ if ends(&[".just"]) => Kind::Just,
        "dockerfile" | "containerfile" => Kind::Docker,
        _ if name.starts_with("dockerfile.") && !name.ends_with(".yaml") || ends(&[".dockerfile"]) => Kind::Docker,
        "jenkinsfile" => Kind::Jenkins,
        _ if name.starts_with("jenkinsfile.") || ends(&[".jenkinsfile"]) => Kind::Jenkins,
        _ => return None,
    })
}

/// Whether a text without a telling name is a script.
pub(super) fn is_script(path: &str, text: &str) -> bool {
    let first = || text.lines().next().unwrap_or_default();
    is_runbook(path) || text.starts_with("#!") && first().contains("sh")
}

/// The words of which one begins whatever is understood.
const WORDS: [&str; 10] = [
    "helm",
    "kubectl",
    "rollingUpdate.sh",
    "migrate.sh",
    "milvus-backup",
    "birdwatcher",
    "compose",
    "meta-migration",
    "sed -i",
    "yq ",
];

/// The commands of a file; `None` when there are none that could be about Milvus.
pub(super) fn read(file: &File) -> Option<Script> {
    let text = &file.source.text;
    let spoken = RUNBOOK_LITERALS.iter().any(|literal| text.contains(literal));
    // A guide may show a resource and no command.
    let shows = kind(&file.source.path) == Some(Kind::Markdown) && text.contains("milvus.io/v1");
    if !spoken || !shows && !WORDS.iter().any(|word| text.contains(word)) {
        return None;
    }
    let all = || Code::of(file.id, text, 0..text.len());
    let script = match kind(&file.source.path) {
        None if text.starts_with("#!") && is_script(&file.source.path, text) => shell_script(&all()),
        None => workflow::read(file),
        Some(Kind::Shell) => shell_script(&all()),
        Some(Kind::Markdown) => markdown::read(file.id, text),
        Some(Kind::Make) => buildfile::make(file.id, text),
        Some(Kind::Just) => buildfile::just(file.id, text),
        Some(Kind::Docker) => buildfile::docker(file.id, text),
        Some(Kind::Jenkins) => buildfile::jenkins(file.id, text),
    };
    let empty = script.runs.is_empty() && script.marks.is_empty() && script.documents.is_empty();
    (!empty).then_some(script)
}

fn shell_script(code: &Code) -> Script {
    let mut script = Script::new(Writing::Script);
    script.shell(code, 0, &mut Variables::default(), &[]);
    script
}
