//! Commands as a dialect: what `helm`, `kubectl`, Milvus' own scripts and the backup tools are told to do.
//!
//! Takes a command's words, gives a [`Step`], or nothing for a command that is none of Milvus' business; takes a repair, gives the
//! edit of the words. Which Milvus a step is about is not known here.

use super::image_edit;
use crate::detect::{Run, Word};
use crate::finding::Set;
use crate::model::{Act, Field, Opt, Step};
use crate::source::{Edit, Span};

/// Options of Helm that take a value.
const HELM_VALUES: &[&str] = &[
    "n",
    "namespace",
    "version",
    "f",
    "values",
    "set",
    "set-string",
    "set-file",
    "set-json",
    "set-literal",
    "repo",
    "timeout",
    "kube-context",
    "kubeconfig",
    "username",
    "password",
    "ca-file",
    "cert-file",
    "key-file",
    "keyring",
    "description",
    "history-max",
    "o",
    "output",
    "post-renderer",
    "post-renderer-args",
    "l",
    "labels",
    "registry-config",
    "kube-apiserver",
    "repository-cache",
    "repository-config",
    "kube-as-user",
    "kube-as-group",
    "kube-token",
    "kube-ca-file",
    "name",
    "a",
    "api-versions",
    "kube-version",
    "name-template",
    "output-dir",
    "s",
    "show-only",
];

/// Options of kubectl that take a value.
const KUBECTL_VALUES: &[&str] = &[
    "n",
    "namespace",
    "f",
    "filename",
    "k",
    "kustomize",
    "p",
    "patch",
    "patch-file",
    "type",
    "l",
    "selector",
    "o",
    "output",
    "context",
    "kubeconfig",
    "cluster",
    "user",
    "timeout",
    "for",
    "field-manager",
    "replicas",
    "to-revision",
    "c",
    "container",
    "field-selector",
    "s",
    "server",
    "token",
    "as",
    "subresource",
    "grace-period",
    "cascade",
    "template",
    "tail",
    "since",
];

/// Long names of short options.
const LONG: &[(&str, &str)] = &[("f", "values"), ("n", "namespace"), ("i", "install"), ("o", "output")];

/// What a command does, if it could be about Milvus.
pub fn step(run: &Run) -> Option<Step> {
    let words = &run.command.words;
    let mut first = words.first()?;
    let mut rest = &words[1..];
    let mut interpreter = None;
    let shells = ["sh", "bash", "zsh", "dash", "ash", "source", "."];
    if shells.contains(&base(first)) {
        interpreter = Some(first.field());
        let flags = rest.iter().take_while(|word| word.text.starts_with('-')).count();
        (first, rest) = rest[flags..].split_first()?;
    }
    let name = base(first);
    let parsed = match name {
        "helm" | "helm3" | "helm.exe" => helm(rest),
        "kubectl" | "oc" | "k" | "microk8s.kubectl" => kubectl(rest),
        "rollingUpdate.sh" => Some(script(first, Act::RollingScript, rest)),
        "migrate.sh" if is_migration(rest) => Some(script(first, Act::MigrateScript, rest)),
        "milvus-backup" | "birdwatcher" => Some((Act::Backup, arguments(rest, &[]))),
        "docker" | "podman" | "nerdctl" if rest.first().is_some_and(|word| word.text == "compose") => {
            compose(&rest[1..])
        }
        "docker-compose" | "podman-compose" => compose(rest),
        "sed" | "gsed" => bare(image_edit::sed(rest)),
        "yq" => bare(image_edit::yq(rest)),
        "curl" | "wget" => download(rest),
        _ => None,
    };
    let (act, arguments) = parsed?;
    let last = words.last()?;
    let at = Span { end: last.at.end.max(first.at.end), ..words[0].at };
    Some(Step {
        act,
        at,
        program: first.at,
        interpreter,
        operands: arguments.operands,
        options: arguments.options,
        sometimes: run.command.sometimes,
        section: run.section,
        unfilled: words.iter().flat_map(Word::holes).filter(is_template).collect(),
        named_before: run.named_before.clone(),
    })
}

