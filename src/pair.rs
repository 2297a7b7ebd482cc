//! Two states make a transition: which Milvus of the base is which of the head.
//!
//! A Milvus is told by namespace and name, not by its file, so that a moved file is a move and not a deletion with a creation.
//! Where several have the same name (one per cluster) or none has a name (bare values), the file decides. What is left over is
//! the same Milvus in another container, if that is certain. It knows nothing but the model.

mod conflict;
mod kin;
#[cfg(test)]
mod tests;

pub use conflict::{conflicts, is_partial};

use crate::model::{Deployment, Field, Identity, Migration, Move, Operation, Transition, Tree, Worth, moved};
use std::collections::HashMap;

/// How the two states belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// There is no base: every Milvus of the head is unchanged.
    WithNothing,
    WithBase,
    /// The base is what runs: names tell it, and no container moves.
    WithCluster,
    /// One file with one file: what has no name is the same Milvus, whatever the files are called.
    FileWithFile,
}

/// Pairs the two states.
pub fn pair(
    base: Vec<Deployment>,
    base_migrations: &[Migration],
    head: Vec<Deployment>,
    head_migrations: Vec<Migration>,
    compared: Compared,
) -> Vec<Transition> {
    let heads = head.clone();
    let mut transitions = Vec::new();
    let mut base: Vec<Option<Deployment>> = base.into_iter().map(Some).collect();
    let has_base = compared != Compared::WithNothing;
    let mut matches = matches(&base, &head);
    if compared == Compared::FileWithFile {
        match_lone(&base, &head, &mut matches);
    }
    if compared != Compared::WithCluster {
        match_moved(&base, &head, &mut matches);
    }
    for (deployment, matched) in head.into_iter().zip(matches) {
        let before = matched.and_then(|index| base[index].take());
        transitions.push(match before {
            Some(before) if same(&before, &deployment) && same_settings(&before, &deployment) => {
                Transition::Unchanged(deployment)
            }
            Some(before) if same(&before, &deployment) => {
                Transition::Adjusted { base: Box::new(before), head: Box::new(deployment) }
            }
            Some(before) => Transition::Changed {
                migration: migration_of(&deployment, base_migrations, &head_migrations).cloned().map(Box::new),
                base: Box::new(before),
                head: Box::new(deployment),
            },
            None if has_base => Transition::Created(deployment),
            None => Transition::Unchanged(deployment),
        });
    }
    let gone: Vec<Deployment> = base.into_iter().flatten().collect();
    transitions.extend(withdrawn(base_migrations, &head_migrations, &gone, &heads));
    transitions.extend(gone.into_iter().map(Transition::Deleted));
    for migration in head_migrations {
        let milvus = heads.iter().find(|deployment| names(&migration, &deployment.id)).cloned().map(Box::new);
        let changed = has_base && !base_migrations.iter().any(|before| same_migration(before, &migration));
        transitions.push(Transition::Ordered { migration: Box::new(migration), milvus, changed });
    }
    transitions
}

/// The orders that are gone. One whose Milvus goes as well goes with it.
fn withdrawn(base: &[Migration], head: &[Migration], gone: &[Deployment], heads: &[Deployment]) -> Vec<Transition> {
    let mut left: Vec<&Migration> = head.iter().collect();
    let mut transitions = Vec::new();
    for migration in base {
        // The one in the same file first, where several clusters have orders of the same name.
        let is_it = |after: &&Migration| is_same_object(migration, after);
        let here = left.iter().position(|after| is_it(after) && after.id.path == migration.id.path);
        if let Some(still) = here.or_else(|| left.iter().position(is_it)) {
            left.remove(still);
            continue;
        }
        let milvus = heads.iter().find(|deployment| names(migration, &deployment.id));
        if milvus.is_some() || !gone.iter().any(|deployment| names(migration, &deployment.id)) {
            let milvus = milvus.cloned().map(Box::new);
            transitions.push(Transition::Withdrawn { migration: Box::new(migration.clone()), milvus });
        }
    }
    transitions
}

/// Whether two orders are one object in the cluster; without a name the file decides.
fn is_same_object(before: &Migration, after: &Migration) -> bool {
    let same_namespace = match (&before.id.namespace, &after.id.namespace) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    match (&before.id.name, &after.id.name) {
        (Some(a), Some(b)) => a == b && same_namespace,
        _ => before.id.path == after.id.path,
    }
}

