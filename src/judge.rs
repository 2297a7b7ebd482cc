//! Every rule asked about everything that happened, and the repairs of what it says written as edits.
//!
//! Takes what both sides hold; gives findings. It knows no rule by name.

use crate::detect::{Evidence, Operator};
use crate::facts::Facts;
use crate::finding::{Confidence, Finding, Fix, Severity};
use crate::model::{Deployment, Reference, Transition};
use crate::rules::{Case, Event, Rule, Stage};
use crate::source::{Span, Texts};
use crate::{detect, finding, hcl, model, normalize, pair, rules, runbook, source};
use rayon::prelude::*;
use std::collections::HashSet;

/// What the head holds, to be judged.
pub(crate) struct Heads<'a> {
    pub transitions: &'a [Transition],
    pub troubles: &'a [detect::Trouble],
    pub references: &'a [Reference],
    pub off: &'a [Span],
    pub operators: &'a [&'a Operator],
}

/// By what is judged.
pub(crate) struct Judge<'a> {
    pub facts: &'a Facts,
    pub kubernetes: Option<&'a model::Version>,
    pub rules: &'a [&'a Rule],
}

impl Judge<'_> {
    pub fn all(&self, heads: Heads) -> Vec<Finding> {
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
        let asked = |event: &Event| -> Vec<Finding> {
            let case = Case { facts: self.facts, kubernetes: self.kubernetes, event: *event };
            self.rules.iter().flat_map(|rule| rules::run(rule, case)).collect()
        };
        let events: Vec<Event> = events.collect();
        let all: Vec<Vec<Finding>> = events.par_iter().with_min_len(8).map(asked).collect();
        // One text can be a layer of several Milvus; what is wrong in it is said once.
        let mut said = HashSet::new();
        all.into_iter()
            .flatten()
            .filter(|finding| said.insert((finding.rule, finding.at, finding.message.clone())))
            .collect()
    }
}

/// Judges commands by the rules about commands, and what they make by the ordinary ones, as far as those are sure of themselves:
/// in a script much is open that a manifest says.
pub(crate) fn judge_books(books: &[runbook::Book], examples: &[Transition], judge: &Judge) -> Vec<Finding> {
    let rules = judge.rules;
    let case = |event| Case { facts: judge.facts, kubernetes: judge.kubernetes, event };
    let mut findings = Vec::new();
    for book in books {
        for (index, (milvus, order)) in book.milvus.iter().zip(&book.orders).enumerate() {
            let stage = Stage {
                runbook: &book.runbook,
                index,
                milvus: milvus.as_ref(),
                order: order.as_ref(),
                orders: &book.orders,
            };
            let case = case(Event::Stage(stage));
            findings.extend(rules.iter().flat_map(|rule| rules::run(rule, case)));
        }
    }
    let made = books.iter().flat_map(|book| book.transitions.iter().map(|made| (made, book.runbook.writing)));
    let examples = examples.iter().map(|example| (example, model::Writing::Document));
    for (transition, writing) in made.chain(examples) {
        let case = case(Event::Transition(transition));
        // Who copies an order to migrate runs it once, and on any operator: there a likely error is enough.
        let least = match transition {
            Transition::Ordered { .. } => Confidence::Likely,
            _ => Confidence::Certain,
        };
        // A resource or a file of the repository that a script changes is judged as if the change stood in it.
        let of_file = |(base, head): (&Deployment, &Deployment)| base.at.source != head.at.source;
        let scripted = writing == model::Writing::Script && transition.change().is_some_and(of_file);
        let warns = |finding: &Finding| {
            let about_change = rules::find(finding.rule).is_some_and(|rule| rule.scope == rules::Scope::Change);
            scripted
                && about_change
                && finding.severity >= Severity::Warning
                && finding.confidence >= Confidence::Likely
        };
        let sure =
            |finding: &Finding| finding.severity == Severity::Error && finding.confidence >= least || warns(finding);
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
pub(crate) fn made_by_hand(finding: Finding, transition: &Transition, writing: model::Writing) -> Finding {
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
pub(crate) fn write_fixes(finding: &mut Finding, evidence: &[Evidence], texts: Texts) {
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

pub(crate) fn edits(
    finding: &Finding,
    fix: &Fix,
    evidence: &[Evidence],
    texts: Texts,
) -> Result<Vec<source::Edit>, String> {
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
        if let Some(edit) = normalize::elsewhere(evidence, set).and_then(|one| filled_in(&one, texts)) {
            edits.push(edit);
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

/// The edit of a value where it is filled in from; `None` where what stands there is not what was read.
fn filled_in(one: &normalize::Elsewhere, texts: Texts) -> Option<source::Edit> {
    let there = texts.text(one.at);
    let kept = one.was.strip_suffix(there).filter(|_| !there.is_empty())?;
    let text = one.becomes.strip_prefix(kept)?.to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (!text.is_empty() && text.chars().all(plain)).then_some(source::Edit { at: one.at, text })
}
