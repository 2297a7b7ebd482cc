//! The law of `docs/coverage.md`: every rule that it names is one, and every row says what came of it.

use super::root;
use crate::rules::{self, RULES};

#[test]
fn every_rule_that_the_coverage_names_exists() {
    let page = std::fs::read_to_string(root().join("docs/coverage.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && line.contains('-')).collect();
    assert!(rows.len() > 180, "only {} rows", rows.len());
    let is_id = |word: &str| {
        word.contains('-') && !word.starts_with('-') && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    let mut named = Vec::new();
    for row in &rows {
        let words = row.split('`').skip(1).step_by(2);
        let (rules, others): (Vec<&str>, Vec<&str>) = words.partition(|word| rules::find(word).is_some());
        let wrong = others.iter().find(|word| is_id(word));
        assert!(wrong.is_none(), "{row}: there is no rule {wrong:?}");
        let reason = row.contains("not a rule:");
        assert!(reason || !rules.is_empty() || row.starts_with("| ---"), "{row}: neither a rule nor a reason");
        named.extend(rules);
    }
    let covered = RULES.iter().filter(|rule| named.contains(&rule.id)).count();
    assert!(covered > 80, "only {covered} rules are named");
}
