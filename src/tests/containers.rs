//! What containers leave to their surroundings: variables of Argo CD, elements of Terraform's `for_each`, components.

use super::{Told, known_facts};
use crate::config::Config;
use crate::outcome::{DeploymentView, Outcome};
use crate::rules::RULES;

fn outcome(files: &[(&str, &str)]) -> Outcome {
    let owned = files.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect();
    Told { base: Vec::new(), head: owned }.check(&known_facts(), RULES).2
}

/// Namespace, name, chart version, Milvus version.
fn show(view: &DeploymentView) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_string());
    let (namespace, name) = (text(&view.namespace), text(&view.name));
    format!("{namespace}/{name} {} {}", text(&view.chart_version.value), text(&view.version.value))
}

fn shown(files: &[(&str, &str)]) -> Vec<String> {
    outcome(files).deployments.iter().map(show).collect()
}

fn application(source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: search}}\nspec:\n  destination: {{namespace: vector}}\n  source:\n    repoURL: https://zilliztech.github.io/milvus-helm\n    chart: milvus\n    targetRevision: 4.2.58\n{source}"
    )
}

#[test]
fn parameters_of_an_application_know_its_name() {
    for (parameter, version) in [
        ("v2.5.$ARGOCD_APP_NAMESPACE", "-"),
        ("${ARGOCD_APP_NAME}-v2.5.10", "-"),
        ("$$v2.5.10", "-"),
        ("v2.5.10$NOTHING", "2.5.10"),
        ("v2.5.10${ARGOCD_APP_REVISION}", "-"),
    ] {
        let text = application(&format!("    helm: {{parameters: [{{name: image.all.tag, value: '{parameter}'}}]}}\n"));
        assert_eq!(shown(&[("app.yaml", &text)]), [format!("vector/search 4.2.58 {version}")], "{parameter}");
    }
    let named = application("    helm: {parameters: [{name: image.all.tag, value: '$ARGOCD_APP_PROJECT_NAME'}]}\n")
        .replace("spec:\n", "spec:\n  project: v2.5.12\n");
    assert_eq!(shown(&[("app.yaml", &named)]), ["vector/search 4.2.58 2.5.12"]);
    let file = "  sources:\n  - {repoURL: https://zilliztech.github.io/milvus-helm, chart: milvus, targetRevision: 4.2.58, helm: {valueFiles: [$here/env/$ARGOCD_APP_NAME/values.yaml]}}\n  - {repoURL: https://example.com/here.git, ref: here}\n";
    let head = application("");
    let text = format!("{}{file}", &head[..head.find("  source:").unwrap()]);
    let files = [("app.yaml", text.as_str()), ("env/search/values.yaml", "image: {all: {tag: v2.5.14}}\n")];
    assert_eq!(shown(&files), ["vector/search 4.2.58 2.5.14"]);
}

#[test]
fn the_content_of_a_file_is_a_parameter() {
    let text = application("    helm: {fileParameters: [{name: image.all.tag, path: tag.txt}]}\n")
        .replace("    chart: milvus\n    targetRevision: 4.2.58\n", "    path: charts/rag\n");
    let text = text.replace("image.all.tag", "milvus.image.all.tag");
    let chart = "apiVersion: v2\nname: rag\nversion: 0.1.0\ndependencies:\n- name: milvus\n  version: 4.2.58\n  repository: https://zilliztech.github.io/milvus-helm\n";
    let files = [("app.yaml", text.as_str()), ("charts/rag/Chart.yaml", chart), ("charts/rag/tag.txt", "v2.5.13")];
    assert_eq!(shown(&files), ["vector/milvus 4.2.58 2.5.13"]);
    // A file that is not here may say anything.
    let missing = outcome(&files[..2]);
    assert_eq!(show(&missing.deployments[0]), "vector/milvus 4.2.58 -");
    assert_eq!(missing.assumed.len(), 1, "the repository is taken for this one");
    assert!(missing.assumed[0].1.contains("charts/rag"), "{:?}", missing.assumed);
}

#[test]
fn components_that_an_application_adds() {
    let app = |component: &str| {
        application(&format!("    path: base\n    kustomize: {{components: [{component}]}}\n"))
            .replace("    chart: milvus\n    targetRevision: 4.2.58\n", "")
    };
    let milvus = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: m}\nspec: {mode: standalone, components: {image: 'milvusdb/milvus:v2.5.10'}}\n";
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: Milvus}\n  patch: |\n    - {op: replace, path: /spec/components/image, value: 'milvusdb/milvus:v2.5.12'}\n";
    let here = app("../newer");
    let files = [
        ("app.yaml", here.as_str()),
        ("base/kustomization.yaml", "resources: [milvus.yaml]\n"),
        ("base/milvus.yaml", milvus),
        ("newer/kustomization.yaml", component),
    ];
    let all = outcome(&files);
    assert_eq!(all.deployments.iter().map(|one| one.version.value.as_deref()).collect::<Vec<_>>(), [Some("2.5.12")]);
}

