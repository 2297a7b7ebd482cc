//! Each report on outcomes made by hand, against the text that a user should see.

mod comment;
mod conform;
mod findings;
mod hosts;
mod other;
mod whole;

use super::{Context, Format, RuleInfo, Run, Style};
use crate::finding::{Confidence, Finding, Fix, Severity};
use crate::outcome::{ChangeView, DeploymentView, Outcome, TransitionKind, TransitionView, ValueView};
use crate::source::{Edit, Side, SourceId, Sources, Span, Texts};

/// Two sides and what was found in them.
struct Stage {
    base: Sources,
    head: Sources,
    outcome: Outcome,
    style: Style,
    run: Run<'static>,
}

/// Rules as a run tells them to reports.
const RULES: &[RuleInfo] = &[
    rule("queue-default-changed", Severity::Error, "change"),
    rule("release-vulnerable", Severity::Warning, "state"),
    rule("mode-changed", Severity::Error, "change"),
];

const fn rule(id: &'static str, severity: Severity, scope: &'static str) -> RuleInfo {
    let page = "# a-rule\n\nWhat is wrong, and *why*.\n\nWhat to do instead.\n\n## Fires\n\nAn example.\n";
    RuleInfo { id, severity, confidence: Confidence::Certain, summary: "what is wrong in a line", scope, page }
}

impl Stage {
    fn new(base: &[(&str, &str)], head: &[(&str, &str)]) -> Stage {
        let mut base = Sources::from_texts(Side::Base, base.iter().copied());
        for source in &mut base.files {
            source.origin = Some("origin/main".to_owned());
        }
        let head = Sources::from_texts(Side::Head, head.iter().copied());
        Stage {
            base,
            head,
            outcome: Outcome::default(),
            style: Style { width: 100, ..Style::default() },
            run: Run::default(),
        }
    }

    /// The place of the first `needle` in the first source of a side.
    fn at(&self, side: Side, needle: &str) -> Span {
        let source = if side == Side::Base { &self.base.files[0] } else { &self.head.files[0] };
        let start = source.text.find(needle).expect("the needle is in the text");
        Span::new(SourceId { side, index: 0 }, start, start + needle.len())
    }

    fn head(&self, needle: &str) -> Span {
        self.at(Side::Head, needle)
    }

    fn context(&self) -> Context<'_> {
        Context {
            texts: Texts { base: &self.base, head: &self.head },
            outcome: &self.outcome,
            style: self.style,
            elapsed: None,
            tool_version: "0.1.0",
            allow_unknown: false,
            hint: None,
            run: Run { rules: RULES, root: "/repo".to_owned(), ..self.run.clone() },
        }
    }

    fn finding(&self, finding: &Finding) -> String {
        super::finding(&self.context(), finding)
    }

    fn report(&self, format: Format) -> String {
        written(|w| format.write(&self.context(), w))
    }

    fn human(&self) -> String {
        self.report(Format::Human)
    }
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("a Vec takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn signed(mut finding: Finding, rule: &'static str) -> Finding {
    finding.rule = rule;
    finding
}

fn fix(title: &str, safe: bool, edits: Vec<Edit>) -> Fix {
    Fix { title: title.to_owned(), safe, set: Vec::new(), edits }
}

fn edit(at: Span, text: &str) -> Edit {
    Edit { at, text: text.to_owned() }
}

fn view(value: &str, said: &'static str, why: Option<&str>) -> ValueView {
    let value = Some(value.to_owned()).filter(|value| !value.is_empty());
    ValueView { value, said, why: why.map(str::to_owned), at: None }
}

fn deployment(id: &str, at: Span) -> DeploymentView {
    let (namespace, name) = id.split_once('/').unzip();
    DeploymentView {
        id: id.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
        container: "milvus-cr",
        at,
        version: view("2.5.10", "written", None),
        image: view("milvusdb/milvus:v2.5.10", "written", None),
        tag: Some("v2.5.10".to_string()),
        mode: view("cluster", "written", None),
        queue: view("pulsar", "default", Some("operator 1.3.8's default")),
        queue_word: None,
        coordinators: ValueView::default(),
        rolling: ValueView::default(),
        update_mode: ValueView::default(),
        gate: None,
        workloads: None,
        chart_version: ValueView::default(),
        chart_word: None,
        operator_version: view("1.3.8", "written", None),
        next: Some("2.5.26".to_owned()),
        newest: Some(("3.0.3".to_owned(), 3)),
        source_version: None,
        target_version: None,
    }
}

