//! One side, understood: from its texts to every Milvus in them, what is odd about the texts, and the commands.
//!
//! Takes [`Sources`], the facts and the config. Files are searched in parallel, each behind a guard; the answer is in their order.

use crate::config::Config;
use crate::detect::{Evidence, File, Found, Hint, Known, LeftOut, Operator, Tree};
use crate::facts::Facts;
use crate::model::{Deployment, Migration, Reference, Transition};
use crate::normalize::{Given, Normal};
use crate::source::{Side, SourceId, Sources, Span, Wanted};
use crate::{detect, model, normalize, runbook, yaml};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One side, understood.
#[derive(Default)]
pub(crate) struct Understood {
    pub deployments: Vec<Deployment>,
    pub migrations: Vec<Migration>,
    pub evidence: Vec<Evidence>,
    pub troubles: Vec<detect::Trouble>,
    /// Whatever the parser could not read, with its file.
    pub problems: Vec<(String, yaml::Problem)>,
    pub comments: Vec<yaml::Comment>,
    /// Where each Milvus begins that is switched off.
    pub off: Vec<Span>,
    /// Commands, of the head only: what was to be run before is of no interest.
    pub books: Vec<runbook::Book>,
    /// What documents show of a Milvus.
    pub examples: Vec<Transition>,
    /// References that lead nowhere, and texts that were not there to be read.
    pub references: Vec<Reference>,
    pub wanted: Vec<Wanted>,
    pub operators: Vec<Operator>,
    pub left_out: Vec<LeftOut>,
    pub assumed: Vec<LeftOut>,
}

/// Both sides. The base is not read again where no file with a Milvus in it differs. What was parsed of either is taken from
/// `known` and left there.
pub(crate) fn understand_both(
    base: &Sources,
    head: &Sources,
    facts: &Facts,
    config: &Config,
    known: &mut (Known, Known),
) -> (Understood, Understood) {
    let (known_base, known_head) = (&mut known.0, &mut known.1);
    // With another config in the base, or with a file that others may refer to, the same text may mean something else.
    let read = || {
        let changed: HashSet<&String> = head.changed.iter().flatten().collect();
        [base, head].iter().any(|side| side.files.iter().any(|file| changed.contains(&file.path)))
    };
    let same = head.changed.is_some() && config.before.is_none() && !read();
    if !same {
        return rayon::join(
            || understand(base, facts, config, known_base),
            || understand(head, facts, config, known_head),
        );
    }
    let after = understand(head, facts, config, known_head);
    let mut before = Understood::default();
    before.deployments.clone_from(&after.deployments);
    before.migrations.clone_from(&after.migrations);
    before.off.clone_from(&after.off);
    (before, after)
}

/// Finds and understands every Milvus of one side; files in parallel, the answer in their order.
pub(crate) fn understand(sources: &Sources, facts: &Facts, config: &Config, known: &mut Known) -> Understood {
    let tree = Tree::parse_anew(sources, std::mem::take(known));
    let mut found: Vec<Found> = tree.files.par_iter().map(|file| find(file, &tree, sources.side, config)).collect();
    detect::join_workloads(&mut found);
    detect::lay_overlays(&tree, &mut found);
    detect::follow_applications(&tree, &mut found);
    detect::drop_repeats(&mut found);
    detect::lay_kept(&mut found);
    let operators = detect::operators(&tree);
    let left_out = detect::left_out(&tree, &found);
    let open = detect::open(&tree, &found, sources.side);
    let mut understood = Understood { references: open.references, wanted: open.wanted, ..Understood::default() };
    let mut scripts = Vec::new();
    for (index, (file, found)) in tree.files.iter().zip(found).enumerate() {
        let mut given = given(&file.source.path, sources.side, facts, config);
        for evidence in found.evidence {
            given.manager = detect::manager(&operators, &evidence.id.path);
            given.webhook_there = detect::webhook(&operators, &evidence.id.path);
            match normalize::read(&evidence, facts, &given) {
                Normal::Deployment(mut deployment) => {
                    deployment.ground.files = files_of(&evidence, &tree);
                    deployment.ground.unseen = unseen(&evidence, &tree);
                    deployment.ground.running = detect::running(file);
                    if let Some(running) = deployment.ground.running.clone().filter(|_| sources.side == Side::Head) {
                        running.tell(&mut deployment);
                    }
                    understood.deployments.push(*deployment);
                }
                Normal::Migration(migration) => understood.migrations.push(*migration),
            }
            understood.evidence.push(evidence);
        }
        let problems = file.problems.iter().cloned();
        understood.problems.extend(problems.map(|problem| (file.source.path.clone(), problem)));
        understood.troubles.extend(found.troubles);
        understood.comments.extend(found.comments);
        understood.off.extend(found.off);
        understood.assumed.extend(found.assumed);
        understood.examples.extend(found.examples.iter().map(|example| shown(example, facts, &given)));
        scripts.extend(found.script.map(|script| (index, script)));
    }
    if sources.side == Side::Head {
        let side = runbook::Side {
            tree: &tree,
            deployments: &understood.deployments,
            migrations: &understood.migrations,
            evidence: &understood.evidence,
            facts,
        };
        let read = side.read(&scripts);
        understood.books = read.books;
        understood.troubles.extend(read.failed.into_iter().map(|index| fault(tree.files[index].id)));
        let wanted = read.wanted.into_iter().map(|path| Wanted { side: sources.side, path, text: true });
        understood.wanted.extend(wanted);
        understood.wanted.sort();
        understood.wanted.dedup_by(|a, b| a.path == b.path && a.side == b.side);
    }
    understood.operators = operators;
    understood.left_out = left_out;
    *known = tree.known();
    understood
}

