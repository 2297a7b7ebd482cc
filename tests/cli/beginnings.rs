//! `init` and `baseline`: how a repository begins with the program.

use crate::repository::Repository;

const OLD: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\n  namespace: vector\nspec:\n  mode: cluster\n  \
                   dependencies:\n    msgStreamType: pulsar\n  components:\n    image: milvusdb/milvus:v2.6.22\n    mixCoord: {}\n    \
                   proxy: {image: 'milvusdb/milvus:v2.6.6', replicas: 2}\n";
const FILE: &str = ".milvus-lint-baseline.json";

#[test]
fn what_was_wrong_before_is_let_be_and_what_is_new_is_not() {
    let repository = Repository::new();
    repository.write("milvus.yaml", OLD).commit("all");
    assert_eq!(repository.run(&["check"]).code, 1);
    assert_eq!(repository.run(&["baseline"]).code, 0);
    let run = repository.run(&["check", "--baseline", FILE]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    // Lines move; another object has the same fault.
    repository
        .write("milvus.yaml", &format!("# a new first line\n{OLD}---\n{}", OLD.replace("name: prod", "name: test")));
    repository.write(".milvus-lint.yaml", &format!("baseline: {FILE}\n"));
    let run = repository.run(&["check"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("1 error in 1 file · 1 accepted"), "only the new one counts: {}", run.stdout);
    let run = repository.run(&["check", "-o", "json"]);
    assert!(run.stdout.contains("in the baseline ") && run.stdout.contains(FILE), "{}", run.stdout);
}

#[test]
fn an_entry_that_is_over_is_named() {
    let repository = Repository::new();
    repository.write("milvus.yaml", OLD).commit("all");
    assert_eq!(repository.run(&["baseline"]).code, 0);
    repository.write("milvus.yaml", &OLD.replace("image: 'milvusdb/milvus:v2.6.6', ", ""));
    let run = repository.run(&["check", "--baseline", FILE]);
    assert!(run.stderr.contains("baseline: ") && run.stderr.contains("is no longer there"), "{}", run.stderr);
    assert!(run.stderr.contains("vector/prod"), "{}", run.stderr);
}

#[test]
fn a_baseline_that_cannot_be_read_says_what_to_do() {
    let repository = Repository::new();
    repository.write("milvus.yaml", OLD).write("broken.json", "{").commit("all");
    for (file, says) in [("missing.json", "cannot be read"), ("broken.json", "cannot be used")] {
        let run = repository.run(&["check", "--baseline", file]);
        assert_eq!(run.code, 2, "{file}: {}", run.stderr);
        assert!(run.stderr.contains(says) && run.stderr.contains("milvus-lint baseline"), "{}", run.stderr);
    }
}

#[test]
fn init_shows_what_it_writes_and_writes_over_nothing() {
    let repository = Repository::new();
    repository.write("milvus.yaml", OLD).write(".github/workflows/other.yml", "on: push\n").commit("all");
    let dry = repository.run(&["init", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    for file in [".milvus-lint.yaml", ".pre-commit-config.yaml", ".github/workflows/milvus-lint.yml"] {
        assert!(dry.stdout.contains(&format!("would write {file}")), "{}", dry.stdout);
        assert!(!repository.root.join(file).exists(), "{file} was written all the same");
    }
    repository.write(".pre-commit-config.yaml", "repos: []\n");
    let run = repository.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains(".pre-commit-config.yaml is there already and stays as it is"), "{}", run.stdout);
    let hook = std::fs::read_to_string(repository.root.join(".pre-commit-config.yaml")).unwrap();
    assert_eq!(hook, "repos: []\n");
    assert!(repository.root.join(".github/workflows/milvus-lint.yml").exists());
    // What it wrote is a config that the next run takes.
    assert_eq!(repository.run(&["check", "--no-base"]).code, 1, "the same fault as before");
}
