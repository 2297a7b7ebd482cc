//! What the program says of itself to others: completions for shells, manual pages, its version. It judges nothing.

use crate::cli::Cli;
use crate::{Exit, Usage};
use clap::CommandFactory as _;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use clap_mangen::Man;
use milvus_lint::facts::Facts;
use milvus_lint::rules::RULES;
use std::fmt::Write as _;
use std::path::Path;

const NAME: &str = env!("CARGO_PKG_NAME");

/// `completions SHELL`.
pub fn completions(shell: Shell) -> anyhow::Result<Exit> {
    // Only here are the rules a closed list: on the command line a wrong one gets a better answer from `explain`.
    let rules = PossibleValuesParser::new(RULES.iter().map(|rule| rule.id));
    let explain = |command: clap::Command| command.mut_arg("rule", |rule| rule.value_parser(rules));
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command().mut_subcommand("explain", explain), NAME, &mut text);
    super::print(None, &text)?;
    Ok(Exit::Clean)
}

/// `man [DIR]`.
pub fn man(folder: Option<&Path>) -> anyhow::Result<Exit> {
    let Some(folder) = folder else {
        let mut text = Vec::new();
        Man::new(Cli::command()).render(&mut text)?;
        super::print(None, &text)?;
        return Ok(Exit::Clean);
    };
    if !folder.is_dir() {
        return Err(Usage(format!("{} is no folder; make it first", folder.display())).into());
    }
    clap_mangen::generate_to(Cli::command(), folder)
        .map_err(|error| Usage(format!("{} cannot be written into: {error}", folder.display())))?;
    Ok(Exit::Clean)
}

/// `--version`: the version, the commit if the build knew it, and the day of the newest fact.
pub fn version() -> String {
    let mut text = format!("{NAME} {}\n", env!("CARGO_PKG_VERSION"));
    let commit = match env!("MILVUS_LINT_COMMIT") {
        "" => "unknown",
        commit => commit,
    };
    // Writing into a text cannot fail.
    let _ = writeln!(text, "commit {commit}");
    if let Ok(facts) = Facts::embedded() {
        let _ = writeln!(text, "data of {}", facts.seen());
    }
    text
}
