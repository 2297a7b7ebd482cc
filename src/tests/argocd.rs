//! Argo CD Applications: what is in force, where it stands, and that repairs are written where Argo CD reads them.

use super::{Told, known_facts, plain};
use crate::fix;
use crate::outcome::{DeploymentView, Outcome};
use crate::report;
use crate::rules::{RULES, find};

const HEAD: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: milvus
spec:
  destination: {namespace: vector}
";
const CHART: &str =
    "    repoURL: https://zilliztech.github.io/milvus-helm/\n    chart: milvus\n    targetRevision: 4.2.58\n";

/// An Application with one source; `rest` continues the source.
fn application(rest: &str) -> String {
    format!("{HEAD}  source:\n{CHART}{rest}")
}

fn told(files: &[(&str, &str)]) -> Told {
    let head = files.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect();
    Told { base: Vec::new(), head }
}

fn outcome(files: &[(&str, &str)]) -> Outcome {
    told(files).check(&known_facts(), RULES).2
}

fn one(files: &[(&str, &str)]) -> DeploymentView {
    let outcome = outcome(files);
    assert_eq!(outcome.deployments.len(), 1, "{files:#?}\n{:#?}", outcome.incomplete);
    outcome.deployments.into_iter().next().unwrap()
}

/// Queue, mode and version of one Milvus, with who says the queue.
fn said(view: &DeploymentView) -> (Option<&str>, &'static str, Option<&str>, Option<&str>) {
    (view.queue.value.as_deref(), view.queue.said, view.mode.value.as_deref(), view.version.value.as_deref())
}

/// The change of an Application from one text to another, and the text after the repairs.
fn repaired(base: &str, head: &str) -> (Outcome, String) {
    let files = |text: &str| vec![("app.yaml".to_string(), text.to_string())];
    let told = Told { base: files(base), head: files(head) };
    let facts = known_facts();
    let (before, after, outcome) = told.check(&facts, RULES);
    let config = told.config();
    let repaired = fix::repair(&after, true, |head| crate::check(&before, head, &facts, &config));
    (outcome, repaired.head.files[0].text.clone())
}

#[test]
fn a_default_that_moves_with_the_chart_is_shown_and_pinned_in_the_block() {
    let base = application("    helm:\n      values: |\n        cluster:\n          enabled: false\n");
    let head = base.replace("4.2.58", "5.0.19");
    let files = |text: &str| vec![("apps/milvus/app.yaml".to_string(), text.to_string())];
    let told = Told { base: files(&base), head: files(&head) };
    let (before, after, outcome) = told.check(&known_facts(), &[find("queue-default-changed").unwrap()]);
    let context = plain(&before, &after, &outcome);
    let shown: Vec<String> = outcome.findings.iter().map(|finding| report::finding(&context, finding)).collect();
    let expected = "\
error[queue-default-changed]: this standalone moves from rocksmq to woodpecker by a default; the data in rocksmq is left behind
  --> apps/milvus/app.yaml:10:21
   |
10 |     targetRevision: 5.0.19
   |                     ^^^^^^ woodpecker: default of chart 5.0.19
   |
  ::: HEAD:apps/milvus/app.yaml:10:21
   |
10 |     targetRevision: 4.2.58
   |                     ------ rocksmq: default of chart 4.2.58
   |
   = note: not in the diff; a plain helm upgrade may still find the old queue in the cluster, rendering never does
   = why: the queue holds what is not yet in object storage, and nothing moves it to another queue
   = what happens: data that was not flushed is lost; from 2.6.14 on the queue is pinned in etcd and the change is silently ignored
help: keep the queue that holds the data
   |
12 |       values: |
13 |         cluster:
14 |           enabled: false
15 +         standalone:
16 +           messageQueue: rocksmq
   |
   = explain: milvus-lint explain queue-default-changed
";
    assert_eq!(shown.join("\n").trim_end(), expected.trim_end());
}

