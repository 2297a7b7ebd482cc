//! From arguments to the two sides of a run and its config: asks the doors, judges nothing.

mod push;

pub use push::{load_push, pushes};

use crate::Usage;
use crate::cli::{Base, Scope};
use crate::standpoint::{COMMAND_LINE, Standpoint, plain};
use anyhow::Context as _;
use globset::Glob;
use milvus_lint::config::{self, Config};
use milvus_lint::detect;
use milvus_lint::model::Version;
use milvus_lint::outcome::Outcome;
use milvus_lint::rules::RULES;
use milvus_lint::source::asked::Door;
use milvus_lint::source::disk::{self, Filter};
use milvus_lint::source::git::Repository;
use milvus_lint::source::{Side, Source, SourceId, Sources, Span};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What is to be judged.
pub struct Loaded {
    pub base: Sources,
    pub head: Sources,
    pub config: Config,
    /// The folder that nothing is written outside of.
    pub root: PathBuf,
    /// One line for the user, such as how to judge a pull request.
    pub hint: Option<String>,
    /// Where further texts of the base and of the head are read from.
    pub doors: (Door, Door),
    pub filter: Filter,
    /// The folder that all paths are relative to.
    pub cwd: PathBuf,
    /// Where the user stands, and so how paths are shown.
    pub standpoint: Standpoint,
}

impl Loaded {
    /// Gives all texts, and the outcome of judging them, the names that the user would type. Nothing can be judged after that.
    pub fn show(&mut self, outcome: &mut Outcome) {
        let mut names: Vec<&mut String> = outcome.incomplete.iter_mut().map(|one| &mut one.file).collect();
        // What has no name of its own is called by its file.
        names.extend(outcome.deployments.iter_mut().map(|one| &mut one.id));
        names.extend(outcome.transitions.iter_mut().map(|one| &mut one.id));
        names.extend(outcome.findings.iter_mut().filter_map(|one| one.subject.as_mut()));
        let files = self.base.files.iter().chain(&self.head.files).map(|file| &file.path);
        let unreadable = self.base.unreadable.iter().chain(&self.head.unreadable).map(|file| &file.name);
        let known: HashSet<String> = files.chain(unreadable).cloned().collect();
        for name in names.into_iter().filter(|name| known.contains(*name)) {
            *name = self.standpoint.shown(name);
        }
        self.standpoint.show(&mut self.base);
        self.standpoint.show(&mut self.head);
    }
}

/// Loads what `check`, `fix` and `inventory` look at.
pub fn load(paths: &[PathBuf], base: &Base, scope: &Scope) -> anyhow::Result<Loaded> {
    // Standard input can be read once, and nothing is beside it.
    match paths.iter().any(|path| path.as_os_str() == "-") {
        true => load_once(paths, base, scope, &[]),
        false => with_wanted(|more| load_once(paths, base, scope, more)),
    }
}

/// Loads once more where files ask for others by their names, which were left out for what is in them.
fn with_wanted(load: impl Fn(&[Glob]) -> anyhow::Result<Loaded>) -> anyhow::Result<Loaded> {
    let mut loaded = load(&[])?;
    let wanted = [&loaded.base, &loaded.head].into_iter().flat_map(detect::wanted);
    // What is no pattern names no file either.
    let wanted: Vec<Glob> = wanted.filter_map(|pattern| Glob::new(&pattern).ok()).collect();
    if !wanted.is_empty() {
        let more = load(&wanted)?;
        add(&mut loaded.base, more.base);
        add(&mut loaded.head, more.head);
        if let (Some(scope), Some(more)) = (&mut loaded.config.scope, more.config.scope) {
            scope.extend(more);
        }
    }
    Ok(loaded)
}

/// Adds the files of the same side that were not there yet.
fn add(side: &mut Sources, more: Sources) {
    let known: HashSet<String> = side.files.iter().map(|file| file.path.clone()).collect();
    let changed = side.changed.iter_mut().zip(more.changed);
    changed.for_each(|(changed, more)| changed.extend(more));
    for file in more.files.into_iter().filter(|file| !known.contains(&file.path)) {
        side.push(file);
    }
}

