//! Every Milvus there is, as a table for people and as JSON for programs.

use super::paint::{Cell, Paint, Role, count, one_line};
use super::{Context, milvus, shape};
use crate::outcome::{DeploymentView, ValueView, WorkloadView};
use crate::source::Span;
use serde::Serialize;
use std::io;

const NONE: &str = "–";

/// The table; with -v, below it, who said what is not written and why something is unknown.
pub fn table(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint::new(context.style);
    let all = &context.outcome.deployments;
    let summary = &context.outcome.summary;
    if all.is_empty() {
        left_out(context, paint, w)?;
        return writeln!(w, "found nothing: no Milvus in {}", count(summary.files, "file", "files"));
    }
    let titles = ["NAMESPACE", "NAME", "VERSION", "MODE", "QUEUE", "DRIVEN BY", "NEXT", "NEWEST", "WHERE"];
    let mut rows = vec![titles.iter().map(|title| Cell::new(Role::Strong, title)).collect()];
    rows.extend(all.iter().map(|one| row(context, one)));
    for line in paint.columns(&rows) {
        writeln!(w, "{line}")?;
    }
    if context.style.verbosity > 0 {
        reasons(context, paint, w)?;
        left_out(context, paint, w)?;
    }
    let closing = format!("{} in {}{}", milvus(all), count(summary.milvus_files, "file", "files"), legend(context));
    writeln!(w, "{}", paint.say(Role::Faint, closing))
}

/// One JSON object on each line, of what is written and nothing else.
pub fn jsonl(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    for one in &context.outcome.deployments {
        let at = shape::point(&context.texts, one.at);
        let line = Written {
            file: at.file,
            line: at.line,
            container: one.container,
            name: one.name.as_deref(),
            namespace: one.namespace.as_deref(),
            image: written(&one.image).filter(|image| has_repository(context, &one.image, image)),
            version: one.tag.as_deref(),
            source_version: one.source_version.as_deref(),
            target_version: one.target_version.as_deref(),
            chart_version: one.chart_word.as_deref(),
            mode: written(&one.mode),
            queue: one.queue_word,
        };
        serde_json::to_writer(&mut *w, &line)?;
        writeln!(w)?;
    }
    Ok(())
}

/// A JSON array of all that is known of each, as in the JSON report.
pub fn json(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let all: Vec<_> = context.outcome.deployments.iter().map(|one| shape::deployment(&context.texts, one)).collect();
    shape::pretty(&all, w)
}

#[derive(Serialize)]
struct Written<'a> {
    file: &'a str,
    line: usize,
    container: &'static str,
    name: Option<&'a str>,
    namespace: Option<&'a str>,
    image: Option<&'a str>,
    version: Option<&'a str>,
    source_version: Option<&'a str>,
    target_version: Option<&'a str>,
    chart_version: Option<&'a str>,
    mode: Option<&'a str>,
    queue: Option<&'a str>,
}

/// What the marks in the table mean; with -v the reasons say so.
fn legend(context: &Context) -> String {
    if context.style.verbosity > 0 {
        return String::new();
    }
    let all = &context.outcome.deployments;
    let shown =
        |one: &DeploymentView| [one.mode.said, one.queue.said, one.chart_version.said, one.operator_version.said];
    let by_chart = all.iter().any(|one| default_mark(one) == "chart" && one.version.said == "default");
    let others = |one: &DeploymentView| one.version.said == "default" && default_mark(one) != "chart";
    let by_any = all.iter().any(|one| shown(one).contains(&"default") || others(one));
    let marks = match (by_any, by_chart) {
        (true, true) => " · (default), (chart): not written, by whom with -v",
        (true, false) => " · (default): not written, by whom with -v",
        (false, true) => " · (chart): not written, by whom with -v",
        (false, false) => "",
    };
    let unknown = all.iter().any(|one| one.version.said == "unknown" || shown(one).contains(&"unknown"));
    format!("{marks}{}", if unknown { " · unknown: why with -v" } else { "" })
}

/// Who drives the chart, where a chart it is.
fn chart_driver(one: &DeploymentView) -> Option<&'static str> {
    match one.container {
        "helm-values" => Some("chart"),
        "argocd" => Some("Argo CD, chart"),
        "flux" => Some("Flux, chart"),
        "fleet" => Some("Fleet, chart"),
        "helmfile" => Some("Helmfile, chart"),
        "terraform" => Some("Terraform, chart"),
        "kustomize" => Some("Kustomize, chart"),
        "umbrella" => Some("umbrella, chart"),
        _ => None,
    }
}

/// How a version that is not written is marked: a chart brings its own, an operator merely assumes one.
fn default_mark(one: &DeploymentView) -> &'static str {
    if chart_driver(one).is_some() { "chart" } else { "default" }
}

fn written(value: &ValueView) -> Option<&str> {
    value.value.as_deref().filter(|_| value.said == "written")
}

/// Whether the repository of an image is written too, not the tag alone.
fn has_repository(context: &Context, view: &ValueView, image: &str) -> bool {
    let name = image.split('@').next().unwrap_or(image);
    let repository = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(name, |(name, _)| name);
    view.at.is_none_or(|at| context.texts.source(at.source).text.contains(repository))
}