/// The edit that a repair of a command makes; `None` when it is no repair of a command.
pub fn write(set: &Set) -> Option<Edit> {
    match set {
        Set::CommandWord { at, text } => Some(Edit { at: *at, text: text.clone() }),
        _ => None,
    }
}

fn base(word: &Word) -> &str {
    word.text.rsplit('/').next().unwrap_or(&word.text)
}

/// A document's own variables; those of pipelines are filled in when they run.
fn is_template(hole: &Field<String>) -> bool {
    let name = hole.value().and_then(|text| text.strip_prefix("{{")?.split("}}").next().map(str::trim));
    // What asks an object for one of its fields is a template that kubectl fills in.
    name.is_some_and(|name| {
        name.starts_with(|c: char| c.is_alphabetic()) && !name.contains(['"', '(', '$'])
            || name.starts_with('.') && name[1..].starts_with("Values")
    })
}

struct Arguments {
    operands: Vec<Field<String>>,
    options: Vec<Opt>,
}

/// Options and operands in any order, `--name=value` and `--name value` alike.
fn arguments(words: &[Word], valued: &[&str]) -> Arguments {
    let mut arguments = Arguments { operands: Vec::new(), options: Vec::new() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some((flag, value)) = word.flag() else {
            arguments.operands.push(word.field());
            continue;
        };
        if flag.hole().is_some() {
            continue;
        }
        let short = !flag.text.starts_with("--");
        let name = flag.text.trim_start_matches('-');
        let takes = valued.contains(&name);
        // `-nmilvus` is `-n milvus`.
        let glued = short
            && name.len() > 1
            && !takes
            && valued.contains(&&name[..name.chars().next().map_or(1, char::len_utf8)]);
        let (name, value) = match value {
            Some(value) => (name.to_string(), Some(value.field())),
            None if glued => (name[..1].to_string(), Some(word.part(2..word.text.len()).field())),
            None if takes => (name.to_string(), words.next().map(Word::field)),
            None => (name.to_string(), None),
        };
        arguments.options.push(Opt { name: long(&name), at: flag.at, value });
    }
    arguments
}

fn long(name: &str) -> String {
    LONG.iter().find(|(short, _)| *short == name).map_or(name, |(_, long)| long).to_string()
}

/// Options of the two scripts: one letter, and always a value.
fn letters(words: &[Word]) -> Arguments {
    let mut arguments = Arguments { operands: Vec::new(), options: Vec::new() };
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        match word.text.strip_prefix('-').filter(|name| !name.is_empty() && !word.quoted) {
            Some(name) => {
                let length = name.chars().next().map_or(1, char::len_utf8);
                let value = match name.len() > length {
                    true => Some(word.part(1 + length..word.text.len())),
                    false => words.next_if(|next| !next.text.starts_with('-')).cloned(),
                };
                let value = value.map(|value| value.field());
                arguments.options.push(Opt { name: name[..length].to_string(), at: word.at, value });
            }
            None => arguments.operands.push(word.field()),
        }
    }
    arguments
}

/// Whether the options of a `migrate.sh` are those of Milvus' script: others have one as well.
fn is_migration(words: &[Word]) -> bool {
    let has = |name: &str| words.iter().any(|word| word.text == name);
    has("-i") && (has("-s") || has("-t"))
}

/// A script is called by its path; other letters before it are a slip, and then the right word is its one operand.
fn script(word: &Word, act: Act, words: &[Word]) -> (Act, Arguments) {
    let folder = &word.text[..word.text.len() - base(word).len()];
    let slip =
        folder.len() >= 3 && folder.ends_with("./") && !folder.ends_with("../") && folder.matches('/').count() == 1;
    if !slip || word.hole().is_some() {
        return (act, letters(words));
    }
    let right = Field::written(word.at, format!("./{}", base(word)));
    (Act::Misspelled, Arguments { operands: vec![right], options: letters(words).options })
}

