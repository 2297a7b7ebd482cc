//! A Git repository in a temporary folder, and the binary run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

pub struct Repository {
    pub root: PathBuf,
}

/// What a run gave.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The rules of all findings of a JSON report, with their severity.
    pub fn rules(&self) -> Vec<(String, String)> {
        let findings = self.json()["findings"].as_array().unwrap().clone();
        let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_string();
        findings.iter().map(|finding| (text(finding, "rule"), text(finding, "severity"))).collect()
    }

    /// The verdict on the one change of a JSON report.
    pub fn verdict(&self) -> (String, Vec<String>) {
        let json = self.json();
        let transitions = json["transitions"].as_array().unwrap();
        let judged: Vec<_> = transitions.iter().filter(|t| t["verdict"].is_string()).collect();
        assert_eq!(judged.len(), 1, "{transitions:#?}");
        let path = judged[0]["path"].as_array().unwrap().iter().map(|hop| hop.as_str().unwrap().to_string()).collect();
        (judged[0]["verdict"].as_str().unwrap().to_string(), path)
    }
}

impl Repository {
    pub fn folder() -> Repository {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("milvus-lint-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        Repository { root: root.canonicalize().unwrap() }
    }

    pub fn new() -> Repository {
        let repository = Repository::folder();
        repository.git(&["init", "--quiet", "-b", "main"]);
        repository
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let output = clean(Command::new("git").current_dir(&self.root))
            .args(["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn write(&self, path: &str, text: &str) -> &Repository {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap()
    }

    pub fn commit(&self, message: &str) -> &Repository {
        self.git(&["add", "-A"]);
        self.git(&["commit", "--quiet", "-m", message]);
        self
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_in(&self.root, arguments, None)
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        self.run_in(&self.root, arguments, Some(input))
    }

    pub fn run_in(&self, folder: &Path, arguments: &[&str], input: Option<&str>) -> Run {
        use std::io::Write;
        use std::process::Stdio;
        let mut command = Command::new(env!("CARGO_BIN_EXE_milvus-lint"));
        clean(command.current_dir(folder)).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().unwrap();
        if let Some(input) = input {
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        }
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Run {
            code: status.code().expect("it ends by itself"),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// The same on every machine: nothing of the user's settings, nothing of a hook that runs the tests.
fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars() {
        if ["GIT_", "MILVUS_LINT_", "GITHUB_", "GITLAB_"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null").env("NO_COLOR", "1")
}
