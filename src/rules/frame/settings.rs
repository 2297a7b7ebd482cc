//! Rules whose knowledge is rows of `settings.csv`: a key, what is written there, and when that matters.

use super::super::{Case, Event, by, severity_of};
use crate::facts::settings::{Around, SettingFact, Speaks, When, is, speaking, written};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Deployment, Setting, Settings, Subject, Transition, Tree, Worth, is_apart, keys};
use crate::source::Span;

/// Everything that the rows of a rule have to say about a case.
pub(in super::super) fn settings(case: &Case, rule: &str) -> Vec<Finding> {
    case.facts.settings_of(rule).flat_map(|row| Asked { case, row }.findings()).collect()
}

/// One row, asked about one case.
struct Asked<'a> {
    case: &'a Case<'a>,
    row: &'a SettingFact,
}

/// Where a row speaks.
struct Hit<'a> {
    at: Span,
    path: Vec<String>,
    /// What is written; nothing where that is the fault.
    worth: Option<&'a Worth>,
    /// Where the old value stands.
    before: Option<Span>,
}

impl<'a> Asked<'a> {
    fn findings(&self) -> Vec<Finding> {
        let Event::Transition(transition) = self.case.event else { return Vec::new() };
        let (base, head) = match transition.both() {
            Some((base, head)) => (Some(base), Some(head)),
            None => (None, transition.head()),
        };
        let upgraded = || base.and_then(|one| one.version.value()) != head.and_then(|one| one.version.value());
        let apart = base.zip(head).is_some_and(|(base, head)| is_apart(base, head));
        let hits = match self.row.when {
            // Another installation: nothing is changed in place.
            When::Change | When::Together | When::Chart | When::Operator if apart => Vec::new(),
            // What a copy of the chart brings along is its own.
            When::Chart if head.is_some_and(|head| head.ground.fork) => Vec::new(),
            When::State => self.state(transition),
            When::Upgrade if self.case.version_change().is_some() => self.state(transition),
            When::Change => base.zip(head).map(|(base, head)| self.change(base, head)).unwrap_or_default(),
            When::Together if upgraded() => {
                base.zip(head).map(|(base, head)| self.change(base, head)).unwrap_or_default()
            }
            // What a new chart brings is shown at the chart.
            When::Chart if base.and_then(|one| one.chart.value()) != head.and_then(|one| one.chart.value()) => {
                let hits = if base.is_some() { self.state(transition) } else { Vec::new() };
                let at = head.map(|head| head.chart.at);
                hits.into_iter()
                    .map(|hit| Hit { at: at.filter(|_| hit.worth.is_none()).unwrap_or(hit.at), ..hit })
                    .collect()
            }
            // And what a new operator does, at the operator.
            When::Operator => base.zip(head).map(|(base, head)| self.operated(base, head)).unwrap_or_default(),
            When::Migration => self.migrated(transition),
            When::Upgrade | When::Together | When::Chart => return Vec::new(),
        };
        if hits.is_empty() {
            return Vec::new();
        }
        let fits = self.row.fits(self.around(transition));
        match fits {
            Speaks::Yes => hits.iter().map(|hit| self.finding(hit, transition, &[])).collect(),
            Speaks::Open(what) if self.row.ask => hits.iter().map(|hit| self.finding(hit, transition, &what)).collect(),
            Speaks::No | Speaks::Open(_) => Vec::new(),
        }
    }

