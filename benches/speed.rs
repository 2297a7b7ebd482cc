//! How fast is it? Whole processes on a generated repository, beside `rg` looking for the same words in the same minute.
//!
//! `cargo bench --bench speed` prints a table; `-- --short` measures fewer rounds, and `-- --folder PATH` adds a folder of one's
//! own. Times depend on the machine, so nothing is
//! asserted: what carries over from one machine to another is the ratio to `rg`, which reads the same files.

use milvus_lint::detect::LITERALS;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TOOL: &str = env!("CARGO_BIN_EXE_milvus-lint");

fn main() {
    let args: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` starts this program too, and wants no numbers.
    if !args.iter().any(|arg| arg == "--bench") {
        println!("speed: nothing measured; run `cargo bench --bench speed`");
        return;
    }
    let rounds = if args.iter().any(|arg| arg == "--short") { 5 } else { 25 };
    let folder = Temporary::new();
    let large = Tree::write(&folder.0.join("large"), Mix { files: 12_000, milvus: 300, ..Mix::default() });
    let wrapped =
        Tree::write(&folder.0.join("wrapped"), Mix { files: 12_000, milvus: 300, wrappers: 2_000, ..Mix::default() });
    let layered =
        Tree::write(&folder.0.join("layered"), Mix { files: 12_000, milvus: 300, overlays: 2_000, ..Mix::default() });
    let told =
        Tree::write(&folder.0.join("told"), Mix { files: 12_000, milvus: 300, documents: 3_000, ..Mix::default() });
    let pair = Tree::write(&folder.0.join("pair"), Mix { files: 10_000, milvus: 250, ..Mix::default() });
    pair.second_commit();
    let rg = Command::new("rg").arg("--version").output().is_ok_and(|output| output.status.success());

    println!("{rounds} rounds, medians of whole processes; the caches are warm\n");
    println!("{:<52} {:>11} {:>11} {:>7}   goal", "what", "milvus-lint", "rg -l", "ratio");
    for (what, tree, arguments) in [
        ("check, 12,000 files of which 300 name Milvus", &large, &["check"][..]),
        ("the same without a base: check --no-base", &large, &["check", "--no-base"]),
        ("2,000 of them Argo CD's or Flux's for other things", &wrapped, &["check"]),
        ("the same without a base: check --no-base", &wrapped, &["check", "--no-base"]),
        ("2,000 of them kustomizations, one upon the other", &layered, &["check", "--no-base"]),
        ("3,000 of them Markdown", &told, &["check", "--no-base"]),
    ] {
        let (ours, theirs) = beside(rounds, tree, arguments, rg);
        let ratio = theirs.map(|theirs| ours.as_secs_f64() / theirs.as_secs_f64());
        let ratio = ratio.map_or("–".to_string(), |ratio| format!("{ratio:.2}"));
        let theirs = theirs.map_or("–".to_string(), milliseconds);
        println!("{what:<52} {:>11} {theirs:>11} {ratio:>7}   ratio ≤ 1.5", milliseconds(ours));
    }
    if let Some(path) = args.iter().skip_while(|arg| *arg != "--folder").nth(1) {
        own(rounds.min(7), path, rg);
    }
    let row = |what: &str, tree: &Tree, arguments: &[&str], goal: &str| {
        let ours = median((0..rounds).map(|_| tree.run(arguments)).collect());
        println!("{what:<52} {:>11} {:>11} {:>7}   {goal}", milliseconds(ours), "", "");
    };
    large.stage("apps/team-00/app-00000.yaml", "# another line\n");
    row("check --staged, one file with a Milvus", &large, &["check", "--staged"], "≤ 30 ms");
    large.git(&["reset", "-q", "--hard"]);
    large.stage("apps/team-01/app-00001.yaml", "# another line\n");
    row("check --staged, one file without", &large, &["check", "--staged"], "≤ 30 ms");
    large.git(&["reset", "-q", "--hard"]);
    row("check --base HEAD~1, 10,000 files, 50 changed", &pair, &["check", "--base", "HEAD~1"], "≤ 150 ms");
    row("milvus-lint --version", &large, &["--version"], "≤ 5 ms");
    row("milvus-lint rules", &large, &["rules"], "≤ 5 ms");

    println!();
    match large.peak_memory(&["check"]) {
        Some(kib) => println!("peak memory of check      {:>6.1} MB   goal ≤ 100 MB", kib as f64 * 1024.0 / 1e6),
        None => println!("peak memory of check           –      (read from /proc, which is not here)"),
    }
    let size = fs::metadata(TOOL).map_or(0, |about| about.len());
    println!("size of the program       {:>6.1} MB   goal ≤ 12 MB", size as f64 / 1e6);
    if !rg {
        println!("\nrg is not installed: there is nothing to compare with, and the times stand alone");
    }
}

/// Runs the tool and `rg` by turns, so that whatever else the machine does meets both alike.
fn beside(rounds: usize, tree: &Tree, arguments: &[&str], rg: bool) -> (Duration, Option<Duration>) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first round of each warms the caches and is not counted.
    for round in 0..=rounds {
        let (a, b) = (tree.run(arguments), rg.then(|| tree.rg()));
        if round > 0 {
            ours.push(a);
            theirs.extend(b);
        }
    }
    (median(ours), (!theirs.is_empty()).then(|| median(theirs)))
}

/// Measures a folder of which nothing is known, so that whatever is found in it is fine.
fn own(rounds: usize, path: &str, rg: bool) {
    let Ok(path) = fs::canonicalize(path) else { return println!("{path}: not here") };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let tree = Tree(path);
    for _ in 0..=rounds {
        let start = Instant::now();
        let status =
            tree.tool(&["check", "--no-base"]).stderr(Stdio::null()).status().expect("the tool can be started");
        ours.push(start.elapsed());
        assert!(status.code().is_some_and(|code| code != 2 && code < 100), "milvus-lint did not end well");
        theirs.extend(rg.then(|| tree.rg()));
    }
    let ours = median(ours);
    let theirs = (!theirs.is_empty()).then(|| median(theirs));
    let ratio = theirs.map_or("–".to_string(), |theirs| format!("{:.2}", ours.as_secs_f64() / theirs.as_secs_f64()));
    let theirs = theirs.map_or("–".to_string(), milliseconds);
    println!(
        "{:<52} {:>11} {theirs:>11} {ratio:>7}",
        "check --no-base of the folder that was given",
        milliseconds(ours)
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// A folder that is gone when this value is.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Temporary {
        let folder = std::env::temp_dir().join(format!("milvus-lint-speed-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
        Temporary(folder)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left behind lies among temporary files; there is nothing better to do about it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A generated repository: the same bytes on every machine.
struct Tree(PathBuf);

/// How many files there are of each kind; the rest is other people's.
#[derive(Clone, Copy, Default)]
struct Mix {
    files: usize,
    /// They name Milvus.
    milvus: usize,
    /// Objects of Argo CD and Flux that install something else.
    wrappers: usize,
    /// Kustomizations of other people's resources.
    overlays: usize,
    /// Markdown.
    documents: usize,
}

impl Tree {
    /// Writes so many files, evenly mixed, and commits them.
    fn write(root: &Path, mix: Mix) -> Tree {
        let is_one_of = |number: usize, so_many: usize, rest| so_many > 0 && number % (mix.files / so_many) == rest;
        for number in 0..mix.files {
            let every = mix.files / mix.milvus;
            let (path, text) = match number % every == 0 {
                true => (path(number), with_milvus(number, number / every, "2.6.20")),
                false if is_one_of(number, mix.wrappers, 1) => (path(number), wrapper(number)),
                false if is_one_of(number, mix.overlays, 1) => {
                    (path(number).replace(".yaml", "/kustomization.yaml"), overlay(number))
                }
                false if is_one_of(number, mix.documents, 1) => {
                    (path(number).replace(".yaml", ".md"), document(number))
                }
                false => (path(number), other(number)),
            };
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("every file is in a folder")).expect("the folder can be made");
            fs::write(path, text).expect("the file can be written");
        }
        let tree = Tree(root.to_path_buf());
        tree.git(&["init", "-q", "-b", "main"]);
        tree.commit("one");
        tree
    }

    /// Moves twenty-five Milvus to the next patch and touches as many other files.
    fn second_commit(&self) {
        for number in (0..1_000).step_by(40) {
            fs::write(self.0.join(path(number)), with_milvus(number, number / 40, "2.6.22"))
                .expect("it can be written");
            fs::write(self.0.join(path(number + 1)), other(number)).expect("it can be written");
        }
        self.commit("two");
    }

    /// Commits everything, and packs it as a clone has it.
    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["repack", "-adq"]);
        self.git(&["update-index", "-q", "--refresh"]);
    }

    fn stage(&self, path: &str, more: &str) {
        let text = fs::read_to_string(self.0.join(path)).expect("the file is there");
        fs::write(self.0.join(path), text + more).expect("the file can be written");
        self.git(&["add", path]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=speed", "-c", "user.email=speed@localhost", "-c", "gc.auto=0"]);
        git.args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"]).args(arguments);
        let status = git.current_dir(&self.0).stdin(Stdio::null()).status().expect("git can be started");
        assert!(status.success(), "git {arguments:?} failed");
    }

    fn tool(&self, arguments: &[&str]) -> Command {
        let mut tool = Command::new(TOOL);
        tool.args(arguments).current_dir(&self.0).stdin(Stdio::null()).stdout(Stdio::null());
        for name in ["MILVUS_LINT_CHART_VERSION", "MILVUS_LINT_OPERATOR_VERSION"] {
            tool.env_remove(name);
        }
        tool
    }

    /// How long one run takes. A run that did not judge would be fast and mean nothing.
    fn run(&self, arguments: &[&str]) -> Duration {
        let start = Instant::now();
        let status = self.tool(arguments).status().expect("the tool can be started");
        let time = start.elapsed();
        assert_eq!(status.code(), Some(0), "milvus-lint {arguments:?} did not end well");
        time
    }

    /// How long `rg` takes to name the files that hold one of the words.
    fn rg(&self) -> Duration {
        let mut rg = Command::new("rg");
        rg.args(["--files-with-matches", "--fixed-strings", "--no-config"]);
        // It looks at lines, and would take a newline in a word for the end of it.
        rg.args(LITERALS.iter().flat_map(|word| ["-e", word.trim_start_matches('\n')])).arg(".");
        let start = Instant::now();
        let status = rg.current_dir(&self.0).stdin(Stdio::null()).stdout(Stdio::null()).status();
        let time = start.elapsed();
        assert!(status.is_ok_and(|status| status.success()), "rg found nothing");
        time
    }

    /// The most memory that one run held, in KiB, as the kernel saw it; the last look is at most moments before the end.
    fn peak_memory(&self, arguments: &[&str]) -> Option<u64> {
        let mut child = self.tool(arguments).spawn().expect("the tool can be started");
        let status = format!("/proc/{}/status", child.id());
        let mut peak = None;
        while child.try_wait().expect("the tool can be waited for").is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            peak = peak.max(now);
        }
        peak
    }
}

fn path(number: usize) -> String {
    format!("apps/team-{:02}/app-{number:05}.yaml", number % 60)
}

/// A number that looks random and is the same every time.
fn noise(number: usize) -> usize {
    let mut x = number as u64 + 0x9e37_79b9_7f4a_7c15;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) as usize
}

/// What most of a GitOps repository is: other people's workloads, from half a kilobyte to some eight.
fn other(number: usize) -> String {
    let mut text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\n  namespace: team-{}\nspec:\n  replicas: {}\n  \
         template:\n    spec:\n      containers:\n        - name: main\n          image: ghcr.io/example/app:{}\n          env:\n",
        number % 60,
        1 + noise(number) % 5,
        noise(number) % 900,
    );
    for line in 0..4 + noise(number) % 110 {
        text += &format!("            - name: SETTING_{line}\n              value: \"{:x}\"\n", noise(number + line));
    }
    text
}

/// A kustomization of what lies beside its folder; of six each but the last builds upon the next.
fn overlay(number: usize) -> String {
    let next = if number / 60 % 6 == 5 { String::new() } else { format!("- ../app-{:05}\n", number + 60) };
    format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: team-{}\nresources:\n- ../../{}\n{next}\
         patches:\n- target: {{kind: Deployment}}\n  patch: |\n    - op: replace\n      path: /spec/replicas\n      value: {}\n",
        number % 60,
        path(number + 1).trim_start_matches("apps/"),
        1 + noise(number) % 5,
    )
}

/// A guide to something else, with commands in it; every tenth also speaks of Milvus.
fn document(number: usize) -> String {
    let mut text =
        format!("# Application {number}\n\nHow it is installed, and what to look at when it does not start.\n");
    for part in 0..2 + noise(number) % 12 {
        text += &format!(
            "\n## Step {part}\n\nThe value {:x} is written down by hand. Then, in the folder of the team:\n\n```bash\nhelm upgrade \
             --install app-{number} ./chart --set replicas={part}\nkubectl -n team-{} rollout status deploy/app-{number}\n```\n",
            noise(number + part),
            number % 60
        );
    }
    let milvus =
        "\n## Search\n\n```bash\nhelm upgrade search zilliztech/milvus --version 5.0.19\nkubectl get milvus\n```\n";
    text + if number % 40 == 1 { milvus } else { "" }
}

/// An Application, a set of them, or a HelmRelease of something else: as many of each. They have words in them that a wrapper
/// of Milvus has too.
fn wrapper(number: usize) -> String {
    let (team, name) = (number % 60, format!("app-{number}"));
    let values: String = (0..4 + noise(number) % 40)
        .map(|line| format!("setting{line}: {{value: \"{:x}\", enabled: {}}}\n", noise(number + line), line % 2 == 0))
        .collect();
    let indented = |by: usize| values.lines().map(|line| format!("{:by$}{line}\n", "")).collect::<String>();
    match number / 6 % 4 {
        0 => format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\n  namespace: argocd\nspec:\n  project: \
             default\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: team-{team}\n  source:\n    repoURL: \
             https://charts.example.org\n    chart: web\n    targetRevision: 1.{number}.0\n    helm:\n      values: |\n        cluster:\n          \
             enabled: true\n{}",
            indented(8)
        ),
        1 => format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\n  namespace: argocd\nspec:\n  destination:\n    \
             namespace: team-{team}\n  source:\n    repoURL: https://git.example.org/gitops\n    path: apps/team-{:02}\n    \
             targetRevision: HEAD\n    kustomize:\n      patches:\n      - target: {{kind: Deployment}}\n        patch: |\n{}",
            (team + 1) % 60,
            indented(10)
        ),
        2 => format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: {name}\nspec:\n  generators:\n  - git:\n      \
             repoURL: https://git.example.org/gitops\n      directories:\n      - path: teams/{team}/*\n  - clusters: {{}}\n  template:\n    \
             metadata:\n      name: '{{{{path.basename}}}}'\n    spec:\n      source:\n        repoURL: https://git.example.org/gitops\n        \
             path: '{{{{path}}}}'\n        helm:\n          valuesObject:\n            cluster: {{}}\n            minio: {{}}\n{}",
            indented(12)
        ),
        _ => format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: {name}\n  namespace: team-{team}\nspec:\n  \
             interval: 1h\n  chart:\n    spec:\n      chart: web\n      version: 1.{number}.0\n      sourceRef:\n        kind: HelmRepository\n        \
             name: web\n  values:\n{}",
            indented(4)
        ),
    }
}

/// Of ten files six are Milvus resources, three are values of the chart, and one only names the service.
fn with_milvus(number: usize, nth: usize, version: &str) -> String {
    let (name, namespace) = (format!("milvus-{number}"), format!("team-{}", number % 60));
    match nth % 10 {
        0..6 => format!(
            "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: {name}\n  namespace: {namespace}\nspec:\n  mode: cluster\n  \
             components:\n    image: milvusdb/milvus:v{version}\n    mixCoord:\n      replicas: 1\n    queryNode:\n      replicas: 2\n  \
             dependencies:\n    msgStreamType: pulsar\n    pulsar:\n      external: true\n      endpoint: pulsar.{namespace}.svc:6650\n  \
             config:\n    log:\n      level: info\n"
        ),
        6..9 => format!(
            "# milvus-lint: chart-version 5.0.19\ncluster:\n  enabled: false\nimage:\n  all:\n    repository: milvusdb/milvus\n    \
             tag: v{version}\nstandalone:\n  messageQueue: woodpecker\n  resources:\n    requests:\n      memory: 8Gi\netcd:\n  \
             replicaCount: 1\nminio:\n  mode: standalone\npulsarv3:\n  enabled: false\n"
        ),
        _ => other(number) + "            - name: VECTOR_STORE\n              value: http://milvus.search.svc:19530\n",
    }
}
