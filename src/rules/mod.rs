//! What is wrong with a transition: one file per rule, its page beside it.
//!
//! A rule is a pure function from a [`Case`] to findings. It knows the model and the facts; it never reads text, and it knows no
//! other rule. This file is the one list, the frame that signs each finding with its rule, and what all rules of a family ask.

mod api_version_old;
mod assumed_version_stale;
mod backup_after_migration;
mod backup_missing;
mod chart_bad;
mod chart_downgrade;
mod chart_image_differs;
mod chart_line_mismatch;
mod chart_repository_archived;
mod chart_repository_mixed;
mod chart_table_wrong;
mod chart_unpinned;
mod chart_unpublished;
mod chart_value_gone;
mod chart_value_too_new;
mod chart_value_unknown;
mod chart_version_confused;
mod command_misspelled;
mod component_image;
mod component_unsupported;
mod component_version_ignored;
mod coordinators_default_changed;
mod coordinators_doubled;
mod coordinators_orphaned;
mod coordinators_separate;
mod data_deleted;
mod definition_conflict;
mod dependency_chart_unpinned;
mod dependency_image_changed;
mod dependency_incomplete;
mod dependency_moved;
mod downgrade;
mod duplicate_key;
mod exception_expired;
mod exception_unused;
mod field_too_new;
mod field_unknown;
mod field_value_invalid;
mod helm_too_old;
mod image_not_in_values;
mod managed_workload_changed;
mod manifest_partial;
mod metadata_at_root;
mod migrate_script_image_unfit;
mod migrate_script_range_unsupported;
mod migrate_script_rollback_broken;
mod migrate_script_root_path;
mod migrate_script_switch_misread;
mod migrate_script_tool_unfit;
mod migrate_script_version_malformed;
mod migration_backup_volatile;
mod migration_component_image;
mod migration_deleted_early;
mod migration_image_mismatch;
mod migration_image_missing;
mod migration_namespace_differs;
mod migration_namespace_missing;
mod migration_old_image_first;
mod migration_rollback_race;
mod migration_sample_applied;
mod migration_skipped;
mod migration_source_unsupported;
mod migration_status_misread;
mod migration_target_unsupported;
mod migration_tool_unfit;
mod migration_unprepared;
mod migration_version_malformed;
mod migration_withdrawn;
mod minor_skipped;
mod mode_changed;
mod mode_dropped;
mod operator_chart_unpinned;
mod operator_restarts_pods;
mod operator_too_old;
mod operator_unpinned;
mod patch_downgrade;
mod placeholder;
mod pod_of_other_mode;
mod pulsar_doubled;
mod pulsar_line_changed;
mod query_node_changed_too;
mod queue_ambiguous;
mod queue_changed;
mod queue_default_changed;
mod queue_not_selected;
mod queue_unknown;
mod queue_unsupported;
mod quoted_boolean;
mod reference_cycle;
mod reference_missing;
mod reference_outside;
mod release_bad;
mod release_unknown;
mod release_vulnerable;
mod rolling_ineffective;
mod rolling_script_image_missing;
mod rolling_script_misses_coordinator;
mod rolling_script_name_unfit;
mod rolling_script_on_operator;
mod rolling_script_queue_unfit;
mod rolling_script_version_mismatch;
mod rolling_script_version_unsupported;
mod rollout_may_stall;
mod rollout_paused;
mod script_needs_bash;
mod script_unpinned;
mod server_key_gone;
mod server_key_too_new;
mod server_key_unknown;
mod setting_ineffective;
mod setting_unsupported;
mod short_prerelease;
mod source_missing;
mod source_patch_old;
mod standby_missing;
mod surface_changed;
mod tag_behind_chart;
mod tag_unpublished;
mod target_patch_risky;
mod template_variable_left;
mod unreadable;
mod update_all_at_once;
mod update_direction_mismatch;
mod upgrade_path_illegal;
mod upgrade_path_unknown;
mod upgrade_setting_needed;
mod value_unknown;
mod values_dropped;
mod values_reuse_unfit;
mod variant_changed;
mod version_unreadable;
mod volume_changed;

mod frame;
mod keys;

use crate::facts::settings::written;
use crate::facts::{Circumstances, Edge, Facts, Floor, Hop, Judgement, Risk, Via, What};
use crate::finding::{Confidence, Finding, Fix, Set, Severity};
use crate::model::{
    Act, Astray, Deployment, Field, Migration, Operation, Reference, Runbook, Step, Subject, Transition, Tree, Version,
    Writing, is_apart,
};
use crate::source::Span;