const RELEASE: &str = "resource \"helm_release\" \"m\" {\n  name = each.key\n  namespace = \"vector\"\n  repository = \"https://zilliztech.github.io/milvus-helm/\"\n  chart = \"milvus\"\n";

#[test]
fn for_each_makes_one_of_each_element() {
    let map = format!(
        "{RELEASE}  version = each.value.chart\n  for_each = {{\n    a = {{ chart = \"4.2.58\", tag = \"v2.5.10\" }}\n    b = {{ chart = \"5.0.2\", tag = \"v2.6.2\" }}\n  }}\n  values = [yamlencode({{ image = {{ all = {{ tag = each.value.tag }} }} }})]\n}}\n"
    );
    assert_eq!(shown(&[("main.tf", &map)]), ["vector/a 4.2.58 2.5.10", "vector/b 5.0.2 2.6.2"]);
    let set = format!("{RELEASE}  version = \"4.2.58\"\n  for_each = toset([\"a\", \"b\"])\n}}\n");
    assert_eq!(shown(&[("main.tf", &set)]), ["vector/a 4.2.58 2.5.16", "vector/b 4.2.58 2.5.16"]);
    let local = set.replace("toset([\"a\", \"b\"])", "local.all") + "locals {\n  all = { a = 1, b = 2 }\n}\n";
    assert_eq!(shown(&[("main.tf", &local)]).len(), 2);
    // What is not known is one, with a name that is not known.
    let open = set.replace("toset([\"a\", \"b\"])", "var.names");
    assert_eq!(shown(&[("main.tf", &open)]), ["vector/each.key 4.2.58 2.5.16"]);
    let none = set.replace("[\"a\", \"b\"]", "[]");
    assert!(outcome(&[("main.tf", &none)]).findings.is_empty());
    let called = "module \"m\" {\n  source = \"./milvus\"\n  for_each = { a = \"4.2.58\", b = \"5.0.2\" }\n  name = each.key\n  chart = each.value\n}\n";
    let module = RELEASE.replace("each.key", "var.name")
        + "  version = var.chart\n}\nvariable \"name\" {}\nvariable \"chart\" {}\n";
    let both = [("main.tf", called), ("milvus/main.tf", module.as_str())];
    assert_eq!(shown(&both), ["vector/a 4.2.58 2.5.16", "vector/b 5.0.2 2.6.1"]);
}

#[test]
fn a_chart_that_is_only_rendered() {
    let text = RELEASE.replace("resource \"helm_release\"", "data \"helm_template\"").replace("each.key", "\"t\"")
        + "  version = \"4.2.58\"\n}\n";
    assert_eq!(shown(&[("main.tf", &text)]), ["vector/t 4.2.58 2.5.16"]);
}

const RESOURCE: &str = "apiVersion: milvus.io/v1alpha1\nkind: Milvus\nmetadata: {name: m}\nspec: {mode: standalone}\n";
const UPGRADE: &str = "apiVersion: milvus.io/v1beta1\nkind: MilvusUpgrade\nmetadata: {name: u}\nspec: {milvus: {name: m, namespace: x}, sourceVersion: 2.1.4, targetVersion: 2.2.16}\n";

fn rules(files: &[(&str, &str)], config: Config) -> Vec<&'static str> {
    let sources = |side, files: &[(&str, &str)]| crate::source::Sources::from_texts(side, files.iter().copied());
    let (base, head) = (sources(crate::source::Side::Base, &[]), sources(crate::source::Side::Head, files));
    let outcome = crate::check(&base, &head, &known_facts(), &config);
    let asked = ["api-version-old", "migration-image-missing"];
    outcome.findings.iter().map(|finding| finding.rule).filter(|rule| asked.contains(rule)).collect()
}

