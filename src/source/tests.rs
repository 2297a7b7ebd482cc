//! The doors, tried on real folders and real repositories.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::disk::{Filter, pair_of_paths, stdin, walk};
use super::super::{Side, Source, SourceError, Sources};
use super::{Index, Pair, Repository};

const MILVUS: &str = "kind: Milvus\nspec: {}\n";
const OTHER: &str = "kind: Other\n";

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("milvus-lint-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path.canonicalize().unwrap())
    }

    fn repository() -> Folder {
        let folder = Folder::new();
        folder.git(&["init", "-q", "-b", "main"]);
        folder
    }

    /// A repository with one commit that holds these files.
    fn with(files: &[(&str, &str)]) -> Folder {
        let folder = Folder::repository();
        files.iter().for_each(|(path, text)| folder.write(path, text));
        folder.commit();
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        std::fs::remove_file(self.path(path)).unwrap();
    }

    fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "protocol.file.allow=always"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/nowhere"])
            .args(args)
            .current_dir(&self.0)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "next"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn open(&self) -> Repository {
        Repository::discover(&self.0).unwrap().unwrap()
    }

    /// HEAD and the work tree.
    fn now(&self) -> Pair {
        self.now_in("", &[]).unwrap()
    }

    fn now_in(&self, cwd: &str, roots: &[&str]) -> Result<Pair, SourceError> {
        let repository = self.open();
        let head = repository.head_or_empty().unwrap();
        repository.against_work_tree(&head, "HEAD", &paths(roots), &filter(), &self.path(cwd))
    }

    fn staged(&self) -> Pair {
        self.staged_in(&[]).unwrap()
    }

    fn staged_in(&self, roots: &[&str]) -> Result<Pair, SourceError> {
        let repository = self.open();
        let head = repository.head_or_empty().unwrap();
        repository.staged(&head, &paths(roots), &filter(), &self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn filter() -> Filter {
    excluding(&[])
}

fn excluding(globs: &[&str]) -> Filter {
    let globs: Vec<String> = globs.iter().map(|&glob| glob.to_owned()).collect();
    Filter::new(&["Milvus", "milvusdb/"], &globs, |name| name.ends_with(".yaml")).unwrap()
}

fn paths(paths: &[&str]) -> Vec<PathBuf> {
    paths.iter().map(PathBuf::from).collect()
}

fn names(sources: &Sources) -> Vec<String> {
    sources.files.iter().map(Source::name).collect()
}

fn text<'a>(sources: &'a Sources, path: &str) -> &'a str {
    &sources.files.iter().find(|source| source.path == path).unwrap().text
}

fn changed(pair: &Pair) -> Vec<String> {
    assert_eq!(pair.0.changed, pair.1.changed);
    pair.1.changed.clone().unwrap()
}

fn message<T>(result: Result<T, SourceError>) -> String {
    result.err().unwrap().to_string()
}

const NONE: [&str; 0] = [];

#[test]
fn work_tree_against_head() {
    let it = Folder::with(&[("a.yaml", MILVUS), ("b.yaml", MILVUS), ("d.yaml", MILVUS), ("o.yaml", OTHER)]);
    it.write("b.yaml", format!("{MILVUS}# new\n"));
    it.write("new.yaml", MILVUS);
    it.remove("d.yaml");
    let pair = it.now();
    assert_eq!(names(&pair.0), ["HEAD:a.yaml", "HEAD:b.yaml", "HEAD:d.yaml"]);
    assert_eq!(names(&pair.1), ["a.yaml", "b.yaml", "new.yaml"]);
    assert_eq!(changed(&pair), ["b.yaml", "d.yaml", "new.yaml"]);
    assert_eq!((text(&pair.0, "b.yaml"), text(&pair.0, "a.yaml")), (MILVUS, MILVUS));
    assert_eq!(text(&pair.1, "b.yaml"), "kind: Milvus\nspec: {}\n# new\n");
    assert_eq!(pair.1.files[0].disk, Some(it.path("a.yaml")));
    assert_eq!(pair.0.files[0].disk, None);
    assert_eq!((pair.0.seen, pair.1.seen), (4, 4));
}

