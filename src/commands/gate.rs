//! `gate`: whether a sync may go on, judged from what runs.
//!
//! Takes manifests (or an image, or an Application) and a cluster; gives one verdict. What is not known is denied. It writes
//! nothing, unless `--event` asks for it, and says its reason where Kubernetes shows it: in the termination message.

use super::live::{self, Look};
use super::{VERSION, facts, not_our_own, print, report, say_config, split_output};
use crate::cli::{self, Common, Verdict};
use crate::load::{self, Loaded};
use crate::{Exit, Usage, complete};
use milvus_lint::cluster::{self, Asked, Failure, Kind, Live};
use milvus_lint::facts::Facts;
use milvus_lint::finding::{Finding, Severity};
use milvus_lint::outcome::{Outcome, TransitionKind, TransitionView};
use milvus_lint::rules::{self, Scope};
use milvus_lint::source::{Side, Source, Sources};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

/// Where a container leaves its last words.
const LAST_WORDS: &str = "/dev/termination-log";
/// The kubelet keeps no more of them.
const MOST_WORDS: usize = 4096;

/// The answer.
struct Answer {
    exit: Exit,
    /// `allowed: …` or `denied: …`, on one line.
    words: String,
}

/// Judges, and says so everywhere.
pub fn run(args: &cli::Gate, common: &Common, start: Instant) -> anyhow::Result<Exit> {
    cluster::when_terminated(|| {
        last_words("denied: the gate was stopped before it knew (SIGTERM)");
        std::process::exit(Exit::Incomplete as i32);
    });
    match judged(args, common, start) {
        Ok(exit) => Ok(exit),
        Err(error) => {
            last_words(&format!("denied: {error:#}"));
            Err(error)
        }
    }
}

fn judged(args: &cli::Gate, common: &Common, start: Instant) -> anyhow::Result<Exit> {
    let (format, file) = split_output(&args.output);
    if !["human", "json"].contains(&format) {
        return Err(Usage(format!("gate has no format `{format}` (known: human, json)")).into());
    }
    let (mut loaded, known, look) = match (&args.to_image, &args.argocd_app) {
        (Some(image), _) => with_image(args, common, image)?,
        (None, Some(name)) => with_application(args, common, name)?,
        (None, None) => with_manifests(args, common)?,
    };
    live::against(&mut loaded, &look, args.name.as_ref());
    let mut outcome = complete::judge(&mut loaded, &known)?;
    loaded.show(&mut outcome);
    let answer = answer(&outcome, loaded.config.fail_on.unwrap_or(Severity::Error));
    if !common.quiet && format == "human" {
        live::say_unseen(&look.live, common.verbose);
    }
    if format == "json" {
        let document = document(&answer, &outcome, &look.live, start);
        print(file, format!("{document:#}\n").as_bytes())?;
    } else {
        let output = file.map(|file| vec![format!("human:{file}")]).unwrap_or_default();
        let verdict = Verdict { output, ..Verdict::default() };
        report(&loaded, &outcome, &verdict, common, start.elapsed(), |_, _| Ok(()))?;
        anstream::println!("gate: {}", answer.words);
    }
    last_words(&answer.words);
    if args.event && answer.exit != Exit::Clean {
        tell(args, &outcome, &answer)?;
    }
    Ok(answer.exit)
}

/// From the manifests to those that run of them.
fn with_manifests(args: &cli::Gate, common: &Common) -> anyhow::Result<(Loaded, Facts, Look)> {
    if args.paths.is_empty() {
        let ask = "name files, `-` for standard input, --name with --to-image, or --argocd-app";
        return Err(Usage(format!("nothing says what is to be applied: {ask}")).into());
    }
    let no_base = cli::Base { no_base: true, ..cli::Base::default() };
    let verdict = Verdict { output: vec![args.output.clone()], ..Verdict::default() };
    let mut loaded = load::load(&args.paths, &no_base, &not_our_own(&args.scope, &verdict))?;
    say_config(&loaded, common);
    let known = facts(common, &loaded.config, &loaded.root)?;
    complete::judge(&mut loaded, &known)?;
    let mut told = milvus_lint::deployments(&loaded.head, &known, &loaded.config);
    for one in told.iter_mut().filter(|one| one.id.name.is_none()) {
        one.id.name.clone_from(&args.name);
    }
    let look = live::look(&args.reach, &args.place, &told, false)?;
    Ok((loaded, known, look))
}

