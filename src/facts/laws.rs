//! The laws that hold for the facts, whoever wrote them: the tables of this folder and what a user laid over them.
//!
//! Takes the facts and the ids of the rules that they may name; gives for each law how much was looked at and what breaks it. It
//! knows no table's file: a message names the row.

use super::{Circumstances, Edge, Facts, Range, ReleaseState, Verdict, Version, Via, What};
use crate::model::{CoordinatorLayout, Mode};
use std::collections::BTreeSet;

/// One law, and whether it holds.
#[derive(Clone, Debug)]
pub struct Law {
    pub name: &'static str,
    /// How many things were looked at.
    pub checked: usize,
    pub broken: Vec<String>,
}

impl Law {
    fn new(name: &'static str) -> Law {
        Law { name, checked: 0, broken: Vec::new() }
    }

    fn ask(&mut self, holds: bool, why: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.broken.push(why());
        }
    }
}

impl Facts {
    /// Every law. `rules` are the ids of the rules that rows may name.
    pub fn laws(&self, rules: &[&str]) -> Vec<Law> {
        vec![
            self.in_order(),
            self.names(rules),
            self.ranges(),
            self.disagreements(),
            self.ways(),
            self.hops(),
            self.advice(),
        ]
    }

    fn in_order(&self) -> Law {
        let mut law =
            Law::new("releases, charts and operators stand in order, and a bad release names a good one instead");
        let orders: [(&str, Vec<&Version>); 3] = [
            ("release", self.releases.iter().map(|row| &row.version).collect()),
            ("chart", self.charts.iter().map(|row| &row.version).collect()),
            // Rebuilds of one operator are the same version.
            ("operator", self.operators.iter().map(|row| &row.version).collect()),
        ];
        for (what, versions) in &orders {
            for pair in versions.windows(2) {
                let holds = pair[0] < pair[1] || (*what == "operator" && pair[0] == pair[1]);
                law.ask(holds, || format!("{what} {} does not come before {}", pair[0], pair[1]));
            }
        }
        for release in self.releases.iter().filter(|release| release.state == ReleaseState::Bad) {
            let instead = Version::parse(&release.instead).and_then(|instead| self.release(&instead));
            let good = instead.is_some_and(|instead| instead.state == ReleaseState::Good);
            law.ask(good && !release.note.is_empty(), || {
                format!("release {} is bad, and its note or a good release instead is missing", release.version)
            });
        }
        law
    }

    fn names(&self, rules: &[&str]) -> Law {
        let mut law = Law::new("ids are unique, and every rule that a row names exists");
        let edges = self.edges.iter().map(|edge| (&edge.id, edge.rule.as_str()));
        let risks = self.risks.iter().map(|risk| (&risk.id, risk.rule.as_str()));
        let floors = self.floors.iter().map(|floor| (&floor.id, floor.rule.as_str()));
        let settings = self.settings.iter().map(|row| (&row.id, row.rule.as_str()));
        let steps = self.steps.iter().map(|step| (&step.id, ""));
        let mut ids = BTreeSet::new();
        for (id, rule) in edges.chain(risks).chain(floors).chain(settings).chain(steps) {
            law.ask(ids.insert(id), || format!("the id {id} stands twice"));
            law.ask(rule.is_empty() || rules.contains(&rule), || {
                format!("{id} names the rule `{rule}`, which is none")
            });
        }
        for row in &self.chart_defaults {
            let same = self.chart_defaults.iter().filter(|other| other.key == row.key && other.since == row.since);
            law.ask(same.count() == 1, || {
                format!("the chart's default of {} since {} stands twice", row.key, row.since)
            });
        }
        law
    }

    fn ranges(&self) -> Law {
        let mut law = Law::new("every range holds a release, a chart or an operator");
        let holds = |range: &Range| self.releases.iter().any(|release| range.contains(&release.version));
        for edge in &self.edges {
            law.ask(holds(&edge.from) && holds(&edge.to), || format!("edge {}: a range without a release", edge.id));
        }
        for risk in &self.risks {
            law.ask(holds(&risk.from) && holds(&risk.to), || format!("risk {}: a range without a release", risk.id));
        }
        for floor in &self.floors {
            let met = match floor.tool.as_str() {
                "operator" => self.operators.iter().any(|operator| floor.needs.contains(&operator.version)),
                _ => self.charts.iter().any(|chart| floor.needs.contains(&chart.version)),
            };
            law.ask(holds(&floor.milvus) && met, || format!("floor {}: a range that holds nothing", floor.id));
        }
        for row in &self.server_defaults {
            law.ask(holds(&row.milvus), || format!("server default {}: a range without a release", row.value));
        }
        for step in &self.steps {
            law.ask(holds(&step.from) && holds(&step.to), || format!("step {}: a range without a release", step.id));
        }
        law
    }

