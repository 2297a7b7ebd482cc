//! `check --push`, told by Git's lines and by pre-commit's variables; and what the program says of itself.

use crate::repository::Repository;

fn milvus(tag: &str) -> String {
    format!(
        "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\nspec:\n  mode: cluster\n  dependencies:\n    \
         msgStreamType: pulsar\n  components:\n    mixCoord: {{}}\n    image: milvusdb/milvus:{tag}\n"
    )
}

/// Two commits; gives their ids.
fn two_commits(first: &str, second: &str) -> (Repository, String, String) {
    let repository = Repository::new();
    repository.write("milvus.yaml", &milvus(first)).commit("one");
    let one = repository.git(&["rev-parse", "HEAD"]).trim().to_string();
    repository.write("milvus.yaml", &milvus(second)).commit("two");
    let two = repository.git(&["rev-parse", "HEAD"]).trim().to_string();
    (repository, one, two)
}

const ZERO: &str = "0000000000000000000000000000000000000000";

#[test]
fn a_push_is_judged_against_what_the_other_side_has() {
    let (repository, one, two) = two_commits("v2.4.23", "v2.6.20");
    // The work tree is not what is pushed.
    repository.write("milvus.yaml", &milvus("v2.4.23"));
    let line = format!("refs/heads/main {two} refs/heads/main {one}\n");
    let run = repository.run_with_input(&["check", "--push", "-q"], &line);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("Milvus 2.4.23 cannot go to 2.6.20"), "{}", run.stdout);
    // The other way round it is another change.
    let back = format!("refs/heads/main {one} refs/heads/main {two}\n");
    assert!(repository.run_with_input(&["check", "--push", "-q"], &back).stdout.contains("error[downgrade]"));
}

#[test]
fn a_branch_that_is_new_is_judged_from_where_no_remote_has_it() {
    let (repository, one, two) = two_commits("v2.4.23", "v2.6.20");
    repository.git(&["update-ref", "refs/remotes/origin/main", &one]);
    let new = format!("refs/heads/topic {two} refs/heads/topic {ZERO}\n");
    assert_eq!(repository.run_with_input(&["check", "--push", "-q"], &new).code, 1);
    // A commit of the other side that was never fetched says no more than none.
    let unknown = format!("refs/heads/topic {two} refs/heads/topic {}\n", "1".repeat(40));
    assert_eq!(repository.run_with_input(&["check", "--push", "-q"], &unknown).code, 1);
    repository.git(&["update-ref", "refs/remotes/origin/main", &two]);
    assert_eq!(repository.run_with_input(&["check", "--push", "-q"], &new).code, 0, "a remote has it already");
}

#[test]
fn a_first_push_has_no_base_and_a_deleted_branch_nothing_to_judge() {
    let (repository, _, two) = two_commits("v2.4.23", "v2.6.20");
    let first = format!("refs/heads/main {two} refs/heads/main {ZERO}\n");
    let run = repository.run_with_input(&["check", "--push"], &first);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("1 Milvus in 1 file"), "{}", run.stdout);
    let gone = format!("(delete) {ZERO} refs/heads/main {two}\n");
    let run = repository.run_with_input(&["check", "--push"], &gone);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
}

#[test]
fn what_is_no_pre_push_hook_is_told_what_to_do() {
    let (repository, ..) = two_commits("v2.4.23", "v2.6.20");
    let run = repository.run_with_input(&["check", "--push"], "apps/milvus.yaml\n");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("milvus-lint check --base origin/main"), "{}", run.stderr);
}

#[test]
fn a_repair_beside_a_judging_hook_is_quiet_about_the_rest() {
    let (repository, ..) = two_commits("v2.5.21", "v2.5.27");
    let text = milvus("v3.0.1").replace("spec:", "labels:\n  app: prod\nspec:");
    repository.write("milvus.yaml", &text).git(&["add", "-A"]);
    let run = repository.run(&["fix", "--staged", "--no-report"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(repository.read("milvus.yaml").contains("    app: prod\n"));
    // What stands on the disk is not what is in the index: it is left alone, and nothing is claimed.
    repository.write("milvus.yaml", &format!("{text}# mine\n"));
    let run = repository.run(&["fix", "--staged", "--no-report"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(repository.read("milvus.yaml").ends_with("# mine\n"));
}

#[test]
fn shells_complete_commands_and_rules() {
    let folder = Repository::folder();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = folder.run(&["completions", shell]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.contains("inventory"), "{shell}");
    }
    // The shells whose completions know what an argument without a name may be.
    for shell in ["bash", "zsh"] {
        assert!(folder.run(&["completions", shell]).stdout.contains("queue-default-changed"), "{shell}");
    }
    let run = folder.run(&["explain", "queue-defualt-changed"]);
    assert!(run.stderr.contains("queue-default-changed"), "the better answer stays: {}", run.stderr);
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let folder = Repository::folder();
    assert!(folder.run(&["man"]).stdout.contains(".TH milvus-lint 1"));
    assert_eq!(folder.run(&["man", "."]).code, 0);
    assert!(folder.read("milvus-lint-check.1").contains("staged"));
    assert_eq!(folder.run(&["man", "nowhere"]).code, 2);
}

#[test]
fn the_long_version_says_of_which_day_the_facts_are() {
    let folder = Repository::folder();
    let short = folder.run(&["-V"]).stdout;
    let long = folder.run(&["--version"]).stdout;
    assert!(long.starts_with(&short), "{long}");
    assert!(long.contains("\ncommit ") && long.contains("\ndata of 20"), "{long}");
}
