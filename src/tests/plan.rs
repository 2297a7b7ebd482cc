//! The law of plans: `plan` and `check` never disagree.
//!
//! Every leg of every way between all pairs of releases is judged once more; whole plans are tried for every driver; and the hops of
//! some plans are written into files and given to `check`.

use super::{Told, known_facts};
use crate::facts::{Circumstances, Facts, Verdict, Via};
use crate::finding::Severity;
use crate::model::{CoordinatorLayout, Mode, Queue, Version};
use crate::plan::{self, Answer, Driver, Hop, Kind, Plan, Prefer, Situation, legs};
use crate::rules::RULES;
use rayon::prelude::*;
use std::collections::BTreeMap;

const NOTHING_IN_BETWEEN: &str = "a hop begins where the one before it ended";

fn situation(version: &Version, mode: Mode, queue: Queue, driver: Driver) -> Situation {
    Situation {
        name: Some("prod".to_string()),
        namespace: Some("vector".to_string()),
        mode: Some(mode),
        queue: Some(queue),
        coordinators: (mode == Mode::Cluster).then_some(CoordinatorLayout::Separate),
        driver: Some(driver),
        ..Situation::of(version.clone())
    }
}

/// The queues that are tried in a mode: one in the process, one beside it, and those that some releases lack.
fn queues(mode: Mode) -> &'static [Queue] {
    match mode {
        Mode::Standalone => &[Queue::RocksMq, Queue::NatsMq, Queue::Kafka, Queue::Woodpecker],
        Mode::Cluster => &[Queue::Pulsar, Queue::Woodpecker],
    }
}

/// Set to anything, all pairs are tried; without it a part of them, the same each time. `.ci/run` tries all.
const ALL: &str = "MILVUS_LINT_ALL_PAIRS";

/// Whether a pair is among those that are tried: every one in so many, and all when that is asked for.
fn is_tried(from: usize, to: usize, one_in: usize) -> bool {
    std::env::var_os(ALL).is_some() || (from * 31 + to * 17).is_multiple_of(one_in)
}

/// Every leg between all pairs of releases, with every queue and every wish, is one that the judgement lets pass.
#[test]
fn every_leg_of_every_way_is_one_that_check_lets_pass() {
    let facts = known_facts();
    let count = |(index, from): (usize, &crate::facts::Release)| {
        let (mut ways, mut judged) = (0, 0);
        let tried = |(to, release): &(usize, &crate::facts::Release)| {
            release.version > from.version && is_tried(index, *to, 23)
        };
        for (_, to) in facts.releases.iter().enumerate().filter(tried) {
            for mode in [Mode::Standalone, Mode::Cluster] {
                let wishes = [Prefer::FewestHops, Prefer::NoDowntime, Prefer::NewestPatches];
                // The wish and the queue that are not the first are tried on the way to the newest release.
                let part = facts.newest() == Some(&to.version);
                for (index, queue) in queues(mode).iter().enumerate() {
                    for prefer in wishes {
                        if !part && (index > 0 || prefer != Prefer::FewestHops) {
                            continue;
                        }
                        let now = situation(&from.version, mode, *queue, Driver::Operator);
                        let Some(way) = legs(&facts, &now, &to.version, prefer) else { continue };
                        ways += 1;
                        judged += way.len();
                        assert_way(&facts, &now, &way, &to.version);
                    }
                }
            }
        }
        (ways, judged)
    };
    let counts: Vec<(usize, usize)> = facts.releases.par_iter().enumerate().map(count).collect();
    let (ways, judged) = counts.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("{ways} ways with {judged} legs were judged");
    let least = if std::env::var_os(ALL).is_some() { 20_000 } else { 800 };
    assert!(judged > least, "only {judged} legs were judged");
}

