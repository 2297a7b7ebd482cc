//! `init`: the config, the hook and the workflow of a repository that begins with milvus-lint.
//!
//! Shows every file before it is written, and writes over none.

use crate::cli::{self, Common};
use crate::{Exit, Usage, complete, load};
use anyhow::Context as _;
use milvus_lint::config;
use milvus_lint::outcome::DeploymentView;
use milvus_lint::source::Texts;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

/// The action, as a workflow names it, where nothing else is said.
const ACTION: &str = "OWNER/milvus-lint@COMMIT";

/// One file that `init` can write.
struct File {
    what: &'static str,
    path: &'static str,
    text: String,
    /// What is left for the user to do.
    then: &'static str,
}

/// Shows and writes what is missing.
pub fn run(args: &cli::Init, common: &Common) -> anyhow::Result<Exit> {
    let no_base = cli::Base { no_base: true, ..cli::Base::default() };
    let mut loaded = load::load(&[], &no_base, &cli::Scope::default())?;
    let known = super::facts(common, &loaded.config, &loaded.root)?;
    let outcome = complete::judge(&mut loaded, &known)?;
    let texts = Texts { base: &loaded.base, head: &loaded.head };
    let path = |one: &DeploymentView| texts.source(one.at.source).path.clone();
    let values = values_without_chart(&outcome.deployments, &path);
    let action = args.action.clone().unwrap_or_else(|| ACTION.to_string());
    let root = loaded.root.clone();
    let mut out = Vec::new();
    for file in files(&root, &args.only, &values, &action) {
        let place = root.join(file.path);
        if place.exists() {
            writeln!(out, "{} is there already and stays as it is", file.path)?;
            if file.what != "config" {
                writeln!(out, "what it needs:\n")?;
                show(&file, &mut out)?;
            }
            continue;
        }
        writeln!(out, "{} {}:\n", if args.dry_run { "would write" } else { "writes" }, file.path)?;
        show(&file, &mut out)?;
        if !args.dry_run {
            write(&place, &file.text)?;
        }
        if !file.then.is_empty() {
            writeln!(out, "then: {}\n", file.then)?;
        }
    }
    let found = outcome.deployments.len();
    writeln!(out, "Milvus in this repository: {found}; `milvus-lint inventory` lists them")?;
    if !outcome.findings.is_empty() {
        let (errors, warnings) = (outcome.summary.errors, outcome.summary.warnings);
        writeln!(
            out,
            "errors {errors}, warnings {warnings}: `milvus-lint check --no-base` shows them, `milvus-lint baseline` lets them be"
        )?;
    }
    super::print(None, &out)?;
    Ok(Exit::Clean)
}

fn show(file: &File, out: &mut Vec<u8>) -> std::io::Result<()> {
    file.text.lines().try_for_each(|line| writeln!(out, "    {line}").map(|()| ()))?;
    writeln!(out)
}

fn write(place: &Path, text: &str) -> anyhow::Result<()> {
    let name = place.display();
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Usage(format!("{} cannot be made: {error}", folder.display())))?;
    }
    // Whoever made the file in between keeps it.
    let mut file =
        std::fs::File::create_new(place).map_err(|error| Usage(format!("{name} cannot be written: {error}")))?;
    file.write_all(text.as_bytes()).with_context(|| format!("{name} could not be written"))
}

/// What was asked for; by default the config, the hook, and the pipelines that the repository has already.
fn files(root: &Path, only: &[String], values: &BTreeSet<String>, action: &str) -> Vec<File> {
    let named = |what: &str| only.iter().any(|one| one == what);
    let by_default = |what: &str| match what {
        "github" => root.join(".github").is_dir(),
        "gitlab" => root.join(".gitlab-ci.yml").is_file(),
        _ => true,
    };
    let to_fill_in = if action == ACTION {
        "put the action's repository and commit in, in the place of OWNER and COMMIT"
    } else {
        ""
    };
    let all = [
        File { what: "config", path: config::FILE_NAME, text: config_text(values), then: "" },
        File {
            what: "hook",
            path: ".pre-commit-config.yaml",
            text: include_str!("templates/hook.yaml").to_string(),
            then: "pre-commit install",
        },
        File {
            what: "github",
            path: ".github/workflows/milvus-lint.yml",
            text: include_str!("templates/github.yaml").replace("@action@", action),
            then: to_fill_in,
        },
        File {
            what: "gitlab",
            path: "ci/milvus-lint.yml",
            text: include_str!("../../ci/gitlab.yml").to_string(),
            then: "add `include: [{local: ci/milvus-lint.yml}]` to .gitlab-ci.yml, and set MILVUS_LINT_IMAGE",
        },
    ];
    all.into_iter().filter(|file| if only.is_empty() { by_default(file.what) } else { named(file.what) }).collect()
}

/// Files of values of which nobody says for which chart they are.
fn values_without_chart(all: &[DeploymentView], path: &dyn Fn(&DeploymentView) -> String) -> BTreeSet<String> {
    let bare = all.iter().filter(|one| one.container == "helm-values" && one.chart_version.value.is_none());
    bare.map(path).collect()
}

fn config_text(values: &BTreeSet<String>) -> String {
    let mut entries = String::new();
    if values.is_empty() {
        entries.push_str("# values:\n#   - files: deploy/values*.yaml\n#     chart-version: 4.2.58\n#     release: chat\n#     namespace: chat\n");
    } else {
        entries.push_str("# These were found, and nothing says which chart they are for: fill that in, and take the marks away.\n# values:\n");
        for file in values {
            entries.push_str(&format!("#   - files: {file}\n#     chart-version: X.Y.Z\n"));
        }
    }
    include_str!("templates/config.yaml").replace("@values@\n", &(entries + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use milvus_lint::config::Config;

    #[test]
    fn the_config_is_one_that_is_read() {
        let found = BTreeSet::from(["deploy/values.yaml".to_string()]);
        for values in [BTreeSet::new(), found] {
            let text = config_text(&values);
            assert!(Config::parse(config::FILE_NAME, &text, &["minor-skipped"]).is_ok(), "{text}");
            // With the marks taken away it still has to be one.
            let bare: Vec<&str> = text
                .lines()
                .filter_map(|line| line.strip_prefix("# "))
                .filter(|line| line.starts_with(' ') || line.contains(": ") || line.ends_with(':'))
                .collect();
            assert!(bare.len() > 5, "{text}");
        }
    }
}
