//! Which operator manages a Milvus: the nearest one, as far as folders tell.
//!
//! Takes the operators of a side and the path of a Milvus. One that belongs to another environment or cluster is none of
//! its own, and where several are as near and differ, it is not known which it is.

use super::{Operator, Release};
use crate::model::Version;
use crate::source::Span;

/// What the repository says of the operator of a Milvus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manager {
    /// It is this version, written there.
    Known(Version, Span),
    /// There is one, and its version is not known: why.
    Unknown(String),
}

/// The operator that manages the Milvus of a file; `None` where the repository has none that could.
pub fn manager(operators: &[Operator], path: &str) -> Option<Manager> {
    let nearest = nearest(operators, path);
    let (first, others) = nearest.split_first()?;
    if let Some(other) = others.iter().find(|other| other.version != first.version) {
        let why = "the repository has several operators, and nothing says which of them manages this Milvus";
        return Some(Manager::Unknown(format!("{why} ({}, {})", first.path, other.path)));
    }
    Some(match &first.version {
        Release::Fixed(version) => Manager::Known(version.clone(), first.at),
        Release::Floating(why) => Manager::Unknown(format!("the operator in {} is not pinned: {why}", first.path)),
        Release::Unread(why) => Manager::Unknown(format!("{why} ({})", first.path)),
    })
}

/// Whether the webhook of the operator that manages the Milvus of a file is on, where the repository says so; and where.
pub fn webhook(operators: &[Operator], path: &str) -> Option<(bool, Span)> {
    let nearest = nearest(operators, path);
    let said = nearest.first()?.webhook?;
    nearest.iter().all(|other| other.webhook.is_some_and(|(is, _)| is == said.0)).then_some(said)
}

/// The operators that are as near to a file as any.
fn nearest<'a>(operators: &'a [Operator], path: &str) -> Vec<&'a Operator> {
    let own = environment(path);
    let fits = |operator: &&Operator| match (&own, environment(&operator.path)) {
        (Some(own), Some(other)) => *own == other,
        _ => true,
    };
    let candidates: Vec<&Operator> = operators.iter().filter(fits).collect();
    // An operator of the same environment is meant before one of no environment at all.
    let same: Vec<&Operator> =
        candidates.iter().copied().filter(|operator| own.is_some() && environment(&operator.path) == own).collect();
    let candidates = if same.is_empty() { candidates } else { same };
    let nearest = candidates.iter().map(|operator| nearness(path, &operator.path)).max();
    candidates.into_iter().filter(|operator| Some(nearness(path, &operator.path)) == nearest).collect()
}

/// Folders whose children are environments, clusters or tenants.
const PARENTS: &[&str] = &["clusters", "cluster", "environments", "environment", "envs", "env", "overlays", "tenants"];

/// Words for environments.
const WORDS: &[&str] =
    &["dev", "development", "test", "testing", "qa", "uat", "int", "stage", "staging", "preprod", "prod", "production"];

/// What of a path tells one environment from another; `None` where nothing does.
fn environment(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let (_, folders) = parts.split_last()?;
    let below = |pair: &[&str]| PARENTS.contains(&pair[0]).then(|| pair[1].to_string());
    let named = |folder: &&str| folder.split(['-', '_', '.']).find(|word| WORDS.contains(word)).map(str::to_string);
    folders.windows(2).find_map(below).or_else(|| folders.iter().find_map(named))
}

/// How many folders two paths share from the top.
fn nearness(one: &str, other: &str) -> usize {
    let folders = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folders, _)| folders.to_string());
    let (one, other) = (folders(one), folders(other));
    let both = one.split('/').zip(other.split('/'));
    both.take_while(|(one, other)| one == other && !one.is_empty()).count()
}
