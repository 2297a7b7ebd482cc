//! What the steps of a script make, one after the other.
//!
//! Takes steps, each with the Milvus of the repository that it is about; gives transitions. The Milvus after a step is the base of
//! the next, as long as every step of it is known and is always run.

use crate::detect::{self, Evidence, File, Layers, Script, Tree};
use crate::facts::Facts;
use crate::model::{Act, Deployment, Field, Image, Step, Transition, Version, Writing};
use crate::normalize::helm::{Flag, Release, Upgrade, after_upgrade};
use crate::normalize::{self, Given, Normal, image_edit};
use std::collections::HashMap;

/// A script with all that is needed to follow it.
pub(super) struct Follow<'a> {
    pub script: &'a Script,
    pub file: &'a File<'a>,
    pub tree: &'a Tree<'a>,
    pub evidence: &'a [Evidence],
    pub facts: &'a Facts,
}

/// A Milvus as it is after some steps.
#[derive(Clone)]
struct State {
    deployment: Deployment,
    /// What it was made of, where all of that is seen.
    evidence: Option<Evidence>,
    /// What a release has beside its values: the chart whose defaults lie below them, and the queue that its templates found.
    given: Given,
}

/// A release or resource on its way through the steps.
#[derive(Default)]
struct Thread {
    now: Option<State>,
    /// Whether a step has touched it already.
    begun: bool,
    /// Its revisions in Helm, the newest last; `None` for one that is not known.
    revisions: Vec<Option<State>>,
    /// Whether the first of them is the first of all.
    whole: bool,
}

impl Thread {
    /// What a step leaves behind.
    fn take(&mut self, step: &Step, made: Option<State>) {
        if matches!(step.act, Act::HelmInstall | Act::HelmUpgrade | Act::HelmRollback) {
            self.whole |= step.act == Act::HelmInstall && self.revisions.is_empty();
            self.revisions.push(made.clone());
        }
        (self.now, self.begun) = (made, true);
    }

    /// The revision that `helm rollback` goes to: the one of that number, or the one before.
    fn back(&self, step: &Step) -> Option<&State> {
        let number = match step.operands.get(1) {
            Some(operand) => operand.value()?.parse::<usize>().ok()?,
            None => 0,
        };
        let index = match number {
            0 => self.revisions.len().checked_sub(2)?,
            number if self.whole => number - 1,
            _ => return None,
        };
        self.revisions.get(index).and_then(Option::as_ref)
    }
}

