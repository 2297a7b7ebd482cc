//! What people write down to be run: scripts, pipelines, guides.
//!
//! A runbook is a list of steps in their order. A step is a command whose words are understood as far as they are known; what a
//! variable or another program decides is unknown, with the reason.

use super::Field;
use crate::source::Span;

/// What kind of text the steps stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Writing {
    /// A script, a pipeline, a Makefile: somebody runs it.
    Script,
    /// A document for people, which may also show what others do.
    Document,
}

/// Steps in the order in which they are written.
#[derive(Clone, Debug)]
pub struct Runbook {
    pub path: String,
    pub writing: Writing,
    pub steps: Vec<Step>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    HelmRepoAdd,
    HelmInstall,
    HelmUpgrade,
    HelmTemplate,
    HelmRollback,
    /// The chart of the operator, installed or upgraded.
    OperatorUpgrade,
    /// `kubectl` with its verb.
    Kubectl(String),
    /// `docker compose` with its verb.
    Compose(String),
    /// Another image is written into a file: the old text, the new one, the files.
    ImageEdited,
    /// `rollingUpdate.sh` of Milvus.
    RollingScript,
    /// `migrate.sh` of Milvus.
    MigrateScript,
    /// A name of one of the two scripts with letters before it that are no path.
    Misspelled,
    /// `milvus-backup`, birdwatcher.
    Backup,
    /// Something of upstream is fetched from its moving branch.
    Download,
    /// The address of a chart repository in a resource or in another chart.
    ChartSource,
    /// A line of a table: a chart and the Milvus that it is said to carry.
    ChartRow,
    /// The version of Helm that a pipeline installs.
    HelmCli,
    /// An image of the migration tool that a document names.
    ToolNamed,
    /// Anything else that names a pod of Milvus.
    Other,
}

/// One option of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    /// Without dashes; short names are spelled out where the tool knows a long one.
    pub name: String,
    /// The flag itself, without its value.
    pub at: Span,
    pub value: Option<Field<String>>,
}

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub act: Act,
    /// From the first word to the last.
    pub at: Span,
    /// The program's own word.
    pub program: Span,
    /// The shell that is named before a script.
    pub interpreter: Option<Field<String>>,
    pub operands: Vec<Field<String>>,
    pub options: Vec<Opt>,
    /// Whether it only runs sometimes: a branch, a loop, a function.
    pub sometimes: bool,
    /// Steps of different sections (the targets of a Makefile) do not follow each other.
    pub section: usize,
    /// Template variables that nobody filled in, as they are written.
    pub unfilled: Vec<Field<String>>,
    /// Versions that the paragraph before the command names.
    pub named_before: Vec<Field<String>>,
}

impl Step {
    /// The option of that name, the last where it is written twice.
    pub fn option(&self, name: &str) -> Option<&Opt> {
        self.options.iter().rev().find(|option| option.name == name)
    }

    /// The value of an option, as far as one is written.
    pub fn value(&self, name: &str) -> Option<&Field<String>> {
        self.option(name).and_then(|option| option.value.as_ref())
    }

    /// The known text of an option.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Field::value).map(String::as_str)
    }

    /// The release or instance that it is about.
    pub fn instance(&self) -> Option<&Field<String>> {
        match self.act {
            Act::RollingScript | Act::MigrateScript => self.value("i"),
            Act::HelmInstall | Act::HelmUpgrade | Act::HelmTemplate if self.operands.len() < 2 => None,
            Act::HelmInstall | Act::HelmUpgrade | Act::HelmTemplate | Act::HelmRollback => self.operands.first(),
            _ => None,
        }
    }

    /// What a `kubectl` command is about, `milvus/search` or `milvus search`: the kind in lower case, and the name.
    pub fn object(&self) -> Option<(String, &str)> {
        let Act::Kubectl(verb) = &self.act else { return None };
        let below = matches!(verb.as_str(), "set" | "rollout");
        let mut operands = self.operands.iter().skip(usize::from(below));
        let first = operands.next()?.value()?;
        let (kind, name) = match first.split_once('/') {
            Some(both) => both,
            None => (first.as_str(), operands.next()?.value()?.as_str()),
        };
        let kind = kind.split('.').next().unwrap_or(kind).to_ascii_lowercase();
        Some((kind, name))
    }

    /// The Milvus resource that a `kubectl` command is about.
    pub fn resource(&self) -> Option<&str> {
        self.object().filter(|(kind, _)| ["milvus", "milvuses", "mi"].contains(&kind.as_str())).map(|(_, name)| name)
    }

    /// The workload that a `kubectl` command is about.
    pub fn workload(&self) -> Option<&str> {
        let kinds = ["deploy", "deployment", "deployments", "sts", "statefulset", "statefulsets"];
        self.object().filter(|(kind, _)| kinds.contains(&kind.as_str())).map(|(_, name)| name)
    }

    /// The chart as it is named, with its alias or address.
    pub fn chart(&self) -> Option<&Field<String>> {
        match self.act {
            Act::HelmInstall | Act::HelmUpgrade | Act::HelmTemplate | Act::OperatorUpgrade => {
                self.operands.get(1).or(self.operands.first())
            }
            _ => None,
        }
    }

    /// The namespace that it names.
    pub fn namespace(&self) -> Option<&Field<String>> {
        self.value("namespace").or_else(|| self.value("n"))
    }

    /// The empty place behind its last word.
    pub fn end(&self) -> Span {
        Span { start: self.at.end, ..self.at }
    }
}
