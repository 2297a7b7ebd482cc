//! A key that stands twice in one mapping.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Oddity, Subject, Surface};

/// The rule.
pub const RULE: Rule = Rule {
    id: "duplicate-key",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a key that stands twice in one mapping: the first is lost",
    scope: Scope::State,
    page: include_str!("duplicate_key.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(subject) = case.subject() else { return Vec::new() };
    // The API server refuses a resource with a duplicate; Helm takes the last and says nothing.
    let values = matches!(subject, Subject::Deployment(deployment) if deployment.surface == Surface::HelmValues);
    let found = |oddity: &Oddity| match oddity {
        Oddity::DuplicateKey { key, first, at } => {
            let finding = Finding::new(*at, format!("`{key}` stands twice in one mapping; what stands first is lost"))
                .here("this one is in force")
                .label(*first, "lost")
                .note(
                    "what happens",
                    if values { "Helm takes the last and says nothing" } else { "kubectl apply refuses it" },
                );
            Some(if values { finding.graded(Severity::Warning) } else { finding })
        }
        _ => None,
    };
    subject.oddities().iter().filter_map(found).collect()
}
