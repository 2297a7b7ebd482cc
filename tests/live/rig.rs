//! The rig itself: that the parts are real where milvus-lint needs them to be, and that faults are faults.

use crate::faults::{Faults, Own};
use crate::support::Cluster;
use serde_json::{Value, json};

const DEPLOYMENT: &str = "apps/v1/Deployment";
const MILVUS: &str = "milvus.io/v1beta1/Milvus";

fn deployment(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: 2\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
         spec: {{containers: [{{name: main, image: \"{image}\"}}]}}\n"
    )
}

fn ready(object: &Value) -> i64 {
    object["status"]["readyReplicas"].as_i64().unwrap_or_default()
}

fn milvus(name: &str, image: &str) -> String {
    format!(
        "apiVersion: milvus.io/v1beta1\nkind: Milvus\n\
         metadata: {{name: {name}}}\n\
         spec: {{mode: cluster, components: {{image: \"{image}\"}}}}\n"
    )
}

#[test]
fn pods_run_and_images_that_cannot_be_pulled_do_not() {
    let Some(cluster) = Cluster::of("rig-pods") else { return };
    cluster.apply(&deployment("good", "example/thing:v1"));
    cluster.apply(&deployment("bad", "example/thing:v2-broken"));
    cluster.wait(30, "two ready pods", || (ready(&cluster.get(DEPLOYMENT, "good")?) == 2).then_some(()));
    let waiting = cluster.wait(30, "a pod that waits for its image", || {
        let pods = cluster.list("v1/Pod", "app=bad");
        let reason = &pods.first()?["status"]["containerStatuses"][0]["state"]["waiting"]["reason"];
        reason.as_str().map(str::to_string)
    });
    assert_eq!(waiting, "ImagePullBackOff");
    assert_eq!(ready(&cluster.get(DEPLOYMENT, "bad").unwrap()), 0);
}

#[test]
fn what_the_api_server_says_to_wrong_writes() {
    let Some(cluster) = Cluster::of("rig-writes") else { return };
    let refusal = |yaml: &str| match cluster.try_apply(yaml) {
        Err(kube::Error::Api(status)) => (status.code, status.message.clone()),
        other => panic!("{other:?}"),
    };
    // A field that no schema has is a bare 500 for server-side apply, and a word that the schema does not have a 422.
    let (code, message) = refusal(&milvus("a", "x:v1").replace("mode: cluster", "mode: cluster, mood: good"));
    assert_eq!(code, 500, "{message}");
    assert!(message.contains("mood"), "{message}");
    assert_eq!(refusal(&milvus("a", "x:v1").replace("mode: cluster", "mode: Cluster")).0, 422);
    cluster.apply(&milvus("a", "x:v1"));
    // Another manager's field is a conflict that names it.
    let document = crate::support::documents(&milvus("a", "x:v2")).remove(0);
    let error = cluster.with(async |client| {
        use kube::api::{Api, DynamicObject, Patch, PatchParams};
        let gvk = kube::core::GroupVersionKind::gvk("milvus.io", "v1beta1", "Milvus");
        let resource = kube::core::ApiResource::from_gvk(&gvk);
        let api: Api<DynamicObject> = Api::namespaced_with(client, &cluster.namespace, &resource);
        api.patch("a", &PatchParams::apply("somebody-else"), &Patch::Apply(&document)).await.unwrap_err()
    });
    let kube::Error::Api(status) = error else { panic!("{error}") };
    assert_eq!(status.code, 409);
    assert!(status.message.contains("live-test"), "{}", status.message);
}

#[test]
fn an_account_may_do_what_its_rules_say() {
    let Some(cluster) = Cluster::of("rig-account") else { return };
    let rules = json!([{ "apiGroups": ["milvus.io"], "resources": ["milvuses"], "verbs": ["get"] }]);
    let kubeconfig = cluster.account("reader", &rules);
    cluster.apply(&milvus("a", "x:v1"));
    let reader = crate::support::Bare::new(&kubeconfig);
    assert_eq!(reader.code(MILVUS, &cluster.namespace, "a"), 200);
    assert_eq!(reader.code(DEPLOYMENT, &cluster.namespace, "a"), 403);
}

#[test]
fn every_fault_is_what_it_is_called() {
    let Some(cluster) = Cluster::of("rig-faults") else { return };
    cluster.apply(&milvus("a", "x:v1"));
    let faults = Faults::before(&cluster);
    let through = Cluster::at(&faults.kubeconfig, "rig-through");
    let path = format!("/namespaces/{}/milvuses/a", through.namespace);
    through.apply(&milvus("a", "x:v1"));
    let image = || through.get(MILVUS, "a").unwrap()["spec"]["components"]["image"].clone();

    faults.refuse("PATCH", &path);
    assert!(through.try_apply(&milvus("a", "x:v2")).is_err());
    assert_eq!(image(), "x:v1", "a refused write has not arrived");

    faults.cut("PATCH", &path);
    assert!(through.try_apply(&milvus("a", "x:v3")).is_err());
    assert_eq!(image(), "x:v3", "a write whose answer is lost has arrived");

    faults.add(&json!({ "method": "PATCH", "path": path, "kind": "bare", "code": 500 }));
    assert!(through.try_apply(&milvus("a", "x:v4")).is_err());
    faults.answer("PATCH", &path, 409, 1);
    match through.try_apply(&milvus("a", "x:v4")) {
        Err(kube::Error::Api(status)) => assert_eq!((status.code, status.reason.as_str()), (409, "Conflict")),
        other => panic!("{other:?}"),
    }
    assert_eq!(image(), "x:v3");
    through.apply(&milvus("a", "x:v4"));
    let log = faults.log();
    assert!(log.iter().any(|line| line.ends_with("200, answer cut")), "{log:?}");
    assert!(log.iter().any(|line| line.ends_with("refused")), "{log:?}");
}

#[test]
fn an_api_server_that_is_killed_comes_back_with_what_it_had() {
    let Some(own) = Own::start("rig-killed") else { return };
    let cluster = own.cluster("killed");
    cluster.apply(&milvus("a", "x:v1"));
    own.kill_apiserver();
    assert!(cluster.try_apply(&milvus("a", "x:v2")).is_err());
    own.start_apiserver();
    assert_eq!(cluster.get(MILVUS, "a").unwrap()["spec"]["components"]["image"], "x:v1");
    cluster.apply(&milvus("a", "x:v2"));
}
