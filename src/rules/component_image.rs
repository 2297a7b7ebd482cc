//! A component with an image of its own, which stops every rollout.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Component, Deployment, Mode};

/// The rule.
pub const RULE: Rule = Rule {
    id: "component-image",
    severity: Severity::Error,
    confidence: Confidence::Certain,
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
    head.components.iter().map(|component| finding(head, component)).collect()
}

fn finding(head: &Deployment, component: &Component) -> Finding {
    let all = head.image.written_value();
    let same = all.is_some() && all == component.image.value();
    let will = if same { "the next rollout stops" } else { "a rollout stops" };
    let happens = match head.mode.value() {
        Some(Mode::Standalone) => "the component keeps its image, whatever spec.components.image says",
        _ => "every component after it in the order keeps its old image, and the status stays Healthy",
    };
    let mut finding =
        Finding::new(component.image.at, format!("{} has an image of its own; {will} at it", component.name))
            .here(if same { "the same as for all, until that one changes" } else { "never counts as updated" })
            .note("why", "the operator compares every component with spec.components.image")
            .note("what happens", happens);
    if all.is_some() {
        finding = finding.label(head.image.at, "the image of all components");
    }
    if same {
        finding = finding.graded(Severity::Warning);
    }
    let set = [Set::NoComponentImage(component.name.clone())];
    match all {
        Some(_) => finding.fix("remove it", set),
        // Without an image for all, removing this one brings the operator's default.
        None => finding.unsafe_fix("remove it; the operator's default image comes instead", set),
    }
}
