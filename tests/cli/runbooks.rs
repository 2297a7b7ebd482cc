//! Commands in scripts, pipelines and guides, joined with the Milvus of the repository.

use crate::repository::Repository;

const ROCKSMQ: &str = "\
image:
  all:
    tag: v2.4.15
cluster:
  enabled: false
standalone:
  messageQueue: rocksmq
pulsar:
  enabled: false
kafka:
  enabled: false
";

const PULSAR: &str = "\
image:
  all:
    tag: v2.4.15
cluster:
  enabled: false
standalone:
  messageQueue: pulsar
pulsar:
  enabled: true
kafka:
  enabled: false
";

const ROLL: &str = "\
#!/usr/bin/env bash
set -euo pipefail
VERSION=2.4.15
./rollingUpdate.sh -n default -i my-release \\
  -t \"$VERSION\" -w \"milvusdb/milvus:v${VERSION}\"
";

fn checked(files: &[(&str, &str)]) -> crate::repository::Run {
    let repository = Repository::new();
    for (path, text) in files {
        repository.write(path, text);
    }
    repository.commit("all");
    repository.run(&["check", "--output", "json"])
}

fn rules(files: &[(&str, &str)]) -> Vec<(String, String)> {
    checked(files).rules()
}

fn has(found: &[(String, String)], rule: &str, severity: &str) -> bool {
    found.iter().any(|(id, level)| id == rule && level == severity)
}

