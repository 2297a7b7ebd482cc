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
mod image_entry_ineffective;
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
mod migration_incomplete;
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
mod running_differs;
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
mod two_pods_one_volume;
mod unreadable;
mod update_all_at_once;
mod update_direction_mismatch;
mod update_unfinished;
mod upgrade_path_illegal;
mod upgrade_path_unknown;
mod upgrade_setting_needed;
mod value_unknown;
mod values_dropped;
mod values_reuse_unfit;
mod variant_changed;
mod version_unreadable;
mod volume_changed;
mod volumes_deleted;

mod frame;
mod keys;

pub use frame::case::{Case, Event, Stage, Stale};
pub use frame::change::{VersionChange, circumstances, version_change, way};

use crate::finding::{Confidence, Finding, Fix, Set, Severity};
use crate::model::Version;
use frame::change::*;

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
    &image_entry_ineffective::RULE,
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
    &migration_incomplete::RULE,
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
    &running_differs::RULE,
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
    &two_pods_one_volume::RULE,
    &unreadable::RULE,
    &update_all_at_once::RULE,
    &update_direction_mismatch::RULE,
    &update_unfinished::RULE,
    &upgrade_path_illegal::RULE,
    &upgrade_path_unknown::RULE,
    &upgrade_setting_needed::RULE,
    &value_unknown::RULE,
    &values_dropped::RULE,
    &values_reuse_unfit::RULE,
    &variant_changed::RULE,
    &version_unreadable::RULE,
    &volume_changed::RULE,
    &volumes_deleted::RULE,
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
