//! Whole command lines with all they print, in `snapshots/*.md`, and the outputs that the README shows.
//!
//! `TRYCMD=overwrite cargo test --test snapshots` writes the outputs in `snapshots` anew. What differs from run to run is
//! `[..]` there: times, and the version of the program.

use std::path::PathBuf;
use std::process::Command;
use trycmd::schema::Bin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_milvus-lint");

/// The same on every machine: no colours, no settings of the user, and a checkout may belong to somebody else.
const ENVIRONMENT: [(&str, &str); 10] = [
    ("NO_COLOR", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_CONFIG_COUNT", "1"),
    ("GIT_CONFIG_KEY_0", "safe.directory"),
    ("GIT_CONFIG_VALUE_0", "*"),
    ("GIT_AUTHOR_NAME", "test"),
    ("GIT_AUTHOR_EMAIL", "test@example.org"),
    ("GIT_COMMITTER_NAME", "test"),
    ("GIT_COMMITTER_EMAIL", "test@example.org"),
];

#[test]
fn the_command_lines_print_what_the_snapshots_show() {
    if foreign_variables().next().is_some() {
        return again_without_them("the_command_lines_print_what_the_snapshots_show");
    }
    let cases = trycmd::TestCases::new();
    cases.register_bin("milvus-lint", Bin::Path(PROGRAM.into())).register_bin("git", Bin::Path(git()));
    for (name, value) in ENVIRONMENT {
        cases.env(name, value);
    }
    cases.case("tests/snapshots/*.md").run();
}

#[test]
fn the_readme_shows_what_its_commands_print() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let examples = examples(&readme);
    let commands: Vec<&str> = examples.iter().map(|one| one.arguments[0]).collect();
    assert_eq!(commands, ["diff", "check", "inventory", "fix"], "every output in the README has its command");
    for Example { arguments, shown, line } in examples {
        let output =
            without_foreign_variables(&mut Command::new(PROGRAM)).args(&arguments).envs(ENVIRONMENT).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let printed: Vec<&str> = printed.lines().map(without_time).collect();
        let mut from = 0;
        for part in shown.split(|line| *line == "…") {
            let part: Vec<&str> = part.iter().map(|line| without_time(line)).collect();
            let at = (from..=printed.len().saturating_sub(part.len())).find(|at| printed[*at..].starts_with(&part));
            let Some(at) = at else {
                let (part, printed) = (part.join("\n"), printed[from..].join("\n"));
                panic!("README.md:{line}: {arguments:?} does not print\n\n{part}\n\nbut\n\n{printed}");
            };
            from = at + part.len();
        }
    }
}

/// An output in the README: a block of text or of a patch, of the last command that is named before it.
struct Example<'a> {
    arguments: Vec<&'a str>,
    shown: Vec<&'a str>,
    line: usize,
}

fn examples(readme: &str) -> Vec<Example<'_>> {
    let mut examples = Vec::new();
    let mut command = None;
    let mut lines = readme.lines().zip(1..);
    while let Some((text, line)) = lines.next() {
        if let "```text" | "```diff" = text {
            let shown = lines.by_ref().map(|(text, _)| text).take_while(|text| *text != "```").collect();
            let arguments: &str = command.take().unwrap_or_else(|| panic!("README.md:{line}: of which command?"));
            examples.push(Example { arguments: arguments.split_whitespace().collect(), shown, line });
        } else if let Some(arguments) = text.strip_prefix("cargo run --release -- ") {
            command = Some(arguments);
        } else if let Some((_, rest)) = text.split_once("`milvus-lint ") {
            command = rest.split('`').next();
        }
    }
    examples
}

/// `3 files read in 13 ms` without what differs from run to run.
fn without_time(line: &str) -> &str {
    let Some((rest, time)) = line.rsplit_once(" in ") else { return line };
    let Some((number, "s" | "ms")) = time.split_once(' ') else { return line };
    if number.parse::<f64>().is_ok() { rest } else { line }
}

/// What would change an output: settings of the program, of Git where a hook runs the tests, and the width of the help.
fn foreign_variables() -> impl Iterator<Item = String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let foreign = |name: &str| {
        ["MILVUS_LINT_", "GIT_", "GITHUB_", "GITLAB_", "CLICOLOR"].iter().any(|start| name.starts_with(start))
    };
    names.filter(move |name| foreign(name) || name == "COLUMNS")
}

fn without_foreign_variables(command: &mut Command) -> &mut Command {
    foreign_variables().fold(command, |command, name| command.env_remove(name))
}

/// trycmd adds to the environment and takes nothing from it, so the test runs once more as a process of its own.
fn again_without_them(test: &str) {
    let mut command = Command::new(std::env::current_exe().expect("the test knows its own path"));
    command.args(["--exact", test, "--nocapture"]).args(std::env::args().filter(|word| word.starts_with("trycmd=")));
    let status = without_foreign_variables(&mut command).status().expect("the test starts once more");
    assert!(status.success(), "what differs stands above");
}

/// trycmd runs programs by their path only.
fn git() -> PathBuf {
    let folders = std::env::var_os("PATH").expect("there is a PATH");
    let paths = std::env::split_paths(&folders)
        .map(|folder| folder.join("git").with_extension(std::env::consts::EXE_EXTENSION));
    paths.into_iter().find(|path| path.is_file()).expect("Git is installed")
}