fn row(context: &Context, one: &DeploymentView) -> Vec<Cell> {
    let source = context.texts.source(one.at.source);
    let line = context.texts.position(one.at.source, one.at.start).0;
    let version = match (&one.source_version, &one.target_version) {
        (None, None) => value(&one.version, default_mark(one)),
        (from, to) => {
            let or = |version: &Option<String>| version.clone().unwrap_or_else(|| "unknown".to_owned());
            Cell::plain(format!("{} → {}", or(from), or(to)))
        }
    };
    let newest = one.newest.as_ref().map(|(version, hops)| format!("{version} in {}", count(*hops, "hop", "hops")));
    vec![
        Cell::plain(one.namespace.as_deref().unwrap_or(NONE)),
        Cell::new(Role::Strong, one.name.as_deref().unwrap_or(NONE)),
        version,
        value(&one.mode, "default"),
        value(&one.queue, "default"),
        Cell::plain(driver(one)),
        Cell::plain(one.next.as_deref().unwrap_or(NONE)),
        Cell::plain(newest.as_deref().unwrap_or(NONE)),
        Cell::new(Role::Faint, format!("{}:{line}", source.name())),
    ]
}

fn value(value: &ValueView, default_mark: &str) -> Cell {
    match (value.said, value.value.as_deref()) {
        ("unknown", Some(text)) => Cell::new(Role::Warning, format!("{text} unknown")),
        ("unknown", None) => Cell::new(Role::Warning, "unknown"),
        ("default", text) => Cell::plain(format!("{} ({default_mark})", text.unwrap_or("none"))),
        (_, text) => Cell::plain(text.unwrap_or(NONE)),
    }
}

/// What makes the Milvus be as it is said to be, and its version where that is known.
fn driver(one: &DeploymentView) -> String {
    let named = |what: &str, version: &ValueView| match (version.said, version.value.as_deref()) {
        ("default", Some(version)) => format!("{what} {version} (default)"),
        ("written", Some(version)) => format!("{what} {version}"),
        _ => what.to_owned(),
    };
    if let Some(chart) = chart_driver(one) {
        return named(chart, &one.chart_version);
    }
    match one.container {
        "compose" | "workload" => one.container.to_owned(),
        "milvus-upgrade" => named("migration, operator", &one.operator_version),
        _ => named("operator", &one.operator_version),
    }
}

/// What was recognised and is no Milvus, and what was taken for granted.
fn left_out(context: &Context, paint: Paint, w: &mut dyn io::Write) -> io::Result<()> {
    let outcome = &context.outcome;
    let place = |at: Span| {
        let (line, _) = context.texts.position(at.source, at.start);
        format!("{}:{line}", context.texts.source(at.source).name())
    };
    for (title, all) in [("taken for granted", &outcome.assumed), ("recognised and left out", &outcome.left_out)] {
        if context.style.verbosity == 0 || all.is_empty() {
            continue;
        }
        let row = |(at, why): &(Span, String)| vec![Cell::plain(place(*at)), Cell::new(Role::Faint, why)];
        writeln!(w, "{}", paint.say(Role::Strong, title))?;
        for line in paint.columns(&all.iter().map(row).collect::<Vec<_>>()) {
            writeln!(w, "  {line}")?;
        }
        writeln!(w)?;
    }
    Ok(())
}

fn values(one: &DeploymentView) -> [(&'static str, &ValueView); 7] {
    [
        ("version", &one.version),
        ("image", &one.image),
        ("mode", &one.mode),
        ("queue", &one.queue),
        ("coordinators", &one.coordinators),
        ("chart", &one.chart_version),
        ("operator", &one.operator_version),
    ]
}

/// What runs, by how its pods are replaced.
fn runs(one: &DeploymentView) -> Option<String> {
    let all = one.workloads.as_ref()?;
    let mut ways: Vec<&str> = all.iter().map(way).collect();
    ways.sort_unstable();
    ways.dedup();
    let of = |wanted: &&str| {
        let names = all.iter().filter(|workload| way(workload) == *wanted);
        let names: Vec<String> = names
            .map(|workload| format!("{}{}", workload.component, if workload.idle { " (no pods)" } else { "" }))
            .collect();
        format!("{wanted}: {}", names.join(", "))
    };
    Some(ways.iter().map(of).collect::<Vec<_>>().join(" · "))
}

fn way(workload: &WorkloadView) -> &str {
    workload.strategy.as_deref().unwrap_or("strategy unknown")
}

fn reasons(context: &Context, paint: Paint, w: &mut dyn io::Write) -> io::Result<()> {
    for one in &context.outcome.deployments {
        let rows: Vec<Vec<Cell>> = values(one)
            .into_iter()
            .filter_map(|(name, view)| {
                let why = view.why.as_deref()?;
                let mark = if name == "version" { default_mark(one) } else { "default" };
                Some(vec![Cell::plain(name), value(view, mark), Cell::new(Role::Faint, why)])
            })
            .collect();
        let runs = runs(one);
        if rows.is_empty() && runs.is_none() {
            continue;
        }
        writeln!(w, "\n{}", paint.say(Role::Strong, one_line(&one.id)))?;
        for line in paint.columns(&rows) {
            writeln!(w, "  {line}")?;
        }
        if let Some(runs) = runs {
            writeln!(w, "  runs  {runs}")?;
        }
    }
    writeln!(w)
}