fn transition(id: &str, at: Span, kind: TransitionKind, from: Option<&str>, to: Option<&str>) -> TransitionView {
    TransitionView {
        id: id.to_owned(),
        kind,
        changed: kind != TransitionKind::Unchanged,
        at,
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
        verdict: None,
        because: String::new(),
        path: Vec::new(),
        changes: Vec::new(),
        traits: Vec::new(),
    }
}

const UPGRADE: &str = "\
apiVersion: milvus.io/v1beta1
kind: MilvusUpgrade
metadata:
  name: my-release-upgrade
spec:
  milvus:
    namespace: default
    name: my-release
  sourceVersion: \"v2.1.4\"
  targetVersion: \"v2.2.0\"
  # below are some omit default values:
  # targetImage: \"milvusdb/milvus:v2.2.0\"
";

fn upgrade() -> (Stage, Finding) {
    let stage = Stage::new(&[], &[("config/samples/milvusupgrade.yaml", UPGRADE)]);
    let finding = Finding::new(stage.head("\"v2.2.0\""), "Milvus 2.2.0 loses the metadata of 2.1.4 when it starts")
        .here("2.2.0 is recalled; 2.2.16 is the last of 2.2")
        .label(stage.head("\"v2.1.4\""), "from here")
        .note(
            "what happens",
            "the migration ends, the pods of 2.2.0 crash, and a rollback finds metadata of two versions",
        )
        .note("why", "milvus-io/milvus#21538")
        .note("the way", "2.1.4 → 2.2.16 → 2.3.22");
    let mut finding = signed(finding, "recalled-target");
    finding.fixes.push(fix("go to the last of 2.2", true, vec![edit(stage.head("\"v2.2.0\""), "\"v2.2.16\"")]));
    let line = stage.head("  # below").before();
    let image = edit(line, "  targetImage: milvusdb/milvus:v2.2.16\n");
    finding.fixes.push(fix("name the image as well", false, vec![image]));
    (stage, finding)
}

const BASE_APP: &str = "\
spec:
  source:
    chart: milvus
    targetRevision: 4.2.58
    helm:
      values: |
        cluster:
          enabled: false
";

fn moved_queue() -> (Stage, Finding) {
    let head = BASE_APP.replace("4.2.58", "5.0.19");
    let mut stage = Stage::new(&[("apps/milvus/app.yaml", BASE_APP)], &[("apps/milvus/app.yaml", &head)]);
    let message = "chart 5.0.19 moves this standalone from rocksmq to woodpecker; the data in rocksmq is left behind";
    let mut finding = Finding::new(stage.head("5.0.19"), message)
        .here("default of standalone.messageQueue: woodpecker")
        .label(stage.at(Side::Base, "4.2.58"), "default of standalone.messageQueue: rocksmq")
        .note("why", "neither side writes standalone.messageQueue, so each chart's own default is in force");
    finding.subject = Some("vector/dev".to_owned());
    let mut finding = signed(finding, "queue-default-changed");
    let end = head.len();
    let place = Span::new(SourceId { side: Side::Head, index: 0 }, end, end);
    let insert = edit(place, "        standalone:\n          messageQueue: rocksmq\n");
    finding.fixes.push(fix("keep the queue that holds the data", true, vec![insert]));
    stage.outcome.summary.base = Some("origin/main".to_owned());
    (stage, finding)
}

