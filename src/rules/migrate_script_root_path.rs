//! `migrate.sh` looks below another root path than the one that Milvus writes to.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Dialect, Tree, Worth};

/// Where the script looks when nobody tells it.
const DEFAULT: &str = "by-dev";

/// The rule.
pub const RULE: Rule = Rule {
    id: "migrate-script-root-path",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "`migrate.sh` looks below another root path than Milvus",
    scope: Scope::Runbook,
    page: include_str!("migrate_script_root_path.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::MigrateScript]) else { return Vec::new() };
    let Some(milvus) = stage.milvus.filter(|milvus| milvus.dialect == Dialect::Chart) else { return Vec::new() };
    let step = stage.step();
    let asked = step.option("r");
    if asked.is_some_and(|option| option.value.as_ref().is_none_or(|value| value.is_unknown())) {
        return Vec::new();
    }
    let script = step.text("r").unwrap_or(DEFAULT);
    let written = milvus.settings.fitting(Tree::Server, "etcd.rootPath").next();
    let (at, milvus_path) = match written.map(|setting| (setting.at, &setting.worth)) {
        Some((at, Worth::Text(path))) => (at, path.as_str()),
        // Something may be written where nobody sees it.
        None if milvus.settings.open || asked.is_none() => return Vec::new(),
        None => (milvus.at, DEFAULT),
        Some(_) => return Vec::new(),
    };
    if milvus_path == script {
        return Vec::new();
    }
    let finding = Finding::new(
        asked.map_or(step.program, |option| option.at),
        format!("the script reads {script}/ in etcd, and this Milvus writes below {milvus_path}/"),
    )
    .here(if asked.is_some() { "" } else { "without -r it is by-dev" })
    .label(at, format!("Milvus: {milvus_path}"))
    .note(
        "what happens",
        "Milvus is stopped, and a migration of nothing succeeds: the new release starts on the old layout",
    )
    .note("instead", format!("-r {milvus_path}"));
    vec![finding]
}
