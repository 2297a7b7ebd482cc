//! Where reports go: what was asked for with `--output`, and what a CI gets besides.
//!
//! Takes the words of the command line, the environment, and a way to make a report's context; writes reports to files and to
//! standard output. A CI that is recognised gets something more and loses nothing.

use super::print;
use crate::{Exit, Usage};
use milvus_lint::outcome::Outcome;
use milvus_lint::report::{Context, Format, RuleInfo, Run, Style};
use milvus_lint::rules::{RULES, Scope};
use milvus_lint::source::{Side, Sources, Texts};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What a command says on top of its human report.
pub type Before = fn(&Context, &mut dyn Write) -> io::Result<()>;

/// One report, and the file it goes to; none is standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub format: Format,
    pub file: Option<String>,
}

/// Every rule, as reports describe it.
pub static RULE_INFOS: LazyLock<Vec<RuleInfo>> = LazyLock::new(|| {
    let scope = |scope| match scope {
        Scope::Change => "change",
        Scope::State => "state",
        Scope::Runbook => "command",
        Scope::Text => "text",
    };
    let info = |rule: &&milvus_lint::rules::Rule| RuleInfo {
        id: rule.id,
        severity: rule.severity,
        confidence: rule.confidence,
        summary: rule.summary,
        scope: scope(rule.scope),
        page: rule.page,
    };
    RULES.iter().map(info).collect()
});

/// `format:file` → its two halves; `-` is standard output.
pub fn split(output: &str) -> (&str, Option<&str>) {
    match output.split_once(':') {
        Some((format, "-")) => (format, None),
        Some((format, file)) if !file.is_empty() => (format, Some(file)),
        _ => (output.trim_end_matches(':'), None),
    }
}

/// What was asked for, or the human report. Two reports in one place would be neither.
pub fn parse(asked: &[String]) -> Result<Vec<Output>, Usage> {
    if asked.is_empty() {
        return Ok(vec![Output { format: Format::Human, file: None }]);
    }
    let outputs: Vec<Output> = asked.iter().map(|one| parse_one(one)).collect::<Result<_, _>>()?;
    for (nth, one) in outputs.iter().enumerate() {
        let before = &outputs[..nth];
        if let Some(file) = &one.file
            && before.iter().any(|other| other.file.as_ref() == Some(file))
        {
            return Err(Usage(format!("two reports cannot go to the same file {file}; give each its own")));
        }
        let shares = |other: &Output| other.file.is_none() && (other.format.is_document() || one.format.is_document());
        if one.file.is_none() && before.iter().any(shares) {
            let why =
                "two reports cannot both go to standard output; write one to a file, as in --output json:report.json";
            return Err(Usage(why.to_string()));
        }
    }
    Ok(outputs)
}

fn parse_one(asked: &str) -> Result<Output, Usage> {
    let (name, file) = split(asked);
    Ok(Output { format: Format::parse(name).map_err(Usage)?, file: file.map(str::to_string) })
}

/// What the CI around the run would like.
#[derive(Clone, Debug, Default)]
pub struct Ci {
    /// Annotations, which GitHub reads from either stream.
    annotate: bool,
    /// The file that the job's summary is added to.
    summary: Option<PathBuf>,
    /// GitLab reads its report from a file that only the job can name.
    gitlab: bool,
}

impl Ci {
    /// The CI that this process runs in, less what the user has asked for anyway.
    pub fn here(outputs: &[Output]) -> Ci {
        let is_true = |name: &str| std::env::var(name).is_ok_and(|value| value == "true");
        let asked = |format: Format| outputs.iter().any(|output| output.format == format);
        let github = is_true("GITHUB_ACTIONS");
        let summary = std::env::var("GITHUB_STEP_SUMMARY").ok().filter(|file| !file.is_empty());
        let written = |file: &String| outputs.iter().any(|output| output.file.as_ref() == Some(file));
        Ci {
            annotate: github && !asked(Format::Github),
            summary: summary.filter(|file| (github || asked(Format::Github)) && !written(file)).map(PathBuf::from),
            gitlab: is_true("GITLAB_CI") && !asked(Format::Gitlab),
        }
    }
}

