//! The report for programs: one document, or an object in each line.
//!
//! Always well formed, described by `schemas/report.schema.json`. Whoever changes a field here changes it there. A line is a
//! part of the document with its `type` before it; the last line is the summary.

use super::Context;
use super::shape::{self, Deployment, Place, Point, Value};
use crate::finding::Finding;
use crate::outcome::{Excepted, Incomplete, Outcome, TransitionView};
use crate::source::Texts;
use serde::Serialize;
use std::io;

/// Rises when a field changes its meaning or goes; new fields come without notice.
const SCHEMA_VERSION: &str = "1";

/// Writes the document.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    shape::pretty(&document(context), w)
}

/// Writes a line for each part of the document.
pub fn lines(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let document = document(context);
    each("deployment", &document.deployments, w)?;
    each("transition", &document.transitions, w)?;
    each("finding", &document.findings, w)?;
    each("excepted", &document.excepted, w)?;
    each("incomplete", &document.incomplete, w)?;
    let last = Last {
        schema_version: document.schema_version,
        tool_version: document.tool_version,
        error: document.error,
        summary: document.summary,
    };
    each("summary", &[last], w)
}

fn each<T: Serialize>(kind: &'static str, parts: &[T], w: &mut dyn io::Write) -> io::Result<()> {
    for part in parts {
        serde_json::to_writer(&mut *w, &Line { kind, part })?;
        writeln!(w)?;
    }
    Ok(())
}

fn document<'a>(context: &'a Context) -> Document<'a> {
    let (texts, outcome) = (&context.texts, context.outcome);
    let mut incomplete: Vec<_> = outcome.incomplete.iter().map(|one| self::incomplete(texts, one)).collect();
    // Whoever knows nothing of `error` should not take a run that failed for one that found nothing.
    let failed = context.run.failure.as_deref();
    incomplete.extend(failed.map(|why| IncompleteShape { file: "", side: None, line: None, why }));
    Document {
        schema_version: SCHEMA_VERSION,
        tool_version: context.tool_version,
        error: failed,
        summary: summary(outcome),
        deployments: outcome.deployments.iter().map(|one| shape::deployment(texts, one)).collect(),
        transitions: outcome.transitions.iter().map(|one| transition(texts, one)).collect(),
        findings: outcome.findings.iter().map(|one| finding(texts, one)).collect(),
        excepted: outcome.excepted.iter().map(|one| excepted(texts, one)).collect(),
        incomplete,
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    tool_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    summary: SummaryShape<'a>,
    deployments: Vec<Deployment<'a>>,
    transitions: Vec<TransitionShape<'a>>,
    findings: Vec<FindingShape<'a>>,
    excepted: Vec<ExceptedShape<'a>>,
    incomplete: Vec<IncompleteShape<'a>>,
}

/// One line of the other form.
#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    part: &'a T,
}

#[derive(Serialize)]
struct Last<'a> {
    schema_version: &'static str,
    tool_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(flatten)]
    summary: SummaryShape<'a>,
}

#[derive(Serialize)]
struct SummaryShape<'a> {
    files: usize,
    milvus_files: usize,
    deployments: usize,
    changes: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    unknown: usize,
    incomplete: usize,
    base: Option<&'a str>,
}

#[derive(Serialize)]
struct TransitionShape<'a> {
    id: &'a str,
    kind: &'static str,
    #[serde(flatten)]
    at: Point<'a>,
    from: Option<&'a str>,
    to: Option<&'a str>,
    verdict: Option<&'static str>,
    because: Option<&'a str>,
    path: &'a [String],
    changes: Vec<ChangeShape<'a>>,
}

#[derive(Serialize)]
struct ChangeShape<'a> {
    field: &'static str,
    from: Option<Value<'a>>,
    to: Option<Value<'a>>,
}

