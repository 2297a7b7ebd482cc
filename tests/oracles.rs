//! The model against what Helm and the operator really answered. Each row of the recordings goes through the same `check` as
//! any file; per recording and field it is counted how often the model says the same.
//!
//! The recordings lie beside the project and are no part of it: without them there is nothing to compare, and this says so.
#![allow(clippy::unwrap_used)]

use milvus_lint::config::Config;
use milvus_lint::detect::{Layer, Layers};
use milvus_lint::facts::Facts;
use milvus_lint::model::{Mode, Version};
use milvus_lint::normalize::helm::{Flag, Release, Upgrade, after_upgrade};
use milvus_lint::normalize::{self, Normal};
use milvus_lint::outcome::{DeploymentView, Outcome};
use milvus_lint::rules::{RULES, Rule};
use milvus_lint::source::{Side, SourceId, Sources};
use milvus_lint::yaml;
use rayon::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What differs and why, in short; `docs/oracles.md` says it in full. A row is named by a part of it.
const EXPLAINED: [(&str, &str, &str); 4] = [
    (
        "helm-defaults-by-chart.jsonl",
        "3.3.0 ",
        "the chart names no queue, and the server takes the one that is configured",
    ),
    ("operator.jsonl", "v1alpha1", "the recording does not convert the old interface"),
    ("operator.jsonl", "groups-label", "only a webhook that is off by default refuses it"),
    ("real-resources.jsonl", "sdk-go", "a variable stands in the image, and what fills it in is not known"),
];

/// How often the model agreed, by recording and field, and the rows in which it did not.
#[derive(Default)]
struct Tally(BTreeMap<(&'static str, &'static str), Count>);

#[derive(Default)]
struct Count {
    agree: usize,
    total: usize,
    explained: usize,
    differ: Vec<String>,
}

impl Tally {
    fn compare(&mut self, file: &'static str, field: &'static str, row: &str, ours: &str, theirs: &str) {
        let count = self.0.entry((file, field)).or_default();
        count.total += 1;
        let why = || EXPLAINED.iter().find(|(of, part, _)| *of == file && row.contains(part));
        if ours == theirs {
            count.agree += 1;
        } else if let Some((.., why)) = why() {
            count.explained += 1;
            count.differ.push(format!("{row}: we say {ours:?}, it was {theirs:?} ({why})"));
        } else {
            count.differ.push(format!("{row}: we say {ours:?}, it was {theirs:?}"));
        }
    }

    fn add(&mut self, other: Tally) {
        for (key, count) in other.0 {
            let mine = self.0.entry(key).or_default();
            mine.agree += count.agree;
            mine.total += count.total;
            mine.explained += count.explained;
            mine.differ.extend(count.differ);
        }
    }
}

fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/oracles");
    let path = std::env::var_os("MILVUS_LINT_ORACLES").map_or(path, PathBuf::from);
    path.is_dir().then_some(path)
}

fn rows(folder: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().map(|all| all.iter().map(text).collect()).unwrap_or_default()
}

fn by<'a>(rows: &'a [Value], key: &str) -> Vec<(String, Vec<&'a Value>)> {
    let mut groups: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for row in rows {
        groups.entry(text(&row[key])).or_default().push(row);
    }
    groups.into_iter().collect()
}

/// One run over texts; the Milvus of each text, by its place in the list. Only the operator's answers are compared with rules.
fn run(texts: &[String], facts: &Facts, config: &Config, rules: &[&Rule]) -> (Vec<Vec<DeploymentView>>, Outcome) {
    let names: Vec<String> = (0..texts.len()).map(|nth| format!("{nth}/values.yaml")).collect();
    let head = Sources::from_texts(Side::Head, names.iter().cloned().zip(texts.iter().cloned()));
    let config = Config {
        told_values: if config.chart_version.is_some() { names } else { Vec::new() },
        whole: true,
        today: "2026-11-21".to_string(),
        ..config.clone()
    };
    let outcome = milvus_lint::check_with(&Sources::empty(Side::Base), &head, facts, &config, rules);
    let mut found: Vec<Vec<DeploymentView>> = texts.iter().map(|_| Vec::new()).collect();
    for view in &outcome.deployments {
        found[view.at.source.index as usize].push(view.clone());
    }
    (found, outcome)
}

fn known(value: &milvus_lint::outcome::ValueView) -> String {
    value.value.clone().unwrap_or_default()
}

