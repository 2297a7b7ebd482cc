//! `plan`: from what runs, in files or on the command line, to the way that is printed.

use super::{VERSION, facts, print, split_output, style};
use crate::cli::{self, Common};
use crate::{Exit, Usage, complete, load};
use milvus_lint::config::{self, Config};
use milvus_lint::facts::Facts;
use milvus_lint::model::{CoordinatorLayout, Deployment, Mode, Queue};
use milvus_lint::plan::{self, Answer, Driver, Prefer, Situation, Unknown};
use milvus_lint::report::plan::{About, Format};
use std::path::PathBuf;

/// Plans for each Milvus, and prints all plans.
pub fn run(args: &cli::Plan, common: &Common) -> anyhow::Result<Exit> {
    let (format, file) = split_output(&args.output);
    let names: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
    let Some(format) = Format::parse(format) else {
        let hint = config::did_you_mean(format, &names);
        return Err(Usage(format!("plan has no format `{format}`{hint} (known: {})", names.join(", "))).into());
    };
    let (facts, situations) = situations(args, common)?;
    let to = plan::target(&args.to, &facts).map_err(Usage)?;
    let prefer = match args.prefer.as_str() {
        "no-downtime" => Prefer::NoDowntime,
        "newest-patches" => Prefer::NewestPatches,
        _ => Prefer::FewestHops,
    };
    let answer = |situation: Result<Situation, Unknown>| match situation {
        Ok(now) => plan::plan(&facts, &now, &to, prefer),
        Err(unknown) => Answer::Unknown(unknown),
    };
    let answers: Vec<Answer> = situations.into_iter().map(answer).collect();
    let about = About { style: style(common, file.is_none()), tool_version: VERSION, facts_date: facts.seen() };
    let mut text = Vec::new();
    format.write(&answers, about, &mut text)?;
    print(file, &text)?;
    if format == Format::Mermaid {
        say_what_no_picture_shows(&answers);
    }
    Ok(exit(&answers))
}

fn exit(answers: &[Answer]) -> Exit {
    if answers.iter().any(|answer| matches!(answer, Answer::NoWay(_))) {
        return Exit::Findings;
    }
    let unknown = answers.iter().any(|answer| matches!(answer, Answer::Unknown(_)));
    if unknown { Exit::Incomplete } else { Exit::Clean }
}

fn say_what_no_picture_shows(answers: &[Answer]) {
    for answer in answers {
        match answer {
            Answer::Plan(_) => {}
            Answer::NoWay(no_way) => {
                anstream::eprintln!("no way: {} → {}: {}", no_way.from, no_way.to, no_way.because.text)
            }
            Answer::Unknown(unknown) => anstream::eprintln!("unknown: {}", unknown.why),
        }
    }
}

/// The facts, and what is planned for: each Milvus of the paths, or the one that the command line tells.
fn situations(args: &cli::Plan, common: &Common) -> anyhow::Result<(Facts, Vec<Result<Situation, Unknown>>)> {
    let scope = cli::Scope {
        config: args.config.clone(),
        exclude: args.exclude.clone(),
        chart_version: args.chart.clone(),
        operator_version: args.operator.clone(),
        operator_webhook: None,
        kubernetes_version: None,
        written: Vec::new(),
    };
    let from = load::version("--from", args.from.as_ref())?;
    if args.paths.is_empty()
        && let Some(from) = from
    {
        let (config, root) = load::config_here(&scope)?;
        let now = told(Situation::of(from), args, &config);
        return Ok((facts(common, &config, &root)?, vec![Ok(now)]));
    }
    #[cfg(feature = "live")]
    if args.live {
        return running(args, common, &scope);
    }
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    let no_base = cli::Base { no_base: true, ..cli::Base::default() };
    let mut loaded = load::load(&paths, &no_base, &scope)?;
    let facts = facts(common, &loaded.config, &loaded.root)?;
    complete::judge(&mut loaded, &facts)?;
    let found = milvus_lint::deployments(&loaded.head, &facts, &loaded.config);
    Ok((facts, of(found, args, from.as_ref(), &loaded.config)?))
}

/// The facts, and each Milvus that runs in the cluster.
#[cfg(feature = "live")]
fn running(
    args: &cli::Plan,
    common: &Common,
    scope: &cli::Scope,
) -> anyhow::Result<(Facts, Vec<Result<Situation, Unknown>>)> {
    let place = cli::Place { namespace: args.namespace.clone(), all_namespaces: false };
    let look = super::live::look(&args.reach, &place, &[], false)?;
    let mut loaded = load::nothing(scope)?;
    super::live::alone(&mut loaded, &look.live);
    if !common.quiet {
        super::live::say_unseen(&look.live, common.verbose);
    }
    let facts = facts(common, &loaded.config, &loaded.root)?;
    let found = milvus_lint::deployments(&loaded.head, &facts, &loaded.config);
    Ok((facts, of(found, args, None, &loaded.config)?))
}

/// What is planned for, of all that was found.
fn of(
    found: Vec<Deployment>,
    args: &cli::Plan,
    from: Option<&milvus_lint::model::Version>,
    config: &Config,
) -> anyhow::Result<Vec<Result<Situation, Unknown>>> {
    let count = found.len();
    let wanted: Vec<Deployment> = found.into_iter().filter(|one| is_meant(one, args)).collect();
    if wanted.is_empty() {
        let why = match count {
            0 => "there is no Milvus to plan for here; --from plans without files".to_string(),
            count => format!("none of the {count} Milvus here has that name and namespace"),
        };
        return Err(Usage(why).into());
    }
    let situation = |one: Deployment| {
        let mut one = one;
        if let Some(from) = from {
            one.version = milvus_lint::model::Field::written(one.at, from.clone());
        }
        let now = Situation::read(&one).map_err(|why| Unknown {
            id: one.id.to_string(),
            why: format!("the version that runs: {why}"),
            ask: "--from says it".to_string(),
        })?;
        Ok(told(now, args, config))
    };
    Ok(wanted.into_iter().map(situation).collect())
}

/// Whether a Milvus is the one that --name and --namespace name; what a file does not say may be so.
fn is_meant(one: &Deployment, args: &cli::Plan) -> bool {
    let fits = |asked: &Option<String>, own: &Option<String>| match (asked, own) {
        (Some(asked), Some(own)) => asked == own,
        _ => true,
    };
    fits(&args.name, &one.id.name) && fits(&args.namespace, &one.id.namespace)
}

/// What the command line says beats what files say.
fn told(mut now: Situation, args: &cli::Plan, config: &Config) -> Situation {
    now.mode = args.mode.as_deref().and_then(Mode::parse).or(now.mode);
    now.queue = args.queue.as_deref().and_then(Queue::parse).or(now.queue);
    now.coordinators = args.coordinators.as_deref().and_then(CoordinatorLayout::parse).or(now.coordinators);
    now.driver = args.with.as_deref().and_then(Driver::parse).or(now.driver);
    now.name = args.name.clone().or(now.name);
    now.namespace = args.namespace.clone().or(now.namespace);
    now.chart = config.chart_version.clone().or(now.chart);
    now.operator = config.operator_version.clone().or(now.operator);
    now
}
