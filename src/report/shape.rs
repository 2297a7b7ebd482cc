//! The JSON of a place, a value and a Milvus, shared by every report that writes JSON.
//!
//! Field order is the order of the document; the contract is `schemas/report.schema.json`.

use crate::outcome::{DeploymentView, ValueView, WorkloadView};
use crate::source::{Side, SourceId, Span, Texts};
use serde::Serialize;

/// Where something begins. Lines and columns count from 1, columns in characters.
#[derive(Serialize)]
pub struct Point<'a> {
    pub file: &'a str,
    pub side: &'static str,
    pub line: usize,
    pub column: usize,
}

/// From where to where something goes; the end is just behind it.
#[derive(Serialize)]
pub struct Place<'a> {
    #[serde(flatten)]
    pub start: Point<'a>,
    pub end_line: usize,
    pub end_column: usize,
}

/// A value and who said it.
#[derive(Serialize)]
pub struct Value<'a> {
    value: Option<&'a str>,
    said: &'static str,
    why: Option<&'a str>,
    at: Option<Point<'a>>,
}

/// The newest release that can be reached, and in how many hops.
#[derive(Serialize)]
struct Newest<'a> {
    version: &'a str,
    hops: usize,
}

/// One Deployment of a Milvus.
#[derive(Serialize)]
struct Workload<'a> {
    component: &'a str,
    strategy: Option<&'a str>,
    waits_for: Option<&'a str>,
    idle: bool,
}

/// One Milvus.
#[derive(Serialize)]
pub struct Deployment<'a> {
    id: &'a str,
    container: &'static str,
    #[serde(flatten)]
    at: Point<'a>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    version: Option<Value<'a>>,
    image: Option<Value<'a>>,
    mode: Option<Value<'a>>,
    queue: Option<Value<'a>>,
    coordinators: Option<Value<'a>>,
    rolling: Option<Value<'a>>,
    update_mode: Option<Value<'a>>,
    workloads: Option<Vec<Workload<'a>>>,
    chart_version: Option<Value<'a>>,
    operator_version: Option<Value<'a>>,
    source_version: Option<&'a str>,
    target_version: Option<&'a str>,
    next: Option<&'a str>,
    newest: Option<Newest<'a>>,
}

/// Which side a place is on, as reports say it.
pub fn side(id: SourceId) -> &'static str {
    match id.side {
        Side::Base => "base",
        Side::Head => "head",
    }
}

pub fn point<'a>(texts: &Texts<'a>, at: Span) -> Point<'a> {
    let (line, column) = texts.position(at.source, at.start);
    Point { file: &texts.source(at.source).path, side: side(at.source), line, column }
}

pub fn place<'a>(texts: &Texts<'a>, at: Span) -> Place<'a> {
    let (end_line, end_column) = texts.position(at.source, at.end);
    Place { start: point(texts, at), end_line, end_column }
}

/// `None` for a value that this kind of Milvus does not have.
pub fn value<'a>(texts: &Texts<'a>, view: &'a ValueView) -> Option<Value<'a>> {
    (!view.said.is_empty()).then(|| Value {
        value: view.value.as_deref(),
        said: view.said,
        why: view.why.as_deref(),
        at: view.at.map(|at| point(texts, at)),
    })
}

fn workload(view: &WorkloadView) -> Workload<'_> {
    Workload {
        component: &view.component,
        strategy: view.strategy.as_deref(),
        waits_for: view.waits_for.as_deref(),
        idle: view.idle,
    }
}

pub fn deployment<'a>(texts: &Texts<'a>, view: &'a DeploymentView) -> Deployment<'a> {
    Deployment {
        id: &view.id,
        container: view.container,
        at: point(texts, view.at),
        namespace: view.namespace.as_deref(),
        name: view.name.as_deref(),
        version: value(texts, &view.version),
        image: value(texts, &view.image),
        mode: value(texts, &view.mode),
        queue: value(texts, &view.queue),
        coordinators: value(texts, &view.coordinators),
        rolling: value(texts, &view.rolling),
        update_mode: value(texts, &view.update_mode),
        workloads: view.workloads.as_ref().map(|all| all.iter().map(workload).collect()),
        chart_version: value(texts, &view.chart_version),
        operator_version: value(texts, &view.operator_version),
        source_version: view.source_version.as_deref(),
        target_version: view.target_version.as_deref(),
        next: view.next.as_deref(),
        newest: view.newest.as_ref().map(|(version, hops)| Newest { version, hops: *hops }),
    }
}

/// Writes a value as an indented document that ends with a line feed.
pub fn pretty(value: &impl Serialize, w: &mut dyn std::io::Write) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut *w, value)?;
    writeln!(w)
}