fn load_once(paths: &[PathBuf], base: &Base, scope: &Scope, more: &[Glob]) -> anyhow::Result<Loaded> {
    let here = std::env::current_dir().context("the current folder cannot be read")?;
    if paths.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(paths, base, scope, &here);
    }
    let found = repository_of(paths, &here)?;
    let (cwd, paths, standpoint) = from_root(found.as_ref(), &here, paths);
    let (paths, scope) = (&paths[..], &scope_from(scope, &here, &cwd));
    let root = found.as_ref().map_or_else(|| cwd.clone(), |repository| repository.root().to_path_buf());
    let repository = found.as_ref().filter(|_| !base.no_base);
    let mut config = read_config(scope, &root, &cwd)?;
    let filter = filter(&config, scope, &root, more)?;
    // Of the index nothing is read unless something in it that is worth keeping has changed.
    let filter = if more.is_empty() || base.staged { filter } else { filter.only_kept() };
    let mut doors = (Door::Closed, found.clone().map_or(Door::Folder(cwd.clone(), None), Door::WorkTree));
    let (mut before, mut head) = match repository {
        None if base.base.is_some() || base.staged => {
            let asked = if base.staged { "--staged" } else { "--base" };
            return Err(Usage(format!("{asked} needs a Git repository, and none is here")).into());
        }
        None => (Sources::empty(Side::Base), disk::walk(&cwd, paths, &filter)?),
        Some(repository) => {
            let (oid, name) = base_of(repository, base)?;
            let sides = with_base(repository, paths, (base, &oid, &name), &filter, &cwd, &mut config)?;
            doors.0 = Door::Revision(repository.clone(), oid, name);
            if base.staged {
                doors.1 = Door::Index(repository.clone());
            }
            sides
        }
    };
    let whole = [PathBuf::from(".")];
    let roots = if paths.is_empty() { &whole[..] } else { paths };
    let everything = roots.iter().all(|path| same_folder(&cwd.join(path), &root));
    if let Some(repository) = found.as_ref().filter(|_| !everything) {
        config.scope = Some(in_scope(&before).chain(in_scope(&head)).collect());
        surroundings(repository, base, &filter, &cwd, (&mut before, &mut head))?;
    }
    if config.chart_version.is_some() {
        let named = paths.iter().filter(|path| cwd.join(path).is_file());
        config.told_values = named.map(|path| shown(path, &cwd).trim_start_matches("./").to_string()).collect();
    }
    config.whole = everything && !base.staged;
    config.only_changed = base.staged;
    from_version(base, &mut before, &mut config)?;
    show_config(&config, scope, &root, &cwd, &mut head);
    let hint = hint(base, &head, repository.is_some(), config.from.is_some());
    Ok(Loaded { base: before, head, config, root, hint, doors, filter, cwd, standpoint })
}

/// The folder that paths count from, and the paths from there: the root of the repository that the user stands in, since
/// files name others from it. Where a path leads out of the repository, all stays as it was typed.
fn from_root(found: Option<&Repository>, here: &Path, paths: &[PathBuf]) -> (PathBuf, Vec<PathBuf>, Standpoint) {
    let as_typed = || (here.to_path_buf(), paths.to_vec(), Standpoint::default());
    let Some(root) = found.map(Repository::root).filter(|root| *root != here) else { return as_typed() };
    let Some(standpoint) = Standpoint::below(root, here) else { return as_typed() };
    let typed = if paths.is_empty() { vec![here.to_path_buf()] } else { paths.to_vec() };
    let whole: Vec<PathBuf> = typed.iter().map(|path| plain(&here.join(path))).collect();
    if whole.iter().any(|path| !path.starts_with(root)) {
        return as_typed();
    }
    (root.to_path_buf(), whole, standpoint)
}

