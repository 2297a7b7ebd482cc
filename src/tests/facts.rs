//! Law 11: the facts are sound.

use super::known_facts;
use crate::facts::{Circumstances, Edge, ReleaseState, Step, Verdict, Via, What};
use crate::model::{CoordinatorLayout, Mode, Version};
use crate::rules::RULES;
use std::collections::BTreeSet;

#[test]
fn releases_are_in_order_and_named_once() {
    let facts = known_facts();
    for pair in facts.releases.windows(2) {
        let (a, b) = (&pair[0].version, &pair[1].version);
        assert!(a < b, "src/facts/releases.csv: {a} does not come before {b}");
    }
    for release in facts.releases.iter().filter(|release| release.state == ReleaseState::Bad) {
        assert!(!release.note.is_empty(), "src/facts/releases.csv: {} is bad, and nothing says why", release.version);
        let instead = Version::parse(&release.instead);
        let good = instead.as_ref().and_then(|instead| facts.release(instead));
        assert!(
            good.is_some_and(|good| good.state == ReleaseState::Good),
            "src/facts/releases.csv: instead of {} stands `{}`, which is no good release",
            release.version,
            release.instead
        );
    }
}

#[test]
fn ids_are_unique_and_rules_exist() {
    let facts = known_facts();
    let mut ids = BTreeSet::new();
    let edges = facts.edges.iter().map(|edge| (&edge.id, &edge.rule));
    let risks = facts.risks.iter().map(|risk| (&risk.id, &risk.rule));
    let floors = facts.floors.iter().map(|floor| (&floor.id, &floor.rule));
    let settings = facts.settings.iter().map(|row| (&row.id, &row.rule));
    for (id, rule) in edges.chain(risks).chain(floors).chain(settings) {
        assert!(ids.insert(id.clone()), "the id {id} stands twice in the facts");
        assert!(
            rule.is_empty() || RULES.iter().any(|known| known.id == rule),
            "{id} names the rule `{rule}`, which is none"
        );
    }
}

#[test]
fn every_range_holds_a_release() {
    let facts = known_facts();
    let holds = |range: &crate::model::Range| facts.releases.iter().any(|release| range.contains(&release.version));
    for edge in &facts.edges {
        assert!(holds(&edge.from), "src/facts/edges.csv: {}: no release is in the column `from`", edge.id);
        assert!(holds(&edge.to), "src/facts/edges.csv: {}: no release is in the column `to`", edge.id);
    }
    for risk in &facts.risks {
        assert!(holds(&risk.from) && holds(&risk.to), "src/facts/risks.csv: {}: a range without a release", risk.id);
    }
    for floor in &facts.floors {
        assert!(holds(&floor.milvus), "src/facts/floors.csv: {}: a range without a release", floor.id);
        let tools: Vec<&Version> = match floor.tool.as_str() {
            "operator" => facts.operators.iter().map(|operator| &operator.version).collect(),
            _ => facts.charts.iter().map(|chart| &chart.version).collect(),
        };
        let met = tools.iter().any(|version| floor.needs.contains(version));
        assert!(met, "src/facts/floors.csv: {}: no {} is in the column `needs`", floor.id, floor.tool);
    }
    for row in &facts.server_defaults {
        assert!(holds(&row.milvus), "src/facts/server-defaults.csv: {}: a range without a release", row.value);
    }
}

