//! milvus-lint reads every Milvus in a GitOps repository, proves that each change of version is legal, and writes the
//! corrected patch.
//!
//! The modules in the order in which data flows: [`source`] gives text, [`yaml`] gives places, [`detect`] finds Milvus,
//! [`normalize`] understands it, [`pair`] makes a change of two states, [`rules`] judge the change by the [`facts`],
//! [`report`] says so, [`fix`] repairs it, [`plan`] lays out the way. [`check()`] is the whole of it in one function without I/O.

pub mod config;
pub mod detect;
pub mod facts;
pub mod finding;
pub mod fix;
pub mod hcl;
pub mod model;
pub mod normalize;
pub mod outcome;
pub mod pair;
pub mod plan;
pub mod report;
pub mod rules;
pub mod source;
pub mod yaml;

mod accept;
mod lost;
mod runbook;
mod scope;
mod view;

#[cfg(test)]
mod tests;

use config::Config;
use detect::{Evidence, File, Found, Hint, LeftOut, Operator, Tree};
use facts::Facts;
use finding::{Confidence, Finding, Fix, Severity};
use model::{Deployment, Field, Migration, Reference, Transition};
use normalize::{Given, Normal};
use outcome::{Incomplete, Outcome};
use pair::Compared;
use rayon::prelude::*;
use rules::{Case, Event, RULES, Rule, Stage};
use source::{Side, SourceId, Sources, Span, Texts, Wanted};
use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Judges the head, and its change from the base, by the facts. Whatever cannot be read is part of the answer.
pub fn check(base: &Sources, head: &Sources, facts: &Facts, config: &Config) -> Outcome {
    check_with(base, head, facts, config, RULES)
}

/// The same with some of the rules only; a rule's page is tried with its own rule alone.
pub fn check_with(base: &Sources, head: &Sources, facts: &Facts, config: &Config, rules: &[&Rule]) -> Outcome {
    let (before, after) = understand_both(base, head, facts, config);
    let compared = match &config.base_name {
        None => Compared::WithNothing,
        Some(_) if config.two_files => Compared::FileWithFile,
        Some(_) => Compared::WithBase,
    };
    let mut troubles = lost::lost(&before, &after, base);
    troubles.extend(after.troubles);
    let transitions = pair::pair(before.deployments, &before.migrations, after.deployments, after.migrations, compared);
    let transitions = lost::only_gone(transitions, &troubles, head);
    let transitions = from_command_line(transitions, config);
    let transitions = without_switched_off(transitions, &before.off, &after.off);
    let texts = Texts { base, head };
    let scope = scope::Scope::new(config, texts, before.evidence.iter().chain(&after.evidence));
    let transitions: Vec<Transition> = transitions.into_iter().filter(|t| scope.holds(t.at())).collect();
    troubles.retain(|trouble| scope.names(trouble.at));
    let references: Vec<Reference> = after.references.into_iter().filter(|r| scope.names(r.at)).collect();
    let wanted = before.wanted.into_iter().chain(after.wanted).collect();
    let comments: Vec<yaml::Comment> = after.comments.into_iter().filter(|c| scope.names(c.at)).collect();
    let operators: Vec<&Operator> = after.operators.iter().filter(|operator| scope.names(operator.at)).collect();
    let heads = Heads {
        transitions: &transitions,
        troubles: &troubles,
        references: &references,
        off: &after.off,
        operators: &operators,
    };
    let judge = Judge { facts, kubernetes: config.kubernetes_version.as_ref(), rules };
    let mut findings = judge.all(heads);
    for finding in &mut findings {
        write_fixes(finding, &after.evidence, texts);
    }
    let asked = |at: Span| scope.names(at);
    findings.extend(judge_books(&after.books, &after.examples, &judge).into_iter().filter(|f| asked(f.at)));
    let judged = accept::Judged { findings, comments: &comments, transitions: &transitions, rules };
    let (findings, excepted) = accept::accept(judged, texts, facts, config);
    let incomplete = incomplete(head, &troubles, texts);
    let left_out = after.left_out.into_iter().filter(|left| scope.names(left.at));
    let left_out = left_out.map(|left| (left.at, left.why)).collect();
    let assumed = after.assumed.into_iter().filter(|one| scope.names(one.at)).map(|one| (one.at, one.why)).collect();
    let parts = view::Parts { transitions: &transitions, findings, excepted, incomplete, texts, facts, config };
    Outcome { left_out, assumed, wanted, ..view::outcome(parts) }
}

