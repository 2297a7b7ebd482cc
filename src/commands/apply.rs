//! `apply`: from what runs in a cluster to a run that is carried out, watched, taken up again or taken back.
//!
//! Takes arguments; gives an exit code. What is done is decided by the machine in `cluster/apply`; here is what is asked, shown and
//! refused before it begins.

mod show;
mod situation;

use super::{facts, live, style};
use crate::cli::{self, Common};
use crate::{Exit, Usage, load};
use anyhow::Context as _;
use milvus_lint::cluster::apply::compile::{Compile, compile};
use milvus_lint::cluster::apply::run::{Hop, SCHEMA, Write};
use milvus_lint::cluster::apply::{At, Ending, Machine, Phase, Run, State, stamp};
use milvus_lint::cluster::moment::Seen;
use milvus_lint::cluster::rivals;
use milvus_lint::cluster::settle::{Pace, Trouble};
use milvus_lint::cluster::{Failure, Session};
use milvus_lint::facts::Facts;
use milvus_lint::plan::{self, Answer, Plan, Prefer};
use milvus_lint::report::plan::{About, Format};
use show::Show;
use std::io::{BufRead, IsTerminal, Write as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);

/// Does what the command line says.
pub fn run(args: &cli::Apply, common: &Common) -> anyhow::Result<Exit> {
    let starts = args.to.is_some() || args.plan.is_some();
    if !(starts || args.resume || args.abort || args.rollback) {
        return Err(
            Usage("say where to go with --to or --plan, or --resume, --rollback, --abort a run".to_string()).into()
        );
    }
    let scope = cli::Scope { operator_version: args.operator_version.clone(), ..cli::Scope::default() };
    let (config, root) = load::config_here(&scope)?;
    let facts = facts(common, &config, &root)?;
    let (name, namespace) = situation::meant(args, &facts)?;
    let mut options = live::options(&args.reach, namespace.as_ref())?;
    // A write is waited for longer than a glance: whether it has arrived must be known.
    options.timeout = options.timeout.or(Some(ANSWER));
    let mut session = match Session::open(&options, name.as_deref(), &who()) {
        Ok(session) => session,
        Err(failure) => return Ok(unreachable(&failure)),
    };
    let mut show = Show::new(args.output == "json", style(common, true), common.quiet);
    match refused(start(args, &mut session, &facts, &config, &mut show)) {
        Ok(exit) => exit,
        Err((exit, trouble)) => {
            show.trouble("refused", &trouble);
            Ok(exit)
        }
    }
}

/// A reason not to begin, with the exit code that it has.
type Refusal = (Exit, Trouble);

/// Takes a refusal out of a result that may also hold a wrong use.
fn refused(result: anyhow::Result<Result<Exit, Refusal>>) -> Result<anyhow::Result<Exit>, Refusal> {
    match result {
        Ok(Ok(exit)) => Ok(Ok(exit)),
        Ok(Err(refusal)) => Err(refusal),
        Err(error) => Ok(Err(error)),
    }
}