fn assert_way(facts: &Facts, now: &Situation, way: &[(Version, Version, Via)], target: &Version) {
    assert_eq!((&way[0].0, &way[way.len() - 1].1), (&now.version, target));
    for pair in way.windows(2) {
        assert_eq!(pair[0].1, pair[1].0, "{NOTHING_IN_BETWEEN}");
    }
    for (from, to, via) in way {
        let coordinators = Some(CoordinatorLayout::Mix);
        let circumstances = Circumstances { mode: now.mode, queue: now.queue, coordinators, via: *via };
        let judgement = facts.judge(from, to, circumstances);
        let edge = judgement.edge.map(|edge| &edge.id);
        assert!(judgement.verdict <= Verdict::Conditional, "{from} → {to}: {} ({edge:?})", judgement.verdict.as_str());
        assert!(to == target || !facts.is_bad(to), "{to} is no good stop");
        let lacks = facts.queues.iter().find(|limit| {
            Some(limit.queue) == now.queue
                && limit.mode.is_none_or(|mode| Some(mode) == now.mode)
                && limit.milvus.contains(to)
        });
        assert!(lacks.is_none(), "{from} → {to}: {:?}", lacks.map(|limit| &limit.id));
    }
}

fn planned(facts: &Facts, now: &Situation, to: &Version) -> Option<Box<Plan>> {
    match plan::plan(facts, now, to, Prefer::default()) {
        Answer::Plan(plan) => Some(plan),
        Answer::NoWay(no_way) => {
            assert!(!no_way.because.text.is_empty(), "{} → {to}: no way, and no reason", now.version);
            None
        }
        Answer::Unknown(unknown) => panic!("{} → {to}: {}", now.version, unknown.why),
    }
}

/// Whole plans of every driver: the chain holds, charts and operators reach their floors, and every hop says what to do.
#[test]
fn every_hop_of_every_driver_is_whole() {
    let facts = known_facts();
    let newest = facts.newest().unwrap();
    let tried = |(index, from): (usize, &&crate::facts::Release)| {
        let mut hops = 0;
        for (turn, driver) in Driver::ALL.into_iter().enumerate().filter(|(turn, _)| is_tried(index, *turn, 7)) {
            for mode in [Mode::Standalone, Mode::Cluster] {
                // What Argo CD and Flux are told is what Helm is told, and compose has no cluster: a part is enough.
                let part = facts.newest_of_line(from.version.line()) == Some(&from.version) || turn == index % 5;
                let first = matches!(driver, Driver::Operator | Driver::Helm);
                if driver == Driver::Compose && mode == Mode::Cluster || !first && !part {
                    continue;
                }
                let now = situation(&from.version, mode, queues(mode)[0], driver);
                let Some(plan) = planned(&facts, &now, newest).filter(|plan| !plan.hops.is_empty()) else { continue };
                assert_eq!(plan.hops[plan.hops.len() - 1].to, *newest);
                assert_whole(&facts, &plan, driver);
                hops += plan.hops.len();
            }
        }
        hops
    };
    let below: Vec<_> = facts.releases.iter().filter(|release| release.version < *newest).collect();
    let hops: usize = below.par_iter().enumerate().map(tried).sum();
    println!("{hops} hops of whole plans were looked at");
    let least = if std::env::var_os(ALL).is_some() { 1_500 } else { 200 };
    assert!(hops > least, "only {hops} hops were looked at");
}

fn assert_whole(facts: &Facts, plan: &Plan, driver: Driver) {
    let mut at = plan.from.clone();
    for hop in &plan.hops {
        let name = format!("{} → {} by {}, {} → {}", plan.from, plan.to, driver.as_str(), hop.from, hop.to);
        assert_eq!(hop.from, at, "{name}: {NOTHING_IN_BETWEEN}");
        at = hop.to.clone();
        assert!(
            !hop.apply.is_empty() && !hop.wait.is_empty(),
            "{name} ({}): nothing to do or to wait for",
            hop.kind.as_str()
        );
        assert!(!hop.because.text.is_empty() && !hop.service_because.text.is_empty(), "{name}: no reason");
        let changed = |what: &str| hop.changes.iter().find(|c| c.what == what).and_then(|c| Version::parse(&c.to));
        for (tool, version) in [("chart", changed("chart")), ("operator", changed("operator"))] {
            let Some(version) = version else { continue };
            for floor in facts.floors.iter().filter(|f| f.tool == tool && f.milvus.contains(&hop.to)) {
                assert!(floor.needs.contains(&version), "{name}: {tool} {version} is below {}", floor.id);
            }
        }
        if let Some(chart) = changed("chart") {
            assert!(facts.chart(&chart).is_some_and(|chart| chart.published), "{name}: chart {chart} cannot be had");
        }
        assert!(hop.kind != Kind::Migration || hop.back.possible, "{name}: a migration can be taken back");
        let commands = hop.apply.iter().filter_map(|item| item.command.as_ref());
        for command in commands {
            for place in [
                "<name>",
                "<namespace>",
                "<image>",
                "<tag>",
                "<from>",
                "<to>",
                "<queue>",
                "<tool>",
                "<chart>",
                "<operator>",
            ] {
                assert!(!command.text.contains(place), "{name}: {place} is not filled in:\n{}", command.text);
            }
        }
    }
}

