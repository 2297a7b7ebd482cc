//! A version that `migrate.sh` cannot read.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migrate-script-version-malformed",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a version that `migrate.sh` cannot read",
    scope: Scope::Runbook,
    page: include_str!("migrate_script_version_malformed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::MigrateScript]) else { return Vec::new() };
    let step = stage.step();
    let mut found = Vec::new();
    for name in ["s", "t"] {
        let Some(said) = step.value(name) else { continue };
        let Some(text) = said.value() else { continue };
        let parts: Vec<&str> = text.split(['-', '+']).next().unwrap_or_default().split('.').collect();
        let plain = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if parts.len() == 3 && parts.iter().all(plain) {
            continue;
        }
        let finding = Finding::new(said.at, format!("`{text}` is no version to the migration tool"))
            .note("why", "it is handed to the tool as it is, which takes x.y.z and nothing else")
            .note("what happens", "the tool stops with an error, after the script has stopped Milvus");
        let bare = text.trim_start_matches(['v', 'V']);
        let set = Set::CommandWord { at: said.at, text: bare.to_string() };
        found.push(match Version::parse(bare).filter(|_| bare.split('.').count() == 3) {
            Some(_) => finding.fix(format!("write {bare}"), [set]),
            None => finding,
        });
    }
    found
}
