//! What live tests share: a namespace of their own in the cluster of the rig, and blunt ways to write, read and wait in it.
//!
//! Everything here is blocking and panics with what the API server said, since a test has nobody else to tell. What a test
//! makes goes with its namespace; objects of the whole cluster it must name after the namespace, and they stay until the rig
//! is stopped.
#![allow(dead_code)] // Each test uses what it needs.

use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Config};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Kinds that stand in no namespace.
const OF_THE_CLUSTER: [&str; 9] = [
    "Namespace",
    "Node",
    "PersistentVolume",
    "StorageClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
];

/// A cluster with a namespace for one test.
pub struct Cluster {
    runtime: tokio::runtime::Runtime,
    client: Client,
    pub kubeconfig: PathBuf,
    pub namespace: String,
    owns: bool,
}

impl Cluster {
    /// The cluster of the rig with a fresh namespace whose name begins with `test`; `None`, and a line about it, without one.
    pub fn of(test: &str) -> Option<Cluster> {
        static SAID: Once = Once::new();
        let Some(kubeconfig) = std::env::var_os("MILVUS_LINT_KUBECONFIG") else {
            // Not by a macro, whose lines the test runner keeps to itself.
            SAID.call_once(|| {
                let line = "\nlive tests: skipped, as MILVUS_LINT_KUBECONFIG is not set; tests/live/run.sh has a cluster for them\n";
                let _ = std::io::stderr().write_all(line.as_bytes());
            });
            return None;
        };
        Some(Cluster::at(Path::new(&kubeconfig), test))
    }

    /// The same with a namespace in which the stand-in for the operator minds every Milvus. Elsewhere nobody does.
    pub fn with_operator(test: &str) -> Option<Cluster> {
        let cluster = Cluster::of(test)?;
        cluster.patch(
            "v1/Namespace",
            &cluster.namespace,
            json!({ "metadata": { "labels": { "live-test/operator": "yes" } } }),
        );
        Some(cluster)
    }