#[test]
fn a_file_that_was_only_touched_is_unchanged() {
    let it = Folder::with(&[("a.yaml", MILVUS)]);
    std::thread::sleep(std::time::Duration::from_millis(20));
    it.write("a.yaml", MILVUS);
    let pair = it.now();
    assert_eq!(changed(&pair), NONE);
    assert_eq!(names(&pair.0), ["HEAD:a.yaml"]);
}

#[test]
fn the_users_configuration_changes_nothing() {
    let it = Folder::with(&[("s/a.yaml", MILVUS), ("o.yaml", MILVUS)]);
    for (key, value) in [("diff.relative", "true"), ("diff.autoRefreshIndex", "false"), ("color.ui", "always")] {
        it.git(&["config", key, value]);
    }
    it.git(&["config", "diff.external", "false"]);
    it.write("s/a.yaml", format!("{MILVUS}# new\n"));
    it.write("o.yaml", MILVUS);
    assert_eq!(changed(&it.now()), ["s/a.yaml"]);
}

#[test]
fn a_rename_is_a_deletion_and_an_addition() {
    let it = Folder::with(&[("old.yaml", MILVUS)]);
    it.git(&["mv", "old.yaml", "new.yaml"]);
    for pair in [it.now(), it.staged()] {
        assert_eq!(names(&pair.0), ["HEAD:old.yaml"]);
        assert_eq!(names(&pair.1), ["new.yaml"]);
        assert_eq!(changed(&pair), ["new.yaml", "old.yaml"]);
    }
}

#[test]
fn removed_from_the_index_but_not_from_the_disk() {
    let it = Folder::with(&[("a.yaml", MILVUS)]);
    it.git(&["rm", "-q", "--cached", "a.yaml"]);
    let pair = it.now();
    assert_eq!((names(&pair.0), names(&pair.1)), (vec!["HEAD:a.yaml".into()], vec!["a.yaml".into()]));
}

#[test]
fn partly_staged() {
    let it = Folder::with(&[("a.yaml", MILVUS), ("b.yaml", MILVUS), ("c.yaml", MILVUS), ("o.yaml", OTHER)]);
    let staged = format!("{MILVUS}# staged\n");
    it.write("a.yaml", &staged);
    it.write("b.yaml", &staged);
    it.git(&["add", "-A"]);
    it.write("a.yaml", format!("{MILVUS}# later\n"));
    it.write("c.yaml", format!("{MILVUS}# not staged\n"));
    it.write("new.yaml", MILVUS);
    let pair = it.staged();
    assert_eq!(names(&pair.0), ["HEAD:a.yaml", "HEAD:b.yaml", "HEAD:c.yaml"]);
    assert_eq!(names(&pair.1), ["index:a.yaml", "b.yaml", "index:c.yaml"]);
    assert_eq!(changed(&pair), ["a.yaml", "b.yaml"]);
    assert_eq!((text(&pair.1, "a.yaml"), text(&pair.1, "b.yaml")), (&*staged, &*staged));
    assert_eq!((text(&pair.0, "a.yaml"), text(&pair.1, "c.yaml")), (MILVUS, MILVUS));
    assert_eq!(pair.1.files[1].disk, Some(it.path("b.yaml")));
    assert_eq!(pair.1.files[0].disk, None);
}

#[test]
fn nothing_of_interest_staged() {
    let it = Folder::with(&[("a.yaml", MILVUS), ("o.md", OTHER)]);
    it.write("o.md", "kind: Another\n");
    it.git(&["add", "-A"]);
    let pair = it.staged();
    assert_eq!((pair.0.files.len(), pair.1.files.len(), pair.1.seen), (0, 0, 1));
    assert_eq!(changed(&pair), ["o.md"]);
    let missing = it.staged_in(&["nowhere.yaml"]);
    assert!(message(missing).starts_with("no such file or folder: nowhere.yaml;"));
}