/// A Milvus that a document shows, as if somebody had written it down to be run.
pub(crate) fn shown(example: &Evidence, facts: &Facts, given: &Given) -> Transition {
    match normalize::read(example, facts, given) {
        Normal::Deployment(mut deployment) => {
            // A guide leaves places for its readers to fill in.
            deployment.oddities.retain(|oddity| !matches!(oddity, model::Oddity::Placeholder { .. }));
            Transition::Created(*deployment)
        }
        Normal::Migration(migration) => Transition::Ordered { migration, milvus: None, changed: true },
    }
}

/// The files that speak of a Milvus, in their order.
pub(crate) fn files_of(evidence: &Evidence, tree: &Tree) -> Vec<String> {
    let sources: BTreeSet<SourceId> = evidence.layers.0.iter().map(|layer| layer.document.source).collect();
    sources.into_iter().filter_map(|id| tree.file(id)).map(|file| file.source.path.clone()).collect()
}

/// What is named and not among the files, in one line each. A whole block says nothing of what it lacks.
fn unseen(evidence: &Evidence, tree: &Tree) -> Vec<String> {
    let layers = evidence.layers.0.iter().filter(|layer| layer.is_unseen());
    let texts = layers.filter_map(|layer| tree.text(layer.node.at.source).get(layer.node.at.range()));
    let short = texts.filter(|text| text.len() < 300 && text.lines().count() < 5);
    short.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

pub(crate) fn find(file: &File, tree: &Tree, side: Side, config: &Config) -> Found {
    let path = &file.source.path;
    let entry = config.values_of(path, side);
    let hint = Hint {
        values: entry.is_some() || config.told_values.contains(path),
        release: entry.and_then(|entry| entry.release.as_deref()),
        namespace: entry.and_then(|entry| entry.namespace.as_deref()),
    };
    // One file never stops the others, whatever is in it.
    let found = catch_unwind(AssertUnwindSafe(|| detect::find(file, tree, hint))).ok().filter(|_| !file.failed);
    found.unwrap_or_else(|| Found { troubles: vec![fault(file.id)], ..Found::default() })
}

/// What is said of a file at which the program itself fails.
pub(crate) fn fault(file: SourceId) -> detect::Trouble {
    let why = "an internal fault while this file was read; please report it with the file".to_string();
    detect::Trouble { at: Span::new(file, 0, 0), why }
}

/// What the command line and the config say about a file.
pub(crate) fn given(path: &str, side: Side, facts: &Facts, config: &Config) -> Given {
    let entry = config.values_of(path, side).and_then(|entry| entry.chart_version.clone());
    let chart = match (&config.chart_version, entry) {
        (Some(version), _) => Some((version.clone(), "--chart-version".to_string())),
        (None, Some(version)) => Some((version, "chart-version in .milvus-lint.yaml".to_string())),
        (None, None) => None,
    };
    let (operator, webhook) = config.operator_of(side);
    let said = |what: &str| match &config.sight {
        Some(sight) => format!("{what} as given or as {} has it", sight.cluster),
        None => format!("{what} as given"),
    };
    Given {
        chart,
        operator: operator.map(|version| (version.clone(), said("operator-version"))),
        images: config.images.clone(),
        manager: None,
        webhook: webhook.map(|on| (on, said("operator-webhook"))),
        webhook_there: None,
        builds: facts.builds.iter().map(|build| (build.tag.clone(), build.version.clone())).collect(),
        ..Given::default()
    }
}
