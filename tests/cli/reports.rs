//! Reports as files and streams of real runs: several at once, of failed runs, and what a CI gets besides.

use crate::repository::{Repository, Run};
use serde_json::Value;
use std::process::Command;

const BEFORE: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\n  namespace: vector\nspec:\n  mode: standalone\n  \
                      components:\n    image: milvusdb/milvus:v2.4.23\n";
const FORMATS: [&str; 10] =
    ["human", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "checkstyle", "oneline"];

/// A change that is not legal, not committed yet, in `deploy/`.
fn illegal() -> Repository {
    let repository = Repository::new();
    repository.write("deploy/milvus.yaml", BEFORE).commit("before");
    repository.write("deploy/milvus.yaml", &BEFORE.replace("v2.4.23", "v2.6.20"));
    repository
}

/// The binary with variables of a CI.
fn run_with(repository: &Repository, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_milvus-lint"));
    for name in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI"] {
        command.env_remove(name);
    }
    let output = command
        .current_dir(&repository.root)
        .args(arguments)
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn all_formats_in_one_run_and_one_exit_code() {
    let repository = illegal();
    let outputs: Vec<String> = FORMATS.iter().map(|format| format!("{format}:out.{format}")).collect();
    let arguments = outputs.iter().flat_map(|output| ["--output", output.as_str()]);
    let arguments: Vec<&str> = ["check"].into_iter().chain(arguments).collect();
    let run = repository.run(&arguments);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (1, "", ""));
    for format in FORMATS {
        let text = repository.read(&format!("out.{format}"));
        assert!(text.contains("upgrade-path-illegal"), "{format}: {text}");
        assert!(text.contains("deploy/milvus.yaml"), "{format}: {text}");
    }
    let sarif = json(&repository.read("out.sarif"));
    let run = &sarif["runs"][0];
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    assert!(run["results"][0]["fixes"].is_array() && run["results"][0]["relatedLocations"].is_array(), "{run:#}");
    assert!(repository.read("out.markdown").contains("```mermaid\nflowchart LR"));
    assert!(repository.read("out.markdown").contains("```suggestion\n    image: milvusdb/milvus:v2.5.27\n```"));
}

#[test]
fn paths_begin_at_the_root_wherever_the_user_stands() {
    let repository = illegal();
    let run = repository.run_in(&repository.root.join("deploy"), &["check", "-o", "github"], None);
    assert!(run.stdout.starts_with("::error file=deploy/milvus.yaml,line="), "{}", run.stdout);
    let run = repository.run_in(&repository.root.join("deploy"), &["check", "-o", "oneline"], None);
    assert!(run.stdout.contains("\nmilvus.yaml:9:12: error[upgrade-path-illegal] "), "{}", run.stdout);
    let path = repository.root.join("deploy/milvus.yaml");
    let run = repository.run(&["check", "-o", "github", path.to_str().unwrap()]);
    assert!(run.stdout.starts_with("::error file=deploy/milvus.yaml,line="), "{}", run.stdout);
}

#[test]
fn two_documents_do_not_fit_in_one_place() {
    let repository = illegal();
    for arguments in
        [["-o", "json", "-o", "human"], ["-o", "sarif", "-o", "junit:-"], ["-o", "json:a", "-o", "sarif:a"]]
    {
        let arguments: Vec<&str> = ["check"].into_iter().chain(arguments).collect();
        let run = repository.run(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stdout);
        assert!(run.stderr.contains("two reports cannot"), "{}", run.stderr);
    }
    assert_eq!(repository.run(&["check", "-o", "human", "-o", "oneline"]).code, 1);
}

#[test]
fn a_run_that_fails_writes_documents_that_say_why() {
    let repository = illegal();
    for (arguments, says) in [
        (&["check", "--base", "no-such"][..], "no-such"),
        (&["check", "--stagged"], "--stagged"),
        (&["check", "--output", "sarfi"], "sarfi"),
        (&["diff", "deploy", "no-such"], "no-such"),
        (&["fix", "nowhere"], "nowhere"),
    ] {
        for file in ["out.sarif", "out.junit", "out.json"] {
            repository.write(file, "an older report");
        }
        let outputs = ["-o", "sarif:out.sarif", "--output=junit:out.junit", "--output", "json:out.json"];
        let arguments: Vec<&str> = arguments.iter().copied().chain(outputs).collect();
        let run = repository.run(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stdout);
        let sarif = json(&repository.read("out.sarif"));
        let invocation = &sarif["runs"][0]["invocations"][0];
        assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&false.into(), &2.into()));
        let notice = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
        assert!(notice.contains(says), "{arguments:?}: {notice}");
        assert!(repository.read("out.junit").contains("<error message="), "{}", repository.read("out.junit"));
        let report = json(&repository.read("out.json"));
        assert!(report["error"].as_str().unwrap().contains(says), "{report:#}");
        assert!(report["incomplete"][0]["why"].as_str().unwrap().contains(says), "{report:#}");
    }
    let run = repository.run(&["check", "--base", "no-such", "-o", "gitlab"]);
    assert_eq!(json(&run.stdout)[0]["severity"], "blocker", "{}", run.stdout);
}

