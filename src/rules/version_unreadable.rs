//! An image whose tag names no version.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Deployment, Dialect, Image, Tag};

/// The rule.
pub const RULE: Rule = Rule {
    id: "version-unreadable",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "an image whose tag names no version, so that its change cannot be judged",
    scope: Scope::State,
    page: include_str!("version_unreadable.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let changed = case.change().filter(|(base, head)| is_version_change(base, head));
    let unknown = [Some(head), changed.map(|(base, _)| base)].into_iter().flatten();
    let Some(unknown) = unknown.filter(|end| end.version.is_unknown()).find(|end| reported(end, changed.is_some()))
    else {
        return Vec::new();
    };
    let why = unknown.version.why().unwrap_or_default();
    let consequence = if changed.is_some() { ", so this change cannot be judged" } else { "" };
    let mut finding = Finding::new(unknown.version.at, format!("{why}{consequence}"));
    if let Some((base, head)) = changed {
        let (other, word) = if std::ptr::eq(unknown, head) { (base, "before") } else { (head, "after") };
        let version = other.version.value().map_or("unknown".to_string(), ToString::to_string);
        finding = finding.label(other.version.at, format!("{word}: {version}"));
    }
    if unknown.dialect == Dialect::Operator {
        let words = match unknown.image.value().map(|image| &image.tag) {
            Some(Tag::Digest | Tag::Floating | Tag::Other | Tag::Missing) => {
                "the operator takes this for an old release"
            }
            _ => "",
        };
        finding = finding.here(words).note("the way", "write spec.components.version with the version that it is");
    }
    if changed.is_none() {
        // Of two numbers and a suffix the operator makes something of its own, which another rule says.
        let short = unknown.image.written_value().is_some_and(Image::is_two_part_with_suffix);
        let said = short && unknown.dialect == Dialect::Operator && unknown.assumed_version.is_none();
        return if said { Vec::new() } else { vec![finding] };
    }
    let way = match std::ptr::eq(unknown, head) {
        true => "a mapping under `images:` in .milvus-lint.yaml",
        false => "milvus-lint check --from VERSION",
    };
    vec![finding.note("or", way)]
}

/// Whether the image, or what is known of the version, differs.
fn is_version_change(base: &Deployment, head: &Deployment) -> bool {
    base.version.value() != head.version.value() || base.image.value() != head.image.value()
}

/// A placeholder has a rule of its own. Without a change only the operator minds: it decides by the tag what to run.
fn reported(end: &Deployment, changed: bool) -> bool {
    match end.image.value().map(|image| &image.tag) {
        Some(Tag::Placeholder) => false,
        Some(Tag::Variable(_)) | None => changed,
        Some(_) => changed || end.dialect == Dialect::Operator,
    }
}
