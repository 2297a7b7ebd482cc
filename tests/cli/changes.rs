//! Changes of a Milvus in a real Git repository, each through the work tree, the index, a base revision, and `diff`.

use crate::repository::{Repository, Run};

fn milvus(tag: &str, mode: &str, rest: &str) -> String {
    format!(
        "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\n  namespace: vector\nspec:\n  mode: {mode}\n  \
         components:\n    image: milvusdb/milvus{tag}\n{rest}"
    )
}

const FOUR: &str = "    rootCoord: {}\n    dataCoord: {}\n    queryCoord: {}\n    indexCoord: {}\n";
const MIX: &str = "    mixCoord: {}\n";
const PULSAR: &str = "  dependencies:\n    msgStreamType: pulsar\n";
const ROCKSMQ: &str = "  dependencies:\n    msgStreamType: rocksmq\n";

/// Runs one change in four ways and lets `judge` look at each.
fn each_way(path: &str, before: &str, after: &str, judge: impl Fn(&str, &Run)) {
    let repository = Repository::new();
    repository.write(path, before).write("README.md", "nothing\n").commit("before");
    repository.write(path, after);
    judge("work tree", &repository.run(&["check", "--output", "json"]));
    repository.git(&["add", "-A"]);
    judge("index", &repository.run(&["check", "--staged", "--output", "json"]));
    repository.git(&["checkout", "--quiet", "-b", "change"]);
    repository.commit("after");
    judge("base", &repository.run(&["check", "--base", "main", "--output", "json"]));
    judge("diff of revisions", &repository.run(&["diff", "main", "change", "--output", "json"]));
    let files = Repository::folder();
    files.write("old.yaml", before).write("new.yaml", after);
    judge("diff of files", &files.run(&["diff", "old.yaml", "new.yaml", "--output", "json"]));
}

/// The change is judged with this verdict, exit code and error rules, and the path goes by these versions.
fn expect(before: &str, after: &str, verdict: &str, code: i32, errors: &[&str], path: &[&str]) {
    each_way("deploy/milvus.yaml", before, after, |way, run| {
        let found = run.rules();
        let found: Vec<&str> =
            found.iter().filter(|(_, severity)| severity == "error").map(|(rule, _)| &**rule).collect();
        assert_eq!(found, errors, "{way}\n{}", run.stdout);
        let (said, way_out) = run.verdict();
        assert_eq!(said, verdict, "{way}");
        assert_eq!(run.code, code, "{way}: exit code\n{}", run.stderr);
        if !path.is_empty() {
            assert_eq!(way_out, path, "{way}");
        }
    });
}

#[test]
fn a_jump_over_the_metadata_migration_is_illegal_and_names_the_way() {
    let before = milvus(":v2.1.4", "standalone", ROCKSMQ);
    let after = milvus(":v2.4.23", "standalone", ROCKSMQ);
    let path = ["2.1.4", "2.2.16 (migrate)", "2.3.22", "2.4.23"];
    expect(&before, &after, "illegal", 1, &["upgrade-path-illegal"], &path);
}

#[test]
fn a_cluster_with_four_coordinators_goes_to_2_6_by_the_last_2_5_with_mix_coord() {
    let before = milvus(":v2.5.10", "cluster", &format!("{FOUR}{PULSAR}"));
    let after = milvus(":v2.6.6", "cluster", &format!("{FOUR}{PULSAR}"));
    let path = ["2.5.10", "2.5.27 (with mixCoord)", "2.6.6"];
    expect(&before, &after, "illegal", 1, &["upgrade-path-illegal"], &path);
    let before = milvus(":v2.5.16", "cluster", &format!("{FOUR}{PULSAR}"));
    let path = ["2.5.16", "2.5.16 (with mixCoord)", "2.6.6"];
    expect(&before, &after, "illegal", 1, &["coordinators-separate"], &path);
}

#[test]
fn a_cluster_with_mix_coord_goes_from_2_5_16_to_2_6() {
    let before = milvus(":v2.5.16", "cluster", &format!("{MIX}{PULSAR}"));
    let after = milvus(":v2.6.6", "cluster", &format!("{MIX}{PULSAR}"));
    expect(&before, &after, "legal", 0, &[], &["2.5.16", "2.6.6"]);
}

#[test]
fn there_is_no_way_back_from_2_6() {
    let before = milvus(":v2.6.6", "cluster", &format!("{MIX}{PULSAR}"));
    let after = milvus(":v2.5.16", "cluster", &format!("{MIX}{PULSAR}"));
    expect(&before, &after, "illegal", 1, &["downgrade"], &[]);
}

