//! `baseline`, and `--baseline`: what was wrong before is let be, what is new is reported.

use super::{Verdict, context, facts, print, say_config};
use crate::cli::{self, Common};
use crate::load::{self, Loaded};
use crate::{Exit, Usage, complete};
use milvus_lint::finding::Severity;
use milvus_lint::outcome::{Excepted, Outcome};
use milvus_lint::report::baseline::Baseline;

/// Writes down all that is wrong today.
pub fn run(args: &cli::Baseline, common: &Common) -> anyhow::Result<Exit> {
    // What is wrong with a change is over when the change is; a baseline holds what stands there.
    let no_base = cli::Base { no_base: true, ..cli::Base::default() };
    let scope = cli::Scope { written: vec![args.output.clone()], ..args.scope.clone() };
    let mut loaded = load::load(&args.paths, &no_base, &scope)?;
    loaded.config.pedantic |= args.pedantic;
    say_config(&loaded, common);
    let known = facts(common, &loaded.config, &loaded.root)?;
    let mut outcome = complete::judge(&mut loaded, &known)?;
    loaded.show(&mut outcome);
    let baseline = Baseline::of(&context(&loaded, &outcome, &Verdict::default(), common, None, false));
    let mut text = Vec::new();
    baseline.write(&mut text)?;
    let file = (args.output != "-").then_some(args.output.as_str());
    print(file, &text)?;
    if let (Some(file), false) = (file, common.quiet) {
        let (findings, unread) = (outcome.findings.len(), outcome.incomplete.len());
        anstream::eprintln!(
            "{file}: {findings} findings and {unread} things that could not be read are let be from now on"
        );
        if loaded.config.baseline.is_none() {
            anstream::eprintln!("write `baseline: {file}` into .milvus-lint.yaml, or say --baseline {file}");
        }
    }
    Ok(Exit::Clean)
}

/// Moves what the baseline covers to what is accepted, and says which of its entries cover nothing any more.
pub fn apply(loaded: &Loaded, outcome: &mut Outcome, verdict: &Verdict, common: &Common) -> anyhow::Result<()> {
    let given = verdict.baseline.clone();
    let Some(file) = given.or_else(|| loaded.config.baseline.as_ref().map(|file| loaded.root.join(file))) else {
        return Ok(());
    };
    let name = file.display().to_string();
    let text = std::fs::read_to_string(&file).map_err(|error| {
        Usage(format!("the baseline {name} cannot be read: {error}; `milvus-lint baseline` writes it"))
    })?;
    let baseline = Baseline::parse(&text).map_err(|why| Usage(format!("the baseline {name} cannot be used: {why}")))?;
    let covered = baseline.covered(&context(loaded, outcome, verdict, common, None, false));
    let mut is_covered = covered.findings.iter();
    let (old, new): (Vec<_>, Vec<_>) =
        std::mem::take(&mut outcome.findings).into_iter().partition(|_| is_covered.next().copied().unwrap_or_default());
    outcome.findings = new;
    let reason = format!("in the baseline {name}");
    outcome.excepted.extend(old.into_iter().map(|finding| Excepted { finding, reason: reason.clone(), at: None }));
    let mut is_covered = covered.incomplete.iter();
    outcome.incomplete.retain(|_| !is_covered.next().copied().unwrap_or_default());
    let count = |severity| outcome.findings.iter().filter(|finding| finding.severity == severity).count();
    outcome.summary.errors = count(Severity::Error);
    outcome.summary.warnings = count(Severity::Warning);
    outcome.summary.infos = count(Severity::Info);
    // A run that sees only a part cannot know what has gone.
    if loaded.config.whole && !loaded.config.only_changed && !common.quiet {
        for entry in &covered.stale {
            let object = if entry.object.is_empty() { String::new() } else { format!(" {}", entry.object) };
            anstream::eprintln!(
                "baseline: {} in {}{object} is no longer there; `milvus-lint baseline` writes {name} again",
                entry.rule,
                entry.file
            );
        }
    }
    Ok(())
}
