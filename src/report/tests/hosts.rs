//! The formats of hosts and editors: what they say, that it fits their schemas, and that no text of a repository gets out of it.

use super::conform::{SARIF, checkstyle, fits, junit, well_formed};
use super::*;
use crate::outcome::{Excepted, Incomplete};
use serde_json::Value;

/// A finding with both ends and a repair, its change, one that is accepted, and a file that cannot be read.
pub fn full() -> Stage {
    let (mut stage, mut finding) = moved_queue();
    let at = stage.head("spec:");
    finding.owner = Some(at);
    let mut change = transition("vector/dev", at, TransitionKind::Changed, Some("2.5.16"), Some("2.6.15"));
    change.verdict = Some("illegal");
    change.path = ["2.5.16", "2.5.27", "2.6.15"].map(str::to_owned).to_vec();
    let accepted = signed(Finding::new(stage.head("cluster:"), "no standby"), "release-vulnerable");
    stage.outcome.excepted = vec![Excepted { finding: accepted, reason: "canary".to_owned(), at: Some(at) }];
    stage.outcome.findings = vec![finding];
    stage.outcome.transitions = vec![change];
    stage.outcome.deployments = vec![deployment("vector/dev", at)];
    stage.outcome.incomplete =
        vec![Incomplete { file: "other.yaml".to_owned(), at: None, why: "it is no UTF-8 text".to_owned() }];
    stage.outcome.summary.errors = 1;
    stage.outcome.summary.files = 4;
    stage.run = Run { exit: 1, command: "milvus-lint check --base origin/main".to_owned(), ..Run::default() };
    stage
}

fn json(stage: &Stage, format: Format) -> Value {
    serde_json::from_str(&stage.report(format)).unwrap()
}

