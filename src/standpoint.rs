//! Where the user stands: files are judged by their paths from the repository's root, and shown by those that the user types.
//!
//! Much in a repository names files from its root, so a path has to mean the same from every folder of it. Takes the two
//! folders; gives paths from the one for paths from the other. It reads nothing.

use milvus_lint::source::Sources;
use std::path::{Component, Path, PathBuf};

/// The user's folder as it is seen from the root: its parts, none at the root itself.
#[derive(Clone, Debug, Default)]
pub struct Standpoint(Vec<String>);

impl Standpoint {
    /// Of a user in `folder`; `None` when that is not below `root`.
    pub fn below(root: &Path, folder: &Path) -> Option<Standpoint> {
        let rest = folder.strip_prefix(root).ok()?;
        Some(Standpoint(rest.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()))
    }

    /// The user's folder with a `/` at its end; `None` at the root.
    pub fn folder(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| format!("{}/", self.0.join("/")))
    }

    /// A path from the root as the user would type it.
    pub fn shown(&self, path: &str) -> String {
        let is_outside =
            path.starts_with(['/', '-']) || path.starts_with("live:") || path.contains(":\\") || path == COMMAND_LINE;
        if self.0.is_empty() || is_outside {
            return path.to_string();
        }
        let parts: Vec<&str> = path.split('/').collect();
        // The last part is the file: a folder of the same name as it is none that both have in common.
        let folders = &parts[..parts.len() - 1];
        let common = self.0.iter().zip(folders).take_while(|(own, other)| own == other).count();
        format!("{}{}", "../".repeat(self.0.len() - common), parts[common..].join("/"))
    }

    /// Gives the texts of a side the names that the user would type.
    pub fn show(&self, side: &mut Sources) {
        side.files.iter_mut().for_each(|file| file.path = self.shown(&file.path));
    }
}

/// What the text of `--from` is called; it is no file.
pub const COMMAND_LINE: &str = "command line";

/// A path without `.` and `..`, by its letters alone: a link stays what the user called it.
pub fn plain(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole
}
