//! A metadata key at the root of a resource.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Oddity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata-at-root",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a metadata key at the root of a resource",
    scope: Scope::State,
    page: include_str!("metadata_at_root.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(subject) = case.subject() else { return Vec::new() };
    let found = |oddity: &Oddity| match oddity {
        Oddity::RootMetadata { key, at, movable } => {
            let finding = Finding::new(*at, format!("`{key}` stands beside `metadata`, not in it"))
                .here("no field of this kind")
                .note("what happens", "kubectl apply refuses it, and a patch drops it without a word");
            let title = "move it under `metadata`";
            Some(if *movable {
                finding.fix(title, [Set::MetadataMoved(key.clone())])
            } else {
                finding.note("note", "`metadata` has it too, or is no map; join the two by hand")
            })
        }
        _ => None,
    };
    subject.oddities().iter().filter_map(found).collect()
}
