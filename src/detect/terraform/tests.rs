//! Milvus in Terraform, each told by example.

use crate::detect::{Evidence, Found, Hint, Tree, drop_repeats, find};
use crate::source::{Side, Sources};
use crate::yaml::Node;

const HEAD: &str = "resource \"helm_release\" \"m\" {\n  name = \"search\"\n  namespace = \"vector\"\n  repository = \"https://zilliztech.github.io/milvus-helm/\"\n  chart = \"milvus\"\n  version = \"4.2.58\"\n";

/// What all files together give.
fn all(files: &[(&str, &str)]) -> Found {
    let sources = Sources::from_texts(Side::Head, files.iter().copied());
    let tree = Tree::parse(&sources);
    let mut found: Vec<Found> = tree.files.iter().map(|file| find(file, &tree, Hint::default())).collect();
    drop_repeats(&mut found);
    let mut all = Found::default();
    for found in found {
        all.evidence.extend(found.evidence);
        all.troubles.extend(found.troubles);
        all.off.extend(found.off);
        all.comments.extend(found.comments);
    }
    all
}

/// The release of `HEAD` with more attributes.
fn one(more: &str, files: &[(&str, &str)]) -> Evidence {
    let text = format!("{HEAD}{more}}}\n");
    let files: Vec<_> = [("d/main.tf", text.as_str())].into_iter().chain(files.iter().copied()).collect();
    let found = all(&files);
    let [evidence] = &found.evidence[..] else { panic!("{more}: {found:#?}") };
    evidence.clone()
}

fn raw<'a>(evidence: &'a Evidence, path: &[&str]) -> Option<&'a str> {
    evidence.layers.get(path).and_then(Node::raw_text)
}

fn tag(evidence: &Evidence) -> Option<&str> {
    evidence.layers.get(&["image", "all", "tag"]).and_then(Node::text)
}

/// Whether a default may be claimed.
fn is_open(evidence: &Evidence) -> bool {
    evidence.layers.0.iter().any(|layer| layer.is_unseen() || layer.document.templated)
}

fn names(found: &Found) -> Vec<&str> {
    found.evidence.iter().map(|evidence| evidence.id.name.as_deref().unwrap_or("-")).collect()
}

fn chart(evidence: &Evidence) -> Option<&str> {
    evidence.chart.as_ref().map(|(_, text)| text.as_str())
}

#[test]
fn a_release_of_the_chart() {
    let evidence = one("", &[]);
    assert_eq!((evidence.id.namespace.as_deref(), evidence.id.name.as_deref()), (Some("vector"), Some("search")));
    assert_eq!((evidence.at.start, chart(&evidence), is_open(&evidence)), (0, Some("4.2.58"), false));
}

#[test]
fn other_charts_are_left_alone() {
    for (old, new) in [
        ("zilliztech.github.io/milvus-helm", "charts.bitnami.com/bitnami"),
        ("\"milvus\"", "\"milvus-operator\""),
        ("\"milvus\"", "\"./charts/milvus\""),
        ("helm_release", "google_compute_instance"),
    ] {
        let text = format!("{HEAD}}}\n").replace(old, new);
        assert_eq!(names(&all(&[("main.tf", &text)])), [""; 0], "{text}");
    }
    let folder = format!(
        "{HEAD}  values = [\"cluster: {{enabled: true}}\\npulsarv3: {{}}\\nimage: {{all: {{tag: v2.5.16}}}}\"]\n}}\n"
    );
    let found = all(&[("main.tf", &folder.replace("\"milvus\"", "\"./charts/milvus\""))]);
    assert_eq!(found.evidence.iter().map(chart).collect::<Vec<_>>(), [None]);
    assert_eq!(tag(&found.evidence[0]), Some("v2.5.16"));
}

#[test]
fn a_chart_by_its_archive() {
    let text =
        "resource \"helm_release\" \"m\" {\n  name = \"x\"\n  chart = \"https://e.example/d/milvus-4.2.58.tgz\"\n}\n";
    assert_eq!(chart(&all(&[("main.tf", text)]).evidence[0]), Some("4.2.58"));
    assert!(all(&[("main.tf", &text.replace("milvus-4", "milvus-operator-4"))]).evidence.is_empty());
}

