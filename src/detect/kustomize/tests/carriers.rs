//! Overlays over what carries a Milvus: HelmReleases, Applications, workloads; and Flux's own Kustomizations.

use crate::detect::{Evidence, Hint, Tree, What, drop_repeats, find, lay_overlays};
use crate::model::Dialect;
use crate::source::{Side, Sources};
use crate::yaml::Node;

/// What is found in some files, each with its path, name, and the tag, image or chart that is in force.
fn laid(files: &[(&str, &str)]) -> Vec<Evidence> {
    let sources = Sources::from_texts(Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    let mut found: Vec<_> = tree.files.iter().map(|file| find(file, &tree, Hint::default())).collect();
    lay_overlays(&tree, &mut found);
    drop_repeats(&mut found);
    found.into_iter().flat_map(|found| found.evidence).collect()
}

fn shown(files: &[(&str, &str)]) -> Vec<String> {
    laid(files).iter().map(show).collect()
}

fn show(evidence: &Evidence) -> String {
    let chart = evidence.chart.as_ref().map_or(String::new(), |(_, text)| format!(" chart {text}"));
    let open = if evidence.layers.0.iter().any(|layer| layer.is_unseen()) { " open" } else { "" };
    format!("{} {} {}{chart}{open}", evidence.id.path, evidence.id, tag(evidence))
}

fn tag(evidence: &Evidence) -> String {
    if let What::Deployment(_, Dialect::Process) = evidence.what {
        let images = evidence.processes.iter().filter_map(|process| process.image.as_ref());
        return images.map(|image| image.filled.clone()).collect::<Vec<_>>().join(",");
    }
    let text = |path: &[&str]| evidence.layers.get(path).and_then(Node::raw_text).map(str::to_string);
    text(&["image", "all", "tag"]).or_else(|| text(&["spec", "components", "image"])).unwrap_or("-".to_string())
}

const RELEASE: &str = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: search, namespace: lab}
spec:
  chart:
    spec: {chart: milvus, version: 4.2.58, sourceRef: {kind: HelmRepository, name: milvus}}
  values:
    cluster: {enabled: false}
    image: {all: {tag: v2.5.16}}
";
const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: search, namespace: lab}
spec:
  template:
    spec:
      initContainers:
      - {name: wait, image: busybox}
      containers:
      - name: sidecar
        image: busybox
      - name: milvus
        image: milvusdb/milvus:v2.5.16
        args: [milvus, run, standalone]
        env:
        - {name: MQ_TYPE, value: rocksmq}
";
const BASE: (&str, &str) = ("base/kustomization.yaml", "resources: [app.yaml]\n");

fn over(app: &str, overlay: &str, more: &[(&str, &str)]) -> Vec<String> {
    let overlay = format!("apiVersion: kustomize.config.k8s.io/v1beta1\nresources: [../base]\n{overlay}");
    let mut files = vec![BASE, ("base/app.yaml", app), ("prod/kustomization.yaml", overlay.as_str())];
    files.extend(more);
    shown(&files)
}

const IN_PROD: &str = "prod/kustomization.yaml";

#[test]
fn patches_of_a_release() {
    let patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: search}\nspec:\n  chart: {spec: {version: 5.0.25}}\n  values: {image: {all: {tag: v2.6.5}}}\n";
    let expected = [format!("{IN_PROD} lab/search v2.6.5 chart 5.0.25")];
    assert_eq!(over(RELEASE, "patches: [{path: patch.yaml}]\n", &[("prod/patch.yaml", patch)]), expected);
    assert_eq!(over(RELEASE, "patchesStrategicMerge: [patch.yaml]\n", &[("prod/patch.yaml", patch)]), expected);
    // A patch that names the chart is still no release of its own.
    let named = patch.replace("version: 5.0.25", "chart: milvus, version: 5.0.25");
    assert_eq!(over(RELEASE, "patches: [{path: patch.yaml}]\n", &[("prod/patch.yaml", &named)]), expected);
    let operations = "- op: replace\n  path: /spec/values/image/all/tag\n  value: v2.6.5\n- op: replace\n  path: /spec/chart/spec/version\n  value: 5.0.25\n";
    let target = "patches: [{path: patch.yaml, target: {kind: HelmRelease, name: search|other}}]\n";
    assert_eq!(over(RELEASE, target, &[("prod/patch.yaml", operations)]), expected);
    let json = target.replace("patches:", "patchesJson6902:");
    assert_eq!(over(RELEASE, &json, &[("prod/patch.yaml", operations)]), expected);
    let other = target.replace("search|other", "chat");
    let as_it_is = ["base/app.yaml lab/search v2.5.16 chart 4.2.58"];
    assert_eq!(over(RELEASE, &other, &[("prod/patch.yaml", operations)]), as_it_is);
    let gone = "patches: [{path: gone.yaml, target: {kind: HelmRelease}}]\n";
    assert_eq!(over(RELEASE, gone, &[]), [format!("{IN_PROD} lab/search v2.5.16 chart 4.2.58 open")]);
    let deleted =
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: search}\n$patch: delete\n";
    assert_eq!(over(RELEASE, "patches: [{path: patch.yaml}]\n", &[("prod/patch.yaml", deleted)]).len(), 0);
}