#[test]
fn a_given_file_is_kept_whatever_is_in_it() {
    let it = Folder::with(&[("a.yaml", MILVUS), ("o.txt", OTHER)]);
    it.write("o.txt", "kind: Another\n");
    it.git(&["add", "-A"]);
    let pair = it.staged_in(&["o.txt"]).unwrap();
    assert_eq!((names(&pair.0), names(&pair.1)), (vec!["HEAD:o.txt".into()], vec!["o.txt".into()]));
    let pair = it.now_in("", &["o.txt"]).unwrap();
    assert_eq!((text(&pair.0, "o.txt"), text(&pair.1, "o.txt")), (OTHER, "kind: Another\n"));
    assert_eq!(names(&walk(&it.0, &paths(&["o.txt", "."]), &filter()).unwrap()), ["a.yaml", "o.txt"]);
}

#[test]
fn unborn_head() {
    let it = Folder::repository();
    it.write("a.yaml", MILVUS);
    it.git(&["add", "-A"]);
    assert!(!it.open().head_exists().unwrap());
    for pair in [it.now(), it.staged()] {
        assert_eq!((pair.0.files.len(), names(&pair.1)), (0, vec!["a.yaml".into()]));
        assert_eq!(changed(&pair), ["a.yaml"]);
    }
    assert!(message(it.open().merge_base("main")).starts_with("no such revision: main;"));
}

#[test]
fn merge_base_is_where_the_branches_parted() {
    let it = Folder::with(&[("a.yaml", MILVUS)]);
    let parted = it.git(&["rev-parse", "HEAD"]);
    it.git(&["checkout", "-q", "-b", "topic"]);
    it.write("topic.yaml", MILVUS);
    it.commit();
    it.git(&["checkout", "-q", "main"]);
    it.write("main.yaml", MILVUS);
    it.commit();
    it.git(&["checkout", "-q", "topic"]);
    let repository = it.open();
    assert_eq!(repository.merge_base("main").unwrap(), parted);
    let pair = repository.against_work_tree(&parted, "main", &[], &filter(), &it.0).unwrap();
    assert_eq!((names(&pair.0), changed(&pair)), (vec!["main:a.yaml".into()], vec!["topic.yaml".into()]));
    it.git(&["checkout", "-q", "--orphan", "alone"]);
    it.commit();
    assert!(message(it.open().merge_base("main")).starts_with("HEAD and main have no commit in common;"));
}

#[test]
fn two_revisions() {
    let it = Folder::with(&[("a.yaml", MILVUS), ("s/b.yaml", MILVUS), ("o.yaml", OTHER)]);
    it.git(&["tag", "-a", "-m", "one", "v1"]);
    it.write("a.yaml", format!("{MILVUS}# two\n"));
    it.remove("o.yaml");
    it.commit();
    let read = |roots: &[&str], cwd: &str| it.open().revisions("v1", "main", &paths(roots), &filter(), &it.path(cwd));
    let pair = read(&[], "").unwrap();
    assert_eq!(names(&pair.0), ["v1:a.yaml", "v1:s/b.yaml"]);
    assert_eq!(names(&pair.1), ["main:a.yaml", "main:s/b.yaml"]);
    assert_eq!((text(&pair.0, "a.yaml"), changed(&pair)), (MILVUS, vec!["a.yaml".into(), "o.yaml".into()]));
    assert_eq!((pair.0.seen, pair.1.seen), (3, 2));
    assert_eq!(names(&read(&["../o.yaml"], "s").unwrap().0), ["v1:../o.yaml"]);
    assert!(message(read(&["x/y.yaml"], "s")).starts_with("no such file or folder: x/y.yaml;"));
    let tree = it.open().tree("v1", "v1", Side::Head, &[], &filter(), &it.path("s")).unwrap();
    assert_eq!(names(&tree), ["v1:b.yaml"]);
}

