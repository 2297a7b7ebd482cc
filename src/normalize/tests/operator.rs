//! The operator's dialect.

use super::{deployment, evidence, facts, migration, set, told, version};
use crate::finding::Set;
use crate::model::{CoordinatorLayout, Deployment, Mode, Queue};
use crate::normalize::{Given, write};

const BLOCK: &str = "\
# the vector store
apiVersion: milvus.io/v1beta1
kind: Milvus
metadata:
  name: a   # its name
spec:
  mode: standalone # for now
  components:
    image: registry:5000/milvusdb/milvus:v2.4.1-gpu # pinned
    queryNode:
      image: milvusdb/milvus:v2.4.0
      replicas: 2
  dependencies:
    msgStreamType: \"kafka\"
  config:
    mq:
      type: rocksmq
";
const FLOW: &str = "{apiVersion: milvus.io/v1beta1, kind: Milvus, metadata: {name: a}, spec: {mode: cluster, \
    components: {image: 'milvusdb/milvus:2.4.1', mixCoord: {replicas: 0}, queryNode: {image: x}}}}\n";
const JSON: &str = "{\n  \"apiVersion\": \"milvus.io/v1beta1\",\n  \"kind\": \"Milvus\",\n  \"metadata\": {\"name\": \"a\"},\n  \
    \"spec\": {\n    \"components\": {\n      \"image\": \"milvusdb/milvus:${TAG:-v2.4.1}\",\n      \"queryNode\": \
    {\"image\": \"x\"}\n    }\n  }\n}\n";
const NOTHING: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: a\n";
const EMPTY: &str = "\
apiVersion: milvus.io/v1beta1
kind: Milvus
metadata: {name: a}
spec:
  components:
    mixCoord:
    rootCoord: {}
  dependencies: {}
";
const LIST: &str = "\
apiVersion: v1
kind: List
items:
- apiVersion: milvus.io/v1beta1
  kind: Milvus
  metadata:
    name: first
  spec:
    components:
      image: milvusdb/milvus:v2.3.1
- apiVersion: milvus.io/v1beta1
  kind: Milvus
  metadata:
    name: second
  spec:
    components:
      image: milvusdb/milvus@sha256:4f1c
";
const TWO: &str = "\
apiVersion: milvus.io/v1beta1
kind: Milvus
metadata: {name: first}
---
apiVersion: milvus.io/v1alpha1
kind: MilvusCluster
metadata: {name: second}
spec:
  dependencies:
    pulsar: {inCluster: {chartVersion: pulsar-v2}}
";

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [BLOCK, FLOW, JSON, NOTHING, EMPTY, LIST, TWO].map(str::to_string).to_vec();
    texts.push(BLOCK.replace('\n', "\r\n"));
    texts.push(LIST.replace('\n', "\r\n"));
    texts
}

fn after(text: &str, sets: &[Set]) -> Deployment {
    set(text, false, &Given::default(), sets).0
}

#[test]
fn what_is_set_is_read() {
    for text in &texts() {
        assert_eq!(after(text, &[Set::Version("2.5.16".into())]).version.value(), Some(&version("2.5.16")));
        let assumed = after(text, &[Set::AssumedVersion("2.6.4".into())]).assumed_version;
        assert_eq!(assumed.and_then(|field| field.value().cloned()), Some(version("2.6.4")));
        for queue in Queue::ALL {
            let read = after(text, &[Set::Queue(queue)]);
            assert_eq!(read.queue.value(), Some(&queue), "{text}");
            assert_eq!(read.queues.last().and_then(|queue| queue.value()), Some(&queue), "{text}");
        }
        for line in [2, 3] {
            let read = after(text, &[Set::Queue(Queue::Pulsar), Set::PulsarLine(line)]);
            assert_eq!(read.pulsar_line.and_then(|field| field.value().copied()), Some(line), "{text}");
        }
        for on in [true, false] {
            assert_eq!(after(text, &[Set::Rolling(on)]).rolling.value(), Some(&on));
        }
        let mode = after(text, &[Set::UpdateMode("all".into())]).update_mode;
        assert_eq!(mode.value().map(String::as_str), Some("all"));
    }
}

#[test]
fn mode_and_coordinators_are_read_as_set() {
    for text in texts().iter().filter(|text| !text.contains("v1alpha1")) {
        for mode in [Mode::Cluster, Mode::Standalone] {
            assert_eq!(after(text, &[Set::Mode(mode)]).mode.value(), Some(&mode), "{text}");
        }
        for layout in [CoordinatorLayout::Mix, CoordinatorLayout::Separate] {
            let read = after(text, &[Set::Mode(Mode::Cluster), Set::Coordinators(layout)]);
            assert_eq!(read.coordinators.value(), Some(&layout), "{text}");
        }
    }
    let found = evidence(TWO, false);
    assert!(write(&found[1], &Set::Mode(Mode::Standalone)).is_empty(), "a MilvusCluster is a cluster");
}

