//! Law 6: one change told in every container is judged once. `testdata/same/<change>/<container>/{base,head}/…`.

use super::{Told, files_below, known_facts, root};
use crate::finding::Finding;
use crate::fix;
use crate::rules::RULES;
use crate::source::Sources;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn told(folder: &Path) -> Told {
    let side = |name: &str| {
        let side = folder.join(name);
        files_below(&side)
            .into_iter()
            .map(|path| {
                let name = path.strip_prefix(&side).unwrap().to_string_lossy().replace('\\', "/");
                (name, std::fs::read_to_string(&path).unwrap())
            })
            .collect()
    };
    Told { base: side("base"), head: side("head") }
}

pub(super) fn subfolders(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut folders: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

#[test]
fn one_change_is_judged_the_same_in_every_container() {
    let facts = known_facts();
    let changes = subfolders(&root().join("testdata/same"));
    assert!(changes.len() >= 6, "six changes are told in every container");
    let mut containers = None;
    for change in changes {
        let name = change.file_name().unwrap().to_string_lossy().into_owned();
        let mut verdicts: BTreeMap<String, (Option<&'static str>, Vec<&'static str>)> = BTreeMap::new();
        for container in subfolders(&change) {
            let told = told(&container);
            let (base, head, outcome) = told.check(&facts, RULES);
            let container = container.file_name().unwrap().to_string_lossy().into_owned();
            let transition = outcome.transitions.iter().find(|t| t.verdict.is_some());
            let transition = transition.unwrap_or_else(|| panic!("{name}/{container}: no change was found"));
            let rules: Vec<_> = outcome.findings.iter().map(|finding| finding.rule).collect();
            assert_eq!(name.starts_with("legal"), rules.is_empty(), "{name}/{container}: {rules:?}");
            verdicts.insert(container.clone(), (transition.verdict, rules));
            repairs_hold(&format!("{name}/{container}"), &told, &base, &head, &facts);
        }
        let all: Vec<_> = verdicts.values().collect();
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{name} is judged differently: {verdicts:#?}");
        let names: Vec<String> = verdicts.into_keys().collect();
        assert_eq!(*containers.get_or_insert(names.clone()), names, "{name} is not told in every container");
    }
}

/// With the repairs applied (those that a person should look at included) nothing is left to say.
fn repairs_hold(what: &str, told: &Told, base: &Sources, head: &Sources, facts: &crate::facts::Facts) {
    let config = told.config();
    let repaired = fix::repair(head, true, |head| crate::check(base, head, facts, &config));
    // Plain containers have no word for some things, such as the mode; the finding says that it offers no repair then.
    let silent = ["/compose", "/workload", "/workload-overlay"].iter().any(|container| what.ends_with(container));
    let unsaid = |finding: &&Finding| {
        silent && finding.fixes.is_empty() && finding.notes.iter().any(|note| note.text.contains("cannot be said"))
    };
    let left = repaired.outcome.findings.iter().filter(|finding| !unsaid(finding));
    let left: Vec<_> = left.map(|finding| finding.rule).collect();
    assert!(left.is_empty(), "{what}: after the repairs these are left: {left:?}; dropped: {:?}", repaired.dropped);
}