/// The same scope, with its paths as they count from `cwd`.
fn scope_from(scope: &Scope, here: &Path, cwd: &Path) -> Scope {
    let moved = |config: &PathBuf| if cwd == here { config.clone() } else { plain(&here.join(config)) };
    let from_here = |file: &String| match cwd == here {
        true => file.clone(),
        false => plain(&here.join(file)).to_string_lossy().into_owned(),
    };
    let written = scope.written.iter().map(from_here).collect();
    Scope { config: scope.config.as_ref().map(moved), written, ..scope.clone() }
}

/// What was asked about of two revisions: what stands below the user's folder.
fn narrow(sides: &mut (Sources, Sources), standpoint: &Standpoint, config: &mut Config) {
    let Some(folder) = standpoint.folder() else { return };
    // What cannot be read is named with its revision.
    let below = |path: &str| path.rsplit(':').next().is_some_and(|path| path.starts_with(&folder));
    sides.0.unreadable.retain(|file| below(&file.name));
    sides.1.unreadable.retain(|file| below(&file.name));
    config.scope = Some(in_scope(&sides.0).chain(in_scope(&sides.1)).filter(|path| below(path)).collect());
}

fn repository_of(paths: &[PathBuf], cwd: &Path) -> anyhow::Result<Option<Repository>> {
    let first = paths.first().map_or_else(|| cwd.to_path_buf(), |path| cwd.join(path));
    let folder =
        if first.is_dir() { first } else { first.parent().map_or_else(|| cwd.to_path_buf(), Path::to_path_buf) };
    if !folder.is_dir() {
        return Ok(None);
    }
    Ok(Repository::discover(&folder)?)
}

