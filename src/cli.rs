//! The command line as types. It knows clap and nothing of ours.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  milvus-lint                                   judge this repository and what is not committed yet
  milvus-lint check deploy/ --base origin/main  judge a pull request
  milvus-lint check --staged                    judge a commit, for a hook
  milvus-lint check values.yaml --chart-version 4.2.58
  milvus-lint fix --diff                        show the safe repairs as a patch
  milvus-lint plan deploy/ --to latest          lay out the way to the newest release
  milvus-lint apply -n vector --to 2.6          carry it out, hop by hop
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

impl Cli {
    /// What was asked for with `--output`, of the commands that judge.
    pub fn outputs(&self) -> Option<&[String]> {
        match &self.command {
            None => Some(&[]),
            Some(Command::Check(args)) => Some(&args.verdict.output),
            Some(Command::Diff(args)) => Some(&args.verdict.output),
            Some(Command::Fix(args)) => Some(&args.verdict.output),
            Some(_) => None,
        }
    }
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
    /// Lay out the way to another release: hops, checks, commands, the way back
    Plan(Plan),
    /// Write down what is wrong today, so that only what is new is reported
    Baseline(Baseline),
    /// Write the config, the hook and the workflow for this repository
    Init(Init),
    /// Say whether manifests may be applied to what runs in the cluster, before a sync
    #[cfg(feature = "live")]
    Gate(Gate),
    /// Carry a plan out on a Milvus of the operator, hop by hop, and watch it
    #[cfg(feature = "live")]
    Apply(Apply),
    /// Show or export which release may follow which, or verify the facts
    #[command(subcommand)]
    Graph(Graph),
    /// Write admission policies by which the API server itself refuses illegal changes
    Policy(Policy),
    /// Say what is known, and of which day it is
    Facts,
    /// List the rules
    Rules,
    /// Print a rule's page
    Explain {
        /// The rule's id
        rule: String,
    },
    /// Print what makes a shell complete commands, options and rules
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Print the manual page, or write the pages of all commands
    Man {
        /// Into this folder, a page for each command
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
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
    /// A folder with tables that add to what is known, or correct it [default: `facts` in the config]
    #[arg(long, global = true, value_name = "DIR", env = "MILVUS_LINT_FACTS")]
    pub facts: Option<PathBuf>,
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
    /// Whether the webhook of the Milvus operator is on
    #[arg(long, value_name = "on|off", value_parser = ["on", "off"], env = "MILVUS_LINT_OPERATOR_WEBHOOK")]
    pub operator_webhook: Option<String>,
    /// The version of Kubernetes
    #[arg(long, value_name = "X.Y.Z", env = "MILVUS_LINT_KUBERNETES_VERSION")]
    pub kubernetes_version: Option<String>,
    /// The files that reports go to, which are not read.
    #[arg(skip)]
    pub written: Vec<String>,
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
    /// Let be what this file lists; `milvus-lint baseline` writes it [default: `baseline` in the config]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// human, json, jsonl, sarif, github, gitlab, junit, markdown, checkstyle or oneline, with `:FILE` into a file (may be
    /// repeated)
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
    /// In a pre-push hook: compare what is pushed with what the other side has, and report what that changes
    #[arg(long, conflicts_with_all = ["paths", "base", "no_base", "staged", "from"])]
    pub push: bool,
    /// Compare with what runs in the cluster
    #[cfg(feature = "live")]
    #[arg(long, conflicts_with_all = ["base", "no_base", "staged", "from", "push"])]
    pub live: bool,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub verdict: Verdict,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub reach: Reach,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub place: Place,
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
    /// List what runs in the cluster
    #[cfg(feature = "live")]
    #[arg(long, conflicts_with = "paths")]
    pub live: bool,
    #[command(flatten)]
    pub scope: Scope,
    /// human, json or jsonl, with `:FILE` into a file
    #[arg(long, short, value_name = "FORMAT[:FILE]", default_value = "human")]
    pub output: String,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub reach: Reach,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub place: Place,
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
    /// Say nothing of what is left, and exit with 0: for a hook beside one that judges
    #[arg(long, conflicts_with = "diff")]
    pub no_report: bool,
    #[command(flatten)]
    pub base: Base,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub verdict: Verdict,
}

const PLAN_EXIT: &str = "\
Exit codes:
  0 there is a plan · 1 there is no legal way · 2 wrong use · 3 something must be known first · 4 internal fault";

/// `plan`.
#[derive(Clone, Debug, Args)]
#[command(after_help = PLAN_EXIT)]
pub struct Plan {
    /// Files and folders whose Milvus are planned for [default: . unless --from is given]
    pub paths: Vec<PathBuf>,
    /// The version that runs now; without a path it is all that is known
    #[arg(long, value_name = "X.Y.Z")]
    pub from: Option<String>,
    /// Plan for what runs in the cluster
    #[cfg(feature = "live")]
    #[arg(long, conflicts_with_all = ["paths", "from"])]
    pub live: bool,
    /// Where to go: `latest`, a line such as 2.6, or a version
    #[arg(long, value_name = "VERSION")]
    pub to: String,
    /// Who changes what runs
    #[arg(long, value_name = "DRIVER", value_parser = ["operator", "helm", "argocd", "flux", "compose"])]
    pub with: Option<String>,
    /// One process or many
    #[arg(long, value_name = "MODE", value_parser = ["standalone", "cluster"])]
    pub mode: Option<String>,
    /// The message queue that runs
    #[arg(long, value_name = "QUEUE", value_parser = ["rocksmq", "natsmq", "pulsar", "kafka", "woodpecker"])]
    pub queue: Option<String>,
    /// Which coordinators run in a cluster
    #[arg(long, value_name = "LAYOUT", value_parser = ["mix", "separate", "mix+separate"])]
    pub coordinators: Option<String>,
    /// The version of the Milvus operator that runs
    #[arg(long, alias = "operator-version", value_name = "X.Y.Z", env = "MILVUS_LINT_OPERATOR_VERSION")]
    pub operator: Option<String>,
    /// The version of the chart that runs
    #[arg(long, alias = "chart-version", value_name = "X.Y.Z", env = "MILVUS_LINT_CHART_VERSION")]
    pub chart: Option<String>,
    /// Which Milvus, or how it is called where no file says so
    #[arg(long)]
    pub name: Option<String>,
    /// In which namespace
    #[arg(long, short)]
    pub namespace: Option<String>,
    /// Which way, where there are several
    #[arg(long, value_name = "WISH", value_parser = ["fewest-hops", "no-downtime", "newest-patches"], default_value = "fewest-hops")]
    pub prefer: String,
    /// human, markdown, json or mermaid, with `:FILE` into a file
    #[arg(long, short, value_name = "FORMAT[:FILE]", default_value = "human")]
    pub output: String,
    /// The config file [default: .milvus-lint.yaml at the repository's root]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Leave out files that match this pattern, as in .gitignore (may be repeated)
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub reach: Reach,
}

const BASELINE_AFTER: &str = "\
Examples:
  milvus-lint baseline                          write .milvus-lint-baseline.json
  milvus-lint check --baseline .milvus-lint-baseline.json

Name it as `baseline` in .milvus-lint.yaml, and every run heeds it.";

/// `baseline`.
#[derive(Clone, Debug, Args)]
#[command(after_help = BASELINE_AFTER)]
pub struct Baseline {
    /// Files and folders [default: .]
    pub paths: Vec<PathBuf>,
    /// Into this file; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = ".milvus-lint-baseline.json")]
    pub output: String,
    #[command(flatten)]
    pub scope: Scope,
    /// Hints too
    #[arg(long)]
    pub pedantic: bool,
}

const INIT_AFTER: &str = "\
Nothing that exists is written over. What is written is shown first; --dry-run shows it and writes nothing.";

/// `init`.
#[derive(Clone, Debug, Args)]
#[command(after_help = INIT_AFTER)]
pub struct Init {
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Which files: config, hook, github, gitlab (may be repeated) [default: what this repository uses]
    #[arg(long, value_name = "WHAT", value_parser = ["config", "hook", "github", "gitlab"])]
    pub only: Vec<String>,
    /// The action that the workflow uses, such as OWNER/milvus-lint@COMMIT
    #[arg(long, value_name = "ACTION")]
    pub action: Option<String>,
}

const POLICY_AFTER: &str = "\
Examples:
  milvus-lint policy | kubectl apply -f -
  milvus-lint policy --unknown warn -o policies.yaml";

/// `policy`.
#[derive(Clone, Debug, Args)]
#[command(after_help = POLICY_AFTER)]
pub struct Policy {
    /// What is done about a change that is illegal
    #[arg(long, value_name = "ACTION", value_parser = ["deny", "warn", "audit"], default_value = "deny")]
    pub illegal: String,
    /// What is done about a change that works under conditions
    #[arg(long, value_name = "ACTION", value_parser = ["deny", "warn", "audit"], default_value = "warn")]
    pub conditional: String,
    /// What is done about a change that cannot be judged, such as a digest
    #[arg(long, value_name = "ACTION", value_parser = ["deny", "warn", "audit"], default_value = "deny")]
    pub unknown: String,
    /// The version of the Milvus operator that runs; its defaults stand in for what is not written
    #[arg(long, value_name = "X.Y.Z", env = "MILVUS_LINT_OPERATOR_VERSION")]
    pub operator_version: Option<String>,
    /// A namespace whose service accounts may do everything, as the operator must (may be repeated)
    #[arg(long, value_name = "NAMESPACE", default_value = "milvus-operator")]
    pub operator_namespace: Vec<String>,
    /// Into this file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<String>,
}

/// How to reach a cluster, in kubectl's words.
#[cfg(feature = "live")]
#[derive(Clone, Debug, Args, Default)]
#[command(next_help_heading = "Cluster")]
pub struct Reach {
    /// The kubeconfig [default: as kubectl: KUBECONFIG, ~/.kube/config, the pod's service account]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Act as this user
    #[arg(long = "as", value_name = "USER")]
    pub user: Option<String>,
    /// Act as a member of this group (may be repeated)
    #[arg(long = "as-group", value_name = "GROUP", requires = "user")]
    pub group: Vec<String>,
    /// How long one answer may take [default: 10s]
    #[arg(long, value_name = "SECONDS")]
    pub request_timeout: Option<String>,
}

/// Where to look in a cluster.
#[cfg(feature = "live")]
#[derive(Clone, Debug, Args, Default)]
#[command(next_help_heading = "Cluster")]
pub struct Place {
    /// The namespace of what names none [default: the context's]
    #[arg(long, short, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Look at all namespaces
    #[arg(long, short = 'A', conflicts_with = "namespace")]
    pub all_namespaces: bool,
}

#[cfg(feature = "live")]
const GATE_EXIT: &str = "\
Examples:
  milvus-lint gate deploy/                               from what runs to these manifests
  kustomize build . | milvus-lint gate -
  milvus-lint gate -n vector --name prod --to-image milvusdb/milvus:v2.6.20
  milvus-lint gate --argocd-app milvus -n argocd

Exit codes:
  0 legal, the same, or the first install · 1 not legal · 2 wrong use · 3 not known, and so denied · 4 internal fault";

/// `gate`.
#[cfg(feature = "live")]
#[derive(Clone, Debug, Args)]
#[command(after_help = GATE_EXIT)]
pub struct Gate {
    /// The manifests that are to be applied: files and folders; `-` is standard input
    pub paths: Vec<PathBuf>,
    /// Which Milvus, for --to-image, or for values that name no release
    #[arg(long)]
    pub name: Option<String>,
    /// The image that is to run, in the place of manifests
    #[arg(long, value_name = "IMAGE", requires = "name", conflicts_with_all = ["paths", "argocd_app"])]
    pub to_image: Option<String>,
    /// The message queue that is to be used
    #[arg(long, value_name = "QUEUE", requires = "to_image", value_parser = ["rocksmq", "natsmq", "pulsar", "kafka", "woodpecker"])]
    pub to_queue: Option<String>,
    /// The Argo CD Application that is about to be synced
    #[arg(long, value_name = "NAME", conflicts_with = "paths")]
    pub argocd_app: Option<String>,
    /// Write an Event about each Milvus that is denied; this needs the permission to create events
    #[arg(long)]
    pub event: bool,
    #[command(flatten)]
    pub scope: Scope,
    /// human or json, with `:FILE` into a file
    #[arg(long, short, value_name = "FORMAT[:FILE]", default_value = "human")]
    pub output: String,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub place: Place,
}

#[cfg(feature = "live")]
const APPLY_EXIT: &str = "\
Nothing is written before it was shown and confirmed, and tried with a dry run. Where a run stands is kept in the cluster, in the
ConfigMap and the Lease milvus-lint-<name>.

Exit codes:
  0 done · 1 a hop failed, or cannot begin · 2 wrong use · 3 not known how it stands · 4 internal fault";

/// `apply`.
#[cfg(feature = "live")]
#[derive(Clone, Debug, Args)]
#[command(after_help = APPLY_EXIT)]
pub struct Apply {
    /// Files and folders that say which Milvus is meant [default: the only one of the namespace]
    pub paths: Vec<PathBuf>,
    /// Where to go: `latest`, a line such as 2.6, or a version
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,
    /// A plan that was read and agreed upon (plan --output json): what would be done must be the same
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Try everything with the API server, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Stop when this hop is done
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub hop: Option<u64>,
    /// Go on with the run that the journal has
    #[arg(long, conflicts_with_all = ["to", "plan", "abort", "rollback", "dry_run"])]
    pub resume: bool,
    /// Give the run up that the journal has; the Milvus stays as it is
    #[arg(long, conflicts_with_all = ["to", "plan", "rollback", "dry_run"])]
    pub abort: bool,
    /// Take the hop back that was begun last, as far as the facts say that it can be
    #[arg(long, conflicts_with_all = ["to", "plan", "dry_run"])]
    pub rollback: bool,
    /// Take a field over from whoever else has written it, such as spec.components.image (may be repeated)
    #[arg(long, value_name = "FIELD")]
    pub force_conflicts: Vec<String>,
    /// Change it in the cluster although this tool applies it: argocd, flux, helm, …
    #[arg(long, value_name = "TOOL")]
    pub despite: Option<String>,
    /// Which Milvus
    #[arg(long)]
    pub name: Option<String>,
    /// In which namespace [default: that of the context]
    #[arg(long, short)]
    pub namespace: Option<String>,
    /// The version of the Milvus operator, where its mark on the resource does not say it
    #[arg(long, value_name = "X.Y.Z", env = "MILVUS_LINT_OPERATOR_VERSION")]
    pub operator_version: Option<String>,
    /// Which way, where there are several
    #[arg(long, value_name = "WISH", value_parser = ["fewest-hops", "no-downtime", "newest-patches"], default_value = "fewest-hops")]
    pub prefer: String,
    /// How long one hop may take, in minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 120)]
    pub timeout: u64,
    /// human or json (one event in a line)
    #[arg(long, short, value_name = "FORMAT", value_parser = ["human", "json"], default_value = "human")]
    pub output: String,
    /// So many times faster in all that is waited for: for tests.
    #[arg(long, hide = true, default_value_t = 1)]
    pub pace: u64,
    #[command(flatten)]
    pub reach: Reach,
}

/// `graph`.
#[derive(Clone, Debug, Subcommand)]
pub enum Graph {
    /// The newest release of each line, and where each can go in one hop
    Show(Of),
    /// All releases and the changes between them, for other programs
    Export {
        /// json, dot, mermaid or cincinnati, with `:FILE` into a file
        #[arg(long, short, value_name = "FORMAT[:FILE]", default_value = "json")]
        format: String,
        /// Every release, in the pictures too [default for json and cincinnati]
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        of: Of,
    },
    /// Check the laws of the facts, those of --facts included
    Verify,
}

/// What is fixed about the Milvus of a graph.
#[derive(Clone, Debug, Args)]
pub struct Of {
    /// One process or many [default: what both may do]
    #[arg(long, value_name = "MODE", value_parser = ["standalone", "cluster"])]
    pub mode: Option<String>,
    /// The message queue
    #[arg(long, value_name = "QUEUE", value_parser = ["rocksmq", "natsmq", "pulsar", "kafka", "woodpecker"])]
    pub queue: Option<String>,
}