/// Every rule, by id.
pub static RULES: &[&Rule] = &[
    &api_version_old::RULE,
    &assumed_version_stale::RULE,
    &backup_after_migration::RULE,
    &backup_missing::RULE,
    &chart_bad::RULE,
    &chart_downgrade::RULE,
    &chart_image_differs::RULE,
    &chart_line_mismatch::RULE,
    &chart_repository_archived::RULE,
    &chart_repository_mixed::RULE,
    &chart_table_wrong::RULE,
    &chart_unpinned::RULE,
    &chart_unpublished::RULE,
    &chart_value_gone::RULE,
    &chart_value_too_new::RULE,
    &chart_value_unknown::RULE,
    &chart_version_confused::RULE,
    &command_misspelled::RULE,
    &component_image::RULE,
    &component_unsupported::RULE,
    &component_version_ignored::RULE,
    &coordinators_default_changed::RULE,
    &coordinators_doubled::RULE,
    &coordinators_orphaned::RULE,
    &coordinators_separate::RULE,
    &data_deleted::RULE,
    &definition_conflict::RULE,
    &dependency_chart_unpinned::RULE,
    &dependency_image_changed::RULE,
    &dependency_incomplete::RULE,
    &dependency_moved::RULE,
    &downgrade::RULE,
    &duplicate_key::RULE,
    &exception_expired::RULE,
    &exception_unused::RULE,
    &field_too_new::RULE,
    &field_unknown::RULE,
    &field_value_invalid::RULE,
    &helm_too_old::RULE,
    &image_not_in_values::RULE,
    &managed_workload_changed::RULE,
    &manifest_partial::RULE,
    &metadata_at_root::RULE,
    &migrate_script_image_unfit::RULE,
    &migrate_script_range_unsupported::RULE,
    &migrate_script_rollback_broken::RULE,
    &migrate_script_root_path::RULE,
    &migrate_script_switch_misread::RULE,
    &migrate_script_tool_unfit::RULE,
    &migrate_script_version_malformed::RULE,
    &migration_backup_volatile::RULE,
    &migration_component_image::RULE,
    &migration_deleted_early::RULE,
    &migration_image_mismatch::RULE,
    &migration_image_missing::RULE,
    &migration_namespace_differs::RULE,
    &migration_namespace_missing::RULE,
    &migration_old_image_first::RULE,
    &migration_rollback_race::RULE,
    &migration_sample_applied::RULE,
    &migration_skipped::RULE,
    &migration_source_unsupported::RULE,
    &migration_status_misread::RULE,
    &migration_target_unsupported::RULE,
    &migration_tool_unfit::RULE,
    &migration_unprepared::RULE,
    &migration_version_malformed::RULE,
    &migration_withdrawn::RULE,
    &minor_skipped::RULE,
    &mode_changed::RULE,
    &mode_dropped::RULE,
    &operator_chart_unpinned::RULE,
    &operator_restarts_pods::RULE,
    &operator_too_old::RULE,
    &operator_unpinned::RULE,
    &patch_downgrade::RULE,
    &placeholder::RULE,
    &pod_of_other_mode::RULE,
    &pulsar_doubled::RULE,
    &pulsar_line_changed::RULE,
    &query_node_changed_too::RULE,
    &queue_ambiguous::RULE,
    &queue_changed::RULE,
    &queue_default_changed::RULE,
    &queue_not_selected::RULE,
    &queue_unknown::RULE,
    &queue_unsupported::RULE,
    &quoted_boolean::RULE,
    &reference_cycle::RULE,
    &reference_missing::RULE,
    &reference_outside::RULE,
    &release_bad::RULE,
    &release_unknown::RULE,
    &release_vulnerable::RULE,
    &rolling_ineffective::RULE,
    &rolling_script_image_missing::RULE,
    &rolling_script_misses_coordinator::RULE,
    &rolling_script_name_unfit::RULE,
    &rolling_script_on_operator::RULE,
    &rolling_script_queue_unfit::RULE,
    &rolling_script_version_mismatch::RULE,
    &rolling_script_version_unsupported::RULE,
    &rollout_may_stall::RULE,
    &rollout_paused::RULE,
    &script_needs_bash::RULE,
    &script_unpinned::RULE,
    &server_key_gone::RULE,
    &server_key_too_new::RULE,
    &server_key_unknown::RULE,
    &setting_ineffective::RULE,
    &setting_unsupported::RULE,
    &short_prerelease::RULE,
    &source_missing::RULE,
    &source_patch_old::RULE,
    &standby_missing::RULE,
    &surface_changed::RULE,
    &tag_behind_chart::RULE,
    &tag_unpublished::RULE,
    &target_patch_risky::RULE,
    &template_variable_left::RULE,
    &unreadable::RULE,
    &update_all_at_once::RULE,
    &update_direction_mismatch::RULE,
    &upgrade_path_illegal::RULE,
    &upgrade_path_unknown::RULE,
    &upgrade_setting_needed::RULE,
    &value_unknown::RULE,
    &values_dropped::RULE,
    &values_reuse_unfit::RULE,
    &variant_changed::RULE,
    &version_unreadable::RULE,
    &volume_changed::RULE,
];

