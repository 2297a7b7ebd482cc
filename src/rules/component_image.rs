//! A component with an image of its own, which stops every rollout.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "component-image",
    severity: Severity::Error,
    summary: "a component with an image of its own, which stops every rollout",
    scope: Scope::State,
    page: include_str!("component_image.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    // v1alpha1 has no image for all components: there the component's own is the only way.
    if head.api_version != "v1beta1" {
        return Vec::new();
    }
    let found = |component: &crate::model::Component| {
        let finding = Finding::new(
            component.image.at,
            format!("{} has an image of its own; a rollout stops at it", component.name),
        )
        .here("never counts as updated")
        .label(head.image.at, "the image of all components")
        .note("why", "the operator compares every component with spec.components.image")
        .note(
            "what happens",
            "every component after it in the order keeps its old image, and the status stays Healthy",
        );
        finding.fix("remove it", [Set::NoComponentImage(component.name.clone())])
    };
    let has_image = head.image.written_value().is_some();
    // Where the image of all is not written, removing this one would bring the operator's default.
    head.components
        .iter()
        .map(found)
        .map(|mut finding| {
            if !has_image {
                finding.fixes.iter_mut().for_each(|fix| fix.safe = false);
            }
            finding
        })
        .collect()
}