fn same_folder(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn with_base(
    repository: &Repository,
    paths: &[PathBuf],
    (base, oid, name): (&Base, &str, &str),
    filter: &Filter,
    cwd: &Path,
    config: &mut Config,
) -> anyhow::Result<(Sources, Sources)> {
    config.base_name = Some(name.to_string());
    config.before = config_before(repository, oid, cwd, config)?;
    Ok(match base.staged {
        true => repository.staged(oid, paths, filter, cwd)?,
        false => repository.against_work_tree(oid, name, paths, filter, cwd)?,
    })
}

/// The commit that is the base, and what the user calls it.
fn base_of(repository: &Repository, base: &Base) -> anyhow::Result<(String, String)> {
    Ok(match &base.base {
        Some(revision) => (repository.merge_base(revision)?, revision.clone()),
        None => (repository.head_or_empty()?, "HEAD".to_string()),
    })
}

fn in_scope(sources: &Sources) -> impl Iterator<Item = String> {
    let unreadable = sources.unreadable.iter().map(|file| file.name.clone());
    sources.files.iter().map(|file| file.path.clone()).chain(unreadable).collect::<Vec<_>>().into_iter()
}

/// Adds what stands outside of the named paths: files there may be referred to, and a Milvus may have moved in from there.
fn surroundings(
    repository: &Repository,
    base: &Base,
    filter: &Filter,
    cwd: &Path,
    (before, head): (&mut Sources, &mut Sources),
) -> anyhow::Result<()> {
    let everywhere = [repository.root().to_path_buf()];
    let (old, new) = match base.no_base {
        true => (Sources::empty(Side::Base), disk::walk(cwd, &everywhere, filter)?),
        false => {
            let (oid, name) = base_of(repository, base)?;
            with_base(repository, &everywhere, (base, &oid, &name), filter, cwd, &mut Config::default())?
        }
    };
    for (side, all) in [(&mut *before, old), (&mut *head, new)] {
        side.changed = all.changed.clone().or(side.changed.take());
        add(side, all);
    }
    Ok(())
}

/// What the config says as the base has it: a chart or an operator that moves there is a change like any other. What the command
/// line says holds for both sides.
fn config_before(
    repository: &Repository,
    oid: &str,
    cwd: &Path,
    config: &Config,
) -> anyhow::Result<Option<config::Before>> {
    let Some(path) = &config.path else { return Ok(None) };
    let only = Filter::new(&[], &[], |name| name.ends_with(config::FILE_NAME))?;
    let tree = repository.tree(oid, "base", Side::Base, &[cwd.join(path)], &only, cwd);
    // A config that is new, or that was wrong before, says nothing of the base.
    let Some(source) = tree.ok().and_then(|tree| tree.files.into_iter().next()) else { return Ok(None) };
    let now = std::fs::read_to_string(cwd.join(path)).unwrap_or_default();
    if now == source.text {
        return Ok(None);
    }
    let read = |text: &str| Config::parse(path, text, &rule_ids()).ok();
    let (Some(old), now) = (read(&source.text), read(&now).unwrap_or_default()) else { return Ok(None) };
    let told = now.operator_version != config.operator_version;
    let switched = now.operator_webhook != config.operator_webhook;
    Ok(Some(config::Before {
        values: old.values,
        operator_version: if told { config.operator_version.clone() } else { old.operator_version },
        operator_webhook: if switched { config.operator_webhook } else { old.operator_webhook },
    }))
}

fn standard_input(paths: &[PathBuf], base: &Base, scope: &Scope, cwd: &Path) -> anyhow::Result<Loaded> {
    if paths.len() > 1 || base.base.is_some() || base.staged {
        return Err(Usage("standard input (-) is judged alone, without a base".to_string()).into());
    }
    let mut config = read_config(scope, cwd, cwd)?;
    let mut before = Sources::empty(Side::Base);
    let mut head = Sources::empty(Side::Head);
    head.push(disk::stdin(std::io::stdin().lock())?);
    head.seen = 1;
    config.told_values.extend(config.chart_version.as_ref().map(|_| "-".to_string()));
    from_version(base, &mut before, &mut config)?;
    let filter = filter(&config, scope, cwd, &[])?;
    let (root, cwd) = (cwd.to_path_buf(), cwd.to_path_buf());
    let (doors, standpoint) = Default::default();
    Ok(Loaded { base: before, head, config, root, hint: None, doors, filter, cwd, standpoint })
}

/// Nothing but the config that holds here, for texts that come from elsewhere.
#[cfg(feature = "live")]
pub fn nothing(scope: &Scope) -> anyhow::Result<Loaded> {
    let (config, root) = config_here(scope)?;
    let cwd = std::env::current_dir().context("the current folder cannot be read")?;
    let filter = filter(&config, scope, &cwd, &[])?;
    let (doors, standpoint) = Default::default();
    let (base, head) = (Sources::empty(Side::Base), Sources::empty(Side::Head));
    Ok(Loaded { base, head, config, root, hint: None, doors, filter, cwd, standpoint })
}

/// The config that holds here, and the root that its paths are relative to.
pub fn config_here(scope: &Scope) -> anyhow::Result<(Config, PathBuf)> {
    let cwd = std::env::current_dir().context("the current folder cannot be read")?;
    let found = Repository::discover(&cwd)?;
    let root = found.map_or_else(|| cwd.clone(), |repository| repository.root().to_path_buf());
    Ok((read_config(scope, &root, &cwd)?, root))
}

/// The tables of a folder of facts: `(path, text)`.
pub fn tables(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let unreadable = |path: &Path, error: std::io::Error| Usage(format!("{} cannot be read: {error}", path.display()));
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            tables.push((path.display().to_string(), text));
        }
    }
    if tables.is_empty() {
        return Err(Usage(format!("{} holds no table (*.csv)", folder.display())).into());
    }
    tables.sort();
    Ok(tables)
}

/// Loads the two sides of `diff OLD NEW`: files, folders or revisions.
pub fn load_diff(old: &str, new: &str, scope: &Scope) -> anyhow::Result<Loaded> {
    with_wanted(|more| load_diff_once(old, new, scope, more))
}

