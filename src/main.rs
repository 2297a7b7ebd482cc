//! Arguments in, exit code out: the only place where the parts with I/O meet.

mod cli;
mod commands;
mod complete;
mod load;
mod standpoint;

use clap::Parser;
use clap::error::ErrorKind;
use commands::output;
use std::process::ExitCode;

/// How a run ends; the README's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Clean = 0,
    Findings = 1,
    Usage = 2,
    Incomplete = 3,
    Internal = 4,
}

/// Wrong use or config: one sentence that the user can act on, and exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// What would have to be known, and could not be found out: exit code 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(pub String);

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help and version to stdout and everything else to stderr.
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // clap does not say which of `-V` and `--version` it was; the long one says more.
            let long = std::env::args_os().any(|word| word == "--version");
            match error.kind() {
                ErrorKind::DisplayVersion if long => anstream::print!("{}", commands::about::version()),
                _ => _ = error.print(),
            }
            if !asked {
                let arguments: Vec<String> =
                    std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
                let why = error.to_string();
                let why = why.lines().next().unwrap_or_default().trim_start_matches("error: ");
                output::fail(&output::asked_in(&arguments), why, Exit::Usage);
            }
            return exit(if asked { Exit::Clean } else { Exit::Usage });
        }
    };
    // A run that fails says so in the reports that somebody waits for.
    let asked = cli.outputs().map(<[String]>::to_vec);
    let fail = |why: &str, code| {
        if let Some(asked) = &asked {
            output::fail(asked, why, code);
        }
        exit(code)
    };
    let result = std::panic::catch_unwind(|| commands::run(cli));
    match result {
        Ok(Ok(code)) => exit(code),
        Ok(Err(error)) if is_broken_pipe(&error) => exit(Exit::Clean),
        Ok(Err(error)) => {
            let wrong_use = error.is::<Usage>() || error.is::<milvus_lint::source::SourceError>();
            anstream::eprintln!("error: {error:#}");
            let code = match () {
                () if wrong_use => Exit::Usage,
                () if error.is::<Unknown>() => Exit::Incomplete,
                () => Exit::Internal,
            };
            fail(&format!("{error:#}"), code)
        }
        Err(_) => {
            let why = "an internal fault; please report it with the command and the files";
            anstream::eprintln!("error: {why}");
            fail(why, Exit::Internal)
        }
    }
}

fn exit(code: Exit) -> ExitCode {
    ExitCode::from(code as u8)
}

/// Whoever reads our output may stop reading; that is no fault.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