fn components(view: &DeploymentView) -> String {
    let Some(all) = &view.workloads else { return "unknown".to_string() };
    let names: BTreeSet<&str> = all.iter().map(|one| one.component.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(" ")
}

fn strategies(view: &DeploymentView) -> String {
    let Some(all) = &view.workloads else { return "unknown".to_string() };
    let said = all.iter().map(|one| format!("{} {}", one.component, one.strategy.as_deref().unwrap_or("unknown")));
    said.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
}

fn sorted(mut names: Vec<String>) -> String {
    names.sort();
    names.dedup();
    names.join(" ")
}

/// What a rendered Deployment says of its strategy, in the words of the model.
fn rendered_strategy(said: &str) -> String {
    let (kind, limits) = said.split_once(' ').unwrap_or((said, "null"));
    let limits: Value = serde_json::from_str(limits).unwrap();
    match kind {
        "<none>" => "rolling".to_string(),
        "Recreate" => "recreate".to_string(),
        _ => {
            let limit = |key: &str, sign: &str| match &limits[key] {
                Value::Null => String::new(),
                value => format!(" {sign}{}", text(value)),
            };
            format!("rolling{}{}", limit("maxSurge", "+"), limit("maxUnavailable", "-"))
        }
    }
}

fn layout(said: &Value) -> String {
    if said == "both" { "mix+separate".to_string() } else { text(said) }
}

/// Compares a Milvus with what a chart rendered.
fn compare_rendered(tally: &mut Tally, file: &'static str, row: &str, view: &DeploymentView, answer: &Value) {
    tally.compare(file, "mode", row, &known(&view.mode), &text(&answer["mode"]));
    tally.compare(file, "coordinators", row, &known(&view.coordinators), &layout(&answer["coordinators"]));
    tally.compare(file, "components", row, &components(view), &sorted(words(&answer["components"])));
    tally.compare(file, "image", row, &known(&view.image), &sorted(words(&answer["milvusImages"])));
    let last = match &answer["queueLast"] {
        Value::Null => words(&answer["queueBlocks"]).into_iter().chain(words(&answer["queueUser"])).next_back(),
        last => Some(text(last)),
    };
    tally.compare(file, "queue", row, &known(&view.queue), &last.unwrap_or_default());
    let theirs = answer["strategies"].as_object().unwrap().iter();
    let theirs = theirs.map(|(name, said)| format!("{name} {}", rendered_strategy(&text(said))));
    let theirs = theirs.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
    tally.compare(file, "strategies", row, &strategies(view), &theirs);
}

/// Two of the small values are recorded by name only; these say the same.
const SEPARATE: &str = "mixCoordinator: {enabled: false}\nrootCoordinator: {enabled: true}\nqueryCoordinator: {enabled: true}\n\
                        indexCoordinator: {enabled: true}\ndataCoordinator: {enabled: true}\n";
const STANDBY: &str = "mixCoordinator: {enabled: true, replicas: 2, activeStandby: {enabled: true}}\n\
                       rootCoordinator: {enabled: false}\nqueryCoordinator: {enabled: false}\n\
                       indexCoordinator: {enabled: false}\ndataCoordinator: {enabled: false}\n";

fn values_texts(folder: &Path) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    texts.insert("14-coords-separate-explicit.yaml".to_string(), SEPARATE.to_string());
    texts.insert("16-mixcoord-explicit-ha.yaml".to_string(), STANDBY.to_string());
    for row in rows(folder, "helm-rendered.jsonl") {
        let name = text(&row["values"]);
        match &row["valuesText"] {
            Value::String(text) => drop(texts.insert(name, text.clone())),
            _ => {
                let file = folder.join("../../corpus/values").join(&name);
                if let Ok(text) = std::fs::read_to_string(file) {
                    texts.insert(name, text);
                }
            }
        }
    }
    texts
}

