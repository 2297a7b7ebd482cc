//! SARIF 2.1.0: one log with one run.
//!
//! Takes a [`Context`]; gives the document, with the rules that have results and their pages, and what could not be read as
//! notifications. `result` makes the results. Keeps to what GitHub's code scanning takes.

mod result;

use super::entry::{self, Entry};
use super::paint::clean;
use super::{Context, RuleInfo, shape};
use crate::finding::{Confidence, Severity};
use serde_json::{Map, Value, json};
use std::io;

/// Code scanning refuses a run with more results.
const MOST_RESULTS: usize = 25_000;
/// Code scanning takes this many characters of a description.
const LONGEST: usize = 1_000;
/// Where the pages of the rules can be read, if the package says where it lives.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// Writes the log.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let all = entry::all(context);
    let accepted = entry::accepted(context);
    let found: Vec<&Entry> = all.iter().filter(|entry| entry.finding.is_some()).collect();
    let rules = rules(context, found.iter().copied().chain(accepted.iter().map(|(entry, _)| entry)));
    let place = result::Place { context, rules: &rules };
    let stands = found.iter().map(|entry| place.result(entry, None));
    let results: Vec<Value> =
        stands.chain(accepted.iter().map(|(entry, by)| place.result(entry, Some(by)))).take(MOST_RESULTS).collect();
    let left_out = found.len() + accepted.len() - results.len();
    let mut driver = json!({ "name": "milvus-lint" });
    if !context.tool_version.is_empty() {
        driver["semanticVersion"] = json!(context.tool_version);
    }
    if !REPOSITORY.is_empty() {
        driver["informationUri"] = json!(REPOSITORY);
    }
    driver["rules"] = rules.iter().map(|rule| descriptor(context, rule)).collect();
    driver["notifications"] = notices();
    let run = json!({
        "tool": { "driver": driver },
        "invocations": [invocation(context, &place, &all, left_out)],
        "originalUriBaseIds": bases(context),
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    shape::pretty(&log, w)
}

/// The rules that have results, by id; one that nobody described is described by its id.
fn rules<'a>(context: &Context, entries: impl Iterator<Item = &'a Entry<'a>>) -> Vec<RuleInfo> {
    let mut found: Vec<RuleInfo> = Vec::new();
    for entry in entries {
        let Some(finding) = entry.finding.filter(|finding| !found.iter().any(|rule| rule.id == finding.rule)) else {
            continue;
        };
        let known = context.run.rules.iter().find(|rule| rule.id == finding.rule).copied();
        found.push(known.unwrap_or(RuleInfo {
            id: finding.rule,
            severity: finding.severity,
            confidence: finding.confidence,
            summary: finding.rule,
            scope: "state",
            page: "",
        }));
    }
    found.sort_by_key(|rule| rule.id);
    found
}

fn descriptor(context: &Context, rule: &RuleInfo) -> Value {
    let prose = prose(rule.page);
    let full = if prose.is_empty() { rule.summary } else { prose };
    let mut descriptor = json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": clip(rule.summary) },
        "fullDescription": { "text": clip(full) },
        "help": { "text": full, "markdown": if rule.page.is_empty() { full } else { rule.page } },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": ["milvus", rule.scope],
            "confidence": rule.confidence.as_str(),
            "precision": precision(rule.confidence),
            "problem.severity": problem(rule.severity),
        },
    });
    if !REPOSITORY.is_empty() {
        let (version, file) = (context.tool_version, rule.id.replace('-', "_"));
        descriptor["helpUri"] = json!(format!("{REPOSITORY}/blob/v{version}/src/rules/{file}.md"));
    }
    descriptor
}

/// What a page says before its examples, without its title.
fn prose(page: &str) -> &str {
    let body = match page.strip_prefix("# ") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, body)| body),
        None => page,
    };
    body.split("\n## ").next().unwrap_or_default().trim()
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// SARIF's word for a severity.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Code scanning's word for it, and for how sure a rule is.
fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "recommendation",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "very-high",
        Confidence::Likely => "high",
        Confidence::Hint => "medium",
    }
}

/// What can be said besides findings.
fn notices() -> Value {
    [
        (entry::INCOMPLETE, "Something that looks like Milvus could not be read."),
        (entry::UNKNOWN, "The legality of a change is not known."),
        (entry::FAILED, "The run failed, and nothing was judged."),
        (LEFT_OUT, "There are more results than a log may hold."),
    ]
    .map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } }))
    .to_vec()
    .into()
}

const LEFT_OUT: &str = "results-left-out";

fn invocation(context: &Context, place: &result::Place, all: &[Entry], left_out: usize) -> Value {
    let others = all.iter().filter(|entry| entry.finding.is_none());
    let mut notices: Vec<Value> = others
        .map(|entry| {
            let mut notice = json!({
                "descriptor": { "id": entry.rule },
                "level": level(entry.severity),
                "message": { "text": result::message(&entry.message) },
            });
            if let Some(location) = place.location(entry) {
                notice["locations"] = json!([location]);
            }
            notice
        })
        .collect();
    if left_out > 0 {
        notices.push(json!({
            "descriptor": { "id": LEFT_OUT },
            "level": "warning",
            "message": { "text": format!("{left_out} results were left out; a log holds {MOST_RESULTS}") },
        }));
    }
    json!({
        "executionSuccessful": context.run.failure.is_none(),
        "exitCode": context.run.exit,
        "toolExecutionNotifications": notices,
    })
}

/// What relative paths start from: the state that is judged, and the one before.
fn bases(context: &Context) -> Value {
    let mut bases = Map::new();
    bases.insert(result::HEAD.to_owned(), json!({ "description": { "text": "The root of the repository." } }));
    if let Some(base) = &context.outcome.summary.base {
        let text = format!("The root of the repository as it was before: {}.", clean(base));
        bases.insert(result::BASE.to_owned(), json!({ "description": { "text": text } }));
    }
    Value::Object(bases)
}