/// The hops of plans, written into files one after the other, are changes that `check` has no error for.
#[test]
fn check_finds_no_error_in_the_files_of_a_plan() {
    let facts = known_facts();
    let newest = facts.newest().unwrap();
    let mut changes = 0;
    let versions = ["2.0.2", "2.1.4", "2.2.3", "2.2.16", "2.3.3", "2.4.15", "2.5.3", "2.5.16", "2.6.6"];
    for (index, from) in versions.into_iter().enumerate() {
        for (turn, mode) in [Mode::Standalone, Mode::Cluster].into_iter().enumerate() {
            for (other, driver) in [Driver::Operator, Driver::Helm].into_iter().enumerate() {
                if !is_tried(index, turn + 2 * other, 4) {
                    continue;
                }
                let now = situation(&Version::parse(from).unwrap(), mode, queues(mode)[0], driver);
                let plan = planned(&facts, &now, newest).unwrap_or_else(|| panic!("{from}: no plan"));
                let mut files = Files::new(&now, &plan);
                for hop in &plan.hops {
                    for told in files.changes(hop) {
                        let (.., outcome) = told.check(&facts, RULES);
                        let wrong: Vec<String> = outcome
                            .findings
                            .iter()
                            .filter(|finding| finding.severity == Severity::Error)
                            .map(|finding| format!("{}: {}", finding.rule, finding.message))
                            .collect();
                        let step = format!("{from} by {}: {} → {}", driver.as_str(), hop.from, hop.to);
                        assert!(wrong.is_empty(), "{step} ({}): {wrong:#?}\n{told:#?}", hop.kind.as_str());
                        assert!(!outcome.deployments.is_empty(), "{step}: no Milvus was found");
                        let unknown = outcome.transitions.iter().find(|one| one.verdict == Some("unknown"));
                        assert!(unknown.is_none(), "{step}: {unknown:#?}\n{told:#?}");
                    }
                    changes += 1;
                }
            }
        }
    }
    println!("{changes} hops were given to check");
    let least = if std::env::var_os(ALL).is_some() { 100 } else { 25 };
    assert!(changes > least, "only {changes} hops were given to check");
}

/// The files that a plan changes, hop after hop.
struct Files {
    driver: Driver,
    mode: Mode,
    queue: Queue,
    version: Version,
    coordinators: CoordinatorLayout,
    chart: Option<String>,
    values: BTreeMap<String, String>,
    /// Whether the plan has had every component changed at once.
    all_at_once: bool,
}

impl Files {
    fn new(now: &Situation, plan: &Plan) -> Files {
        let chart = plan.hops.iter().flat_map(|hop| &hop.changes).find(|changed| changed.what == "chart");
        let mut values = BTreeMap::new();
        let mut set = |key: &str, value: &str| values.insert(key.to_string(), value.to_string());
        set("image.all.tag", &format!("v{}", now.version));
        let (mode, queue) = (now.mode.unwrap(), now.queue.unwrap());
        set("cluster.enabled", if mode == Mode::Cluster { "true" } else { "false" });
        match queue {
            Queue::RocksMq => set("standalone.messageQueue", "rocksmq"),
            _ => set("pulsar.enabled", "true"),
        };
        set("pulsarv3.enabled", "false");
        if mode == Mode::Cluster {
            set("mixCoordinator.enabled", "false");
            for key in ["rootCoordinator", "queryCoordinator", "indexCoordinator", "dataCoordinator"] {
                set(&format!("{key}.enabled"), "true");
            }
        }
        Files {
            driver: now.driver.unwrap(),
            mode,
            queue,
            version: now.version.clone(),
            coordinators: now.coordinators.unwrap_or(CoordinatorLayout::Mix),
            chart: chart.and_then(|chart| chart.from.clone()),
            values,
            all_at_once: false,
        }
    }