fn load_diff_once(old: &str, new: &str, scope: &Scope, more: &[Glob]) -> anyhow::Result<Loaded> {
    let here = std::env::current_dir().context("the current folder cannot be read")?;
    let paths = (Path::new(old), Path::new(new));
    let repository = Repository::discover(&here)?;
    // Two paths are what the user typed; two revisions are read whole, since files name others from the root.
    let whole = repository.as_ref().filter(|_| !paths.0.exists() && !paths.1.exists());
    let (cwd, _, standpoint) = from_root(whole, &here, &[]);
    let scope = &scope_from(scope, &here, &cwd);
    let root = repository.as_ref().map_or_else(|| cwd.clone(), |repository| repository.root().to_path_buf());
    let mut config = read_config(scope, &root, &cwd)?;
    let filter = filter(&config, scope, &root, more)?;
    let filter = if more.is_empty() { filter } else { filter.only_kept() };
    let doors;
    let (base, head) = match (paths.0.exists(), paths.1.exists(), &repository) {
        (true, true, _) => {
            let folder = |path: &Path, name: &str| match path.is_dir() {
                true => Door::Folder(path.to_path_buf(), Some(format!("{}/", name.trim_end_matches('/')))),
                false => Door::Closed,
            };
            doors = (folder(paths.0, old), folder(paths.1, new));
            disk::pair_of_paths(paths.0, paths.1, &filter)?
        }
        (false, false, Some(repository)) => {
            let unknown = |name: &str| {
                let like_path = name.contains(['/', '\\']) && name.contains('.');
                like_path && repository.resolve(name).is_err()
            };
            if let Some(name) = [old, new].into_iter().find(|name| unknown(name)) {
                return Err(Usage(format!("`{name}` is no file, folder or revision")).into());
            }
            let (before, after) = (repository.resolve(old)?, repository.resolve(new)?);
            config.before = config_before(repository, &before, &cwd, &config)?;
            let door = |oid, name: &str| Door::Revision(repository.clone(), oid, name.to_string());
            doors = (door(before, old), door(after, new));
            let mut sides = repository.revisions(old, new, &[], &filter, &cwd)?;
            narrow(&mut sides, &standpoint, &mut config);
            sides
        }
        (false, false, None) => {
            let why = format!("neither `{old}` nor `{new}` is a file or folder, and no Git repository is here");
            return Err(Usage(why).into());
        }
        (there, ..) => {
            let missing = if there { new } else { old };
            return Err(Usage(format!("`{missing}` is no file or folder; compare two of the same kind")).into());
        }
    };
    config.base_name = Some(old.to_string());
    config.two_files = paths.0.is_file() && paths.1.is_file();
    Ok(Loaded { base, head, config, root, hint: None, doors, filter, cwd, standpoint })
}

fn filter(config: &Config, scope: &Scope, root: &Path, more: &[Glob]) -> anyhow::Result<Filter> {
    let written = scope.written.iter().filter_map(|file| only_that_file(file, config, root));
    let excludes: Vec<String> = config.excludes.iter().chain(&scope.exclude).cloned().chain(written).collect();
    let filter = Filter::new(detect::LITERALS, &excludes, detect::is_worth_opening)?;
    let filter = filter.asking(detect::is_runbook, detect::RUNBOOK_LITERALS)?;
    let root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    Ok(filter.keeping(root, config.kept_files(more)))
}

/// The exclude pattern of one file; what is outside of the root is not read anyway.
fn only_that_file(file: &str, config: &Config, root: &Path) -> Option<String> {
    let path = match Path::new(file).is_absolute() {
        true => Path::new(file).strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/"),
        false => config.full_path(file),
    };
    let escaped = path.chars().flat_map(|c| r"*?[]{}\ ".contains(c).then_some('\\').into_iter().chain([c]));
    Some(format!("/{}", escaped.collect::<String>()))
}

fn rule_ids() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).collect()
}

pub fn version(flag: &str, text: Option<&String>) -> anyhow::Result<Option<Version>> {
    let Some(text) = text else { return Ok(None) };
    match Version::parse(text) {
        Some(version) => Ok(Some(version)),
        None => Err(Usage(format!("{flag} is a version of the form x.y.z, not `{text}`")).into()),
    }
}