#[test]
fn a_release_keeps_the_texts_that_can_be_edited() {
    let patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: search}\nspec: {values: {image: {all: {tag: v2.6.5}}}}\n";
    let overlay = "resources: [../base]\npatches: [{path: patch.yaml}]\n";
    let files = [BASE, ("base/app.yaml", RELEASE), ("prod/kustomization.yaml", overlay), ("prod/patch.yaml", patch)];
    let found = laid(&files);
    let layers = &found[0].layers.0;
    assert_eq!(layers.len(), 2);
    assert!(layers.iter().all(|layer| layer.editable && layer.document.exact && layer.path.len() == 2));
    assert_ne!(layers[0].document.source, layers[1].document.source);
    // What a patch takes away is the chart's own again, which no layer can say.
    let taken = patch.replace("{tag: v2.6.5}", "{tag: null}");
    let files = [BASE, ("base/app.yaml", RELEASE), ("prod/kustomization.yaml", overlay), ("prod/patch.yaml", &taken)];
    assert_eq!(shown(&files), ["prod/kustomization.yaml lab/search - chart 4.2.58"]);
    assert!(laid(&files)[0].layers.writable().is_none());
}

#[test]
fn each_overlay_of_a_release_is_its_own() {
    let prod = "resources: [../base]\nnamespace: prod\nnamePrefix: eu-\n";
    let test = "resources: [../base]\nnamespace: test\n";
    let files =
        [BASE, ("base/app.yaml", RELEASE), ("prod/kustomization.yaml", prod), ("test/kustomization.yaml", test)];
    let mut two = shown(&files);
    two.sort();
    assert_eq!(
        two,
        [
            "base/app.yaml test/search v2.5.16 chart 4.2.58",
            "prod/kustomization.yaml prod/eu-search v2.5.16 chart 4.2.58"
        ]
    );
}

#[test]
fn images_and_patches_of_workloads() {
    let images = "images: [{name: milvusdb/milvus, newName: mirror/milvus, newTag: v2.6.5}]\n";
    let expected = |image: &str| vec![format!("{IN_PROD} lab/search {image}")];
    assert_eq!(over(DEPLOYMENT, images, &[]), expected("mirror/milvus:v2.6.5"));
    let digest = "images: [{name: milvusdb/milvus, digest: 'sha256:24a0c4b4290fa99371465dfd3332d8bac4c4c6e3a1e1a9f1c1a2c38ecc6ab9ac'}]\n";
    assert!(over(DEPLOYMENT, digest, &[])[0].contains("milvusdb/milvus@sha256:24a0"));
    let other = "images: [{name: busybox, newTag: '1.36'}]\n";
    assert_eq!(over(DEPLOYMENT, other, &[]), expected("milvusdb/milvus:v2.5.16"));
    let placeholder = DEPLOYMENT.replace("milvusdb/milvus:v2.5.16", "milvus");
    let named = "images: [{name: milvus, newName: milvusdb/milvus, newTag: v2.6.5}]\n";
    assert_eq!(over(&placeholder, named, &[]), expected("milvusdb/milvus:v2.6.5"));
    let merge = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: search}\nspec: {template: {spec: {containers: [{name: milvus, image: 'milvusdb/milvus:v2.6.5'}]}}}\n";
    assert_eq!(
        over(DEPLOYMENT, "patches: [{path: patch.yaml}]\n", &[("prod/patch.yaml", merge)]),
        expected("milvusdb/milvus:v2.6.5")
    );
    let json = "patches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: replace\n      path: /spec/template/spec/containers/1/image\n      value: milvusdb/milvus:v2.6.5\n";
    assert_eq!(over(DEPLOYMENT, json, &[]), expected("milvusdb/milvus:v2.6.5"));
}

