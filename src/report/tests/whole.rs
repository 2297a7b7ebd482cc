//! The whole report: the summary for people, and the document for programs.

use super::*;
use crate::finding::Severity;
use crate::outcome::{Excepted, Incomplete};
use serde_json::Value;
use std::time::Duration;

#[test]
fn nothing_found() {
    let mut stage = Stage::new(&[], &[]);
    stage.outcome.summary.files = 412;
    assert_eq!(stage.human(), "found nothing: no Milvus in 412 files\n");
    let context = Context { elapsed: Some(Duration::from_millis(38)), ..stage.context() };
    let shown = written(|w| Format::Human.write(&context, w));
    assert_eq!(shown, "found nothing: no Milvus in 412 files (38 ms)\n");
}

#[test]
fn no_findings() {
    let mut stage = busy();
    stage.outcome.deployments.truncate(2);
    stage.outcome.transitions.truncate(2);
    stage.outcome.summary.unknown_changes = 0;
    let expected = r"2 Milvus in 1 file; 1 change against origin/main
  vector/prod  2.5.16 → 2.6.6  legal      (operator 1.3.8, cluster, pulsar, mixCoord)
  vector/dev   2.6.15          unchanged
no findings · 412 files
";
    assert_eq!(stage.human(), expected);
    stage.style.verbosity = -1;
    assert_eq!(stage.human(), "");
}

#[test]
fn every_kind_of_transition() {
    let mut stage = busy();
    stage.style.verbosity = 1;
    assert_eq!(
        stage.human(),
        r"3 Milvus, 1 MilvusUpgrade in 1 file; 6 changes against origin/main
  vector/prod     2.5.16 → 2.6.6    legal        (operator 1.3.8, cluster, pulsar, mixCoord)
  vector/dev      2.6.15            unchanged
  edge            2.5.10 → unknown  unknown
    because: the image names a digest
  vector/old      2.1.4 → 2.6.6     illegal      (chart 5.0.19)
    the way: 2.1.4 → 2.2.16 → 2.3.22 → 2.6.6
  vector/migrate  2.1.4 → 2.2.16    conditional  (migration)
    because: the Milvus is down from start to end
  vector/gone     2.4.0             deleted
  vector/new      2.6.22            created
no findings · 412 files
1 change unknown · exit 3
"
    );
}

#[test]
fn many_unchanged_are_counted() {
    let mut stage = busy();
    let more = stage.outcome.deployments.clone();
    stage.outcome.deployments.extend(more);
    stage.outcome.transitions.truncate(2);
    assert_eq!(
        stage.human(),
        r"6 Milvus, 2 MilvusUpgrades in 1 file; 1 change against origin/main
  vector/prod  2.5.16 → 2.6.6  legal  (operator 1.3.8, cluster, pulsar, mixCoord)
  1 unchanged (listed with -v)
no findings · 412 files
1 change unknown · exit 3
"
    );
}

#[test]
fn counts_hint_exceptions_and_what_could_not_be_read() {
    let (mut stage, finding) = moved_queue();
    stage.outcome.deployments.push(deployment("vector/dev", stage.head("spec:")));
    stage.outcome.summary.files = 1;
    stage.outcome.summary.milvus_files = 1;
    (stage.outcome.summary.warnings, stage.outcome.summary.unknown_changes) = (2, 2);
    let at = Some(stage.head("helm:"));
    stage.outcome.excepted.push(Excepted { finding, reason: "the data is a cache".to_owned(), at });
    let why = "the image is a template".to_owned();
    stage.outcome.incomplete.push(Incomplete { file: "apps/milvus/app.yaml".to_owned(), at, why });
    stage.style.verbosity = 1;
    let context = Context {
        elapsed: Some(Duration::from_millis(1234)),
        hint: Some("to judge a pull request: milvus-lint check --base origin/main".to_owned()),
        ..stage.context()
    };
    assert_eq!(
        written(|w| Format::Human.write(&context, w)),
        r"1 Milvus in 1 file; no change against origin/main
accepted[queue-default-changed]: apps/milvus/app.yaml:4: chart 5.0.19 moves this standalone from rocksmq to woodpecker; the data in rocksmq is left behind
  = reason: the data is a cache (apps/milvus/app.yaml:5)
incomplete: apps/milvus/app.yaml:5: the image is a template
to judge a pull request: milvus-lint check --base origin/main
2 warnings · 1 accepted · 1 file read in 1.2 s
2 changes unknown, 1 place incomplete · exit 3
"
    );
    stage.style.verbosity = 0;
    stage.outcome.incomplete.clear();
    let finding = stage.outcome.excepted.remove(0).finding;
    let finding = Finding { severity: Severity::Warning, ..finding };
    stage.outcome.findings = vec![finding.clone(), finding.clone()];
    let finding = stage.finding(&finding);
    let context = Context { allow_unknown: true, ..stage.context() };
    assert_eq!(
        written(|w| Format::Human.write(&context, w)),
        format!(
            "{finding}\n{finding}\n1 Milvus in 1 file; no change against origin/main\n\
             2 warnings in 1 file · 1 file read\n"
        )
    );
}

