//! The sample of upstream is applied, and not a file of your own.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-sample-applied",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "the sample of upstream is applied, and not a file of your own",
    scope: Scope::Runbook,
    page: include_str!("migration_sample_applied.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.kubectl(&["create", "apply", "replace"]) else { return Vec::new() };
    let files = stage.step().options.iter().filter(|option| option.name == "filename");
    let sample = |text: &str| {
        let upstream = text.contains("milvus-io/milvus-operator/") || text.contains("zilliztech/milvus-operator/");
        upstream && text.contains("://") && text.contains("/config/samples/") && text.to_lowercase().contains("upgrade")
    };
    let found = files.filter_map(|option| Some((option.value.as_ref()?.at, option.value.as_ref()?.value()?)));
    let finding = |(at, text): (crate::source::Span, &String)| {
        let finding = Finding::new(at, "this applies the sample of upstream, not your MilvusUpgrade")
            .note(
                "what happens",
                "a Milvus called my-release is migrated to the first release of 2.2, or nothing is found",
            )
            .note("the way", "write your own file, and apply that");
        match text.contains("/blob/") {
            true => finding.note("note", "the address is a page of GitHub, which is no YAML at all"),
            false => finding,
        }
    };
    found.filter(|(_, text)| sample(text)).map(finding).collect()
}