#[test]
fn shallow_clone_names_the_command() {
    let it = Folder::with(&[("a.yaml", MILVUS)]);
    let first = it.commit();
    it.git(&["checkout", "-q", "-b", "topic"]);
    it.write("topic.yaml", MILVUS);
    it.commit();
    it.git(&["checkout", "-q", "main"]);
    it.write("main.yaml", MILVUS);
    it.commit();
    let clone = Folder::new();
    let url = format!("file://{}", it.0.display());
    clone.git(&["clone", "-q", "--depth", "1", "--no-single-branch", "-b", "topic", &url, "."]);
    let repository = clone.open();
    let error = message(repository.merge_base("origin/main"));
    assert!(error.contains("run `git fetch --unshallow`, or `git fetch origin main --deepen=200`"), "{error}");
    let error = message(repository.resolve("HEAD~1"));
    assert!(error.ends_with("so it may lie further back: git fetch --unshallow"), "{error}");
    assert!(message(repository.resolve(&first)).ends_with(&format!("fetch it: git fetch origin {first}")));
    clone.git(&["fetch", "-q", "origin", "main", "--deepen=200"]);
    assert_eq!(clone.open().merge_base("origin/main").unwrap(), first);
}

#[test]
fn missing_revisions() {
    let it = Folder::with(&[("a.yaml", MILVUS)]);
    it.git(&["remote", "add", "origin", "https://example.com/x.git"]);
    let error = message(it.open().merge_base("origin/main"));
    assert!(error.starts_with("no such revision: origin/main; fetch it: git fetch origin main"), "{error}");
    assert!(message(it.open().resolve("nowhere")).starts_with("no such revision: nowhere; check the spelling"));
    assert!(message(it.open().resolve("--all")).starts_with("`--all` is not a revision;"));
}

#[test]
fn paths_are_what_the_user_would_type() {
    let it = Folder::with(&[("top.yaml", MILVUS), ("s/t/a.yaml", MILVUS), ("s/u/b.yaml", MILVUS)]);
    it.write("s/u/b.yaml", format!("{MILVUS}# new\n"));
    let pair = it.now_in("s/t", &[]).unwrap();
    assert_eq!((names(&pair.1), changed(&pair)), (vec!["a.yaml".into()], vec![]));
    let pair = it.now_in("s/t", &["../.."]).unwrap();
    assert_eq!(names(&pair.1), ["../../top.yaml", "../u/b.yaml", "a.yaml"]);
    assert_eq!(names(&pair.0), ["HEAD:../../top.yaml", "HEAD:../u/b.yaml", "HEAD:a.yaml"]);
    assert_eq!(changed(&pair), ["../u/b.yaml"]);
    assert_eq!(names(&walk(&it.path("s/t"), &paths(&["../u", "."]), &filter()).unwrap()), ["../u/b.yaml", "a.yaml"]);
    let everywhere = walk(&it.path("s"), std::slice::from_ref(&it.0), &filter()).unwrap();
    assert_eq!(everywhere.files.len(), 3);
    assert!(message(it.now_in("s", &["/"])).contains("is outside of the repository"));
    assert!(message(it.now_in("s", &["x.yaml"])).starts_with("no such file or folder: x.yaml;"));
    it.remove("s/t/a.yaml");
    assert_eq!(names(&it.now_in("s", &["t/a.yaml"]).unwrap().0), ["HEAD:t/a.yaml"]);
}

#[test]
fn ignored_files_count_only_when_tracked() {
    let it = Folder::with(&[("a.yaml", MILVUS), ("out/kept.yaml", MILVUS)]);
    it.write(".gitignore", "out/\n*.tmp.yaml\n");
    it.commit();
    it.write("out/made.yaml", MILVUS);
    it.write("b.tmp.yaml", MILVUS);
    it.write(".hidden/c.yaml", MILVUS);
    let expected = [".hidden/c.yaml", "a.yaml", "out/kept.yaml"];
    let pair = it.now();
    assert_eq!((names(&pair.1), changed(&pair)), (expected.map(String::from).to_vec(), vec![".hidden/c.yaml".into()]));
    assert_eq!(names(&walk(&it.0, &[], &filter()).unwrap()), expected);
    let outside = Folder::new();
    outside.write(".gitignore", "*.tmp.yaml\n");
    outside.write("a.tmp.yaml", MILVUS);
    outside.write("b.yaml", MILVUS);
    assert_eq!(names(&walk(&outside.0, &[], &filter()).unwrap()), ["b.yaml"]);
}