#[test]
fn formats_by_name() {
    assert_eq!(Format::parse("json"), Ok(Format::Json));
    let known = "(formats: human, json, jsonl, sarif, github, gitlab, junit, markdown, checkstyle, oneline)";
    assert_eq!(Format::parse("jsno"), Err(format!("there is no report format jsno, did you mean json? {known}")));
    assert_eq!(Format::parse("sarfi"), Err(format!("there is no report format sarfi, did you mean sarif? {known}")));
    assert_eq!(Format::parse("x"), Err(format!("there is no report format x {known}")));
}

fn document(stage: &Stage) -> Value {
    let text = stage.report(Format::Json);
    assert!(text.starts_with("{\n  \"schema_version\": \"1\",\n  \"tool_version\": \"0.1.0\",\n"), "{text}");
    assert!(text.ends_with("}\n"), "{text}");
    serde_json::from_str(&text).expect("a well-formed document")
}

#[test]
fn json_of_nothing_is_a_whole_document() {
    let document = document(&Stage::new(&[], &[]));
    let keys: Vec<&str> = document.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "schema_version",
        "tool_version",
        "summary",
        "deployments",
        "transitions",
        "findings",
        "excepted",
        "incomplete",
    ];
    assert_eq!(keys, expected);
    assert_eq!(document["summary"]["base"], Value::Null);
}

#[test]
fn json_of_a_finding() {
    let (mut stage, finding) = moved_queue();
    let at = Some(finding.at);
    stage.outcome.excepted.push(Excepted { finding: finding.clone(), reason: "a cache".to_owned(), at });
    stage.outcome.findings.push(finding);
    stage.outcome.summary.errors = 1;
    let document = document(&stage);
    let finding = &document["findings"][0];
    assert_eq!(finding["rule"], "queue-default-changed");
    assert_eq!(finding["severity"], "error");
    assert_eq!((&finding["file"], &finding["side"]), (&"apps/milvus/app.yaml".into(), &"head".into()));
    assert_eq!((&finding["line"], &finding["column"]), (&4.into(), &21.into()));
    assert_eq!((&finding["end_line"], &finding["end_column"]), (&4.into(), &27.into()));
    assert_eq!(finding["subject"], "vector/dev");
    let label = &finding["labels"][0];
    assert_eq!((&label["file"], &label["side"]), (&"apps/milvus/app.yaml".into(), &"base".into()));
    assert_eq!(finding["notes"][0]["name"], "why");
    let fix = &finding["fixes"][0];
    assert_eq!(fix["safe"], true);
    let edit = &fix["edits"][0];
    assert_eq!(edit["start"], stage.head.files[0].text.len());
    assert_eq!((&edit["start"], &edit["line"], &edit["column"]), (&edit["end"], &9.into(), &1.into()));
    assert_eq!(edit["text"], "        standalone:\n          messageQueue: rocksmq\n");
    assert_eq!(document["excepted"][0]["reason"], "a cache");
    assert_eq!(document["excepted"][0]["excepted_at"]["line"], 4);
    assert_eq!(document["summary"]["errors"], 1);
}

#[test]
fn json_of_milvus_and_their_changes() {
    let mut stage = busy();
    let why = "binary".to_owned();
    stage.outcome.incomplete.push(Incomplete { file: "x.yaml".to_owned(), at: None, why });
    let document = document(&stage);
    assert_eq!(document["summary"]["deployments"], 4);
    assert_eq!(document["summary"]["changes"], 6);
    assert_eq!(document["summary"]["unknown"], 1);
    let dev = &document["deployments"][1];
    assert_eq!((&dev["namespace"], &dev["name"]), (&"vector".into(), &"dev".into()));
    assert_eq!((&dev["line"], &dev["side"]), (&2.into(), &"head".into()));
    assert_eq!(dev["version"]["said"], "default");
    assert_eq!(dev["version"]["why"], "chart 5.0.19's appVersion");
    assert_eq!(dev["operator_version"], Value::Null);
    assert_eq!(dev["newest"]["hops"], 1);
    let kinds: Vec<&Value> =
        document["transitions"].as_array().expect("a list").iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["changed", "unchanged", "changed", "changed", "migration", "deleted", "created"]);
    assert_eq!(document["transitions"][1]["verdict"], Value::Null);
    assert_eq!(document["transitions"][5]["side"], "base");
    assert_eq!(document["transitions"][3]["path"][1], "2.2.16");
    assert_eq!(document["transitions"][3]["changes"][3]["to"], Value::Null);
    assert_eq!(document["incomplete"][0]["line"], Value::Null);
}
