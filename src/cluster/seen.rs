//! What was seen of a cluster, as plain data.
//!
//! The async part fills it in, the pure part makes texts of it; neither knows how the other works.

use crate::model::{Unseen, Version};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is to be looked at.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Empty for all namespaces.
    pub namespaces: BTreeSet<String>,
    /// Milvus that are known by namespace and name, for whoever may read single objects only.
    pub names: BTreeSet<(String, String)>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The context.
    pub cluster: String,
    pub kubernetes: Option<Version>,
    /// Milvus, MilvusCluster and MilvusUpgrade, as the API server has them.
    pub resources: Vec<Value>,
    /// The revisions of Helm's releases.
    pub releases: Vec<Value>,
    /// Deployments and StatefulSets.
    pub workloads: Vec<Value>,
    pub pods: Vec<Value>,
    /// The Deployments of Milvus operators.
    pub operators: Vec<Value>,
    /// Configurations of admission webhooks; `None` where they were not seen.
    pub webhooks: Option<Vec<Value>>,
    /// The kinds of the operator: name of the definition and the versions that are served.
    pub kinds: Vec<(String, Vec<String>)>,
    /// Applications, Kustomizations and HelmReleases that a Milvus names as its owner.
    pub owners: Vec<Value>,
    pub unseen: Vec<Unseen>,
}

/// Who applies the manifest of a Milvus again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// `Argo CD Application`, `Flux Kustomization`, `Flux HelmRelease`, `Helm`.
    pub kind: &'static str,
    pub namespace: Option<String>,
    pub name: String,
    /// What it does on its own; `None` where it was not seen.
    pub habits: Option<Habits>,
}

/// What an owner does without being asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// It applies each new commit.
    pub automatic: bool,
    /// It takes back what others change.
    pub heals: bool,
    /// It deletes what is gone from its files.
    pub prunes: bool,
    /// It does nothing for the time being.
    pub suspended: bool,
}