    fn change(&mut self, hop: &Hop) {
        self.version = hop.to.clone();
        if hop.kind == Kind::Coordinators {
            self.coordinators = CoordinatorLayout::Mix;
        }
        for changed in &hop.changes {
            match changed.what.as_str() {
                "chart" => self.chart = Some(changed.to.clone()),
                key if key.contains('.') => {
                    self.values.insert(key.to_string(), changed.to.clone());
                }
                _ => {}
            }
        }
    }

    fn text(&self) -> Vec<(String, String)> {
        let one = |name: &str, text: String| vec![(name.to_string(), text)];
        match self.driver {
            Driver::Operator => one("milvus.yaml", self.resource()),
            _ => one("values.yaml", self.chart_values()),
        }
    }

    /// The changes that a hop makes: one, or for a migration by the operator the order and then what follows it.
    fn changes(&mut self, hop: &Hop) -> Vec<Told> {
        let yaml = |items: &[crate::plan::Item]| {
            let commands = items.iter().filter_map(|item| item.command.as_ref());
            commands.filter(|command| command.lang == "yaml").map(|command| command.text.clone()).next()
        };
        let before = self.text();
        let mut commands = hop.before.iter().filter_map(|item| item.command.as_ref());
        let at_once = ["\"imageUpdateMode\": \"all\"", "imageUpdateMode\":\"all"];
        self.all_at_once = commands.any(|command| at_once.iter().any(|words| command.text.contains(words)));
        let prepared = self.text();
        self.change(hop);
        let after = self.text();
        self.all_at_once = false;
        let with = |files: &[(String, String)], name: &str, text: &Option<String>| {
            let more = text.iter().map(|text| (name.to_string(), text.clone()));
            files.iter().cloned().chain(more).collect::<Vec<_>>()
        };
        match (hop.kind, self.driver) {
            // The four stay beside mixCoord until the operator has deleted them.
            (Kind::Coordinators, Driver::Operator) => {
                self.coordinators = CoordinatorLayout::Both;
                let beside = self.text();
                self.coordinators = CoordinatorLayout::Mix;
                vec![Told { base: before, head: beside.clone() }, Told { base: beside, head: after }]
            }
            (Kind::Migration, Driver::Operator) => {
                let order = yaml(&hop.apply);
                let ordered = with(&prepared, "migration.yaml", &order);
                let followed = with(&after, "migration.yaml", &order);
                vec![
                    Told { base: before, head: prepared.clone() },
                    Told { base: prepared, head: ordered.clone() },
                    Told { base: ordered, head: followed },
                ]
            }
            (Kind::Migration, _) => {
                let head = with(&after, crate::config::FILE_NAME, &yaml(&hop.after));
                vec![Told { base: before, head }]
            }
            _ => vec![Told { base: before, head: after }],
        }
    }

    fn resource(&self) -> String {
        let coordinators = match (self.mode, self.coordinators) {
            (Mode::Standalone, _) => "",
            (_, CoordinatorLayout::Mix) => "    mixCoord: {replicas: 1}\n",
            (_, CoordinatorLayout::Both) => {
                "    mixCoord: {replicas: 1}\n    rootCoord: {replicas: 1}\n    dataCoord: {replicas: 1}\n    queryCoord: {replicas: 1}\n    indexCoord: {replicas: 1}\n"
            }
            _ => {
                "    rootCoord: {replicas: 1}\n    dataCoord: {replicas: 1}\n    queryCoord: {replicas: 1}\n    indexCoord: {replicas: 1}\n"
            }
        };
        format!(
            "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\n  namespace: vector\nspec:\n  mode: {}\n  \
             dependencies:\n    msgStreamType: {}\n  components:\n    image: milvusdb/milvus:v{}\n{}{coordinators}",
            self.mode.as_str(),
            self.queue.as_str(),
            self.version,
            if self.all_at_once { "    imageUpdateMode: all\n" } else { "" },
        )
    }

