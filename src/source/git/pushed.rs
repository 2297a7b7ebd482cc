//! Where the commits begin that no remote has, as far as this clone knows; and short names of commits.

use super::Repository;
use crate::source::SourceError;

/// What of a commit's history no remote has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unpushed {
    /// A remote has the commit already.
    Nothing,
    /// What came after this commit.
    Since(String),
    /// All of it, from the first commit on.
    All,
}

impl Repository {
    /// What of the history of the commit `id` no remote-tracking branch has.
    pub fn unpushed(&self, id: &str) -> Result<Unpushed, SourceError> {
        let list = self.run(["rev-list", "--topo-order", "--reverse", id, "--not", "--remotes"])?;
        let list = String::from_utf8_lossy(&list);
        let Some(first) = list.lines().next() else { return Ok(Unpushed::Nothing) };
        Ok(match self.commit(&format!("{first}^"))? {
            Some(parent) => Unpushed::Since(parent),
            None => Unpushed::All,
        })
    }

    /// The shortest name of the commit `id` that is its alone.
    pub fn short(&self, id: &str) -> String {
        self.line(["rev-parse", "--short", "--end-of-options", id]).unwrap_or_else(|_| id.to_owned())
    }
}