/// From one Milvus that runs to the same one with another image.
fn with_image(args: &cli::Gate, common: &Common, image: &str) -> anyhow::Result<(Loaded, Facts, Look)> {
    let name = args.name.clone().unwrap_or_default();
    let options = live::options(&args.reach, args.place.namespace.as_ref())?;
    let asked = |namespace: &str| {
        let mut asked = Asked::default();
        asked.namespaces.insert(namespace.to_string());
        asked.names.insert((namespace.to_string(), name.clone()));
        asked
    };
    let (seen, namespace) = cluster::look(&options, asked, false).map_err(live::failed)?;
    let text = cluster::with_image(&seen, (&namespace, &name), image, args.to_queue.as_deref());
    let look = Look { live: Live::of(&seen, &namespace), seen, namespace };
    let path = format!("live:asked/{}/{name}", look.namespace);
    let (loaded, known) = told(args, common, path, text)?;
    Ok((loaded, known, look))
}

/// From what runs to what an Application would make of it.
fn with_application(args: &cli::Gate, common: &Common, name: &str) -> anyhow::Result<(Loaded, Facts, Look)> {
    let options = live::options(&args.reach, args.place.namespace.as_ref())?;
    let application = cluster::application_of(&options, name).map_err(live::failed)?;
    let text = cluster::application(&application).map_err(|why| live::failed(Failure::new(Kind::Invalid, why)))?;
    let (mut loaded, known) = told(args, common, format!("application {name}"), text)?;
    complete::judge(&mut loaded, &known)?;
    let told = milvus_lint::deployments(&loaded.head, &known, &loaded.config);
    // `-n` names the Application's namespace; the Milvus is where it goes.
    let place = cli::Place::default();
    let look = live::look(&args.reach, &place, &told, false)?;
    Ok((loaded, known, look))
}

/// One text that nobody has written down.
fn told(args: &cli::Gate, common: &Common, path: String, text: String) -> anyhow::Result<(Loaded, Facts)> {
    let mut loaded = load::nothing(&args.scope)?;
    loaded.head = Sources::empty(Side::Head);
    loaded.head.push(Source { path, origin: None, disk: None, text });
    loaded.head.seen = 1;
    say_config(&loaded, common);
    let known = facts(common, &loaded.config, &loaded.root)?;
    Ok((loaded, known))
}

/// Illegal is certain and comes first; what is not known is denied; what stays as it is needs no proof.
fn answer(outcome: &Outcome, fail_on: Severity) -> Answer {
    let moving: Vec<&TransitionView> = outcome.transitions.iter().filter(|one| one.changed).collect();
    let about = |subject: Option<&String>| subject.is_none_or(|subject| moving.iter().any(|one| one.id == *subject));
    // What is wrong about a change counts where the version stays, too: a store that is moved is one.
    let of_change = |rule| rules::find(rule).is_some_and(|rule| rule.scope == Scope::Change);
    let wrong = |finding: &&Finding| {
        finding.severity >= fail_on && (of_change(finding.rule) || about(finding.subject.as_ref()))
    };
    if let Some(finding) = outcome.findings.iter().find(wrong) {
        let subject = finding.subject.as_ref();
        let change = subject.and_then(|subject| outcome.transitions.iter().find(|one| one.id == *subject));
        let place = change.map(|one| format!("{}{}: ", one.id, versions(one))).unwrap_or_default();
        let next = change.and_then(next).map(|next| format!("; the next legal stop is {next}")).unwrap_or_default();
        let why = finding.notes.iter().find(|note| note.name == "why").map(|note| format!(" ({})", note.text));
        let rule = finding.rule;
        let words = format!("denied: {place}{} [{rule}]{next}{}", finding.message, why.unwrap_or_default());
        return Answer { exit: Exit::Findings, words };
    }
    let unknown = |one: &&TransitionView| matches!(one.verdict, Some("unknown"));
    if let Some(one) = outcome.transitions.iter().find(unknown) {
        let words = format!("denied: {}{}: not known to be legal: {}", one.id, versions(one), one.because);
        return Answer { exit: Exit::Incomplete, words };
    }
    if let Some(one) = outcome.incomplete.first() {
        return Answer { exit: Exit::Incomplete, words: format!("denied: {}: {}", one.file, one.why) };
    }
    if outcome.transitions.is_empty() {
        let words =
            "denied: there is no Milvus in what is to be applied; is the output of the renderer empty?".to_string();
        return Answer { exit: Exit::Incomplete, words };
    }
    let said = |one: &TransitionView| match one.kind {
        TransitionKind::Created => format!("{} is a first install", one.id),
        TransitionKind::Unchanged => format!("{} stays as it is", one.id),
        _ if one.from == one.to => format!("{} keeps its version", one.id),
        _ => format!("{}{} is legal", one.id, versions(one)),
    };
    let all: Vec<String> = outcome.transitions.iter().map(said).collect();
    Answer { exit: Exit::Clean, words: format!("allowed: {}", all.join("; ")) }
}