/// Values rendered by a chart: `helm-rendered` and `helm-defaults-by-chart`.
fn rendered(folder: &Path, file: &'static str, facts: &Facts) -> Tally {
    let texts = values_texts(folder);
    let rows = rows(folder, file);
    let one = |(chart, rows): (String, Vec<&Value>)| {
        let mut tally = Tally::default();
        let name = |row: &Value| format!("{}.yaml", text(&row["values"]).trim_end_matches(".yaml"));
        let named = |row: &Value| texts.get(&name(row)).or_else(|| texts.get(&text(&row["values"])));
        let rows: Vec<&Value> = rows.into_iter().filter(|row| named(row).is_some()).collect();
        let all: Vec<String> = rows.iter().map(|row| named(row).unwrap().clone()).collect();
        let config = Config { chart_version: Version::parse(&chart), ..Config::default() };
        let (found, _) = run(&all, facts, &config, &[]);
        for (row, views) in rows.iter().zip(found) {
            let id = format!("{chart} {}", text(&row["values"]));
            match views.as_slice() {
                [view] => compare_rendered(&mut tally, file, &id, view, row),
                other => tally.compare(file, "found", &id, &other.len().to_string(), "1"),
            }
        }
        tally
    };
    gather(by(&rows, "chart").into_par_iter().map(one).collect())
}

fn gather(all: Vec<Tally>) -> Tally {
    let mut sum = Tally::default();
    all.into_iter().for_each(|tally| sum.add(tally));
    sum
}

/// Which queue blocks are rendered; of the model the one that wins is compared.
fn queue_combinations(folder: &Path, facts: &Facts) -> Tally {
    const FILE: &str = "helm-queue-combinations.jsonl";
    const SWITCHES: [&str; 6] = ["externalPulsar", "pulsar", "woodpecker", "pulsarv3", "externalKafka", "kafka"];
    let rows = rows(folder, FILE);
    let one = |(chart, rows): (String, Vec<&Value>)| {
        let values = |row: &&Value| {
            let on = words(&row["on"]);
            let switches: Vec<String> = SWITCHES
                .iter()
                .map(|key| format!("{key}: {{enabled: {}}}\n", on.iter().any(|name| name == key)))
                .collect();
            let mode = format!("cluster: {{enabled: {}}}\n", row["cluster"]);
            let queue = row["standaloneMQ"].as_str().map(|word| format!("standalone: {{messageQueue: {word}}}\n"));
            format!("{mode}{}{}", switches.concat(), queue.unwrap_or_default())
        };
        let texts: Vec<String> = rows.iter().map(values).collect();
        let config = Config { chart_version: Version::parse(&chart), ..Config::default() };
        let mut tally = Tally::default();
        for ((row, views), text) in rows.iter().zip(run(&texts, facts, &config, &[]).0).zip(&texts) {
            let last = words(&row["queueBlocks"]).pop().unwrap_or_default();
            let ours = views.first().map(|view| known(&view.queue)).unwrap_or_default();
            tally.compare(FILE, "queue", &format!("{chart} {}", text.replace('\n', " ")), &ours, &last);
        }
        tally
    };
    gather(by(&rows, "chart").into_par_iter().map(one).collect())
}

fn layers(values: &Value) -> Layers {
    let id = SourceId { side: Side::Head, index: 0 };
    let document = yaml::parse(id, &values.to_string()).documents.into_iter().next().unwrap();
    Layers(vec![Layer::of_document(Arc::new(document))])
}

/// What is in force before and after `helm upgrade`, and what is rendered of it.
fn upgrade_flags(folder: &Path, facts: &Facts) -> Tally {
    const FILE: &str = "helm-upgrade-flags.jsonl";
    let one = |row: &Value| {
        let mut tally = Tally::default();
        let id = text(&row["id"]);
        let chart = |key: &str| Version::parse(&text(&row[key])).unwrap();
        let before = Release::installed(chart("chartA"), layers(&row["valuesA"]));
        let flag = match text(&row["flag"]).as_str() {
            "reuse" => Flag::ReuseValues,
            "reset" => Flag::ResetValues,
            "resetThenReuse" => Flag::ResetThenReuseValues,
            _ => Flag::None,
        };
        // The recorded values of the second step are those after the merge, where the flag merges.
        let values = layers(&row["valuesB"]);
        let upgrade = Upgrade { chart: chart("chartB"), values, flag, looks: row["live"] == Value::Bool(true) };
        let after = after_upgrade(&before, &upgrade, facts);
        let mode = read(&before, facts).mode.value().copied();
        let refused = flag == Flag::ReuseValues && refusal(facts, &before.chart, &after.chart, mode);
        tally.compare(FILE, "refused", &id, &refused.to_string(), &(!row["upgradeError"].is_null()).to_string());
        for (state, release) in [("before", &before), ("after", &after)] {
            if let Some(effective) = row[state]["effective"].as_object() {
                for (key, theirs) in effective {
                    let ours = release.value(key, facts).unwrap_or_default();
                    tally.compare(FILE, "value in force", &format!("{id} {state} {key}"), &ours, &text(theirs));
                }
            }
        }
        for (release, answer) in [(&before, &row["renderedBefore"]), (&after, &row["rendered"])] {
            if answer.is_object() {
                compare_release(&mut tally, &id, release, answer, facts);
            }
        }
        tally
    };
    gather(rows(folder, FILE).par_iter().map(one).collect())
}

