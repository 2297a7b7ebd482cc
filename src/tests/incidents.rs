//! Upgrades that went wrong in public, each told as the files in which one could have seen it coming.
//!
//! `testdata/incidents/<repository>-<number>-<words>/` has both sides (`base/`, `head/`), what is expected (`expected.md`) and,
//! where there is one, what would have been right (`right/`, in the place of the head): that has to pass without a warning.
//! `UPDATE_PAGES=1 cargo test --lib incidents` writes the expectations and `docs/incidents.md`; it cannot make `right/` pass.

use super::{Told, files_below, known_facts, root};
use crate::facts::Facts;
use crate::finding::Severity;
use crate::outcome::Outcome;
use crate::rules::RULES;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// One test writes what the others read.
static FILES: Mutex<()> = Mutex::new(());

/// So many incidents are told at least.
const AT_LEAST: usize = 40;

/// One incident, as its `expected.md` tells it.
struct Incident {
    folder: PathBuf,
    name: String,
    title: String,
    link: String,
    /// All of `expected.md` before the answer.
    told: String,
    /// The lines of the answer.
    expected: String,
}

/// What a run says of an incident.
struct Answer {
    /// The rules that speak, each with its gravest severity and the first sentence of that.
    rules: BTreeMap<&'static str, (Severity, String)>,
    verdict: String,
}

fn incidents() -> Vec<Incident> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root().join("testdata/incidents")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.into_iter().map(incident).collect()
}

fn incident(folder: PathBuf) -> Incident {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let page = std::fs::read_to_string(folder.join("expected.md")).unwrap_or_else(|_| panic!("{name}: expected.md"));
    let (told, answer) = page.split_once("```text\n").unwrap_or((&page, ""));
    let title = told.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default().to_string();
    let link = told.lines().find(|line| line.starts_with("https://github.com/")).unwrap_or_default().to_string();
    let expected = answer.split("```").next().unwrap_or_default().to_string();
    Incident { title, link, told: told.to_string(), expected, name, folder }
}

fn side(folder: &Path) -> Vec<(String, String)> {
    if !folder.is_dir() {
        return Vec::new();
    }
    let file = |path: PathBuf| {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        (name, std::fs::read_to_string(&path).unwrap())
    };
    files_below(folder).into_iter().map(file).collect()
}

fn judged(folder: &Path, head: &str, facts: &Facts) -> Answer {
    let told = Told { base: side(&folder.join("base")), head: side(&folder.join(head)) };
    answer(&told.check(facts, RULES).2)
}

fn answer(outcome: &Outcome) -> Answer {
    let mut rules: BTreeMap<&'static str, (Severity, String)> = BTreeMap::new();
    for finding in &outcome.findings {
        let entry = rules.entry(finding.rule).or_insert_with(|| (finding.severity, finding.message.clone()));
        if finding.severity > entry.0 {
            *entry = (finding.severity, finding.message.clone());
        }
    }
    let mut verdicts: Vec<_> = outcome.transitions.iter().filter_map(|transition| transition.verdict).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    let verdict = if verdicts.is_empty() { "no change to judge".to_string() } else { verdicts.join(", ") };
    Answer { rules, verdict }
}

impl Answer {
    fn lines(&self) -> String {
        let mut text = format!("verdict: {}\n", self.verdict);
        for (rule, (severity, _)) in &self.rules {
            let _ = writeln!(text, "{} {rule}", severity.as_str());
        }
        text
    }
}

#[test]
fn incidents_would_have_been_seen_coming() {
    let _alone = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let facts = known_facts();
    let update = std::env::var_os("UPDATE_PAGES").is_some();
    let incidents = incidents();
    let mut wrong = Vec::new();
    assert!(incidents.len() >= AT_LEAST, "{} incidents are told, {AT_LEAST} are promised", incidents.len());
    for incident in &incidents {
        let lines = judged(&incident.folder, "head", &facts).lines();
        if update {
            let page = format!("{}```text\n{lines}```\n", incident.told);
            std::fs::write(incident.folder.join("expected.md"), page).unwrap();
        } else if lines != incident.expected {
            wrong.push(format!("{}: expected\n{}and it says\n{lines}", incident.name, incident.expected));
        }
        if incident.folder.join("right").is_dir() {
            let right = judged(&incident.folder, "right", &facts);
            let blamed = right.rules.values().any(|(severity, _)| *severity > Severity::Info);
            if blamed || right.verdict.contains("illegal") {
                wrong.push(format!("{}: what would have been right is blamed\n{}", incident.name, right.lines()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_incident_is_named_after_its_thread() {
    let _alone = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    for incident in incidents() {
        let number = incident.link.rsplit('/').next().unwrap_or_default();
        let named = incident.name.split('-').any(|part| part == number);
        assert!(!number.is_empty() && named, "{}: the name has the number of {:?}", incident.name, incident.link);
        assert!(!incident.title.is_empty(), "{}: a title", incident.name);
    }
}

#[test]
fn the_table_of_incidents_is_current() {
    let _alone = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let facts = known_facts();
    let mut page = String::from(HEADING);
    for incident in incidents() {
        let answer = judged(&incident.folder, "head", &facts);
        let thread =
            incident.link.trim_start_matches("https://github.com/").replace("/issues/", "#").replace("/pull/", "#");
        let said: Vec<String> = answer
            .rules
            .iter()
            .map(|(rule, (severity, message))| {
                let page = format!("../src/rules/{}.md", rule.replace('-', "_"));
                format!("{} [{rule}]({page}): {}", severity.as_str(), message.replace('|', "\\|"))
            })
            .collect();
        let said = if said.is_empty() { "nothing: see below".to_string() } else { said.join("<br>") };
        let folder = format!("../testdata/incidents/{}", incident.name);
        let _ = writeln!(
            page,
            "| [{thread}]({}) | [{}]({folder}) | {} | {said} |",
            incident.link, incident.title, answer.verdict
        );
    }
    page.push_str(CLOSING);
    let path = root().join("docs/incidents.md");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/incidents.md is out of date; UPDATE_PAGES=1 cargo test --lib incidents writes it");
}

const HEADING: &str = "# Incidents

Upgrades of Milvus that went wrong in public, each told in `testdata/incidents` as the files in which it could have been seen:
what stood there before, what was changed, and what `milvus-lint` says to that. The files are made up, in the smallest form that
holds the fault; what happened is what the thread reports. `cargo test --lib incidents` runs them all.

| thread | what happened | verdict | what is said |
| --- | --- | --- | --- |
";

const CLOSING: &str = "
Where nothing is said, the fault is not in any file: the release itself has it, or it comes from what the servers do at that
moment. These stand here so that nobody takes silence for an assurance; what helps against them is among the steps of
`milvus-lint plan`.
";
