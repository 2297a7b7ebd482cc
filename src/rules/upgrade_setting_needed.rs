//! A setting that this very upgrade asks for.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "upgrade-setting-needed",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a setting that this very upgrade asks for",
    scope: Scope::Change,
    page: include_str!("upgrade_setting_needed.md"),
    check: |case| frame::settings(case, RULE.id),
};
