//! Reads what a cluster shows of Milvus. It writes nothing.
//!
//! Takes a connection and what is asked for; gives [`Seen`]. A part that is forbidden, or whose kind is not installed, is noted
//! and the rest goes on; only a server that does not answer at all ends it.

use super::connect::Cluster;
use super::failure::{Failure, Kind};
use super::seen::{Asked, Seen};
use super::texts::{is_operator_image, lacks};
use crate::model::{Dialect, Unseen};
use kube::core::params::ListParams;
use serde_json::Value;
use std::collections::BTreeSet;

/// The operator's group and version; the first interface has one kind of its own.
const MILVUS: &str = "/apis/milvus.io/v1beta1";
const CLUSTERS: &str = "/apis/milvus.io/v1alpha1";

/// What an answer to a list was.
type Listed = Result<(Vec<Value>, Vec<Unseen>), Failure>;

/// A kind of object: the path of its group, its plural, and of whom it tells.
#[derive(Clone, Copy)]
struct What<'a> {
    group: &'a str,
    plural: &'a str,
    kind: &'a str,
    dialect: Option<Dialect>,
}

impl What<'_> {
    fn path(&self, namespace: Option<&str>) -> String {
        match namespace {
            Some(namespace) => format!("{}/namespaces/{namespace}/{}", self.group, self.plural),
            None => format!("{}/{}", self.group, self.plural),
        }
    }

    /// As roles name it: `milvuses.milvus.io`, `pods`.
    fn resource(&self) -> String {
        match self.group.strip_prefix("/apis/").and_then(|group| group.split('/').next()) {
            Some(group) => format!("{}.{group}", self.plural),
            None => self.plural.to_string(),
        }
    }

    fn unseen(&self, verb: &'static str, namespace: Option<&str>, name: Option<&str>, why: String) -> Unseen {
        let namespace = namespace.map(str::to_string);
        let name = name.map(str::to_string);
        Unseen {
            dialect: self.dialect,
            verb,
            resource: self.resource(),
            namespace,
            name,
            why,
            lacks: lacks(self.dialect),
        }
    }
}

/// Reads all of it, as much at a time as a current thread can wait for.
pub async fn read(cluster: &Cluster, asked: &Asked) -> Result<Seen, Failure> {
    let mut seen = Seen { cluster: cluster.name.clone(), kubernetes: cluster.kubernetes.clone(), ..Seen::default() };
    let milvus = What { group: MILVUS, plural: "milvuses", kind: "Milvus", dialect: Some(Dialect::Operator) };
    let upgrades = What { plural: "milvusupgrades", kind: "MilvusUpgrade", dialect: None, ..milvus };
    let clusters = What { group: CLUSTERS, plural: "milvusclusters", kind: "MilvusCluster", ..upgrades };
    let deployments =
        What { group: "/apis/apps/v1", plural: "deployments", kind: "Deployment", dialect: Some(Dialect::Process) };
    let sets = What { plural: "statefulsets", kind: "StatefulSet", ..deployments };
    let pods = What { group: "/api/v1", plural: "pods", kind: "Pod", dialect: None };
    let all = ListParams::default();
    let of_milvus = ListParams::default().labels("app.kubernetes.io/name=milvus");
    let (milvuses, orders, old, deployed, stateful, running, releases, operators, webhooks) = tokio::join!(
        resources(cluster, asked, milvus, &all),
        list(cluster, asked, upgrades, &all),
        list(cluster, asked, clusters, &all),
        list(cluster, asked, deployments, &all),
        list(cluster, asked, sets, &all),
        list(cluster, asked, pods, &of_milvus),
        releases(cluster, asked),
        operators(cluster),
        webhooks(cluster),
    );
    for listed in [milvuses, orders, old] {
        let (objects, unseen) = listed?;
        seen.resources.extend(objects);
        seen.unseen.extend(unseen);
    }
    for listed in [deployed, stateful] {
        let (objects, unseen) = listed?;
        seen.workloads.extend(objects);
        seen.unseen.extend(unseen);
    }
    let (objects, unseen) = running?;
    seen.pods = objects;
    seen.unseen.extend(unseen);
    let (objects, unseen) = releases?;
    seen.releases = objects;
    seen.unseen.extend(unseen);
    let (objects, unseen) = operators?;
    seen.operators = objects;
    seen.unseen.extend(unseen);
    let (webhooks, unseen) = webhooks?;
    seen.webhooks = unseen.is_empty().then_some(webhooks);
    seen.unseen.extend(unseen);
    also_operators_near(&mut seen);
    Ok(seen)
}

