//! What each command does, from loaded texts to an exit code.

pub mod about;
#[cfg(feature = "live")]
mod apply;
mod baseline;
#[cfg(feature = "live")]
mod gate;
mod graph;
mod init;
#[cfg(feature = "live")]
mod live;
pub mod output;
mod plan;
mod policy;

use crate::cli::{self, Cli, Color, Command, Common, Verdict};
use crate::complete;
use crate::load::{self, Loaded};
use crate::{Exit, Usage};
use anyhow::Context as _;
use milvus_lint::facts::{FactError, Facts};
use milvus_lint::finding::Severity;
#[cfg(feature = "live")]
use milvus_lint::outcome::Incomplete;
use milvus_lint::outcome::Outcome;
use milvus_lint::report::{self, Context, Run, Style};
use milvus_lint::rules::{self, RULES, Rule};
use milvus_lint::source::{Sources, Texts};
use milvus_lint::{check, config, fix};
use output::{Ci, split as split_output};
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Does what the command line says.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let common = cli.common;
    match cli.command.unwrap_or_else(|| Command::Check(cli::Check::default())) {
        Command::Check(args) => run_check(&args, &common, start),
        Command::Diff(args) => run_diff(&args, &common, start),
        Command::Inventory(args) => run_inventory(&args, &common),
        Command::Fix(args) => run_fix(&args, &common, start),
        Command::Plan(args) => plan::run(&args, &common),
        Command::Policy(args) => policy::run(&args, &common),
        Command::Baseline(args) => baseline::run(&args, &common),
        Command::Init(args) => init::run(&args, &common),
        #[cfg(feature = "live")]
        Command::Apply(args) => apply::run(&args, &common),
        #[cfg(feature = "live")]
        Command::Gate(args) => gate::run(&args, &common, start),
        Command::Graph(args) => graph::run(&args, &common),
        Command::Facts => graph::facts(&common),
        Command::Rules => list_rules(&common),
        Command::Explain { rule } => explain(&rule, &common),
        Command::Completions { shell } => about::completions(shell),
        Command::Man { folder } => about::man(folder.as_deref()),
    }
}

/// What is known, with the tables that the command line or the config lays over it.
fn facts(common: &Common, config: &config::Config, root: &Path) -> anyhow::Result<Facts> {
    overlaid(Facts::embedded(), common, config, root)
}

type Embedded = Result<Facts, Vec<FactError>>;