    fn chart_values(&self) -> String {
        let mut text = String::new();
        if let Some(chart) = &self.chart {
            text += &format!("# milvus-lint: chart-version {chart}\n");
        }
        let mut open: Vec<&str> = Vec::new();
        for (key, value) in &self.values {
            let parts: Vec<&str> = key.split('.').collect();
            let (last, parents) = parts.split_last().unwrap();
            let same = open.iter().zip(parents).take_while(|(one, two)| one == two).count();
            open.truncate(same);
            for parent in &parents[same..] {
                text += &format!("{}{parent}:\n", "  ".repeat(open.len()));
                open.push(parent);
            }
            text += &format!("{}{last}: {value}\n", "  ".repeat(open.len()));
        }
        text
    }
}

/// What a plan does with what it must not do, or cannot know.
#[test]
fn there_is_a_reason_where_there_is_no_way() {
    let facts = known_facts();
    let version = |text: &str| Version::parse(text).unwrap();
    let no_way = |from: &str, to: &str, queue: Queue| {
        let mode = if queue == Queue::Pulsar { Mode::Cluster } else { Mode::Standalone };
        let now = situation(&version(from), mode, queue, Driver::Operator);
        match plan::plan(&facts, &now, &version(to), Prefer::default()) {
            Answer::NoWay(no_way) => (no_way.because.text, no_way.nearest.map(|nearest| nearest.to_string())),
            other => panic!("{from} → {to}: {other:?}"),
        }
    };
    assert!(no_way("1.1.1", "2.6.6", Queue::RocksMq).0.contains("another storage engine"));
    assert!(no_way("2.6.0-rc1", "2.6.6", Queue::Pulsar).0.contains("recovery storage"));
    assert!(no_way("2.6.6", "2.5.16", Queue::Pulsar).0.contains("2.5 does not read"));
    let (because, nearest) = no_way("2.5.3", "3.0.0", Queue::NatsMq);
    assert!(because.contains("natsmq is gone"), "{because}");
    assert_eq!(nearest.as_deref(), Some("2.5.27"));
    assert!(no_way("2.2.3", "2.2.5", Queue::Pulsar).0.contains("withdrawn"));
    let now = situation(&version("2.5.3"), Mode::Cluster, Queue::Pulsar, Driver::Helm);
    let answer = plan::plan(&facts, &now, &version("7.0.0"), Prefer::default());
    assert!(matches!(&answer, Answer::Unknown(unknown) if unknown.why.contains("7.0.0 is not among")), "{answer:?}");
    assert_eq!(plan::target("2.6", &facts).unwrap(), *facts.newest_of_line((2, 6)).unwrap());
    assert!(plan::target("newest", &facts).is_err());
}

/// The wish decides between ways that all pass.
#[test]
fn a_wish_chooses_between_ways() {
    let facts = known_facts();
    let stops = |from: &str, to: &str, prefer| {
        let now = situation(&Version::parse(from).unwrap(), Mode::Cluster, Queue::Pulsar, Driver::Operator);
        let way = legs(&facts, &now, &Version::parse(to).unwrap(), prefer).unwrap();
        way.iter().map(|(_, to, _)| to.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(stops("2.3.3", "2.4.24", Prefer::FewestHops), "2.4.24");
    assert_eq!(stops("2.3.3", "2.4.24", Prefer::NewestPatches), "2.3.22 2.4.24");
    assert_eq!(stops("2.2.3", "2.3.22", Prefer::FewestHops), "2.2.16 2.3.22");
    assert_eq!(stops("2.6.6", "3.0.0", Prefer::FewestHops), "2.6.24 3.0.0");
}