#[test]
fn excludes_are_alike_on_both_sides() {
    let it = Folder::with(&[("a.yaml", MILVUS), ("vendor/b.yaml", MILVUS), ("s/vendor.yaml", MILVUS)]);
    it.remove("vendor/b.yaml");
    it.write("vendor/c.yaml", MILVUS);
    let filter = excluding(&["/vendor/", "s/*.yaml"]);
    let repository = it.open();
    let pair = repository.against_work_tree("HEAD", "HEAD", &[], &filter, &it.0).unwrap();
    assert_eq!((names(&pair.0), names(&pair.1)), (vec!["HEAD:a.yaml".into()], vec!["a.yaml".into()]));
    assert_eq!(names(&repository.tree("HEAD", "x", Side::Head, &[], &filter, &it.0).unwrap()), ["x:a.yaml"]);
    assert!(walk(&it.path("s"), &[], &filter).unwrap().files.is_empty());
}

#[test]
fn what_is_not_utf8_is_told() {
    let it = Folder::with(&[("o.yaml", OTHER)]);
    it.write("latin.yaml", b"kind: Milvus\nname: caf\xe9\n");
    let utf16: Vec<u8> = "\u{feff}kind: Milvus\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    it.write("wide.yaml", &utf16);
    it.write("binary.yaml", b"Milvus\0\x01");
    it.write("other.yaml", b"caf\xe9");
    let head = walk(&it.0, &[], &filter()).unwrap();
    let told: Vec<String> = head.unreadable.iter().map(|it| format!("{}: {}", it.name, it.why)).collect();
    assert_eq!(head.files.len(), 0);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("latin.yaml: line 2 has bytes that are not UTF-8;"), "{told:?}");
    assert!(told[1].starts_with("wide.yaml: this is UTF-16 text;"), "{told:?}");
    it.commit();
    let tree = it.open().tree("HEAD", "HEAD", Side::Head, &[], &filter(), &it.0).unwrap();
    assert_eq!((tree.unreadable.len(), &*tree.unreadable[0].name), (2, "HEAD:latin.yaml"));
}

