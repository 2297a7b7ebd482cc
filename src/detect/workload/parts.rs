//! Clusters whose workloads stand in several files.
//!
//! Takes what all files of a side gave; puts together what belongs to one Milvus: the same folder, namespace and release, and
//! where no label names the release, the same name but for the component in it.

use crate::detect::process::{self, Process};
use crate::detect::{Evidence, Found, What, tree::folder_of};
use crate::model::Surface;
use crate::yaml::Step;

/// What the parts of one Milvus have in common.
#[derive(PartialEq)]
struct Key {
    folder: String,
    namespace: Option<String>,
    /// The release's label, or the name without the component.
    release: Result<String, String>,
}

/// Joins the components of one Milvus; what is joined stands in the file of the first.
pub fn join_workloads(found: &mut [Found]) {
    let mut groups: Vec<(Key, (usize, usize), Vec<Process>)> = Vec::new();
    let mut gone: Vec<(usize, usize)> = Vec::new();
    for (file, in_file) in found.iter().enumerate() {
        for (nth, evidence) in in_file.evidence.iter().enumerate() {
            let Some(key) = key(evidence) else { continue };
            let doubled =
                |parts: &[Process]| parts.iter().any(|part| evidence.processes.iter().any(|own| same(own, part)));
            let group =
                groups.iter_mut().find(|(other, (at, _), parts)| *other == key && *at != file && !doubled(parts));
            match group {
                Some((_, _, parts)) => {
                    parts.extend(evidence.processes.iter().cloned());
                    gone.push((file, nth));
                }
                None => groups.push((key, (file, nth), evidence.processes.clone())),
            }
        }
    }
    for (_, (file, nth), parts) in groups {
        let first = &mut found[file].evidence[nth];
        if parts.len() > first.processes.len()
            && let Some(whole) = process::evidence(Surface::Workload, first.id.namespace.clone(), &first.id.path, parts)
        {
            let ordinal = first.id.ordinal;
            let kept = (std::mem::take(&mut first.server), first.chart.take());
            *first = Evidence { server: kept.0, chart: kept.1, ..whole };
            first.id.ordinal = ordinal;
        }
    }
    for (file, nth) in gone.into_iter().rev() {
        found[file].evidence.remove(nth);
    }
}

/// The same component twice: two of the same kind are two clusters, or one that was copied.
fn same(one: &Process, other: &Process) -> bool {
    one.name == other.name || one.role.map(|role| role.word) == other.role.map(|role| role.word)
}

/// `None` for what is no component of a cluster.
fn key(evidence: &Evidence) -> Option<Key> {
    let is_workload = matches!(evidence.what, What::Deployment(Surface::Workload, _));
    let component = |part: &Process| part.role.is_some_and(|role| !matches!(role.word, "standalone" | "mixture"));
    let first = evidence.processes.first().filter(|_| is_workload && evidence.processes.iter().all(component))?;
    let labelled = release(first).map(str::to_string);
    let release = labelled.map_or_else(|| Err(process::without_role(&first.name)), Ok);
    let folder = folder_of(&evidence.id.path).to_string();
    Some(Key { folder, namespace: evidence.id.namespace.clone(), release })
}

/// The label that names the release of the workload that a process stands in.
fn release(process: &Process) -> Option<&str> {
    let layer = process.layers.0.first()?;
    let mut node = &layer.document.root;
    // In a list the workload is one of its items.
    if let [Step::Key(list), Step::Index(index), ..] = layer.path.as_slice()
        && node.get("spec").is_none()
    {
        node = node.get(list)?.items().get(*index)?;
    }
    super::label(node, "app.kubernetes.io/instance").map(|(_, text)| text)
}