/// Every Milvus of one side that is switched on and that the user asked about, for whoever plans with it.
pub fn deployments(head: &Sources, facts: &Facts, config: &Config) -> Vec<Deployment> {
    let base = Sources::empty(Side::Base);
    let found = understand(head, facts, config);
    let scope = scope::Scope::new(config, Texts { base: &base, head }, found.evidence.iter());
    let wanted = |one: &Deployment| scope.holds(one.at) && !found.off.contains(&one.at);
    found.deployments.into_iter().filter(|one| wanted(one)).collect()
}

/// One side, understood.
#[derive(Default)]
struct Understood {
    deployments: Vec<Deployment>,
    migrations: Vec<Migration>,
    evidence: Vec<Evidence>,
    troubles: Vec<detect::Trouble>,
    /// Whatever the parser could not read, with its file.
    problems: Vec<(String, yaml::Problem)>,
    comments: Vec<yaml::Comment>,
    /// Where each Milvus begins that is switched off.
    off: Vec<Span>,
    /// Commands, of the head only: what was to be run before is of no interest.
    books: Vec<runbook::Book>,
    /// What documents show of a Milvus.
    examples: Vec<Transition>,
    /// References that lead nowhere, and texts that were not there to be read.
    references: Vec<Reference>,
    wanted: Vec<Wanted>,
    operators: Vec<Operator>,
    left_out: Vec<LeftOut>,
    assumed: Vec<LeftOut>,
}

/// Both sides. The base is not read again where no file with a Milvus in it differs.
fn understand_both(base: &Sources, head: &Sources, facts: &Facts, config: &Config) -> (Understood, Understood) {
    // With another config in the base, or with a file that others may refer to, the same text may mean something else.
    let read = || {
        let changed: HashSet<&String> = head.changed.iter().flatten().collect();
        [base, head].iter().any(|side| side.files.iter().any(|file| changed.contains(&file.path)))
    };
    let same = head.changed.is_some() && config.base_values.is_none() && !read();
    if !same {
        return rayon::join(|| understand(base, facts, config), || understand(head, facts, config));
    }
    let after = understand(head, facts, config);
    let mut before = Understood::default();
    before.deployments.clone_from(&after.deployments);
    before.migrations.clone_from(&after.migrations);
    before.off.clone_from(&after.off);
    (before, after)
}

/// Finds and understands every Milvus of one side; files in parallel, the answer in their order.
fn understand(sources: &Sources, facts: &Facts, config: &Config) -> Understood {
    let tree = Tree::parse(sources);
    let mut found: Vec<Found> = tree.files.par_iter().map(|file| find(file, &tree, sources.side, config)).collect();
    detect::join_workloads(&mut found);
    detect::lay_overlays(&tree, &mut found);
    detect::follow_applications(&tree, &mut found);
    detect::drop_repeats(&mut found);
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
    understood
}