#[test]
fn the_rolling_script_is_joined_with_the_milvus_that_it_names() {
    let repository = Repository::new();
    repository.write("prod/values.yaml", ROCKSMQ).write("scripts/roll.sh", ROLL).commit("all");
    let run = repository.run(&["check"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("error[rolling-script-queue-unfit]"), "{}", run.stdout);
    assert!(
        run.stdout.contains("scripts/roll.sh:4:1") && run.stdout.contains("prod/values.yaml:7:17"),
        "{}",
        run.stdout
    );
    repository.write("prod/values.yaml", PULSAR).commit("pulsar");
    let run = repository.run(&["check"]);
    assert!(!run.stdout.contains("rolling-script"), "{}", run.stdout);
}

#[test]
fn a_values_file_is_known_by_the_release_that_a_command_lays_it_for() {
    let files = [
        ("a/values.yaml", PULSAR),
        ("b/values.yaml", ROCKSMQ),
        ("Makefile", "up:\n\t@helm upgrade my-release zilliztech/milvus --version 4.2.20 -f b/values.yaml\n"),
        ("roll.sh", ROLL),
    ];
    assert!(has(&rules(&files), "rolling-script-queue-unfit", "error"));
    let other = [
        files[0],
        files[1],
        ("Makefile", "up:\n\thelm upgrade my-release zilliztech/milvus --version 4.2.20 -f a/values.yaml\n"),
        files[3],
    ];
    assert!(!has(&rules(&other), "rolling-script-queue-unfit", "error"));
}

#[test]
fn steps_are_judged_as_a_path() {
    let jump = "helm install prod zilliztech/milvus --version 3.2.18 -f values.yaml\n\
                helm upgrade prod zilliztech/milvus --version 4.2.20 --reset-then-reuse-values\n";
    let found =
        rules(&[("values.yaml", PULSAR.replace("image:\n  all:\n    tag: v2.4.15\n", "").as_str()), ("go.sh", jump)]);
    let path = ["upgrade-path-illegal", "migration-skipped", "minor-skipped"];
    assert!(path.iter().any(|rule| has(&found, rule, "error")), "{found:?}");
    let maybe = "helm install prod zilliztech/milvus --version 3.2.18\n\
                 if [ \"$1\" = yes ]; then helm upgrade prod zilliztech/milvus --version 4.2.20; fi\n";
    let found = rules(&[("go.sh", maybe)]);
    assert!(!path.iter().any(|rule| has(&found, rule, "error")), "{found:?}");
}

#[test]
fn commands_are_found_wherever_they_are_written() {
    let command = "helm repo add milvus https://milvus-io.github.io/milvus-helm/";
    let places = [
        ("go.sh", format!("{command}\n")),
        ("go", format!("#!/bin/bash\n{command}\n")),
        ("Makefile", format!("up:\n\t@{command}\n")),
        ("justfile", format!("up:\n    {command}\n")),
        ("Taskfile.yml", format!("tasks:\n  up:\n    cmds:\n      - {command}\n")),
        ("Dockerfile", format!("FROM alpine\nRUN apk add helm && \\\n    {command}\n")),
        ("Jenkinsfile", format!("node {{ sh '''\n{command}\n''' }}\n")),
        ("README.md", format!("Run:\n\n```bash\n$ {command}\n\"milvus\" has been added\n```\n")),
        ("guide.md", format!("<pre><code class=\"language-shell\">{command}\n</code></pre>\n")),
        (".github/workflows/up.yaml", format!("jobs:\n  up:\n    steps:\n      - run: |\n          {command}\n")),
        (".gitlab-ci.yml", format!("up:\n  script:\n    - {command}\n")),
        ("play.yml", format!("- hosts: all\n  tasks:\n    - name: add\n      shell: {command}\n")),
        ("wf.yaml", format!("spec:\n  templates:\n    - script:\n        source: |\n          {command}\n")),
        ("run.sh", format!("ssh_host=x\nbash -c '{command}'\n")),
    ];
    for (path, text) in &places {
        let found = rules(&[(path, text)]);
        assert!(found.iter().any(|(id, _)| id == "chart-repository-archived"), "{path}: {found:?}");
    }
}

#[test]
fn a_resource_in_a_script_is_judged_like_a_file() {
    let script = "cat <<EOF | kubectl apply -f -\n\
                  apiVersion: milvus.io/v1beta1\nkind: MilvusUpgrade\nmetadata:\n  name: up\nspec:\n  milvus:\n    \
                  name: prod\n    namespace: default\n  sourceVersion: 2.1.4\n  targetVersion: 2.4.23\nEOF\n";
    let found = rules(&[("go.sh", script)]);
    assert!(has(&found, "migration-target-unsupported", "error"), "{found:?}");
}

#[test]
fn repairs_are_written_into_the_script() {
    let repository = Repository::new();
    let script = "#!/bin/bash\n# roll\nsh rollingUpdate.sh -i prod -t 2.4.15   # now\n./migrate.sh -i prod -s 2.1.4 -t 2.2.16 \\\n  -n default\n";
    repository.write("go.sh", script).commit("all");
    let run = repository.run(&["fix"]);
    let expected = "#!/bin/bash\n# roll\nbash rollingUpdate.sh -i prod -t 2.4.15 -w milvusdb/milvus:v2.4.15   # now\n\
                    ./migrate.sh -i prod -s 2.1.4 -t 2.2.16 \\\n  -n default -w milvusdb/milvus:v2.2.16\n";
    assert_eq!(repository.read("go.sh"), expected, "{}{}", run.stdout, run.stderr);
}

#[test]
fn what_is_not_about_milvus_is_left_alone() {
    let script = "helm upgrade web bitnami/milvus\nhelm upgrade web stable/nginx --reuse-values\n./migrate.sh up\n\
                  kubectl delete pod milvus-0\necho 'helm upgrade x zilliztech/milvus --reuse-values'\n\
                  cat <<EOF\nhelm upgrade x milvus/milvus --reuse-values\nEOF\n# rollingUpdate.sh -i prod -t 2.4.15\n";
    let found = rules(&[("go.sh", script)]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn an_exception_in_a_script_counts() {
    let script = "# milvus-lint: allow(rolling-script-image-missing) a test of the script itself\n\
                  ./rollingUpdate.sh -i prod -t 2.4.15\n";
    let found = rules(&[("go.sh", script)]);
    assert!(!has(&found, "rolling-script-image-missing", "error"), "{found:?}");
}

#[test]
fn a_file_of_values_that_a_script_lays_is_read_on_demand() {
    let script = "helm upgrade -i prod zilliztech/milvus --version 4.2.58 --reset-values -f values/tag.yaml\n";
    let values = "image: {\"all\": {\"tag\": v2.6.2}}\n";
    let found = rules(&[("deploy/go.sh", script), ("deploy/values/tag.yaml", values)]);
    assert!(found.iter().any(|(rule, _)| rule == "chart-line-mismatch"), "{found:?}");
    let found = rules(&[("deploy/go.sh", script)]);
    assert!(!found.iter().any(|(rule, _)| rule == "reference-missing"), "{found:?}");
}

#[test]
fn an_order_that_a_guide_shows_without_its_images_is_an_error() {
    let guide = "# Upgrade\n\n```yaml\napiVersion: milvus.io/v1beta1\nkind: MilvusUpgrade\nmetadata:\n  name: up\nspec:\n  milvus:\n    \
                 namespace: default\n    name: prod\n  sourceVersion: v2.1.4\n  targetVersion: v2.2.16\n```\n\n```sh\nkubectl apply -f upgrade.yaml\n\
                 kubectl describe milvusupgrade up\n```\n";
    let found = rules(&[("guide.md", guide)]);
    assert!(has(&found, "migration-image-missing", "error"), "{found:?}");
}