#[test]
fn every_report_is_a_document_of_its_kind_whatever_happened() {
    let nothing = Stage::new(&[], &[]);
    well_formed(&nothing);
    well_formed(&full());
    well_formed(&busy());
    let mut failed = Stage::new(&[], &[]);
    failed.run = Run { failure: Some("no such revision: `a]]>&\u{1b}[31m\nb`".to_owned()), exit: 2, ..Run::default() };
    well_formed(&failed);
    for (name, format) in Format::ALL {
        let text = failed.report(*format);
        assert!(text.contains("no such revision"), "{name} does not say why: {text}");
    }
    assert_eq!(json(&failed, Format::Sarif)["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn sarif_has_rules_places_repairs_and_exceptions() {
    let sarif = json(&full(), Format::Sarif);
    let run = &sarif["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "queue-default-changed");
    assert_eq!(rule["help"]["text"], "What is wrong, and *why*.\n\nWhat to do instead.");
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Fires"));
    let result = &run["results"][0];
    assert_eq!((&result["level"], &result["ruleIndex"]), (&"error".into(), &0.into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "apps/milvus/app.yaml");
    let region = &place["region"];
    assert_eq!((&region["startLine"], &region["endLine"]), (&4.into(), &4.into()));
    let related = &result["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uriBaseId"], "BASE");
    assert_eq!(related["message"]["text"], "origin/main: default of standalone.messageQueue: rocksmq");
    let change = &result["fixes"][0]["artifactChanges"][0];
    let text = "        standalone:\n          messageQueue: rocksmq\n";
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], text);
    let accepted = &run["results"][1];
    assert_eq!(accepted["suppressions"][0]["kind"], "inSource");
    assert_eq!(accepted["suppressions"][0]["justification"], "canary");
    let notice = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notice["message"]["text"], "not judged: it is no UTF-8 text");
    assert_eq!(notice["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "other.yaml");
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_goes_with_the_field_and_the_change() {
    let of = |above: &str, needle: &str, to: &str| {
        let text = format!("{above}spec:\n  components:\n    image: a:1\n    proxy:\n      image: a:2\n");
        let mut stage = Stage::new(&[], &[("a.yaml", &text)]);
        let at = stage.head("spec:");
        let mut finding = signed(Finding::new(stage.head(needle), "wrong"), "mode-changed");
        finding.subject = Some("vector/prod".to_owned());
        finding.owner = Some(at);
        stage.outcome.transitions =
            vec![transition("vector/prod", at, TransitionKind::Changed, Some("2.5.10"), Some(to))];
        stage.outcome.findings = vec![finding.clone(), finding];
        let results = json(&stage, Format::Sarif)["runs"][0]["results"].clone();
        let print = |nth: usize| results[nth]["partialFingerprints"]["milvusLint/v1"].as_str().unwrap().to_owned();
        assert_ne!(print(0), print(1), "two alike are told apart");
        print(0)
    };
    let here = of("", "a:1", "2.6.6");
    assert_eq!(here, of("# a line\n\nkind: Milvus\n", "a:1", "2.6.6"));
    assert_ne!(here, of("", "a:2", "2.6.6"), "another field");
    assert_ne!(here, of("", "a:1", "2.6.7"), "another change");
}

#[test]
fn paths_begin_at_the_root_of_the_repository() {
    let mut stage = Stage::new(&[], &[("../b/./a b.yaml", "kind: Milvus\n")]);
    stage.outcome.findings = vec![signed(Finding::new(stage.head("Milvus"), "wrong"), "mode-changed")];
    stage.run.prefix = "deploy/a/".to_owned();
    let place = json(&stage, Format::Sarif)["runs"][0]["results"][0]["locations"][0].clone();
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "deploy/b/a%20b.yaml");
    assert_eq!(json(&stage, Format::Gitlab)[0]["location"]["path"], "deploy/b/a b.yaml");
    stage.head.files[0].path = "/repo/deploy/c.yaml".to_owned();
    assert!(stage.report(Format::Github).contains("file=deploy/c.yaml,line=1,endLine=1,col=7,endColumn=13,title="));
    stage.head.files[0].path = "/else/where.yaml".to_owned();
    let place = json(&stage, Format::Sarif)["runs"][0]["results"][0]["locations"][0].clone();
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "file:///else/where.yaml");
}

#[test]
fn a_place_in_the_base_has_no_line_in_the_file_as_it_is() {
    let mut stage = Stage::new(&[("gone.yaml", "a: 1\nkind: Milvus\n")], &[]);
    let at = stage.at(Side::Base, "Milvus");
    stage.outcome.findings = vec![signed(Finding::new(at, "deleted"), "mode-changed")];
    well_formed(&stage);
    let location = json(&stage, Format::Sarif)["runs"][0]["results"][0]["locations"][0].clone();
    assert!(location["physicalLocation"]["region"].is_null());
    assert_eq!(location["message"]["text"], "(origin/main:gone.yaml:2:7)");
    assert!(stage.report(Format::Github).starts_with("::error file=gone.yaml,title="));
    assert_eq!(stage.report(Format::Oneline), "origin/main:gone.yaml:2:7: error[mode-changed] deleted\n");
}

#[test]
fn no_text_of_a_repository_gets_out_of_its_place() {
    let evil =
        "a\n::error::x\r%0A::set-output name=a::b\u{1b}[2J</x>]]>&\"|`![a](http://e.org)@all <img src=x>\u{9b}31m```";
    let path = "dir,a:b\n::warning::%0A<x>.yaml";
    let mut stage = Stage::new(&[], &[(path, "kind: Milvus\n")]);
    let at = stage.head("Milvus");
    let mut finding = signed(Finding::new(at, evil).here(evil).note("why", evil), "mode-changed");
    finding.subject = Some(evil.to_owned());
    finding.owner = Some(at);
    finding.fixes.push(fix(evil, true, vec![edit(at, "```\n::error::y\u{1b}[2J")]));
    let mut change = transition(evil, at, TransitionKind::Changed, Some(evil), Some("2.6.6"));
    change.verdict = Some("illegal");
    change.path = vec![evil.to_owned(), "2.6.6".to_owned()];
    stage.outcome.findings = vec![finding.clone()];
    stage.outcome.excepted = vec![Excepted { finding, reason: evil.to_owned(), at: None }];
    stage.outcome.transitions = vec![change];
    stage.outcome.summary.base = Some(evil.to_owned());
    let sarif = stage.report(Format::Sarif);
    fits(SARIF, &sarif);
    junit(&stage.report(Format::Junit));
    checkstyle(&stage.report(Format::Checkstyle));
    let github = stage.report(Format::Github);
    assert_eq!(github.lines().count(), 1, "{github}");
    let (properties, _) = github[2..].split_once("::").unwrap();
    assert!(
        properties.starts_with("error file=dir%2Ca%3Ab%0A%3A%3Awarning%3A%3A%250A<x>.yaml,line=1,"),
        "{properties}"
    );
    assert!(github.contains("%250A") && !github.contains('\u{1b}') && !github.contains('\r'));
    assert_eq!(stage.report(Format::Oneline).lines().count(), 1);
    let markdown = stage.report(Format::Markdown);
    let outside: Vec<&str> = markdown.split("````").step_by(2).collect();
    for part in ["<img", "](http", "@all", "\u{1b}", "</x>"] {
        assert!(!outside.iter().any(|text| without_code(text).contains(part)), "{part}: {markdown}");
    }
}

/// Markdown without what stands between backticks, which does nothing.
fn without_code(text: &str) -> String {
    text.lines().map(|line| line.split('`').step_by(2).collect::<String>() + "\n").collect()
}

#[test]
fn annotations_are_the_worst_ten_of_each_level() {
    let mut stage = Stage::new(&[], &[("a.yaml", "kind: Milvus\n")]);
    let at = stage.head("Milvus");
    for nth in 0..12 {
        let mut finding = signed(Finding::new(at, format!("fault {nth}")), "mode-changed");
        if nth < 2 {
            finding.confidence = Confidence::Likely;
        }
        stage.outcome.findings.push(finding);
    }
    let mut finding = signed(Finding::new(at, "a warning"), "release-vulnerable");
    finding.severity = Severity::Warning;
    stage.outcome.findings.insert(0, finding);
    let text = stage.report(Format::Github);
    assert_eq!(text.matches("::error ").count(), 10);
    assert!(
        text.starts_with(
            "::error file=a.yaml,line=1,endLine=1,col=7,endColumn=13,title=milvus-lint%3A mode-changed::fault 2\n"
        ),
        "{text}"
    );
    assert!(text.contains("\n2 errors more not annotated"), "{text}");
    assert!(text.ends_with("::a warning\n"), "{text}");
}

#[test]
fn gitlab_knows_how_bad_it_is() {
    let mut stage = full();
    let report = json(&stage, Format::Gitlab);
    let severities: Vec<&str> =
        report.as_array().unwrap().iter().map(|issue| issue["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["critical", "major"]);
    assert_eq!(report[1]["check_name"], "incomplete");
    stage.run.failure = Some("no".to_owned());
    assert_eq!(json(&stage, Format::Gitlab)[0]["severity"], "blocker");
}

#[test]
fn junit_has_a_case_for_each_milvus() {
    let text = full().report(Format::Junit);
    assert_eq!(
        text,
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"milvus-lint\" tests=\"2\" failures=\"1\" errors=\"1\" time=\"0.000\">
  <testsuite name=\"milvus-lint\" tests=\"2\" failures=\"1\" errors=\"1\" skipped=\"0\" time=\"0.000\">
    <testcase name=\"vector/dev\" classname=\"apps/milvus/app.yaml\" time=\"0\">
      <failure message=\"chart 5.0.19 moves this standalone from rocksmq to woodpecker; the data in rocksmq is left behind\" type=\"queue-default-changed\">error[queue-default-changed] chart 5.0.19 moves this standalone from rocksmq to woodpecker; the data in rocksmq is left behind
  at apps/milvus/app.yaml:4:21
  why: neither side writes standalone.messageQueue, so each chart&apos;s own default is in force</failure>
    </testcase>
    <testcase name=\"other.yaml\" classname=\"milvus-lint\" time=\"0\">
      <error message=\"not judged: it is no UTF-8 text\" type=\"incomplete\">warning[incomplete] not judged: it is no UTF-8 text
  at other.yaml</error>
    </testcase>
  </testsuite>
</testsuites>
"
    );
}

#[test]
fn each_line_of_jsonl_says_what_it_is() {
    let text = full().report(Format::Jsonl);
    let kinds: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["deployment", "transition", "finding", "excepted", "incomplete", "summary"]);
}