#[test]
fn a_patched_workload_is_edited_where_it_is_written() {
    let merge = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: search}\nspec: {template: {spec: {containers: [{name: milvus, image: 'milvusdb/milvus:v2.6.5'}]}}}\n";
    let overlay = "resources: [../base]\npatches: [{path: patch.yaml}]\n";
    let files = [BASE, ("base/app.yaml", DEPLOYMENT), ("prod/kustomization.yaml", overlay), ("prod/patch.yaml", merge)];
    let found = laid(&files);
    let process = &found[0].processes[0];
    assert_eq!(process.role.map(|role| role.word), Some("standalone"), "the command of the base holds");
    let image = process.layers.layer_of(&["image"]).unwrap();
    assert!(image.editable && image.document.exact);
    assert_eq!(image.node.get("image").and_then(Node::text), Some("milvusdb/milvus:v2.6.5"));
    let (document, path, _) = process.environment[0].place.as_ref().unwrap();
    assert!(document.exact);
    assert_eq!(path.len(), 8, "{path:?}");
}

#[test]
fn an_application_in_a_base() {
    let app = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: search}\nspec:\n  destination: {namespace: lab}\n  source:\n    repoURL: https://zilliztech.github.io/milvus-helm\n    chart: milvus\n    targetRevision: 4.2.58\n    helm:\n      valuesObject: {image: {all: {tag: v2.5.16}}}\n";
    let patch = "patches:\n- target: {kind: Application}\n  patch: |-\n    - op: replace\n      path: /spec/source/targetRevision\n      value: 5.0.25\n    - op: replace\n      path: /spec/source/helm/valuesObject/image/all/tag\n      value: v2.6.5\n";
    assert_eq!(over(app, patch, &[]), [format!("{IN_PROD} lab/search v2.6.5 chart 5.0.25")]);
    let text =
        app.replace("valuesObject: {image: {all: {tag: v2.5.16}}}", "values: |\n        image: {all: {tag: v2.5.16}}");
    let merge = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: search}\nspec:\n  source:\n    helm:\n      values: |\n        # another text in another file\n        image: {all: {tag: v2.6.5}}\n";
    let files = [("prod/patch.yaml", merge)];
    assert_eq!(
        over(&text, "patches: [{path: patch.yaml}]\n", &files),
        [format!("{IN_PROD} lab/search v2.6.5 chart 4.2.58")]
    );
}

#[test]
fn values_that_an_overlay_generates() {
    let release = RELEASE.split("  values:\n").next().unwrap().to_string()
        + "  valuesFrom:\n  - {kind: ConfigMap, name: milvus-values}\n  - {kind: ConfigMap, name: milvus-values, valuesKey: mode, targetPath: cluster.enabled}\n";
    let base = "resources: [app.yaml]\nconfigMapGenerator:\n- name: milvus-values\n  files: [values.yaml]\n  literals: [mode=false]\n";
    let prod = "resources: [../base]\nconfigMapGenerator:\n- {name: milvus-values, behavior: merge, files: [values.yaml=big.yaml]}\n";
    let (small, big) = ("image: {all: {tag: v2.5.16}}\n", "image: {all: {tag: v2.6.5}}\n");
    let alone = [("base/kustomization.yaml", base), ("base/app.yaml", release.as_str()), ("base/values.yaml", small)];
    assert_eq!(shown(&alone), ["base/app.yaml lab/search v2.5.16 chart 4.2.58"]);
    let with_prod: Vec<_> =
        alone.iter().copied().chain([("prod/kustomization.yaml", prod), ("prod/big.yaml", big)]).collect();
    assert_eq!(shown(&with_prod), [format!("{IN_PROD} lab/search v2.6.5 chart 4.2.58")]);
    let found = laid(&with_prod);
    assert_eq!(found[0].layers.get(&["cluster", "enabled"]).and_then(Node::as_bool), Some(false));
    assert!(found[0].layers.0[0].editable, "the file itself can be edited");
}

