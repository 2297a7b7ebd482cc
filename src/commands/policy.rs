//! `policy`: the facts as admission policies, printed for `kubectl apply`.

use super::{VERSION, facts, print};
use crate::cli::{self, Common};
use crate::{Exit, Usage, load};
use milvus_lint::model::Version;
use milvus_lint::policy::{Action, Options, policies};
use milvus_lint::report;

/// Writes the policies.
pub fn run(args: &cli::Policy, common: &Common) -> anyhow::Result<Exit> {
    let (config, root) = load::config_here(&cli::Scope::default())?;
    let facts = facts(common, &config, &root)?;
    let given = args.operator_version.as_deref();
    let operator = match given.map(|text| Version::parse(text).ok_or(text)).transpose() {
        Ok(version) => version.or(config.operator_version.clone()),
        Err(text) => return Err(Usage(format!("`{text}` is no version of the form x.y.z")).into()),
    };
    let options = Options {
        operator,
        illegal: action(&args.illegal),
        conditional: action(&args.conditional),
        unknown: action(&args.unknown),
        operator_namespaces: args.operator_namespace.clone(),
    };
    let mut text = Vec::new();
    report::policy::write(&policies(&facts, &options), VERSION, facts.seen(), &mut text)?;
    print(args.output.as_deref(), &text)?;
    Ok(Exit::Clean)
}

fn action(word: &str) -> Action {
    match word {
        "warn" => Action::Warn,
        "audit" => Action::Audit,
        _ => Action::Deny,
    }
}