fn helm(words: &[Word]) -> Option<(Act, Arguments)> {
    let mut arguments = arguments(words, HELM_VALUES);
    let mut verbs = arguments.operands.iter().map_while(|operand| operand.value().cloned());
    let (verb, second) = (verbs.next()?, verbs.next());
    let (act, drop) = match (verb.as_str(), second.as_deref()) {
        ("repo", Some("add")) => (Act::HelmRepoAdd, 2),
        ("install", _) => (Act::HelmInstall, 1),
        ("upgrade", _) => (Act::HelmUpgrade, 1),
        ("template", _) => (Act::HelmTemplate, 1),
        ("rollback", _) => (Act::HelmRollback, 1),
        _ => return None,
    };
    arguments.operands.drain(..drop);
    let act = match act {
        Act::HelmRepoAdd | Act::HelmRollback => act,
        act => match chart_of(&arguments.operands)? {
            "milvus-operator" if matches!(act, Act::HelmUpgrade | Act::HelmInstall) => Act::OperatorUpgrade,
            "milvus" => act,
            _ => return None,
        },
    };
    Some((act, arguments))
}

/// The name of the chart, which is the last of the operands.
fn chart_of(operands: &[Field<String>]) -> Option<&str> {
    let chart = operands.get(1).or(operands.first())?.value()?;
    // A folder is somebody's own chart.
    let bare = ["milvus", "milvus-operator"].contains(&chart.as_str());
    let own = chart.starts_with(['.', '/']) || chart.contains("bitnami") || !chart.contains('/') && !bare;
    if own {
        return None;
    }
    let name = chart.trim_end_matches('/').rsplit('/').next()?;
    let packed = name.strip_suffix(".tgz").and_then(|name| name.rsplit_once('-')).map_or(name, |(name, _)| name);
    Some(packed)
}

fn kubectl(words: &[Word]) -> Option<(Act, Arguments)> {
    let mut arguments = arguments(words, KUBECTL_VALUES);
    for option in &mut arguments.options {
        match option.name.as_str() {
            "values" => option.name = "filename".to_string(),
            "p" => option.name = "patch".to_string(),
            _ => {}
        }
    }
    if arguments.operands.is_empty() {
        return None;
    }
    let verb = arguments.operands.remove(0).value()?.clone();
    let verbs =
        ["apply", "create", "replace", "patch", "set", "rollout", "delete", "scale", "edit", "describe", "get", "wait"];
    verbs.contains(&verb.as_str()).then_some((Act::Kubectl(verb), arguments))
}

/// A command of which only the operands count.
fn bare(parsed: Option<(Act, Vec<Field<String>>)>) -> Option<(Act, Arguments)> {
    parsed.map(|(act, operands)| (act, Arguments { operands, options: Vec::new() }))
}

/// Options of compose that take a value.
const COMPOSE_VALUES: &[&str] = &[
    "f",
    "file",
    "p",
    "project-name",
    "profile",
    "env-file",
    "project-directory",
    "progress",
    "ansi",
    "parallel",
    "t",
    "timeout",
    "scale",
    "pull",
    "rmi",
];

fn compose(words: &[Word]) -> Option<(Act, Arguments)> {
    let mut arguments = arguments(words, COMPOSE_VALUES);
    for option in &mut arguments.options {
        match option.name.as_str() {
            "values" | "file" => option.name = "filename".to_string(),
            _ => {}
        }
    }
    if arguments.operands.is_empty() {
        return None;
    }
    let verb = arguments.operands.remove(0).value()?.clone();
    let verbs = ["up", "down", "pull", "stop", "start", "restart", "rm", "create"];
    verbs.contains(&verb.as_str()).then_some((Act::Compose(verb), arguments))
}

/// Something fetched from a branch of upstream that moves.
fn download(words: &[Word]) -> Option<(Act, Arguments)> {
    let arguments = arguments(words, &["o", "O", "H", "P"]);
    let is_script = |operand: &&Field<String>| {
        operand.value().is_some_and(|url| {
            url.contains("milvus-io/milvus/") && (url.ends_with("rollingUpdate.sh") || url.ends_with("migrate.sh"))
        })
    };
    let script = arguments.operands.iter().find(is_script)?.clone();
    Some((Act::Download, Arguments { operands: vec![script], options: arguments.options }))
}
