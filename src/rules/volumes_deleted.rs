//! `docker compose down -v`, and what is in the volumes.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Step, Writing};

/// The rule.
pub const RULE: Rule = Rule {
    id: "volumes-deleted",
    severity: Severity::Error,
    confidence: Confidence::Likely,
    summary: "`docker compose down -v` on the way to another version deletes the data",
    scope: Scope::Runbook,
    page: include_str!("volumes_deleted.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::Stage(stage) = case.event else { return Vec::new() };
    let step = stage.step();
    let is = |step: &Step, verbs: &[&str]| matches!(&step.act, Act::Compose(verb) if verbs.contains(&verb.as_str()));
    let Some(flag) = step.option("volumes").or(step.option("v")).filter(|_| is(step, &["down"])) else {
        return Vec::new();
    };
    let Some((milvus, volume)) = stage.milvus.and_then(|one| Some((one, one.ground.own_volume?))) else {
        return Vec::new();
    };
    // What is only taken down is meant to be gone; what comes up again after it has lost its data.
    let later = stage.runbook.steps.iter().skip(stage.index + 1);
    let again = later.filter(|other| other.section == step.section).any(|other| is(other, &["up", "create", "start"]));
    let finding = Finding::new(flag.at, format!("this deletes the data of {}", milvus.id))
        .label(volume, "a volume of the project")
        .note("why", "with -v the volumes that the compose file names go with the containers")
        .note("what happens", "the next start finds neither metadata nor objects nor queue: an empty Milvus")
        .fix("keep the volumes", [Set::CommandWord { at: flag.at, text: String::new() }]);
    let sure = again && !step.sometimes && stage.runbook.writing == Writing::Script;
    vec![if sure { finding } else { finding.graded(Severity::Info).sure(Confidence::Hint) }]
}
