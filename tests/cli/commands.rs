//! The binary as a user meets it: exit codes, config, standard input, outputs, repairs on disk.

use crate::repository::Repository;

const GOOD: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\n  namespace: vector\nspec:\n  mode: cluster\n  \
                    dependencies:\n    msgStreamType: pulsar\n  components:\n    image: milvusdb/milvus:v2.6.22\n    mixCoord: {}\n";

fn with_pin() -> String {
    format!("{GOOD}    proxy: {{image: 'milvusdb/milvus:v2.6.6', replicas: 2}}\n")
}

#[test]
fn exit_0_when_clean_and_it_says_what_it_looked_at() {
    let repository = Repository::new();
    repository.write("milvus.yaml", GOOD).commit("all");
    let run = repository.run(&[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("1 Milvus in 1 file"), "{}", run.stdout);
    assert!(run.stdout.contains("no change against HEAD was found"), "{}", run.stdout);
    assert!(run.stdout.contains("--base origin/main"), "{}", run.stdout);
    assert!(run.stdout.contains("no findings"), "{}", run.stdout);
}

#[test]
fn exit_0_and_a_plain_word_when_there_is_no_milvus() {
    let folder = Repository::folder();
    folder.write("deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\n");
    let run = folder.run(&["check"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("found nothing: no Milvus in 1 file"), "{}", run.stdout);
}

#[test]
fn exit_1_for_findings_at_the_threshold() {
    let folder = Repository::folder();
    folder.write("milvus.yaml", &with_pin());
    assert_eq!(folder.run(&["check"]).code, 1);
    folder.write("milvus.yaml", &GOOD.replace("v2.6.22", "v2.6.4"));
    assert_eq!(folder.run(&["check"]).code, 0, "a warning alone does not fail");
    assert_eq!(folder.run(&["check", "--fail-on", "warning"]).code, 1);
    folder.write(".milvus-lint.yaml", "fail-on: warning\n");
    assert_eq!(folder.run(&["check"]).code, 1);
    assert_eq!(folder.run(&["check", "--fail-on", "error"]).code, 0, "the command line decides over the config");
}

#[test]
fn exit_2_for_wrong_use_with_a_way_on() {
    let repository = Repository::new();
    repository.write("milvus.yaml", GOOD).commit("all");
    for (arguments, says) in [
        (&["check", "nowhere"][..], "nowhere"),
        (&["check", "--base", "no-such"], "no-such"),
        (&["check", "--chart-version", "latest"], "x.y.z"),
        (&["check", "--fail-on", "fatal"], "error, warning, info"),
        (&["check", "--output", "sarfi"], "sarfi"),
        (&["chekc"], "check"),
        (&["check", "--stagged"], "--staged"),
        (&["explain", "downgarde"], "did you mean `downgrade`"),
        (&["diff", "milvus.yaml", "no-such"], "no-such"),
    ] {
        let run = repository.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(says), "{arguments:?}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
    }
    repository.write(".milvus-lint.yaml", "exlude: []\nrules:\n  downgarde: off\n");
    let run = repository.run(&["check"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains(".milvus-lint.yaml:1:1"), "{}", run.stderr);
    assert!(run.stderr.contains("did you mean `exclude`"), "{}", run.stderr);
    assert!(run.stderr.contains("did you mean `downgrade`"), "{}", run.stderr);
}

#[test]
fn exit_2_outside_git_when_a_base_is_asked_for() {
    let folder = Repository::folder();
    folder.write("milvus.yaml", GOOD);
    for arguments in [["check", "--base=main"], ["check", "--staged"]] {
        let run = folder.run(&arguments);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("Git repository"), "{}", run.stderr);
    }
}

#[test]
fn exit_3_for_what_cannot_be_read_or_known() {
    let folder = Repository::folder();
    folder.write(
        "broken.yaml",
        "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: [}\nspec:\n  mode: cluster\n",
    );
    folder.write("good.yaml", GOOD);
    let run = folder.run(&["check"]);
    assert_eq!(run.code, 3, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("broken.yaml:3"), "{}", run.stdout);
    assert!(run.stdout.contains("vector/prod"), "the other file is judged: {}", run.stdout);
    assert_eq!(folder.run(&["check", "--allow-unknown"]).code, 0);
}

#[test]
fn what_can_no_longer_be_read_is_not_gone() {
    let values = "# milvus-lint: chart-version 4.2.58\ncluster:\n  enabled: false\n";
    let resource = GOOD.to_string();
    for (path, before, after) in [
        ("values.yaml", values, format!("<<<<<<< ours\n{values}=======\n>>>>>>> theirs\n")),
        ("values.yaml", values, format!("{values}\tx: 1\n")),
        ("milvus.yaml", &resource, format!("{resource}# \0\n")),
        ("milvus.yaml", &resource, format!("{resource}\tx: 1\n")),
    ] {
        let repository = Repository::new();
        repository.write(path, before).commit("before");
        repository.write(path, &after);
        let run = repository.run(&["check"]);
        assert_eq!(run.code, 3, "{after:?}\n{}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("deleted"), "{}", run.stdout);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn exit_4_when_the_fault_is_not_the_users() {
    let folder = Repository::folder();
    folder.write("milvus.yaml", GOOD);
    let run = folder.run(&["check", "--output", "json:/dev/full"]);
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("/dev/full could not be written"), "{}", run.stderr);
}

#[test]
fn a_file_named_with_a_chart_version_is_values_whatever_its_shape() {
    let folder = Repository::folder();
    folder.write("some.yaml", "cluster:\n  enabled: true\n");
    assert!(folder.run(&["check", "some.yaml"]).stdout.contains("found nothing"));
    let run = folder.run(&["check", "some.yaml", "--chart-version", "4.2.58"]);
    assert!(run.stdout.contains("2.5.16"), "{}", run.stdout);
}

#[test]
fn a_shallow_clone_without_the_base_is_no_pass() {
    let origin = Repository::new();
    origin.write("milvus.yaml", GOOD).commit("one");
    origin.git(&["checkout", "--quiet", "-b", "change"]);
    origin.write("other.yaml", "a: 1\n").commit("two");
    let clone = Repository::folder();
    let url = format!("file://{}", origin.root.display());
    clone.git(&["clone", "--quiet", "--depth", "1", "--branch", "change", "--no-single-branch", &url, "clone"]);
    let run = clone.run_in(&clone.root.join("clone"), &["check", "--base", "origin/main"], None);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("git fetch"), "{}", run.stderr);
}

#[test]
fn standard_input_is_a_file_without_a_base() {
    let folder = Repository::folder();
    let run = folder.run_with_input(&["check", "-"], &with_pin());
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("component-image"), "{}", run.stdout);
    let values = "cluster:\n  enabled: false\nimage:\n  all:\n    tag: v2.6.22\n";
    let run = folder.run_with_input(&["check", "-", "--chart-version", "4.2.58"], values);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("chart-line-mismatch"), "{}", run.stdout);
}

