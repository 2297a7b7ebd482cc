//! Admission policies as YAML that `kubectl apply` takes: each policy with its binding.

use crate::policy::{ACCEPT, Policy};
use std::io::{self, Write};

/// Writes all of them as one stream of documents.
pub fn write(policies: &[Policy], tool_version: &str, facts_date: &str, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "# Written by milvus-lint {tool_version} from its data of {facts_date}; do not edit, write it again.")?;
    writeln!(w, "# Needs Kubernetes 1.30 or later. An annotation on the object accepts a named risk:")?;
    writeln!(w, "#   {ACCEPT}: \"<rule>: <reason>\"")?;
    for policy in policies {
        one(policy, w)?;
        binding(policy, w)?;
    }
    Ok(())
}

fn one(policy: &Policy, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "---\n# {}", policy.about)?;
    writeln!(
        w,
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata:\n  name: {}",
        policy.name
    )?;
    writeln!(w, "spec:\n  failurePolicy: Fail\n  matchConstraints:\n    resourceRules:")?;
    writeln!(w, "      - apiGroups: [milvus.io]\n        apiVersions: [v1beta1]")?;
    writeln!(w, "        operations: [{}]\n        resources: [{}]", policy.operation, policy.resource)?;
    writeln!(w, "  matchConditions:")?;
    for (name, expression) in &policy.conditions {
        named(name, expression, w)?;
    }
    writeln!(w, "  variables:")?;
    for (name, expression) in &policy.variables {
        named(name, expression, w)?;
    }
    writeln!(w, "  validations:")?;
    for validation in &policy.validations {
        writeln!(w, "    # {}", validation.rule)?;
        block("    - expression", &validation.expression, w)?;
        block("      messageExpression", &validation.message, w)?;
    }
    Ok(())
}

fn named(name: &str, expression: &str, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "    - name: {name}")?;
    block("      expression", expression, w)
}

/// A block scalar: it needs no quotes, whatever an expression holds.
fn block(key: &str, text: &str, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "{key}: |-")?;
    text.lines().try_for_each(|line| writeln!(w, "        {line}"))
}

fn binding(policy: &Policy, w: &mut dyn Write) -> io::Result<()> {
    writeln!(w, "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding")?;
    writeln!(w, "metadata:\n  name: {}\nspec:\n  policyName: {}", policy.name, policy.name)?;
    writeln!(w, "  validationActions: [{}]", policy.action.as_str())
}