    /// Two rows that match the same change and contradict each other: the one that wins must say more.
    fn disagreements(&self) -> Law {
        let mut law = Law::new("no two edges of equal weight disagree");
        let held = |range: &Range| self.releases.iter().filter(|r| range.contains(&r.version)).count();
        let narrower = |a: &Edge, b: &Edge| held(&a.from) < held(&b.from) || held(&a.to) < held(&b.to);
        let edges: Vec<&Edge> = self.edges.iter().filter(|edge| edge.what == What::Version).collect();
        for (index, a) in edges.iter().enumerate() {
            for b in &edges[index + 1..] {
                if a.verdict == b.verdict || apart(a, b) || !self.share_a_change(a, b) {
                    continue;
                }
                let (strict, lax) = if a.verdict > b.verdict { (a, b) } else { (b, a) };
                law.ask(narrower(strict, lax) || conditions(strict) > conditions(lax), || {
                    let (one, other) = (strict.verdict.as_str(), lax.verdict.as_str());
                    format!("{} ({one}) and {} ({other}) disagree, and neither says more", strict.id, lax.id)
                });
            }
        }
        law
    }

    fn share_a_change(&self, a: &Edge, b: &Edge) -> bool {
        self.releases.iter().filter(|r| a.from.contains(&r.version) && b.from.contains(&r.version)).any(|from| {
            self.releases.iter().filter(|r| a.to.contains(&r.version) && b.to.contains(&r.version)).any(|to| {
                let step = self.step(&from.version, &to.version);
                let fits = |edge: &Edge| edge.step.is_none() || edge.step == step;
                step.is_some() && fits(a) && fits(b)
            })
        })
    }

    /// Every release has a way to the newest one, or a stated reason why not.
    fn ways(&self) -> Law {
        let mut law = Law::new("every release leads to the newest, or an edge says why not");
        let Some(newest) = self.newest() else { return law };
        for release in self.releases.iter().filter(|release| release.version < *newest) {
            let from = &release.version;
            let judgement = self.judge(from, newest, Circumstances::default());
            let reason = judgement.edge.is_some_and(|edge| !edge.because.is_empty());
            for now in both_modes() {
                let way = reason || self.path(from, newest, now).is_some();
                law.ask(way, || format!("{from} has no way to {newest} and no reason"));
            }
        }
        law
    }

    /// What a path says can be done step by step must be judged legal step by step.
    fn hops(&self) -> Law {
        let mut law = Law::new("every hop of every way is legal by itself, and no stop is a bad release");
        for from in &self.releases {
            for to in &self.releases {
                for now in both_modes() {
                    let Some(path) = self.path(&from.version, &to.version, now) else { continue };
                    for pair in path.windows(2) {
                        let via = if pair[1].with == "migrate" { Via::Migration } else { Via::Image };
                        let now = Circumstances { via, ..now };
                        let verdict = self.judge(&pair[0].version, &pair[1].version, now).verdict;
                        let stop = pair[1].version == to.version || !self.is_bad(&pair[1].version);
                        law.ask(verdict <= Verdict::Conditional && stop, || {
                            format!("{} → {} is {} on the way to {}", pair[0], pair[1], verdict.as_str(), to.version)
                        });
                    }
                }
            }
        }
        law
    }

    fn advice(&self) -> Law {
        let mut law = Law::new("every step of a plan speaks of a kind of hop, and every command says what it is");
        for step in &self.steps {
            law.ask(!step.hops.is_empty(), || format!("step {} speaks of no hop", step.id));
            law.ask(step.lang.is_empty() == step.command.is_empty(), || {
                format!("step {}: `lang` and `command` stand together or not at all", step.id)
            });
        }
        law
    }
}

fn both_modes() -> [Circumstances; 2] {
    [Mode::Standalone, Mode::Cluster].map(|mode| Circumstances {
        mode: Some(mode),
        coordinators: Some(CoordinatorLayout::Mix),
        ..Circumstances::default()
    })
}

/// Whether the conditions of two rows exclude each other.
fn apart(a: &Edge, b: &Edge) -> bool {
    let differ = |x: Option<&str>, y: Option<&str>| matches!((x, y), (Some(x), Some(y)) if x != y);
    differ(a.mode.map(Mode::as_str), b.mode.map(Mode::as_str))
        || differ(a.coordinators.map(CoordinatorLayout::as_str), b.coordinators.map(CoordinatorLayout::as_str))
        || (a.via.is_some() && b.via.is_some() && a.via != b.via)
        || (a.step.is_some() && b.step.is_some() && a.step != b.step)
}

fn conditions(edge: &Edge) -> usize {
    let set = [
        edge.mode.is_some(),
        edge.queue.is_some(),
        edge.coordinators.is_some(),
        edge.via.is_some(),
        edge.step.is_some(),
    ];
    set.iter().filter(|set| **set).count()
}