    /// The cluster of a kubeconfig, with a fresh namespace.
    pub fn at(kubeconfig: &Path, test: &str) -> Cluster {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let namespace = format!("{test}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut cluster = Cluster::again(kubeconfig, &namespace);
        cluster.owns = true;
        cluster.apply(&format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {}}}}}", cluster.namespace));
        cluster
    }

    /// A second client in a namespace that is there, for another thread.
    pub fn again(kubeconfig: &Path, namespace: &str) -> Cluster {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(client_of(kubeconfig));
        Cluster { runtime, client, kubeconfig: kubeconfig.to_path_buf(), namespace: namespace.to_string(), owns: false }
    }

    fn api(&self, api_version: &str, kind: &str, namespace: Option<&str>) -> Api<DynamicObject> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        match namespace.or(Some(&self.namespace)).filter(|_| !OF_THE_CLUSTER.contains(&kind)) {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }

    /// Applies every document of a text, as the manager `live-test`, in the test's namespace unless it names another.
    pub fn apply(&self, yaml: &str) -> Vec<Value> {
        self.try_apply(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
    }

    /// The same where the API server may refuse: its answer.
    pub fn try_apply(&self, yaml: &str) -> Result<Vec<Value>, kube::Error> {
        documents(yaml).into_iter().map(|document| self.try_apply_as("live-test", document)).collect()
    }

    /// Applies one object as a manager of that name, which owns its fields from then on.
    pub fn try_apply_as(&self, manager: &str, object: Value) -> Result<Value, kube::Error> {
        let text = |path: &str| object.pointer(path).and_then(Value::as_str).map(str::to_string);
        let kind = text("/kind").expect("an object has a kind");
        let name = text("/metadata/name").expect("an object has a name");
        let api = self.api(&text("/apiVersion").unwrap_or_default(), &kind, text("/metadata/namespace").as_deref());
        let params = PatchParams::apply(manager).force();
        let status = object.get("status").cloned();
        let written = self.runtime.block_on(api.patch(&name, &params, &Patch::Apply(&object)))?;
        // A status is written apart from the rest; a test that gives one means it.
        if let Some(status) = status.filter(|_| kind != "Node") {
            let patch = json!({ "status": status });
            let _ = self.runtime.block_on(api.patch_status(&name, &PatchParams::default(), &Patch::Merge(&patch)))?;
        }
        Ok(serde_json::to_value(written).unwrap())
    }

    /// An object of the test's namespace; `what` is `apps/v1/Deployment`, `v1/Pod`, `milvus.io/v1beta1/Milvus`.
    pub fn get(&self, what: &str, name: &str) -> Option<Value> {
        let (version, kind) = split(what);
        let found = self.runtime.block_on(self.api(version, kind, None).get_opt(name)).unwrap();
        found.map(|object| serde_json::to_value(object).unwrap())
    }

    /// Every object of a kind in the test's namespace, by labels (`""` for all).
    pub fn list(&self, what: &str, labels: &str) -> Vec<Value> {
        let (version, kind) = split(what);
        let params = ListParams::default().labels(labels);
        let list = self.runtime.block_on(self.api(version, kind, None).list(&params)).unwrap();
        list.items.into_iter().map(|object| serde_json::to_value(object).unwrap()).collect()
    }

    /// A merge patch, as `kubectl patch --type merge` sends it.
    pub fn patch(&self, what: &str, name: &str, patch: Value) -> Value {
        let (version, kind) = split(what);
        let api = self.api(version, kind, None);
        let params = PatchParams { field_manager: Some("live-test".into()), ..PatchParams::default() };
        let written = self.runtime.block_on(api.patch(name, &params, &Patch::Merge(&patch))).unwrap();
        serde_json::to_value(written).unwrap()
    }

    /// Sets the image of a Deployment's first container by hand, as `kubectl set image` does.
    pub fn set_image(&self, deployment: &str, image: &str) {
        let api = self.api("apps/v1", "Deployment", None);
        let write = async {
            let mut object = api.get(deployment).await?;
            object.data["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image);
            api.replace(deployment, &Default::default(), &object).await
        };
        self.runtime.block_on(write).unwrap();
    }

    pub fn delete(&self, what: &str, name: &str) {
        let (version, kind) = split(what);
        let _ = self.runtime.block_on(self.api(version, kind, None).delete(name, &DeleteParams::default())).unwrap();
    }

    /// Waits until `look` finds what it looks for; after `seconds` it says what was missing.
    pub fn wait<T>(&self, seconds: u64, what: &str, look: impl Fn() -> Option<T>) -> T {
        let end = Instant::now() + Duration::from_secs(seconds);
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(Instant::now() < end, "{what}: not within {seconds} s in {}", self.namespace);
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// A ServiceAccount with these rules in the test's namespace, and the kubeconfig of its token.
    pub fn account(&self, name: &str, rules: &Value) -> PathBuf {
        let namespace = &self.namespace;
        self.make_account(name);
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
            "metadata": { "name": name, "namespace": namespace }, "rules": rules,
        });
        self.try_apply_as("live-test", role).unwrap();
        self.bind("RoleBinding", "Role", name, name);
        self.kubeconfig_of(name, None)
    }

    /// A ServiceAccount that may do everything, for whoever comes through a proxy, where certificates end.
    pub fn admin_account(&self, name: &str) -> String {
        self.make_account(name);
        self.bind("ClusterRoleBinding", "ClusterRole", &format!("{name}-{}", self.namespace), "cluster-admin");
        self.token(name)
    }

    fn make_account(&self, name: &str) {
        self.apply(&format!("{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: {name}}}}}"));
    }

    fn bind(&self, kind: &str, role_kind: &str, name: &str, role: &str) {
        let account = name.strip_suffix(&format!("-{}", self.namespace)).unwrap_or(name);
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind,
            "metadata": { "name": name },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role },
            "subjects": [{ "kind": "ServiceAccount", "name": account, "namespace": self.namespace }],
        });
        self.try_apply_as("live-test", binding).unwrap();
    }

    /// A token of a ServiceAccount of the test's namespace, good for an hour or until the account is deleted.
    pub fn token(&self, account: &str) -> String {
        let api: Api<k8s_openapi::api::core::v1::ServiceAccount> =
            Api::namespaced(self.client.clone(), &self.namespace);
        let request = serde_json::from_value(json!({ "metadata": {}, "spec": { "audiences": [] } })).unwrap();
        let answer = self.runtime.block_on(api.create_token_request(account, &Default::default(), &request)).unwrap();
        answer.status.and_then(|status| status.token).expect("a token was asked for")
    }

    /// A kubeconfig with an account's token, for the cluster's own address or another one.
    pub fn kubeconfig_of(&self, account: &str, server: Option<&str>) -> PathBuf {
        self.kubeconfig_with(&self.token(account), account, server)
    }

    /// A kubeconfig with any token.
    pub fn kubeconfig_with(&self, token: &str, name: &str, server: Option<&str>) -> PathBuf {
        let admin = Kubeconfig::read_from(&self.kubeconfig).unwrap();
        let cluster = admin.clusters[0].cluster.clone().unwrap();
        let authority = cluster.certificate_authority_data.unwrap();
        let server = server.map(str::to_string).or(cluster.server).unwrap();
        let namespace = &self.namespace;
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: live\n\
             clusters: [{{name: live, cluster: {{server: \"{server}\", certificate-authority-data: {authority}}}}}]\n\
             users: [{{name: {name}, user: {{token: \"{token}\"}}}}]\n\
             contexts: [{{name: live, context: {{cluster: live, user: {name}, namespace: {namespace}}}}}]\n"
        );
        let path = scratch(&format!("{namespace}-{name}-{}.kubeconfig", text.len()));
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program, with the admin's kubeconfig and the test's namespace in the environment of kubectl.
    pub fn tool(&self) -> Command {
        tool(&self.kubeconfig)
    }

    /// Something async with the client, for what is not here.
    pub fn with<T>(&self, work: impl AsyncFnOnce(Client) -> T) -> T {
        self.runtime.block_on(work(self.client.clone()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !self.owns {
            return;
        }
        let namespaces = self.api("v1", "Namespace", None);
        // A cluster that a test has killed has nothing to delete.
        let gone = async {
            let background = DeleteParams::background();
            let deletion = namespaces.delete(&self.namespace, &background);
            let _ = tokio::time::timeout(Duration::from_secs(5), deletion).await;
        };
        self.runtime.block_on(gone);
    }
}

/// A client that only asks whether it may.
pub struct Bare {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Bare {
    pub fn new(kubeconfig: &Path) -> Bare {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(client_of(kubeconfig));
        Bare { runtime, client }
    }

    /// The code of the answer to a look at one object.
    pub fn code(&self, what: &str, namespace: &str, name: &str) -> u16 {
        let (version, kind) = split(what);
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), namespace, &resource);
        match self.runtime.block_on(api.get(name)) {
            Ok(_) => 200,
            Err(kube::Error::Api(status)) => status.code,
            Err(other) => panic!("{other}"),
        }
    }
}

async fn client_of(kubeconfig: &Path) -> Client {
    let file = Kubeconfig::read_from(kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
    Client::try_from(config).unwrap()
}

/// The program with a kubeconfig and nothing else that could tell it of a cluster.
pub fn tool(kubeconfig: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_milvus-lint"));
    command.env("KUBECONFIG", kubeconfig).env_remove("MILVUS_LINT_KUBECONFIG").env("NO_COLOR", "1");
    command
}

/// The rules of a Role with one thing less, each once: what was taken away, and what is left. Whoever passes with all of them
/// and with none of these has exactly what it needs.
pub fn each_right_removed(rules: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (place, rule) in rules.as_array().expect("rules are a list").iter().enumerate() {
        for part in ["resources", "verbs"] {
            for (index, taken) in rule[part].as_array().into_iter().flatten().enumerate() {
                let mut left = rules.clone();
                left[place][part].as_array_mut().expect("it was one").remove(index);
                let what = format!("{taken} of {}", if part == "verbs" { &rule["resources"] } else { &rule["verbs"] });
                // A rule without resources or verbs is refused, so it goes as a whole.
                if left[place][part].as_array().is_some_and(Vec::is_empty) {
                    left.as_array_mut().expect("it was one").remove(place);
                }
                all.push((what, left));
            }
        }
    }
    all
}

/// A file in the folder of the test run.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("live");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// The folder of the rig.
pub fn rig() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live")
}

/// Every document of a text.
pub fn documents(yaml: &str) -> Vec<Value> {
    serde_saphyr::from_multiple::<Value>(yaml).unwrap().into_iter().filter(|document| !document.is_null()).collect()
}

fn split(what: &str) -> (&str, &str) {
    what.rsplit_once('/').expect("a version and a kind")
}
