//! What must hold of every document of a kind: schemas for JSON, rules for XML.

use super::*;
use serde_json::Value;

pub const SARIF: &str = include_str!("schemas/sarif.schema.json");
const GITLAB: &str = include_str!("schemas/gitlab.schema.json");

/// What must hold of every report: it is one document, and nothing in it is obeyed by a terminal.
pub fn well_formed(stage: &Stage) {
    for (name, format) in Format::ALL {
        let text = stage.report(*format);
        let control = text.chars().find(|c| c.is_control() && *c != '\n');
        assert!(control.is_none(), "{name} holds {control:?}\n{text}");
        match format {
            Format::Json => drop(serde_json::from_str::<Value>(&text).unwrap()),
            Format::Jsonl => text.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap())),
            Format::Sarif => fits(SARIF, &text),
            Format::Gitlab => fits(GITLAB, &text),
            Format::Junit => junit(&text),
            Format::Checkstyle => checkstyle(&text),
            Format::Markdown => assert!(text.chars().count() <= 65_536 && text.starts_with("## ")),
            Format::Github => {
                text.lines().for_each(|line| assert!(line.starts_with("::") ^ line.contains(" more not annotated")))
            }
            Format::Oneline => {
                text.lines().for_each(|line| assert!(line.contains(": ") && !line.starts_with(':'), "{line}"))
            }
            Format::Human => {}
        }
    }
}

pub fn fits(schema: &str, text: &str) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
}

/// The rules of the common JUnit schema: counts that are right, one end at most for each case, known names only.
pub fn junit(text: &str) {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<_> = root.children().filter(|node| node.is_element()).collect();
    assert_eq!(suites.len(), 1);
    let cases: Vec<_> = suites[0].children().filter(|node| node.is_element()).collect();
    let number = |name: &str| suites[0].attribute(name).unwrap().parse::<usize>().unwrap();
    let with = |tag: &str| cases.iter().filter(|case| case.children().any(|node| node.has_tag_name(tag))).count();
    assert_eq!(
        (number("tests"), number("failures"), number("errors"), number("skipped")),
        (cases.len(), with("failure"), with("error"), 0)
    );
    for case in cases {
        assert!(
            case.has_tag_name("testcase") && case.attribute("name").is_some() && case.attribute("classname").is_some()
        );
        let parts: Vec<_> = case.children().filter(|node| node.is_element()).collect();
        assert!(parts.len() <= 1, "{text}");
        for part in parts {
            let tag = part.tag_name().name();
            assert!(["failure", "error", "system-out"].contains(&tag), "{tag}");
            assert_eq!(part.attribute("message").is_some(), tag != "system-out");
        }
    }
}

pub fn checkstyle(text: &str) {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(document.root_element().tag_name().name(), "checkstyle");
    for file in document.root_element().children().filter(|node| node.is_element()) {
        assert!(file.has_tag_name("file") && file.attribute("name").is_some());
        for error in file.children().filter(|node| node.is_element()) {
            for name in ["line", "column"] {
                assert!(error.attribute(name).unwrap().parse::<u32>().unwrap() > 0);
            }
            assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()));
            assert!(
                error.attribute("message").is_some() && error.attribute("source").unwrap().starts_with("milvus-lint.")
            );
        }
    }
}
