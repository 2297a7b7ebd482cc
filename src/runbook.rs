//! Commands in their order: which Milvus each step is about, and what the steps make of it one after the other.
//!
//! Takes the scripts of a side with its files and everything that was found in them; gives [`Book`]s. The version after a step is
//! the base of the next, as long as every step of a release is known and is always run.

mod follow;

use crate::detect::{self, Evidence, File, Script, Tree};
use crate::facts::Facts;
use crate::model::{Act, Deployment, Dialect, Field, Migration, Runbook, Step, Surface, Transition, Writing};
use crate::normalize;
use follow::Follow;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A runbook, understood.
pub(crate) struct Book {
    pub runbook: Runbook,
    /// For each step the Milvus of this repository that it is about.
    pub milvus: Vec<Option<Deployment>>,
    /// And the order to migrate.
    pub orders: Vec<Option<Migration>>,
    /// What the steps make, and what they change.
    pub transitions: Vec<Transition>,
}

/// What the scripts of a side are read with.
pub(crate) struct Side<'a> {
    pub tree: &'a Tree<'a>,
    pub deployments: &'a [Deployment],
    pub migrations: &'a [Migration],
    pub evidence: &'a [Evidence],
    pub facts: &'a Facts,
}

/// What came of the scripts.
#[derive(Default)]
pub(crate) struct Books {
    pub books: Vec<Book>,
    /// Files at which the reading itself failed, by their index in the tree: one never stops the others.
    pub failed: Vec<usize>,
    /// Files of values that commands name and that are not among the texts: both places where each may stand.
    pub wanted: Vec<String>,
}

impl Side<'_> {
    /// Reads every script.
    pub(crate) fn read(&self, scripts: &[(usize, Script)]) -> Books {
        let mut books = Books::default();
        let mut all: Vec<(usize, Vec<Step>, &Script)> = Vec::new();
        let mut named: HashMap<String, Vec<String>> = HashMap::new();
        for (index, script) in scripts {
            let file = &self.tree.files[*index];
            let read = || {
                let steps = steps(script);
                let laid = steps.iter().filter_map(|step| {
                    let name = step.instance().and_then(Field::value)?;
                    Some((name.clone(), detect::values_files(step, file, self.tree)))
                });
                let (laid, unread) = (laid.collect::<Vec<_>>(), detect::unread_values(&steps, script, file, self.tree));
                (steps, laid, unread)
            };
            let Ok((steps, laid, unread)) = catch_unwind(AssertUnwindSafe(read)) else {
                books.failed.push(*index);
                continue;
            };
            for (name, paths) in laid {
                named.entry(name).or_default().extend(paths);
            }
            books.wanted.extend(unread);
            if !steps.is_empty() {
                all.push((*index, steps, script));
            }
        }
        for (index, steps, script) in all {
            let file = &self.tree.files[index];
            match catch_unwind(AssertUnwindSafe(|| self.book(steps, file, script, &named))) {
                Ok(book) => books.books.push(book),
                Err(_) => books.failed.push(index),
            }
        }
        books
    }

    fn book(&self, steps: Vec<Step>, file: &File, script: &Script, named: &HashMap<String, Vec<String>>) -> Book {
        let path = &file.source.path;
        let find = Find { path, writing: script.writing, deployments: self.deployments, named };
        let milvus: Vec<Option<Deployment>> = steps.iter().map(|step| find.milvus(step).cloned()).collect();
        let orders = steps.iter().map(|step| self.order(step, path).cloned()).collect();
        let follow = Follow { script, file, tree: self.tree, evidence: self.evidence, facts: self.facts };
        let transitions = follow.transitions(&steps, &milvus);
        Book { runbook: Runbook { path: path.clone(), writing: script.writing, steps }, milvus, orders, transitions }
    }

    /// The MilvusUpgrade of this repository that a command names, or that stands in the file that it names.
    fn order(&self, step: &Step, path: &str) -> Option<&Migration> {
        let mut found: Vec<&Migration> = match (step.object(), step.text("filename")) {
            (Some((kind, name)), _) if kind.starts_with("milvusupgrade") || kind == "miu" => {
                self.migrations.iter().filter(|order| order.id.name.as_deref() == Some(name)).collect()
            }
            (_, Some(file)) => {
                let file = file.trim_start_matches("./");
                let beside = format!("{}{file}", folder_of(path));
                self.migrations.iter().filter(|order| order.id.path == file || order.id.path == beside).collect()
            }
            _ => return None,
        };
        let namespace = step.namespace().and_then(Field::value);
        found.retain(|order| {
            namespace.is_none() || order.id.namespace.is_none() || order.id.namespace.as_ref() == namespace
        });
        match found.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// The folder of a path, with its slash.
fn folder_of(path: &str) -> String {
    path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"))
}

/// The steps of a script in their order; those of other charts of the same name left out.
fn steps(script: &Script) -> Vec<Step> {
    let mut steps: Vec<Step> = script.runs.iter().filter_map(normalize::command::step).collect();
    steps.extend(script.marks.iter().cloned());
    steps.sort_by_key(|step| step.at.start);
    let text = |field: Option<&Field<String>>| field.and_then(Field::value).cloned();
    let sources: HashMap<String, String> = steps
        .iter()
        .filter(|step| step.act == Act::HelmRepoAdd)
        .filter_map(|step| Some((text(step.operands.first())?, text(step.operands.get(1))?)))
        .collect();
    let is_ours = |step: &Step| {
        let alias = step.chart().and_then(Field::value).and_then(|chart| chart.split_once('/')).map(|(alias, _)| alias);
        let url = alias.and_then(|alias| sources.get(alias));
        url.is_none_or(|url| url.contains("milvus") || url.contains("zilliz"))
    };
    steps.retain(|step| is_ours(step));
    steps
}

/// Looks for the Milvus that a step names.
struct Find<'a> {
    path: &'a str,
    writing: Writing,
    deployments: &'a [Deployment],
    /// Values files by the release that a command lays them for.
    named: &'a HashMap<String, Vec<String>>,
}

