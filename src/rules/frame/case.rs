//! What a rule is given: a transition, a step of a runbook, a reference, or what could not be read; and what all rules ask of it.

use super::change::{VersionChange, version_change};
use crate::facts::{Facts, Risk};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{
    Act, Astray, Deployment, Migration, Reference, Runbook, Step, Subject, Transition, Version, Writing, is_apart,
};
use crate::source::Span;

/// What a rule is given to judge.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub facts: &'a Facts,
    /// The version of Kubernetes, where somebody said so.
    pub kubernetes: Option<&'a Version>,
    pub event: Event<'a>,
}

/// What happened.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    Transition(&'a Transition),
    /// A command that somebody runs.
    Stage(Stage<'a>),
    /// A Milvus is new, and was perhaps one of several that are gone.
    PerhapsMoved {
        head: &'a Deployment,
        gone: &'a [&'a Deployment],
    },
    /// Two definitions of one Milvus, of which one is applied over the other.
    DefinedTwice {
        first: &'a Deployment,
        second: &'a Deployment,
    },
    /// An operator whose version moves by itself.
    FloatingOperator {
        at: Span,
        why: &'a str,
    },
    /// Something looks like Milvus and could not be read.
    Unreadable {
        at: Span,
        why: &'a str,
    },
    /// A path leads to no file of the repository.
    Reference(&'a Reference),
    /// An exception that covers nothing any more, or whose day is over; `at` is where it is written, if that is a text of
    /// this run.
    Exception {
        at: Span,
        rule: &'a str,
        stale: Stale<'a>,
    },
}

/// A command among those before and after it.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    pub runbook: &'a Runbook,
    pub index: usize,
    /// The Milvus of this repository that it is about.
    pub milvus: Option<&'a Deployment>,
    /// The MilvusUpgrade of this repository that it is about.
    pub order: Option<&'a Migration>,
    /// The same for each step of the runbook.
    pub orders: &'a [Option<Migration>],
}

impl<'a> Stage<'a> {
    /// The command itself.
    pub fn step(&self) -> &'a Step {
        &self.runbook.steps[self.index]
    }

    /// The steps before it, the nearest first.
    pub fn before(&self) -> impl Iterator<Item = &'a Step> + use<'a> {
        self.runbook.steps[..self.index].iter().rev()
    }

    /// The steps before it with the MilvusUpgrade that each is about, the nearest first.
    pub fn earlier(&self) -> impl Iterator<Item = (&'a Step, Option<&'a Migration>)> + use<'a> {
        let orders = self.orders.iter().map(Option::as_ref);
        let both = self.runbook.steps.iter().zip(orders).take(self.index);
        both.collect::<Vec<_>>().into_iter().rev()
    }

    /// Whether it stands in a document and is about no Milvus of this repository: people show what others do, too.
    pub fn is_shown(&self) -> bool {
        self.runbook.writing == Writing::Document && self.milvus.is_none()
    }

    /// The finding, which is a mere hint where the command is only shown.
    pub fn weigh(&self, finding: Finding) -> Finding {
        match self.is_shown() {
            true => finding.graded(Severity::Info).sure(Confidence::Hint),
            false => finding,
        }
    }
}

/// Why an exception does not count.
#[derive(Clone, Copy)]
pub enum Stale<'a> {
    /// It covers nothing.
    Unused,
    /// It gives no reason.
    NoReason,
    /// Its last day is over.
    Expired(&'a str),
}

impl<'a> Case<'a> {
    /// Both ends of a change, whatever changed.
    pub fn change(&self) -> Option<(&'a Deployment, &'a Deployment)> {
        match self.event {
            Event::Transition(transition) => transition.change(),
            _ => None,
        }
    }

    /// A command that is one of these.
    pub fn stage(&self, acts: &[Act]) -> Option<Stage<'a>> {
        match self.event {
            Event::Stage(stage) if acts.contains(&stage.step().act) => Some(stage),
            _ => None,
        }
    }

    /// A `kubectl` command with one of these verbs.
    pub fn kubectl(&self, verbs: &[&str]) -> Option<Stage<'a>> {
        match self.event {
            Event::Stage(stage) => match &stage.step().act {
                Act::Kubectl(verb) if verbs.contains(&verb.as_str()) => Some(stage),
                _ => None,
            },
            _ => None,
        }
    }

    /// A reference with this fault.
    pub fn astray(&self, fault: Astray) -> Option<&'a Reference> {
        match self.event {
            Event::Reference(reference) => Some(reference).filter(|reference| reference.fault == fault),
            _ => None,
        }
    }

    /// Both ends of a change of one and the same installation.
    pub fn change_in_place(&self) -> Option<(&'a Deployment, &'a Deployment)> {
        self.change().filter(|(base, head)| !is_apart(base, head))
    }

    /// The Milvus as it will be.
    pub fn head(&self) -> Option<&'a Deployment> {
        match self.event {
            Event::Transition(transition) => transition.head(),
            _ => None,
        }
    }

    /// The order to migrate, with the Milvus that it names.
    pub fn migration(&self) -> Option<(&'a Migration, Option<&'a Deployment>)> {
        match self.event {
            Event::Transition(Transition::Ordered { migration, milvus, .. }) => Some((migration, milvus.as_deref())),
            _ => None,
        }
    }

    /// What stands in the repository now.
    pub fn subject(&self) -> Option<Subject<'a>> {
        match self.event {
            Event::Transition(transition) => transition.subject(),
            _ => None,
        }
    }

    /// A change from one known version to another.
    pub fn version_change(&self) -> Option<VersionChange<'a>> {
        let Event::Transition(transition) = self.event else { return None };
        version_change(transition, self.facts)
    }

    /// The risks that speak of a change, or with `from` unknown of the target alone.
    pub fn risks(&self, rule: &'a str, from: Option<&'a Version>, head: &'a Deployment) -> Vec<&'a Risk> {
        let Some(to) = head.version.value() else { return Vec::new() };
        let (mode, queue) = (head.mode.value(), head.queue.value());
        let speaks = |risk: &&Risk| {
            let source = match from {
                Some(from) => {
                    risk.from.contains(from) && (risk.step.is_none() || risk.step == self.facts.step(from, to))
                }
                None => risk.any_source,
            };
            risk.rule == rule
                && source
                && risk.to.contains(to)
                && (risk.mode.is_none() || risk.mode.as_ref() == mode)
                && (risk.queue.is_none() || risk.queue.as_ref() == queue)
        };
        self.facts.risks.iter().filter(speaks).collect()
    }
}
