//! The laws of the house, and the harness that runs the rules' pages.
//!
//! `UPDATE_PAGES=1 cargo test pages` writes the outputs into the pages, `UPDATE_PAGES=1 cargo test incidents` those of the
//! incidents; everything else here only compares.

mod applications;
mod argocd;
mod containers;
mod coverage;
mod crds;
mod facts;
mod feeds;
mod house;
mod incidents;
mod judgement;
mod keys;
mod pages;
mod plan;
mod runbooks;
mod same;
mod schemas;
mod texts;
mod umbrella;

use crate::config::{Config, FILE_NAME};
use crate::facts::Facts;
use crate::outcome::Outcome;
use crate::report::{Context, Style};
use crate::rules::{RULES, Rule};
use crate::source::{Absence, Side, Source, Sources, Texts};
use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder, sorted.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn known_facts() -> Facts {
    Facts::embedded()
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// What a report is made of, without colour, time or anything else that differs between two runs.
fn plain<'a>(base: &'a Sources, head: &'a Sources, outcome: &'a Outcome) -> Context<'a> {
    Context {
        texts: Texts { base, head },
        outcome,
        style: Style::default(),
        elapsed: None,
        tool_version: "",
        allow_unknown: false,
        hint: None,
        run: Default::default(),
    }
}

/// A case told by texts alone: the files of both sides, a config among those of the head.
#[derive(Clone, Debug, Default)]
struct Told {
    base: Vec<(String, String)>,
    head: Vec<(String, String)>,
}

impl Told {
    fn sources(&self) -> (Sources, Sources) {
        let side = |side, files: &[(String, String)]| {
            let mut sources = Sources::empty(side);
            for (path, text) in files {
                let origin = (side == Side::Base).then(|| "HEAD".to_string());
                let disk = (side == Side::Head).then(|| PathBuf::from(path));
                sources.push(Source { path: path.clone(), origin, disk, text: text.clone() });
            }
            sources.seen = sources.files.len();
            sources
        };
        (side(Side::Base, &self.base), side(Side::Head, &self.head))
    }

    fn config(&self) -> Config {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        let read = |files: &[(String, String)]| {
            let (_, text) = files.iter().find(|(path, _)| path == FILE_NAME)?;
            Some(Config::parse(FILE_NAME, text, &ids).unwrap())
        };
        let mut config = read(&self.head).unwrap_or_default();
        config.before = read(&self.base).map(|base| crate::config::Before {
            values: base.values,
            operator_version: base.operator_version,
            operator_webhook: base.operator_webhook,
        });
        config.base_name = (!self.base.is_empty()).then(|| "HEAD".to_string());
        let is_live = self.base.iter().any(|(path, _)| crate::detect::is_live(path));
        config.sight = is_live.then(crate::model::Sight::default);
        config.today = "2026-11-21".to_string();
        config.whole = true;
        config
    }

    fn check(&self, facts: &Facts, rules: &[&Rule]) -> (Sources, Sources, Outcome) {
        // A page shows what its rule says, hints too.
        let config = Config { pedantic: rules.len() == 1, ..self.config() };
        let (mut base, mut head) = self.sources();
        let mut outcome = crate::check_with(&base, &head, facts, &config, rules);
        while !outcome.wanted.is_empty() {
            for wanted in &outcome.wanted {
                let side = if wanted.side == Side::Base { &mut base } else { &mut head };
                let absence = if wanted.path.starts_with("../") || wanted.path.starts_with('/') {
                    Absence::Outside
                } else {
                    Absence::Missing
                };
                side.absent.insert(wanted.path.clone(), absence);
            }
            outcome = crate::check_with(&base, &head, facts, &config, rules);
        }
        (base, head, outcome)
    }
}