impl Follow<'_> {
    /// What the steps make of each Milvus. `milvus` are those of the repository, one for each step.
    pub(super) fn transitions(&self, steps: &[Step], milvus: &[Option<Deployment>]) -> Vec<Transition> {
        let mut threads: Vec<(Key, Thread)> = Vec::new();
        let mut called: HashMap<(usize, bool, String), Vec<usize>> = HashMap::new();
        let resources = self.resources();
        let mut transitions = Vec::new();
        let mut at = 0;
        for (step, milvus) in steps.iter().zip(milvus) {
            let read = std::mem::replace(&mut at, step.at.start);
            let shown =
                resources.partition_point(|at| *at < read) < resources.partition_point(|at| *at < step.at.start);
            if shown || is_open(step) {
                let is_met = |key: &Key| key.operated && (shown || key.section == step.section);
                let met = threads.iter_mut().filter(|(key, _)| is_met(key));
                met.for_each(|(_, thread)| thread.take(step, None));
            }
            let Some(key) = Key::of(step, milvus.as_ref()) else { continue };
            let same = called.entry((key.section, key.operated, key.name.clone())).or_default();
            let index = same.iter().copied().find(|index| threads[*index].0.is(&key)).unwrap_or(threads.len());
            if index == threads.len() {
                same.push(index);
                threads.push((key, Thread::default()));
            }
            let thread = &mut threads[index].1;
            let found = self.found(step, milvus.as_ref()).filter(|_| !thread.begun);
            let before = thread.now.clone().or(found);
            let made = match &step.act {
                Act::HelmInstall | Act::HelmUpgrade => self.by_helm(step, before.as_ref()),
                Act::RollingScript | Act::MigrateScript => self.by_script(step, before.as_ref()),
                Act::HelmRollback => thread.back(step).map(|state| back_to(step, state)),
                Act::Kubectl(_) => self.by_patch(step, before.as_ref()),
                Act::ImageEdited => by_edit(step, before.as_ref()),
                _ => continue,
            };
            if step.option("dry-run").is_some() {
                continue;
            }
            let Some(made) = made else {
                thread.take(step, None);
                continue;
            };
            let installed = matches!(step.act, Act::HelmInstall | Act::HelmUpgrade);
            if installed {
                transitions.push(Transition::Created(made.deployment.clone()));
            }
            let version = |state: &State| state.deployment.version.value().cloned();
            let before_is_newer = before.as_ref().and_then(version) > version(&made);
            if let Some(before) = before.filter(|_| !step.sometimes && step.act != Act::HelmInstall) {
                let base = Box::new(migrated(step, &before.deployment));
                let head = Box::new(made.deployment.clone());
                transitions.push(Transition::Changed { base, head, migration: None });
            }
            let aside = self.script.writing == Writing::Document && before_is_newer;
            // What only runs sometimes leaves it open what is there afterwards; the way back in a guide is for whoever needs it.
            if !aside {
                thread.take(step, Some(made).filter(|_| !step.sometimes));
            }
        }
        transitions
    }

    /// Where resources of the operator stand as YAML in the text, in order.
    fn resources(&self) -> Vec<u32> {
        let operators = self.script.documents.iter().filter_map(|(_, document)| {
            let group = document.root.get("apiVersion")?.raw_text()?;
            group.starts_with("milvus.io/").then_some(document.root.at.start)
        });
        let mut resources: Vec<u32> = operators.collect();
        resources.sort_unstable();
        resources
    }

    /// The resource of the repository that a script patches. A guide may be older than what stands there.
    fn found(&self, step: &Step, milvus: Option<&Deployment>) -> Option<State> {
        let in_place = step.resource().is_some() || step.act == Act::ImageEdited;
        Some(()).filter(|()| in_place && self.script.writing == Writing::Script)?;
        let deployment = milvus?.clone();
        let evidence = self.evidence.iter().find(|evidence| evidence.at == deployment.at).cloned();
        Some(State { deployment, evidence, given: Given::default() })
    }

    fn by_patch(&self, step: &Step, before: Option<&State>) -> Option<State> {
        let known = before.and_then(|state| state.evidence.as_ref());
        let evidence = detect::patched(step, self.script, self.file, known)?;
        let Normal::Deployment(mut deployment) = normalize::read(&evidence, self.facts, &Given::default()) else {
            return None;
        };
        if let Some(before) = before {
            // Who manages it stays.
            deployment.operator = before.deployment.operator.clone();
        }
        Some(State { deployment: *deployment, evidence: Some(evidence), given: Given::default() })
    }

    /// The release after a step. What it keeps is computed where all of it is seen, and unseen otherwise.
    fn by_helm(&self, step: &Step, before: Option<&State>) -> Option<State> {
        let make = |kept: Option<&Layers>| detect::release(step, self.script, self.file, self.tree, kept);
        let reuses = step.option("reuse-values").is_some();
        let seen = before.and_then(|state| Some((state, state.evidence.as_ref()?)));
        let Some((state, evidence)) = seen.filter(|_| step.act == Act::HelmUpgrade) else {
            return self.read(make(None)?, Given::default());
        };
        let own = make(Some(&Layers::default()))?;
        let chart = self.chart(&own);
        let (Some(old), Some(new)) = (state.deployment.chart.value().cloned(), chart) else {
            // Which defaults lie below is not known: with this flag they are the old chart's.
            return self.read(make(Some(&evidence.layers).filter(|_| !reuses))?, Given::default());
        };
        let release = Release {
            defaults: state.given.defaults.clone().unwrap_or_else(|| old.clone()),
            chart: old,
            values: evidence.layers.clone(),
            live: state.given.live,
        };
        let flag = step.options.iter().rev().find_map(|option| Flag::parse(&option.name)).unwrap_or_default();
        let upgrade = Upgrade { chart: new, values: own.layers.clone(), flag, looks: true };
        let after = after_upgrade(&release, &upgrade, self.facts);
        let keeps = after.values.0.len() > own.layers.0.len();
        let made = if keeps { make(Some(&evidence.layers))? } else { own };
        self.read(made, Given { chart: None, ..after.given() })
    }

    /// The chart that a release is of, where its version is known.
    fn chart(&self, evidence: &Evidence) -> Option<Version> {
        self.read(evidence.clone(), Given::default())?.deployment.chart.value().cloned()
    }

    fn read(&self, evidence: Evidence, given: Given) -> Option<State> {
        match normalize::read(&evidence, self.facts, &given) {
            Normal::Deployment(deployment) => Some(State { deployment: *deployment, evidence: Some(evidence), given }),
            Normal::Migration(_) => None,
        }
    }

    /// The version that one of the two scripts starts; everything else stays as it was.
    fn by_script(&self, step: &Step, before: Option<&State>) -> Option<State> {
        let version = step.value("w").and_then(image_version).or_else(|| version_of(step.value("t")))?;
        let mut deployment = match before {
            Some(before) => before.deployment.clone(),
            None => {
                // A release of which nothing is seen.
                let chart = Field::written(step.program, "milvus/milvus".to_string());
                let operands = step.instance().cloned().into_iter().chain([chart]).collect();
                let bare = Step { act: Act::HelmUpgrade, operands, options: Vec::new(), ..step.clone() };
                self.by_helm(&bare, None)?.deployment
            }
        };
        deployment.version = version;
        deployment.at = step.program;
        deployment.image = Field::unknown(step.at, "the script names the version");
        let given = before.map(|before| before.given.clone()).unwrap_or_default();
        Some(State { deployment, evidence: before.and_then(|before| before.evidence.clone()), given })
    }
}