/// The definitions of the operator's kinds, and the owners that the resources name: only for whoever looks closely.
pub async fn read_more(cluster: &Cluster, seen: &mut Seen) -> Result<(), Failure> {
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let crd =
        What { group: "/apis/apiextensions.k8s.io/v1", plural: "customresourcedefinitions", kind: "", dialect: None };
    for name in ["milvuses.milvus.io", "milvusupgrades.milvus.io", "milvusclusters.milvus.io"] {
        match cluster.get(definitions, name).await {
            Ok(object) => {
                let served = object["spec"]["versions"].as_array().cloned().unwrap_or_default();
                let served = served.iter().filter(|one| one["served"] == true);
                let served = served.filter_map(|one| one["name"].as_str().map(str::to_string)).collect();
                seen.kinds.push((name.to_string(), served));
            }
            Err(failure) => skip(failure, |why| seen.unseen.push(crd.unseen("get", None, Some(name), why)))?,
        }
    }
    let mut wanted = BTreeSet::new();
    for object in &seen.resources {
        for owner in super::owner::owners(object, &[]) {
            wanted.insert((owner.kind, owner.namespace, owner.name));
        }
    }
    for (kind, namespace, name) in wanted {
        let (group, plural) = match kind {
            "Argo CD Application" => ("/apis/argoproj.io/v1alpha1", "applications"),
            "Flux Kustomization" => ("/apis/kustomize.toolkit.fluxcd.io/v1", "kustomizations"),
            "Flux HelmRelease" => ("/apis/helm.toolkit.fluxcd.io/v2", "helmreleases"),
            _ => continue,
        };
        let what = What { group, plural, kind: kind.rsplit(' ').next().unwrap_or(kind), dialect: None };
        // An Application that names no namespace stands in Argo CD's own, which is mostly called so.
        let place = namespace.unwrap_or_else(|| "argocd".to_string());
        match cluster.get(&what.path(Some(&place)), &name).await {
            Ok(object) => seen.owners.push(object),
            Err(failure) => {
                skip(failure, |why| seen.unseen.push(what.unseen("get", Some(&place), Some(&name), why)))?;
            }
        }
    }
    Ok(())
}

/// Lists a kind in the namespaces that are asked for.
async fn list(cluster: &Cluster, asked: &Asked, what: What<'_>, select: &ListParams) -> Listed {
    let (mut objects, mut unseen) = (Vec::new(), Vec::new());
    let everywhere = [None];
    let some: Vec<Option<&str>> = asked.namespaces.iter().map(|name| Some(name.as_str())).collect();
    for namespace in if some.is_empty() { &everywhere[..] } else { &some[..] } {
        match cluster.list(&what.path(*namespace), select).await {
            Ok(mut items) => {
                // Items of a list do not say what they are.
                for item in &mut items {
                    item["kind"] = Value::from(what.kind);
                    if item["apiVersion"].is_null() {
                        let version = what.group.trim_start_matches("/apis/").trim_start_matches("/api/");
                        item["apiVersion"] = Value::from(version);
                    }
                }
                objects.extend(items);
            }
            Err(failure) => skip(failure, |why| unseen.push(what.unseen("list", *namespace, None, why)))?,
        }
    }
    Ok((objects, unseen))
}

/// A kind that may also be read one by one: who may not list may still get what is known by name.
async fn resources(cluster: &Cluster, asked: &Asked, what: What<'_>, select: &ListParams) -> Listed {
    let (mut objects, unseen) = list(cluster, asked, what, select).await?;
    let mut left = Vec::new();
    for refused in unseen {
        let inside = |namespace: &String| refused.namespace.as_ref().is_none_or(|refused| refused == namespace);
        let known: Vec<_> = asked.names.iter().filter(|(namespace, _)| inside(namespace)).collect();
        for (namespace, name) in &known {
            match cluster.get(&what.path(Some(namespace)), name).await {
                Ok(object) => objects.push(object),
                Err(failure) => skip(failure, |why| left.push(what.unseen("get", Some(namespace), Some(name), why)))?,
            }
        }
        // All that was asked for has been answered by name; others in the namespace are nobody's question.
        if known.is_empty() {
            left.push(refused);
        }
    }
    Ok((objects, left))
}