    fn around(&self, transition: &'a Transition) -> Around<'a> {
        let (base, head) = match transition {
            Transition::Ordered { milvus, .. } => (None, milvus.as_deref()),
            _ => (transition.both().map(|(base, _)| base), transition.head()),
        };
        let operator = match transition.subject() {
            Some(Subject::Migration(migration)) => migration.operator.value(),
            Some(Subject::Deployment(deployment)) => deployment.operator.value(),
            None => None,
        };
        let webhook = match transition.subject() {
            Some(Subject::Migration(migration)) => migration.webhook.value().copied(),
            Some(Subject::Deployment(deployment)) => deployment.webhook.value().copied(),
            None => None,
        };
        Around { base, head, operator, kubernetes: self.case.kubernetes, webhook }
    }

    /// The operator that manages it, when it is another than before.
    fn operated(&self, base: &Deployment, head: &'a Deployment) -> Vec<Hit<'a>> {
        let (Some(before), Some(after)) = (base.operator.value(), head.operator.value()) else { return Vec::new() };
        if before == after {
            return Vec::new();
        }
        let hits = self.standing(head, &head.settings, head.at);
        hits.into_iter().map(|hit| Hit { at: head.operator.at, before: Some(base.operator.at), ..hit }).collect()
    }

    /// The places in the Milvus that a MilvusUpgrade names.
    fn migrated(&self, transition: &'a Transition) -> Vec<Hit<'a>> {
        let Transition::Ordered { milvus: Some(milvus), .. } = transition else { return Vec::new() };
        self.standing(milvus, &milvus.settings, milvus.at)
    }

    /// The places where it is written as it stands now.
    fn state(&self, transition: &'a Transition) -> Vec<Hit<'a>> {
        match transition.subject() {
            Some(Subject::Deployment(deployment)) => self.standing(deployment, &deployment.settings, deployment.at),
            Some(Subject::Migration(migration)) if self.row.tree == Tree::Migration => {
                self.written(&migration.settings, migration.at)
            }
            _ => Vec::new(),
        }
    }

    /// Resources and values have trees of their own; a row of one says nothing about the other.
    fn standing(&self, deployment: &Deployment, settings: &'a Settings, at: Span) -> Vec<Hit<'a>> {
        let speaks =
            has_tree(deployment, self.row.tree) && self.row.dialect.is_none_or(|only| only == deployment.dialect);
        if speaks { self.written(settings, at) } else { Vec::new() }
    }

    fn written(&self, settings: &'a Settings, at: Span) -> Vec<Hit<'a>> {
        if self.row.company(settings) != Some(true) {
            return Vec::new();
        }
        if self.row.value == "-" {
            let missing = written(settings, self.row.tree, &self.row.key, "-") == Some(true);
            let path = keys(&self.row.key).into_iter().map(str::to_string).collect();
            let hit = || Hit { at: nearest(settings, self.row, at), path, worth: None, before: None };
            return missing.then(hit).into_iter().collect();
        }
        once(speaking(self.row, settings).map(hit).collect(), &self.row.key)
    }

    /// The places where what is written differs from the base.
    fn change(&self, base: &'a Deployment, head: &'a Deployment) -> Vec<Hit<'a>> {
        let row = self.row;
        let other = row.dialect.is_some_and(|only| only != head.dialect);
        if other
            || !has_tree(head, row.tree)
            || base.dialect != head.dialect
            || row.company(&head.settings) != Some(true)
            || row.company_before(&base.settings) != Some(true)
        {
            return Vec::new();
        }
        let mut paths: Vec<&[String]> = Vec::new();
        for side in [head, base] {
            let fitting = side.settings.fitting(row.tree, &row.key).map(|setting| setting.path.as_slice());
            for path in fitting {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
        let hit = |path: &[String]| {
            let find = |side: &'a Deployment| {
                side.settings.all.iter().find(|setting| setting.tree == row.tree && setting.path == path)
            };
            let (before, after) = (find(base), find(head));
            let unseen = |one: Option<&Setting>, side: &Deployment| one.is_none() && side.settings.open;
            // What a cluster does not show is not known to differ.
            let hidden = before.is_some_and(|one| one.worth.is_hidden());
            if unseen(before, base) || unseen(after, head) || hidden && after.is_some() {
                return None;
            }
            let says = |one: Option<&Setting>, want: &str| match one {
                Some(setting) => is(&setting.worth, want) == Some(true),
                None => want == "-",
            };
            let differs = before.map(|one| &one.worth) != after.map(|one| &one.worth);
            let was = row.was.is_empty() || says(before, &row.was);
            let is = row.value == "?" || row.value == "*" && after.is_some() || says(after, &row.value);
            if !differs || !was || !is {
                return None;
            }
            Some(Hit {
                at: after.map_or_else(|| nearest(&head.settings, row, head.at), |setting| setting.at),
                path: path.to_vec(),
                worth: after.map(|setting| &setting.worth),
                before: before.map(|setting| setting.at),
            })
        };
        once(paths.into_iter().filter_map(hit).collect(), &row.key)
    }

    fn finding(&self, hit: &Hit, transition: &Transition, open: &[&str]) -> Finding {
        let row = self.row;
        let text = |text: &str| self.filled(text, hit, transition);
        let mut finding = Finding::new(hit.at, text(&row.message));
        let severity = severity_of(&row.severity);
        let sure = match row.sure.as_str() {
            "hint" => Confidence::Hint,
            "likely" => Confidence::Likely,
            _ => Confidence::Certain,
        };
        finding = if open.is_empty() {
            finding.graded(severity).sure(sure)
        } else {
            finding.graded(severity.min(Severity::Warning)).sure(sure.min(Confidence::Likely))
        };
        if let Some(before) = hit.before {
            finding = finding.label(before, "before");
        }
        if let Some(head) = transition.head().filter(|_| row.asks.milvus)
            && let Some(version) = head.version.value()
        {
            finding = finding.label(head.version.at, format!("Milvus {version}{}", by(&head.version)));
        }
        finding = finding
            .note("why", text(&row.because))
            .note("what happens", text(&row.outcome))
            .note("instead", text(&row.instead));
        if !open.is_empty() {
            let what = super::super::listed(open);
            finding = finding.note("unknown", format!("{what}; this counts where {}", self.ranges(open)));
        }
        let set = |value: Option<&str>| {
            let value = value.map(str::to_string);
            [Set::Setting { tree: row.tree, path: hit.path.clone(), value }]
        };
        match row.fix.as_str() {
            "" => finding,
            "-" if row.safe => finding.fix(format!("remove {}", hit.path.join(".")), set(None)),
            "-" => finding.unsafe_fix(format!("remove {}", hit.path.join(".")), set(None)),
            value if row.safe => finding.fix(format!("write {value}"), set(Some(value))),
            value => finding.unsafe_fix(format!("write {}: {value}", hit.path.join(".")), set(Some(value))),
        }
    }

    /// What would have to be so, in words.
    fn ranges(&self, open: &[&str]) -> String {
        let row = self.row;
        let asked = [
            ("the version that runs now", &row.from_text),
            ("the Milvus version", &row.milvus_text),
            ("the chart that runs now", &row.chart_from_text),
            ("the chart's version", &row.chart_text),
            ("the operator's version", &row.operator_text),
            ("the version of Kubernetes", &row.kubernetes_text),
        ];
        let ranges = asked.into_iter().filter(|(what, _)| open.contains(what));
        let mut words: Vec<String> =
            ranges.map(|(what, range)| format!("{what} is {}", super::super::plain(range))).collect();
        if row.webhook == Some(true) && open.contains(&"the operator's webhook") {
            words.push("the operator's webhook is on".to_string());
        }
        if let Some(mode) = row.mode.filter(|_| open.contains(&"the mode")) {
            words.push(format!("the mode is {}", mode.as_str()));
        }
        if let Some(queue) = row.queue.filter(|_| open.contains(&"the message queue")) {
            words.push(format!("the message queue is {}", queue.as_str()));
        }
        words.join(" and ")
    }

    fn filled(&self, text: &str, hit: &Hit, transition: &Transition) -> String {
        if !text.contains('{') {
            return text.to_string();
        }
        let value = match hit.worth {
            Some(Worth::Text(text)) => text.clone(),
            Some(Worth::Null) => "null".to_string(),
            _ => String::new(),
        };
        let (base, head) = (transition.both().map(|(base, _)| base), transition.head());
        let version = |one: Option<&Deployment>| {
            one.and_then(|one| one.version.value()).map_or("an unknown version".to_string(), ToString::to_string)
        };
        let of = |version: Option<&crate::model::Version>| version.map_or("?".to_string(), ToString::to_string);
        // A wildcard's own word: the component in `spec.components.*.paused`.
        let star = keys(&self.row.key).iter().position(|key| *key == "*" || key.contains('|'));
        let name = star.and_then(|at| hit.path.get(at)).cloned().unwrap_or_default();
        text.replace("{key}", &hit.path.join("."))
            .replace("{name}", &name)
            .replace("{value}", &value)
            .replace("{from}", &version(base))
            .replace("{version}", &version(head))
            .replace("{chart}", &of(head.and_then(|head| head.chart.value())))
            .replace("{operator}", &of(head.and_then(|head| head.operator.value())))
    }
}

/// One hit for each thing that a pattern with `**` speaks of, not one for each key below it.
fn once<'a>(hits: Vec<Hit<'a>>, pattern: &str) -> Vec<Hit<'a>> {
    let Some(whole) = pattern.strip_suffix(".**") else { return hits };
    let length = keys(whole).len();
    let mut kept: Vec<Hit> = Vec::new();
    for mut hit in hits {
        hit.path.truncate(length);
        if kept.iter().all(|other| other.path != hit.path) {
            kept.push(hit);
        }
    }
    kept
}

fn hit(setting: &Setting) -> Hit<'_> {
    Hit { at: setting.at, path: setting.path.clone(), worth: Some(&setting.worth), before: None }
}

/// Whether a Milvus is written in that tree at all.
fn has_tree(deployment: &Deployment, tree: Tree) -> bool {
    use crate::model::Dialect;
    match tree {
        Tree::Resource => deployment.dialect == Dialect::Operator,
        Tree::Values => deployment.dialect == Dialect::Chart,
        Tree::Server => true,
        Tree::Services => deployment.dialect == Dialect::Process,
        Tree::Migration => false,
    }
}

/// The nearest thing that is written to a key that is not.
fn nearest(settings: &Settings, row: &SettingFact, start: Span) -> Span {
    let keys = keys(&row.key);
    let mut parents = (1..keys.len()).rev().map(|length| keys[..length].join("."));
    parents.find_map(|parent| settings.below(row.tree, &parent)).map_or(start, |setting| setting.at)
}