#[test]
fn an_image_keeps_the_way_it_is_written() {
    let image = |text: &str| after(text, &[Set::Version("2.5.16".into())]).image.value().unwrap().text.clone();
    assert_eq!(image(BLOCK), "registry:5000/milvusdb/milvus:v2.5.16-gpu");
    assert_eq!(image(FLOW), "milvusdb/milvus:2.5.16");
    assert_eq!(image(JSON), "milvusdb/milvus:${TAG:-v2.5.16}");
    assert_eq!(image(LIST), "milvusdb/milvus:v2.5.16");
}

#[test]
fn a_component_image_goes_and_metadata_moves() {
    for text in [BLOCK, FLOW, JSON] {
        let read = after(text, &[Set::NoComponentImage("queryNode".into())]);
        assert!(read.components.is_empty(), "{text}");
    }
    let text = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nlabels: # ours\n  a: b\nmetadata:\n  name: a\nspec: {}\n";
    let read = after(text, &[Set::MetadataMoved("labels".into())]);
    assert!(read.oddities.is_empty(), "{:?}", read.oddities);
}

#[test]
fn a_migration_says_what_is_set() {
    let bare = "apiVersion: milvus.io/v1beta1\nkind: MilvusUpgrade\nmetadata: {name: u}\nspec:\n  milvus: {name: a}\n";
    let full = format!("{bare}  sourceVersion: v2.1\n  targetVersion: 2.3.4\n  targetImage: r:1/milvus:2.3.4\n");
    for text in [bare.to_string(), full.clone(), full.replace('\n', "\r\n")] {
        let after = |one: Set| migration(&evidence(&told(&text, &evidence(&text, false)[0], &[one]), false)[0]);
        let read = after(Set::MigrationNamespace("n".into()));
        assert_eq!(read.milvus_namespace.value().map(String::as_str), Some("n"));
        assert_eq!(after(Set::MigrationSource("2.1.4".into())).source.value(), Some(&version("2.1.4")));
        let read = after(Set::MigrationTarget("2.2.16".into()));
        assert_eq!(read.target.value(), Some(&version("2.2.16")));
        let image = read.target_image.and_then(|image| image.value().and_then(|image| image.version().cloned()));
        assert_eq!(image, text.contains("targetImage").then(|| version("2.2.16")));
        let read = after(Set::MigrationTargetImage("m:v2.2.9".into()));
        assert_eq!(read.target_image.unwrap().value().unwrap().text, "m:v2.2.9");
        let read = after(Set::MigrationToolImage("tool:1".into()));
        assert_eq!(read.tool_image.unwrap().value().unwrap().text, "tool:1");
    }
}

/// A cluster with this image (and more of `components`) under an operator.
fn cluster(components: &str, operator: &str) -> Deployment {
    let text =
        format!("apiVersion: milvus.io/v1beta1\nkind: Milvus\nspec: {{mode: cluster, components: {components}}}\n");
    let given = Given { operator: Some((version(operator), "a test".into())), ..Given::default() };
    deployment(&evidence(&text, false)[0], &given)
}

#[test]
fn the_operators_own_idea_of_the_version_decides() {
    let layout = |components: &str, operator: &str| cluster(components, operator).coordinators.value().copied();
    let (mix, separate) = (Some(CoordinatorLayout::Mix), Some(CoordinatorLayout::Separate));
    for (tag, expected) in [
        ("v2.6.4", mix),
        ("2.6", mix),
        ("v3", mix),
        ("master-1", mix),
        ("v3.0-beta", separate),
        ("v2.6-latest", separate),
        ("V2.6.1", separate),
        ("latest", separate),
        ("v2.6.0@sha256:4f1c", separate),
    ] {
        let components = format!("{{image: \"a.b:5000/milvus:{tag}\", rootCoord: {{}}}}");
        assert_eq!(layout(&components, "1.3.8"), expected, "{tag}");
        assert_eq!(layout(&components, "1.2.8"), separate, "{tag}");
    }
    assert_eq!(layout("{image: \"m:latest\", version: \"2.6\", rootCoord: {}}", "1.3.8"), mix);
    assert_eq!(layout("{image: \"m:v2.5.4\", mixCoord: {replicas: 0}, rootCoord: {}}", "1.3.8"), mix);
    assert!(facts().operator(&version("1.3.8")).is_some());
}

#[test]
fn rolling_is_off_where_the_operator_switches_it_off() {
    let given = Given { operator: Some((version("1.3.8"), "a test".into())), ..Given::default() };
    let rolling = |spec: &str| {
        let text = format!("apiVersion: milvus.io/v1beta1\nkind: Milvus\nspec: {spec}\n");
        deployment(&evidence(&text, false)[0], &given).rolling.value().copied()
    };
    assert_eq!(rolling("{components: {image: \"m:v2.5.4\"}}"), Some(false));
    assert_eq!(rolling("{components: {image: \"m:v2.6.4\"}}"), Some(true));
    assert_eq!(rolling("{mode: cluster, dependencies: {msgStreamType: rocksmq}}"), Some(true));
    assert_eq!(rolling("{components: {image: \"m:${TAG}\"}}"), None);
}
