//! Separate coordinators that run when a line with mixCoord only is entered.

use super::{Case, Rule, Scope, edge_finding};
use crate::facts::Verdict;
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::CoordinatorLayout;

/// The rule.
pub const RULE: Rule = Rule {
    id: "coordinators-separate",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "Milvus goes to a line that has mixCoord only while separate coordinators run",
    scope: Scope::Change,
    page: include_str!("coordinators_separate.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let message = |change: &super::VersionChange| {
        format!("Milvus {} → {} begins while separate coordinators run", change.from, change.to)
    };
    let mut findings = edge_finding(case, RULE.id, message, "has mixCoord only");
    let Some(change) = case.version_change() else { return findings };
    for finding in &mut findings {
        let at = change.base.coordinators.at;
        let layout = change.base.coordinators.value().map_or("", |layout| layout.as_str());
        *finding = finding.clone().label(at, format!("coordinators before the change: {layout}"));
        if change.judgement.verdict == Verdict::Conditional {
            finding.graded = Some(Severity::Warning);
        }
        if change.base.version.why().is_none() && change.base.coordinators.value() == Some(&CoordinatorLayout::Separate)
        {
            let set = [Set::Version(change.from.to_string()), Set::Coordinators(CoordinatorLayout::Mix)];
            finding.fixes.clear();
            *finding = finding.clone().unsafe_fix(format!("stay on {} and switch to mixCoord first", change.from), set);
        }
    }
    findings
}