/// What is missing is noted, what is not there is not missing, and a server that does not answer ends it all.
fn skip(failure: Failure, note: impl FnOnce(String)) -> Result<(), Failure> {
    match failure.kind {
        Kind::NotFound => Ok(()),
        Kind::Forbidden | Kind::Invalid | Kind::Answer | Kind::Server(_) | Kind::Busy | Kind::Gone | Kind::Conflict => {
            note(failure.why);
            Ok(())
        }
        Kind::NoConfig | Kind::Unreachable | Kind::Untrusted | Kind::Timeout | Kind::Unauthorized => Err(failure),
    }
}

/// Helm's releases from both of its drivers: of each the revision in force and the one that is on its way, since the data of
/// the others says nothing.
async fn releases(cluster: &Cluster, asked: &Asked) -> Listed {
    let secrets = What { group: "/api/v1", plural: "secrets", kind: "Secret", dialect: Some(Dialect::Chart) };
    let maps = What { plural: "configmaps", kind: "ConfigMap", ..secrets };
    let running = ListParams::default().labels("owner=helm,status notin (superseded,uninstalled)");
    let packed = running.clone().fields("type=helm.sh/release.v1");
    let (secrets, maps) = tokio::join!(list(cluster, asked, secrets, &packed), list(cluster, asked, maps, &running));
    let (mut objects, mut unseen) = secrets?;
    let (more, refused) = maps?;
    objects.extend(more);
    // Next to nobody uses the other driver: where Secrets were seen, ConfigMaps that were not are no gap.
    let gap = |one: Unseen| if unseen.is_empty() { Unseen { dialect: None, ..one } } else { one };
    let refused: Vec<Unseen> = refused.into_iter().map(gap).collect();
    unseen.extend(refused);
    Ok((objects, unseen))
}

/// Every operator of the cluster; where that is not allowed, the one where its chart puts it.
async fn operators(cluster: &Cluster) -> Listed {
    let what = What { group: "/apis/apps/v1", plural: "deployments", kind: "Deployment", dialect: None };
    let named = ListParams::default().labels("app.kubernetes.io/name=milvus-operator");
    let (objects, unseen) = list(cluster, &Asked::default(), what, &named).await?;
    if unseen.is_empty() {
        return Ok((objects, unseen));
    }
    let usual = Asked { namespaces: BTreeSet::from(["milvus-operator".to_string()]), ..Asked::default() };
    let (objects, _) = list(cluster, &usual, what, &named).await?;
    let lacks = "the version of the operator and its webhook";
    let unseen = if objects.is_empty() { unseen } else { Vec::new() };
    Ok((objects, unseen.into_iter().map(|one| Unseen { lacks, ..one }).collect()))
}

async fn webhooks(cluster: &Cluster) -> Listed {
    let group = "/apis/admissionregistration.k8s.io/v1";
    let what = What {
        group,
        plural: "validatingwebhookconfigurations",
        kind: "ValidatingWebhookConfiguration",
        dialect: None,
    };
    let (objects, unseen) = list(cluster, &Asked::default(), what, &ListParams::default()).await?;
    let lacks = "whether the operator's webhook is on";
    Ok((objects, unseen.into_iter().map(|one| Unseen { lacks, ..one }).collect()))
}

/// An operator that carries another label, among the workloads that were read anyway.
fn also_operators_near(seen: &mut Seen) {
    if !seen.operators.is_empty() {
        return;
    }
    let is_operator = |object: &&Value| {
        let containers = object["spec"]["template"]["spec"]["containers"].as_array();
        containers.is_some_and(|all| all.iter().any(|one| one["image"].as_str().is_some_and(is_operator_image)))
    };
    seen.operators = seen.workloads.iter().filter(is_operator).cloned().collect();
}
