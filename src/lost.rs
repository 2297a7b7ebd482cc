//! What only seems to be gone: a Milvus whose file is still there and can no longer be read.
//!
//! Takes both sides, understood; gives a trouble for each such file, and takes back that its Milvus was deleted.

use crate::detect::Trouble;
use crate::model::Transition;
use crate::source::Sources;
use crate::understand::Understood;
use std::collections::BTreeSet;

/// Files that held a Milvus before and that no longer parse: whatever is in them now, it is not known to be gone.
pub(crate) fn lost(before: &Understood, after: &Understood, base: &Sources) -> Vec<Trouble> {
    let held: BTreeSet<&str> = paths(before).collect();
    let read = |path: &str| paths(after).any(|read| read == path);
    let said = |problem: &crate::yaml::Problem| after.troubles.iter().any(|t| t.at.source == problem.at.source);
    let origin = base.files.first().and_then(|file| file.origin.clone());
    let name = origin.unwrap_or_else(|| "the base".to_string());
    let broken =
        after.problems.iter().filter(|(path, problem)| held.contains(path.as_str()) && !read(path) && !said(problem));
    let mut troubles: Vec<Trouble> = broken
        .map(|(_, problem)| {
            let why = format!("{}; in {name} a Milvus stands in this file", problem.message);
            Trouble { at: problem.at, why }
        })
        .collect();
    troubles.dedup_by_key(|trouble| trouble.at.source);
    troubles
}

/// The files in which something of Milvus begins.
fn paths(side: &Understood) -> impl Iterator<Item = &str> {
    let deployments = side.deployments.iter().map(|deployment| deployment.id.path.as_str());
    deployments.chain(side.migrations.iter().map(|migration| migration.id.path.as_str()))
}

/// Takes back that a Milvus is gone where its file is there and could not be read.
pub(crate) fn only_gone(mut transitions: Vec<Transition>, troubles: &[Trouble], head: &Sources) -> Vec<Transition> {
    let path = |trouble: &Trouble| head.files[trouble.at.source.index as usize].path.as_str();
    let unread: BTreeSet<&str> = troubles.iter().map(path).collect();
    transitions.retain(|transition| match transition {
        Transition::Deleted(_) | Transition::Withdrawn { .. } => {
            let path = transition.id().path.as_str();
            !unread.contains(path) && !head.unreadable.iter().any(|file| file.name == path)
        }
        _ => true,
    });
    transitions
}