/// A rule: what it is called, how bad its findings are, and how it judges.
pub struct Rule {
    /// Names the fault; the name of its file, in kebab-case.
    pub id: &'static str,
    pub severity: Severity,
    /// How sure its findings are, where they do not say so themselves.
    pub confidence: Confidence,
    /// One line for the list.
    pub summary: &'static str,
    pub scope: Scope,
    /// The page beside the rule: documentation, `explain` text and test.
    pub page: &'static str,
    pub check: fn(&Case) -> Vec<Finding>,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A change: silent where nothing changed.
    Change,
    /// A Milvus or a MilvusUpgrade as it stands, changed or not.
    State,
    /// A command in a script, a pipeline or a guide.
    Runbook,
    /// The texts and the config of the run.
    Text,
}

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

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Runs one rule and signs what it found.
pub fn run(rule: &Rule, case: Case) -> Vec<Finding> {
    let mut findings = (rule.check)(&case);
    for finding in &mut findings {
        finding.rule = find(rule.id).map_or("", |rule| rule.id);
        finding.severity = finding.graded.unwrap_or(rule.severity);
        finding.confidence = finding.unsure.unwrap_or(rule.confidence);
        finding.fixes.retain(|fix| fits_chart(&case, fix));
        let subject = match case.event {
            Event::Transition(transition) => Some((transition.id(), transition.at())),
            Event::PerhapsMoved { head: one, .. } | Event::DefinedTwice { second: one, .. } => Some((&one.id, one.at)),
            _ => None,
        };
        if let Some((id, at)) = subject {
            finding.subject = Some(id.to_string());
            finding.owner = Some(at);
        }
        if let Event::Stage(stage) = case.event {
            finding.subject = stage.milvus.map(|milvus| milvus.id.to_string());
        }
    }
    findings
}

/// Whether the version that a repair writes can run on the chart that stands beside it.
fn fits_chart(case: &Case, fix: &Fix) -> bool {
    let Some(chart) = case.head().and_then(|head| head.chart.value()) else { return true };
    let versions = fix.set.iter().filter_map(|set| match set {
        Set::Version(version) => Version::parse(version),
        _ => None,
    });
    let floors = |version: &Version| {
        let of_chart = case.facts.floors.iter().filter(|floor| floor.tool == "chart" && floor.severity == "error");
        of_chart.filter(|floor| floor.milvus.contains(version)).all(|floor| floor.needs.contains(chart))
    };
    versions.into_iter().all(|version| floors(&version))
}

/// A change of the version in force.
pub struct VersionChange<'a> {
    pub base: &'a Deployment,
    pub head: &'a Deployment,
    pub from: &'a Version,
    pub to: &'a Version,
    pub judgement: Judgement<'a>,
    pub circumstances: Circumstances,
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

/// The change of version in a transition, if both versions are known and differ.
pub fn version_change<'a>(transition: &'a Transition, facts: &'a Facts) -> Option<VersionChange<'a>> {
    let Transition::Changed { base, head, migration } = transition else { return None };
    let (from, to) = (base.version.value()?, head.version.value()?);
    facts.step(from, to)?;
    let via = match migration.as_deref().map(|migration| migration.operation) {
        None => Via::Image,
        Some(Operation::Upgrade) => Via::Migration,
        Some(Operation::Rollback) => Via::Rollback,
    };
    let circumstances = circumstances(base, via);
    Some(VersionChange { base, head, from, to, judgement: facts.judge(from, to, circumstances), circumstances })
}

/// What of the running Milvus decides about a change.
pub fn circumstances(base: &Deployment, via: Via) -> Circumstances {
    Circumstances {
        mode: base.mode.value().copied(),
        queue: base.queue.value().copied(),
        coordinators: base.coordinators.value().copied(),
        via,
    }
}

impl VersionChange<'_> {
    /// The row of the graph that decided, if it is one that this rule reports.
    fn edge_of(&self, rule: &str) -> Option<&Edge> {
        self.judgement.edge.filter(|edge| edge.rule == rule && self.judgement.open.is_empty())
    }

    /// The legal way, as far as one is known.
    pub fn path(&self, facts: &Facts) -> Vec<Hop> {
        facts.path(self.from, self.to, self.circumstances).unwrap_or_default()
    }

    /// A finding at the new version with the old one beside it.
    fn finding(&self, message: String, here: &str) -> Finding {
        let here = match self.head.version.why() {
            Some(why) if here.is_empty() => format!("{} ({why})", self.to),
            Some(why) => format!("{}: {here} ({why})", self.to),
            None => here.to_string(),
        };
        Finding::new(self.head.version.at, message).here(here).label(self.base.version.at, running(&self.base.version))
    }
}