/// Loads, and reads meanwhile the tables that the program brings along: loading mostly waits.
fn with_embedded<T: Send>(load: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<(T, Embedded)> {
    let (loaded, embedded) = rayon::join(load, Facts::embedded);
    Ok((loaded?, embedded))
}

fn overlaid(embedded: Embedded, common: &Common, config: &config::Config, root: &Path) -> anyhow::Result<Facts> {
    let lines = |errors: Vec<FactError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
    let facts = embedded.map_err(|errors| anyhow::anyhow!("the facts cannot be read\n  {}", lines(errors)))?;
    let folder = common.facts.clone().or_else(|| config.facts.as_ref().map(|folder| root.join(folder)));
    let Some(folder) = folder else { return Ok(facts) };
    let tables = load::tables(&folder)?;
    let name = folder.display();
    facts
        .overlaid(&tables)
        .map_err(|errors| Usage(format!("the facts in {name} cannot be used\n  {}", lines(errors))).into())
}

fn run_check(args: &cli::Check, common: &Common, start: Instant) -> anyhow::Result<Exit> {
    look_at(&args.verdict)?;
    #[cfg(feature = "live")]
    if args.live {
        return check_live(args, common, start);
    }
    if !args.push {
        let scope = not_our_own(&args.scope, &args.verdict);
        return judge(with_embedded(|| load::load(&args.paths, &args.base, &scope))?, args, common, start);
    }
    let mut worst = Exit::Clean;
    for push in load::pushes()? {
        let scope = not_our_own(&args.scope, &args.verdict);
        let exit = judge(with_embedded(|| load::load_push(&push, &scope))?, args, common, start)?;
        worst = match (worst, exit) {
            (Exit::Findings, _) | (_, Exit::Findings) => Exit::Findings,
            (Exit::Clean, exit) => exit,
            (worst, _) => worst,
        };
    }
    Ok(worst)
}

/// The repository against what runs.
#[cfg(feature = "live")]
fn check_live(args: &cli::Check, common: &Common, start: Instant) -> anyhow::Result<Exit> {
    let no_base = cli::Base { no_base: true, ..cli::Base::default() };
    let mut loaded = load::load(&args.paths, &no_base, &not_our_own(&args.scope, &args.verdict))?;
    loaded.config.pedantic |= args.verdict.pedantic;
    say_config(&loaded, common);
    let known = facts(common, &loaded.config, &loaded.root)?;
    // What the files refer to is read before the cluster is, since it may hold the names that are asked for.
    complete::judge(&mut loaded, &known)?;
    let told = milvus_lint::deployments(&loaded.head, &known, &loaded.config);
    let look = live::look(&args.reach, &args.place, &told, common.verbose)?;
    live::against(&mut loaded, &look, None);
    let mut outcome = complete::judge(&mut loaded, &known)?;
    loaded.show(&mut outcome);
    if !common.quiet {
        live::say_unseen(&look.live, common.verbose);
    }
    if common.verbose {
        live::say_around(&look);
    }
    report(&loaded, &outcome, &args.verdict, common, start.elapsed(), |_, _| Ok(()))
}

fn judge(read: (Loaded, Embedded), args: &cli::Check, common: &Common, start: Instant) -> anyhow::Result<Exit> {
    let (mut loaded, embedded) = read;
    loaded.config.pedantic |= args.verdict.pedantic;
    say_config(&loaded, common);
    let known = overlaid(embedded, common, &loaded.config, &loaded.root)?;
    let mut outcome = complete::judge(&mut loaded, &known)?;
    loaded.show(&mut outcome);
    baseline::apply(&loaded, &mut outcome, &args.verdict, common)?;
    report(&loaded, &outcome, &args.verdict, common, start.elapsed(), |_, _| Ok(()))
}

fn run_diff(args: &cli::Diff, common: &Common, start: Instant) -> anyhow::Result<Exit> {
    look_at(&args.verdict)?;
    let mut loaded = load::load_diff(&args.old, &args.new, &not_our_own(&args.scope, &args.verdict))?;
    loaded.config.pedantic |= args.verdict.pedantic;
    say_config(&loaded, common);
    let known = facts(common, &loaded.config, &loaded.root)?;
    let mut outcome = complete::judge(&mut loaded, &known)?;
    loaded.show(&mut outcome);
    baseline::apply(&loaded, &mut outcome, &args.verdict, common)?;
    report(&loaded, &outcome, &args.verdict, common, start.elapsed(), report::diff::write)
}

fn run_inventory(args: &cli::Inventory, common: &Common) -> anyhow::Result<Exit> {
    let no_base = cli::Base { no_base: true, ..cli::Base::default() };
    #[cfg(feature = "live")]
    let mut hidden = Vec::new();
    #[cfg(feature = "live")]
    let mut loaded = match args.live {
        true => {
            let (loaded, unseen) = inventory_live(args, common)?;
            hidden = unseen;
            loaded
        }
        false => load::load(&args.paths, &no_base, &args.scope)?,
    };
    #[cfg(not(feature = "live"))]
    let mut loaded = load::load(&args.paths, &no_base, &args.scope)?;
    say_config(&loaded, common);
    let known = facts(common, &loaded.config, &loaded.root)?;
    let mut outcome = complete::judge(&mut loaded, &known)?;
    #[cfg(feature = "live")]
    outcome.incomplete.extend(hidden);
    loaded.show(&mut outcome);
    let (format, file) = split_output(&args.output);
    let context = context(&loaded, &outcome, &Verdict::default(), common, None, file.is_none());
    let mut text = Vec::new();
    match format {
        "human" => report::inventory::table(&context, &mut text)?,
        "json" => report::inventory::json(&context, &mut text)?,
        "jsonl" => report::inventory::jsonl(&context, &mut text)?,
        other => {
            let hint = config::did_you_mean(other, &["human", "json", "jsonl"]);
            return Err(Usage(format!("inventory has no format `{other}`{hint} (known: human, json, jsonl)")).into());
        }
    }
    print(file, &text)?;
    Ok(if outcome.incomplete.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// What runs, as if it were files; and what of it was not seen.
#[cfg(feature = "live")]
fn inventory_live(args: &cli::Inventory, common: &Common) -> anyhow::Result<(Loaded, Vec<Incomplete>)> {
    let look = live::look(&args.reach, &args.place, &[], common.verbose)?;
    let mut loaded = load::nothing(&args.scope)?;
    live::alone(&mut loaded, &look.live);
    if !common.quiet {
        live::say_unseen(&look.live, common.verbose);
    }
    if common.verbose {
        live::say_around(&look);
    }
    let decides = look.live.unseen().iter().filter(|unseen| unseen.dialect.is_some());
    let unseen = decides.map(|unseen| {
        let why = format!("`{}` was refused ({}): {} is not known", unseen.asked(), unseen.why, unseen.lacks);
        Incomplete { file: format!("live:{}", unseen.resource), at: None, why }
    });
    Ok((loaded, unseen.collect()))
}

fn run_fix(args: &cli::Fix, common: &Common, start: Instant) -> anyhow::Result<Exit> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Usage("fix repairs files; standard input cannot be repaired".to_string()).into());
    }
    look_at(&args.verdict)?;
    let mut loaded = load::load(&args.paths, &args.base, &not_our_own(&args.scope, &args.verdict))?;
    loaded.config.pedantic |= args.verdict.pedantic;
    say_config(&loaded, common);
    let facts = facts(common, &loaded.config, &loaded.root)?;
    complete::judge(&mut loaded, &facts)?;
    let judge = |head: &Sources| check(&loaded.base, head, &facts, &loaded.config);
    let mut repaired = fix::repair(&loaded.head, args.unsafe_too, judge);
    loaded.show(&mut repaired.outcome);
    loaded.standpoint.show(&mut repaired.head);
    if args.diff {
        let diff = fix::diff(&loaded.head, &repaired.head);
        print(None, diff.as_bytes())?;
    } else {
        let written = fix::apply::write(&loaded.head, &repaired.head, &loaded.root);
        written.map_err(|(path, error)| anyhow::anyhow!("{} was not changed: {error}", path.display()))?;
    }
    let verb = if args.diff { "would fix" } else { "fixed" };
    for repair in repaired.done.iter().filter(|_| !common.quiet) {
        let file = loaded.standpoint.shown(&repair.file);
        anstream::eprintln!("{verb} {file}: {} [{}]", repair.title, repair.rule);
    }
    for (repair, why) in &repaired.dropped {
        let file = loaded.standpoint.shown(&repair.file);
        anstream::eprintln!("not fixed {file}: {} [{}]: {why}", repair.title, repair.rule);
    }
    loaded.head = repaired.head;
    if args.no_report {
        return Ok(Exit::Clean);
    }
    baseline::apply(&loaded, &mut repaired.outcome, &args.verdict, common)?;
    if args.diff {
        let left = &repaired.outcome.summary;
        if left.errors + left.warnings > 0 {
            anstream::eprintln!(
                "left: errors {}, warnings {}; milvus-lint check shows them",
                left.errors,
                left.warnings
            );
        }
        // Standard output is the patch; reports of what is left go to files only.
        let mut verdict = args.verdict.clone();
        verdict.output.retain(|output| split_output(output).1.is_some());
        if verdict.output.is_empty() {
            return Ok(exit(&repaired.outcome, &args.verdict, &loaded.config));
        }
        return report(&loaded, &repaired.outcome, &verdict, common, start.elapsed(), |_, _| Ok(()));
    }
    report(&loaded, &repaired.outcome, &args.verdict, common, start.elapsed(), |_, _| Ok(()))
}

