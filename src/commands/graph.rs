//! `graph` and `facts`: what is known, as a table, as data for other programs, and whether its laws hold.

use super::{facts as known, print, split_output, style};
use crate::cli::{self, Common, Graph};
use crate::load;
use crate::{Exit, Usage};
use milvus_lint::config;
use milvus_lint::facts::Facts;
use milvus_lint::model::{Mode, Queue, Version};
use milvus_lint::plan::{Situation, graph};
use milvus_lint::report;
use milvus_lint::report::graph::Format;
use milvus_lint::rules::RULES;

/// `graph show`, `graph export`, `graph verify`.
pub fn run(args: &Graph, common: &Common) -> anyhow::Result<Exit> {
    let facts = here(common)?;
    let mut text = Vec::new();
    match args {
        Graph::Show(of) => {
            report::graph::table(&graph::graph(&facts, &situation(of), true), style(common, true), &mut text)?;
            print(None, &text)?;
        }
        Graph::Export { format, all, of } => {
            let (name, file) = split_output(format);
            let names: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
            let Some(format) = Format::parse(name) else {
                let hint = config::did_you_mean(name, &names);
                return Err(
                    Usage(format!("the graph has no format `{name}`{hint} (known: {})", names.join(", "))).into()
                );
            };
            let lines = !all && matches!(format, Format::Dot | Format::Mermaid);
            let graph = graph::graph(&facts, &situation(of), lines);
            let newest = facts.charts.last().map(|chart| &chart.version);
            let repository = newest.and_then(|chart| facts.chart_default(chart, "image.all.repository")).flatten();
            format.write(&graph, facts.seen(), repository.unwrap_or_default(), &mut text)?;
            print(file, &text)?;
        }
        Graph::Verify => {
            let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
            let laws = facts.laws(&rules);
            report::facts::laws(&laws, style(common, true), &mut text)?;
            print(None, &text)?;
            if laws.iter().any(|law| !law.broken.is_empty()) {
                return Ok(Exit::Findings);
            }
        }
    }
    Ok(Exit::Clean)
}

/// `facts`.
pub fn facts(common: &Common) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    report::facts::known(&here(common)?, style(common, true), &mut text)?;
    print(None, &text)?;
    Ok(Exit::Clean)
}

fn here(common: &Common) -> anyhow::Result<Facts> {
    let (config, root) = load::config_here(&cli::Scope::default())?;
    known(common, &config, &root)
}

fn situation(of: &cli::Of) -> Situation {
    // A graph has no Milvus that runs: its version is nobody's.
    let mut now = Situation::of(Version::new(0, 0, 0));
    now.mode = of.mode.as_deref().and_then(Mode::parse);
    now.queue = of.queue.as_deref().and_then(Queue::parse);
    now
}