#[test]
fn several_outputs_in_one_run_and_one_exit_code() {
    let folder = Repository::folder();
    folder.write("milvus.yaml", &with_pin());
    let run = folder.run(&["check", "--output", "human", "--output", "json:report.json"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("error[component-image]"), "{}", run.stdout);
    let report: serde_json::Value = serde_json::from_str(&folder.read("report.json")).unwrap();
    assert_eq!(report["findings"][0]["rule"], "component-image");
}

#[test]
fn every_json_report_fits_its_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/report.schema.json")).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let repository = Repository::new();
    repository.write("milvus.yaml", GOOD).commit("before");
    repository
        .write("milvus.yaml", &GOOD.replace("v2.6.22", "v2.4.1"))
        .write("broken.yaml", "kind: Milvus\napiVersion: milvus.io/v1beta1\na: [\n");
    repository.write("values.yaml", "cluster: {enabled: 'false'}\nimage:\n  all:\n    tag: latest\n");
    for arguments in [
        &["check"][..],
        &["check", "--no-base"],
        &["check", "--staged"],
        &["check", "--from", "2.1.4"],
        &["diff", "HEAD", "HEAD"],
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--output", "json"]).collect();
        let report = repository.run(&arguments).json();
        let errors: Vec<String> = schema.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    }
}

