//! Another etcd, MinIO or Kafka under the data of the old one.

use super::{Rule, Scope, frame};
use crate::finding::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "dependency-image-changed",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "another etcd, MinIO or Kafka under the data of the old one",
    scope: Scope::Change,
    page: include_str!("dependency_image_changed.md"),
    check: |case| frame::settings(case, RULE.id),
};
