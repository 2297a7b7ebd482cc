//! The words of containers.

use super::*;
use crate::model::{Mode, Queue, Tag};

fn compose(service: &str) -> String {
    format!("services:\n  m: # the one\n    {}\n", service.replace('\n', "\n    "))
}

fn read_one(text: &str) -> Deployment {
    deployment(&evidence(text, false)[0], &Given::default())
}

#[test]
fn the_queue_of_a_standalone_is_milvuss_own_unless_it_is_written() {
    let run = "command: milvus run standalone";
    let queue = |rest: &str| read_one(&compose(&format!("{run}\n{rest}"))).queue;
    assert_eq!(queue("image: milvusdb/milvus:v2.4.9").value(), Some(&Queue::RocksMq));
    assert!(queue("image: milvusdb/milvus:v2.4.9").is_default());
    // In 2.3.0 natsmq came second, for a Milvus whose rocksmq was taken away.
    for tag in ["v2.3.0-beta", "v2.3.0", "v2.3.1"] {
        assert_eq!(queue(&format!("image: milvusdb/milvus:{tag}")).value(), Some(&Queue::RocksMq), "{tag}");
    }
    assert!(queue("image: milvusdb/milvus:latest").is_unknown());
    let image = "image: milvusdb/milvus:v2.6.4\nenvironment:";
    assert_eq!(queue(&format!("{image} {{MQ_TYPE: woodpecker}}")).written_value(), Some(&Queue::Woodpecker));
    assert!(queue(&format!("{image} {{MQ_TYPE: '${{Q:-kafka}}'}}")).is_default());
    assert!(queue(&format!("{image} {{MQ_TYPE: '${{Q}}'}}")).is_unknown());
    assert!(queue(&format!("{image} {{MQ_TYPE: rocks}}")).is_unknown());
    assert!(queue(&format!("{image} {{PULSAR_ADDRESS: a}}")).is_default(), "a standalone keeps its own");
    assert!(queue("image: milvusdb/milvus:v2.4.9\nvolumes: ['./a.yaml:/milvus/configs/milvus.yaml']").is_unknown());
}

#[test]
fn a_cluster_by_its_components_and_its_queue_by_the_brokers_address() {
    let part = |name: &str, image: &str| {
        format!(
            "  {name}: {{image: 'milvusdb/milvus:{image}', command: milvus run {name}, environment: {{PULSAR_ADDRESS: a}}}}\n"
        )
    };
    let one = read_one(&format!("services:\n{}{}", part("proxy", "v2.4.9"), part("rootcoord", "v2.4.9")));
    assert_eq!((one.mode.value(), one.queue.value()), (Some(&Mode::Cluster), Some(&Queue::Pulsar)));
    let mixed = read_one(&format!("services:\n{}{}", part("proxy", "v2.4.9"), part("rootcoord", "v2.4.1")));
    assert!(mixed.version.is_unknown());
}

#[test]
fn the_mode_by_name_is_a_default_and_of_nothing_unknown() {
    let text = "services: {NAME: {image: 'milvusdb/milvus:v2.4.9'}}\n";
    assert!(read_one(text).mode.is_unknown());
    let named = read_one(&text.replace("NAME", "milvus-standalone")).mode;
    assert!(named.is_default() && named.value() == Some(&Mode::Standalone));
}

#[test]
fn a_version_is_written_where_the_image_says_it() {
    for image in [
        "milvusdb/milvus:v2.4.9-gpu",
        "milvusdb/milvus:${TAG:-v2.4.9}",
        "'${IMAGE:-milvusdb/milvus:v2.4.9}'",
        "m/milvus:v${TAG:-2.4.9}",
    ] {
        let (after, text) =
            set(&compose(&format!("image: {image}")), false, &Given::default(), &[Set::Version("2.5.27".into())]);
        assert_eq!(after.version.value(), Some(&version("2.5.27")), "{text}");
        assert_eq!(matches!(after.image.value().unwrap().tag, Tag::Assumed(..)), image.contains("${"), "{text}");
    }
}

#[test]
fn a_queue_is_written_in_the_environment() {
    let image = "image: milvusdb/milvus:v2.4.9\ncommand: milvus run standalone";
    for environment in [
        "",
        "environment:\n  A: b # c",
        "environment: {MQ_TYPE: rocksmq}",
        "environment:\n- A=b\n- MQ_TYPE=rocksmq",
        "environment:\n  MQ_TYPE: ${Q:-rocksmq}",
        "environment: [A=b]",
        "environment:\n- A=b # c\n- C=d",
        "environment:\n  - \"A=b\"\nports: [1]",
    ] {
        let text = compose(format!("{image}\n{environment}").trim_end());
        let (after, text) = set(&text, false, &Given::default(), &[Set::Queue(Queue::Kafka)]);
        assert_eq!(after.queue.value(), Some(&Queue::Kafka), "{text}");
    }
    let list = compose(&format!("{image}\nenvironment: [A=b]"));
    assert!(write(&evidence(&list, false)[0], &Set::Mode(Mode::Cluster)).is_empty());
}

#[test]
fn every_part_gets_the_version() {
    let part = |name: &str| {
        let pod = format!("containers: [{{image: 'milvusdb/milvus:v2.4.9', args: [milvus, run, {name}]}}]");
        format!("kind: Deployment\nmetadata: {{name: m-{name}}}\nspec: {{template: {{spec: {{{pod}}}}}}}\n")
    };
    let text = format!("{}---\n{}", part("proxy"), part("querynode"));
    let (after, text) = set(&text, false, &Given::default(), &[Set::Version("2.5.27".into())]);
    assert_eq!(after.version.value(), Some(&version("2.5.27")), "{text}");
    assert_eq!(text.matches("v2.5.27").count(), 2, "{text}");
}
