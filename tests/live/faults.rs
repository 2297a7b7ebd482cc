//! Faults for tests: a proxy that does to a client what networks and busy servers do, and a cluster of one's own to be killed.
//!
//! `Faults` stands before the cluster of a test; whoever is to meet the faults gets its kubeconfig. `Own` is a small cluster
//! (etcd and the API server) that belongs to one test.
#![allow(dead_code)] // Each test uses what it needs.

use crate::support::{Cluster, rig, scratch};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The proxy, running until it is dropped.
pub struct Faults {
    process: Child,
    control: u16,
    pub kubeconfig: PathBuf,
}

impl Faults {
    /// Starts a proxy before a cluster. Its kubeconfig has the token of an account that may do everything.
    pub fn before(cluster: &Cluster) -> Faults {
        let token = cluster.admin_account("through-faults");
        Faults::before_with(cluster, &token)
    }

    /// The same with a token that may do less.
    pub fn before_with(cluster: &Cluster, token: &str) -> Faults {
        let (listen, control) = (free_port(), free_port());
        let state = cluster.kubeconfig.parent().expect("the kubeconfig is in the folder of the rig");
        let file = std::fs::read_to_string(&cluster.kubeconfig).unwrap();
        let upstream = file.split('"').find(|part| part.starts_with("https://")).expect("the server's address");
        let process = Command::new(program("faults"))
            .args(["--listen", &format!("127.0.0.1:{listen}"), "--control", &format!("127.0.0.1:{control}")])
            .args(["--upstream", upstream, "--pki"])
            .arg(state.join("pki"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = format!("https://127.0.0.1:{listen}");
        let kubeconfig = cluster.kubeconfig_with(token, &format!("faults-{listen}"), Some(&server));
        for port in [listen, control] {
            wait_for_port(port);
        }
        Faults { process, control, kubeconfig }
    }

    /// One more rule; `tests/live/faults/main.go` says what there is.
    pub fn add(&self, rule: &Value) {
        let answer = self.ask("POST", "/rules", &rule.to_string());
        assert!(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// The connection ends before the API server hears of the next such request.
    pub fn refuse(&self, method: &str, path: &str) {
        self.add(&json!({ "method": method, "path": path, "kind": "refuse" }));
    }

    /// The API server does what it is asked, and nobody hears of it.
    pub fn cut(&self, method: &str, path: &str) {
        self.add(&json!({ "method": method, "path": path, "kind": "cut" }));
    }

    /// The next requests of a kind get this code.
    pub fn answer(&self, method: &str, path: &str, code: u16, times: u32) {
        self.add(&json!({ "method": method, "path": path, "kind": "answer", "code": code, "retryAfter": u8::from(code == 429), "times": times }));
    }

    pub fn clear(&self) {
        self.ask("DELETE", "/rules", "");
    }

    /// What came through, and what became of it: `PATCH /apis/… 200`.
    pub fn log(&self) -> Vec<String> {
        let answer = self.ask("GET", "/log", "");
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        body.lines().filter(|line| !line.is_empty()).map(str::to_string).collect()
    }

    /// The requests that changed something, dry runs aside.
    pub fn writes(&self) -> Vec<String> {
        let write = |line: &String| !line.starts_with("GET ") && !line.contains("dryRun=All");
        self.log().into_iter().filter(write).collect()
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.control)).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A small cluster that belongs to one test, which may kill parts of it.
pub struct Own {
    port: u16,
    state: PathBuf,
}

impl Own {
    /// Starts it; `None` where the rig is not in use at all.
    pub fn start(test: &str) -> Option<Own> {
        std::env::var_os("MILVUS_LINT_KUBECONFIG")?;
        let port = free_port();
        let own = Own { port, state: scratch(&format!("{test}-{port}")) };
        own.script("up.sh", "small");
        Some(own)
    }

    pub fn cluster(&self, test: &str) -> Cluster {
        Cluster::at(&self.kubeconfig(), test)
    }

    pub fn kubeconfig(&self) -> PathBuf {
        self.state.join("admin.kubeconfig")
    }

    /// `kill -9` on the API server.
    pub fn kill_apiserver(&self) {
        self.signal("apiserver", "-KILL");
    }

    pub fn start_apiserver(&self) {
        self.script("up.sh", "apiserver");
    }

    /// Stops etcd in the middle of whatever it does; the API server hangs until it goes on.
    pub fn freeze_etcd(&self) {
        self.signal("etcd", "-STOP");
    }

    pub fn thaw_etcd(&self) {
        self.signal("etcd", "-CONT");
    }

    fn signal(&self, part: &str, signal: &str) {
        let pid = std::fs::read_to_string(self.state.join("pid").join(part)).unwrap();
        assert!(Command::new("kill").args([signal, pid.trim()]).status().unwrap().success());
    }

    fn script(&self, name: &str, argument: &str) {
        let mut command = Command::new(rig().join(name));
        command.arg(argument).env("LIVE_PORT", self.port.to_string()).env("LIVE_STATE", &self.state);
        let output = command.stdout(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let mut command = Command::new(rig().join("down.sh"));
        let _ = command.env("LIVE_PORT", self.port.to_string()).env("LIVE_STATE", &self.state).status();
        let _ = std::fs::remove_dir_all(&self.state);
    }
}

/// A program of the rig, built if it has to be.
fn program(name: &str) -> PathBuf {
    let output = Command::new(rig().join("build.sh")).arg(name).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

/// A port that nobody had a moment ago, with free ones behind it: up.sh takes four.
fn free_port() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < 65000 && (1..4).all(|next| TcpListener::bind(("127.0.0.1", port + next)).is_ok()) {
            return port;
        }
    }
}

fn wait_for_port(port: u16) {
    let end = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "nobody listens at {port}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
