//! Argo CD in a repository on disk: files that Applications name are read, though nothing in them says Milvus.

use crate::repository::Repository;

const SET: &str = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: milvus}\nspec:\n  goTemplate: true\n  generators:\n  \
                   - git:\n      repoURL: https://git.example/us/gitops\n      files: [{path: 'envs/*/config.json'}]\n  template:\n    metadata: {name: 'search-{{ .name }}'}\n    \
                   spec:\n      destination: {namespace: vector}\n      sources:\n      - {repoURL: https://git.example/us/gitops, ref: here}\n      - repoURL: https://zilliztech.github.io/milvus-helm\n        \
                   chart: milvus\n        targetRevision: '{{ .version }}'\n        helm: {valueFiles: ['$here/envs/{{ .name }}/thin.yaml']}\n";

fn repository() -> Repository {
    let repository = Repository::new();
    repository.write("sets/milvus.yaml", SET).write("sets/other.yaml", "a: 1\n");
    repository.write("envs/eu/config.json", r#"{"name": "eu", "version": "4.2.58"}"#);
    repository.write("envs/eu/thin.yaml", "image:\n  tag: none\n").commit("all");
    repository
}

/// Name and chart version of every Milvus.
fn inventory(repository: &Repository, arguments: &[&str]) -> Vec<(String, String)> {
    let arguments = [&["inventory", "--output", "jsonl"], arguments].concat();
    let run = repository.run(&arguments);
    let lines = run.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_string();
    lines.map(|line| (text(&line["name"]), text(&line["chart_version"]))).collect()
}

#[test]
fn parameters_are_read_from_files_that_nothing_else_would_keep() {
    let repository = repository();
    let expected = [("search-eu".to_string(), "4.2.58".to_string())];
    for arguments in [&[][..], &["sets"]] {
        assert_eq!(inventory(&repository, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn a_change_in_such_a_file_is_a_change_of_its_milvus() {
    let repository = repository();
    repository.write("envs/eu/config.json", r#"{"name": "eu", "version": "4.1.11"}"#);
    let verdict = |arguments: &[&str]| {
        let run = repository.run(arguments);
        run.json()["transitions"].as_array().unwrap().iter().filter(|it| it["verdict"].is_string()).count()
    };
    assert_eq!(verdict(&["check", "--output", "json"]), 1);
    repository.git(&["commit", "-q", "-am", "down"]);
    assert_eq!(verdict(&["check", "--base", "HEAD~1", "--output", "json"]), 1);
    assert_eq!(verdict(&["diff", "HEAD~1", "HEAD", "--output", "json"]), 1);
}