#[test]
fn the_queue_stays() {
    let before = milvus(":v2.4.24", "standalone", ROCKSMQ);
    let after = milvus(":v2.4.24", "standalone", PULSAR);
    expect(&before, &after, "illegal", 1, &["queue-changed"], &[]);
}

#[test]
fn a_digest_is_unknown_and_not_fine() {
    let digest = "@sha256:4f1c0e0f4c3b1d2a4f1c0e0f4c3b1d2a4f1c0e0f4c3b1d2a4f1c0e0f4c3b1d2a";
    let before = milvus(":v2.5.16", "standalone", ROCKSMQ);
    let after = milvus(digest, "standalone", ROCKSMQ);
    expect(&before, &after, "unknown", 3, &[], &[]);
}

#[test]
fn an_image_pinned_in_one_component_is_an_error_with_a_repair() {
    let before = milvus(":v2.5.16", "cluster", &format!("{MIX}{PULSAR}"));
    let pinned = "    proxy:\n      image: milvusdb/milvus:v2.5.16\n      replicas: 2\n";
    let after = milvus(":v2.5.27", "cluster", &format!("{MIX}{pinned}{PULSAR}"));
    expect(&before, &after, "legal", 1, &["component-image"], &[]);

    let repository = Repository::new();
    repository.write("milvus.yaml", &before).commit("before");
    repository.write("milvus.yaml", &after);
    let run = repository.run(&["fix"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(repository.read("milvus.yaml"), after.replace("      image: milvusdb/milvus:v2.5.16\n", ""));
}

#[test]
fn a_default_that_moves_with_the_chart_is_found_although_it_is_not_in_the_diff() {
    let values = |chart: &str| {
        format!("# milvus-lint: chart-version {chart}\ncluster:\n  enabled: false\nimage:\n  all:\n    tag: v2.5.16\n")
    };
    let (before, after) = (values("4.2.58"), values("5.0.19").replace("v2.5.16", "v2.6.15"));
    each_way("milvus/values.yaml", &before, &after, |way, run| {
        let rules = run.rules();
        assert!(rules.contains(&("queue-default-changed".to_string(), "error".to_string())), "{way}: {rules:?}");
        assert_eq!(run.code, 1, "{way}");
        assert_eq!(run.verdict().0, "illegal", "{way}");
    });
    let repository = Repository::new();
    repository.write("values.yaml", &before).commit("before");
    repository.write("values.yaml", &after);
    let run = repository.run(&["fix"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(repository.read("values.yaml"), format!("{after}standalone:\n  messageQueue: rocksmq\n"));
    assert_eq!(repository.run(&["fix", "--diff"]).stdout, "");
}

#[test]
fn a_chart_version_in_the_config_moves_like_any_other_value() {
    let config = |chart: &str| {
        format!("values:\n  - files: '**/values.yaml'\n    chart-version: {chart}\n    release: search\n")
    };
    let repository = Repository::new();
    let values = "cluster:\n  enabled: false\n";
    repository.write("values.yaml", values).write(".milvus-lint.yaml", &config("4.2.58")).commit("before");
    repository.write(".milvus-lint.yaml", &config("5.0.19"));
    let run = repository.run(&["check", "--output", "json"]);
    let (verdict, _) = run.verdict();
    assert_eq!((verdict.as_str(), run.code), ("illegal", 1), "{}", run.stdout);
    assert!(run.rules().iter().any(|(rule, _)| rule == "queue-default-changed"));
}

#[test]
fn a_moved_file_is_the_same_milvus() {
    let repository = Repository::new();
    repository.write("old/place.yaml", &milvus(":v2.4.24", "standalone", ROCKSMQ)).commit("before");
    repository.git(&["mv", "old/place.yaml", "elsewhere.yaml"]);
    repository.write("elsewhere.yaml", &milvus(":v2.6.6", "standalone", ROCKSMQ));
    let run = repository.run(&["check", "--output", "json"]);
    assert_eq!(run.verdict().0, "illegal");
    let kinds: Vec<_> = run.json()["transitions"].as_array().unwrap().iter().map(|t| t["kind"].clone()).collect();
    assert_eq!(kinds, ["changed"]);
}

#[test]
fn a_milvus_that_moves_into_the_named_folder_is_still_the_same() {
    let repository = Repository::new();
    repository
        .write("old/place.yaml", &milvus(":v2.4.24", "standalone", ROCKSMQ))
        .write("apps/a.yaml", "a: 1\n")
        .commit("1");
    repository.git(&["mv", "old/place.yaml", "apps/milvus.yaml"]);
    repository.write("apps/milvus.yaml", &milvus(":v2.6.6", "standalone", ROCKSMQ));
    repository.git(&["add", "-A"]);
    for arguments in [&["check", "apps"][..], &["check", "apps", "--staged"]] {
        let run = repository.run(arguments);
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("upgrade-path-illegal"), "{}", run.stdout);
    }
    repository.run(&["check", "apps"]);
}

#[test]
fn a_named_file_is_judged_with_what_it_refers_to() {
    let repository = Repository::new();
    let chart = |version: &str| {
        let repository = "https://zilliztech.github.io/milvus-helm";
        format!(
            "apiVersion: v2\nname: search\nversion: 1.0.0\ndependencies:\n- name: milvus\n  version: {version}\n  repository: {repository}\n"
        )
    };
    repository.write("apps/search/Chart.yaml", &chart("4.2.58"));
    repository.write(
        "apps/search/values.yaml",
        "milvus:\n  cluster:\n    enabled: false\n  standalone:\n    messageQueue: rocksmq\n",
    );
    repository.write("elsewhere/milvus.yaml", &milvus(":v2.4.13", "standalone", ROCKSMQ)).commit("before");
    repository.write("apps/search/Chart.yaml", &chart("5.0.19"));
    for arguments in
        [&["check", "apps/search/Chart.yaml", "--output", "json"][..], &["check", "apps", "--output", "json"]]
    {
        let run = repository.run(arguments);
        let deployments = run.json()["deployments"].as_array().unwrap().clone();
        assert_eq!(deployments.len(), 1, "{}", run.stdout);
        assert_eq!(deployments[0]["mode"]["value"], "standalone");
        assert_eq!((run.verdict().0.as_str(), run.code), ("legal", 0), "{}", run.stdout);
    }
}

#[test]
fn what_runs_now_can_be_said_on_the_command_line() {
    let repository = Repository::new();
    repository.write("milvus.yaml", &milvus(":v2.4.23", "standalone", ROCKSMQ)).commit("all");
    let run = repository.run(&["check", "--from", "2.1.4", "--output", "json"]);
    assert_eq!((run.verdict().0.as_str(), run.code), ("illegal", 1));
    let run = repository.run(&["check", "--from", "2.1.4"]);
    assert!(run.stdout.contains("command line"), "{}", run.stdout);
    assert!(run.stdout.contains("2.1.4 → 2.2.16 (migrate) → 2.3.22 → 2.4.23"), "{}", run.stdout);
}

#[test]
fn a_migration_that_was_ordered_before_makes_the_change_of_the_image_legal() {
    let upgrade = "---\napiVersion: milvus.io/v1beta1\nkind: MilvusUpgrade\nmetadata:\n  name: up\n  namespace: vector\nspec:\n  \
                   milvus:\n    name: prod\n    namespace: vector\n  sourceVersion: 2.1.4\n  targetVersion: 2.2.16\n  \
                   targetImage: milvusdb/milvus:v2.2.16\n  toolImage: milvusdb/meta-migration:v2.2.0-bugfix-20230112\n  \
                   backupPVC: backup\n";
    let repository = Repository::new();
    repository.write("milvus.yaml", &milvus(":v2.1.4", "standalone", ROCKSMQ)).commit("before");
    repository.write("milvus.yaml", &milvus(":v2.2.16", "standalone", ROCKSMQ)).write("upgrade.yaml", upgrade);
    let skipped = ("migration-skipped".to_string(), "error".to_string());
    let together = repository.run(&["check", "--output", "json"]);
    assert!(together.rules().contains(&skipped), "nothing makes the image wait for the migration: {}", together.stdout);
    repository.git(&["checkout", "--quiet", "milvus.yaml"]);
    repository.commit("migrate");
    repository.write("milvus.yaml", &milvus(":v2.2.16", "standalone", ROCKSMQ));
    let after = repository.run(&["check", "--output", "json"]);
    assert_eq!((after.code, after.rules().len()), (0, 0), "{}", after.stdout);
}

#[test]
fn the_guides_rolling_block_drops_the_mode_unless_it_is_completed() {
    let before = milvus(":v2.3.22", "cluster", PULSAR);
    let block = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\n  namespace: vector\nspec:\n  components:\n    \
                 enableRollingUpdate: true\n    imageUpdateMode: rollingUpgrade\n    image: milvusdb/milvus:v2.4.24\n";
    expect(&before, block, "illegal", 1, &["mode-dropped"], &[]);
    let completed = block.replace("spec:\n", "spec:\n  mode: cluster\n  dependencies:\n    msgStreamType: pulsar\n");
    expect(&before, &completed, "legal", 0, &[], &["2.3.22", "2.4.24"]);
}