fn read(release: &Release, facts: &Facts) -> milvus_lint::model::Deployment {
    match normalize::read(&release.evidence(), facts, &release.given()) {
        Normal::Deployment(deployment) => *deployment,
        Normal::Migration(_) => unreachable!("values are no migration"),
    }
}

fn compare_release(tally: &mut Tally, id: &str, release: &Release, answer: &Value, facts: &Facts) {
    const FILE: &str = "helm-upgrade-flags.jsonl";
    let read = read(release, facts);
    let mode = read.mode.value().map(|mode| mode.as_str()).unwrap_or_default();
    tally.compare(FILE, "mode", id, mode, &text(&answer["mode"]));
    let queue = read.queue.value().map(|queue| queue.as_str()).unwrap_or_default();
    let last = words(&answer["queueBlocks"]).pop().unwrap_or_default();
    tally.compare(FILE, "queue", id, queue, &last);
    let image = read.image.value().map(|image| image.text.clone()).unwrap_or_default();
    tally.compare(FILE, "image", id, &image, &sorted(words(&answer["milvusImages"])));
    if mode == "cluster" {
        let layout = read.coordinators.value().map(|layout| layout.as_str()).unwrap_or_default();
        tally.compare(FILE, "coordinators", id, layout, &self::layout(&answer["coordinators"]));
    }
    let all = read.workloads.value().map(|all| all.iter().map(|one| one.component.clone()).collect());
    tally.compare(FILE, "components", id, &sorted(all.unwrap_or_default()), &sorted(words(&answer["components"])));
}

/// Whether the facts say that Helm stops.
fn refusal(facts: &Facts, from: &Version, to: &Version, mode: Option<Mode>) -> bool {
    let fits = |row: &&milvus_lint::facts::ReuseValues| {
        row.from.contains(from) && row.to.contains(to) && (row.mode.is_none() || row.mode == mode)
    };
    facts.reuse_values.iter().filter(fits).any(|row| row.outcome.starts_with("helm stops"))
}

fn reuse_errors(folder: &Path, facts: &Facts) -> Tally {
    const FILE: &str = "helm-reuse-values-errors.jsonl";
    let mut tally = Tally::default();
    for row in rows(folder, FILE) {
        let version = |key: &str| Version::parse(&text(&row[key])).unwrap();
        let ours = refusal(facts, &version("from"), &version("to"), Mode::parse(&text(&row["values"])));
        tally.compare(FILE, "refused", &row.to_string(), &ours.to_string(), &(!row["error"].is_null()).to_string());
    }
    tally
}

