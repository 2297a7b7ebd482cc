//! Files that are only referred to: what they change, what is missing, and what is never read.

use crate::repository::{Repository, Run};

const COMPOSE: &str = "services:\n  standalone:\n    image: milvusdb/milvus:${TAG}\n    command: [milvus, run, standalone]\n    \
                       environment:\n      - MQ_TYPE=rocksmq\n";

fn helmfile(values: &str) -> String {
    format!(
        "repositories:\n  - name: milvus\n    url: https://zilliztech.github.io/milvus-helm\nreleases:\n  - name: search\n    \
         chart: milvus/milvus\n    version: 4.2.58\n    values:\n      - {values}\n"
    )
}

/// Changes one file in four ways and lets `judge` look at each.
fn each_way(fixed: &[(&str, &str)], path: &str, before: &str, after: &str, judge: impl Fn(&str, &Run)) {
    let repository = Repository::new();
    for (path, text) in fixed {
        repository.write(path, text);
    }
    repository.write(path, before).commit("before");
    repository.write(path, after);
    judge("work tree", &repository.run(&["check", "--output", "json"]));
    repository.git(&["add", "-A"]);
    judge("index", &repository.run(&["check", "--staged", "--output", "json"]));
    repository.git(&["checkout", "--quiet", "-b", "change"]);
    repository.commit("after");
    judge("base", &repository.run(&["check", "--base", "main", "--output", "json"]));
    judge("diff of revisions", &repository.run(&["diff", "main", "change", "--output", "json"]));
}

#[test]
fn a_changed_env_file_changes_the_milvus_that_it_fills() {
    let files = [("app/compose.yaml", COMPOSE)];
    each_way(&files, "app/.env", "TAG=v2.6.6\n", "TAG=v2.5.16\n", |way, run| {
        assert_eq!(run.verdict().0, "illegal", "{way}\n{}", run.stdout);
        assert_eq!(run.json()["findings"][0]["file"], "app/.env", "{way}");
        assert_eq!(run.code, 1, "{way}");
    });
}

#[test]
fn a_changed_configuration_that_is_mounted_changes_the_queue() {
    let compose = COMPOSE.replace("${TAG}", "v2.5.27").replace(
        "    environment:\n      - MQ_TYPE=rocksmq\n",
        "    volumes:\n      - ./user.yaml:/milvus/configs/user.yaml\n",
    );
    let config = |queue: &str| format!("log:\n  level: info\nmq:\n  type: {queue}\n");
    each_way(&[("compose.yaml", &compose)], "user.yaml", &config("kafka"), &config("pulsar"), |way, run| {
        let rules: Vec<String> = run.rules().into_iter().map(|(rule, _)| rule).collect();
        assert!(rules.contains(&"queue-changed".to_string()), "{way}: {rules:?}\n{}", run.stdout);
    });
}

#[test]
fn a_new_env_file_that_nobody_tracks_is_part_of_the_change() {
    let compose = COMPOSE.replace("${TAG}", "${TAG:-v2.6.6}");
    let repository = Repository::new();
    repository.write("compose.yaml", &compose).commit("before");
    repository.write(".env", "TAG=v2.5.16\n");
    let run = repository.run(&["check", "--output", "json"]);
    assert_eq!(run.verdict().0, "illegal", "{}", run.stdout);
}

#[test]
fn an_env_file_that_is_taken_away_leaves_the_default() {
    let repository = Repository::new();
    repository.write("compose.yaml", &COMPOSE.replace("${TAG}", "${TAG:-v2.5.16}"));
    repository.write(".env", "TAG=v2.6.6\n").commit("before");
    repository.git(&["rm", "-q", ".env"]);
    for arguments in [&["check", "--output", "json"][..], &["check", "--staged", "--output", "json"]] {
        let run = repository.run(arguments);
        assert_eq!(run.verdict().0, "illegal", "{arguments:?}\n{}", run.stdout);
    }
    repository.commit("after");
    let run = repository.run(&["diff", "HEAD~1", "HEAD", "--output", "json"]);
    assert_eq!(run.verdict().0, "illegal", "{}", run.stdout);
}

#[test]
fn the_repair_of_a_tag_from_an_env_file_is_made_there() {
    let repository = Repository::new();
    let env = "# which one runs\nOTHER=1\nTAG=\"v2.1.4\" # pinned\n";
    repository.write("compose.yaml", COMPOSE).write(".env", &env.replace("2.1.4", "2.6.6")).commit("before");
    repository.write(".env", &env.replace("2.1.4", "2.5.16"));
    repository.run(&["fix", "--unsafe"]);
    let after = std::fs::read_to_string(repository.root.join(".env")).unwrap();
    assert_eq!(after, env.replace("2.1.4", "2.6.6"));
    assert_eq!(std::fs::read_to_string(repository.root.join("compose.yaml")).unwrap(), COMPOSE);
}

