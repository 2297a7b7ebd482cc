//! The command line as types. It knows clap and nothing of ours.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  milvus-lint                                   judge this repository and what is not committed yet
  milvus-lint check deploy/ --base origin/main  judge a pull request
  milvus-lint check --staged                    judge a commit, for a hook
  milvus-lint check values.yaml --chart-version 4.2.58
  milvus-lint fix --diff                        show the safe repairs as a patch
  milvus-lint explain queue-default-changed     read a rule's page

Exit codes:
  0 clean · 1 findings at or above --fail-on · 2 wrong use or config · 3 incomplete · 4 internal fault";

/// Proves that every change of a Milvus in a GitOps repository is legal, and writes the corrected patch.
#[derive(Debug, Parser)]
#[command(name = "milvus-lint", bin_name = "milvus-lint", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub common: Common,
}

/// What to do; without a command it is `check .`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge every Milvus, and every change of it against the base
    Check(Check),
    /// Show what changes about each Milvus between two files, folders or revisions, written or not
    Diff(Diff),
    /// List every Milvus: where, version, mode, queue, coordinators, and who said so
    Inventory(Inventory),
    /// Apply the safe repairs
    Fix(Fix),
    /// List the rules
    Rules,
    /// Print a rule's page
    Explain {
        /// The rule's id
        rule: String,
    },
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Say more: the config's path, unchanged Milvus, accepted findings, why a value is unknown
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Print findings only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// What files cannot say themselves, and what is looked at.
#[derive(Clone, Debug, Args, Default)]
pub struct Scope {
    /// The config file [default: .milvus-lint.yaml at the repository's root]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Leave out files that match this pattern, as in .gitignore (may be repeated)
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// The chart version of Helm values that nothing else gives one
    #[arg(long, value_name = "X.Y.Z", env = "MILVUS_LINT_CHART_VERSION")]
    pub chart_version: Option<String>,
    /// The version of the Milvus operator
    #[arg(long, value_name = "X.Y.Z", env = "MILVUS_LINT_OPERATOR_VERSION")]
    pub operator_version: Option<String>,
    /// The version of Kubernetes
    #[arg(long, value_name = "X.Y.Z", env = "MILVUS_LINT_KUBERNETES_VERSION")]
    pub kubernetes_version: Option<String>,
}

/// What counts as failed.
#[derive(Clone, Debug, Args, Default)]
pub struct Verdict {
    /// Exit with 1 for findings of this severity or worse: error, warning, info [default: error]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<String>,
    /// Report hints too: what is often wrong, or of little weight
    #[arg(long)]
    pub pedantic: bool,
    /// Do not exit with 3 for what could not be known
    #[arg(long)]
    pub allow_unknown: bool,
    /// human or json, with `:FILE` into a file (may be repeated)
    #[arg(long, short, value_name = "FORMAT[:FILE]")]
    pub output: Vec<String>,
}

/// With what the head is compared.
#[derive(Clone, Debug, Args, Default)]
pub struct Base {
    /// Compare with the merge base of this revision and HEAD [default: HEAD]
    #[arg(long, value_name = "REF", conflicts_with_all = ["no_base", "staged"])]
    pub base: Option<String>,
    /// Compare with nothing: judge what stands there
    #[arg(long, conflicts_with = "staged")]
    pub no_base: bool,
    /// Compare the index with HEAD, and report what the commit changes
    #[arg(long)]
    pub staged: bool,
    /// The version that runs now, where no base can tell
    #[arg(long, value_name = "X.Y.Z")]
    pub from: Option<String>,
}

/// `check`.
#[derive(Clone, Debug, Args, Default)]
pub struct Check {
    /// Files and folders; `-` is standard input [default: .]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub base: Base,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub verdict: Verdict,
}

/// `diff`.
#[derive(Clone, Debug, Args)]
pub struct Diff {
    /// A file, a folder or a revision
    pub old: String,
    /// The same kind of thing
    pub new: String,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub verdict: Verdict,
}

/// `inventory`.
#[derive(Clone, Debug, Args)]
pub struct Inventory {
    /// Files and folders; `-` is standard input [default: .]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub scope: Scope,
    /// human, json or jsonl, with `:FILE` into a file
    #[arg(long, short, value_name = "FORMAT[:FILE]", default_value = "human")]
    pub output: String,
}

/// `fix`.
#[derive(Clone, Debug, Args)]
pub struct Fix {
    /// Files and folders [default: .]
    pub paths: Vec<PathBuf>,
    /// Print the patch and change nothing
    #[arg(long)]
    pub diff: bool,
    /// Also apply repairs that a person should look at first
    #[arg(long = "unsafe")]
    pub unsafe_too: bool,
    #[command(flatten)]
    pub base: Base,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub verdict: Verdict,
}