/// Whose thread a step continues.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    section: usize,
    /// A resource of the operator and a release of Helm are two things, whatever they are called.
    operated: bool,
    name: String,
    namespace: Option<String>,
}

impl Key {
    fn of(step: &Step, milvus: Option<&Deployment>) -> Option<Key> {
        let name = match &step.act {
            Act::ImageEdited => milvus?.id.path.as_str(),
            Act::Kubectl(verb) if verb == "patch" => step.resource()?,
            _ => step.instance()?.value()?,
        };
        let operated = matches!(step.act, Act::Kubectl(_));
        let namespace = step.namespace().and_then(|field| field.value().cloned());
        Some(Key { section: step.section, operated, name: name.to_string(), namespace })
    }

    /// Whether both mean the same; a namespace that one of them leaves out tells nothing apart.
    fn is(&self, other: &Key) -> bool {
        let apart = matches!((&self.namespace, &other.namespace), (Some(a), Some(b)) if a != b);
        (self.section, self.operated, &self.name) == (other.section, other.operated, &other.name) && !apart
    }
}

/// Whether a command may change any resource, so that nothing is known of them afterwards: a manifest, or a MilvusUpgrade in it.
fn is_open(step: &Step) -> bool {
    matches!(&step.act, Act::Kubectl(verb) if ["apply", "create", "replace", "edit"].contains(&verb.as_str()))
}

/// The Milvus of a file after another image was written into it.
fn by_edit(step: &Step, before: Option<&State>) -> Option<State> {
    let before = before?;
    let (image, version) = image_edit::edited(step, before.deployment.image.value()?)?;
    let deployment = Deployment { image, version, at: step.program, ..before.deployment.clone() };
    Some(State { deployment, evidence: None, given: Given::default() })
}

/// A revision that comes back; it is said where it is asked for.
fn back_to(step: &Step, state: &State) -> State {
    let mut state = state.clone();
    state.deployment.at = step.program;
    if let Some(version) = state.deployment.version.value().cloned() {
        state.deployment.version = Field::written(step.at, version);
    }
    state
}

/// The migration script is judged by rules of its own; here it only says what runs before it.
fn migrated(step: &Step, before: &Deployment) -> Deployment {
    let mut base = before.clone();
    if step.act == Act::MigrateScript {
        base.version = version_of(step.value("t")).unwrap_or(base.version);
    }
    base
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
