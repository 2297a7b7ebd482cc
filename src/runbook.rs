//! Commands in their order: which Milvus each step is about, and what the steps make of it one after the other.
//!
//! Takes the scripts of a side with its files and everything that was found in them; gives [`Book`]s. The version after a step is
//! the base of the next, as long as every step of a release is known and is always run.

use crate::detect::{self, File, Layers, Script, Tree};
use crate::facts::Facts;
use crate::model::{Act, Deployment, Dialect, Field, Image, Runbook, Step, Surface, Transition, Version, Writing};
use crate::normalize::{self, Given, Normal};
use std::collections::HashMap;

/// A runbook, understood.
pub(crate) struct Book {
    pub runbook: Runbook,
    /// For each step the Milvus of this repository that it is about.
    pub milvus: Vec<Option<Deployment>>,
    /// What the steps make, and what they change.
    pub transitions: Vec<Transition>,
}

/// A Milvus as it is after some steps.
struct State {
    deployment: Deployment,
    layers: Layers,
}

/// Reads every script of a side.
pub(crate) fn read(scripts: &[(usize, Script)], tree: &Tree, deployments: &[Deployment], facts: &Facts) -> Vec<Book> {
    let all: Vec<(Vec<Step>, &File, &Script)> =
        scripts.iter().map(|(index, script)| (steps(script), &tree.files[*index], script)).collect();
    let mut named: HashMap<String, Vec<String>> = HashMap::new();
    for (steps, file, _) in &all {
        for step in steps {
            if let Some(name) = step.instance().and_then(Field::value) {
                named.entry(name.clone()).or_default().extend(detect::values_files(step, file, tree));
            }
        }
    }
    let book = |(steps, file, script): (Vec<Step>, &File, &Script)| {
        let find = Find { path: &file.source.path, writing: script.writing, deployments, named: &named };
        let milvus = steps.iter().map(|step| find.milvus(step).cloned()).collect();
        let transitions = follow(&steps, script, file, tree, facts);
        let runbook = Runbook { path: file.source.path.clone(), writing: script.writing, steps };
        Book { runbook, milvus, transitions }
    };
    all.into_iter().filter(|(steps, ..)| !steps.is_empty()).map(book).collect()
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
        if let Act::Kubectl(verb) = &step.act {
            return match verb.as_str() {
                "set" => self.by_workload(step),
                "apply" | "replace" => self.whole_of(step),
                _ => None,
            };
        }
        let name = step.instance()?.value()?;
        let namespace = step.namespace().and_then(Field::value);
        let fits = |deployment: &&Deployment| {
            namespace.is_none() || deployment.id.namespace.is_none() || deployment.id.namespace.as_ref() == namespace
        };
        let by_name: Vec<&Deployment> =
            self.deployments.iter().filter(|d| d.id.name.as_ref() == Some(name)).filter(fits).collect();
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

    /// The whole Milvus of which the applied file says less: another file writes its mode or queue, and this one neither.
    fn whole_of(&self, step: &Step) -> Option<&'a Deployment> {
        let path = step.value("filename")?.value()?.trim_start_matches("./");
        let folder = self.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let beside = format!("{folder}{path}");
        let written = |d: &Deployment| d.mode.written_value().is_some() || d.queue.written_value().is_some();
        let in_file = |d: &&Deployment| d.id.path == path || d.id.path == beside;
        let operated = || self.deployments.iter().filter(|d| d.dialect == Dialect::Operator);
        let part = operated().filter(in_file).find(|d| !written(d) && d.id.name.is_some())?;
        let same = |d: &&Deployment| {
            d.id.path != part.id.path && d.id.name == part.id.name && d.id.namespace == part.id.namespace
        };
        self.nearest(operated().filter(same).filter(|d| written(d)).collect())
    }

    /// The Milvus whose Deployment is named: `deployment/<name>-milvus-proxy`.
    fn by_workload(&self, step: &Step) -> Option<&'a Deployment> {
        let names = step.operands.iter().filter_map(Field::value);
        let names: Vec<&str> = names.map(|name| name.rsplit('/').next().unwrap_or(name)).collect();
        let is_of = |deployment: &&Deployment| {
            let own = deployment.id.name.as_ref().map(|name| format!("{name}-"));
            own.is_some_and(|own| names.iter().any(|name| name.starts_with(&own)))
        };
        self.nearest(self.deployments.iter().filter(is_of).collect())
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

