//! What Argo CD makes of this repository: sets that generate Applications from it, and folders of it that they install.

use super::{Told, known_facts};
use crate::outcome::{DeploymentView, Outcome};
use crate::rules::RULES;

fn outcome(files: &[(&str, &str)]) -> Outcome {
    let head = files.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect();
    Told { base: Vec::new(), head }.check(&known_facts(), RULES).2
}

/// Container, identity, chart version and Milvus version, each as far as it is known.
fn show(view: &DeploymentView) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_string());
    format!("{} {} {} {}", view.container, view.id, text(&view.chart_version.value), text(&view.version.value))
}

fn shown(files: &[(&str, &str)]) -> Vec<String> {
    let mut all: Vec<String> = outcome(files).deployments.iter().map(show).collect();
    all.sort();
    all
}

/// A set with one generator; the template installs the chart that its parameters name.
fn set(generator: &str, name: &str, chart: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: milvus}}\nspec:\n  goTemplate: true\n  generators:\n\
         {generator}  template:\n    metadata: {{name: '{name}'}}\n    spec:\n      destination: {{namespace: vector}}\n      source:\n        \
         repoURL: https://zilliztech.github.io/milvus-helm\n        chart: milvus\n        targetRevision: '{chart}'\n        helm:\n          \
         valueFiles: ['$none/x.yaml']\n          ignoreMissingValueFiles: true\n          values: |\n            cluster: {{enabled: false}}\n"
    )
}

