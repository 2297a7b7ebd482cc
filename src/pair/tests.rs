//! Which Milvus is which when it changes its container, by what a whole check says.

use crate::config::Config;
use crate::facts::Facts;
use crate::outcome::{Outcome, TransitionKind};
use crate::source::{Side, Sources};

fn check(base: &[(&str, &str)], head: &[(&str, &str)]) -> Outcome {
    let facts = Facts::embedded().expect("the tables are sound");
    let base = Sources::from_texts(Side::Base, base.iter().copied());
    let head = Sources::from_texts(Side::Head, head.iter().copied());
    let config = Config { base_name: Some("HEAD".to_string()), ..Config::default() };
    crate::check(&base, &head, &facts, &config)
}

fn kinds(base: &[(&str, &str)], head: &[(&str, &str)]) -> Vec<TransitionKind> {
    check(base, head).transitions.into_iter().map(|transition| transition.kind).collect()
}

fn says(outcome: &Outcome, rule: &str) -> usize {
    outcome.findings.iter().filter(|finding| finding.rule == rule).count()
}

const COMPOSE: &str =
    "services:\n  standalone:\n    image: milvusdb/milvus:v2.3.1\n    command: [milvus, run, standalone]\n";

fn resource(name: &str, tag: &str) -> String {
    format!(
        "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: {name}\n  namespace: milvus\nspec:\n  mode: \
         standalone\n  components:\n    image: milvusdb/milvus:{tag}\n"
    )
}

#[test]
fn what_alone_goes_and_alone_comes_is_the_same() {
    let head = resource("milvus", "v2.6.20");
    let outcome = check(&[("docker-compose.yml", COMPOSE)], &[("k8s/milvus.yaml", &head)]);
    assert_eq!(outcome.transitions.len(), 1);
    assert_eq!(outcome.transitions[0].kind, TransitionKind::Changed);
    assert_eq!(outcome.transitions[0].verdict, Some("illegal"));
    assert_eq!((says(&outcome, "surface-changed"), says(&outcome, "upgrade-path-illegal")), (1, 1));
    assert_eq!((says(&outcome, "queue-changed"), says(&outcome, "mode-changed")), (0, 0));
}

#[test]
fn another_name_is_another_milvus() {
    use TransitionKind::{Created, Deleted};
    let (one, other) = (resource("search", "v2.6.20"), resource("chat", "v2.6.20"));
    assert_eq!(kinds(&[("a.yaml", &one)], &[("a.yaml", &other)]), [Created, Deleted]);
    let flux = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: photos\n  namespace: \
                milvus\nspec:\n  chart:\n    spec:\n      chart: milvus\n      version: 5.0.19\n";
    assert_eq!(kinds(&[("a/a.yaml", &one)], &[("b/b.yaml", flux)]), [Created, Deleted]);
}

#[test]
fn several_are_told_apart_by_their_names_or_not_at_all() {
    use TransitionKind::{Changed, Created, Deleted};
    let compose = |name: &str| {
        format!("services:\n  {name}:\n    image: milvusdb/milvus:v2.5.27\n    command: milvus run standalone\n")
    };
    let (search, chat) = (compose("search"), compose("chat-milvus"));
    let heads = (resource("search", "v2.5.27"), resource("chat", "v2.5.27"));
    let base = [("a/compose.yaml", search.as_str()), ("b/compose.yaml", chat.as_str())];
    assert_eq!(kinds(&base, &[("k/s.yaml", &heads.0), ("k/c.yaml", &heads.1)]), [Changed, Changed]);
    let twice = [("a/compose.yaml", search.as_str()), ("b/compose.yaml", search.as_str())];
    let outcome = check(&twice, &[("k/s.yaml", &heads.0)]);
    let kinds: Vec<_> = outcome.transitions.iter().map(|transition| transition.kind).collect();
    assert_eq!(kinds, [Created, Deleted, Deleted]);
    assert_eq!(says(&outcome, "surface-changed"), 1);
}

#[test]
fn a_compose_file_that_stays_is_nothing_that_moved() {
    use TransitionKind::{Created, Unchanged};
    let head = resource("milvus", "v2.6.20");
    let compose = ("docker-compose.yml", COMPOSE);
    assert_eq!(kinds(&[compose], &[compose, ("k8s/milvus.yaml", &head)]), [Unchanged, Created]);
}