/// Writes every report. One that cannot be written stops no other; the exit code is then of the first that could not. That
/// nobody reads standard output any more is an error only when all else is written.
pub fn deliver<'a>(
    outputs: &[Output],
    ci: &Ci,
    context: &dyn Fn(bool) -> Context<'a>,
    before: Before,
) -> anyhow::Result<Option<Exit>> {
    // First, since a report for people shows lines of files, and one of them could tell GitHub to listen no more.
    for_ci(ci, &context(false));
    let (mut failed, mut unheard) = (None, None);
    for Output { format, file } in outputs {
        let context = context(file.is_none());
        let mut text = Vec::new();
        if *format == Format::Human {
            before(&context, &mut text)?;
            if !text.is_empty() {
                text.push(b'\n');
            }
        }
        format.write(&context, &mut text)?;
        if let Err(error) = print(file.as_deref(), &text) {
            if crate::is_broken_pipe(&error) {
                unheard = Some(error);
                continue;
            }
            anstream::eprintln!("error: {error:#}");
            failed.get_or_insert(if error.is::<Usage>() { Exit::Usage } else { Exit::Internal });
        }
    }
    match (failed, unheard) {
        (None, Some(error)) => Err(error),
        (failed, _) => Ok(failed),
    }
}

/// What a CI gets besides. That it cannot be written is said, and changes nothing.
fn for_ci(ci: &Ci, context: &Context) {
    if ci.annotate {
        let mut text = Vec::new();
        let written = Format::Github.write(context, &mut text).and_then(|()| io::stderr().lock().write_all(&text));
        // Without standard error there is nobody to tell.
        written.ok();
    }
    if let Some(file) = &ci.summary
        && let Err(error) = append(file, context)
    {
        anstream::eprintln!("the job's summary {} was not written: {error}", file.display());
    }
    if ci.gitlab && context.style.verbosity >= 0 && context.run.failure.is_none() {
        anstream::eprintln!(
            "GitLab shows findings in merge requests with --output gitlab:gl-code-quality-report.json and artifacts:reports:codequality"
        );
    }
}

fn append(file: &Path, context: &Context) -> io::Result<()> {
    let mut text = Vec::new();
    Format::Markdown.write(context, &mut text)?;
    OpenOptions::new().create(true).append(true).open(file)?.write_all(&text)
}

/// Reports that say why there is no judgement: whoever reads a file that was asked for finds a document there.
pub fn fail(asked: &[String], why: &str, exit: Exit) {
    let outputs: Vec<Output> = asked.iter().filter_map(|one| parse_one(one).ok()).collect();
    let ci = Ci::here(&outputs);
    let human = |output: &Output| output.format == Format::Human && output.file.is_none();
    let stdout = outputs.iter().filter(|output| output.file.is_none() && output.format.is_document()).count();
    let fits = |output: &Output| output.file.is_some() || stdout < 2;
    let outputs: Vec<Output> = outputs.into_iter().filter(|output| !human(output) && fits(output)).collect();
    let (base, head) = (Sources::empty(Side::Base), Sources::empty(Side::Head));
    let outcome = Outcome::default();
    let context = |_| Context {
        texts: Texts { base: &base, head: &head },
        outcome: &outcome,
        style: Style::default(),
        elapsed: None,
        tool_version: super::VERSION,
        allow_unknown: false,
        hint: None,
        run: Run {
            rules: &RULE_INFOS,
            exit: exit as u8,
            command: command(),
            failure: Some(why.to_string()),
            ..Run::default()
        },
    };
    // The failure itself has been said on standard error; a report that cannot be written either is said there as well.
    deliver(&outputs, &ci, &context, |_, _| Ok(())).ok();
}

/// The outputs on a command line that clap could not read; those of commands with formats of their own are not ours.
pub fn asked_in(arguments: &[String]) -> Vec<String> {
    let ours = ["check", "diff", "fix"];
    if !arguments.iter().any(|word| ours.contains(&word.as_str())) {
        return Vec::new();
    }
    let mut asked = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--output" || word == "-o" {
            asked.extend(words.next().cloned());
        } else if let Some(value) = value_of(word) {
            asked.push(value.to_string());
        }
    }
    asked
}

/// The value of an output that is one word with its flag.
fn value_of(word: &str) -> Option<&str> {
    let short = || word.strip_prefix("-o").map(|value| value.trim_start_matches('='));
    word.strip_prefix("--output=").or_else(short).filter(|value| !value.is_empty())
}

/// The command line without its outputs, to be typed again.
pub fn command() -> String {
    let mut words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let mut command = "milvus-lint".to_string();
    while let Some(word) = words.next() {
        if word == "--output" || word == "-o" {
            words.next();
        } else if value_of(&word).is_none() {
            command.push(' ');
            command.push_str(&quoted(&word));
        }
    }
    command
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+^~".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
