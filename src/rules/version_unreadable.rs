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
        return behind_digest(case, head).into_iter().collect();
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

/// A tag beside a digest, which people read and the operator does not. It matters where the operator runs something else for it.
fn behind_digest(case: &Case, head: &Deployment) -> Option<Finding> {
    head.image.written_value().filter(|image| image.text.contains('@'))?;
    let version = head.version.value().filter(|_| head.assumed_version.is_none())?;
    let operator = head.operator.value();
    let minds = case.facts.operator_defaults.iter().any(|row| {
        row.field == "gate"
            && row.value == "new"
            && row.milvus.contains(version)
            && operator.is_none_or(|operator| row.operator.contains(operator))
    });
    if head.dialect != Dialect::Operator || !minds {
        return None;
    }
    let finding =
        Finding::new(head.image.at, "the operator reads the digest for a tag, and takes this for an old release")
            .here(format!("the tag says {version}"))
            .note(
                "why",
                "it takes what stands behind the last colon, and what it cannot read counts as older than everything",
            )
            .note("what happens", "components that the release no longer has are started, and new ones are missing")
            .note("the way", format!("write spec.components.version: \"{version}\""));
    Some(if operator.is_some() { finding.graded(Severity::Error) } else { finding.sure(Confidence::Likely) })
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