/// What the steps make of each release, one after the other.
fn follow(steps: &[Step], script: &Script, file: &File, tree: &Tree, facts: &Facts) -> Vec<Transition> {
    let mut states: HashMap<(usize, String), Option<State>> = HashMap::new();
    let mut transitions = Vec::new();
    for step in steps {
        let Some(name) = step.instance().and_then(Field::value) else { continue };
        let key = (step.section, name.clone());
        let before = states.get(&key).and_then(Option::as_ref);
        let made = match &step.act {
            Act::HelmInstall | Act::HelmUpgrade => {
                made_by_helm(step, script, file, tree, before.map(|state| &state.layers), facts)
            }
            Act::RollingScript | Act::MigrateScript => made_by_script(step, before, script, file, tree, facts),
            _ => continue,
        };
        let made = made.filter(|_| step.option("dry-run").is_none());
        let Some(made) = made else {
            states.insert(key, None);
            continue;
        };
        if matches!(step.act, Act::HelmInstall | Act::HelmUpgrade) {
            transitions.push(Transition::Created(made.deployment.clone()));
        }
        if let Some(before) = before.filter(|_| !step.sometimes && step.act != Act::HelmInstall) {
            let base = migrated(step, &before.deployment);
            let head = Box::new(made.deployment.clone());
            transitions.push(Transition::Changed { base: Box::new(base), head, migration: None });
        }
        // What only runs sometimes leaves it open what is there afterwards.
        states.insert(key, Some(made).filter(|_| !step.sometimes));
    }
    transitions
}

/// The migration script is judged by rules of its own; here it only says what runs before it.
fn migrated(step: &Step, before: &Deployment) -> Deployment {
    let mut base = before.clone();
    if step.act == Act::MigrateScript {
        base.version = version_of(step.value("t")).unwrap_or(base.version);
    }
    base
}

fn made_by_helm(
    step: &Step,
    script: &Script,
    file: &File,
    tree: &Tree,
    before: Option<&Layers>,
    facts: &Facts,
) -> Option<State> {
    let evidence = detect::release(step, script, file, tree, before)?;
    match normalize::read(&evidence, facts, &Given::default()) {
        Normal::Deployment(deployment) => Some(State { deployment: *deployment, layers: evidence.layers }),
        Normal::Migration(_) => None,
    }
}

/// The version that one of the two scripts starts; everything else stays as it was.
fn made_by_script(
    step: &Step,
    before: Option<&State>,
    script: &Script,
    file: &File,
    tree: &Tree,
    facts: &Facts,
) -> Option<State> {
    let version = step.value("w").and_then(image_version).or_else(|| version_of(step.value("t")))?;
    let mut deployment = match before {
        Some(before) => before.deployment.clone(),
        None => {
            // A release of which nothing is seen.
            let chart = Field::written(step.program, "milvus/milvus".to_string());
            let operands = step.instance().cloned().into_iter().chain([chart]).collect();
            let bare = Step { act: Act::HelmUpgrade, operands, options: Vec::new(), ..step.clone() };
            made_by_helm(&bare, script, file, tree, None, facts)?.deployment
        }
    };
    deployment.version = version;
    deployment.at = step.program;
    deployment.image = Field::unknown(step.at, "the script names the version");
    Some(State { deployment, layers: before.map(|before| before.layers.clone()).unwrap_or_default() })
}

fn version_of(field: Option<&Field<String>>) -> Option<Field<Version>> {
    let field = field?;
    let version = Version::parse(field.value()?.trim_start_matches('v'))?;
    Some(field.map(|_| version))
}

fn image_version(field: &Field<String>) -> Option<Field<Version>> {
    let image = Image::parse(field.value()?);
    let version = image.version()?.clone();
    Some(field.map(|_| version))
}