#[test]
fn files_of_git_are_parameters() {
    let generator = "  - git:\n      repoURL: https://git.example/us/gitops\n      files:\n      - path: envs/**/config.json\n      - {path: envs/old/config.json, exclude: true}\n      values: {suffix: '{{ .path.basename }}-x'}\n";
    let files = [
        ("sets/milvus.yaml", set(generator, "m-{{ .values.suffix }}", "{{ .helm.chart }}")),
        ("envs/eu/prod/config.json", r#"{"helm": {"chart": "4.2.58"}}"#.to_string()),
        ("envs/us/dev/config.json", r#"[{"helm": {"chart": "5.0.2"}}]"#.to_string()),
        ("envs/old/config.json", r#"{"helm": {"chart": "3.0.0"}}"#.to_string()),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(shown(&files), ["argocd vector/m-dev-x 5.0.2 2.6.1", "argocd vector/m-prod-x 4.2.58 2.5.16"]);
    let alone = shown(&files[..1]);
    assert_eq!(alone, ["argocd vector/m-{{ .values.suffix }} - -"], "what lies in another repository stays open");
}

#[test]
fn folders_of_git_are_parameters() {
    let generator = "  - git:\n      repoURL: https://git.example/us/gitops\n      directories:\n      - path: teams/*\n      - {path: teams/b, exclude: true}\n";
    let set = set(generator, "{{ index .path.segments 1 | lower }}", "{{ .chart | default \"4.2.58\" }}");
    let a = "a: milvus\n";
    let files = [
        ("set.yaml", set.as_str()),
        ("teams/A/x.yaml", a),
        ("teams/b/x.yaml", a),
        ("teams/.c/x.yaml", a),
        ("x/y/z.yaml", a),
    ];
    assert_eq!(shown(&files), ["argocd vector/a 4.2.58 2.5.16"]);
}

#[test]
fn matrix_and_merge_put_generators_together() {
    let list = |elements: &str| format!("      - list: {{elements: [{elements}]}}\n");
    let matrix = format!(
        "  - matrix:\n      generators:\n{}{}",
        list("{env: dev, charts: '4.2.58'}, {env: prod, charts: '5.0.2'}"),
        list("{region: eu, chart: '{{ .charts }}'}, {region: us, chart: '{{ .charts }}'}")
    );
    let text = set(&matrix, "{{ .env }}-{{ .region }}", "{{ .chart }}");
    let expected = ["dev-eu 4.2.58 2.5.16", "dev-us 4.2.58 2.5.16", "prod-eu 5.0.2 2.6.1", "prod-us 5.0.2 2.6.1"];
    assert_eq!(shown(&[("set.yaml", &text)]), expected.map(|it| format!("argocd vector/{it}")));
    let selected = matrix.clone() + "    selector: {matchExpressions: [{key: region, operator: In, values: [eu]}]}\n";
    assert_eq!(shown(&[("set.yaml", &set(&selected, "{{ .env }}-{{ .region }}", "{{ .chart }}"))]).len(), 2);
    let merge = format!(
        "  - merge:\n      mergeKeys: [env]\n      generators:\n{}{}",
        list("{env: dev, chart: '4.2.58'}, {env: prod, chart: '4.2.58'}"),
        list("{env: dev, chart: '5.0.2'}, {env: none, chart: '1.0.0'}")
    );
    let text = set(&merge, "{{ .env }}", "{{ .chart }}");
    assert_eq!(shown(&[("set.yaml", &text)]), ["argocd vector/dev 5.0.2 2.6.1", "argocd vector/prod 4.2.58 2.5.16"]);
    let open = format!("  - matrix:\n      generators:\n      - clusters: {{}}\n{}", list("{chart: 4.2.58}"));
    let text = set(&open, "{{ .name }}", "{{ .chart }}");
    assert_eq!(shown(&[("set.yaml", &text)]), ["argocd vector/{{ .name }} 4.2.58 2.5.16"], "what can be read is read");
}

#[test]
fn a_generator_has_its_own_template_and_values() {
    let over = "  - clusters:\n      values: {chart: 4.2.58}\n      template: {metadata: {}, spec: {source: {helm: {values: 'image: {all: {tag: v2.5.20}}'}}}}\n";
    let text = set(over, "a", "{{ .values.chart }}");
    assert_eq!(shown(&[("set.yaml", &text)]), ["argocd vector/a 4.2.58 2.5.20"]);
    for open in ["scmProvider", "pullRequest", "plugin", "clusterDecisionResource"] {
        let text = set(&format!("  - {open}: {{}}\n"), "a", "{{ .version }}");
        let found = outcome(&[("set.yaml", &text)]);
        let why = found.deployments[0].chart_version.why.clone().unwrap();
        assert!(why.contains("{{ .version }}"), "{why}");
    }
}

const RESOURCE: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: search}\nspec: {components: {image: 'milvusdb/milvus:v2.5.16'}}\n";

fn application(name: &str, namespace: &str, source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  destination: {{namespace: {namespace}}}\n  \
         source:\n    repoURL: https://git.example/us/gitops\n    targetRevision: HEAD\n{source}"
    )
}

#[test]
fn a_resource_in_a_plain_folder_gets_the_namespace_of_its_application() {
    let app = |source: &str| shown(&[("app.yaml", &application("a", "vector", source)), ("apps/x/m.yaml", RESOURCE)]);
    let with = ["milvus-cr vector/search - 2.5.16"];
    let without = ["milvus-cr search - 2.5.16"];
    assert_eq!(app("    path: apps/x\n"), with);
    assert_eq!(app("    path: ./apps/x/\n"), with);
    assert_eq!(app("    path: apps\n"), without, "only what is right in it");
    assert_eq!(app("    path: apps\n    directory: {recurse: true}\n"), with);
    assert_eq!(app("    path: apps\n    directory: {recurse: true, exclude: '*/m.yaml'}\n"), without);
    assert_eq!(app("    path: apps/x\n    directory: {include: '{a,m}.yaml'}\n"), with);
    assert_eq!(app("    path: apps/x\n    directory: {include: '*.json'}\n"), without);
    assert_eq!(app("    path: '{{ .Values.path }}'\n"), without);
    // In two namespaces there are two.
    let (one, two) = (application("a", "one", "    path: apps/x\n"), application("b", "two", "    path: apps/x\n"));
    let both = [("a.yaml", one.as_str()), ("b.yaml", two.as_str()), ("apps/x/m.yaml", RESOURCE)];
    assert_eq!(shown(&both), ["milvus-cr one/search - 2.5.16", "milvus-cr two/search - 2.5.16"]);
    let same = [("a.yaml", one.as_str()), ("b.yaml", one.as_str()), ("apps/x/m.yaml", RESOURCE)];
    assert_eq!(shown(&same), ["milvus-cr one/search - 2.5.16"]);
}

#[test]
fn an_application_changes_a_kustomization() {
    let base = [("base/m.yaml", RESOURCE), ("base/kustomization.yaml", "resources: [m.yaml]\n")];
    let prod = ("prod/kustomization.yaml", "resources: [../base]\nnamePrefix: p-\n");
    let shown_with = |source: &str, prod: Option<(&str, &str)>| {
        let app = application("a", "vector", source);
        shown(&base.into_iter().chain(prod).chain([("app.yaml", app.as_str())]).collect::<Vec<_>>())
    };
    assert_eq!(shown_with("    path: base\n", None), ["milvus-cr vector/search - 2.5.16"]);
    assert_eq!(shown_with("    path: prod\n", Some(prod)), ["milvus-cr vector/p-search - 2.5.16"]);
    let patch = "    path: base\n    kustomize:\n      namespace: own\n      nameSuffix: -x\n      patches:\n      - target: {kind: Milvus}\n        patch: |-\n          \
                 - op: replace\n            path: /spec/components/image\n            value: milvusdb/milvus:v2.5.20\n";
    assert_eq!(shown_with(patch, None), ["milvus-cr own/search-x - 2.5.20"]);
}

#[test]
fn images_of_an_application_are_those_that_run() {
    let workload = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: search}\nspec:\n  template:\n    spec:\n      containers:\n      \
                    - {name: milvus, image: 'milvusdb/milvus:v2.5.10', command: [milvus, run, standalone]}\n";
    let app = |images: &str| {
        application("a", "vector", &format!("    path: base\n    kustomize: {{images: ['{images}']}}\n"))
    };
    for (images, version) in [
        ("milvusdb/milvus:v2.5.20", "2.5.20"),
        ("milvusdb/milvus=mirror.example:5000/milvus", "2.5.10"),
        ("milvusdb/milvus=mirror.example/milvusdb/milvus:v2.5.21", "2.5.21"),
        ("nginx:1.2", "2.5.10"),
    ] {
        let app = app(images);
        let files = [
            ("app.yaml", app.as_str()),
            ("base/s.yaml", workload),
            ("base/kustomization.yaml", "resources: [s.yaml]\n"),
        ];
        assert_eq!(shown(&files), [format!("workload vector/search - {version}")], "{images}");
    }
}

const CHART: &str = "apiVersion: v2\nname: rag\nversion: 0.1.0\ndependencies:\n- name: milvus\n  version: 4.2.58\n  condition: milvus.enabled\n  \
                     repository: https://zilliztech.github.io/milvus-helm/\n";

#[test]
fn a_chart_in_a_folder_gets_the_values_of_its_application() {
    let values = "milvus:\n  enabled: false\n  image: {all: {tag: v2.5.10}}\n  cluster: {enabled: false}\n";
    let prod = "milvus:\n  enabled: true\n  image: {all: {tag: v2.5.20}}\n";
    let here = [("rag/Chart.yaml", CHART), ("rag/values.yaml", values), ("rag/values-prod.yaml", prod)];
    let with = |apps: &[(&str, &str)]| shown(&here.iter().chain(apps).copied().collect::<Vec<_>>());
    assert_eq!(with(&[]), ["umbrella milvus 4.2.58 2.5.10", "umbrella milvus 4.2.58 2.5.20"]);
    let app = |name: &str, helm: &str| application(name, name, &format!("    path: rag\n    helm:\n{helm}"));
    let files = app("prod", "      valueFiles: [values-prod.yaml]\n");
    assert_eq!(with(&[("a.yaml", &files)]), ["umbrella prod/milvus 4.2.58 2.5.20"]);
    // Files give way to values, these to the object, and all to parameters.
    let all = "      valueFiles: [values-prod.yaml]\n      values: 'milvus: {image: {all: {tag: v2.5.21}}}'\n      parameters:\n      - {name: milvus.image.all.tag, value: v2.5.22}\n";
    assert_eq!(with(&[("a.yaml", &app("prod", all))]), ["umbrella prod/milvus 4.2.58 2.5.22"]);
    let object = "      valueFiles: [values-prod.yaml]\n      valuesObject: {milvus: {image: {all: {tag: v2.5.21}}}}\n";
    let two = with(&[("a.yaml", &app("dev", "      releaseName: x\n")), ("b.yaml", &app("prod", object))]);
    assert_eq!(two, ["umbrella dev/x 4.2.58 2.5.10", "umbrella prod/prod 4.2.58 2.5.21"]);
    let gone = app("prod", "      valueFiles: [values-gone.yaml]\n");
    let found = outcome(&here.iter().chain(&[("a.yaml", gone.as_str())]).copied().collect::<Vec<_>>());
    let of_app = found.deployments.iter().find(|view| view.namespace.is_some()).unwrap();
    assert_eq!(of_app.queue.said, "unknown", "what the missing file says is not known");
    let may = gone.replace("      valueFiles", "      ignoreMissingValueFiles: true\n      valueFiles");
    let found = outcome(&here.iter().chain(&[("a.yaml", may.as_str())]).copied().collect::<Vec<_>>());
    assert_eq!(found.deployments.iter().find(|view| view.namespace.is_some()).unwrap().queue.said, "default");
}

#[test]
fn a_copy_of_the_chart_is_installed_by_its_application() {
    let chart = "apiVersion: v2\nname: milvus\nversion: 4.2.58\nappVersion: 2.5.16\nsources: ['https://github.com/zilliztech/milvus-helm']\n";
    let app = application("a", "vector", "    path: charts/milvus\n    helm: {valueFiles: [prod.yaml]}\n");
    let files = [
        ("app.yaml", app.as_str()),
        ("charts/milvus/Chart.yaml", chart),
        (
            "charts/milvus/values.yaml",
            "cluster: {enabled: true}\nimage: {all: {repository: milvusdb/milvus, tag: v2.5.16}}\n",
        ),
        ("charts/milvus/prod.yaml", "cluster: {enabled: false}\nimage: {all: {tag: v2.5.20}}\n"),
    ];
    assert_eq!(shown(&files), ["argocd vector/a 4.2.58 2.5.20"]);
}

#[test]
fn sets_make_applications_of_folders_with_charts() {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  generators:\n  - git:\n      repoURL: x\n      \
                directories: [{path: 'apps/*'}]\n  template:\n    metadata: {name: '{{path.basename}}'}\n    spec:\n      destination: {namespace: '{{path.basename}}'}\n      \
                source: {repoURL: x, path: '{{path}}'}\n";
    let files = [
        ("set.yaml", text),
        ("apps/rag/Chart.yaml", CHART),
        ("apps/raw/m.yaml", RESOURCE),
        ("apps/other/a.yaml", "a: milvus\n"),
    ];
    assert_eq!(shown(&files), ["milvus-cr raw/search - 2.5.16", "umbrella rag/milvus 4.2.58 2.5.16"]);
}

#[test]
fn values_of_other_charts_are_nobodys_trouble() {
    let broken = application("a", "x", "    path: web\n    helm: {values: 'milvus: ['}\n");
    for values in ["web: {milvus: http://milvus}\n", "milvus: {address: milvus}\n"] {
        let found =
            outcome(&[("a.yaml", &broken), ("web/values.yaml", values), ("web/Chart.yaml", "name: web # milvus\n")]);
        assert_eq!((found.deployments.len(), found.incomplete.len()), (0, 0), "{values}");
    }
    let found = outcome(&[("a.yaml", &broken), ("web/Chart.yaml", CHART)]);
    assert_eq!((found.deployments.len(), found.incomplete.len()), (1, 1));
}

#[test]
fn an_application_that_comes_later_changes_nothing() {
    let app = application("a", "vector", "    path: apps/x\n");
    let own =
        |files: &[(&str, &str)]| files.iter().map(|(a, b)| ((*a).to_string(), (*b).to_string())).collect::<Vec<_>>();
    let base = own(&[("apps/x/m.yaml", RESOURCE), ("rag/Chart.yaml", CHART)]);
    let rag = application("b", "vector", "    path: rag\n");
    let more = own(&[("a.yaml", &app), ("b.yaml", &rag)]);
    let head = base.iter().chain(&more).cloned().collect();
    let outcome = Told { base, head }.check(&known_facts(), RULES).2;
    let kinds: Vec<_> = outcome.transitions.iter().map(|it| format!("{:?}", it.kind)).collect();
    assert!(!kinds.iter().any(|kind| kind == "Created" || kind == "Deleted"), "{kinds:?}");
}

#[test]
fn what_leads_nowhere_or_in_circles_is_harmless() {
    let circle = application("a", "x", "    path: .\n    directory: {recurse: true}\n");
    assert_eq!(shown(&[("a.yaml", &circle)]), [""; 0]);
    for path in ["../../etc", "/", "''", "a/../../..", "*"] {
        let app = application(
            "a",
            "x",
            &format!("    path: {path}\n    helm: {{valueFiles: [../../../x, /y, $a, $a/, $ARGOCD_APP_NAME/x]}}\n"),
        );
        let found = outcome(&[("apps/a.yaml", &app), ("m.yaml", RESOURCE), ("Chart.yaml", CHART)]);
        assert!(!found.deployments.is_empty(), "{path}");
    }
    let deep = format!("{}list: {{}}{}", "{matrix: {generators: [".repeat(30), "]}}".repeat(30));
    let deep = deep.replace("[list: {}]", "[{list: {}}]");
    assert_eq!(shown(&[("s.yaml", &set(&format!("  - {deep}\n"), "a", "4.2.58"))]).len(), 1);
}
