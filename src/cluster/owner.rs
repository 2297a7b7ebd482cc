//! Who owns a Milvus: Argo CD, Flux or Helm, told by the marks that they leave on it.
//!
//! Takes a live object and the owners that could be read; gives owners with their habits. It reads nothing.

use super::seen::{Habits, Owner};
use serde_json::Value;

/// The owners that an object names.
pub fn owners(object: &Value, seen: &[Value]) -> Vec<Owner> {
    let mark = |kind: &str, key: &str| object["metadata"][kind][key].as_str().map(str::to_string);
    let label = |key: &str| mark("labels", key);
    let annotation = |key: &str| mark("annotations", key);
    let mut owners = Vec::new();
    let mut add = |kind, namespace: Option<String>, name: Option<String>| {
        if let Some(name) = name {
            let habits = seen.iter().find(|one| is_it(one, kind, namespace.as_deref(), &name)).map(habits);
            owners.push(Owner { kind, namespace, name, habits });
        }
    };
    // `application:group/kind:namespace/name`; in other namespaces than Argo CD's own, `namespace_application`.
    let tracked = annotation("argocd.argoproj.io/tracking-id").and_then(|id| Some(id.split_once(':')?.0.to_string()));
    let tracked = tracked.or_else(|| label("argocd.argoproj.io/instance"));
    let (namespace, name) = match tracked {
        Some(name) => match name.split_once('_') {
            Some((namespace, name)) => (Some(namespace.to_string()), Some(name.to_string())),
            None => (None, Some(name)),
        },
        None => (None, None),
    };
    add("Argo CD Application", namespace, name);
    add(
        "Flux Kustomization",
        label("kustomize.toolkit.fluxcd.io/namespace"),
        label("kustomize.toolkit.fluxcd.io/name"),
    );
    add("Flux HelmRelease", label("helm.toolkit.fluxcd.io/namespace"), label("helm.toolkit.fluxcd.io/name"));
    add("Helm", annotation("meta.helm.sh/release-namespace"), annotation("meta.helm.sh/release-name"));
    owners
}

fn is_it(object: &Value, kind: &str, namespace: Option<&str>, name: &str) -> bool {
    let word = kind.rsplit(' ').next();
    object["kind"].as_str() == word
        && object["metadata"]["name"] == name
        && namespace.is_none_or(|namespace| object["metadata"]["namespace"] == namespace)
}

fn habits(object: &Value) -> Habits {
    let is = |value: &Value| value.as_bool() == Some(true);
    let spec = &object["spec"];
    if object["kind"] == "Application" {
        let automated = &spec["syncPolicy"]["automated"];
        let on = automated.is_object() && automated["enabled"].as_bool() != Some(false);
        return Habits {
            automatic: on,
            heals: on && is(&automated["selfHeal"]),
            prunes: on && is(&automated["prune"]),
            suspended: false,
        };
    }
    let suspended = is(&spec["suspend"]);
    // A Kustomization takes back every change; a HelmRelease only where it detects drift.
    let heals = match object["kind"].as_str() {
        Some("HelmRelease") => spec["driftDetection"]["mode"] == "enabled",
        _ => true,
    };
    Habits { automatic: !suspended, heals: heals && !suspended, prunes: is(&spec["prune"]) && !suspended, suspended }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn marks_lead_to_owners_and_those_that_were_seen_have_habits() {
        let milvus = json!({"metadata": {
            "annotations": {"argocd.argoproj.io/tracking-id": "search:milvus.io/Milvus:vector/prod"},
            "labels": {"kustomize.toolkit.fluxcd.io/name": "infra", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"},
        }});
        let seen = [
            json!({"kind": "Application", "metadata": {"name": "search", "namespace": "argocd"},
                "spec": {"syncPolicy": {"automated": {"selfHeal": true}}}}),
            json!({"kind": "Kustomization", "metadata": {"name": "infra", "namespace": "other"}, "spec": {}}),
        ];
        let found = owners(&milvus, &seen);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].habits, Some(Habits { automatic: true, heals: true, ..Habits::default() }));
        assert_eq!((found[1].kind, found[1].habits), ("Flux Kustomization", None));
    }
}
