//! `helm install` and `helm upgrade` as releases: takes a step and the files of its side, gives [`Evidence`] as every other
//! container does.
//!
//! Values are laid as Helm lays them: what the release had before (if a flag keeps it), `-f` in order, `--set` on top. A file that
//! is not among the texts, and what a release had before nobody wrote it down, are layers that nothing is known of.

use super::release::Release;
use super::settings::{Settings, typed};
use super::tree::{address, is_unknowable, plain};
use super::{Evidence, File, Layer, Layers, Script, Tree};
use crate::model::{Act, Field, Identity, Step, Surface, Writing};
use crate::yaml::{self, Document, Kind, Node, Scalar, Style};
use std::sync::Arc;

/// The release that a step makes; `before` are the values that it keeps, where those are known and with them the chart whose defaults
/// lie below.
pub fn release(step: &Step, script: &Script, file: &File, tree: &Tree, before: Option<&Layers>) -> Option<Evidence> {
    let chart = step.chart()?.value()?.clone();
    let nothing = yaml::parse(file.id, "{}").documents.into_iter().next().map(Arc::new)?;
    let mut layers = Vec::new();
    let given = ["values", "set", "set-string", "set-file", "set-json"].iter().any(|name| step.option(name).is_some());
    let flags = ["reuse-values", "reset-then-reuse-values"];
    let asked = flags.iter().any(|name| step.option(name).is_some());
    let keeps = asked || !given && step.option("reset-values").is_none();
    if step.act == Act::HelmUpgrade && (keeps || step.option("install").is_none() && !given) {
        match before {
            Some(before) => layers.extend(before.0.iter().cloned()),
            // What the old chart had by default is kept as well, and is not written anywhere.
            _ => layers.push(Layer::unseen(&nothing, Vec::new(), step.at)),
        }
    }
    for option in step.options.iter().filter(|option| option.name == "values") {
        layers.extend(values_file(option.value.as_ref(), step, script, file, tree, &nothing));
    }
    layers.extend(settings(step, &nothing));
    let value = |field: Option<&Field<String>>| field.and_then(Field::value).cloned();
    let version = match step.option("version") {
        Some(option) => option.value.as_ref().and_then(|value| Some((value.at, value.value()?.clone()))),
        None => None,
    };
    let release = Release {
        surface: Surface::HelmValues,
        id: Identity {
            namespace: value(step.namespace()),
            name: value(step.instance()),
            path: file.source.path.clone(),
            ordinal: 0,
        },
        at: step.program,
        chart: &chart,
        repository: step.text("repo"),
        version,
        layers: Layers(layers),
        tree,
    };
    release.evidence()
}

/// The documents of a file that `-f` names; a layer that nothing is known of when it is not here.
fn values_file(
    name: Option<&Field<String>>,
    step: &Step,
    script: &Script,
    file: &File,
    tree: &Tree,
    nothing: &Arc<Document>,
) -> Vec<Layer> {
    let unseen = || vec![Layer::unseen(nothing, Vec::new(), name.map_or(step.at, |name| name.at))];
    let Some(path) = name.and_then(Field::value) else { return unseen() };
    if let Some((_, document)) = script.documents.iter().find(|(output, _)| output.as_deref() == Some(path)) {
        return vec![Layer::of_document(Arc::clone(document))];
    }
    // A script is run from its own folder or from the root of the repository.
    let found = tree.beside(&file.source.path, path).or_else(|| tree.get(path));
    match found {
        Some(found) => found.documents.iter().map(|document| Layer::of_document(Arc::clone(document))).collect(),
        None => unseen(),
    }
}

/// The files of values that a step names and that are among the texts.
pub fn values_files(step: &Step, file: &File, tree: &Tree) -> Vec<String> {
    let paths = step.options.iter().filter(|option| option.name == "values").filter_map(|option| {
        let path = option.value.as_ref()?.value()?;
        tree.beside(&file.source.path, path).or_else(|| tree.get(path)).map(|found| found.source.path.clone())
    });
    paths.collect()
}

/// Where the files of values may stand that a script lays and that are not among the texts. Guides name files of their readers.
pub fn unread_values(steps: &[Step], script: &Script, file: &File, tree: &Tree) -> Vec<String> {
    if script.writing != Writing::Script {
        return Vec::new();
    }
    let installs = steps.iter().filter(|step| matches!(step.act, Act::HelmInstall | Act::HelmUpgrade));
    let options = installs.flat_map(|step| step.options.iter().filter(|option| option.name == "values"));
    let named = options.filter_map(|option| option.value.as_ref()?.value());
    let made = |path: &str| script.documents.iter().any(|(output, _)| output.as_deref() == Some(path));
    let is_path = |path: &str| !path.starts_with(['/', '~', '-']) && !is_unknowable(path) && !made(path);
    let known = |path: &str| tree.beside(&file.source.path, path).or_else(|| tree.get(path)).is_some();
    let open = named.filter(|path| is_path(path) && !known(path));
    let places = open.flat_map(|path| [address(&file.source.path, path), plain(path)]);
    places.filter(|path| !path.starts_with("../") && tree.absence(path).is_none()).collect()
}

/// `--set a.b=c,d=e` as values.
fn settings(step: &Step, nothing: &Arc<Document>) -> Option<Layer> {
    let mut settings = Settings::default();
    let node = |field: &Field<String>, text: &str| {
        let scalar = Scalar { text: text.into(), style: Style::Plain, templated: false, tag: None, content: field.at };
        Node { at: field.at, kind: Kind::Scalar(scalar) }
    };
    for option in step.options.iter().filter(|option| matches!(option.name.as_str(), "set" | "set-string")) {
        let Some(field) = &option.value else { continue };
        let Some(text) = field.value() else { continue };
        for (name, value) in text.split(',').filter_map(|item| item.split_once('=')) {
            let value = typed(&node(field, value), option.name == "set-string");
            settings.add(Some(&node(field, name)), Some(value));
        }
    }
    let unknown = step.options.iter().any(|option| {
        matches!(option.name.as_str(), "set" | "set-string") && option.value.as_ref().is_some_and(Field::is_unknown)
    });
    if unknown {
        return Some(Layer::unseen(nothing, Vec::new(), step.at));
    }
    let node = settings.map(step.at)?;
    Some(Layer { document: Arc::clone(nothing), path: Vec::new(), node, editable: false })
}