/// A repository with a Milvus of every container, and every kind of transition.
fn busy() -> Stage {
    let mut stage =
        Stage::new(&[("apps/dev.yaml", "a: 1\n")], &[("apps/prod.yaml", "kind: Milvus\n---\nkind: Milvus\n")]);
    let at = stage.head("kind: Milvus");
    let prod = deployment("vector/prod", at);
    let mut dev = deployment("vector/dev", stage.head("---"));
    dev.container = "helm-values";
    dev.version = view("2.6.15", "default", Some("chart 5.0.19's appVersion"));
    dev.tag = None;
    dev.queue = view("woodpecker", "default", Some("chart 5.0.19's default"));
    dev.mode = view("standalone", "written", None);
    dev.operator_version = ValueView::default();
    dev.chart_version = view("5.0.19", "written", None);
    dev.chart_word = Some("5.0.19".to_owned());
    dev.newest = Some(("3.0.3".to_owned(), 1));
    let mut digest = deployment("edge", at);
    (digest.namespace, digest.name) = (None, None);
    digest.version = view("", "unknown", Some("the image names a digest; write spec.com.version"));
    digest.operator_version = view("", "unknown", Some("no operator chart is in this repository"));
    (digest.next, digest.newest) = (None, None);
    let mut order = deployment("vector/migrate", at);
    order.container = "milvus-upgrade";
    (order.version, order.mode, order.queue) = (ValueView::default(), ValueView::default(), ValueView::default());
    (order.source_version, order.target_version) = (Some("2.1.4".to_owned()), Some("2.2.16".to_owned()));
    (order.next, order.newest) = (None, None);
    stage.outcome.deployments = vec![prod, dev, digest, order];
    let mut order = transition("vector/migrate", at, TransitionKind::Ordered, Some("2.1.4"), Some("2.2.16"));
    order.verdict = Some("conditional");
    order.because = "the Milvus is down from start to end".to_owned();
    let gone = stage.at(Side::Base, "a: 1");
    let unchanged = transition("vector/dev", at, TransitionKind::Unchanged, Some("2.6.15"), Some("2.6.15"));
    let deleted = transition("vector/gone", gone, TransitionKind::Deleted, Some("2.4.0"), None);
    let created = transition("vector/new", at, TransitionKind::Created, None, Some("2.6.22"));
    stage.outcome.transitions = vec![legal(at), unchanged, unknown(at), illegal(at), order, deleted, created];
    stage.outcome.summary.files = 412;
    stage.outcome.summary.milvus_files = 1;
    stage.outcome.summary.base = Some("origin/main".to_owned());
    stage.outcome.summary.unknown_changes = 1;
    stage
}

fn legal(at: Span) -> TransitionView {
    let mut one = transition("vector/prod", at, TransitionKind::Changed, Some("2.5.16"), Some("2.6.6"));
    one.verdict = Some("legal");
    one.path = vec!["2.5.16".to_owned(), "2.6.6".to_owned()];
    one.traits = ["operator 1.3.8", "cluster", "pulsar", "mixCoord"].map(str::to_owned).to_vec();
    one.changes.push(ChangeView {
        field: "version",
        from: view("2.5.16", "written", None),
        to: view("2.6.6", "written", None),
    });
    one
}

fn unknown(at: Span) -> TransitionView {
    let mut one = transition("edge", at, TransitionKind::Changed, Some("2.5.10"), None);
    one.verdict = Some("unknown");
    one.because = "the image names a digest".to_owned();
    one.changes.push(ChangeView {
        field: "image",
        from: view("milvusdb/milvus:v2.5.10", "written", None),
        to: view("milvusdb/milvus@sha256:4f1c", "written", None),
    });
    one.changes.push(ChangeView {
        field: "version",
        from: view("2.5.10", "written", None),
        to: view("", "unknown", Some("the image names a digest")),
    });
    one
}

fn illegal(at: Span) -> TransitionView {
    let mut one = transition("vector/old", at, TransitionKind::Changed, Some("2.1.4"), Some("2.6.6"));
    one.verdict = Some("illegal");
    one.path = ["2.1.4", "2.2.16", "2.3.22", "2.6.6"].map(str::to_owned).to_vec();
    one.traits = vec!["chart 5.0.19".to_owned()];
    let why = Some("chart 5.0.19's default");
    one.changes = vec![
        ChangeView { field: "chart", from: view("4.2.58", "written", None), to: view("5.0.19", "written", None) },
        ChangeView { field: "version", from: view("2.1.4", "written", None), to: view("2.6.6", "default", why) },
        ChangeView { field: "queue", from: view("rocksmq", "default", None), to: view("woodpecker", "default", why) },
        ChangeView { field: "coordinators", from: view("separate", "written", None), to: ValueView::default() },
    ];
    one
}
