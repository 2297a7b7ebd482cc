//! Paths that texts refer to, looked up in the work tree, the index or a revision.
//!
//! Takes paths as the user would type them; gives texts, or why there are none. Links of Git's trees are followed as long as
//! they stay in the repository, submodules are somebody else's.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use super::Repository;
use crate::source::asked::{Answer, OnDisk, inside, read};
use crate::source::disk::Filter;
use crate::source::{Absence, Source, SourceError, Wanted};

/// A link may lead to a link; nobody does it more often.
const MOST_LINKS: usize = 16;

/// All entries of a tree or of the index, links and submodules among them: the mode and the object's id by path.
type Names = BTreeMap<String, (String, String)>;

/// What Git has at a path.
enum Held {
    /// A file, and its object.
    File(String, String),
    Folder,
    Nothing,
    Outside,
    Submodule,
}

impl Repository {
    /// Reads from the disk. What is ignored, or left out of a sparse checkout, is neither read nor missed.
    pub(in crate::source) fn ask_work_tree(
        &self,
        wanted: &[Wanted],
        filter: &Filter,
        cwd: &Path,
    ) -> Result<Vec<Answer>, SourceError> {
        let places: Vec<_> = wanted.iter().map(|one| inside(&one.path, cwd, self.root())).collect();
        let found: Vec<OnDisk> = places.iter().map(|place| self.on_disk(place.as_deref())).collect();
        let any_missing = found.iter().any(|found| matches!(found, OnDisk::Nothing));
        let index = if any_missing { self.index()? } else { Names::new() };
        let ignored = self.ignored(places.iter().flatten());
        let mut answers = Vec::new();
        for ((one, place), found) in wanted.iter().zip(&places).zip(found) {
            let is_ignored =
                place.as_ref().is_some_and(|place| ignored.contains(place) || filter.excludes(place.as_ref(), false));
            let elsewhere = || place.as_ref().is_some_and(|place| self.is_elsewhere(place, &index));
            answers.push(match found {
                OnDisk::Outside => Answer::Absent(Absence::Outside),
                OnDisk::Folder => Answer::Absent(Absence::There),
                _ if is_ignored => Answer::Absent(Absence::Unknown),
                OnDisk::File(path) if one.text => read(&one.path, path, filter),
                OnDisk::File(_) => Answer::Absent(Absence::There),
                OnDisk::Nothing if elsewhere() => Answer::Absent(Absence::Unknown),
                OnDisk::Nothing => Answer::Absent(Absence::Missing),
            });
        }
        Ok(answers)
    }

    /// Reads from the index. A text stands for the file on disk where the two are the same.
    pub(in crate::source) fn ask_index(
        &self,
        wanted: &[Wanted],
        filter: &Filter,
        cwd: &Path,
    ) -> Result<Vec<Answer>, SourceError> {
        let names = self.index()?;
        self.ask_names(&names, wanted, (filter, cwd), |path, text| {
            let disk = self.root().join(path);
            let same = std::fs::read_to_string(&disk).is_ok_and(|now| now == text);
            if same { (None, Some(disk)) } else { (Some("index".to_string()), None) }
        })
    }

    /// Reads from a commit or a tree.
    pub(in crate::source) fn ask_revision(
        &self,
        (oid, name): (&str, &str),
        wanted: &[Wanted],
        filter: &Filter,
        cwd: &Path,
    ) -> Result<Vec<Answer>, SourceError> {
        let names = names(&self.run(["ls-tree", "-r", "-z", "--full-tree", oid])?, 2);
        self.ask_names(&names, wanted, (filter, cwd), |_, _| (Some(name.to_string()), None))
    }

    fn ask_names(
        &self,
        names: &Names,
        wanted: &[Wanted],
        (filter, cwd): (&Filter, &Path),
        place: impl Fn(&str, &str) -> (Option<String>, Option<std::path::PathBuf>),
    ) -> Result<Vec<Answer>, SourceError> {
        let mut answers = Vec::new();
        for one in wanted {
            let inside = inside(&one.path, cwd, self.root());
            let held = inside.as_deref().map_or(Held::Outside, |path| self.held(names, path, MOST_LINKS));
            let is_excluded = inside.as_ref().is_some_and(|path| filter.excludes(path.as_ref(), false));
            answers.push(match held {
                _ if is_excluded => Answer::Absent(Absence::Unknown),
                Held::File(path, oid) if one.text => match self.text(&oid)? {
                    Some(text) => {
                        let (origin, disk) = place(&path, &text);
                        Answer::Text(Source { path: one.path.clone(), origin, disk, text })
                    }
                    None => Answer::Absent(Absence::There),
                },
                Held::File(..) | Held::Folder => Answer::Absent(Absence::There),
                Held::Outside => Answer::Absent(Absence::Outside),
                Held::Submodule => Answer::Absent(Absence::Unknown),
                Held::Nothing if !self.ignored(inside.iter()).is_empty() => Answer::Absent(Absence::Unknown),
                Held::Nothing => Answer::Absent(Absence::Missing),
            });
        }
        Ok(answers)
    }

