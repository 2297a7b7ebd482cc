//! An in-cluster Pulsar is replaced by another, empty one.

use super::{Case, Rule, Scope};
use crate::facts::What;
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "pulsar-line-changed",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "an in-cluster Pulsar 2 is replaced by an empty Pulsar 3, or the other way round",
    scope: Scope::Change,
    page: include_str!("pulsar_line_changed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let (Some(old), Some(new)) = (&base.pulsar_line, &head.pulsar_line) else { return Vec::new() };
    let (Some(from), Some(to)) = (old.value(), new.value()) else { return Vec::new() };
    if from == to {
        return Vec::new();
    }
    let written = new.written_value().is_some();
    let mut finding = Finding::new(new.at, format!("Pulsar {from} is replaced by an empty Pulsar {to}"))
        .here(new.why().map_or(format!("Pulsar {to}"), |why| format!("Pulsar {to}: {why}")))
        .label(old.at, old.why().map_or(format!("Pulsar {from}"), |why| format!("Pulsar {from}: {why}")));
    if written {
        finding = finding
            .graded(Severity::Warning)
            .unsafe_fix("keep the Pulsar that holds the data", [Set::PulsarLine(*from)]);
    } else {
        finding = finding.fix("keep the Pulsar that holds the data", [Set::PulsarLine(*from)]);
    }
    vec![super::with_edge(finding, case.facts, What::Pulsar)]
}