/// What the operator makes of a Milvus.
fn compare_operated(
    tally: &mut Tally,
    file: &'static str,
    id: &str,
    view: &DeploymentView,
    answer: &Value,
    names: [&'static str; 4],
) {
    let [queue, gate, rolling, components_key] = names;
    tally.compare(file, "mode", id, &known(&view.mode), &text(&answer["mode"]));
    tally.compare(file, "queue", id, &known(&view.queue), &text(&answer[queue]).replace("custom", ""));
    tally.compare(file, "image", id, &known(&view.image), &text(&answer["image"]));
    tally.compare(file, "rolling", id, &known(&view.rolling), &text(&answer[rolling]));
    let theirs = match &answer[gate] {
        Value::Bool(true) => "new",
        Value::Bool(false) => "old",
        _ => "-",
    };
    tally.compare(file, "gate", id, view.gate.as_deref().unwrap_or("unknown"), theirs);
    let part = |one: &Value| if one.is_string() { text(one) } else { text(&one["name"]) };
    let theirs: Vec<String> = answer[components_key].as_array().unwrap().iter().map(part).collect();
    tally.compare(file, "components", id, &components(view), &sorted(theirs));
}

/// The order, the strategies and the idle ones of what the operator makes.
fn compare_workloads(tally: &mut Tally, file: &'static str, id: &str, view: &DeploymentView, answer: &Value) {
    let theirs = answer["components"].as_array().unwrap().iter();
    let strategy = |one: &Value| match text(&one["strategy"]).as_str() {
        "Recreate" => "recreate".to_string(),
        _ if text(&one["maxSurge"]) == "100%" => "all at once".to_string(),
        _ => format!("rolling +{} -{}", text(&one["maxSurge"]), text(&one["maxUnavailable"])),
    };
    let said = theirs.clone().map(|one| format!("{} {}", text(&one["name"]), strategy(one)));
    let said = said.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
    tally.compare(file, "strategies", id, &strategies(view), &said);
    let ours = view.workloads.iter().flatten();
    let waits = ours.clone().filter_map(|one| Some(format!("{}>{}", one.waits_for.as_deref()?, one.component)));
    let after = theirs.clone().flat_map(|one| {
        words(&one["waitsFor"]).into_iter().map(|before| format!("{before}>{}", text(&one["name"]))).collect::<Vec<_>>()
    });
    tally.compare(file, "update order", id, &sorted(waits.collect()), &sorted(after.collect()));
    let idle = ours.filter(|one| one.idle).map(|one| one.component.clone());
    let none = theirs.filter(|one| one["replicas"] == 0).map(|one| text(&one["name"]));
    tally.compare(file, "without pods", id, &sorted(idle.collect()), &sorted(none.collect()));
}

/// The rules that say what the API server or the webhook says.
const REFUSALS: [&str; 10] = [
    "migration-incomplete",
    "value-unknown",
    "field-value-invalid",
    "setting-unsupported",
    "dependency-incomplete",
    "version-unreadable",
    "rolling-ineffective",
    "migration-version-malformed",
    "migration-source-unsupported",
    "migration-target-unsupported",
];
const PRUNED: [&str; 3] = ["field-unknown", "field-too-new", "metadata-at-root"];

/// The rules that say something of a text, apart from mere remarks.
fn rules_of(outcome: &Outcome, nth: usize) -> BTreeSet<&'static str> {
    let of = outcome.findings.iter().filter(|finding| finding.at.source.index as usize == nth);
    of.filter(|finding| finding.severity.as_str() != "info").map(|finding| finding.rule).collect()
}

fn with_operator(version: &str) -> Config {
    Config { operator_version: Version::parse(version.trim_start_matches('v')), ..Config::default() }
}

fn operator(folder: &Path, facts: &Facts) -> Tally {
    const FILE: &str = "operator.jsonl";
    let rows = rows(folder, FILE);
    let one = |(version, rows): (String, Vec<&Value>)| {
        let mut tally = Tally::default();
        let texts: Vec<String> = rows.iter().map(|row| row["new"].to_string()).collect();
        let (found, outcome) = run(&texts, facts, &with_operator(&version), RULES);
        for (nth, (row, views)) in rows.iter().zip(found).enumerate() {
            let id = format!("{version} {}", text(&row["id"]));
            let answer = &row["answer"];
            let [view] = views.as_slice() else {
                tally.compare(FILE, "found", &id, &views.len().to_string(), "1");
                continue;
            };
            let refused = ["validateCreateError", "validateUpdateError", "upgradeValidateError", "decodeError"];
            let refused =
                refused.iter().any(|key| !answer[*key].is_null()) || row["crd"]["errors"] != Value::Array(vec![]);
            let rules = rules_of(&outcome, nth);
            if refused {
                let seen = rules.iter().any(|rule| REFUSALS.contains(rule));
                tally.compare(FILE, "refused", &format!("{id} {rules:?}"), &seen.to_string(), "true");
            }
            let pruned = !words(&row["crd"]["pruned"]).is_empty();
            let seen = rules.iter().any(|rule| PRUNED.contains(rule));
            tally.compare(FILE, "unknown fields", &format!("{id} {rules:?}"), &seen.to_string(), &pruned.to_string());
            // What the API server refuses never comes to the operator.
            if answer["facts"].is_object() && row["crd"]["errors"] == Value::Array(vec![]) {
                let facts = &answer["facts"];
                let names = ["msgStreamType", "IsVersionGreaterThan2_6", "enableRollingUpdate", "components"];
                compare_operated(&mut tally, FILE, &id, view, facts, names);
                tally.compare(FILE, "update mode", &id, &known(&view.update_mode), &text(&facts["imageUpdateMode"]));
                compare_workloads(&mut tally, FILE, &id, view, facts);
            }
        }
        tally
    };
    gather(by(&rows, "operator").into_par_iter().map(one).collect())
}

