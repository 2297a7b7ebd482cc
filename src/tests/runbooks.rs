//! What the steps of scripts and guides make of each other: what continues what, and what is an aside.

use super::{Told, known_facts};
use crate::finding::Severity;
use crate::rules::RULES;

/// The errors in these files, by rule.
fn errors(files: &[(&str, &str)]) -> Vec<&'static str> {
    let head = files.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect();
    let (.., outcome) = Told { base: Vec::new(), head }.check(&known_facts(), RULES);
    outcome.findings.iter().filter(|one| one.severity == Severity::Error).map(|one| one.rule).collect()
}

/// A `kubectl patch` of the image.
fn patch(name: &str, version: &str) -> String {
    format!(
        "kubectl patch milvus {name} --type merge -p '{{\"spec\":{{\"components\":{{\"image\":\"milvusdb/milvus:v{version}\"}}}}}}'\n"
    )
}

/// A guide of such patches, each in a block of its own.
fn guide(parts: &[String]) -> String {
    parts.iter().map(|part| format!("```sh\n{part}```\n\n")).collect()
}

#[test]
fn patches_follow_each_other() {
    let jump = guide(&[patch("prod", "2.4.15"), patch("prod", "2.6.6")]);
    assert_eq!(errors(&[("upgrade.md", &jump)]), ["upgrade-path-illegal"]);
    let steps = guide(&[patch("prod", "2.4.15"), patch("prod", "2.5.27"), patch("prod", "2.6.24")]);
    assert_eq!(errors(&[("upgrade.md", &steps)]), [""; 0]);
    let others = guide(&[patch("dev", "2.4.15"), patch("prod", "2.6.6")]);
    assert_eq!(errors(&[("upgrade.md", &others)]), [""; 0]);
}

#[test]
fn the_way_back_in_a_guide_is_an_aside() {
    let text = guide(&[patch("prod", "2.5.27"), patch("prod", "2.5.3"), patch("prod", "2.6.24")]);
    assert_eq!(errors(&[("upgrade.md", &text)]), [""; 0]);
}

#[test]
fn a_manifest_between_two_patches_leaves_it_open_what_runs() {
    let order = "```yaml\napiVersion: milvus.io/v1beta1\nkind: MilvusUpgrade\nmetadata: {name: up, namespace: vector}\nspec:\n  milvus: {name: prod, namespace: vector}\n  sourceVersion: 2.1.4\n  targetVersion: 2.2.16\n  toolImage: milvusdb/meta-migration:v2.2.0-bugfix-20230112\n  targetImage: milvusdb/milvus:v2.2.16\n```\n\n";
    let text = format!("{}{order}{}", guide(&[patch("prod", "2.1.4")]), guide(&[patch("prod", "2.3.22")]));
    assert_eq!(errors(&[("upgrade.md", &text)]), [""; 0]);
    // What the order names is a step of its own, which comes before the next command.
    let text = format!(
        "# One\n\n{}# Two\n\n{order}# Three\n\n{}",
        guide(&[patch("prod", "2.1.4")]),
        guide(&[patch("prod", "2.3.22")])
    );
    assert_eq!(errors(&[("upgrade.md", &text)]), [""; 0]);
    let text = format!("{}kubectl apply -f up.yaml\n{}", patch("prod", "2.1.4"), patch("prod", "2.3.22"));
    assert_eq!(errors(&[("go.sh", &text)]), [""; 0]);
}

#[test]
fn a_resource_and_a_release_of_one_name_are_two() {
    let helm = "helm upgrade prod zilliztech/milvus --version 4.2.58 --reset-values\n".to_string();
    assert_eq!(errors(&[("upgrade.md", &guide(&[patch("prod", "2.6.5"), helm]))]), [""; 0]);
}

