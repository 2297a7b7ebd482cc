//! Arguments in, exit code out: the only place where the parts with I/O meet.

mod cli;
mod commands;
mod complete;
mod load;
mod standpoint;

use clap::Parser;
use clap::error::ErrorKind;
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

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help and version to stdout and everything else to stderr.
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let _ = error.print();
            return exit(if asked { Exit::Clean } else { Exit::Usage });
        }
    };
    let result = std::panic::catch_unwind(|| commands::run(cli));
    match result {
        Ok(Ok(code)) => exit(code),
        Ok(Err(error)) if is_broken_pipe(&error) => exit(Exit::Clean),
        Ok(Err(error)) => {
            let wrong_use = error.is::<Usage>() || error.is::<milvus_lint::source::SourceError>();
            anstream::eprintln!("error: {error:#}");
            exit(if wrong_use { Exit::Usage } else { Exit::Internal })
        }
        Err(_) => {
            anstream::eprintln!("error: an internal fault; please report it with the command and the files");
            exit(Exit::Internal)
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