#[test]
fn the_queue_is_pinned_wherever_the_values_stand() {
    let pin = "standalone:\n          messageQueue: rocksmq\n";
    for (rest, after) in [
        ("    helm:\n      valuesObject:\n        cluster:\n          enabled: false\n", format!("        {pin}")),
        ("    helm:\n      releaseName: m\n", format!("      valuesObject:\n        {pin}")),
        ("", format!("value: 'false'}}\n      valuesObject:\n        {pin}")),
        ("    helm:\n      values: |-\n        # none\n        service: {}\n", format!("        {pin}")),
    ] {
        let base = application(rest);
        let cluster = "    helm:\n      parameters:\n      - {name: cluster.enabled, value: 'false'}\n";
        let base = if rest.contains("cluster") { base } else { base.replace("    helm:\n", cluster) };
        let base = if rest.is_empty() { format!("{base}{cluster}") } else { base };
        let (outcome, repaired) = repaired(&base, &base.replace("4.2.58", "5.0.19"));
        assert!(outcome.findings.iter().any(|finding| finding.rule == "queue-default-changed"), "{base}");
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(squeezed(&repaired).contains(&squeezed(&after)), "{repaired}\nwants\n{after}");
        let told = Told { base: vec![("app.yaml".into(), base)], head: vec![("app.yaml".into(), repaired)] };
        let rules: Vec<_> = told.check(&known_facts(), RULES).2.findings.iter().map(|finding| finding.rule).collect();
        assert!(!rules.contains(&"queue-default-changed"), "{rules:?}");
    }
}

#[test]
fn a_tag_in_the_block_is_replaced_in_place() {
    let text = |tag: &str| {
        application(&format!(
            "    helm:\n      values: |\n        cluster:\n          enabled: true\n        image:\n          all:\n            tag: {tag} # ours\n"
        ))
    };
    let (outcome, repaired) = repaired(&text("v2.5.27"), &text("v2.5.16"));
    let finding = outcome.findings.iter().find(|finding| finding.rule.contains("downgrade")).unwrap();
    let at = usize::try_from(finding.at.start).unwrap();
    assert!(text("v2.5.16")[at..].starts_with("v2.5.16"));
    assert_eq!(repaired, text("v2.5.27"));
}

#[test]
fn values_are_laid_in_the_order_of_argo_cd() {
    let parameters = "      parameters:\n      - {name: standalone.messageQueue, value: natsmq}\n";
    let values = "      values: |\n        cluster: {enabled: false}\n        standalone: {messageQueue: rocksmq}\n";
    let object = "      valuesObject:\n        cluster: {enabled: false}\n        standalone: {messageQueue: pulsar}\n";
    let view = |rest: &str| one(&[("a.yaml", &application(&format!("    helm:\n{rest}")))]);
    assert_eq!(said(&view(values)).0, Some("rocksmq"));
    assert_eq!(said(&view(&format!("{values}{parameters}"))).0, Some("natsmq"));
    // An object replaces the text; it is not laid over it.
    let replaced = "      valuesObject:\n        cluster: {enabled: false}\n";
    assert_eq!(
        said(&view(&format!("{values}{replaced}"))),
        (Some("rocksmq"), "default", Some("standalone"), Some("2.5.16"))
    );
    assert_ne!(said(&view(&format!("{values}{object}"))).0, Some("rocksmq"));
    let view = view(values);
    assert_eq!((view.name.as_deref(), view.namespace.as_deref()), (Some("milvus"), Some("vector")));
    assert_eq!((view.container, view.chart_version.value.as_deref()), ("argocd", Some("4.2.58")));
}

