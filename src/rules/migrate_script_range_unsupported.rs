//! Versions between which `migrate.sh` migrates nothing.

use super::{Case, Rule, Scope};
use crate::facts::Circumstances;
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migrate-script-range-unsupported",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "versions between which `migrate.sh` migrates nothing",
    scope: Scope::Runbook,
    page: include_str!("migrate_script_range_unsupported.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::MigrateScript]) else { return Vec::new() };
    let (step, Some(tool)) = (stage.step(), case.facts.migration_tool()) else { return Vec::new() };
    if step.text("o").is_some_and(|operation| operation != "migrate") {
        return Vec::new();
    }
    let version =
        |name| step.value(name).and_then(|v| Some((v.at, Version::parse(v.value()?.trim_start_matches('v'))?)));
    let (source, target) = (version("s"), version("t"));
    let finding = |at, message: String, here: String| {
        Finding::new(at, message)
            .here(here)
            .note("what happens", "the tool refuses after the script has stopped Milvus, which stays at 0 replicas")
    };
    if let Some((at, to)) = &target
        && (!tool.to.contains(to) || to.is_prerelease())
    {
        let found = finding(
            *at,
            format!("the migration tool cannot take Milvus to {to}"),
            format!("it writes the metadata of {} only", tool.to_text),
        );
        let Some((source_at, from)) = &source else { return vec![found] };
        let path = case.facts.path(from, to, Circumstances::default()).unwrap_or_default();
        let found = found.label(*source_at, "running now, by this command").note("the way", super::way(&path));
        let stop = path.iter().find(|hop| tool.to.contains(&hop.version)).map(|hop| hop.version.to_string());
        return vec![match stop {
            Some(stop) => {
                let image = step.value("w").and_then(|w| Some((w.at, w.value()?.rsplit_once(':')?.0)));
                let image = image.map(|(at, name)| Set::CommandWord { at, text: format!("{name}:v{stop}") });
                let target = Set::CommandWord { at: *at, text: stop.clone() };
                found.unsafe_fix(format!("migrate to {stop} first"), [target].into_iter().chain(image))
            }
            None => found,
        }];
    }
    match source {
        Some((at, from)) if !tool.from.contains(&from) => vec![finding(
            at,
            format!("the migration tool cannot start from Milvus {from}"),
            format!("it reads the metadata of {} only", tool.from_text),
        )],
        _ => Vec::new(),
    }
}