/// For each Milvus of the head the index of the one in the base, best matches first, one to one.
fn matches(base: &[Option<Deployment>], head: &[Deployment]) -> Vec<Option<usize>> {
    let mut candidates: Vec<(u32, usize, usize)> = Vec::new();
    // Two with different names are never the same, so that a name is looked for among its own and among those without.
    let mut by_name: HashMap<Option<&String>, Vec<usize>> = HashMap::new();
    for (b, before) in base.iter().enumerate() {
        by_name.entry(before.as_ref().and_then(|before| before.id.name.as_ref())).or_default().push(b);
    }
    let all: Vec<usize> = (0..base.len()).collect();
    let called = |name| by_name.get(&name).map_or(&[][..], Vec::as_slice);
    for (h, after) in head.iter().enumerate() {
        let (same, unnamed) = match &after.id.name {
            Some(name) => (called(Some(name)), called(None)),
            None => (&all[..], &[][..]),
        };
        for b in same.iter().chain(unnamed).copied() {
            let Some(before) = &base[b] else { continue };
            let score = likeness(before, after);
            if score > 0 {
                candidates.push((score, h, b));
            }
        }
    }
    candidates.sort_by(|x, y| y.0.cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut matched = vec![None; head.len()];
    let mut taken = vec![false; base.len()];
    for (_, h, b) in candidates {
        if matched[h].is_none() && !taken[b] {
            matched[h] = Some(b);
            taken[b] = true;
        }
    }
    matched
}

/// The one Milvus without a name on each side.
fn match_lone(base: &[Option<Deployment>], head: &[Deployment], matched: &mut [Option<usize>]) {
    if let ([Some(before)], [after], [matched @ None]) = (base, head, matched)
        && before.dialect == after.dialect
        && (before.id.name.is_none() || after.id.name.is_none())
    {
        *matched = Some(0);
    }
}

/// What came and went in different containers, where that is one and the same Milvus.
fn match_moved(base: &[Option<Deployment>], head: &[Deployment], matched: &mut [Option<usize>]) {
    let taken: Vec<usize> = matched.iter().flatten().copied().collect();
    let gone = base.iter().enumerate().filter(|(b, _)| !taken.contains(b));
    let gone: Vec<_> = gone.filter_map(|(b, before)| Some((b, before.as_ref()?))).collect();
    let new: Vec<_> = head.iter().enumerate().filter(|(h, _)| matched[*h].is_none()).collect();
    for (b, h) in kin::matches(&gone, &new) {
        matched[h] = Some(b);
    }
}

/// Each new Milvus that could be one of several that are gone, with those.
pub fn perhaps_moved(transitions: &[Transition]) -> Vec<(&Deployment, Vec<&Deployment>)> {
    let gone = transitions.iter().filter_map(|transition| match transition {
        Transition::Deleted(deployment) => Some(deployment),
        _ => None,
    });
    let gone: Vec<&Deployment> = gone.collect();
    let new = transitions.iter().filter_map(|transition| match transition {
        Transition::Created(deployment) => Some(deployment),
        _ => None,
    });
    let new: Vec<&Deployment> = new.collect();
    // Where one goes and all that come are variants of one chart, it is one of these, however little its name says.
    let one_of_these =
        gone.len() == 1 && new.len() > 1 && new.windows(2).all(|pair| kin::are_variants(pair[0], pair[1]));
    let candidates = new.into_iter().map(|new| (new, kin::candidates(&gone, new, one_of_these)));
    candidates.filter(|(_, candidates)| !candidates.is_empty()).collect()
}

/// How sure it is that two are the same Milvus; 0 when they are not.
fn likeness(before: &Deployment, after: &Deployment) -> u32 {
    let (old, new) = (&before.id, &after.id);
    if moved(before, after) == Some(Move::Reinstalled) {
        // Another tool: a name that several have does not do.
        return 0;
    }
    let same_place = old.path == new.path && old.ordinal == new.ordinal;
    let namespace = match (&old.namespace, &new.namespace) {
        (Some(a), Some(b)) if a != b => return 0,
        (a, b) if a == b => 2,
        // Written on one side only: whoever applies it says the rest.
        _ if old.path == new.path => 1,
        _ if old.name.is_some() && old.name == new.name => return 100 + nearness(old, new),
        _ => return 0,
    };
    match (&old.name, &new.name) {
        // A name that somebody fills in is no other name once it is known.
        (Some(a), Some(b)) if a != b && same_place && (is_open(a) || is_open(b)) => 900,
        (Some(a), Some(b)) if a == b => 1000 * namespace + if same_place { 500 } else { nearness(old, new) },
        (Some(_), Some(_)) => 0,
        _ if before.dialect != after.dialect => 0,
        _ if same_place => 900,
        (None, None) => moved_values(before, after),
        _ => 0,
    }
}

/// Whether a name is an expression that nothing here resolves.
fn is_open(name: &str) -> bool {
    let roots = ["var.", "local.", "each.", "module.", "data.", "terraform."];
    name.contains(['{', '$', '(']) || roots.iter().any(|root| name.starts_with(root))
}

/// How much two paths share, from the file's name upwards: at most 400.
fn nearness(old: &Identity, new: &Identity) -> u32 {
    let shared = old.path.rsplit('/').zip(new.path.rsplit('/')).take_while(|(a, b)| a == b).count();
    let top = old.path.split('/').zip(new.path.split('/')).take_while(|(a, b)| a == b).count();
    (shared as u32 * 20 + top as u32 * 10).min(400)
}

/// Values have no name. In another file they are the same Milvus only if the file kept its name or little else changed.
fn moved_values(before: &Deployment, after: &Deployment) -> u32 {
    let file = |id: &Identity| id.path.rsplit('/').next().map(str::to_string);
    let folder = |id: &Identity| id.path.rsplit_once('/').map(|(folder, _)| folder.to_string());
    let same_file = file(&before.id) == file(&after.id) && before.id.ordinal == after.id.ordinal;
    let same_image = before.image.value().is_some() && before.image.value() == after.image.value();
    match (same_file, same_image) {
        (true, _) => 100 + nearness(&before.id, &after.id),
        (false, true) => 50,
        // Gone from a folder and new in it: a renamed file.
        (false, false) if folder(&before.id) == folder(&after.id) => 40,
        (false, false) => 0,
    }
}

/// Whether nothing that is known of a Milvus differs. Places do not count: a moved line is no change.
pub fn same(before: &Deployment, after: &Deployment) -> bool {
    let queue = |deployment: &Deployment| deployment.queue.value().copied();
    let components = |deployment: &Deployment| {
        deployment.components.iter().map(|c| (c.name.clone(), c.image.value().cloned())).collect::<Vec<_>>()
    };
    // What is not known on both sides is the same only as long as the same thing keeps it from being known.
    fn alike<T: PartialEq>(before: &Field<T>, after: &Field<T>) -> bool {
        before.value() == after.value() && (before.value().is_some() || before.said == after.said)
    }
    moved(before, after).is_none()
        && after.ground.fed.is_none()
        && !after.sees_less_than(before)
        && before.image.value() == after.image.value()
        && alike(&before.version, &after.version)
        && before.mode.value() == after.mode.value()
        && queue(before) == queue(after)
        && before.coordinators.value() == after.coordinators.value()
        && alike(&before.chart, &after.chart)
        && before.operator.value() == after.operator.value()
        && before.pulsar_line.as_ref().and_then(|line| line.value())
            == after.pulsar_line.as_ref().and_then(|l| l.value())
        && before.rolling.value() == after.rolling.value()
        && before.update_mode.value() == after.update_mode.value()
        && components(before) == components(after)
}

/// Whether every key says the same on both sides, wherever it stands.
fn same_settings(before: &Deployment, after: &Deployment) -> bool {
    before.settings.all.len() == after.settings.all.len() && said(before) == said(after)
}

/// Every key in one order, without its place.
fn said(deployment: &Deployment) -> Vec<(Tree, &[String], &Worth)> {
    let mut all: Vec<_> =
        deployment.settings.all.iter().map(|one| (one.tree, one.path.as_slice(), &one.worth)).collect();
    all.sort_unstable_by_key(|(tree, path, _)| (*tree, *path));
    all
}

fn same_migration(before: &Migration, after: &Migration) -> bool {
    before.id.name == after.id.name
        && before.id.namespace == after.id.namespace
        && before.source_text == after.source_text
        && before.target_text == after.target_text
        && before.operation == after.operation
}

/// The order that carries a change: one that was there before, or a rollback, which the operator does by itself.
fn migration_of<'a>(deployment: &Deployment, base: &'a [Migration], head: &'a [Migration]) -> Option<&'a Migration> {
    let of = |migration: &&Migration| names(migration, &deployment.id);
    let rollback = |migration: &&Migration| migration.operation == Operation::Rollback;
    head.iter().filter(rollback).find(of).or_else(|| base.iter().find(of))
}

/// Whether a MilvusUpgrade names this Milvus. What one of them leaves open does not tell them apart.
fn names(migration: &Migration, id: &Identity) -> bool {
    let open = |a: Option<&String>, b: Option<&String>| match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    migration.milvus_name.value().is_some()
        && migration.milvus_name.value() == id.name.as_ref()
        && open(migration.milvus_namespace.value(), id.namespace.as_ref())
}