fn list_rules(common: &Common) -> anyhow::Result<Exit> {
    let row = |rule: &&Rule| [rule.id, rule.severity.as_str(), rule.confidence.as_str(), rule.summary];
    let rows: Vec<_> = RULES.iter().map(row).collect();
    let mut text = Vec::new();
    report::rules::list(&rows, style(common, true), &mut text)?;
    print(None, &text)?;
    Ok(Exit::Clean)
}

fn explain(id: &str, common: &Common) -> anyhow::Result<Exit> {
    let Some(rule) = rules::find(id) else {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        let hint = config::did_you_mean(id, &ids);
        return Err(Usage(format!("there is no rule `{id}`{hint} (`milvus-lint rules` lists them)")).into());
    };
    let mut text = Vec::new();
    report::rules::explain(rule.page, style(common, true), &mut text)?;
    print(None, &text)?;
    Ok(Exit::Clean)
}

/// Writes every report that was asked for; `before` writes what a command says on top of its human report.
fn report(
    loaded: &Loaded,
    outcome: &Outcome,
    verdict: &Verdict,
    common: &Common,
    elapsed: Duration,
    before: output::Before,
) -> anyhow::Result<Exit> {
    let outputs = output::parse(&verdict.output)?;
    let exit = exit(outcome, verdict, &loaded.config);
    let context = |to_stdout| context(loaded, outcome, verdict, common, Some(elapsed), to_stdout);
    Ok(output::deliver(&outputs, &Ci::here(&outputs), &context, before)?.unwrap_or(exit))
}