#[test]
fn a_report_that_cannot_be_written_stops_no_other() {
    let repository = illegal();
    let run = repository.run(&["check", "-o", "sarif:no/such/folder.sarif", "-o", "json:out.json"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("no/such/folder.sarif cannot be written"), "{}", run.stderr);
    assert!(json(&repository.read("out.json"))["error"].is_null());
}

#[test]
fn what_a_run_writes_the_next_one_does_not_read() {
    let repository = illegal();
    let page = "```sh\nhelm upgrade prod milvus/milvus\n```\n";
    repository.write("deploy/a [1].md", page).write("deploy/other.md", page);
    let arguments = ["check", "--pedantic", "-o", "oneline", "-o", "markdown:a [1].md", "-o", "json:b.json"];
    let runs = [0, 1].map(|_| repository.run_in(&repository.root.join("deploy"), &arguments, None));
    assert_eq!(runs[0].stdout, runs[1].stdout);
    assert!(runs[0].stdout.contains("other.md:") && !runs[0].stdout.contains("a [1].md"), "{}", runs[0].stdout);
}

#[test]
fn what_is_unknown_is_in_every_list() {
    let repository = Repository::new();
    repository.write("milvus.yaml", BEFORE).commit("before");
    repository.write("milvus.yaml", &BEFORE.replace("milvus:v2.4.23", "milvus@sha256:4f1c"));
    repository.write("broken.yaml", "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: [}\n");
    for format in ["sarif", "github", "gitlab", "junit", "markdown", "checkstyle", "oneline"] {
        let run = repository.run(&["check", "-o", format]);
        assert_eq!(run.code, 3, "{}", run.stdout);
        assert!(run.stdout.contains("change-unknown"), "{format}: {}", run.stdout);
        assert!(run.stdout.contains("broken.yaml"), "{format}: {}", run.stdout);
    }
}

#[test]
fn github_gets_annotations_and_a_summary_besides() {
    let repository = illegal();
    let summary = repository.root.join("summary.md");
    repository.write("summary.md", "# Before\n");
    let actions = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    let plain = run_with(&repository, &["check", "-o", "json"], &[]);
    let run = run_with(&repository, &["check", "-o", "json"], &actions);
    assert_eq!((run.code, &run.stdout), (1, &plain.stdout), "what was asked for stays as it is");
    assert!(run.stderr.starts_with("::error file=deploy/milvus.yaml,line=9,"), "{}", run.stderr);
    let text = repository.read("summary.md");
    assert!(text.starts_with("# Before\n## ❌ milvus-lint: 1 error"), "{text}");
    assert!(text.contains("The same on your machine: `milvus-lint check`\n"), "{text}");
    let run = run_with(&repository, &["check", "-o", "github"], &actions);
    assert!(run.stdout.starts_with("::error ") && run.stderr.is_empty(), "not twice: {}", run.stderr);
    let run = run_with(&repository, &["check", "--base", "no-such"], &actions);
    assert!(run.stderr.contains("\n::error title=milvus-lint%3A run-failed::nothing was judged: "), "{}", run.stderr);
    let run = run_with(&repository, &["inventory"], &actions);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn gitlab_gets_a_word_on_its_report() {
    let repository = illegal();
    let run = run_with(&repository, &["check"], &[("GITLAB_CI", "true")]);
    assert!(run.stderr.contains("--output gitlab:gl-code-quality-report.json"), "{}", run.stderr);
    let run = run_with(&repository, &["check", "-o", "gitlab:q.json"], &[("GITLAB_CI", "true")]);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_patch_on_standard_output_leaves_reports_to_files() {
    let repository = illegal();
    let run = repository.run(&["fix", "--diff", "--unsafe", "-o", "json:out.json", "-o", "oneline"]);
    assert!(run.stdout.starts_with("--- a/deploy/milvus.yaml"), "{}", run.stdout);
    assert!(!run.stdout.contains("error["), "{}", run.stdout);
    assert_eq!(json(&repository.read("out.json"))["summary"]["errors"], 0);
}

#[test]
fn diff_of_folders_names_the_new_one() {
    let folder = Repository::folder();
    folder.write("old/m.yaml", BEFORE).write("new/m.yaml", &BEFORE.replace("v2.4.23", "v2.6.20"));
    let run = folder.run(&["diff", "old", "new", "-o", "github"]);
    assert!(run.stdout.starts_with("::error file=new/m.yaml,line=9,"), "{}", run.stdout);
    let run = folder.run_with_input(&["check", "-", "-o", "sarif"], BEFORE);
    json(&run.stdout);
}