#[test]
fn parameters_are_read_as_helm_reads_them() {
    let view = |items: &str| one(&[("a.yaml", &application(&format!("    helm:\n      parameters:\n{items}")))]);
    let off = "      - {name: cluster.enabled, value: \"false\"}\n";
    assert_eq!(said(&view(off)).2, Some("standalone"));
    // A string is true, whatever it says.
    let forced = "      - {name: cluster.enabled, value: \"false\", forceString: true}\n";
    assert_eq!(said(&view(forced)).2, Some("cluster"));
    let tag = "      - {name: image.all.tag, value: v2.5.20}\n      - {name: 'nodeSelector.a\\.b/c', value: d}\n";
    assert_eq!(said(&view(tag)).3, Some("2.5.20"));
    let file = application("    helm:\n      fileParameters:\n      - {name: image.all.tag, path: files/tag}\n");
    assert_eq!(one(&[("a.yaml", &file)]).version.said, "unknown");
}

#[test]
fn values_files_of_another_source_are_layers_and_found_once() {
    let sources = "  sources:\n  - repoURL: https://git.example/us/gitops\n    ref: values\n    targetRevision: main\n  - \
                   repoURL: https://zilliztech.github.io/milvus-helm\n    chart: milvus\n    targetRevision: 4.2.58\n    helm:\n      \
                   releaseName: search\n      valueFiles:\n      - values.yaml\n      - $values/milvus/base.yaml\n      - \
                   $values/milvus/prod.yaml\n      - $values/milvus/none.yaml\n";
    let app = format!("{HEAD}{sources}");
    let base = "cluster: {enabled: false}\nstandalone: {messageQueue: pulsar}\nimage: {all: {tag: v2.5.10}}\nextraConfigFiles:\n  \
                user.yaml: |\n    mq:\n      type: rocksmq\n";
    let prod = "image:\n  all:\n    tag: v2.5.20\n";
    let files = [("apps/a.yaml", app.as_str()), ("milvus/base.yaml", base), ("milvus/prod.yaml", prod)];
    let view = one(&files);
    assert_eq!(said(&view), (Some("rocksmq"), "written", Some("standalone"), Some("2.5.20")));
    assert_eq!(view.name.as_deref(), Some("search"));
    let alone = outcome(&[("milvus/base.yaml", base), ("milvus/prod.yaml", prod)]);
    assert_eq!(alone.deployments.len(), 1, "without the Application they are values that somebody uses");
    // The same where the repository is read from a folder above it.
    let above = [("us/apps/a.yaml", app.as_str()), ("us/milvus/base.yaml", base), ("us/milvus/prod.yaml", prod)];
    assert_eq!(said(&one(&above)), said(&view));
    let other = [files.as_slice(), &[("other/values.yaml", base)]].concat();
    assert_eq!(outcome(&other).deployments.len(), 2, "another file is another Milvus");
    let unnamed = app.replace("ref: values", "ref: others");
    assert_eq!(outcome(&[("apps/a.yaml", &unnamed), files[1]]).deployments.len(), 2, "no source has that name");
}

#[test]
fn a_chart_version_that_is_a_range_is_unknown_and_shown() {
    for range in ["4.2.*", "^4", "'*'", "'>= 4.2.0'", "4.2", "~4.2.1", "4.x"] {
        let view = one(&[("a.yaml", &application("").replace("4.2.58", range))]);
        let why = view.chart_version.why.unwrap_or_default();
        assert!(why.contains(&format!("`{}` is a range", range.trim_matches('\''))), "{range}: {why}");
        assert_eq!(view.version.said, "unknown", "{range}");
    }
    let missing = application("").replace("    targetRevision: 4.2.58\n", "");
    assert!(one(&[("a.yaml", &missing)]).chart_version.why.unwrap().contains("no chart version is written"));
    for exact in ["v4.2.58", "'=4.2.58'"] {
        let view = one(&[("a.yaml", &application("").replace("4.2.58", exact))]);
        assert_eq!(view.version.value.as_deref(), Some("2.5.16"), "{exact}");
    }
}