/// A Milvus that a document shows, as if somebody had written it down to be run.
fn shown(example: &Evidence, facts: &Facts, given: &Given) -> Transition {
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
fn files_of(evidence: &Evidence, tree: &Tree) -> Vec<String> {
    let sources: BTreeSet<SourceId> = evidence.layers.0.iter().map(|layer| layer.document.source).collect();
    sources.into_iter().filter_map(|id| tree.file(id)).map(|file| file.source.path.clone()).collect()
}

fn find(file: &File, tree: &Tree, side: Side, config: &Config) -> Found {
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
fn fault(file: SourceId) -> detect::Trouble {
    let why = "an internal fault while this file was read; please report it with the file".to_string();
    detect::Trouble { at: Span::new(file, 0, 0), why }
}

/// What the command line and the config say about a file.
fn given(path: &str, side: Side, facts: &Facts, config: &Config) -> Given {
    let entry = config.values_of(path, side).and_then(|entry| entry.chart_version.clone());
    let chart = match (&config.chart_version, entry) {
        (Some(version), _) => Some((version.clone(), "--chart-version".to_string())),
        (None, Some(version)) => Some((version, "chart-version in .milvus-lint.yaml".to_string())),
        (None, None) => None,
    };
    let operator = config.operator_version.clone();
    Given {
        chart,
        operator: operator.map(|version| (version, "operator-version as given".to_string())),
        images: config.images.clone(),
        manager: None,
        webhook: config.operator_webhook.map(|on| (on, "operator-webhook as given".to_string())),
        webhook_there: None,
        builds: facts.builds.iter().map(|build| (build.tag.clone(), build.version.clone())).collect(),
        ..Given::default()
    }
}

/// A Milvus that is switched off does not change, whatever is written; one that is switched on is new.
fn without_switched_off(transitions: Vec<Transition>, before: &[Span], after: &[Span]) -> Vec<Transition> {
    let is_gone =
        |transition: &Transition| matches!(transition, Transition::Deleted(gone) if before.contains(&gone.at));
    let settled = |transition: Transition| match transition {
        Transition::Changed { head, .. } | Transition::Adjusted { head, .. } if after.contains(&head.at) => {
            Transition::Unchanged(*head)
        }
        Transition::Changed { base, head, .. } | Transition::Adjusted { base, head } if before.contains(&base.at) => {
            Transition::Created(*head)
        }
        other => other,
    };
    transitions.into_iter().filter(|transition| !is_gone(transition)).map(settled).collect()
}

/// `--from`: what runs now, for every Milvus of which the base does not tell another version.
fn from_command_line(transitions: Vec<Transition>, config: &Config) -> Vec<Transition> {
    let Some((version, at)) = &config.from else { return transitions };
    let running = Field::written(*at, version.clone());
    let with_from = |head: Deployment| {
        let mut base = head.clone();
        base.version = running.clone();
        base.image = Field::unknown(*at, "--from names the version only");
        Transition::Changed { base: Box::new(base), head: Box::new(head), migration: None }
    };
    transitions
        .into_iter()
        .map(|transition| match transition {
            Transition::Created(head) | Transition::Unchanged(head) => with_from(head),
            Transition::Adjusted { head, .. } => with_from(*head),
            Transition::Changed { mut base, head, migration } if base.version.is_unknown() => {
                base.version = running.clone();
                Transition::Changed { base, head, migration }
            }
            other => other,
        })
        .collect()
}

/// What the head holds, to be judged.
struct Heads<'a> {
    transitions: &'a [Transition],
    troubles: &'a [detect::Trouble],
    references: &'a [Reference],
    off: &'a [Span],
    operators: &'a [&'a Operator],
}

/// By what is judged.
struct Judge<'a> {
    facts: &'a Facts,
    kubernetes: Option<&'a model::Version>,
    rules: &'a [&'a Rule],
}

impl Judge<'_> {
    fn all(&self, heads: Heads) -> Vec<Finding> {
        let Heads { transitions, troubles, references, off, operators } = heads;
        let is_on = |deployment: &&Deployment| !off.contains(&deployment.at);
        let on: Vec<&Deployment> = transitions.iter().filter_map(Transition::head).filter(is_on).collect();
        let conflicts = pair::conflicts(&on);
        let moved = pair::perhaps_moved(transitions);
        let off = |transition: &&Transition| transition.head().is_some_and(|head| off.contains(&head.at));
        // What is perhaps somewhere else is not said to be gone.
        let elsewhere = |transition: &&Transition| {
            let is_it = |gone: &&Deployment| matches!(transition, Transition::Deleted(one) if one.at == gone.at);
            moved.iter().any(|(_, gone)| gone.iter().any(is_it))
        };
        let judged = transitions.iter().filter(|transition| !off(transition) && !elsewhere(transition));
        let events = judged.map(Event::Transition);
        let events = events.chain(moved.iter().map(|(head, gone)| Event::PerhapsMoved { head, gone }));
        let events = events.chain(conflicts.iter().map(|(first, second)| Event::DefinedTwice { first, second }));
        let events = events.chain(operators.iter().filter_map(|operator| match &operator.version {
            detect::OperatorRelease::Floating(why) => Some(Event::FloatingOperator { at: operator.at, why }),
            _ => None,
        }));
        let events =
            events.chain(troubles.iter().map(|trouble| Event::Unreadable { at: trouble.at, why: &trouble.why }));
        let events = events.chain(references.iter().map(Event::Reference));
        let case = |event| Case { facts: self.facts, kubernetes: self.kubernetes, event };
        let all = events.flat_map(|event| self.rules.iter().flat_map(move |rule| rules::run(rule, case(event))));
        // One text can be a layer of several Milvus; what is wrong in it is said once.
        let mut said = HashSet::new();
        all.filter(|finding| said.insert((finding.rule, finding.at, finding.message.clone()))).collect()
    }
}