#[test]
fn values_in_every_form() {
    let files = [("d/v.yaml", "image: {all: {tag: v2.4.1}}\n"), ("d/t.yaml", "image: {all: {tag: \"${t}\"}}\n")];
    for values in [
        "[file(\"${path.module}/v.yaml\")]",
        "[\"${file(\"v.yaml\")}\"]",
        "[templatefile(\"./t.yaml\", { t = \"v2.4.1\" })]",
        "[<<EOT\nimage:\n  all:\n    tag: v2.4.1\nEOT\n]",
        "[<<-EOT\n    image:\n      all:\n        tag: ${local.v}\n  EOT\n]",
        "[<<EOT\n${yamlencode({ image = { all = { tag = local.v } } })}\nEOT\n]",
        "[yamlencode({ image = { all = { tag = \"v2.4.1\" } } })]",
        "[jsonencode({ image = { all = { \"tag\" : local.v } } })]",
        "[yamlencode(local.values)]",
        "local.list",
        "concat([\"a: 1\"], local.list)",
        "[null, \"image: {all: {tag: v2.4.1}}\", local.nothing == \"\" ? \"\" : \"a: 1\"]",
    ] {
        let locals = "locals {\n  v = \"v2.4.1\"\n  nothing = \"\"\n  values = { image = { all = { tag = local.v } } }\n  list = [yamlencode(local.values)]\n}\n";
        let evidence = one(&format!("  values = {values}\n"), &[files[0], files[1], ("d/locals.tf", locals)]);
        assert_eq!((tag(&evidence), is_open(&evidence)), (Some("v2.4.1"), false), "{values}");
    }
}

#[test]
fn what_is_set_lies_over_the_values() {
    let values = "  values = [\"image: {all: {tag: v2.4.1}}\"]\n";
    for set in [
        "  set {\n    name = \"image.all.tag\"\n    value = \"v2.4.2\"\n  }\n",
        "  set = [{ name = \"image.all.tag\", value = \"v2.4.2\" }]\n",
        "  set_sensitive {\n    name = \"image.all.tag\"\n    value = \"v2.4.2\"\n    type = \"string\"\n  }\n",
    ] {
        let evidence = one(&format!("{values}{set}"), &[]);
        assert_eq!((tag(&evidence), is_open(&evidence)), (Some("v2.4.2"), false), "{set}");
    }
    for open in ["  dynamic \"set\" {\n    for_each = var.s\n    content {}\n  }\n", "  set = var.sets\n"] {
        let evidence = one(&format!("{values}{open}"), &[]);
        assert_eq!((tag(&evidence), is_open(&evidence)), (Some("v2.4.1"), true), "{open}");
    }
}

#[test]
fn what_nobody_says_is_open_and_named() {
    for values in
        ["[file(\"gone.yaml\")]", "[file(\"../../../etc/v.yaml\")]", "var.values", "[var.v]", "[<<E\na: [\nE\n]"]
    {
        assert!(is_open(&one(&format!("  values = {values}\n"), &[])), "{values}");
    }
    let lines = "  values = [<<EOT\nimage:\n  all:\n    tag: ${var.t}\n    repository: x/${data.a.b}\n%{ if var.x }\na: 1\n%{ endif }\nEOT\n]\n";
    let evidence = one(lines, &[]);
    assert_eq!((tag(&evidence), raw(&evidence, &["image", "all", "tag"])), (None, Some("var.t")));
    assert_eq!(raw(&evidence, &["image", "all", "repository"]), Some("x/${data.a.b}"));
    assert!(is_open(&evidence));
    let circle = one(
        "  values = [yamlencode({ cluster = { enabled = local.a } })]\n",
        &[("d/l.tf", "locals {\n  a = local.b\n  b = local.a\n}\n")],
    );
    assert!(circle.layers.get(&["cluster", "enabled"]).is_some_and(Node::is_templated));
}