#[test]
fn replacements_put_values_in() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: versions}\ndata: {milvus: v2.6.5}\n";
    let replace = |field: &str, options: &str| {
        format!(
            "resources: [../base, versions.yaml]\nreplacements:\n- source: {{kind: ConfigMap, name: versions, fieldPath: data.milvus}}\n  targets:\n  - select: {{name: search}}\n    fieldPaths: ['{field}']\n    options: {{{options}}}\n"
        )
    };
    let run = |app: &str, overlay: &str, map: &str| {
        shown(&[BASE, ("base/app.yaml", app), ("prod/kustomization.yaml", overlay), ("prod/versions.yaml", map)])
    };
    let overlay = replace("spec.values.image.all.tag", "");
    assert_eq!(run(RELEASE, &overlay, map), [format!("{IN_PROD} lab/search v2.6.5 chart 4.2.58")]);
    let overlay = replace("spec.template.spec.containers.[name=milvus].image", "delimiter: ':', index: 1");
    assert_eq!(run(DEPLOYMENT, &overlay, map), [format!("{IN_PROD} lab/search milvusdb/milvus:v2.6.5")]);
    let milvus = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: search, namespace: lab}\nspec: {components: {image: 'milvusdb/milvus:v2.5.16'}}\n";
    let overlay = replace("spec.components.image", "delimiter: ':', index: 1");
    assert_eq!(run(milvus, &overlay, map), [format!("{IN_PROD} lab/search milvusdb/milvus:v2.6.5")]);
    assert_eq!(run(milvus, &overlay, "a: milvus\n"), [format!("{IN_PROD} lab/search milvusdb/milvus:v2.5.16 open")]);
}

#[test]
fn a_patch_of_another_repository_is_a_part_of_a_milvus() {
    let remote = "resources: ['https://example.org/milvus?ref=v1']\nnamespace: prod\npatches: [{path: patch.yaml}]\n";
    let patch = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: search}\nspec: {components: {image: 'milvusdb/milvus:v2.6.5'}}\n";
    let files = [("prod/kustomization.yaml", remote), ("prod/patch.yaml", patch)];
    assert_eq!(shown(&files), ["prod/patch.yaml prod/search milvusdb/milvus:v2.6.5 open"]);
    let base = ("base/app.yaml", patch);
    assert_eq!(shown(&[files[0], files[1], base]), ["base/app.yaml search milvusdb/milvus:v2.6.5"]);
}

fn flux(spec: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: search, namespace: flux-system}}\nspec:\n  path: ./apps/search\n{spec}"
    )
}

fn by_flux(app: &str, spec: &str, more: &[(&str, &str)]) -> Vec<String> {
    let spec = flux(spec);
    let mut files = vec![("apps/search/app.yaml", app), ("clusters/prod/search.yaml", spec.as_str())];
    files.extend(more);
    shown(&files)
}

#[test]
fn a_flux_kustomization_leads_to_a_folder() {
    let release = RELEASE.replace(", namespace: lab", "");
    let at = "apps/search/app.yaml";
    assert_eq!(by_flux(&release, "", &[]), [format!("{at} search v2.5.16 chart 4.2.58")]);
    let moved = "  targetNamespace: vector\n";
    assert_eq!(by_flux(&release, moved, &[]), [format!("{at} vector/search v2.5.16 chart 4.2.58")]);
    let listed = [("apps/search/kustomization.yaml", "resources: [app.yaml]\nnamespace: lab\n")];
    assert_eq!(by_flux(&release, moved, &listed), [format!("{at} vector/search v2.5.16 chart 4.2.58")]);
    assert_eq!(by_flux(&release, "", &listed), [format!("{at} lab/search v2.5.16 chart 4.2.58")]);
    let patched = "  patches:\n  - target: {kind: HelmRelease}\n    patch: |\n      - op: replace\n        path: /spec/values/image/all/tag\n        value: v2.6.5\n";
    let place = "clusters/prod/search.yaml";
    assert_eq!(by_flux(&release, patched, &[]), [format!("{place} search v2.6.5 chart 4.2.58")]);
    let images = "  images: [{name: milvusdb/milvus, newTag: v2.6.5}]\n";
    assert_eq!(by_flux(DEPLOYMENT, images, &[]), [format!("{place} lab/search milvusdb/milvus:v2.6.5")]);
    let component = [(
        "apps/new/kustomization.yaml",
        "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nimages: [{name: milvusdb/milvus, newTag: v2.6.5}]\n",
    )];
    let found = by_flux(DEPLOYMENT, "  components: [../new]\n", &component);
    assert_eq!(found, ["apps/new/kustomization.yaml lab/search milvusdb/milvus:v2.6.5"]);
}

