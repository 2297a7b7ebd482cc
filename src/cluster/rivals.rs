//! Who else writes a resource: a GitOps tool or a package manager that would set it back.
//!
//! Takes the resource; gives the tool and by what it is told. Pure. A tool that leaves no mark is not found here; it shows as a
//! conflict between field managers, or as a change that is undone.

use super::settle::Trouble;
use serde_json::Value;

/// A tool that owns a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The word for it on the command line.
    pub tool: &'static str,
    pub name: &'static str,
    /// What it calls what it applies, where the mark says so.
    pub of: String,
    /// The mark.
    pub mark: String,
    /// How to make it wait.
    pub pause: &'static str,
}

/// A mark that a tool leaves.
struct Mark {
    tool: &'static str,
    name: &'static str,
    /// Labels and annotations.
    keys: &'static [&'static str],
    /// Beginnings of the names of its field managers.
    managers: &'static [&'static str],
    pause: &'static str,
}

const MARKS: [Mark; 7] = [
    Mark {
        tool: "argocd",
        name: "Argo CD",
        keys: &["argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"],
        managers: &["argocd-"],
        pause: "switch self-heal off (argocd app set <app> --sync-policy none)",
    },
    Mark {
        tool: "flux",
        name: "Flux",
        keys: &["kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"],
        managers: &["kustomize-controller", "helm-controller"],
        pause: "suspend it (flux suspend kustomization <name>, or helmrelease)",
    },
    Mark {
        tool: "fleet",
        name: "Fleet",
        keys: &["objectset.rio.cattle.io/id", "objectset.rio.cattle.io/hash"],
        managers: &["fleetagent"],
        pause: "pause the GitRepo (spec.paused: true)",
    },
    Mark {
        tool: "config-sync",
        name: "Config Sync",
        keys: &["configmanagement.gke.io/managed", "configsync.gke.io/resource-id"],
        managers: &["configsync"],
        pause: "pause the RootSync or RepoSync",
    },
    Mark {
        tool: "kapp",
        name: "kapp",
        keys: &["kapp.k14s.io/app"],
        managers: &["kapp"],
        pause: "pause the App (spec.paused: true)",
    },
    Mark {
        tool: "terraform",
        name: "Terraform",
        keys: &[],
        managers: &["Terraform", "OpenTofu", "pulumi-kubernetes"],
        pause: "do not apply it meanwhile",
    },
    Mark {
        tool: "helm",
        name: "Helm",
        keys: &["meta.helm.sh/release-name"],
        managers: &["helm"],
        pause: "do not upgrade the release meanwhile",
    },
];

/// The tool that owns a resource, if one has left its mark.
pub fn owner(raw: &Value) -> Option<Owner> {
    let meta =
        |kind: &str, key: &str| raw.pointer(&format!("/metadata/{kind}"))?.get(key)?.as_str().map(str::to_string);
    let found = |mark: &Mark, of: String, by: String| Owner {
        tool: mark.tool,
        name: mark.name,
        of,
        mark: by,
        pause: mark.pause,
    };
    let by_key = MARKS.iter().find_map(|mark| {
        mark.keys.iter().find_map(|key| {
            let of = meta("annotations", key).or_else(|| meta("labels", key))?;
            Some(found(mark, of.split(':').next().unwrap_or_default().to_string(), (*key).to_string()))
        })
    });
    by_key.or_else(|| {
        let managers = managers(raw);
        MARKS.iter().find_map(|mark| {
            let manager =
                managers.iter().find(|manager| mark.managers.iter().any(|start| manager.starts_with(start)))?;
            Some(found(mark, String::new(), format!("field manager {manager}")))
        })
    })
}

/// A resource that makes this one anew, such as a MilvusCluster.
pub fn controller(raw: &Value) -> Option<String> {
    let owners = raw.pointer("/metadata/ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner["controller"].as_bool() == Some(true))?;
    Some(format!("{} {}", owner["kind"].as_str()?, owner["name"].as_str()?))
}

/// The managers that write the status: the operator itself, which does not fight over the rest.
pub fn operators(raw: &Value) -> Vec<String> {
    let all = raw.pointer("/metadata/managedFields").and_then(Value::as_array);
    let status = all.into_iter().flatten().filter(|entry| entry["subresource"].as_str() == Some("status"));
    status.filter_map(|entry| entry["manager"].as_str().map(str::to_string)).collect()
}

fn managers(raw: &Value) -> Vec<String> {
    let all = raw.pointer("/metadata/managedFields").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|entry| entry["manager"].as_str().map(str::to_string)).collect()
}

/// What to do about a field that another manager holds.
pub fn conflict(field: &str, manager: &str) -> Trouble {
    let what = format!("{field} belongs to the field manager {manager}");
    let tool = MARKS.iter().find(|mark| mark.managers.iter().any(|start| manager.starts_with(start)));
    let force = format!("--force-conflicts {field} takes the field over");
    let cure = match tool {
        Some(mark) => {
            format!("{} would set it back: change what it applies instead, or {}; then {force}", mark.name, mark.pause)
        }
        None if manager.starts_with("kubectl") => {
            format!("somebody wrote it with kubectl; whoever applies that file again must change it there too. {force}")
        }
        None => format!("find out who that is, and whether it would write the field again; {force}"),
    };
    Trouble::new(what, cure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tools_are_told_by_what_they_leave() {
        let argo =
            json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "vector:milvus.io/Milvus:a/b"}}});
        let owner = owner(&argo).unwrap();
        assert_eq!((owner.tool, owner.of.as_str()), ("argocd", "vector"));
        let flux = json!({"metadata": {"managedFields": [{"manager": "kustomize-controller", "operation": "Apply"}]}});
        assert_eq!(super::owner(&flux).unwrap().tool, "flux");
        let hand = json!({"metadata": {
            "labels": {"app": "milvus"},
            "managedFields": [{"manager": "kubectl-client-side-apply"}, {"manager": "manager", "subresource": "status"}],
        }});
        assert_eq!(super::owner(&hand), None);
        assert_eq!(operators(&hand), ["manager"]);
    }

    #[test]
    fn a_conflict_says_what_the_tool_would_do() {
        assert!(conflict("spec.components.image", "argocd-controller").cure.contains("self-heal"));
        assert!(
            conflict("spec.components.image", "kubectl-edit").cure.contains("--force-conflicts spec.components.image")
        );
    }
}
