//! `rollingUpdate.sh` on a Milvus whose queue lives inside the process.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Mode, Queue};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rolling-script-queue-unfit",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "`rollingUpdate.sh` on a Milvus whose queue lives inside the process",
    scope: Scope::Runbook,
    page: include_str!("rolling_script_queue_unfit.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript]) else { return Vec::new() };
    let Some(milvus) = stage.milvus else { return Vec::new() };
    let Some(queue) = milvus.queue.value() else { return Vec::new() };
    let inside = match queue {
        Queue::RocksMq | Queue::NatsMq => true,
        Queue::Woodpecker => milvus.mode.value() == Some(&Mode::Standalone),
        Queue::Pulsar | Queue::Kafka => false,
    };
    if !inside {
        return Vec::new();
    }
    let name = queue.as_str();
    let happens = match queue {
        Queue::RocksMq => {
            "the script refuses; where the name is quoted it does not see it, and two processes open one store"
        }
        _ => "the script does not look for it, and two processes work on one log",
    };
    vec![
        Finding::new(stage.step().program, format!("a Milvus with {name} cannot be updated by the rolling script"))
            .here(format!("on {}", milvus.id))
            .label(milvus.queue.at, format!("{name}{}", super::by(&milvus.queue)))
            .note("why", format!("{name} lives inside the one Milvus process, so old and new cannot run side by side"))
            .note("what happens", happens)
            .note("the way", "helm upgrade, with a short downtime"),
    ]
}
