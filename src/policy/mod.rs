//! The upgrade graph as admission policies of Kubernetes, so that the API server itself refuses an illegal change.
//!
//! Takes the facts and gives `ValidatingAdmissionPolicy` objects as plain data: expressions in CEL, generated from the same
//! rows by which `check` judges. It knows no cluster and no YAML. What the policies cannot see is what no single object
//! says: charts, compose files, the operator's own version.

mod cel;
mod migration;
mod upgrade;

use crate::facts::Facts;
use crate::model::Version;

/// What the API server does with a change that a policy does not let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Deny,
    Warn,
    Audit,
}

impl Action {
    /// The word in a binding's `validationActions`.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Deny => "Deny",
            Action::Warn => "Warn",
            Action::Audit => "Audit",
        }
    }
}

/// What the user decides.
#[derive(Clone, Debug)]
pub struct Options {
    /// The operator that runs; its defaults stand in for what is not written.
    pub operator: Option<Version>,
    /// What is refused as illegal.
    pub illegal: Action,
    /// What works under conditions.
    pub conditional: Action,
    /// What cannot be judged: digests, tags that name no version, releases that are not known.
    pub unknown: Action,
    /// The namespaces whose service accounts may do everything: the operator migrates Milvus itself.
    pub operator_namespaces: Vec<String>,
}

/// One `ValidatingAdmissionPolicy` with its binding.
#[derive(Clone, Debug)]
pub struct Policy {
    pub name: &'static str,
    /// One sentence for people.
    pub about: &'static str,
    pub action: Action,
    /// Resource in the group `milvus.io`, in the plural.
    pub resource: &'static str,
    /// `CREATE` or `UPDATE`.
    pub operation: &'static str,
    /// Name and expression; the policy is asked only where all are true.
    pub conditions: Vec<(&'static str, String)>,
    /// Name and expression, in the order in which they build on each other.
    pub variables: Vec<(String, String)>,
    pub validations: Vec<Validation>,
}

/// What must be true of the change.
#[derive(Clone, Debug)]
pub struct Validation {
    /// The id of the rule that says the same in `check`.
    pub rule: String,
    pub expression: String,
    /// An expression that gives the message.
    pub message: String,
}

/// The annotation that accepts a risk: rule ids, each with `: ` and a reason, separated by `;` or line ends.
pub const ACCEPT: &str = "milvus-lint/accept";

/// All policies.
pub fn policies(facts: &Facts, options: &Options) -> Vec<Policy> {
    let mut policies = upgrade::policies(facts, options);
    policies.extend(migration::policies(facts, options));
    policies
}

/// Not for the operator, which changes the image of a Milvus itself in the course of a migration.
fn not_the_operator(options: &Options) -> (&'static str, String) {
    let namespaces = options.operator_namespaces.iter();
    let each: Vec<String> = namespaces
        .map(|namespace| {
            let account = cel::quote(&format!("system:serviceaccount:{namespace}:"));
            format!("!request.userInfo.username.startsWith({account})")
        })
        .collect();
    ("not-the-operator", if each.is_empty() { "true".to_string() } else { each.join(" && ") })
}

/// What the annotation says, or nothing.
fn accepted() -> (String, String) {
    let annotation = cel::quote(ACCEPT);
    let text = format!(
        "has(object.metadata.annotations) && {annotation} in object.metadata.annotations\n  ? object.metadata.annotations[{annotation}] : ''"
    );
    ("accepted".to_string(), text)
}

/// Whether the annotation names the rule and gives a reason.
fn accepts(rule: &str) -> String {
    let pattern = cel::quote(&format!("(^|[;\\n])[ ]*{rule}[ ]*:[ ]*[^ ;\\n]"));
    format!("variables.accepted.matches({pattern})")
}
