//! The house: who may import whom, and that every list is complete.

use super::{files_below, root};
use crate::rules::{RULES, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// What each module may import of ours; the picture is in ARCHITECTURE.md.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("yaml", &["source"]),
    ("hcl", &["source", "yaml"]),
    ("model", &["source"]),
    ("facts", &["model"]),
    ("detect", &["hcl", "yaml", "source", "model"]),
    ("normalize", &["detect", "yaml", "model", "facts", "finding", "source"]),
    ("pair", &["model"]),
    ("plan", &["facts", "model", "finding"]),
    ("policy", &["facts", "model"]),
    ("finding", &["source", "model"]),
    ("outcome", &["source", "finding"]),
    ("rules", &["finding", "facts", "model", "source"]),
    ("fix", &["finding", "outcome", "source", "yaml"]),
    ("report", &["finding", "source", "outcome", "plan", "policy", "facts"]),
    ("config", &["finding", "model", "source", "yaml"]),
    ("accept", &["config", "facts", "finding", "model", "outcome", "rules", "source", "yaml"]),
    ("lost", &["detect", "model", "source", "understand", "yaml"]),
    ("understand", &["config", "detect", "facts", "model", "normalize", "runbook", "source", "yaml"]),
    ("fed", &["detect", "hcl", "model", "source", "understand", "yaml"]),
    ("judge", &["detect", "facts", "finding", "hcl", "model", "normalize", "pair", "rules", "runbook", "source"]),
    ("runbook", &["detect", "facts", "model", "normalize"]),
    ("scope", &["config", "detect", "source"]),
    ("sight", &["model", "source"]),
    ("cluster", &["facts", "model", "normalize", "plan", "source", "yaml"]),
    ("view", &["config", "facts", "finding", "model", "outcome", "rules", "source"]),
];

/// The modules that a file names by `crate::…`, its tests aside.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
        match part.strip_prefix('{') {
            Some(list) => {
                let list = list.split('}').next().unwrap_or_default();
                found.extend(list.split(',').map(|item| word(item.trim())));
            }
            None => {
                found.insert(word(part));
            }
        }
    }
    found.retain(|name| MAY_IMPORT.iter().any(|(module, _)| module == name));
    found
}

fn module_of(path: &str) -> String {
    let inner = path.split("/src/").nth(1).unwrap_or(path);
    inner.split(['/', '.']).next().unwrap_or_default().to_string()
}

/// Law 1.
#[test]
fn nobody_imports_against_the_stream() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files_below(&root().join("src")) {
        let name = path.to_string_lossy().replace('\\', "/");
        let module = module_of(&name);
        let is_test = module == "tests" || name.ends_with("/tests.rs") || !name.ends_with(".rs");
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(known, _)| *known == module).filter(|_| !is_test) else {
            continue;
        };
        for import in imports(&std::fs::read_to_string(&path).unwrap()) {
            if import != module {
                assert!(allowed.contains(&import.as_str()), "{name} imports {import}; {module} may import {allowed:?}");
                graph.entry(module.clone()).or_default().insert(import);
            }
        }
    }
    // No circle: taking away whoever imports nobody that is left must empty the picture.
    while !graph.is_empty() {
        let names: BTreeSet<String> = graph.keys().cloned().collect();
        let free = graph.iter().find(|(_, to)| to.is_disjoint(&names)).map(|(name, _)| name.clone());
        let free = free.unwrap_or_else(|| panic!("these modules import each other in a circle: {names:?}"));
        graph.remove(&free);
    }
}

/// Law 1, inside the rules: a rule knows no other rule, no text and no clock.
#[test]
fn a_rule_stands_alone() {
    for rule in RULES {
        let name = rule.id.replace('-', "_");
        let text = std::fs::read_to_string(root().join(format!("src/rules/{name}.rs"))).unwrap();
        for other in RULES.iter().filter(|other| other.id != rule.id) {
            let path = format!("{}::", other.id.replace('-', "_"));
            assert!(!text.contains(&path), "{name}.rs names the rule {}", other.id);
        }
        for forbidden in ["crate::yaml", "crate::detect", "std::fs", "std::env", "std::time", "println!"] {
            assert!(!text.contains(forbidden), "{name}.rs uses {forbidden}");
        }
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code.filter(|line| line.contains('"')) {
            let is_version = |word: &str| {
                let parts: Vec<&str> = word.trim_start_matches('v').split('.').collect();
                parts.len() == 3
                    && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
            };
            let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
            let version = words.into_iter().find(|word| is_version(word));
            assert!(version.is_none(), "{name}.rs has the version {version:?} in code; facts are data");
        }
    }
}

/// Law 2.
#[test]
fn the_lists_are_complete() {
    let stems = |folder: &str, extension: &str| -> BTreeSet<String> {
        files_below(&root().join(folder))
            .iter()
            .filter(|path| path.extension().is_some_and(|ext| ext == extension))
            // What families of rules share is no rule.
            .filter(|path| !path.components().any(|part| part.as_os_str() == "frame"))
            .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
            .filter(|stem| stem != "mod")
            .collect()
    };
    let listed: BTreeSet<String> = RULES.iter().map(|rule| rule.id.replace('-', "_")).collect();
    assert_eq!(listed, stems("src/rules", "rs"), "files in src/rules and the list RULES differ");
    assert_eq!(listed, stems("src/rules", "md"), "pages in src/rules and the list RULES differ");
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted(), "RULES is in the order of the ids");
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "a rule is listed twice");
}

/// Law 2, for the documents that name rules.
#[test]
fn the_table_of_rules_in_the_documents_is_current() {
    let page = std::fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let mut expected = String::new();
    for rule in RULES {
        let file = rule.id.replace('-', "_");
        expected += &format!(
            "| [{}](../src/rules/{file}.md) | {} | {} | {} | {} |\n",
            rule.id,
            rule.severity.as_str(),
            rule.confidence.as_str(),
            match rule.scope {
                Scope::Change => "change",
                Scope::State => "state",
                Scope::Runbook => "command",
                Scope::Text => "text",
            },
            rule.summary
        );
    }
    let start = page.find("| [").expect("docs/rules.md has a table of rules");
    let end = page.rfind("|\n").map_or(page.len(), |end| end + 2);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(root().join("docs/rules.md"), format!("{}{expected}{}", &page[..start], &page[end..])).unwrap();
        return;
    }
    assert_eq!(&page[start..end], expected, "UPDATE_PAGES=1 cargo test rewrites docs/rules.md");
}

/// Every file says at its top what it takes and gives.
#[test]
fn every_source_file_opens_with_what_it_is() {
    for path in files_below(&root().join("src")) {
        if path.extension().is_some_and(|ext| ext == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//!"), "{} has no module documentation", path.display());
        }
    }
}