fn read_config(scope: &Scope, root: &Path, cwd: &Path) -> anyhow::Result<Config> {
    let path = scope.config.clone().unwrap_or_else(|| root.join(config::FILE_NAME));
    let mut config = match std::fs::read_to_string(&path) {
        Ok(text) => {
            let name = shown(&path, cwd);
            Config::parse(&name, &text, &rule_ids()).map_err(|errors| {
                // What is wrong is shown from where the user stands.
                let here = std::env::current_dir().unwrap_or_default();
                let typed = shown(&root.join(&path), &here);
                let line = |error: &config::ConfigError| error.to_string().replacen(&name, &typed, 1);
                let lines: Vec<String> = errors.iter().map(line).collect();
                Usage(format!("the config cannot be used\n  {}", lines.join("\n  ")))
            })?
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && scope.config.is_none() => Config::default(),
        Err(error) => return Err(Usage(format!("the config {} cannot be read: {error}", path.display())).into()),
    };
    config.chart_version = version("--chart-version", scope.chart_version.as_ref())?;
    if let Some(operator) = version("--operator-version", scope.operator_version.as_ref())? {
        config.operator_version = Some(operator);
    }
    if let Some(webhook) = &scope.operator_webhook {
        config.operator_webhook = Some(webhook == "on");
    }
    if let Some(kubernetes) = version("--kubernetes-version", scope.kubernetes_version.as_ref())? {
        config.kubernetes_version = Some(kubernetes);
    }
    config.today = today();
    if let (Ok(root), Ok(cwd)) = (root.canonicalize(), cwd.canonicalize())
        && let Ok(prefix) = cwd.strip_prefix(&root)
        && !prefix.as_os_str().is_empty()
    {
        config.prefix = format!("{}/", prefix.to_string_lossy().replace('\\', "/"));
    }
    Ok(config)
}

/// A path as the user would type it from `cwd`.
fn shown(path: &Path, cwd: &Path) -> String {
    path.strip_prefix(cwd).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Puts the config among the texts of the run, so that its exceptions have a place.
fn show_config(config: &Config, scope: &Scope, root: &Path, cwd: &Path, head: &mut Sources) {
    let Some(name) = &config.path else { return };
    if head.files.iter().any(|source| source.path == *name) {
        return;
    }
    let path = scope.config.clone().unwrap_or_else(|| root.join(config::FILE_NAME));
    if let Ok(text) = std::fs::read_to_string(cwd.join(path)) {
        head.push(Source { path: name.clone(), origin: None, disk: None, text });
    }
}

/// Makes the text of `--from` a place that findings can point at.
fn from_version(base: &Base, before: &mut Sources, config: &mut Config) -> anyhow::Result<()> {
    let Some(version) = version("--from", base.from.as_ref())? else { return Ok(()) };
    let written = base.from.clone().unwrap_or_default();
    let text = format!("--from {written}");
    let end = text.len();
    let id: SourceId = before.push(Source { path: COMMAND_LINE.to_string(), origin: None, disk: None, text });
    config.from = Some((version, Span::new(id, "--from ".len(), end)));
    if config.base_name.is_none() {
        config.base_name = Some("--from".to_string());
    }
    Ok(())
}

fn hint(base: &Base, head: &Sources, in_repository: bool, from: bool) -> Option<String> {
    let unchanged = head.changed.as_ref().is_some_and(Vec::is_empty);
    let asked = base.base.is_some() || base.staged || from;
    (in_repository && unchanged && !asked).then(|| {
        "no change against HEAD was found; to judge a pull request: milvus-lint check --base origin/main".to_string()
    })
}

/// Today by UTC, `YYYY-MM-DD`.
fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    // Civil date from days since 1970-01-01, with years that begin in March so that the leap day comes last.
    let days = (now / 86_400) as i64 + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
