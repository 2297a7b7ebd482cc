//! A migration tool that is outdated or does not exist.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-tool-unfit",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a migration tool that is outdated or does not exist",
    scope: Scope::State,
    page: include_str!("migration_tool_unfit.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((migration, _)) = case.migration() else { return Vec::new() };
    let Some((field, image)) = migration.tool_image.as_ref().and_then(|field| Some((field, field.written_value()?)))
    else {
        return Vec::new();
    };
    // A mirror keeps the name and the tag, whatever stands before them.
    let name = |text: &str| text.rsplit('/').next().unwrap_or(text).to_string();
    let row = case.facts.migration_tools.iter().find(|tool| name(&tool.image) == name(&image.text));
    let Some(row) = row.filter(|row| row.state != "good") else { return Vec::new() };
    let what = if row.state == "missing" { "does not exist" } else { "is outdated" };
    let mut finding =
        Finding::new(field.at, format!("the migration tool {} {what}", image.text)).note("why", row.note.clone());
    if row.state == "outdated" {
        finding = finding.graded(Severity::Warning);
    }
    let Some(good) = case.facts.migration_tool() else { return vec![finding] };
    let tag = good.image.rsplit(':').next().unwrap_or_default();
    let fixed = format!("{}:{tag}", image.repository);
    vec![finding.fix(format!("take {tag}"), [Set::MigrationToolImage(fixed)])]
}
