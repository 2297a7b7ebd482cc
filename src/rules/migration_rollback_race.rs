//! A rollback that may run beside what it takes back.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Operation, Step, Transition};
use crate::source::Span;

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-rollback-race",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a rollback that may run beside what it takes back",
    scope: Scope::Change,
    page: include_str!("migration_rollback_race.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let at = match case.event {
        Event::Transition(Transition::Ordered { migration, changed: true, .. })
            if migration.operation == Operation::Rollback =>
        {
            migration.at
        }
        _ => match by_patch(case) {
            Some(at) => at,
            None => return Vec::new(),
        },
    };
    vec![
        Finding::new(at, "the rollback does not wait for a migration that is still running")
            .note(
                "why",
                "the operator starts the restore as soon as it reads the word, beside a task pod that still writes",
            )
            .note(
                "what happens",
                "two processes write the metadata at once; during the backup, Milvus is started while it runs",
            )
            .note("instead", "look first that no pod with the name of the MilvusUpgrade runs"),
    ]
}

/// `kubectl patch milvusupgrade … operation: rollback`, unless the script waits before it.
fn by_patch(case: &Case) -> Option<Span> {
    let stage = case.kubectl(&["patch"])?;
    let step = stage.step();
    let (kind, _) = step.object()?;
    let patch = step.value("patch")?;
    let waits = |step: &Step| matches!(&step.act, Act::Kubectl(verb) if ["wait", "get"].contains(&verb.as_str()));
    let rolls_back = patch.value().is_some_and(|text| text.contains("operation") && text.contains("rollback"));
    let asked = stage.before().filter(|step| step.section == stage.step().section).any(waits);
    (kind.starts_with("milvusupgrade") && rolls_back && !asked && !stage.is_shown()).then_some(patch.at)
}