#[test]
fn an_operator_that_moves_changes_what_it_manages() {
    let chart = |version: &str| format!("helm:\n  chart: milvus-operator\n  version: {version}\n");
    let text = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: search\nspec:\n  components:\n    image: \
                milvusdb/milvus:v2.6.20\n";
    let (old, new) = (chart("1.2.5"), chart("1.3.8"));
    let outcome =
        check(&[("op/fleet.yaml", &old), ("milvus.yaml", text)], &[("op/fleet.yaml", &new), ("milvus.yaml", text)]);
    assert_eq!(outcome.transitions[0].kind, TransitionKind::Changed);
    assert_eq!(outcome.deployments[0].operator_version.value.as_deref(), Some("1.3.8"));
    assert_eq!(says(&outcome, "queue-default-changed"), 1);
    assert_eq!(
        (outcome.summary.errors, outcome.transitions[0].verdict),
        (0, Some("conditional")),
        "it keeps what it has"
    );
    let behind = check(&[], &[("op/fleet.yaml", &old), ("milvus.yaml", text)]);
    assert_eq!(says(&behind, "operator-too-old"), 1);
}

#[test]
fn a_copy_of_the_chart_has_its_numbers_and_none_of_its_defaults() {
    let chart = |version: &str| {
        format!(
            "apiVersion: v2\nname: stack\nversion: 1.0.0\ndependencies:\n- name: milvus\n  repository: \
             oci://dp.apps.rancher.io/charts\n  version: {version}\n"
        )
    };
    let (old, new) = (chart("4.2.2"), chart("5.0.12"));
    let outcome = check(&[("Chart.yaml", &old)], &[("Chart.yaml", &new)]);
    let rules: Vec<&str> = outcome.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["upgrade-path-illegal"]);
    assert_eq!(outcome.deployments[0].queue.said, "unknown");
}

#[test]
fn what_is_no_milvus_is_named() {
    let files = [
        ("crd.yaml", "kind: CustomResourceDefinition\nspec:\n  group: milvus.io\n"),
        ("foreign.yaml", "apiVersion: zilliz.com/v1\nkind: Milvus\nmetadata:\n  name: a\n"),
        (
            "app.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: milvus\n    \
          repoURL: https://charts.bitnami.com/bitnami\n",
        ),
        ("milvus.yaml", "# of milvus\netcd:\n  rootPath: by-dev\nminio:\n  bucketName: a\n"),
        ("other.yaml", "# milvus\nkind: Service\n"),
    ];
    let outcome = check(&[], &files);
    let whys: Vec<&str> = outcome.left_out.iter().map(|(_, why)| why.as_str()).collect();
    assert_eq!(whys.len(), 4, "{whys:?}");
    assert!(whys[1].contains("zilliz.com/v1") && whys[2].contains("Bitnami"));
}

#[test]
fn a_wrapper_that_changes_keeps_what_it_wraps() {
    let flux = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: search\n  namespace: \
                milvus\nspec:\n  chart:\n    spec:\n      chart: milvus\n      version: 5.0.19\n";
    let argo = |name: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\nspec:\n  destination:\n    \
             namespace: milvus\n  source:\n    chart: milvus\n    repoURL: https://zilliztech.github.io/milvus-helm\n    \
             targetRevision: 5.0.19\n"
        )
    };
    let severity = |head: &str| {
        let outcome = check(&[("m/release.yaml", flux)], &[("m/app.yaml", head)]);
        let of = |finding: &&crate::finding::Finding| finding.rule == "surface-changed";
        outcome.findings.iter().find(of).map(|finding| finding.severity.as_str())
    };
    assert_eq!(severity(&argo("search")), Some("info"));
    assert_eq!(severity(&argo("search-milvus")), Some("error"), "another release has other volumes");
    assert_eq!(severity(&argo("photos")), None, "another Milvus");
}

#[test]
fn one_name_in_several_clusters_is_no_proof() {
    use TransitionKind::{Created, Deleted};
    let flux = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: search\n  namespace: \
                milvus\nspec:\n  chart:\n    spec:\n      chart: milvus\n      version: 5.0.19\n";
    let head = resource("search", "v2.6.20");
    let base = [("clusters/a/m.yaml", flux), ("clusters/b/m.yaml", flux)];
    let outcome = check(&base, &[("new/m.yaml", &head)]);
    let kinds: Vec<_> = outcome.transitions.iter().map(|transition| transition.kind).collect();
    assert_eq!(kinds, [Created, Deleted, Deleted]);
    assert_eq!(says(&outcome, "surface-changed"), 1);
}
