//! All that a run has to say, as one list: findings, what is unknown, what could not be read, why the run failed.
//!
//! Takes a [`Context`]; gives [`Entry`]s for the formats that are lists. A format that shows them one by one can so not forget
//! what is unknown. It knows no format.

use super::fingerprint::Numbering;
use super::paint::one_line;
use super::{Context, site};
use crate::finding::{Confidence, Finding, Severity};
use crate::outcome::{Excepted, TransitionView};
use crate::source::{Side, Span};

/// Stands for a rule where something could not be read.
pub const INCOMPLETE: &str = "incomplete";
/// Stands for a rule where the legality of a change is not known.
pub const UNKNOWN: &str = "change-unknown";
/// Stands for a rule where the run failed.
pub const FAILED: &str = "run-failed";

/// One thing to say.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub rule: &'a str,
    pub severity: Severity,
    pub confidence: Confidence,
    /// One sentence, clean, on one line.
    pub message: String,
    pub at: Option<Span>,
    /// The path from the repository's root, where there is one.
    pub path: Option<String>,
    /// `None` for what is unknown, could not be read, or failed.
    pub finding: Option<&'a Finding>,
    /// The Milvus it is about, and where that begins.
    pub subject: Option<&'a str>,
    pub owner: Option<Span>,
    /// The same for the same fault, wherever its line has gone.
    pub fingerprint: String,
}

impl Entry<'_> {
    /// The notes of a finding, each as a line: `why: …`.
    pub fn notes(&self) -> Vec<String> {
        let notes = self.finding.map(|finding| finding.notes.as_slice()).unwrap_or_default();
        notes.iter().map(|note| format!("{}: {}", note.name, one_line(&note.text))).collect()
    }
}

/// What stands, worst first and then by place.
pub fn all<'a>(context: &'a Context) -> Vec<Entry<'a>> {
    let mut all = if let Some(why) = &context.run.failure { vec![failed(why)] } else { both(context).0 };
    all.sort_by_key(|entry| std::cmp::Reverse((entry.severity, entry.confidence)));
    all
}

/// What is accepted, with the exception that does so.
pub fn accepted<'a>(context: &'a Context) -> Vec<(Entry<'a>, &'a Excepted)> {
    both(context).1
}

/// Both lists: of two faults that are alike in everything but their line, the first keeps its number when it is accepted.
fn both<'a>(context: &'a Context) -> (Vec<Entry<'a>>, Vec<(Entry<'a>, &'a Excepted)>) {
    let outcome = context.outcome;
    let stands = outcome.findings.iter().map(|one| (one, None));
    let mut findings: Vec<_> = stands.chain(outcome.excepted.iter().map(|one| (&one.finding, Some(one)))).collect();
    let place = |at: Span| (&context.texts.source(at.source).path, at.source.side, at.start);
    findings.sort_by(|(a, _), (b, _)| place(a.at).cmp(&place(b.at)).then(a.rule.cmp(b.rule)));
    let mut numbering = Numbering::default();
    let (mut stands, mut accepted) = (Vec::new(), Vec::new());
    for (one, by) in findings {
        let mut entry = of_finding(context, one);
        entry.fingerprint = numbering.of_finding(context, one);
        match by {
            Some(by) => accepted.push((entry, by)),
            None => stands.push(entry),
        }
    }
    let others = unread(context).chain(unknown(context));
    stands.extend(others.map(|mut entry| {
        entry.fingerprint =
            numbering.of(&[entry.rule, entry.path.as_deref().unwrap_or(""), entry.subject.unwrap_or("")]);
        entry
    }));
    (stands, accepted)
}

fn of_finding<'a>(context: &Context, finding: &'a Finding) -> Entry<'a> {
    let shown = place_in_head(context, finding);
    Entry {
        rule: finding.rule,
        severity: finding.severity,
        confidence: finding.confidence,
        message: one_line(&finding.message),
        at: Some(finding.at),
        path: shown.and_then(|at| site::site(context, at)).map(|site| site.path),
        finding: Some(finding),
        subject: finding.subject.as_deref(),
        owner: finding.owner,
        fingerprint: String::new(),
    }
}

/// The place of a finding that a host can show: the primary one, or else another that is in a file.
fn place_in_head(context: &Context, finding: &Finding) -> Option<Span> {
    let labels = finding.labels.iter().map(|label| label.at);
    let places: Vec<Span> = std::iter::once(finding.at).chain(labels).chain(finding.owner).collect();
    let is_file = |at: &&Span| site::site(context, **at).is_some();
    places.iter().find(is_file).copied()
}

/// What could not be read, unless a finding says so at the same place.
fn unread<'a>(context: &'a Context) -> impl Iterator<Item = Entry<'a>> {
    let outcome = context.outcome;
    let said = move |at: Option<Span>| at.is_some() && outcome.findings.iter().any(|finding| Some(finding.at) == at);
    outcome.incomplete.iter().filter(move |one| !said(one.at)).map(|one| Entry {
        message: format!("not judged: {}", one_line(&one.why)),
        at: one.at,
        path: match one.at {
            Some(at) => site::site(context, at).map(|site| site.path),
            None => Some(site::from_root(context, &one.file)),
        },
        ..of_run(INCOMPLETE, weight(context))
    })
}

fn unknown<'a>(context: &'a Context) -> impl Iterator<Item = Entry<'a>> {
    let unknown = context.outcome.transitions.iter().filter(|one| one.verdict == Some("unknown"));
    unknown.map(|one| Entry {
        message: unknown_sentence(one),
        at: Some(one.at),
        path: site::site(context, one.at).map(|site| site.path),
        subject: Some(&one.id),
        owner: Some(one.at),
        ..of_run(UNKNOWN, weight(context))
    })
}

fn unknown_sentence(one: &TransitionView) -> String {
    let because = if one.because.is_empty() { String::new() } else { format!(": {}", one_line(&one.because)) };
    format!("whether the change of {} is legal is not known{because}", one_line(&one.id))
}

/// How bad it is not to know.
fn weight(context: &Context) -> Severity {
    if context.allow_unknown { Severity::Info } else { Severity::Warning }
}

fn failed(why: &str) -> Entry<'_> {
    Entry { message: format!("nothing was judged: {}", one_line(why)), ..of_run(FAILED, Severity::Error) }
}

fn of_run<'a>(rule: &'a str, severity: Severity) -> Entry<'a> {
    Entry {
        rule,
        severity,
        confidence: Confidence::Certain,
        message: String::new(),
        at: None,
        path: None,
        finding: None,
        subject: None,
        owner: None,
        fingerprint: rule.to_owned(),
    }
}

/// `path:line:column`, with the revision before it where the place is in the base; what a person can find.
pub fn place(context: &Context, entry: &Entry) -> String {
    match entry.at {
        Some(at) => {
            let (line, column) = context.texts.position(at.source, at.start);
            let name = one_line(&context.texts.source(at.source).name());
            format!("{name}:{line}:{column}")
        }
        None => entry.path.as_deref().map(one_line).unwrap_or_default(),
    }
}

/// The site of an entry in the head; one of the base has a path there and no lines.
pub fn in_head(context: &Context, entry: &Entry) -> Option<site::Site> {
    let own = entry.at.and_then(|at| site::site(context, at));
    own.filter(|site| site.side == Side::Head)
}