#[test]
fn a_guide_does_not_speak_of_the_repository() {
    let milvus = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: my-release}\nspec:\n  mode: standalone\n  components: {image: 'milvusdb/milvus:v2.5.27'}\n";
    let patch = patch("my-release", "2.3.0");
    assert_eq!(errors(&[("milvus.yaml", milvus), ("go.sh", &patch)]), ["downgrade"]);
    assert_eq!(errors(&[("milvus.yaml", milvus), ("old.md", &guide(&[patch]))]), [""; 0]);
}

#[test]
fn commands_that_stand_beside_each_other_in_a_guide_are_a_choice() {
    let one = "helm upgrade --install my-release zilliztech/milvus --set cluster.enabled=false\n".to_string();
    let two = "helm upgrade --install my-release zilliztech/milvus --set cluster.enabled=true\n".to_string();
    assert_eq!(errors(&[("README.md", &guide(&[one, two]))]), [""; 0]);
}

#[test]
fn what_the_new_chart_lacks_for_an_old_release_can_be_written() {
    let install = |more: &str| {
        format!(
            "helm upgrade -i prod zilliztech/milvus --version 5.0.7 --set image.all.tag=v2.5.22 --set cluster.enabled=true{more}\n"
        )
    };
    assert_eq!(errors(&[("go.sh", &install(""))]), ["chart-line-mismatch"]);
    let whole = install(" --set streaming.enabled=false --set indexNode.enabled=true");
    assert!(!errors(&[("go.sh", &whole)]).contains(&"chart-line-mismatch"));
}

#[test]
fn what_a_release_keeps_is_computed() {
    let two = |first: &str, second: &str| {
        format!("helm install prod zilliztech/milvus {first}\nhelm upgrade prod zilliztech/milvus {second}\n")
    };
    let said = |first: &str, second: &str| errors(&[("go.sh", &two(first, second))]);
    // The old chart's defaults stay with this flag: its image, and so its queue.
    let kept = said("--version 4.2.40 --set cluster.enabled=false", "--version 5.0.0 --reuse-values");
    assert!(kept.contains(&"values-reuse-unfit") && !kept.contains(&"upgrade-path-illegal"), "{kept:?}");
    // The new chart's defaults come with the other.
    let reset = said("--version 4.2.10 --set cluster.enabled=false", "--version 5.0.0 --reset-then-reuse-values");
    assert!(reset.contains(&"upgrade-path-illegal"), "{reset:?}");
    // And what was given is forgotten where something else is given.
    let lost = said("--version 4.2.10 --set cluster.enabled=false", "--version 4.2.20 --set image.all.tag=v2.4.23");
    assert!(lost.contains(&"mode-changed"), "{lost:?}");
}

#[test]
fn another_image_that_a_script_writes_is_a_change() {
    let compose =
        "services:\n  standalone:\n    image: milvusdb/milvus:v2.3.3\n    command: [milvus, run, standalone]\n";
    let said = |script: &str| errors(&[("docker-compose.yml", compose), ("go.sh", script)]);
    let sed = "sed -i 's|milvusdb/milvus:v2.3.3|milvusdb/milvus:v2.6.6|' docker-compose.yml\ndocker compose up -d\n";
    assert_eq!(said(sed), ["upgrade-path-illegal"]);
    let pattern = "sed -i -E \"s#image: milvusdb/milvus:.*#image: milvusdb/milvus:v2.6.6#\" ./docker-compose.yml\n";
    assert_eq!(said(pattern), ["upgrade-path-illegal"]);
    let yq = "yq -i '.services.standalone.image = \"milvusdb/milvus:v2.6.6\"' docker-compose.yml\n";
    assert_eq!(said(yq), ["upgrade-path-illegal"]);
    assert_eq!(said("sed -i 's/v2.3.3/v2.3.22/' docker-compose.yml # milvus\n"), [""; 0]);
    assert_eq!(said("sed -i 's/etcd:v3.5.5/etcd:v2.6.6/' docker-compose.yml # milvus\n"), [""; 0]);
}