/// Judges commands by the rules about commands, and what they make by the ordinary ones, as far as those are sure of themselves:
/// in a script much is open that a manifest says.
fn judge_books(books: &[runbook::Book], examples: &[Transition], judge: &Judge) -> Vec<Finding> {
    let rules = judge.rules;
    let case = |event| Case { facts: judge.facts, kubernetes: judge.kubernetes, event };
    let mut findings = Vec::new();
    for book in books {
        for (index, (milvus, order)) in book.milvus.iter().zip(&book.orders).enumerate() {
            let stage = Stage { runbook: &book.runbook, index, milvus: milvus.as_ref(), order: order.as_ref() };
            let case = case(Event::Stage(stage));
            findings.extend(rules.iter().flat_map(|rule| rules::run(rule, case)));
        }
    }
    let made = books.iter().flat_map(|book| book.transitions.iter().map(|made| (made, book.runbook.writing)));
    let examples = examples.iter().map(|example| (example, model::Writing::Document));
    for (transition, writing) in made.chain(examples) {
        let case = case(Event::Transition(transition));
        let sure = |finding: &Finding| finding.severity == Severity::Error && finding.confidence == Confidence::Certain;
        let found = rules.iter().flat_map(|rule| rules::run(rule, case)).filter(sure);
        findings.extend(found.map(|finding| made_by_hand(finding, transition, writing)));
    }
    for finding in &mut findings {
        for fix in &mut finding.fixes {
            fix.edits = fix.set.iter().filter_map(normalize::command::write).collect();
        }
        finding.fixes.retain(|fix| !fix.edits.is_empty());
    }
    let mut said = HashSet::new();
    findings.retain(|finding| said.insert((finding.rule, finding.at, finding.message.clone())));
    findings
}

/// A finding about what a command makes. In a guide commands may stand beside each other as a choice, so that only what is said of
/// the versions themselves is as sure as in a script.
fn made_by_hand(finding: Finding, transition: &Transition, writing: model::Writing) -> Finding {
    let finding = Finding { fixes: Vec::new(), owner: None, ..finding };
    let of_version = |base: &Deployment, head: &Deployment| {
        head.version.at == finding.at && base.version.value() != head.version.value()
    };
    match (transition, writing) {
        (Transition::Changed { base, head, .. }, model::Writing::Document) if !of_version(base, head) => {
            Finding { severity: Severity::Info, confidence: Confidence::Hint, ..finding }
        }
        _ => finding,
    }
}

/// Turns what the repairs of a finding should make true into edits; a repair that cannot be written is dropped and said so.
fn write_fixes(finding: &mut Finding, evidence: &[Evidence], texts: Texts) {
    let fixes = std::mem::take(&mut finding.fixes);
    for mut fix in fixes {
        match edits(finding, &fix, evidence, texts) {
            Ok(edits) => {
                fix.edits = edits;
                finding.fixes.push(fix);
            }
            Err(why) => {
                let text = format!("no repair is offered: {why}");
                finding.notes.push(finding::Note { name: "note", text });
            }
        }
    }
}

fn edits(finding: &Finding, fix: &Fix, evidence: &[Evidence], texts: Texts) -> Result<Vec<source::Edit>, String> {
    let owner = evidence.iter().find(|evidence| Some(evidence.at) == finding.owner);
    let evidence = owner.ok_or("the place to change was not found")?;
    let mut rewrites: Vec<normalize::Rewrite> = Vec::new();
    let mut edits = Vec::new();
    for set in &fix.set {
        let refilled = normalize::refill(evidence, set);
        if !refilled.is_empty() {
            edits.extend(refilled);
            continue;
        }
        let written = normalize::write(evidence, set);
        if written.is_empty() {
            return Err("it cannot be said in this file".to_string());
        }
        for rewrite in written {
            match rewrites.iter_mut().find(|other| std::sync::Arc::ptr_eq(&other.document, &rewrite.document)) {
                Some(other) => other.changes.extend(rewrite.changes),
                None => rewrites.push(rewrite),
            }
        }
    }
    for rewrite in rewrites {
        // What an expression of Terraform says may stand in another file than what it is said of.
        let made = hcl::edits(&|id| texts.source(id), &rewrite.document, &rewrite.changes);
        edits.extend(made.map_err(|error| error.to_string())?);
    }
    // The parts of one Milvus stand in several documents, and not always in their order.
    edits.sort_by_key(|edit: &source::Edit| (edit.at.source, edit.at.start));
    Ok(edits)
}

/// What looks like Milvus and was not read.
fn incomplete(head: &Sources, troubles: &[detect::Trouble], texts: Texts) -> Vec<Incomplete> {
    let unreadable =
        head.unreadable.iter().map(|file| Incomplete { file: file.name.clone(), at: None, why: file.why.clone() });
    let troubles = troubles.iter().map(|trouble| Incomplete {
        file: texts.source(trouble.at.source).name(),
        at: Some(trouble.at),
        why: trouble.why.clone(),
    });
    unreadable.chain(troubles).collect()
}