/// Two rows that match the same change and contradict each other: the one that wins must say more.
#[test]
fn no_two_edges_of_equal_specificity_disagree() {
    let facts = known_facts();
    let held = |range: &crate::model::Range| facts.releases.iter().filter(|r| range.contains(&r.version)).count();
    let narrower = |a: &Edge, b: &Edge| held(&a.from) < held(&b.from) || held(&a.to) < held(&b.to);
    let conditions = |edge: &Edge| {
        [
            edge.mode.is_some(),
            edge.queue.is_some(),
            edge.coordinators.is_some(),
            edge.via.is_some(),
            edge.step.is_some(),
        ]
        .iter()
        .filter(|set| **set)
        .count()
    };
    let edges: Vec<&Edge> = facts.edges.iter().filter(|edge| edge.what == What::Version).collect();
    for (index, a) in edges.iter().enumerate() {
        for b in &edges[index + 1..] {
            let differ = |x: Option<&str>, y: Option<&str>| matches!((x, y), (Some(x), Some(y)) if x != y);
            let apart = differ(a.mode.map(Mode::as_str), b.mode.map(Mode::as_str))
                || differ(a.coordinators.map(CoordinatorLayout::as_str), b.coordinators.map(CoordinatorLayout::as_str))
                || (a.via.is_some() && b.via.is_some() && a.via != b.via)
                || (a.step.is_some() && b.step.is_some() && a.step != b.step);
            let share = facts.releases.iter().any(|from| {
                a.from.contains(&from.version)
                    && b.from.contains(&from.version)
                    && facts.releases.iter().any(|to| {
                        let step = facts.step(&from.version, &to.version);
                        let fits = |edge: &Edge| edge.step.is_none() || edge.step == step;
                        step.is_some() && a.to.contains(&to.version) && b.to.contains(&to.version) && fits(a) && fits(b)
                    })
            });
            if apart || !share || a.verdict == b.verdict {
                continue;
            }
            let (strict, lax) = if a.verdict > b.verdict { (a, b) } else { (b, a) };
            assert!(
                narrower(strict, lax) || conditions(strict) > conditions(lax),
                "src/facts/edges.csv: {} ({}) and {} ({}) disagree, and neither says more than the other",
                strict.id,
                strict.verdict.as_str(),
                lax.id,
                lax.verdict.as_str()
            );
        }
    }
}

/// Every release has a way to the newest stable one, or a stated reason why not.
#[test]
fn every_release_leads_to_the_newest_or_says_why_not() {
    let facts = known_facts();
    let newest = facts.newest().unwrap();
    for release in &facts.releases {
        let from = &release.version;
        if from >= newest {
            continue;
        }
        let judgement = facts.judge(from, newest, Circumstances::default());
        let reason = judgement.edge.is_some_and(|edge| !edge.because.is_empty());
        for mode in [Mode::Standalone, Mode::Cluster] {
            let now = Circumstances {
                mode: Some(mode),
                coordinators: Some(CoordinatorLayout::Mix),
                ..Circumstances::default()
            };
            assert!(facts.path(from, newest, now).is_some() || reason, "{from} has no way to {newest} and no reason");
        }
    }
}

/// What a path says can be done step by step must be judged legal step by step.
#[test]
fn every_hop_of_every_path_is_legal_by_itself() {
    let facts = known_facts();
    let mut hops = 0;
    for from in &facts.releases {
        for to in &facts.releases {
            for mode in [Mode::Standalone, Mode::Cluster] {
                let now = Circumstances {
                    mode: Some(mode),
                    coordinators: Some(CoordinatorLayout::Mix),
                    ..Circumstances::default()
                };
                let Some(path) = facts.path(&from.version, &to.version, now) else { continue };
                assert_eq!((&path[0].version, &path[path.len() - 1].version), (&from.version, &to.version));
                for pair in path.windows(2) {
                    let via = if pair[1].with == "migrate" { Via::Migration } else { Via::Image };
                    let verdict = facts.judge(&pair[0].version, &pair[1].version, Circumstances { via, ..now }).verdict;
                    assert!(verdict <= Verdict::Conditional, "{} → {}: {}", pair[0], pair[1], verdict.as_str());
                    assert!(
                        !facts.is_bad(&pair[1].version) || pair[1].version == to.version,
                        "{} is no good stop",
                        pair[1]
                    );
                    hops += 1;
                }
            }
        }
    }
    assert!(hops > 10_000, "only {hops} hops were tried");
}

#[test]
fn charts_and_operators_are_in_order() {
    let facts = known_facts();
    assert!(
        facts.charts.windows(2).all(|pair| pair[0].version < pair[1].version),
        "src/facts/charts.csv is not in order"
    );
    let operators = facts.operators.windows(2);
    assert!(
        operators.into_iter().all(|pair| pair[0].version <= pair[1].version),
        "src/facts/operators.csv is not in order"
    );
    for default in &facts.chart_defaults {
        let rows = facts.chart_defaults.iter().filter(|row| row.key == default.key && row.since == default.since);
        assert_eq!(
            rows.count(),
            1,
            "src/facts/chart-defaults.csv: {} since {} stands twice",
            default.key,
            default.since
        );
    }
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