#[test]
fn variables_come_from_where_terraform_takes_them() {
    let set = "  set {\n    name = \"image.all.tag\"\n    value = var.tag\n  }\n";
    let default = ("d/variables.tf", "variable \"tag\" {\n  default = \"v2.4.1\"\n}\n");
    let read = |files: &[(&str, &str)]| tag(&one(set, files)).map(str::to_string);
    assert_eq!(read(&[default]).as_deref(), Some("v2.4.1"));
    let own = ("d/terraform.tfvars", "tag = \"v2.4.2\"\n");
    assert_eq!(read(&[default, own]).as_deref(), Some("v2.4.2"));
    let auto = ("d/a.auto.tfvars", "tag = \"v2.4.3\"\n");
    assert_eq!(read(&[default, own, auto, ("d/b.auto.tfvars", "tag = \"v2.4.4\"\n")]).as_deref(), Some("v2.4.4"));
    assert_eq!(read(&[default, ("e/terraform.tfvars", "tag = \"v2.4.2\"\n")]).as_deref(), Some("v2.4.1"));
    assert_eq!(read(&[default, ("d/prod.tfvars", "tag = \"v2.4.2\"\n")]), None, "only with -var-file");
    assert_eq!(read(&[default, ("d/prod.tfvars", "tag = \"v2.4.1\"\n")]).as_deref(), Some("v2.4.1"));
    assert_eq!(read(&[("d/variables.tf", "variable \"tag\" {}\n")]), None);
}

#[test]
fn each_call_of_a_module_is_a_milvus() {
    let module = format!("{HEAD}  set {{\n    name = \"image.all.tag\"\n    value = var.tag\n  }}\n}}\n")
        .replace("\"search\"", "var.name");
    let module =
        [("modules/db/main.tf", module.as_str()), ("modules/db/v.tf", "variable \"tag\" { default = \"v2.4.1\" }\n")];
    let calls = "module \"a\" {\n  source = \"../modules/db\"\n  name = \"a\"\n}\nmodule \"b\" {\n  source = \"../modules/db/\"\n  name = local.n\n  tag = \"v2.4.2\"\n}\nmodule \"c\" {\n  source = \"../modules/db\"\n  count = 0\n  name = \"c\"\n}\nlocals { n = \"b\" }\n";
    let found = all(&[module[0], module[1], ("prod/main.tf", calls)]);
    assert_eq!(names(&found), ["a", "b", "c"]);
    assert_eq!(found.evidence.iter().map(tag).collect::<Vec<_>>(), [Some("v2.4.1"), Some("v2.4.2"), Some("v2.4.1")]);
    assert!(found.evidence.iter().all(|evidence| evidence.id.path == "prod/main.tf"));
    assert_eq!(found.off, [found.evidence[2].at]);
    assert_eq!(names(&all(&module)), ["var.name"]);
    let through = all(&[
        module[0],
        module[1],
        ("mid/x.tf", "module \"m\" {\n  source = \"../modules/db\"\n  name = var.n\n}\n"),
        ("top/main.tf", "module \"t\" {\n  source = \"../mid\"\n  n = \"deep\"\n}\n"),
    ]);
    assert_eq!(names(&through), ["deep"]);
    let circle = [
        ("a/m.tf", "module \"b\" { source = \"../b\" }\n"),
        ("b/m.tf", "module \"a\" { source = \"../a\" }\n# milvus\nresource \"x\" \"y\" {}\n"),
    ];
    assert!(all(&circle).evidence.is_empty());
}

#[test]
fn resources_of_the_operator() {
    let manifest = "resource \"kubernetes_manifest\" \"m\" {\n  manifest = {\n    apiVersion = \"milvus.io/v1beta1\"\n    kind = \"Milvus\"\n    metadata = { name = \"a\" }\n    spec = { mode = \"cluster\" }\n  }\n}\n";
    let body = |with: &str| format!("resource \"kubectl_manifest\" \"m\" {{\n  yaml_body = {with}\n}}\n");
    let yaml = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: a}\nspec: {mode: cluster}\n";
    let heredoc = body(&format!("<<EOT\n{yaml}EOT"));
    let decoded = manifest
        .replace("manifest = {\n", "manifest = yamldecode(<<-X\n")
        .split("    apiVersion")
        .next()
        .unwrap()
        .to_string()
        + &yaml.lines().map(|line| format!("    {line}\n")).collect::<String>()
        + "  X\n  )\n}\n";
    for text in [manifest, &heredoc, &decoded] {
        let found = all(&[("main.tf", text)]);
        assert_eq!(names(&found), ["a"], "{text}");
        assert_eq!((found.evidence[0].at.start, raw(&found.evidence[0], &["spec", "mode"])), (0, Some("cluster")));
    }
    // A file of its own is found there, and a template only as it is filled in.
    let found = all(&[("main.tf", &body("file(\"${path.module}/m.yaml\")")), ("m.yaml", yaml)]);
    assert_eq!(found.evidence.iter().map(|it| it.id.path.as_str()).collect::<Vec<_>>(), ["m.yaml"]);
    let template = yaml.replace("cluster", "${mode}");
    let found =
        all(&[("main.tf", &body("templatefile(\"milvus.yaml\", { mode = \"cluster\" })")), ("milvus.yaml", &template)]);
    assert_eq!(
        found.evidence.iter().map(|it| (it.id.path.as_str(), raw(it, &["spec", "mode"]))).collect::<Vec<_>>(),
        [("main.tf", Some("cluster"))]
    );
    assert!(all(&[("main.tf", &manifest.replace("milvus.io/v1beta1", "v1"))]).evidence.is_empty());
}