/// What stands at the version that runs before a change.
fn running(version: &Field<Version>) -> String {
    match (version.value(), version.why()) {
        (Some(value), Some(why)) => format!("running now: {value} ({why})"),
        (Some(_), None) => "running now".to_string(),
        (None, why) => format!("running now: unknown, {}", why.unwrap_or_default()),
    }
}

/// The finding of a rule that reports edges of the graph: why, what happens, the way out.
fn edge_finding(case: &Case, rule: &str, message: impl Fn(&VersionChange) -> String, here: &str) -> Vec<Finding> {
    let Some(change) = case.version_change() else { return Vec::new() };
    let Some(edge) = change.edge_of(rule) else { return Vec::new() };
    let finding = change
        .finding(message(&change), here)
        .note("why", edge.because.clone())
        .note("what happens", edge.outcome.clone());
    vec![with_way(finding, &change, case.facts)]
}

/// Adds the way out, and the repair that takes its first step; downwards there is none but to stay.
fn with_way(finding: Finding, change: &VersionChange, facts: &Facts) -> Finding {
    let written = change.head.version.why().is_none();
    if change.to < change.from {
        let stay = Set::Version(change.from.to_string());
        return if written { finding.unsafe_fix(format!("stay on {}", change.from), [stay]) } else { finding };
    }
    let path = change.path(facts);
    let finding = finding.note("the way", way(&path));
    let first = path.iter().find(|hop| hop.version != *change.from);
    if first.is_some_and(|first| first.with == MIGRATE) {
        let order = "the first hop takes a MilvusUpgrade (or migrate.sh), not an image";
        return finding.note("note", order);
    }
    match first {
        Some(first) if path.len() > 2 && first.version != *change.to && written => {
            let version = first.version.to_string();
            finding.unsafe_fix(format!("go to {version} first"), [Set::Version(version)])
        }
        _ => finding,
    }
}

/// The word by which the facts say that a hop needs the metadata migrated.
const MIGRATE: &str = "migrate";

/// A range of versions in words: `1.3.0 or later`, `before 4.2.0`.
fn plain(range: &str) -> String {
    let word = |part: &str| match (part.strip_prefix(">="), part.strip_prefix('<')) {
        (Some(version), _) => format!("{version} or later"),
        (_, Some(version)) if version.starts_with('=') => format!("up to {}", &version[1..]),
        (_, Some(version)) => format!("before {version}"),
        _ => part.to_string(),
    };
    range.split_whitespace().map(word).collect::<Vec<_>>().join(" and ")
}

/// `2.1.4 → 2.2.16 (migrate) → 2.3.22`, or nothing when no way is known.
pub fn way(path: &[Hop]) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
}

/// The severity that a fact gives.
fn severity_of(text: &str) -> Severity {
    Severity::parse(text).unwrap_or(Severity::Warning)
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Who says a value, in brackets; nothing for a written one.
fn by<T>(field: &Field<T>) -> String {
    field.why().map(|why| format!(" ({why})")).unwrap_or_default()
}

/// Adds what the facts say of a change of the mode, the queue or the Pulsar line.
fn with_edge(finding: Finding, facts: &Facts, what: What) -> Finding {
    match facts.edge_about(what) {
        Some(edge) => finding.note("why", edge.because.clone()).note("what happens", edge.outcome.clone()),
        None => finding,
    }
}

/// The floors that a tool's version does not reach for the Milvus of the head, with that Milvus's version.
fn floors<'a>(case: &Case<'a>, rule: &str, tool: &str, version: &Version) -> Vec<(&'a Floor, &'a Version)> {
    let Some((head, milvus)) = case.head().and_then(|head| Some((head, head.version.value()?))) else {
        return Vec::new();
    };
    let made_up = |floor: &Floor| {
        let mut pairs = floor.unless.split_whitespace().filter_map(|pair| pair.split_once('='));
        let is_said = |(key, want): (&str, &str)| written(&head.settings, Tree::Values, key, want) == Some(true);
        !floor.unless.is_empty() && pairs.all(is_said)
    };
    let unmet = |floor: &&Floor| {
        let speaks = floor.rule == rule && floor.tool == tool && floor.milvus.contains(milvus);
        speaks && !floor.needs.contains(version) && !made_up(floor)
    };
    case.facts.floors.iter().filter(unmet).map(|floor| (floor, milvus)).collect()
}