#[test]
fn what_the_webhook_does_is_no_fault_where_it_is_on() {
    let release = "resource \"helm_release\" \"o\" {\n  name = \"o\"\n  chart = \"milvus-operator\"\n  repository = \"https://zilliztech.github.io/milvus-operator/\"\n  version = \"1.3.8\"\n";
    let on = format!("{release}  set {{\n    name = \"enableWebhook\"\n    value = \"true\"\n  }}\n}}\n");
    let off = format!("{release}}}\n");
    let flux = "kind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: milvus-operator\n      version: 1.3.8\n  values: {enableWebhook: true}\n";
    let argo = "kind: Application\nspec:\n  source:\n    repoURL: https://zilliztech.github.io/milvus-operator\n    chart: milvus-operator\n    targetRevision: 1.3.8\n    helm: {values: 'enableWebhook: true'}\n";
    let pod = "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - {name: m, image: 'milvusdb/milvus-operator:v1.3.8', args: [--webhook=true]}\n";
    let both = ["api-version-old", "migration-image-missing"];
    for (path, operator, expected) in [
        ("o.tf", on.as_str(), &both[..0]),
        ("o.tf", &off, &both[..]),
        ("o.yaml", flux, &both[..0]),
        ("o.yaml", argo, &both[..0]),
        ("o.yaml", pod, &both[..0]),
        ("o.yaml", &flux.replace("true", "false"), &both[..]),
    ] {
        let files = [("m.yaml", RESOURCE), (path, operator), ("u.yaml", UPGRADE)];
        let mut found = rules(&files, Config::default());
        found.sort_unstable();
        assert_eq!(found, expected, "{operator}");
        let told = Config { operator_webhook: Some(true), ..Config::default() };
        assert_eq!(rules(&files, told), [""; 0], "{operator}");
    }
}

const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec:\n  path: ./\n  targetNamespace: vector\n  sourceRef: {kind: GitRepository, name: flux-system}\n";
const MILVUS: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: m}\nspec: {mode: standalone, components: {image: 'milvusdb/milvus:${TAG:-v2.5.10}'}}\n";

#[test]
fn the_root_of_the_repository_is_a_folder() {
    let files = |flux: &str| {
        let all = outcome(&[("clusters/apps.yaml", flux), ("apps/milvus.yaml", MILVUS)]);
        all.deployments.iter().map(|one| one.namespace.clone()).collect::<Vec<_>>()
    };
    assert_eq!(files(FLUX), [Some("vector".to_string())]);
    // The root of another repository is not here.
    assert_eq!(
        files(&FLUX.replace("name: flux-system}", "name: other}").replace("namespace: flux-system", "namespace: x")),
        [None]
    );
}

#[test]
fn what_patches_a_kustomization_may_set_its_variables() {
    let child = FLUX.replace("./", "./apps");
    let parent = FLUX.replace("name: apps", "name: all").replace("./", "./clusters")
        + "  patches:\n  - target: {kind: Kustomization}\n    patch: |\n      kind: Kustomization\n      metadata: {name: x}\n      spec: {postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}}\n";
    let files = [("clusters/apps.yaml", child.as_str()), ("apps/milvus.yaml", MILVUS)];
    let said = |files: &[(&str, &str)]| outcome(files).deployments[0].version.said;
    assert_eq!(said(&files), "default");
    assert_eq!(said(&[&files[..], &[("all.yaml", &parent)]].concat()), "unknown");
    let other = parent.replace("{kind: Kustomization}", "{kind: Kustomization, name: other}");
    assert_eq!(said(&[&files[..], &[("all.yaml", &other)]].concat()), "default");
}

#[test]
fn an_overlay_of_an_inflated_chart_is_another_milvus() {
    let base = "helmCharts:\n- {name: milvus, releaseName: m, repo: 'https://zilliztech.github.io/milvus-helm', version: 4.2.58, namespace: base}\n";
    let over = |namespace: &str| format!("resources: [../base]\nnamespace: {namespace}\n");
    let (dev, prod) = (over("dev"), over("prod"));
    let files =
        [("base/kustomization.yaml", base), ("dev/kustomization.yaml", &dev), ("prod/kustomization.yaml", &prod)];
    assert_eq!(shown(&files[..1]), ["base/m 4.2.58 2.5.16"]);
    assert_eq!(shown(&files[..2]), ["dev/m 4.2.58 2.5.16"]);
    assert_eq!(shown(&files), ["dev/m 4.2.58 2.5.16", "prod/m 4.2.58 2.5.16"]);
}

#[test]
fn the_files_that_compose_is_told_to_read() {
    let service = |tag: &str| {
        format!("services:\n  standalone:\n    image: milvusdb/milvus:{tag}\n    command: milvus run standalone\n")
    };
    let (one, two) = (service("v2.5.10"), service("v2.5.12"));
    let files = [
        ("a/.env", "COMPOSE_FILE=docker-compose.yml:docker-compose.prod.yml\n"),
        ("a/docker-compose.yml", one.as_str()),
        ("a/docker-compose.prod.yml", two.as_str()),
    ];
    assert_eq!(shown(&files), ["-/standalone - 2.5.12"]);
    assert_eq!(shown(&files[1..]), ["-/standalone - 2.5.12", "-/standalone - 2.5.10"]);
}

#[test]
fn a_module_from_elsewhere_is_named() {
    let text = "module \"milvus\" {\n  source = \"git::https://example.com/terraform-milvus.git?ref=v1\"\n}\n";
    let all = outcome(&[("main.tf", text)]);
    assert!(all.deployments.is_empty());
    assert_eq!(all.left_out.len(), 1, "{:?}", all.left_out);
}