/// The resources of the corpus; each file is read whole, and the document is found by its number.
fn real_resources(folder: &Path, facts: &Facts) -> Tally {
    const FILE: &str = "real-resources.jsonl";
    let corpus = folder.join("../../corpus");
    let mut rows = rows(folder, FILE);
    rows.retain(|row| corpus.join(text(&row["file"]).split('#').next().unwrap()).is_file());
    let one = |version: &str| {
        let mut tally = Tally::default();
        let mut texts = Vec::new();
        for row in &rows {
            let name = text(&row["file"]);
            let (path, nth) = name.split_once('#').unwrap();
            let whole = std::fs::read_to_string(corpus.join(path)).unwrap();
            texts.push(document(&whole, nth.parse().unwrap()));
        }
        let (found, outcome) = run(&texts, facts, &with_operator(version), RULES);
        for (nth, (row, views)) in rows.iter().zip(found).enumerate() {
            let id = format!("{version} {}", text(&row["file"]));
            let answer = &row[version];
            let rules = rules_of(&outcome, nth);
            if !words(&answer["crdErrors"]).is_empty() {
                let seen = rules.iter().any(|rule| REFUSALS.contains(rule));
                tally.compare(FILE, "refused", &format!("{id} {rules:?}"), &seen.to_string(), "true");
            }
            let pruned = !words(&answer["pruned"]).is_empty();
            let seen = rules.iter().any(|rule| PRUNED.contains(rule));
            tally.compare(FILE, "unknown fields", &format!("{id} {rules:?}"), &seen.to_string(), &pruned.to_string());
            if !answer["components"].is_array() || !words(&answer["crdErrors"]).is_empty() {
                continue;
            }
            match views.as_slice() {
                [view] => {
                    compare_operated(&mut tally, FILE, &id, view, answer, ["mq", "gate26", "rolling", "components"])
                }
                other => tally.compare(FILE, "found", &id, &other.len().to_string(), "1"),
            }
        }
        tally
    };
    gather(["v1.1.9", "v1.3.8"].into_par_iter().map(one).collect())
}

/// The documents that are no comment alone count, from 0.
fn document(text: &str, nth: usize) -> String {
    let mut parts: Vec<String> = vec![String::new()];
    for line in text.lines() {
        if line.trim_end() == "---" || line.starts_with("--- ") {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    let says = |part: &String| part.lines().any(|line| !line.trim().is_empty() && !line.trim().starts_with('#'));
    parts.into_iter().filter(says).nth(nth).unwrap_or_default()
}

#[test]
fn the_model_says_what_helm_and_the_operator_said() {
    let Some(folder) = folder() else {
        println!("skipped: ../shared/facts/oracles is not here, so there is nothing to compare with");
        return;
    };
    let facts = Facts::embedded().unwrap();
    let sum = Mutex::new(Tally::default());
    let parts: [&(dyn Fn() -> Tally + Sync); 7] = [
        &|| rendered(&folder, "helm-rendered.jsonl", &facts),
        &|| rendered(&folder, "helm-defaults-by-chart.jsonl", &facts),
        &|| queue_combinations(&folder, &facts),
        &|| upgrade_flags(&folder, &facts),
        &|| reuse_errors(&folder, &facts),
        &|| operator(&folder, &facts),
        &|| real_resources(&folder, &facts),
    ];
    parts.par_iter().for_each(|part| sum.lock().unwrap().add(part()));
    let mut missed = Vec::new();
    for ((file, field), Count { agree, total, explained, differ }) in &sum.into_inner().unwrap().0 {
        println!("{file:32} {field:16} {agree:5}/{total}, {explained} explained");
        differ.iter().for_each(|line| println!("    {line}"));
        if agree + explained < *total {
            missed.push(format!("{file} {field}: {agree}/{total}, {explained} explained\n  {}", differ.join("\n  ")));
        }
    }
    assert!(missed.is_empty(), "differences that nobody has explained:\n{}", missed.join("\n"));
}
