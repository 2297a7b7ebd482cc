//! Git: the repository around the user, and the states of it that can be compared.
//!
//! Takes revisions and paths as the user typed them and a [`Filter`](super::disk::Filter); gives both sides of a change. All
//! is read from the object database, the index and the work tree through the `git` program; nothing is checked out or
//! written. It knows nothing of what the files mean.

mod asked;
mod blobs;
mod index;
mod lists;
mod pushed;
mod revisions;
mod scope;
mod sides;
mod staged;
mod work_tree;

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::disk::{Filter, real};
use super::{SourceError, Sources};
use index::Index;

pub use pushed::Unpushed;

/// Both sides of a change: what was there before, and what is judged.
pub type Pair = (Sources, Sources);

/// A work tree and the repository that belongs to it.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
    shallow: bool,
    /// The file in which the index is.
    index: Option<PathBuf>,
}

impl Repository {
    /// The repository whose work tree contains the folder `at`. `None` outside of a work tree; then no program is started.
    ///
    /// When there is a repository but Git is not installed or refuses to read it, the error says so.
    pub fn discover(at: &Path) -> Result<Option<Repository>, SourceError> {
        let at = real(at)?;
        let above = work_tree_above(&at);
        if above.is_none() && std::env::var_os("GIT_DIR").is_none() {
            return Ok(None);
        }
        let repository = Repository { root: above.unwrap_or(at.clone()), shallow: false, index: None };
        let asked = ["rev-parse", "--is-shallow-repository", "--show-toplevel", "--git-path", "index"];
        let output = repository.output(asked)?;
        if output.status.success() {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let (shallow, rest) = text.trim_end_matches(['\n', '\r']).split_once('\n').unwrap_or(("false", &text));
            let (root, index) = rest.rsplit_once('\n').unwrap_or((rest, ""));
            let index = Some(repository.root.join(index)).filter(|_| !index.is_empty());
            let root = real(Path::new(root.trim_end_matches('\r')))?;
            // Inside of `.git` there is no work tree to speak of.
            let inside = !at.strip_prefix(&root).is_ok_and(|rest| rest.starts_with(".git"));
            return Ok(inside.then(|| Repository { root, shallow: shallow.trim() == "true", index }));
        }
        let message = String::from_utf8_lossy(&output.stderr);
        if message.contains("dubious ownership") {
            return Err(SourceError::Outside(format!(
                "Git refuses to read {0}, because it belongs to another user; allow it: git config --global --add safe.directory {0}",
                repository.root.display()
            )));
        }
        if message.contains("not a git repository") || message.contains("must be run in a work tree") {
            return Ok(None);
        }
        Err(failure("rev-parse", &output))
    }

    /// The top folder of the work tree, without links in it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is any commit on the current branch.
    pub fn head_exists(&self) -> Result<bool, SourceError> {
        Ok(self.commit("HEAD")?.is_some())
    }

    /// The object id of HEAD, or of the empty tree on a branch without commits.
    pub fn head_or_empty(&self) -> Result<String, SourceError> {
        match self.commit("HEAD")? {
            Some(commit) => Ok(commit),
            // With no input this names the empty tree in whatever hash the repository uses.
            None => self.line(["hash-object", "-t", "tree", "--stdin"]),
        }
    }

    /// The object id of the commit that `rev` names.
    pub fn resolve(&self, rev: &str) -> Result<String, SourceError> {
        self.commit(rev)?.ok_or_else(|| self.no_such_revision(rev))
    }

    /// The object id of the commit where `rev` and HEAD parted.
    pub fn merge_base(&self, rev: &str) -> Result<String, SourceError> {
        let other = self.resolve(rev)?;
        let Some(head) = self.commit("HEAD")? else {
            return Err(SourceError::Request(format!(
                "this branch has no commit yet, so it has nothing in common with {rev}; leave --base out"
            )));
        };
        let output = self.output(["merge-base", &head, &other])?;
        let text = String::from_utf8_lossy(&output.stdout);
        match (output.status.code(), text.lines().next()) {
            (Some(0), Some(oid)) => Ok(oid.to_owned()),
            (Some(1), _) if self.shallow => Err(SourceError::Request(format!(
                "this clone is shallow and does not reach the commit where HEAD and {rev} parted; \
                 run `git fetch --unshallow`{}",
                self.remote_of(rev).map_or(String::new(), |(remote, branch)| format!(
                    ", or `git fetch {remote} {branch} --deepen=200`"
                ))
            ))),
            (Some(1), _) => Err(SourceError::Request(format!(
                "HEAD and {rev} have no commit in common; choose another base, or compare them with `diff {rev} HEAD`"
            ))),
            _ => Err(failure("merge-base", &output)),
        }
    }

