//! Law 11: the facts are sound.

use super::known_facts;
use crate::facts::{Circumstances, Step, Verdict, Via};
use crate::model::{CoordinatorLayout, Mode, Version};
use crate::rules::RULES;

/// The laws that `graph verify` checks, and that something was there to look at.
#[test]
fn every_law_of_the_facts_holds() {
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let mut looked_at = 0;
    for law in known_facts().laws(&rules) {
        assert!(law.broken.is_empty(), "{}:\n{}", law.name, law.broken.join("\n"));
        assert!(law.checked > 0, "{}: nothing was looked at", law.name);
        looked_at += law.checked;
    }
    assert!(looked_at > 10_000, "only {looked_at} things were looked at");
}

#[test]
fn an_overlay_adds_replaces_and_says_what_is_wrong() {
    let table = |name: &str, text: &str| [(format!("own/{name}"), text.to_string())];
    let later = table("releases.csv", "version,state\n9.9.9,good\n");
    let facts = known_facts().overlaid(&later).unwrap();
    assert_eq!(facts.newest().unwrap().to_string(), "9.9.9");
    let facts =
        known_facts().overlaid(&table("releases.csv", "version,state,instead,note\n2.6.6,bad,2.6.7,ours\n")).unwrap();
    assert!(facts.is_bad(&Version::parse("2.6.6").unwrap()));
    assert_eq!(facts.releases.len(), known_facts().releases.len());
    let facts = known_facts().overlaid(&table("builds.csv", "tag,version\nacme-2.4.15-p3,2.4.15\n")).unwrap();
    assert_eq!(facts.builds[0].version.to_string(), "2.4.15");
    let wrong = |name: &str, text: &str| known_facts().overlaid(&table(name, text)).unwrap_err()[0].to_string();
    assert!(wrong("relases.csv", "version\n").contains("there is no table `relases.csv`"));
    assert!(wrong("releases.csv", "version,state\nlatest,good\n").starts_with("own/releases.csv:2: column `version`"));
}

/// A contradiction that a user lays over the facts is found.
#[test]
fn a_contradiction_breaks_a_law() {
    let text = "id,what,from,to,verdict,because\nOWN,version,2.3.x,2.4.x,illegal,we say so\n";
    let errors = known_facts().overlaid(&[("edges.csv".to_string(), text.to_string())]).unwrap_err();
    assert!(errors[0].message.contains("names no rule"), "{}", errors[0]);
    let text = "id,what,from,to,verdict,rule,because\nOWN,version,2.3.x,2.4.x,illegal,no-such-rule,we say so\n";
    let facts = known_facts().overlaid(&[("edges.csv".to_string(), text.to_string())]).unwrap();
    let broken: Vec<String> = facts.laws(&["downgrade"]).into_iter().flat_map(|law| law.broken).collect();
    assert!(broken.iter().any(|why| why.contains("no-such-rule")), "{broken:?}");
    assert!(broken.iter().any(|why| why.contains("disagree")), "{broken:?}");
}

#[test]
fn the_graph_says_what_the_documents_say() {
    let facts = known_facts();
    let version = |text: &str| Version::parse(text).unwrap();
    let now = |mode, coordinators, via| Circumstances { mode: Some(mode), queue: None, coordinators, via };
    let standalone = now(Mode::Standalone, Some(CoordinatorLayout::Mix), Via::Image);
    let four = now(Mode::Cluster, Some(CoordinatorLayout::Separate), Via::Image);
    let mix = now(Mode::Cluster, Some(CoordinatorLayout::Mix), Via::Image);
    let open = Circumstances::default();
    for (from, to, circumstances, verdict) in [
        ("2.1.4", "2.4.23", standalone, Verdict::Illegal),
        ("2.1.4", "2.2.16", standalone, Verdict::Illegal),
        ("2.1.4", "2.2.16", Circumstances { via: Via::Migration, ..standalone }, Verdict::Legal),
        ("2.0.2", "2.2.0", Circumstances { via: Via::Migration, ..standalone }, Verdict::Illegal),
        ("2.2.16", "2.1.4", Circumstances { via: Via::Rollback, ..standalone }, Verdict::Legal),
        ("2.2.16", "2.1.4", standalone, Verdict::Illegal),
        ("2.2.16", "2.3.22", standalone, Verdict::Legal),
        ("2.2.16", "2.4.23", standalone, Verdict::Conditional),
        ("2.4.23", "2.6.6", standalone, Verdict::Illegal),
        ("2.5.10", "2.6.6", four, Verdict::Illegal),
        ("2.5.16", "2.6.6", four, Verdict::Illegal),
        ("2.5.16", "2.6.6", mix, Verdict::Legal),
        ("2.5.16", "2.6.6", open, Verdict::Unknown),
        ("2.6.6", "2.5.16", mix, Verdict::Illegal),
        ("2.6.15", "2.6.6", mix, Verdict::Conditional),
        ("2.6.0-rc1", "2.6.6", mix, Verdict::Illegal),
        ("2.6.20", "3.0.0", mix, Verdict::Legal),
        ("2.6.6", "3.0.0", mix, Verdict::Conditional),
        ("2.5.27", "3.0.0", mix, Verdict::Illegal),
        ("1.1.1", "2.0.0", standalone, Verdict::Illegal),
        ("2.4.1", "2.4.99", standalone, Verdict::Unknown),
    ] {
        let judgement = facts.judge(&version(from), &version(to), circumstances);
        assert_eq!(judgement.verdict, verdict, "{from} → {to}: {:?}", judgement.edge.map(|edge| &edge.id));
    }
    assert_eq!(facts.step(&version("2.5.1"), &version("3.0.0")), Some(Step::Skip));
    let way = |from: &str, to: &str, circumstances| {
        let path = facts.path(&version(from), &version(to), circumstances).unwrap();
        path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
    };
    assert_eq!(way("2.1.4", "2.4.23", standalone), "2.1.4 → 2.2.16 (migrate) → 2.3.22 → 2.4.23");
    assert_eq!(way("2.5.10", "2.6.6", four), "2.5.10 → 2.5.27 (with mixCoord) → 2.6.6");
    assert_eq!(way("2.5.16", "2.6.6", four), "2.5.16 → 2.5.16 (with mixCoord) → 2.6.6");
}

#[test]
fn the_tables_of_keys_can_be_read() {
    let wrong = crate::facts::check_keys();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