    fn held(&self, names: &Names, path: &str, links: usize) -> Held {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            let Some((mode, oid)) = names.get(&path[..end]) else { continue };
            match mode.as_str() {
                "160000" => return Held::Submodule,
                "120000" => {
                    let Some(target) = self.text(oid).ok().flatten().filter(|_| links > 0) else {
                        return Held::Nothing;
                    };
                    let from = self.root().join(&path[..end]);
                    let rest = path[end..].trim_start_matches('/');
                    let target = if rest.is_empty() { target } else { format!("{target}/{rest}") };
                    let folder = from.parent().unwrap_or(self.root());
                    let to = inside(&target, folder, self.root());
                    return to.map_or(Held::Outside, |to| self.held(names, &to, links - 1));
                }
                _ if end == path.len() => return Held::File(path.to_string(), oid.clone()),
                _ => return Held::Nothing,
            }
        }
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let below = names.range(prefix.clone()..).next().is_some_and(|(name, _)| name.starts_with(&prefix));
        if below { Held::Folder } else { Held::Nothing }
    }

    /// The text of an object; `None` when it is no text.
    fn text(&self, oid: &str) -> Result<Option<String>, SourceError> {
        Ok(String::from_utf8(self.run(["cat-file", "blob", oid])?).ok())
    }

    fn index(&self) -> Result<Names, SourceError> {
        Ok(names(&self.run(["ls-files", "-s", "-z"])?, 1))
    }

    fn on_disk(&self, place: Option<&str>) -> OnDisk {
        place.map_or(OnDisk::Outside, |place| OnDisk::of(self.root(), place))
    }

    /// Whether something that is not on disk is still no mistake: it is in a submodule, or left out of a sparse checkout.
    fn is_elsewhere(&self, place: &str, index: &Names) -> bool {
        let mut folders = place.match_indices('/').map(|(at, _)| &place[..at]);
        let submodule = folders.any(|folder| index.get(folder).is_some_and(|(mode, _)| mode == "160000"));
        let below = format!("{place}/");
        let tracked = || {
            index.contains_key(place)
                || index.range(below.clone()..).next().is_some_and(|(name, _)| name.starts_with(&below))
        };
        submodule || tracked() && self.is_left_out(place)
    }

    fn is_left_out(&self, place: &str) -> bool {
        let listed = self.run(["ls-files", "-t", "-z", "--", place]).unwrap_or_default();
        listed.split(|&byte| byte == 0).any(|line| line.starts_with(b"S "))
    }

    /// Those of some paths that Git ignores; nothing when it cannot tell.
    fn ignored<'p>(&self, paths: impl Iterator<Item = &'p String>) -> HashSet<String> {
        let text: Vec<u8> = paths.flat_map(|path| path.bytes().chain([0])).collect();
        let ask = || -> std::io::Result<Vec<u8>> {
            let mut git = self.git_with_patterns();
            git.args(["check-ignore", "-z", "--stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = git.stderr(Stdio::null()).spawn()?;
            let input = child.stdin.take();
            std::thread::scope(|threads| {
                threads.spawn(move || input.map(|mut pipe| pipe.write_all(&text)));
            });
            Ok(child.wait_with_output()?.stdout)
        };
        let said = ask().unwrap_or_default();
        said.split(|&byte| byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect()
    }
}

/// The entries of a listing whose lines are `<mode> … <oid> …\t<path>`, the id being the field so numbered.
fn names(output: &[u8], oid: usize) -> Names {
    let lines = output.split(|&byte| byte == 0).filter(|line| !line.is_empty());
    let entry = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let (about, path) = line.split_once('\t')?;
        let fields: Vec<&str> = about.split(' ').collect();
        Some((path.to_string(), ((*fields.first()?).to_string(), (*fields.get(oid)?).to_string())))
    };
    lines.filter_map(entry).collect()
}
