//! Which Milvus that is gone is the same as one that is new, in another container or of another tool.
//!
//! Takes what is left over once equal names were matched. It claims nothing where several could be meant: a wrong pair judges
//! a change that nobody makes.

use crate::model::{Deployment, Identity};

/// From here on two are taken for the same Milvus, if no other is as close.
const SURE: u32 = 150;

/// Of each new Milvus the one that is gone and that it was, one to one.
pub(super) fn matches(gone: &[(usize, &Deployment)], new: &[(usize, &Deployment)]) -> Vec<(usize, usize)> {
    let best = |scores: Vec<(u32, usize)>| {
        let top = scores.iter().map(|(score, _)| *score).max().filter(|top| *top >= SURE)?;
        let mut at_top = scores.iter().filter(|(score, _)| *score == top);
        let first = at_top.next()?;
        at_top.next().is_none().then_some(first.1)
    };
    let mut matched = Vec::new();
    for (b, before) in gone {
        let after = best(new.iter().map(|(h, after)| (kinship(before, after), *h)).collect());
        let Some((h, after)) = new.iter().find(|(h, _)| Some(*h) == after) else { continue };
        if best(gone.iter().map(|(b, before)| (kinship(before, after), *b)).collect()) == Some(*b) {
            matched.push((*b, *h));
        }
    }
    if let ([(b, before)], [(h, after)], true) = (gone, new, matched.is_empty())
        && kinship(before, after) > 0
        && !far(&before.id.path, &after.id.path)
    {
        // Nothing else comes and goes.
        matched.push((*b, *h));
    }
    matched
}

/// Whether two are one chart with the values of different environments.
pub(super) fn are_variants(one: &Deployment, other: &Deployment) -> bool {
    one.surface == other.surface && one.id.name == other.id.name && one.chart == other.chart
}

/// Those that are gone and could be the same as a new one, where there are several; `surely` where nothing else can be meant.
pub(super) fn candidates<'a>(gone: &[&'a Deployment], after: &Deployment, surely: bool) -> Vec<&'a Deployment> {
    let scores: Vec<u32> = gone.iter().map(|before| kinship(before, after)).collect();
    let top = scores.iter().copied().max().unwrap_or(0);
    let at_top = gone.iter().zip(&scores).filter(|(_, score)| **score == top && top >= if surely { 1 } else { SURE });
    at_top.map(|(before, _)| *before).collect()
}

/// How much speaks for two being the same Milvus; 0 when something speaks against it.
fn kinship(before: &Deployment, after: &Deployment) -> u32 {
    let (old, new) = (&before.id, &after.id);
    let environments = (environment(&old.path), environment(&new.path));
    if before.surface == after.surface || matches!(environments, (Some(a), Some(b)) if a != b) {
        return 0;
    }
    let shared = before.ground.files.iter().any(|file| after.ground.files.contains(file));
    let folder = |id: &Identity| id.path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_string());
    let same_folder = folder(old) == folder(new);
    let names = match (&old.name, &new.name) {
        (Some(a), Some(b)) if a == b => 200,
        (Some(a), Some(b)) => match (words(a), words(b)) {
            (a, b) if a == b && !a.is_empty() => 150,
            (a, b) if a == b => 80,
            _ if shared => 30,
            // One name says nothing, and the place does.
            (a, b) if same_folder && (a.is_empty() || b.is_empty()) => 30,
            _ => return 0,
        },
        _ => 60,
    };
    // A name that is nothing but the product's says little about which one it is.
    let generic = old.name.as_deref().or(new.name.as_deref()).is_none_or(|name| words(name).is_empty());
    let names = if generic { names.min(80) } else { names };
    let namespaces = match (&old.namespace, &new.namespace) {
        (Some(a), Some(b)) if a == b => 80,
        (Some(_), Some(_)) if names < 150 => return 0,
        _ => 0,
    };
    let top = old.path.split('/').zip(new.path.split('/')).take_while(|(a, b)| a == b).count() as u32;
    let place = if same_folder && !folder(old).is_empty() { 90 } else { 10 * top.min(4) };
    names + namespaces + place + if shared { 300 } else { 0 }
}

/// Whether two files stand deep in different parts of a repository.
fn far(old: &str, new: &str) -> bool {
    let deep = |path: &str| path.matches('/').count() > 1;
    deep(old) && deep(new) && old.split('/').next() != new.split('/').next()
}

/// The words of a name that tell one Milvus from another.
fn words(name: &str) -> Vec<String> {
    const GENERIC: &[&str] =
        &["milvus", "standalone", "cluster", "db", "database", "vector", "vectordb", "server", "my", "release"];
    let mut words: Vec<String> =
        name.split(['-', '_', '.']).map(str::to_lowercase).filter(|word| !GENERIC.contains(&word.as_str())).collect();
    words.sort();
    words
}

/// What of a path names an environment.
pub(super) fn environment(path: &str) -> Option<&str> {
    const WORDS: &[&str] =
        &["dev", "development", "test", "qa", "uat", "stage", "staging", "preprod", "prod", "production"];
    path.split(['/', '-', '_', '.']).find(|word| WORDS.contains(word))
}
