//! The permissions that were missing, as a manifest that grants them.
//!
//! Takes what was not seen; gives a ClusterRole for each way in which it was asked. It binds nobody.

use crate::model::Unseen;
use std::collections::{BTreeMap, BTreeSet};

/// A role that would have been enough; empty when nothing was refused.
pub fn role(unseen: &[Unseen]) -> String {
    let mut rules: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
    for one in unseen {
        let (plural, group) = one.resource.split_once('.').unwrap_or((one.resource.as_str(), ""));
        rules.entry((group.to_string(), plural)).or_default().insert(one.verb);
    }
    if rules.is_empty() {
        return String::new();
    }
    let mut text =
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: milvus-lint-reader\nrules:\n"
            .to_string();
    for ((group, plural), verbs) in rules {
        let verbs: Vec<&str> = verbs.into_iter().collect();
        let verbs = verbs.join(", ");
        text += &format!("- apiGroups: [\"{group}\"]\n  resources: [{plural}]\n  verbs: [{verbs}]\n");
    }
    text
}