impl<'a> Find<'a> {
    fn milvus(&self, step: &Step) -> Option<&'a Deployment> {
        match &step.act {
            Act::Compose(_) => return self.composed(step),
            Act::ImageEdited => return self.in_file(step.operands.get(2)?.value()?),
            _ => {}
        }
        if let Act::Kubectl(verb) = &step.act {
            return match verb.as_str() {
                "apply" | "replace" if step.text("filename") == Some("-") => self.whole_of_document(step),
                "apply" | "replace" => self.whole_of(step),
                "set" | "scale" | "edit" | "patch" | "rollout" if step.workload().is_some() => self.by_workload(step),
                "scale" | "edit" | "patch" => self.by_resource(step),
                _ => None,
            };
        }
        let name = step.instance()?.value()?;
        let by_name: Vec<&Deployment> =
            self.deployments.iter().filter(|d| d.id.name.as_ref() == Some(name) && fits(step, d)).collect();
        if !by_name.is_empty() {
            return self.nearest(by_name);
        }
        let unnamed = || self.deployments.iter().filter(|d| d.id.name.is_none() && d.surface == Surface::HelmValues);
        let laid: Vec<&Deployment> =
            unnamed().filter(|d| self.named.get(name).is_some_and(|paths| paths.contains(&d.id.path))).collect();
        if !laid.is_empty() {
            return self.nearest(laid);
        }
        // Values have no name. Where they are the only ones, a script can mean no others.
        let only: Vec<&Deployment> = unnamed().filter(|_| self.writing == Writing::Script).collect();
        self.nearest(only)
    }

    /// The Milvus of the compose files that a command names, or of those that it takes by itself.
    fn composed(&self, step: &Step) -> Option<&'a Deployment> {
        const DEFAULTS: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
        let named = step.options.iter().filter(|option| option.name == "filename");
        let mut files: Vec<&str> = Vec::new();
        for option in named {
            files.push(option.value.as_ref()?.value()?.trim_start_matches("./"));
        }
        if files.is_empty() {
            files.extend(DEFAULTS);
        }
        let folder = folder_of(self.path);
        let is_of = |one: &&Deployment| {
            let path = one.id.path.as_str();
            one.surface == Surface::Compose
                && files.iter().any(|file| path == *file || path.strip_prefix(&folder) == Some(*file))
        };
        self.nearest(self.deployments.iter().filter(is_of).collect())
    }

    /// The Milvus of a file, where it is the only one.
    fn in_file(&self, file: &str) -> Option<&'a Deployment> {
        let file = file.trim_start_matches("./");
        let beside = format!("{}{file}", folder_of(self.path));
        let mut found = self.deployments.iter().filter(|one| one.id.path == file || one.id.path == beside);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The whole Milvus of which the applied file says less: another file writes its mode or queue, and this one neither.
    fn whole_of(&self, step: &Step) -> Option<&'a Deployment> {
        let path = step.value("filename")?.value()?.trim_start_matches("./");
        let beside = format!("{}{path}", folder_of(self.path));
        let written = |d: &Deployment| d.mode.written_value().is_some() || d.queue.written_value().is_some();
        let in_file = |d: &&Deployment| d.id.path == path || d.id.path == beside;
        let operated = || self.deployments.iter().filter(|d| d.dialect == Dialect::Operator);
        let part = operated().filter(in_file).find(|d| !written(d) && d.id.name.is_some())?;
        let same = |d: &&Deployment| {
            d.id.path != part.id.path && d.id.name == part.id.name && d.id.namespace == part.id.namespace
        };
        self.nearest(operated().filter(same).filter(|d| written(d)).collect())
    }

    /// The same for a resource that stands in the script itself and is piped in.
    fn whole_of_document(&self, step: &Step) -> Option<&'a Deployment> {
        let written = |d: &Deployment| d.mode.written_value().is_some() || d.queue.written_value().is_some();
        let operated = || self.deployments.iter().filter(|d| d.dialect == Dialect::Operator);
        // Its document stands beside the command: before it where one pipes, behind it where it ends the line.
        let near = |d: &&Deployment| {
            let (at, line) = (d.at.start.abs_diff(step.at.end), d.at.source == step.at.source);
            line && at < 4096
        };
        let here = operated().filter(|d| d.id.path == self.path && d.id.name.is_some()).filter(near);
        let part = here.min_by_key(|d| d.at.start.abs_diff(step.at.end)).filter(|d| !written(d))?;
        let fits = |d: &&Deployment| {
            let namespace = part.id.namespace.as_ref().or_else(|| step.namespace().and_then(Field::value));
            let apart = namespace.is_some() && d.id.namespace.is_some() && d.id.namespace.as_ref() != namespace;
            d.id.path != part.id.path && d.id.name == part.id.name && !apart
        };
        self.nearest(operated().filter(fits).filter(|d| written(d)).collect())
    }

    /// The Milvus whose Deployment is named: `deployment/<name>-milvus-proxy`.
    fn by_workload(&self, step: &Step) -> Option<&'a Deployment> {
        let workload = step.workload()?;
        let is_of = |deployment: &&Deployment| {
            let named = deployment.id.name.as_ref();
            named.is_some_and(|name| workload.strip_prefix(name.as_str()).is_some_and(is_component))
        };
        self.nearest(self.deployments.iter().filter(is_of).filter(|one| fits(step, one)).collect())
    }

    /// The Milvus resource of that name.
    fn by_resource(&self, step: &Step) -> Option<&'a Deployment> {
        let name = step.resource()?;
        let operated = self.deployments.iter().filter(|one| one.dialect == Dialect::Operator);
        self.nearest(operated.filter(|one| one.id.name.as_deref() == Some(name) && fits(step, one)).collect())
    }

    /// The only one, or the one whose folder has most in common with the script's.
    fn nearest(&self, found: Vec<&'a Deployment>) -> Option<&'a Deployment> {
        let shared = |deployment: &&Deployment| {
            self.path.split('/').zip(deployment.id.path.split('/')).take_while(|(a, b)| a == b).count()
        };
        let most = found.iter().map(shared).max()?;
        let mut near = found.into_iter().filter(|deployment| shared(deployment) == most);
        let first = near.next()?;
        near.next().is_none().then_some(first)
    }
}

/// Whether the namespaces of a step and of a Milvus do not contradict each other.
fn fits(step: &Step, deployment: &Deployment) -> bool {
    let namespace = step.namespace().and_then(Field::value);
    namespace.is_none() || deployment.id.namespace.is_none() || deployment.id.namespace.as_ref() == namespace
}

/// Whether what follows a Milvus' name in the name of a workload is one of its components, and not its etcd.
fn is_component(rest: &str) -> bool {
    const WORDS: [&str; 5] = ["-standalone", "-proxy", "coord", "node", "-cdc"];
    rest.starts_with('-') && WORDS.iter().any(|word| rest.contains(word))
}
