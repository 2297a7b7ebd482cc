//! A command in a document with a variable that nobody filled in.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Field, Writing};

/// The rule.
pub const RULE: Rule = Rule {
    id: "template-variable-left",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a command in a document with a variable that nobody filled in",
    scope: Scope::Runbook,
    page: include_str!("template_variable_left.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::Stage(stage) = case.event else { return Vec::new() };
    if stage.runbook.writing != Writing::Document {
        return Vec::new();
    }
    let mut found: Vec<Finding> = Vec::new();
    for variable in &stage.step().unfilled {
        let same = |other: &&Field<String>| other.value() == variable.value();
        let before = stage.before().flat_map(|step| &step.unfilled).any(|other| same(&other));
        if before || found.iter().any(|finding| Some(&finding.here) == variable.value()) {
            continue;
        }
        let later = stage.runbook.steps[stage.index..].iter().flat_map(|step| &step.unfilled).filter(same);
        let text = variable.value().cloned().unwrap_or_default();
        let finding = Finding::new(variable.at, format!("nobody filled in {text}"))
            .here(text)
            .note("what happens", "who copies the command asks for a version of that name");
        found.push(later.fold(finding, |finding, other| finding.label(other.at, "here too")));
    }
    found
}