#[test]
fn variables_are_put_in_from_what_the_repository_says() {
    let release = RELEASE.replace("v2.5.16", "'${MILVUS_TAG:=v2.4.1}'").replace("4.2.58", "'${CHART}'");
    let at = "apps/search/app.yaml lab/search";
    let inline = "  postBuild: {substitute: {CHART: 4.2.58}}\n";
    assert_eq!(by_flux(&release, inline, &[]), [format!("{at} v2.4.1 chart 4.2.58")]);
    let from = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: versions}]}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: versions, namespace: flux-system}\ndata: {MILVUS_TAG: v2.6.5, CHART: 5.0.25}\n";
    assert_eq!(by_flux(&release, from, &[("vars/versions.yaml", map)]), [format!("{at} v2.6.5 chart 5.0.25")]);
    // Whoever is not here may set it, and nobody puts anything in where there is no `postBuild`.
    let shut = format!("{at} ${{MILVUS_TAG}} chart ${{CHART}}");
    let open = format!("{at} ${{MILVUS_TAG:=v2.4.1}} chart ${{CHART}}");
    for (spec, open) in [(from, &shut), ("", &open)] {
        assert_eq!(by_flux(&release, spec, &[]), [open.as_str()]);
    }
    let off = release
        .replace("namespace: lab}", "namespace: lab, labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}}");
    assert!(by_flux(&off, inline, &[])[0].ends_with("chart ${CHART}"));
    let milvus = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: search}\nspec: {components: {image: 'milvusdb/milvus:${MILVUS_TAG}'}}\n";
    assert_eq!(
        by_flux(milvus, from, &[("vars/versions.yaml", map)]),
        ["apps/search/app.yaml search milvusdb/milvus:v2.6.5"]
    );
}

#[test]
fn post_renderers_put_images_in() {
    let with = |renderer: &str| format!("{RELEASE}  postRenderers:\n  - kustomize:\n{renderer}");
    let images = with("      images: [{name: milvusdb/milvus, newTag: v2.6.5}]\n");
    assert_eq!(shown(&[("a.yaml", &images)]), ["a.yaml lab/search v2.6.5 chart 4.2.58"]);
    let other = with("      images: [{name: quay.io/etcd, newTag: v3}]\n");
    assert_eq!(shown(&[("a.yaml", &other)]), ["a.yaml lab/search v2.5.16 chart 4.2.58"]);
    let patch = with(
        "      patches:\n      - target: {kind: Deployment}\n        patch: |\n          - op: replace\n            path: /spec/template/spec/containers/0/image\n            value: milvusdb/milvus:v2.6.5\n",
    );
    assert_eq!(shown(&[("a.yaml", &patch)]), ["a.yaml lab/search v2.6.5 chart 4.2.58"]);
}

#[test]
fn a_kustomization_that_names_no_milvus_may_not_be_kept() {
    let overlay = "resources: [../base]\nnamespace: prod\n";
    let files = [("base/app.yaml", RELEASE), ("base/old/app.yaml", RELEASE), ("prod/kustomization.yaml", overlay)];
    let mut two = shown(&files);
    two.sort();
    assert_eq!(
        two,
        ["base/app.yaml prod/search v2.5.16 chart 4.2.58", "base/old/app.yaml lab/search v2.5.16 chart 4.2.58"]
    );
}