#[test]
fn large_files_are_told_not_read() {
    let it = Folder::repository();
    let mut large = vec![b'#'; 21 * 1024 * 1024];
    it.write("other.yaml", &large);
    let end = large.len() - 7;
    large[end..].copy_from_slice(b" Milvus");
    it.write("large.yaml", &large);
    assert_eq!(walk(&it.0, &[], &filter()).unwrap().unreadable.len(), 1);
    it.commit();
    let tree = it.open().tree("HEAD", "HEAD", Side::Head, &[], &filter(), &it.0).unwrap();
    assert_eq!(tree.unreadable[0].why, "it is larger than 20 MiB; split it, or exclude it");
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_left_alone() {
    let inner = Folder::with(&[("in.yaml", MILVUS)]);
    let it = Folder::with(&[("a.yaml", MILVUS)]);
    std::os::unix::fs::symlink("a.yaml", it.path("link.yaml")).unwrap();
    it.git(&["submodule", "--quiet", "add", &format!("file://{}", inner.0.display()), "sub"]);
    assert_eq!(changed(&it.staged()), [".gitmodules"]);
    it.commit();
    it.write("sub/in.yaml", OTHER);
    let pair = it.now();
    assert_eq!((names(&pair.1), changed(&pair)), (vec!["a.yaml".into()], vec![]));
    let pair = it.open().revisions("HEAD~1", "HEAD", &[], &filter(), &it.0).unwrap();
    assert_eq!((names(&pair.1), changed(&pair)), (vec!["HEAD:a.yaml".into()], vec![".gitmodules".into()]));
    let linked = Folder::new();
    std::os::unix::fs::symlink(&it.0, linked.path("way")).unwrap();
    let cwd = linked.path("way");
    let repository = Repository::discover(&cwd).unwrap().unwrap();
    let pair = repository.against_work_tree("HEAD", "HEAD", &paths(&["link.yaml"]), &filter(), &cwd).unwrap();
    assert_eq!((names(&pair.1), names(&pair.0)), (vec!["a.yaml".into()], vec!["HEAD:a.yaml".into()]));
}

#[test]
fn conflicts() {
    let it = Folder::with(&[("a.yaml", MILVUS)]);
    it.git(&["checkout", "-q", "-b", "topic"]);
    it.write("a.yaml", format!("{MILVUS}# topic\n"));
    it.commit();
    it.git(&["checkout", "-q", "main"]);
    it.write("a.yaml", format!("{MILVUS}# main\n"));
    it.commit();
    let merge = Command::new("git").args(["merge", "-q", "topic"]).current_dir(&it.0).output().unwrap();
    assert!(!merge.status.success());
    assert_eq!(text(&it.now().0, "a.yaml"), "kind: Milvus\nspec: {}\n# main\n");
    assert!(message(it.staged_in(&[])).starts_with("a.yaml is in conflict;"));
}

#[test]
fn partial_clone_names_the_command() {
    let it = Folder::with(&[("a.yaml", MILVUS)]);
    let oid = it.git(&["rev-parse", "HEAD:a.yaml"]);
    it.git(&["rm", "-q", "a.yaml"]);
    it.commit();
    it.remove(&format!(".git/objects/{}/{}", &oid[..2], &oid[2..]));
    let error = message(it.open().revisions("HEAD~1", "HEAD", &[], &filter(), &it.0));
    assert!(error.ends_with("git fetch --refetch --no-filter"), "{error}");
}

#[test]
fn many_blobs_and_strange_names() {
    let it = Folder::repository();
    for number in 0..2500 {
        it.write(&format!("d{}/f{number}.yaml", number % 10), format!("{MILVUS}# {number}\n"));
    }
    it.write("with space \"ü\" [a].yaml", MILVUS);
    it.commit();
    let tree = it.open().tree("HEAD", "HEAD", Side::Head, &[], &filter(), &it.0).unwrap();
    assert_eq!((tree.files.len(), tree.seen), (2501, 2501));
    let right = |source: &Source| match source.path.split_once("/f") {
        Some((_, number)) => source.text.ends_with(&format!("# {}\n", number.trim_end_matches(".yaml"))),
        None => source.path == "with space \"ü\" [a].yaml",
    };
    assert!(tree.files.iter().all(right));
    let given = it.now_in("", &["with space \"ü\" [a].yaml"]).unwrap();
    assert_eq!((given.0.files.len(), given.1.files.len(), changed(&given).len()), (1, 1, 0));
}

#[test]
fn outside_of_a_work_tree() {
    let it = Folder::repository();
    assert!(Repository::discover(&it.path(".git")).unwrap().is_none());
    assert_eq!(Repository::discover(&it.0).unwrap().unwrap().root(), it.0);
    let outside = Folder::new();
    assert!(Repository::discover(&outside.0).unwrap().is_none());
    assert!(message(walk(&outside.0, &paths(&["x"]), &filter())).starts_with("no such file or folder: x;"));
}

#[test]
fn pairs_and_standard_input() {
    let it = Folder::new();
    it.write("old/s/a.yaml", MILVUS);
    it.write("new/s/a.yaml", format!("{MILVUS}# new\n"));
    it.write("new/b.yaml", MILVUS);
    let (base, head) = pair_of_paths(&it.path("old"), &it.path("new"), &filter()).unwrap();
    let of = |sources: &Sources| sources.files.iter().map(|source| source.path.clone()).collect::<Vec<_>>();
    assert_eq!((of(&base), of(&head)), (vec!["s/a.yaml".into()], vec!["b.yaml".into(), "s/a.yaml".into()]));
    assert_eq!((base.side, head.files[1].disk.as_deref()), (Side::Base, Some(&*it.path("new/s/a.yaml"))));
    let (base, head) = pair_of_paths(&it.path("old/s/a.yaml"), &it.path("new/b.yaml"), &filter()).unwrap();
    let named = |path: &str| vec![it.path(path).to_string_lossy().into_owned()];
    assert_eq!((of(&base), of(&head)), (named("old/s/a.yaml"), named("new/b.yaml")));
    assert!(message(pair_of_paths(&it.path("old"), &it.path("new/b.yaml"), &filter())).contains("are not alike"));
    assert!(message(pair_of_paths(Path::new("/nowhere"), &it.0, &filter())).contains("/nowhere"));
    assert_eq!(stdin(MILVUS.as_bytes()).unwrap().name(), "standard input:-");
    assert!(message(stdin(&b"\xff"[..])).contains("not UTF-8"));
}

/// A repository whose files are older than its index, as in any clone that is older than a second.
#[cfg(unix)]
fn aged(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::repository();
    let then = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    for (path, text) in files {
        folder.write(path, text);
        std::fs::File::options().write(true).open(folder.path(path)).unwrap().set_modified(then).unwrap();
    }
    folder.commit();
    folder
}

#[cfg(unix)]
#[test]
fn the_index_is_read_as_git_reads_it() {
    let it = aged(&[
        ("a.yaml", MILVUS),
        ("apps/one/a.yaml", OTHER),
        ("apps/one/ab.yaml", MILVUS),
        ("apps/über.yaml", OTHER),
    ]);
    it.git(&["update-index", "--chmod=+x", "apps/one/a.yaml"]);
    for version in ["2", "3", "4"] {
        it.git(&["update-index", "--index-version", version]);
        let index = Index::read(&it.path(".git/index")).unwrap();
        let read = |noted: &super::index::Noted| {
            let mode = if noted.is_executable() { "100755" } else { "100644" };
            format!("{mode} {} 0\t{}", noted.oid(), noted.path)
        };
        let read: Vec<String> = index.entries.iter().map(read).collect();
        assert_eq!(read.join("\n"), it.git(&["-c", "core.quotepath=off", "ls-files", "-s"]), "version {version}");
    }
    it.write("cut", &std::fs::read(it.path(".git/index")).unwrap()[..100]);
    assert!(Index::read(&it.path("cut")).is_none());
    assert!(Index::read(&it.path("a.yaml")).is_none());
}

#[cfg(unix)]
#[test]
fn only_files_that_were_touched_are_in_doubt() {
    let it = aged(&[("a.yaml", MILVUS), ("b.yaml", MILVUS), ("c.yaml", MILVUS), ("d.yaml", OTHER), ("e.yaml", MILVUS)]);
    let in_doubt = || {
        let repository = it.open();
        let scope = super::scope::Scope::new(&repository, &[], &it.0).unwrap();
        let index = repository.read_index().unwrap();
        let doubtful = index.doubtful(repository.root(), &scope, &std::collections::HashMap::new());
        doubtful.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(in_doubt(), NONE);
    assert_eq!(changed(&it.now()), NONE);
    // Touched and the same; changed; gone; changed and added; new.
    it.write("a.yaml", MILVUS);
    it.write("b.yaml", format!("{MILVUS}# new\n"));
    it.remove("c.yaml");
    it.write("d.yaml", MILVUS);
    it.git(&["add", "d.yaml"]);
    it.write("f.yaml", MILVUS);
    assert_eq!(in_doubt(), ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]);
    let pair = it.now();
    assert_eq!(changed(&pair), ["b.yaml", "c.yaml", "d.yaml", "f.yaml"]);
    assert_eq!(text(&pair.0, "b.yaml"), MILVUS);
    // What a sparse checkout leaves out is not gone.
    it.git(&["update-index", "--skip-worktree", "e.yaml"]);
    it.remove("e.yaml");
    assert_eq!(changed(&it.now()), ["b.yaml", "c.yaml", "d.yaml", "f.yaml"]);
}
