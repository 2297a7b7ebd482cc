//! What runs of a Milvus, and what a release has in force after `helm upgrade`.

use super::{deployment, evidence, facts, version};
use crate::detect::Layers;
use crate::model::{Deployment, Mode, Queue, Workload};
use crate::normalize::Given;
use crate::normalize::helm::{Flag, Release, Upgrade, after_upgrade};

fn rendered(values: &str, chart: &str) -> Deployment {
    let given = Given { chart: Some((version(chart), "the test".to_string())), ..Given::default() };
    deployment(&evidence(values, true)[0], &given)
}

fn operated(spec: &str, operator: &str) -> Deployment {
    let text = format!("apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {{name: a}}\nspec: {spec}\n");
    let given = Given { operator: Some((version(operator), "the test".to_string())), ..Given::default() };
    deployment(&evidence(&text, false)[0], &given)
}

fn runs(deployment: &Deployment) -> String {
    let Some(all) = deployment.workloads.value() else { return "unknown".to_string() };
    let said = |one: &Workload| {
        let strategy = one.strategy.as_ref().map_or("unknown".to_string(), ToString::to_string);
        format!("{} {strategy}{}", one.component, if one.idle { " idle" } else { "" })
    };
    all.iter().map(said).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_chart_runs_what_its_switches_and_its_templates_say() {
    let four = "mixCoordinator: {enabled: false}\nrootCoordinator: {enabled: true, activeStandby: {enabled: true}}\n\
                indexNode: {enabled: false}\nproxy: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 2}}}\n\
                queryNode: {replicas: 0, strategy: {}}\n";
    let now = "rootcoord rolling, proxy rolling +2, querynode rolling idle, datanode rolling";
    assert_eq!(runs(&rendered(four, "4.2.58")), now);
    // Before the templates read either key.
    let before = "rootcoord recreate, datacoord recreate, querycoord recreate, indexcoord recreate, proxy rolling, \
                  querynode rolling idle, datanode rolling";
    assert_eq!(runs(&rendered(four, "4.1.21")), before);
    assert_eq!(runs(&rendered("cluster: {enabled: false}\n", "5.0.19")), "standalone recreate");
    assert_eq!(
        runs(&rendered("cluster: {enabled: false}\ncdc: {enabled: true}\n", "5.0.19")),
        "standalone recreate, cdc rolling"
    );
    let service =
        "cluster: {enabled: false}\nwoodpecker: {enabled: true}\nstreaming: {woodpecker: {embedded: false}}\n";
    assert_eq!(runs(&rendered(service, "5.0.19")), "standalone recreate, woodpecker rolling");
    assert_eq!(runs(&rendered(service, "5.0.5")), "standalone recreate");
    // A template decides, and no switch is guessed.
    assert_eq!(runs(&rendered("cluster: {enabled: '{{ .cluster }}'}\n", "5.0.19")), "unknown");
}

#[test]
fn the_operator_runs_what_the_version_asks_for() {
    let cluster = "{mode: cluster, components: {image: 'milvusdb/milvus:v2.6.4'}}";
    let with = |word: &str| cluster.replace("{image", &format!("{{{word}, image"));
    let one = "rolling +1 -0";
    assert_eq!(
        runs(&operated(cluster, "1.3.8")),
        format!(
            "mixcoord {one}, datanode {one}, streamingnode {one}, querynode {one}, proxy {one}, standalone {one} idle"
        )
    );
    assert!(runs(&operated(cluster, "1.2.8")).contains("indexnode"));
    assert!(!runs(&operated(cluster, "1.2.8")).contains("streamingnode"));
    // Without rolling updates a coordinator stops first, unless all four are told to stand by.
    let off = operated(&with("enableRollingUpdate: false"), "1.3.8");
    assert!(runs(&off).starts_with("mixcoord recreate, datanode rolling"), "{}", runs(&off));
    // Operators before 1.1.4 let them stand by in any case.
    assert!(runs(&operated(&with("enableRollingUpdate: false"), "1.0.5")).starts_with("mixcoord rolling"));
    assert!(runs(&operated(&with("imageUpdateMode: force"), "1.3.8")).starts_with("mixcoord all at once"));
    let rocksmq = "{components: {enableRollingUpdate: true}, dependencies: {msgStreamType: rocksmq}}";
    let rocksmq = operated(rocksmq, "1.3.8");
    assert_eq!((rocksmq.rolls.value(), runs(&rocksmq).as_str()), (Some(&false), "standalone recreate"));
    // An operator that nobody named.
    let unnamed = deployment(
        &evidence("apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {name: a}\nspec: {mode: cluster}\n", false)
            [0],
        &Given::default(),
    );
    assert_eq!(runs(&unnamed), "unknown");
}

#[test]
fn the_order_of_an_update_turns_round_with_its_direction() {
    let spec = "{mode: cluster, components: {imageUpdateMode: MODE, image: 'milvusdb/milvus:v2.5.27'}}";
    let waits = |mode: &str, component: &str| {
        let read = operated(&spec.replace("MODE", mode), "1.3.8");
        let all = read.workloads.value().cloned().unwrap();
        all.into_iter().find(|one| one.component == component).unwrap().waits_for
    };
    assert_eq!(waits("rollingUpgrade", "proxy").as_deref(), Some("datanode"));
    assert_eq!(waits("rollingUpgrade", "indexnode"), None);
    assert_eq!(waits("rollingDowngrade", "proxy"), None);
    assert_eq!(waits("rollingDowngrade", "indexnode").as_deref(), Some("mixcoord"));
}

fn layers(values: &str) -> Layers {
    evidence(values, true)[0].layers.clone()
}

#[test]
fn helm_keeps_what_its_flag_says() {
    let before =
        Release::installed(version("4.2.58"), layers("cluster: {enabled: false}\nimage: {all: {tag: v2.5.16}}\n"));
    let after = |values: &str, flag| {
        let upgrade = Upgrade { chart: version("5.0.0"), values: layers(values), flag, looks: false };
        let release = after_upgrade(&before, &upgrade, facts());
        ["cluster.enabled", "image.all.tag", "indexNode.enabled"]
            .map(|key| release.value(key, facts()).unwrap_or_default())
    };
    let new = "image: {all: {tag: v2.6.15}}\n";
    assert_eq!(after("{}\n", Flag::None), ["false", "v2.5.16", "false"]);
    assert_eq!(after(new, Flag::None), ["true", "v2.6.15", "false"]);
    assert_eq!(after(new, Flag::ResetThenReuseValues), ["false", "v2.6.15", "false"]);
    assert_eq!(after(new, Flag::ReuseValues), ["false", "v2.6.15", "true"]);
    let bare = facts().chart(&version("5.0.0")).unwrap().image_tag.clone();
    assert_eq!(after("{}\n", Flag::ResetValues), ["true".to_string(), bare, "false".to_string()]);
}

#[test]
fn a_chart_that_looks_keeps_the_queue_of_a_standalone() {
    let queue = |from: &str, values: &str, looks| {
        let before = Release::installed(version(from), layers(values));
        let values = layers("service: {type: ClusterIP}\n");
        let upgrade = Upgrade { chart: version("5.0.19"), values, flag: Flag::ResetThenReuseValues, looks };
        let release = after_upgrade(&before, &upgrade, facts());
        let read = deployment(&release.evidence(), &release.given());
        (read.mode.value().copied(), read.queue.value().copied())
    };
    let standalone = "cluster: {enabled: false}\n";
    assert_eq!(queue("4.2.58", standalone, true), (Some(Mode::Standalone), Some(Queue::RocksMq)));
    // What only renders the chart has nothing to look at.
    assert_eq!(queue("4.2.58", standalone, false).1, Some(Queue::Woodpecker));
    assert_eq!(queue("5.0.0", standalone, true).1, Some(Queue::Woodpecker));
    assert_eq!(
        queue("5.0.0", "cluster: {enabled: false}\nstandalone: {messageQueue: rocksmq}\n", true).1,
        Some(Queue::RocksMq)
    );
    assert_eq!(queue("4.2.58", "cluster: {enabled: true}\n", true).1, Some(Queue::Pulsar));
}