/// What is wrong about the verdict's options is said before anything is read.
fn look_at(verdict: &Verdict) -> Result<(), Usage> {
    output::parse(&verdict.output)?;
    match verdict.fail_on.as_deref().filter(|word| Severity::parse(word).is_none()) {
        Some(word) => Err(Usage(format!("--fail-on is one of error, warning, info, not `{word}`"))),
        None => Ok(()),
    }
}

/// A report shows files and commands; the next run would judge them if it read what the last one wrote.
fn not_our_own(scope: &cli::Scope, verdict: &Verdict) -> cli::Scope {
    let files = verdict.output.iter().filter_map(|output| split_output(output).1);
    cli::Scope { written: files.map(str::to_string).collect(), ..scope.clone() }
}

/// From which severity on a finding fails the run.
fn threshold(verdict: &Verdict, config: &config::Config) -> Severity {
    verdict.fail_on.as_deref().and_then(Severity::parse).or(config.fail_on).unwrap_or(Severity::Error)
}

/// The README's table: findings come before what is unknown, because they are certain.
fn exit(outcome: &Outcome, verdict: &Verdict, config: &config::Config) -> Exit {
    let threshold = threshold(verdict, config);
    if outcome.findings.iter().any(|finding| finding.severity >= threshold) {
        return Exit::Findings;
    }
    let unknown = outcome.summary.unknown_changes > 0 && !verdict.allow_unknown;
    let unread = !outcome.incomplete.is_empty() && !verdict.allow_unknown;
    if unknown || unread { Exit::Incomplete } else { Exit::Clean }
}

fn context<'a>(
    loaded: &'a Loaded,
    outcome: &'a Outcome,
    verdict: &Verdict,
    common: &Common,
    elapsed: Option<Duration>,
    to_stdout: bool,
) -> Context<'a> {
    Context {
        texts: Texts { base: &loaded.base, head: &loaded.head },
        outcome,
        style: style(common, to_stdout),
        elapsed,
        tool_version: VERSION,
        allow_unknown: verdict.allow_unknown,
        hint: loaded.hint.clone(),
        run: Run {
            rules: &output::RULE_INFOS,
            prefix: loaded.standpoint.folder().unwrap_or_else(|| loaded.config.prefix.clone()),
            root: loaded.root.to_string_lossy().replace('\\', "/"),
            fail_on: Some(threshold(verdict, &loaded.config)),
            exit: exit(outcome, verdict, &loaded.config) as u8,
            command: output::command(),
            failure: None,
        },
    }
}

fn style(common: &Common, to_stdout: bool) -> Style {
    let stdout = std::io::stdout();
    let auto = || anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
    let color = match common.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => to_stdout && auto(),
    };
    let known_terminal = ["WT_SESSION", "VTE_VERSION", "KITTY_WINDOW_ID", "TERM_PROGRAM"];
    let hyperlinks = known_terminal.iter().any(|name| std::env::var_os(name).is_some());
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(0);
    Style {
        color,
        hyperlinks: color && to_stdout && stdout.is_terminal() && hyperlinks,
        width: if to_stdout && stdout.is_terminal() { width } else { 0 },
        verbosity: i8::from(common.verbose) - i8::from(common.quiet),
    }
}

fn say_config(loaded: &Loaded, common: &Common) {
    if common.verbose {
        match &loaded.config.path {
            Some(path) => anstream::eprintln!("config: {}", loaded.standpoint.shown(path)),
            None => anstream::eprintln!("config: none ({} at the repository's root would be one)", config::FILE_NAME),
        }
    }
}

fn print(file: Option<&str>, text: &[u8]) -> anyhow::Result<()> {
    match file {
        Some(path) => {
            let file = File::create(path).map_err(|error| Usage(format!("{path} cannot be written: {error}")))?;
            let mut file = BufWriter::new(file);
            file.write_all(text).and_then(|()| file.flush()).with_context(|| format!("{path} could not be written"))
        }
        None => {
            let mut stdout = std::io::stdout().lock();
            Ok(stdout.write_all(text).and_then(|()| stdout.flush())?)
        }
    }
}