#[test]
fn registries_are_addresses_without_a_scheme_or_name_the_chart_themselves() {
    let at = |url: &str, rest: &str| format!("{HEAD}  source:\n    repoURL: {url}\n    targetRevision: 4.2.58\n{rest}");
    for text in
        [at("registry.example/charts", "    chart: milvus\n"), at("oci://registry.example/milvus", "    path: .\n")]
    {
        assert_eq!(one(&[("a.yaml", &text)]).version.value.as_deref(), Some("2.5.16"), "{text}");
    }
    let bitnami = at("registry-1.docker.io/bitnamicharts", "    chart: milvus\n");
    assert_eq!(outcome(&[("a.yaml", &bitnami)]).deployments.len(), 0);
}

#[test]
fn other_applications_are_nothing() {
    let path = "    repoURL: https://git.example/milvus\n    path: milvus\n    targetRevision: main\n";
    let values =
        "    helm:\n      values: |\n        cluster: {enabled: false}\n        standalone: {messageQueue: rocksmq}\n";
    let attu = CHART.replace("chart: milvus", "chart: attu");
    for source in [path.to_string(), format!("{path}{values}"), attu] {
        let found = outcome(&[("milvus.yaml", &format!("{HEAD}  source:\n{source}"))]);
        assert_eq!((found.deployments.len(), found.incomplete.len()), (0, 0), "{source}");
    }
    for text in ["", "spec:\n", "spec:\n  source: milvus\n  sources: {}\n"] {
        let text = format!("apiVersion: argoproj.io/v1alpha1\nkind: Application\n# milvus\n{text}");
        assert_eq!(outcome(&[("a.yaml", &text)]).deployments.len(), 0);
    }
}

#[test]
fn values_that_cannot_be_read_are_said() {
    let text = application("    helm:\n      values: |\n        cluster: [\n");
    assert_eq!(outcome(&[("a.yaml", &text)]).incomplete.len(), 1);
}

#[test]
fn a_template_leaves_nothing_to_a_default() {
    let text = application("    helm:\n      values: |\n        {{- toYaml .Values.milvus | nindent 8 }}\n");
    assert_eq!(one(&[("templates/a.yaml", &text)]).queue.said, "unknown");
    let object = "    helm:\n      valuesObject:\n        {{- toYaml .Values.milvus | nindent 8 }}\n";
    let may =
        "    helm:\n      {{- if .Values.on }}\n      values: |\n        cluster: {enabled: false}\n      {{- end }}\n";
    let more = "    helm:\n      releaseName: a\n      {{- toYaml .Values.helm | nindent 6 }}\n";
    for rest in [object, may, more] {
        assert_eq!(one(&[("templates/a.yaml", &application(rest))]).queue.said, "unknown", "{rest}");
    }
    let inside =
        "    helm:\n      values: |\n        cluster: {enabled: false}\n        service: {type: '{{ .type }}'}\n";
    assert_eq!(one(&[("templates/a.yaml", &application(inside))]).queue.said, "default");
    let text = application("").replace("4.2.58", "{{ .Values.chart }}");
    let view = one(&[("templates/a.yaml", &text)]);
    assert!(view.chart_version.why.unwrap().contains("{{ .Values.chart }}"));
}

const SET: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: milvus
spec:
  generators:
  - list:
      elements:
      - {env: dev, chart: 5.0.19, tag: v2.6.10, ns: {name: a}}
      - {env: prod, chart: 4.2.58, tag: v2.5.20, ns: {name: b}}
  template:
    metadata:
      name: 'milvus-{{env}}'
    spec:
      destination: {namespace: '{{ .ns.name }}'}
      source:
        repoURL: https://zilliztech.github.io/milvus-helm
        chart: milvus
        targetRevision: '{{ .chart }}'
        helm:
          values: |
            cluster: {enabled: false}
            image:
              all:
                tag: {{tag}}
";

