//! From what a pre-push hook is told to the two sides of each push.
//!
//! Takes the variables of pre-commit or the lines that Git writes to a hook; gives what the other side has and what it is to get,
//! both from Git's objects. The work tree is not looked at.

use super::{Loaded, config_before, filter, read_config, with_wanted};
use crate::Usage;
use crate::cli::Scope;
use crate::standpoint::Standpoint;
use anyhow::Context as _;
use globset::Glob;
use milvus_lint::source::asked::Door;
use milvus_lint::source::git::{Repository, Unpushed};
use milvus_lint::source::{Side, Sources};
use std::collections::BTreeSet;
use std::io::{IsTerminal, Read};

/// What is pushed: the commit that the other side has, if it has any, and the one that it is to get.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Push {
    pub old: Option<String>,
    pub new: String,
}

/// What this run was told to push, without what brings nothing.
pub fn pushes() -> anyhow::Result<Vec<Push>> {
    let cwd = std::env::current_dir().context("the current folder cannot be read")?;
    let Some(repository) = Repository::discover(&cwd)? else {
        return Err(Usage("--push needs a Git repository, and none is here".to_string()).into());
    };
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let lines = match (variable("PRE_COMMIT_TO_REF"), variable("PRE_COMMIT")) {
        (Some(to), _) => vec![(to, variable("PRE_COMMIT_FROM_REF").unwrap_or_default())],
        // pre-commit names no commits where the whole history is new.
        (None, Some(_)) => {
            vec![(variable("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_else(|| "HEAD".to_string()), String::new())]
        }
        (None, None) => from_git()?,
    };
    let mut pushes = BTreeSet::new();
    for (new, old) in lines.into_iter().filter(|(new, _)| !is_nothing(new)) {
        let new = repository.resolve(&new)?;
        // A commit of the other side that was never fetched says nothing here.
        let known = Some(old).filter(|old| !is_nothing(old)).and_then(|old| repository.resolve(&old).ok());
        let old = match known {
            Some(old) => Some(old),
            None => match repository.unpushed(&new)? {
                Unpushed::Nothing => continue,
                Unpushed::Since(commit) => Some(commit),
                Unpushed::All => None,
            },
        };
        pushes.insert(Push { old, new });
    }
    Ok(pushes.into_iter().filter(|push| push.old.as_ref() != Some(&push.new)).collect())
}

/// Whether this is how Git names no commit: nothing but zeros.
fn is_nothing(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// `(new, old)` of each line `<local ref> <local id> <remote ref> <remote id>` on standard input.
fn from_git() -> anyhow::Result<Vec<(String, String)>> {
    let mut stdin = std::io::stdin().lock();
    let wrong = || {
        let why = "--push is for a pre-push hook, which is told what is pushed; by hand it is: milvus-lint check --base origin/main";
        anyhow::Error::from(Usage(why.to_string()))
    };
    if stdin.is_terminal() {
        return Err(wrong());
    }
    let mut text = String::new();
    stdin.read_to_string(&mut text).context("standard input cannot be read")?;
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let lines = text.lines().map(words).filter(|words| !words.is_empty());
    lines.map(|words| <[String; 4]>::try_from(words).map(|[_, new, _, old]| (new, old)).map_err(|_| wrong())).collect()
}

/// Loads both sides of one push.
pub fn load_push(push: &Push, scope: &Scope) -> anyhow::Result<Loaded> {
    with_wanted(|more| load_once(push, scope, more))
}

fn load_once(push: &Push, scope: &Scope, more: &[Glob]) -> anyhow::Result<Loaded> {
    let stands = std::env::current_dir().context("the current folder cannot be read")?;
    let repository = Repository::discover(&stands)?.context("the repository was there a moment ago")?;
    let root = repository.root().to_path_buf();
    let standpoint = Standpoint::below(&root, &stands).unwrap_or_default();
    let cwd = root.clone();
    let mut config = read_config(scope, &root, &cwd)?;
    let filter = filter(&config, scope, &root, more)?;
    let filter = if more.is_empty() { filter } else { filter.only_kept() };
    let here = [root.clone()];
    let new = repository.short(&push.new);
    let door = |id: &str, name: &str| Door::Revision(repository.clone(), id.to_string(), name.to_string());
    let (base, head, before) = match &push.old {
        Some(id) => {
            let old = repository.short(id);
            config.before = config_before(&repository, id, &cwd, &config)?;
            let (base, head) = repository.revisions(&old, &new, &here, &filter, &cwd)?;
            config.only_changed = true;
            let before = door(id, &old);
            config.base_name = Some(old);
            (base, head, before)
        }
        None => {
            let head = repository.tree(&push.new, &new, Side::Head, &here, &filter, &cwd)?;
            (Sources::empty(Side::Base), head, Door::Closed)
        }
    };
    let doors = (before, door(&push.new, &new));
    Ok(Loaded { base, head, config, root, hint: None, doors, filter, cwd, standpoint })
}