#[test]
fn a_broken_file_is_told_where_it_may_hold_a_milvus() {
    let text = format!("{HEAD}  values = [\n}}\n");
    assert_eq!(all(&[("main.tf", &text)]).troubles.len(), 1);
    assert!(all(&[("main.tf", "# milvus\nlocals {\n")]).troubles.is_empty());
    let found = all(&[("m/main.tf", &text), ("main.tf", "module \"x\" { source = \"./m\" }\n")]);
    assert_eq!(found.troubles.len(), 2, "where it is broken, and where it is called");
}

#[test]
fn what_is_switched_off_and_what_is_laid_over() {
    let found =
        all(&[("main.tf", &format!("{HEAD}  count = var.on ? 1 : 0\n}}\nvariable \"on\" {{ default = false }}\n"))]);
    assert_eq!(found.off, [found.evidence[0].at]);
    let over = "resource \"helm_release\" \"m\" {\n  version = \"4.2.59\"\n}\n";
    assert_eq!(chart(&one("", &[("d/main_override.tf", over)])), Some("4.2.59"));
    assert!(all(&[(".terraform/modules/m/main.tf", &format!("{HEAD}}}\n"))]).evidence.is_empty());
    let comment = all(&[("main.tf", &format!("{HEAD}  // milvus-lint: ignore x -- y\n}}\n"))]);
    assert_eq!(comment.comments.len(), 1);
}

#[test]
fn no_bytes_make_it_panic() {
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let sample = format!(
        "{HEAD}  values = [<<-EOT\n    image:\n      all: {{tag: \"${{var.t}}é\"}}\n    ${{var.x}}\n    a: x${{local.y}}\n  EOT\n  , yamlencode({{ b = var.t, b = [1] }})]\n  set {{\n    name = \"a.b\"\n    value = var.t\n  }}\n}}\nvariable \"t\" {{ default = \"v2.4.1\" }}\nlocals {{ y = local.y }}\nmodule \"m\" {{ source = \"./\" }}\n"
    );
    let tokens =
        ["${", "}", "%{", "{", "[", "<<EOT\n", "EOT\n", "\"", "\n", "\r\n", "é", "=", "a", "$", "\\", "\t", "- ", ": "];
    for _ in 0..250 {
        let mut text = sample.clone();
        for _ in 0..=random(4) {
            let at = random(text.len());
            let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap();
            let end = (at + random(6)).min(text.len());
            let end = (end..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap();
            text.replace_range(at..end, if random(3) == 0 { "" } else { tokens[random(tokens.len())] });
        }
        let found = all(&[("main.tf", &text), ("x/terraform.tfvars", &text)]);
        for evidence in &found.evidence {
            let layers = evidence.layers.0.iter().filter(|layer| layer.editable);
            assert!(layers.clone().all(|layer| text.get(layer.node.at.range()).is_some()), "{text}");
            let sources = Sources::from_texts(Side::Head, [("main.tf", text.as_str()), ("x/terraform.tfvars", &text)]);
            for layer in layers {
                for path in [&["image", "all", "tag"][..], &["a", "b"], &["b"], &["new", "key"]] {
                    let change = [layer.set(path, "v2.5.0")];
                    let _ = crate::hcl::edits(&|id| &sources.files[id.index as usize], &layer.document, &change);
                }
            }
        }
    }
}