#[test]
fn levels_excludes_and_exceptions_of_the_config() {
    let repository = Repository::new();
    repository.write("a/milvus.yaml", &with_pin()).commit("all");
    repository.write(".milvus-lint.yaml", "rules:\n  component-image: off\n");
    assert_eq!(repository.run(&["check"]).code, 0);
    repository.write(".milvus-lint.yaml", "rules:\n  component-image: warning\n");
    assert_eq!(repository.run(&["check"]).code, 0);
    repository.write(".milvus-lint.yaml", "exclude:\n  - a/\n");
    let run = repository.run(&["check"]);
    assert!(run.stdout.contains("found nothing"), "{}", run.stdout);
    let exception = |until: &str| {
        format!(
            "exceptions:\n  - rule: component-image\n    object: vector/prod\n    reason: canary\n    until: {until}\n"
        )
    };
    repository.write(".milvus-lint.yaml", &exception("2999-12-31"));
    let run = repository.run(&["check", "-v"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(
        run.stdout.contains("canary") && run.stderr.contains("config: .milvus-lint.yaml"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    repository.write(".milvus-lint.yaml", &exception("2020-01-01"));
    let run = repository.run(&["check"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("exception-expired"), "{}", run.stdout);
    repository.write("a/milvus.yaml", GOOD).write(".milvus-lint.yaml", &exception("2999-12-31"));
    let run = repository.run(&["check"]);
    assert!(run.stdout.contains("exception-unused") && run.stdout.contains(".milvus-lint.yaml:2"), "{}", run.stdout);
}

#[test]
fn an_inline_exception_covers_its_line_and_is_reported_when_stale() {
    let folder = Repository::folder();
    let allowed = format!(
        "{GOOD}    # milvus-lint: allow(component-image) canary\n    proxy: {{image: 'milvusdb/milvus:v2.6.6'}}\n"
    );
    folder.write("milvus.yaml", &allowed);
    assert_eq!(folder.run(&["check"]).code, 0, "{}", folder.run(&["check"]).stdout);
    folder.write("milvus.yaml", &format!("{GOOD}    # milvus-lint: allow(component-image) canary\n    proxy: {{}}\n"));
    assert!(folder.run(&["check"]).stdout.contains("exception-unused"));
}

#[test]
fn fixing_keeps_permissions_and_every_other_byte() {
    let folder = Repository::folder();
    let text = "# kept\r\napiVersion: milvus.io/v1beta1\r\nkind: Milvus\r\nmetadata:\r\n  name: prod # é\r\nspec:\r\n  components:\r\n    \
                image: milvusdb/milvus:v2.5.27\r\n    proxy:\r\n      image: milvusdb/milvus:v2.5.16\r\n      replicas: 2";
    folder.write("milvus.yaml", text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.root.join("milvus.yaml");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        folder.run(&["fix"]);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
    folder.run(&["fix"]);
    assert_eq!(folder.read("milvus.yaml"), text.replace("      image: milvusdb/milvus:v2.5.16\r\n", ""));
    let before = folder.read("milvus.yaml");
    let again = folder.run(&["fix"]);
    assert_eq!((folder.read("milvus.yaml"), again.code), (before, 0));
}

#[cfg(unix)]
#[test]
fn fixing_follows_no_link_out_of_the_folder() {
    let outside = Repository::folder();
    outside.write("milvus.yaml", &with_pin());
    let folder = Repository::folder();
    std::os::unix::fs::symlink(outside.root.join("milvus.yaml"), folder.root.join("milvus.yaml")).unwrap();
    let run = folder.run(&["fix", "milvus.yaml"]);
    assert_ne!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(outside.read("milvus.yaml"), with_pin());
}

#[test]
fn staged_judges_the_index_and_only_what_the_commit_changes() {
    let repository = Repository::new();
    repository.write("old.yaml", &with_pin().replace("prod", "old")).write("milvus.yaml", GOOD).commit("before");
    repository.write("milvus.yaml", &GOOD.replace("v2.6.22", "v2.4.1"));
    repository.git(&["add", "milvus.yaml"]);
    repository.write("milvus.yaml", GOOD);
    let run = repository.run(&["check", "--staged", "--output", "json"]);
    let rules: Vec<String> = run.rules().into_iter().map(|(rule, _)| rule).collect();
    assert!(rules.contains(&"downgrade".to_string()), "{rules:?}");
    assert!(!rules.contains(&"component-image".to_string()), "the old file is not part of the commit: {rules:?}");
}

#[test]
fn paths_are_relative_to_where_the_user_stands() {
    let repository = Repository::new();
    repository.write("deploy/prod/milvus.yaml", &with_pin()).commit("all");
    let run = repository.run_in(&repository.root.join("deploy"), &["check"], None);
    assert!(run.stdout.contains("--> prod/milvus.yaml:"), "{}", run.stdout);
    let run = repository.run(&["check", "deploy"]);
    assert!(run.stdout.contains("--> deploy/prod/milvus.yaml:"), "{}", run.stdout);
}

#[test]
fn inventory_says_who_said_what() {
    let folder = Repository::folder();
    folder
        .write("milvus.yaml", GOOD)
        .write("values.yaml", "cluster:\n  enabled: false\nimage:\n  all:\n    tag: v2.5.16\n");
    let run = folder.run(&["inventory"]);
    assert_eq!(run.code, 0);
    for word in ["NAMESPACE", "vector", "2.6.22", "2.5.16", "rocksmq (default)", "milvus.yaml:2"] {
        assert!(run.stdout.contains(word), "{word}: {}", run.stdout);
    }
    let lines = folder.run(&["inventory", "--output", "jsonl"]).stdout;
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["container"], &first["version"]), (&"milvus-cr".into(), &"v2.6.22".into()));
}