#[test]
fn a_set_makes_an_application_of_each_element_of_a_list() {
    let found = outcome(&[("set.yaml", SET)]);
    let all: Vec<_> = found.deployments.iter().map(|view| (view.id.as_str(), said(view))).collect();
    let standalone = Some("standalone");
    assert_eq!(
        all,
        [
            ("a/milvus-dev", (Some("woodpecker"), "default", standalone, Some("2.6.10"))),
            ("b/milvus-prod", (Some("rocksmq"), "default", standalone, Some("2.5.20"))),
        ]
    );
}

#[test]
fn a_patch_of_the_template_leaves_nothing_to_a_default() {
    let text = SET.replace("  template:\n", "  templatePatch: |\n    spec: {}\n  template:\n");
    let found = outcome(&[("set.yaml", &text)]);
    let queues: Vec<_> = found.deployments.iter().map(|view| view.queue.said).collect();
    assert_eq!(queues, ["unknown", "unknown"]);
}

#[test]
fn a_chart_that_moves_for_one_element_is_a_change_of_that_one() {
    let (found, repaired) = repaired(SET, &SET.replace("chart: 4.2.58, tag: v2.5.20", "chart: 5.0.19, tag: v2.6.10"));
    let of_queue = found.findings.iter().filter(|finding| finding.rule == "queue-default-changed");
    assert_eq!(of_queue.count(), 1, "{:#?}", found.findings);
    assert!(!repaired.contains("messageQueue"), "what stands in a template is not changed for one element: {repaired}");
}

#[test]
fn what_another_generator_finds_stays_open() {
    let text = SET.replace("  - list:\n      elements:\n      - {env: dev, chart: 5.0.19, tag: v2.6.10, ns: {name: a}}\n      - {env: prod, chart: 4.2.58, tag: v2.5.20, ns: {name: b}}\n", "  - clusters: {}\n");
    let view = one(&[("set.yaml", &text)]);
    assert_eq!(view.id, "{{ .ns.name }}/milvus-{{env}}");
    assert_eq!((view.version.said, view.chart_version.said), ("unknown", "unknown"));
    assert!(view.chart_version.why.unwrap().contains("{{ .chart }}"));
}

#[test]
fn what_the_published_chart_does_not_read_is_not_in_force() {
    let image = "    helm:\n      values: |\n        image: {repository: milvusdb/milvus, tag: v2.4.1}\n";
    let view = one(&[("a.yaml", &application(image))]);
    assert_eq!((view.version.value.as_deref(), view.version.said), (Some("2.5.16"), "default"));
}

#[test]
fn a_comment_in_the_values_accepts_a_finding() {
    let text = |comment: &str| {
        let tag = format!("            tag: v2.5.16{comment}\n");
        application(&format!("    helm:\n      values: |\n        image:\n          all:\n{tag}"))
    };
    let rules = |text: &str| outcome(&[("a.yaml", text)]).findings.iter().map(|it| it.rule).collect::<Vec<_>>();
    assert_eq!(rules(&text("")), ["release-vulnerable"]);
    let accepted = " # milvus-lint: allow(release-vulnerable) not reachable";
    assert_eq!(rules(&text(accepted)), [""; 0]);
}

#[test]
fn half_a_text_stops_nothing() {
    let parameters = "      parameters:\n      - {name: a.b, value: c}\n      - {name: 'a.b\\.c.', value: 1}\n";
    let deep = format!("      - {{name: {}, value: d}}\n", "a.".repeat(5_000));
    let values = "      values: |\n        cluster: {enabled: false}\n        # end\n";
    for text in [SET.to_string(), application(&format!("    helm:\n{parameters}{deep}{values}"))] {
        for end in (0..text.len()).step_by(if text.len() > 5_000 { 511 } else { 31 }) {
            for part in [&text[..end], &text[end..]] {
                let found = outcome(&[("a.yaml", part)]);
                let fault = found.incomplete.iter().find(|it| it.why.contains("internal fault"));
                assert!(fault.is_none(), "{fault:?} in\n{part}");
            }
        }
    }
}