#[test]
fn what_is_missing_is_told_and_what_is_ignored_or_elsewhere_is_not() {
    let repository = Repository::new();
    let check = |values: &str| {
        repository.write("helmfile.yaml", &helmfile(values));
        references(&repository.run(&["check", "--no-base", "--output", "json"]))
    };
    assert_eq!(check("values/a.yaml"), ["reference-missing"]);
    repository.write("values/a.yaml", "replicas: 1\n");
    assert_eq!(check("values/a.yaml"), NOTHING);
    assert_eq!(check("../a.yaml"), ["reference-outside"]);
    assert_eq!(check("/etc/hostname"), ["reference-outside"]);
    repository.write(".gitignore", "made/\n");
    assert_eq!(check("made/a.yaml"), NOTHING);
    assert_eq!(check("values/secrets.yaml"), NOTHING);
    assert_eq!(check("values/{{ .Environment.Name }}.yaml"), NOTHING);
    let run = repository.run(&["check", "helmfile.yaml", "--no-base", "--output", "json"]);
    assert_eq!(references(&run), NOTHING);
    repository.write(".milvus-lint.yaml", "exclude:\n  - legacy/\n");
    assert_eq!(check("legacy/a.yaml"), NOTHING);
}

const NOTHING: [&str; 0] = [];

/// The rules of all findings about references.
fn references(run: &Run) -> Vec<String> {
    run.rules().into_iter().map(|(rule, _)| rule).filter(|rule| rule.starts_with("reference")).collect()
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_not_followed() {
    let outside = Repository::folder();
    outside.write("values.yaml", "image:\n  all:\n    tag: v2.4.9\n");
    let repository = Repository::new();
    repository.write("helmfile.yaml", &helmfile("values.yaml")).write("inside.yaml", "replicas: 1\n");
    std::os::unix::fs::symlink(outside.root.join("values.yaml"), repository.root.join("values.yaml")).unwrap();
    repository.commit("before");
    for arguments in [&["check", "--no-base", "--output", "json"][..], &["diff", "HEAD", "HEAD", "--output", "json"]] {
        let run = repository.run(arguments);
        assert!(!run.stdout.contains("2.4.9"), "{}", run.stdout);
        assert_eq!(references(&run), ["reference-outside"], "{arguments:?} {}", run.stdout);
    }
    std::fs::remove_file(repository.root.join("values.yaml")).unwrap();
    std::os::unix::fs::symlink("inside.yaml", repository.root.join("values.yaml")).unwrap();
    repository.commit("inside");
    for arguments in [&["check", "--no-base", "--output", "json"][..], &["diff", "HEAD", "HEAD", "--output", "json"]] {
        assert_eq!(references(&repository.run(arguments)), NOTHING, "{arguments:?}");
    }
}

#[test]
fn outside_of_a_repository_nothing_is_missed() {
    let folder = Repository::folder();
    folder.write("helmfile.yaml", &helmfile("values/a.yaml"));
    folder.write("compose.yaml", COMPOSE).write(".env", "TAG=v2.5.27\n");
    let run = folder.run(&["check", "--output", "json"]);
    assert_eq!(references(&run), NOTHING, "{}", run.stdout);
    let inventory = folder.run(&["inventory", "--output", "jsonl"]);
    assert!(inventory.stdout.contains("\"v2.5.27\""), "{}", inventory.stdout);
}

#[test]
fn a_tag_is_repaired_in_the_values_file_that_says_it() {
    let repository = Repository::new();
    let inline = helmfile("values/image.yaml") + "      - cluster:\n          enabled: false\n";
    let values = |tag: &str| format!("# of all clusters\nimage:\n  all:\n    tag: {tag}\n");
    repository.write("helmfile.yaml", &inline).write("values/image.yaml", &values("v2.4.23")).commit("before");
    repository.write("values/image.yaml", &values("v2.4.5"));
    repository.run(&["fix", "--unsafe"]);
    let read = |path: &str| std::fs::read_to_string(repository.root.join(path)).unwrap();
    assert_eq!((read("values/image.yaml"), read("helmfile.yaml")), (values("v2.4.23"), inline));
}

#[test]
fn what_stands_in_another_repository_is_not_missed() {
    let inner = Repository::new();
    inner.write("values.yaml", "replicas: 1\n").commit("inner");
    let repository = Repository::new();
    let id = inner.git(&["rev-parse", "HEAD"]).trim().to_string();
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},shared")]);
    repository.write("helmfile.yaml", &helmfile("shared/values.yaml"));
    repository.git(&["add", "helmfile.yaml"]);
    repository.git(&["commit", "-q", "-m", "one"]);
    for arguments in [&["check", "--no-base", "--output", "json"][..], &["diff", "HEAD", "HEAD", "--output", "json"]] {
        assert_eq!(references(&repository.run(arguments)), NOTHING, "{arguments:?}");
    }
}

#[test]
fn an_overlay_that_names_its_base_in_one_line_is_a_milvus_of_its_own() {
    let repository = Repository::new();
    repository
        .write(
            "base/milvus.yaml",
            "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: prod}\nspec:\n  components:\n    image: \
             milvusdb/milvus:v2.5.16\n",
        )
        .write("base/kustomization.yaml", "resources: [milvus.yaml]\n")
        .write("dev/kustomization.yaml", "resources: [../base]\nnamespace: dev\n")
        .write("prod/kustomization.yaml", "resources: [../base]\nnamespace: prod\n")
        .commit("all");
    let run = repository.run(&["inventory", "--output", "jsonl"]);
    for namespace in ["dev", "prod"] {
        assert!(run.stdout.contains(&format!("\"namespace\":\"{namespace}\"")), "{namespace}: {}", run.stdout);
    }
}
