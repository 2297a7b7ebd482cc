//! The chart's dialect.

use super::{deployment, evidence, facts, set, version};
use crate::finding::Set;
use crate::model::{CoordinatorLayout, Deployment, Mode, Oddity, Queue};
use crate::normalize::Given;

const NOTHING: &str = "# nothing of our own\nservice:\n  type: ClusterIP\n";
const STANDALONE: &str = "\
cluster:
  enabled: false # one pod
image:
  all:
    repository: registry:5000/milvus
    tag: v2.4.1-gpu
pulsar: {enabled: false}
";
const EVERYTHING_ON: &str = "\
cluster: {enabled: true}
externalPulsar:
  enabled: true
pulsar:
  enabled: true
pulsarv3:
  enabled: true
woodpecker:
  enabled: true
externalKafka:
  enabled: true
kafka:
  enabled: true
";
const EVERYTHING_OFF: &str = "\
image: {all: {tag: 2.4.1}}
pulsar: {enabled: false}
pulsarv3:
  enabled: ~   # null is off as well
woodpecker: {enabled: false}
kafka: {enabled: \"\"}
mixCoordinator:
rootCoordinator: {replicas: 1}
";
const QUOTED: &str = "cluster:\n  enabled: \"false\"\nkafka:\n  enabled: \"false\"\nimage:\n  all:\n    tag: \"\"\n";
const SERVER: &str = "\
standalone:
  messageQueue: rocksmq
cluster:
  enabled: false
extraConfigFiles:
  user.yaml: |+
    # the queue
    mq:
      type: natsmq
    log:
      level: debug
";
const JSON: &str = "{\n  \"cluster\": {\"enabled\": false},\n  \"image\": {\"all\": {\"tag\": \"v2.4.1\"}}\n}\n";
const UMBRELLA: &str = "\
other:
  image: {tag: v1}
milvus:
  image:
    all:
      repository: milvusdb/milvus
  cluster:
    enabled: true
# the end
";

fn texts() -> Vec<(String, bool)> {
    let mut texts: Vec<(String, bool)> = [NOTHING, STANDALONE, EVERYTHING_ON, EVERYTHING_OFF, QUOTED, SERVER, JSON]
        .map(|text| (text.to_string(), true))
        .to_vec();
    texts.extend([STANDALONE, SERVER, EVERYTHING_OFF].map(|text| (text.replace('\n', "\r\n"), true)));
    texts.push((UMBRELLA.to_string(), false));
    texts
}

/// One chart of each state of the queue's templates.
const CHARTS: [&str; 7] = ["4.0.31", "4.1.36", "4.2.26", "4.2.27", "4.2.42", "4.2.58", "5.0.19"];

fn given(chart: &str) -> Given {
    Given { chart: Some((version(chart), "a test".into())), ..Given::default() }
}

fn every(check: impl Fn(&dyn Fn(&[Set]) -> Deployment, &str, &str)) {
    for (text, values) in &texts() {
        for chart in CHARTS {
            check(&|sets| set(text, *values, &given(chart), sets).0, chart, text);
        }
    }
}

fn has(chart: &str, key: &str) -> bool {
    facts().chart_default(&version(chart), key).flatten().is_some()
}

#[test]
fn version_and_mode_are_read_as_set() {
    every(|after, chart, text| {
        assert_eq!(after(&[Set::Version("2.5.16".into())]).version.value(), Some(&version("2.5.16")), "{chart} {text}");
        for mode in [Mode::Cluster, Mode::Standalone] {
            assert_eq!(after(&[Set::Mode(mode)]).mode.value(), Some(&mode), "{chart} {text}");
        }
    });
    let (read, text) = set(STANDALONE, true, &given("4.2.58"), &[Set::Version("2.5.16".into())]);
    assert_eq!(read.image.value().unwrap().text, "registry:5000/milvus:v2.5.16-gpu");
    assert_eq!(text, STANDALONE.replace("v2.4.1", "v2.5.16"));
}

#[test]
fn the_queue_that_is_set_wins() {
    every(|after, chart, text| {
        let before = after(&[]).mode.value().copied();
        for queue in Queue::ALL {
            let words =
                facts().chart_default(&version(chart), "templates.standaloneQueues").flatten().map(str::to_string);
            let known = match (before, queue) {
                _ if text.contains("user.yaml") => true,
                // Nobody tells which chart it is, and switching the old Pulsar on would be wrong with a new chart.
                (_, Queue::Pulsar) if text.contains("pulsar: {enabled: false}") && !has(chart, "pulsarv3.enabled") => {
                    false
                }
                (_, Queue::Pulsar) => before == Some(Mode::Cluster) || !has(chart, "templates.clusterOnly"),
                (_, Queue::Kafka) => true,
                (Some(Mode::Cluster), Queue::Woodpecker) => has(chart, "woodpecker.enabled"),
                (Some(Mode::Cluster), _) => continue,
                _ => words.is_some_and(|words| words.contains(queue.as_str())),
            };
            if known {
                assert_eq!(after(&[Set::Queue(queue)]).queue.value(), Some(&queue), "{chart} {text}");
            }
        }
    });
}

#[test]
fn the_line_of_pulsar_is_read_as_set() {
    every(|after, chart, text| {
        let pulsar = after(&[Set::Queue(Queue::Pulsar)]);
        if pulsar.pulsar_line.is_none() || pulsar.queue.value() != Some(&Queue::Pulsar) || text.contains("user.yaml") {
            return;
        }
        for line in [2, 3].into_iter().filter(|line| *line == 2 || has(chart, "pulsarv3.enabled")) {
            let read = after(&[Set::Queue(Queue::Pulsar), Set::PulsarLine(line)]);
            assert_eq!(read.pulsar_line.and_then(|field| field.value().copied()), Some(line), "{chart} {text}");
        }
    });
}

#[test]
fn coordinators_are_read_as_set() {
    every(|after, chart, text| {
        for layout in [CoordinatorLayout::Mix, CoordinatorLayout::Separate] {
            if layout == CoordinatorLayout::Mix && !has(chart, "mixCoordinator.enabled") {
                continue;
            }
            let read = after(&[Set::Mode(Mode::Cluster), Set::Coordinators(layout)]);
            assert_eq!(read.coordinators.value(), Some(&layout), "{chart} {text}");
        }
    });
}

#[test]
fn a_quoted_switch_is_written_plain() {
    let quoted = |read: &Deployment| read.oddities.iter().filter(|o| matches!(o, Oddity::QuotedBoolean { .. })).count();
    let (read, _) = set(QUOTED, true, &given("4.2.58"), &[]);
    assert_eq!((quoted(&read), read.mode.value(), read.queue.value()), (2, Some(&Mode::Cluster), Some(&Queue::Kafka)));
    let both = [Set::Unquoted("cluster.enabled".into()), Set::Unquoted("kafka.enabled".into())];
    let (read, text) = set(QUOTED, true, &given("4.2.58"), &both);
    assert_eq!((quoted(&read), read.mode.value()), (0, Some(&Mode::Standalone)));
    assert_eq!(text, QUOTED.replace("\"false\"", "false"));
}

#[test]
fn a_key_that_the_chart_does_not_have_does_nothing() {
    let read = |text: &str, chart: &str| deployment(&evidence(text, true)[0], &given(chart));
    let woodpecker = "pulsar: {enabled: false}\nwoodpecker: {enabled: true}\n";
    assert_eq!(read(woodpecker, "4.2.26").queue.value(), None);
    assert_eq!(read(woodpecker, "4.2.42").queue.value(), Some(&Queue::Woodpecker));
    let natsmq = "cluster: {enabled: false}\npulsar: {enabled: false}\nstandalone: {messageQueue: natsmq}\n";
    assert_eq!(read(natsmq, "4.0.31").queue.value(), None);
    assert_eq!(read(natsmq, "4.1.36").queue.value(), Some(&Queue::NatsMq));
}

#[test]
fn without_a_chart_version_only_charts_that_know_the_words_are_asked() {
    let read = |text: &str| deployment(&evidence(text, true)[0], &Given::default());
    let natsmq = "cluster: {enabled: false}\nstandalone: {messageQueue: natsmq}\n";
    assert_eq!(read(natsmq).queue.value(), Some(&Queue::NatsMq));
    // Between two charts that configure it for a standalone are some that do not.
    assert!(read("cluster: {enabled: false}\nstandalone: {messageQueue: woodpecker}\n").queue.is_unknown());
    assert_eq!(read("woodpecker: {enabled: true}\npulsar: {enabled: false}\n").queue.value(), Some(&Queue::Woodpecker));
}

#[test]
fn what_every_chart_agrees_on_counts_as_written_where_it_is_written() {
    let read = |text: &str| deployment(&evidence(text, true)[0], &Given::default());
    // A default of some charts, and written for the others.
    let rocksmq = read("cluster: {enabled: false}\nimage: {all: {tag: v2.4.4}}\nstandalone: {messageQueue: rocksmq}\n");
    assert_eq!(rocksmq.queue.written_value(), Some(&Queue::RocksMq));
    let pulsar = read("cluster: {enabled: true}\nstreaming: {enabled: true}\npulsarv3: {enabled: true}\n");
    assert_eq!(pulsar.queue.written_value(), Some(&Queue::Pulsar));
    assert!(read("cluster: {enabled: true}\nimage: {all: {tag: v2.4.4}}\n").queue.written_value().is_none());
}

#[test]
fn what_is_written_is_kept_where_it_is_not_known_to_be_in_force() {
    let values = "cluster: {enabled: false}\nkafka: {enabled: true}\n";
    let read = deployment(&evidence(values, true)[0], &Given::default());
    assert!(read.queue.is_unknown());
    assert_eq!(read.verbatim.queue, Some(Queue::Kafka));
    // Another chart, of whose templates nothing is known.
    let own = "image: {registry: r, repository: milvusdb/milvus, tag: v2.4.6}\ncluster: {enabled: false}\nkafka: {enabled: true}\netcd: {}\n";
    let read = deployment(&evidence(own, true)[0], &Given::default());
    assert_eq!((read.queue.value(), read.verbatim.queue), (None, Some(Queue::Kafka)));
    for version in ["^4.2.0", "${milvus}", "4.2.58"] {
        assert_eq!(released(version, "").verbatim.chart.as_deref(), Some(version));
    }
}

/// A HelmRelease of the chart, read.
fn released(version: &str, rest: &str) -> Deployment {
    let head = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n";
    let text = format!("{head}  chart: {{spec: {{chart: milvus, version: '{version}'}}}}\n{rest}");
    deployment(&evidence(&text, false)[0], &Given::default())
}

#[test]
fn a_range_is_no_chart_version_and_a_variable_has_a_default() {
    for range in ["*", ">=4.2.0", "4.x", "4.2", "^4.2.0", "~4", "4.2.0 - 5.0.0", ">4 <5"] {
        let why = released(range, "").chart.why().map(str::to_string);
        assert_eq!(why, Some(format!("`{range}` is a range, not one chart version; say it with --chart-version")));
    }
    assert_eq!(released("next", "").chart.why(), Some("`next` is no chart version of the form x.y.z"));
    assert_eq!(released("${milvus}", "").chart.why(), Some("nothing here says what the variable milvus is"));
    let assumed = released("${milvus:=4.2.58}", "  values: {cluster: {enabled: '${many:=false}'}}\n");
    assert!(assumed.chart.is_default() && assumed.chart.value() == Some(&version("4.2.58")));
    assert!(assumed.mode.is_default() && assumed.mode.value() == Some(&Mode::Standalone));
    assert!(released("4.2.58", "  values: {cluster: {enabled: '${many}'}}\n").mode.is_unknown());
    let queue =
        released("4.2.58", "  values: {cluster: {enabled: false}, standalone: {messageQueue: '${mq:=rocksmq}'}}\n");
    assert!(queue.queue.is_default() && queue.queue.value() == Some(&Queue::RocksMq));
}

#[test]
fn beside_values_that_are_not_here_no_default_is_known() {
    let seen = released("4.2.58", "  values: {cluster: {enabled: false}}\n");
    assert!(seen.version.is_default() && seen.queue.is_default());
    let rest = "  valuesFrom: [{kind: Secret, name: a}]\n  values: {cluster: {enabled: false}}\n";
    let unseen = released("4.2.58", rest);
    assert_eq!(unseen.mode.written_value(), Some(&Mode::Standalone));
    assert!(unseen.version.is_unknown() && unseen.queue.is_unknown());
}

#[test]
fn a_repair_makes_the_values_of_a_release_that_has_none() {
    let text = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: milvus\n      version: 4.2.58\n";
    let (after, text) = set(text, false, &Given::default(), &[Set::Mode(Mode::Standalone)]);
    assert_eq!(after.mode.written_value(), Some(&Mode::Standalone), "{text}");
}
