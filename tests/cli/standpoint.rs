//! The user's folder: a Milvus is the same from each, and only the names of files differ.

use crate::repository::Repository;

const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: search, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: search}
  sources:
    - repoURL: https://zilliztech.github.io/milvus-helm/
      chart: milvus
      targetRevision: 4.2.58
      helm:
        releaseName: search
        valueFiles: [$values/values/search.yaml]
    - repoURL: https://git.example.org/platform/deploy.git
      ref: values
";

fn repository() -> Repository {
    let repository = Repository::new();
    repository.write("apps/search.yaml", APPLICATION).write("values/search.yaml", "image: {all: {tag: v2.5.27}}\n");
    repository.commit("before");
    repository.write("values/search.yaml", "image: {all: {tag: v2.4.23}}\n");
    repository
}

#[test]
fn what_counts_from_the_root_is_followed_from_every_folder() {
    let repository = repository();
    for (folder, path, file) in [
        ("", ".", "values/search.yaml"),
        ("values", ".", "search.yaml"),
        ("values", "search.yaml", "search.yaml"),
        ("values", "..", "search.yaml"),
        ("apps", ".", "../values/search.yaml"),
        ("apps", "search.yaml", "../values/search.yaml"),
        ("apps", "../values", "../values/search.yaml"),
    ] {
        let run = repository.run_in(&repository.root.join(folder), &["check", path, "-o", "json"], None);
        let at = format!("{path} from /{folder}\n{}{}", run.stdout, run.stderr);
        assert_eq!(run.verdict().0, "illegal", "{at}");
        assert_eq!(run.json()["deployments"][0]["id"], "search/search", "{at}");
        let found = run.json()["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "downgrade").cloned();
        assert_eq!(found.expect(&at)["file"], file, "{at}");
        assert_eq!(run.code, 1, "{at}");
    }
}

#[test]
fn a_repair_counts_from_the_folder_that_it_is_asked_in() {
    let repository = repository();
    repository.write("values/search.yaml", "image: {all: {tag: v2.5.27}}\ncluster: {enabled: false}\n");
    repository.commit("standalone");
    repository.write("apps/search.yaml", &APPLICATION.replace("4.2.58", "5.0.19"));
    repository.write("values/search.yaml", "image: {all: {tag: v2.6.15}}\ncluster: {enabled: false}\n");
    let values = repository.root.join("values");
    let run = repository.run_in(&values, &["fix", "--diff"], None);
    assert!(run.stdout.starts_with("--- a/search.yaml\n+++ b/search.yaml\n"), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("would fix search.yaml: "), "{}", run.stderr);
    let run = repository.run_in(&values, &["fix"], None);
    assert!(repository.read("values/search.yaml").contains("messageQueue: rocksmq"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_config_is_named_from_where_the_user_stands() {
    let repository = repository();
    repository.write("ci/strict.yaml", "fail-on: warning\n");
    let values = repository.root.join("values");
    let run = repository.run_in(&values, &["check", "-v", "--config", "../ci/strict.yaml"], None);
    assert!(run.stderr.contains("config: ../ci/strict.yaml"), "{}", run.stderr);
}

#[test]
fn two_revisions_are_compared_from_every_folder() {
    let repository = repository();
    repository.commit("after");
    for (folder, file) in [("", "values/search.yaml"), ("values", "search.yaml"), ("apps", "../values/search.yaml")] {
        let run = repository.run_in(&repository.root.join(folder), &["diff", "HEAD~1", "HEAD", "-o", "json"], None);
        assert_eq!(run.verdict().0, "illegal", "/{folder}\n{}", run.stdout);
        let found = run.json()["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "downgrade").cloned();
        assert_eq!(found.expect(folder)["file"], file, "/{folder}");
    }
}