#[derive(Serialize)]
struct FindingShape<'a> {
    rule: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    #[serde(flatten)]
    at: Place<'a>,
    here: &'a str,
    subject: Option<&'a str>,
    labels: Vec<LabelShape<'a>>,
    notes: Vec<NoteShape<'a>>,
    fixes: Vec<FixShape<'a>>,
}

#[derive(Serialize)]
struct LabelShape<'a> {
    #[serde(flatten)]
    at: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct NoteShape<'a> {
    name: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct FixShape<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<EditShape<'a>>,
}

#[derive(Serialize)]
struct EditShape<'a> {
    start: u32,
    end: u32,
    #[serde(flatten)]
    at: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct ExceptedShape<'a> {
    #[serde(flatten)]
    finding: FindingShape<'a>,
    reason: &'a str,
    excepted_at: Option<Point<'a>>,
}

#[derive(Serialize)]
struct IncompleteShape<'a> {
    file: &'a str,
    side: Option<&'static str>,
    line: Option<usize>,
    why: &'a str,
}

fn summary(outcome: &Outcome) -> SummaryShape<'_> {
    let counts = &outcome.summary;
    SummaryShape {
        files: counts.files,
        milvus_files: counts.milvus_files,
        deployments: outcome.deployments.len(),
        changes: outcome.transitions.iter().filter(|one| one.changed).count(),
        errors: counts.errors,
        warnings: counts.warnings,
        infos: counts.infos,
        unknown: counts.unknown_changes,
        incomplete: outcome.incomplete.len(),
        base: counts.base.as_deref(),
    }
}

fn transition<'a>(texts: &Texts<'a>, view: &'a TransitionView) -> TransitionShape<'a> {
    let changes = view.changes.iter().map(|change| ChangeShape {
        field: change.field,
        from: shape::value(texts, &change.from),
        to: shape::value(texts, &change.to),
    });
    TransitionShape {
        id: &view.id,
        kind: view.kind.as_str(),
        at: shape::point(texts, view.at),
        from: view.from.as_deref(),
        to: view.to.as_deref(),
        verdict: view.verdict,
        because: Some(view.because.as_str()).filter(|because| !because.is_empty()),
        path: &view.path,
        changes: changes.collect(),
    }
}

fn finding<'a>(texts: &Texts<'a>, finding: &'a Finding) -> FindingShape<'a> {
    let labels = finding.labels.iter().map(|label| LabelShape { at: shape::place(texts, label.at), text: &label.text });
    let edit = |edit: &'a crate::source::Edit| EditShape {
        start: edit.at.start,
        end: edit.at.end,
        at: shape::place(texts, edit.at),
        text: &edit.text,
    };
    let fixes = finding.fixes.iter().filter(|fix| !fix.edits.is_empty()).map(|fix| FixShape {
        title: &fix.title,
        safe: fix.safe,
        edits: fix.edits.iter().map(edit).collect(),
    });
    FindingShape {
        rule: finding.rule,
        severity: finding.severity.as_str(),
        confidence: finding.confidence.as_str(),
        message: &finding.message,
        at: shape::place(texts, finding.at),
        here: &finding.here,
        subject: finding.subject.as_deref(),
        labels: labels.collect(),
        notes: finding.notes.iter().map(|note| NoteShape { name: note.name, text: &note.text }).collect(),
        fixes: fixes.collect(),
    }
}

fn excepted<'a>(texts: &Texts<'a>, one: &'a Excepted) -> ExceptedShape<'a> {
    ExceptedShape {
        finding: finding(texts, &one.finding),
        reason: &one.reason,
        excepted_at: one.at.map(|at| shape::point(texts, at)),
    }
}

fn incomplete<'a>(texts: &Texts<'a>, one: &'a Incomplete) -> IncompleteShape<'a> {
    IncompleteShape {
        file: &one.file,
        side: one.at.map(|at| shape::side(at.source)),
        line: one.at.map(|at| texts.position(at.source, at.start).0),
        why: &one.why,
    }
}