fn versions(one: &TransitionView) -> String {
    match (&one.from, &one.to) {
        (Some(from), Some(to)) if from != to => format!(" {from} → {to}"),
        _ => String::new(),
    }
}

/// The first stop of the legal way, where that is not the target itself.
fn next(one: &TransitionView) -> Option<&String> {
    one.path.get(1).filter(|next| one.to.as_ref() != Some(*next))
}

/// The answer for programs.
fn document(answer: &Answer, outcome: &Outcome, live: &Live, start: Instant) -> Value {
    let transitions = outcome.transitions.iter().map(|one| {
        json!({
            "id": one.id,
            "kind": one.kind.as_str(),
            "from": one.from,
            "to": one.to,
            "verdict": one.verdict,
            "because": one.because,
            "path": one.path,
        })
    });
    let findings = outcome.findings.iter().map(|one| {
        json!({"rule": one.rule, "severity": one.severity.as_str(), "subject": one.subject, "message": one.message})
    });
    let unseen = live.unseen().iter().map(|one| {
        json!({"verb": one.verb, "resource": one.resource, "namespace": one.namespace, "name": one.name, "why": one.why})
    });
    let verdict = match answer.exit {
        Exit::Clean => "allowed",
        Exit::Findings => "illegal",
        _ => "unknown",
    };
    let version = |version: &Option<milvus_lint::model::Version>| version.as_ref().map(ToString::to_string);
    json!({
        "tool": {"name": "milvus-lint", "version": VERSION},
        "verdict": verdict,
        "reason": answer.words,
        "exit": answer.exit as u8,
        "cluster": live.sight.cluster,
        "kubernetes": version(&live.kubernetes),
        "operator": version(&live.operator),
        "webhook": live.webhook,
        "milvus": transitions.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
        "incomplete": outcome.incomplete.iter().map(|one| json!({"file": one.file, "why": one.why})).collect::<Vec<_>>(),
        "unseen": unseen.collect::<Vec<_>>(),
        "seconds": start.elapsed().as_secs_f64(),
    })
}

/// The reason where Argo CD and `kubectl describe` show it. Outside of a container there is no such file.
fn last_words(words: &str) {
    let path = Path::new(LAST_WORDS);
    if path.exists() {
        let mut end = words.len().min(MOST_WORDS);
        while !words.is_char_boundary(end) {
            end -= 1;
        }
        // Whoever may not write there still has the exit code and the output.
        drop(std::fs::write(path, &words[..end]));
    }
}

/// Writes an Event for each Milvus that is denied.
fn tell(args: &cli::Gate, outcome: &Outcome, answer: &Answer) -> anyhow::Result<()> {
    let options = live::options(&args.reach, args.place.namespace.as_ref())?;
    let denied = outcome.transitions.iter().filter(|one| one.changed || one.verdict == Some("unknown"));
    let denied: Vec<String> = denied.map(|one| one.id.clone()).collect();
    if let Err(failure) = cluster::tell(&options, &denied, true, &answer.words) {
        anstream::eprintln!("no Event was written: {failure}");
    }
    Ok(())
}