fn start(
    args: &cli::Apply,
    session: &mut Session,
    facts: &Facts,
    config: &milvus_lint::config::Config,
    show: &mut Show,
) -> anyhow::Result<Result<Exit, Refusal>> {
    let known = |result: Result<_, Trouble>| result.map_err(|trouble| (Exit::Incomplete, trouble));
    let recorded = match known(session.recorded().map(Box::new)) {
        Ok(recorded) => *recorded,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let open = recorded.filter(Run::is_open);
    let seen = match session.look() {
        Ok(seen) => seen,
        Err(trouble) => return Ok(Err((Exit::Incomplete, trouble))),
    };
    if args.resume || args.abort || args.rollback {
        return match open {
            Some(run) => go_on(args, session, run, &seen, show),
            None => {
                Err(Usage(format!("there is no open run of {}/{}", session.target.namespace, session.target.name))
                    .into())
            }
        };
    }
    if let Some(run) = open {
        let what = format!("a run from {} to {} is open, begun {} by {}", run.from, run.to, run.began, run.by);
        return Ok(Err((
            Exit::Findings,
            Trouble { what, cure: "go on with --resume, take back with --rollback, give up with --abort".into() },
        )));
    }
    let Some(milvus) = seen.milvus.as_ref() else {
        let why = format!("there is no Milvus {} in the namespace {}", session.target.name, session.target.namespace);
        return Err(Usage(why).into());
    };
    session.target.uid = milvus.uid.clone();
    if let Err(trouble) = owned(args, milvus, show) {
        return Ok(Err((Exit::Findings, trouble)));
    }
    let plan = match planned(args, session, &seen, facts, config, show)? {
        Ok(plan) => plan,
        Err(exit) => return Ok(Ok(exit)),
    };
    let id = new_id();
    let with =
        Compile { facts, seen: &seen, namespace: &session.target.namespace, name: &session.target.name, id: &id };
    let hops = match compile(&plan, &with) {
        Ok(hops) => hops,
        Err(trouble) => return Ok(Err((Exit::Findings, trouble))),
    };
    if hops.is_empty() {
        show.line(&format!("{} runs already; nothing to do", plan.to));
        return Ok(Ok(Exit::Clean));
    }
    let run = new_run(args, session, id, &plan, hops);
    begin(args, session, run, show)
}

/// Shows what will be written, tries it, asks, and does it.
fn begin(args: &cli::Apply, session: &mut Session, run: Run, show: &mut Show) -> anyhow::Result<Result<Exit, Refusal>> {
    show.run(&run, &session.server);
    let writes: Vec<&Write> =
        run.hops.first().map(|hop| hop.stages.iter().flat_map(|stage| &stage.writes).collect()).unwrap_or_default();
    if let Err(trouble) = session.try_all(&run, &writes, |write| show.tried(write)) {
        return Ok(Err((Exit::Findings, trouble)));
    }
    if args.dry_run {
        show.line("dry run: the API server takes the first hop; nothing was written");
        return Ok(Ok(Exit::Clean));
    }
    if !confirmed(args, "carry this out?")? {
        show.line("nothing was written");
        return Ok(Ok(Exit::Clean));
    }
    carry_out(args, session, run, show, true)
}

/// `--resume`, `--rollback`, `--abort`.
fn go_on(
    args: &cli::Apply,
    session: &mut Session,
    mut run: Run,
    seen: &Seen,
    show: &mut Show,
) -> anyhow::Result<Result<Exit, Refusal>> {
    session.target.uid = run.milvus.uid.clone();
    if args.abort {
        show.stands(&run);
        if !confirmed(args, "give this run up? the Milvus stays as it is")? {
            return Ok(Ok(Exit::Clean));
        }
        if let Err(trouble) = session.take(|holder| show.waits(holder)) {
            return Ok(Err((Exit::Incomplete, trouble)));
        }
        (run.state, run.seq) = (State::Aborted, run.seq + 1);
        run.say(&stamp(now()), format!("given up by {}", who()));
        let done = session.write_down(&run);
        session.give_back();
        return Ok(done.map(|()| Exit::Clean).map_err(|trouble| (Exit::Incomplete, trouble)));
    }
    if args.rollback {
        if let Err(why) = run.turn_back(seen) {
            let trouble = Trouble {
                what: format!("this hop is not taken back: {why}"),
                cure: "restore the backup, or go on with --resume".into(),
            };
            return Ok(Err((Exit::Findings, trouble)));
        }
        run.say(&stamp(now()), format!("taken back by {}", who()));
    } else {
        run.say(&stamp(now()), format!("taken up again by {}", who()));
    }
    run.until = args.hop.and_then(|hop| usize::try_from(hop).ok());
    run.force.extend(args.force_conflicts.iter().cloned());
    run.force.dedup();
    show.run(&run, &session.server);
    let question = if args.rollback { "take this hop back?" } else { "go on with this?" };
    if !confirmed(args, question)? {
        return Ok(Ok(Exit::Clean));
    }
    carry_out(args, session, run, show, false)
}

fn carry_out(
    args: &cli::Apply,
    session: &mut Session,
    run: Run,
    show: &mut Show,
    new: bool,
) -> anyhow::Result<Result<Exit, Refusal>> {
    if let Err(trouble) = session.take(|holder| show.waits(holder)) {
        return Ok(Err((Exit::Findings, trouble)));
    }
    // Between the first look and the lease another run may have begun or gone on.
    match session.recorded() {
        Ok(Some(other)) if other.is_open() && (new || other.id != run.id || other.seq != run.seq) => {
            session.give_back();
            let what = format!("another run has gone on in the meantime, begun by {}", other.by);
            return Ok(Err((Exit::Findings, Trouble { what, cure: "start this again".into() })));
        }
        Ok(_) => {}
        Err(trouble) => return Ok(Err((Exit::Incomplete, trouble))),
    }
    let mut machine = Machine::new(run, pace(args));
    let ending = session.carry_out(&mut machine, |machine, notes| show.notes(machine.run(), notes));
    show.ending(machine.run(), &ending, &session.journal_name());
    Ok(Ok(match ending {
        Ending::Done => Exit::Clean,
        Ending::Blocked(_) | Ending::Failed(_) => Exit::Findings,
        Ending::Stopped | Ending::Unknown(_) => Exit::Incomplete,
    }))
}

/// Refuses where another tool applies the resource, unless that tool was named.
fn owned(args: &cli::Apply, milvus: &milvus_lint::cluster::moment::Milvus, show: &mut Show) -> Result<(), Trouble> {
    if let Some(controller) = rivals::controller(&milvus.raw) {
        let what = format!("the Milvus is made by {controller}, which would write it again");
        return Err(Trouble { what, cure: format!("change {controller} instead; apply does not write it") });
    }
    let Some(owner) = rivals::owner(&milvus.raw) else { return Ok(()) };
    if args.despite.as_deref() == Some(owner.tool) {
        show.line(&format!(
            "{} applies this Milvus ({}); it must not set it back: {}",
            owner.name, owner.mark, owner.pause
        ));
        return Ok(());
    }
    let of = if owner.of.is_empty() { String::new() } else { format!(" `{}`", owner.of) };
    let what =
        format!("{}{of} applies this Milvus ({}) and would set back what is changed here", owner.name, owner.mark);
    let cure = format!(
        "change the repository instead: `milvus-lint plan PATH` has each hop, and `spec.components.image` is what changes. \
         To change it here all the same, {}, and say --despite {}",
        owner.pause, owner.tool
    );
    Err(Trouble { what, cure })
}

/// The plan by what runs now; printed, since it is what will be done.
fn planned(
    args: &cli::Apply,
    session: &Session,
    seen: &Seen,
    facts: &Facts,
    config: &milvus_lint::config::Config,
    show: &mut Show,
) -> anyhow::Result<Result<Plan, Exit>> {
    let agreed = args.plan.as_deref().map(situation::agreed).transpose()?;
    let to = match (&args.to, &agreed) {
        (Some(to), _) => to.clone(),
        (None, Some(agreed)) => agreed.to.clone(),
        (None, None) => return Err(Usage("say where to go with --to".to_string()).into()),
    };
    let to = plan::target(&to, facts).map_err(Usage)?;
    let prefer = match args.prefer.as_str() {
        "no-downtime" => Prefer::NoDowntime,
        "newest-patches" => Prefer::NewestPatches,
        _ => Prefer::FewestHops,
    };
    let answer = match situation::live(&session.target, seen, facts, config) {
        Ok(now) => plan::plan(facts, &now, &to, prefer),
        Err(unknown) => Answer::Unknown(unknown),
    };
    if let Answer::Plan(plan) = answer {
        if let Some(agreed) = agreed {
            situation::must_agree(&plan, &agreed)?;
        }
        return Ok(Ok(*plan));
    }
    let exit = if matches!(answer, Answer::NoWay(_)) { Exit::Findings } else { Exit::Incomplete };
    let about = About { style: show.style(), tool_version: super::VERSION, facts_date: facts.seen() };
    let mut text = Vec::new();
    let format = if args.output == "json" { Format::Json } else { Format::Human };
    format.write(&[answer], about, &mut text).context("the answer cannot be printed")?;
    super::print(None, &text)?;
    Ok(Err(exit))
}

fn new_run(args: &cli::Apply, session: &Session, id: String, plan: &Plan, hops: Vec<Hop>) -> Run {
    let began = stamp(now());
    let mut run = Run {
        schema: SCHEMA,
        id,
        seq: 0,
        milvus: session.target.clone(),
        by: who(),
        began: began.clone(),
        from: plan.from.to_string(),
        to: plan.to.to_string(),
        state: State::Running,
        hops,
        at: At { hop: 0, stage: 0, phase: Phase::Todo },
        log: Vec::new(),
        force: args.force_conflicts.clone(),
        until: args.hop.and_then(|hop| usize::try_from(hop).ok()),
    };
    run.say(&began, format!("begun by {} with milvus-lint {}", who(), super::VERSION));
    run
}

/// Asks on a terminal; elsewhere only `--yes` says yes.
fn confirmed(args: &cli::Apply, question: &str) -> anyhow::Result<bool> {
    if args.yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Usage("nobody can be asked here: --yes carries it out, --dry-run only tries it".to_string()).into());
    }
    anstream::eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

fn unreachable(failure: &Failure) -> Exit {
    use milvus_lint::cluster::Kind;
    anstream::eprintln!("error: {failure}");
    if matches!(failure.kind, Kind::NoConfig | Kind::NotFound) { Exit::Usage } else { Exit::Incomplete }
}

fn pace(args: &cli::Apply) -> Pace {
    let usual = Pace { limit: args.timeout * 60, ..Pace::default() };
    usual.faster(args.pace)
}

/// Who carries it out, for the journal and for others who wait.
fn who() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let user = variable("USER").or_else(|| variable("USERNAME")).unwrap_or_else(|| "somebody".to_string());
    let host = variable("HOSTNAME").or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok());
    format!("{user}@{}", host.as_deref().map_or("somewhere", str::trim))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs())
}

/// A name for a run that no other has: the time and the process, short enough for a label.
fn new_id() -> String {
    let digits = |mut number: u64| {
        let mut text = Vec::new();
        while number > 0 {
            text.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
            number /= 36;
        }
        text.iter().rev().collect::<String>()
    };
    format!("{}{}", digits(now()), digits(u64::from(std::process::id()) % 1296))
}
