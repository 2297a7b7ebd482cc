//! The graph of releases as a table, JSON, DOT, Mermaid, or the graph data of an update service (Cincinnati).
//!
//! Takes nodes and ways; it judges nothing.

use super::Style;
use super::paint::{Cell, Paint, Role, clean};
use crate::plan::graph::{Graph, Way};
use serde_json::{Value, json};
use std::io::{self, Write};

/// A way to write the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Dot,
    Mermaid,
    Cincinnati,
}

impl Format {
    /// Every format with the name by which it is asked for.
    pub const ALL: [(&str, Format); 4] = [
        ("json", Format::Json),
        ("dot", Format::Dot),
        ("mermaid", Format::Mermaid),
        ("cincinnati", Format::Cincinnati),
    ];

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// Writes the whole graph; `repository` is where the images of the releases are.
    pub fn write(self, graph: &Graph, facts_date: &str, repository: &str, w: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Json => pretty(&as_json(graph, facts_date), w),
            Format::Dot => dot(graph, w),
            Format::Mermaid => mermaid(graph, w),
            Format::Cincinnati => pretty(&cincinnati(graph, repository), w),
        }
    }
}

/// The lines, and where each can go in one hop.
pub fn table(graph: &Graph, style: Style, w: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(style);
    let mut rows = vec![["FROM", "TO", "VERDICT", "WITH", "BECAUSE"].map(|head| Cell::new(Role::Faint, head)).to_vec()];
    for (index, node) in graph.releases.iter().enumerate() {
        let ways: Vec<&Way> = graph.ways.iter().filter(|way| way.from == index).collect();
        if ways.is_empty() {
            let because = if node.state == "good" { "nothing that is known leads further" } else { node.note.as_str() };
            rows.push(vec![
                Cell::plain(node.version.to_string()),
                Cell::plain("–"),
                Cell::plain(""),
                Cell::plain(""),
                Cell::plain(because),
            ]);
        }
        for way in ways {
            rows.push(vec![
                Cell::plain(node.version.to_string()),
                Cell::plain(graph.releases[way.to].version.to_string()),
                Cell::new(Role::of(way.verdict), way.verdict),
                Cell::plain(with(way)),
                Cell::plain(&way.because),
            ]);
        }
    }
    paint.columns(&rows).iter().try_for_each(|line| writeln!(w, "{line}"))
}

fn with(way: &Way) -> &str {
    if way.migration { "migration" } else { way.needs.as_str() }
}

fn pretty(value: &Value, w: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *w, value)?;
    writeln!(w)
}

fn as_json(graph: &Graph, facts_date: &str) -> Value {
    let releases = graph.releases.iter().map(|node| {
        json!({
            "version": node.version.to_string(),
            "date": node.date,
            "state": node.state,
            "note": node.note,
            "newest_of_line": node.newest,
        })
    });
    let ways = graph.ways.iter().map(|way| {
        json!({
            "from": graph.releases[way.from].version.to_string(),
            "to": graph.releases[way.to].version.to_string(),
            "verdict": way.verdict,
            "migration": way.migration,
            "needs": way.needs,
            "edge": way.edge,
            "because": way.because,
            "source": way.source,
        })
    });
    json!({
        "schema_version": "1",
        "facts_date": facts_date,
        "releases": releases.collect::<Vec<_>>(),
        "ways": ways.collect::<Vec<_>>(),
    })
}

fn dot(graph: &Graph, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "digraph milvus {{\n  rankdir = LR;\n  node [shape = box];")?;
    for (index, node) in graph.releases.iter().enumerate() {
        let style = if node.state == "good" { "" } else { ", style = dashed" };
        writeln!(w, "  r{index} [label = \"{}\"{style}];", node.version)?;
    }
    for way in &graph.ways {
        let style = if way.verdict == "legal" { "solid" } else { "dashed" };
        let label = clean(with(way)).replace(['"', '\\'], "'");
        writeln!(w, "  r{} -> r{} [style = {style}, label = \"{label}\"];", way.from, way.to)?;
    }
    writeln!(w, "}}")
}

fn mermaid(graph: &Graph, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "flowchart LR")?;
    for (index, node) in graph.releases.iter().enumerate() {
        writeln!(w, "  r{index}[\"{}\"]", node.version)?;
    }
    for way in &graph.ways {
        let arrow = if way.verdict == "legal" { "-->" } else { "-.->" };
        let label = match with(way) {
            "" => String::new(),
            with => format!("|{}|", clean(with).replace('|', "/")),
        };
        writeln!(w, "  r{} {arrow}{label} r{}", way.from, way.to)?;
    }
    Ok(())
}

/// Graph data in the form of the Cincinnati protocol: what is conditional, or needs more than an image, is a conditional edge.
fn cincinnati(graph: &Graph, repository: &str) -> Value {
    let nodes = graph.releases.iter().map(|node| {
        json!({
            "version": node.version.to_string(),
            "payload": format!("{repository}:v{}", node.version),
            "metadata": { "state": node.state, "date": node.date },
        })
    });
    let plain = |way: &&Way| way.verdict == "legal" && with(way).is_empty();
    let edges = graph.ways.iter().filter(plain).map(|way| json!([way.from, way.to]));
    let conditional = graph.ways.iter().filter(|way| !plain(way)).map(|way| {
        let message = match with(way) {
            "" => way.because.clone(),
            with => format!("needs {with}: {}", way.because),
        };
        json!({
            "edges": [{
                "from": graph.releases[way.from].version.to_string(),
                "to": graph.releases[way.to].version.to_string(),
            }],
            "risks": [{
                "url": way.source.split("; ").find(|part| part.starts_with("https://")).unwrap_or_default(),
                "name": way.edge,
                "message": message,
                "matchingRules": [{ "type": "Always" }],
            }],
        })
    });
    json!({
        "version": 1,
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
        "conditionalEdges": conditional.collect::<Vec<_>>(),
    })
}