    /// The commit that `rev` names, if there is one.
    fn commit(&self, rev: &str) -> Result<Option<String>, SourceError> {
        if rev.is_empty() || rev.starts_with('-') || rev.contains(['\0', '\n']) {
            return Err(SourceError::Request(format!(
                "`{}` is not a revision; give a branch, a tag or a commit",
                rev.escape_debug()
            )));
        }
        let peeled = format!("{rev}^{{commit}}");
        let output = self.output(["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled])?;
        let oid = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match output.status.code() {
            Some(0) if !oid.is_empty() => Ok(Some(oid)),
            Some(1 | 128) => Ok(None),
            _ => Err(failure("rev-parse", &output)),
        }
    }

    fn no_such_revision(&self, rev: &str) -> SourceError {
        let is_id = rev.len() >= 40 && rev.bytes().all(|byte| byte.is_ascii_hexdigit());
        let advice = match self.remote_of(rev) {
            Some((remote, branch)) => {
                format!("fetch it: git fetch {remote} {branch}:refs/remotes/{remote}/{branch}")
            }
            None if is_id => format!("fetch it: git fetch origin {rev}"),
            None if self.shallow => {
                "this clone is shallow, so it may lie further back: git fetch --unshallow".to_owned()
            }
            None => "check the spelling, or fetch it: git fetch --all --tags".to_owned(),
        };
        SourceError::Request(format!("no such revision: {rev}; {advice}"))
    }

    /// `origin/main` as `("origin", "main")`, when there is such a remote.
    fn remote_of<'r>(&self, rev: &'r str) -> Option<(&'r str, &'r str)> {
        let rev = rev.strip_prefix("refs/remotes/").unwrap_or(rev);
        let remotes = self.run(["remote"]).unwrap_or_default();
        let remotes = String::from_utf8_lossy(&remotes).into_owned();
        let is_name = |name: &&str| !name.is_empty() && !name.contains(['~', '^', ':', '@', ' ']);
        remotes.lines().find_map(|remote| {
            let (at, branch) = rev.split_at_checked(remote.len())?;
            let branch = branch.strip_prefix('/').filter(is_name)?;
            (at == remote).then_some((at, branch))
        })
    }

    /// What a Git command prints; an error unless it ends well.
    fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<Vec<u8>, SourceError> {
        let args: Vec<A> = args.into_iter().collect();
        let output = self.output(&args)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(failure(&args.first().map_or_else(String::new, |arg| arg.as_ref().to_string_lossy().into_owned()), &output))
    }

    fn line<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<String, SourceError> {
        Ok(String::from_utf8_lossy(&self.run(args)?).trim().to_owned())
    }

    fn output<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<Output, SourceError> {
        self.git().args(args).stdin(Stdio::null()).output().map_err(|error| self.cannot_start(&error))
    }

    /// Git in this work tree: it asks nothing, fetches nothing, locks nothing, takes paths literally, and speaks English.
    ///
    /// `GIT_DIR` and `GIT_INDEX_FILE` are left as they are: in a hook they name the index of the commit in progress.
    fn git(&self) -> Command {
        let mut git = self.git_with_patterns();
        git.arg("--literal-pathspecs");
        git
    }

    /// The same for the few commands that refuse to take paths literally.
    fn git_with_patterns(&self) -> Command {
        let mut git = Command::new("git");
        git.args(["--no-replace-objects", "-c", "core.quotepath=off"])
            .current_dir(&self.root)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("LC_ALL", "C");
        // The user's folder is not the one that Git runs in.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"] {
            if let Some(path) = std::env::var_os(name).and_then(|path| std::path::absolute(path).ok()) {
                git.env(name, path);
            }
        }
        git
    }

    fn cannot_start(&self, error: &std::io::Error) -> SourceError {
        SourceError::Outside(match error.kind() {
            ErrorKind::NotFound => format!(
                "{} is a Git work tree, but the program `git` was not found; install it, or use --no-base",
                self.root.display()
            ),
            _ => format!("the program `git` cannot be started ({error}); check the installation, or use --no-base"),
        })
    }
}

/// The nearest folder at or above `at` that has a `.git`; nothing is started to find out.
pub(super) fn work_tree_above(at: &Path) -> Option<PathBuf> {
    at.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok()).map(Path::to_path_buf)
}

/// Tracked files of a work tree whose names are worth opening, links among them. Nothing when Git cannot tell.
pub(super) fn tracked(root: &Path, filter: &Filter) -> Vec<PathBuf> {
    // Only where nothing says that the index is elsewhere.
    let plain = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"].iter().all(|name| std::env::var_os(name).is_none());
    if let Some(index) = plain.then(|| Index::read(&root.join(".git/index"))).flatten() {
        let wanted = index.entries.iter().filter(|noted| filter.wants_path(&noted.path));
        return wanted.map(|noted| root.join(&noted.path)).collect();
    }
    let repository = Repository { root: root.to_path_buf(), shallow: false, index: None };
    // All of them: asking Git only for those that are ignored (`-i`) takes it seven times as long.
    let listed = repository.run(["ls-files", "-z"]).unwrap_or_default();
    let paths = listed.split(|&byte| byte == 0).filter(|path| !path.is_empty()).map(String::from_utf8_lossy);
    paths.filter(|path| filter.wants_path(path)).map(|path| root.join(&*path)).collect()
}

fn failure(command: &str, output: &Output) -> SourceError {
    let message = String::from_utf8_lossy(&output.stderr);
    let reason = message.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason").trim();
    SourceError::Outside(format!("`git {command}` failed: {reason}; run it by hand to see more, or use --no-base"))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
