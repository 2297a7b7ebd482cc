//! milvus-lint reads every Milvus in a GitOps repository, proves that each change of version is legal, and writes the
//! corrected patch.
//!
//! The modules in the order in which data flows: [`source`] gives text, [`yaml`] gives places, [`detect`] finds Milvus,
//! [`normalize`] understands it, [`pair`] makes a change of two states, [`rules`] judge the change by the [`facts`],
//! [`report`] says so, [`fix`] repairs it, [`plan`] lays out the way. [`check()`] is the whole of it in one function without I/O.

#[cfg(feature = "live")]
pub mod cluster;
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
pub mod policy;
pub mod report;
pub mod rules;
pub mod source;
pub mod yaml;

mod accept;
mod fed;
mod judge;
mod lost;
mod runbook;
mod scope;
mod sight;
mod understand;
mod view;

#[cfg(test)]
mod tests;

use config::Config;
use detect::Operator;
use facts::Facts;
use judge::{Heads, Judge, judge_books, write_fixes};
use model::{Deployment, Field, Reference, Transition};
use outcome::{Incomplete, Outcome};
use pair::Compared;
use rules::{RULES, Rule};
use source::{Side, Sources, Span, Texts, Wanted};
use understand::{Understood, understand, understand_both};

/// Judges the head, and its change from the base, by the facts. Whatever cannot be read is part of the answer.
pub fn check(base: &Sources, head: &Sources, facts: &Facts, config: &Config) -> Outcome {
    check_with(base, head, facts, config, RULES)
}

/// The same with some of the rules only; a rule's page is tried with its own rule alone.
pub fn check_with(base: &Sources, head: &Sources, facts: &Facts, config: &Config, rules: &[&Rule]) -> Outcome {
    let read = Reading::of(base, head, facts, config, &mut Known::default());
    judge_sides(read, base, head, facts, config, rules)
}

/// What is parsed already of both sides, for whoever reads them more than once.
#[derive(Debug, Default)]
pub struct Known((detect::Known, detect::Known));

/// Both sides, understood and not judged: enough to know what they refer to.
pub struct Reading {
    before: Understood,
    after: Understood,
    /// Changed files that may say what something unknown hangs on.
    fed: Vec<Wanted>,
}

impl Reading {
    /// Reads both sides; what did not change since `known` was filled is not parsed again.
    pub fn of(base: &Sources, head: &Sources, facts: &Facts, config: &Config, known: &mut Known) -> Reading {
        let (before, mut after) = understand_both(base, head, facts, config, &mut known.0);
        let fed = if compares_files(head, config) { fed::feed(base, head, &mut after) } else { Vec::new() };
        Reading { before, after, fed }
    }

    /// What the texts refer to and was not among them.
    pub fn wanted(&self) -> Vec<Wanted> {
        self.before.wanted.iter().chain(&self.after.wanted).chain(&self.fed).cloned().collect()
    }

    /// The judgement, as [`check()`] gives it of the same texts.
    pub fn judge(self, base: &Sources, head: &Sources, facts: &Facts, config: &Config) -> Outcome {
        judge_sides(self, base, head, facts, config, RULES)
    }
}

/// Whether a file that differs is one that somebody changed. Against nothing, a cluster, another file, or a version from the command
/// line it is not.
fn compares_files(head: &Sources, config: &Config) -> bool {
    let with_base = config.base_name.is_some() && !config.two_files && config.sight.is_none();
    with_base && (head.changed.is_some() || config.from.is_none())
}

fn judge_sides(
    read: Reading,
    base: &Sources,
    head: &Sources,
    facts: &Facts,
    config: &Config,
    rules: &[&Rule],
) -> Outcome {
    let Reading { before, mut after, fed } = read;
    let compared = match &config.base_name {
        None => Compared::WithNothing,
        Some(_) if config.two_files => Compared::FileWithFile,
        Some(_) if config.sight.is_some() => Compared::WithCluster,
        Some(_) => Compared::WithBase,
    };
    let mut troubles = lost::lost(&before, &after, base);
    troubles.extend(if compares_files(head, config) { fed::modules(base, head, &after) } else { Vec::new() });
    troubles.extend(after.troubles);
    let running = sight::running(&before.deployments);
    if let Some(sight) = &config.sight {
        sight::name(&mut after.deployments, sight);
    }
    let transitions = pair::pair(before.deployments, &before.migrations, after.deployments, after.migrations, compared);
    let transitions = lost::only_gone(transitions, &troubles, head);
    let (transitions, hidden) = match &config.sight {
        Some(sight) => sight::settle(transitions, &running, sight),
        None => (transitions, Vec::new()),
    };
    let transitions = from_command_line(transitions, config);
    let transitions = without_switched_off(transitions, &before.off, &after.off);
    let texts = Texts { base, head };
    let scope = scope::Scope::new(config, texts, before.evidence.iter().chain(&after.evidence));
    let transitions: Vec<Transition> = transitions.into_iter().filter(|t| scope.holds(t.at())).collect();
    troubles.retain(|trouble| scope.names(trouble.at));
    let references: Vec<Reference> = after.references.into_iter().filter(|r| scope.names(r.at)).collect();
    let wanted = before.wanted.into_iter().chain(after.wanted).chain(fed).collect();
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
    let mut incomplete = incomplete(head, &troubles, texts);
    incomplete.extend(hidden.into_iter().filter(|one| scope.holds(one.at)).map(|one| Incomplete {
        file: texts.source(one.at.source).name(),
        at: Some(one.at),
        why: one.why,
    }));
    let left_out = after.left_out.into_iter().filter(|left| scope.names(left.at));
    let left_out = left_out.map(|left| (left.at, left.why)).collect();
    let assumed = after.assumed.into_iter().filter(|one| scope.names(one.at)).map(|one| (one.at, one.why)).collect();
    let parts = view::Parts { transitions: &transitions, findings, excepted, incomplete, texts, facts, config };
    Outcome { left_out, assumed, wanted, ..view::outcome(parts) }
}

/// Every Milvus of one side that is switched on and that the user asked about, for whoever plans with it.
pub fn deployments(head: &Sources, facts: &Facts, config: &Config) -> Vec<Deployment> {
    let base = Sources::empty(Side::Base);
    let found = understand(head, facts, config, &mut detect::Known::default());
    let scope = scope::Scope::new(config, Texts { base: &base, head }, found.evidence.iter());
    let wanted = |one: &Deployment| scope.holds(one.at) && !found.off.contains(&one.at);
    found.deployments.into_iter().filter(|one| wanted(one)).collect()
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
