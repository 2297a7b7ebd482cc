//! A namespace of a real cluster for each test, and the program run against it.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A namespace of its own.
pub struct Space {
    kubeconfig: String,
    pub name: String,
}

/// What the program said.
pub struct Said {
    pub code: i32,
    pub text: String,
}

impl Space {
    /// A new namespace; `None`, with a line that says so, where there is no cluster.
    pub fn new(what: &str) -> Option<Space> {
        let Ok(kubeconfig) = std::env::var("MILVUS_LINT_KUBECONFIG") else {
            println!("skipped: MILVUS_LINT_KUBECONFIG is not set; tests/live/up.sh starts a cluster on loopback");
            return None;
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{what}-{}-{number}", std::process::id());
        let space = Space { kubeconfig, name };
        space.kubectl(&["create", "namespace", &space.name], "");
        // Without its account no pod can be made; a controller makes it a moment later.
        let account = ["wait", "--for=create", "serviceaccount/default", "--namespace", &space.name, "--timeout=60s"];
        space.kubectl(&account, "");
        Some(space)
    }

    /// Asks kubectl, which must succeed.
    pub fn kubectl(&self, arguments: &[&str], input: &str) -> String {
        let program = std::env::var("MILVUS_LINT_KUBECTL").unwrap_or_else(|_| "kubectl".to_string());
        let mut command = Command::new(program);
        command.args(["--kubeconfig", &self.kubeconfig]).args(arguments);
        let output = run(&mut command, input);
        assert!(output.status.success(), "kubectl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Applies manifests in this namespace.
    pub fn apply(&self, manifests: &str) {
        self.kubectl(&["apply", "--namespace", &self.name, "-f", "-"], manifests);
    }

    /// A Milvus that runs an image, and its one pod.
    pub fn runs(&self, name: &str, told: &str, running: &str) {
        self.apply(&self.milvus(name, told));
        self.apply(&format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}-milvus-standalone-1\n  labels:\n    app.kubernetes.io/name: milvus\n    \
             app.kubernetes.io/instance: {name}\n    app.kubernetes.io/component: standalone\nspec:\n  \
             serviceAccountName: default\n  automountServiceAccountToken: false\n  containers:\n  - name: standalone\n    \
             image: milvusdb/milvus:{running}\n    env: [{{name: PASSWORD, value: MARKED}}]\n"
        ));
    }

    /// The manifest of a standalone.
    pub fn milvus(&self, name: &str, tag: &str) -> String {
        format!(
            "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: {name}\n  namespace: {}\nspec:\n  mode: standalone\n  \
             components:\n    image: milvusdb/milvus:{tag}\n  dependencies:\n    msgStreamType: rocksmq\n",
            self.name
        )
    }

    /// Runs the program with the kubeconfig of the cluster.
    pub fn lint(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_milvus-lint"));
        command.args(arguments).args(["--kubeconfig", &self.kubeconfig]);
        // Nothing of the folder in which the tests run belongs to the case.
        command.current_dir(std::env::temp_dir()).env_remove("KUBECONFIG");
        let output = run(&mut command, input);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(!text.contains("MARKED"), "a secret shows: {text}");
        Said { code: output.status.code().unwrap_or(-1), text }
    }

    /// The gate for a manifest on standard input.
    pub fn gate(&self, manifest: &str, more: &[&str]) -> Said {
        let arguments: Vec<&str> = ["gate", "-", "--namespace", &self.name].iter().chain(more).copied().collect();
        self.lint(&arguments, manifest)
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        let program = std::env::var("MILVUS_LINT_KUBECTL").unwrap_or_else(|_| "kubectl".to_string());
        let mut command = Command::new(program);
        command.args(["--kubeconfig", &self.kubeconfig, "delete", "namespace", &self.name, "--wait=false"]);
        drop(command.output());
    }
}

fn run(command: &mut Command, input: &str) -> Output {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // Whoever does not read its input may have ended already.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}
