//! The model as plain data: turns transitions into what reports print, and gives the verdict on each.

use crate::config::Config;
use crate::facts::{Circumstances, Facts, Verdict, Via, What};
use crate::finding::{Finding, Severity};
use crate::model::{
    Deployment, Dialect, Field, Image, Migration, Mode, Operation, Queue, QueueChange, Surface, Transition, Version,
    Workload, is_apart, moved, only_operator, queue_change,
};
use crate::outcome::{
    ChangeView, DeploymentView, Excepted, Incomplete, Outcome, Summary, TransitionKind, TransitionView, ValueView,
    WorkloadView,
};
use crate::rules;
use crate::source::Texts;
use std::collections::BTreeSet;

/// Everything that an [`Outcome`] is made of.
pub(crate) struct Parts<'a> {
    pub transitions: &'a [Transition],
    pub findings: Vec<Finding>,
    pub excepted: Vec<Excepted>,
    pub incomplete: Vec<Incomplete>,
    pub texts: Texts<'a>,
    pub facts: &'a Facts,
    pub config: &'a Config,
}

/// The outcome of a run.
pub(crate) fn outcome(parts: Parts) -> Outcome {
    let Parts { transitions, findings, excepted, incomplete, texts, facts, config } = parts;
    let mut ways = Ways { facts, known: Vec::new() };
    let mut deployments: Vec<DeploymentView> =
        transitions.iter().filter_map(|transition| deployment(transition, &mut ways)).collect();
    deployments.sort_by_cached_key(|deployment| (texts.source(deployment.at.source).path.clone(), deployment.at.start));
    let transitions: Vec<TransitionView> = transitions.iter().map(|t| transition(t, facts)).collect();
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let files: BTreeSet<_> = deployments.iter().map(|deployment| deployment.at.source).collect();
    let summary = Summary {
        files: texts.head.seen,
        milvus_files: files.len(),
        base: config.base_name.clone(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        infos: count(Severity::Info),
        unknown_changes: transitions.iter().filter(|t| t.verdict == Some(Verdict::Unknown.as_str())).count(),
    };
    let (wanted, left_out, assumed) = (Vec::new(), Vec::new(), Vec::new());
    Outcome { summary, deployments, transitions, findings, excepted, incomplete, wanted, left_out, assumed }
}

/// The ways to the newest release; most Milvus of a repository start alike, and each way is looked for once.
struct Ways<'a> {
    facts: &'a Facts,
    known: Vec<(Version, Circumstances, Ahead)>,
}

/// What lies ahead of a version: the next stop, and the newest release with the number of hops to it.
type Ahead = (Option<String>, Option<(String, usize)>);

impl Ways<'_> {
    fn of(&mut self, head: &Deployment) -> Ahead {
        let Some(from) = head.version.value() else { return (None, None) };
        let now = rules::circumstances(head, Via::Image);
        if let Some((_, _, ahead)) = self.known.iter().find(|(version, then, _)| version == from && *then == now) {
            return ahead.clone();
        }
        let newest = self.facts.newest();
        let way = newest.and_then(|newest| Some((newest.to_string(), self.facts.path(from, newest, now)?)));
        let next = way.as_ref().and_then(|(_, way)| way.get(1)).map(|hop| hop.version.to_string());
        let ahead = (next, way.map(|(newest, way)| (newest, way.len() - 1)));
        self.known.push((from.clone(), now, ahead.clone()));
        ahead
    }
}

fn deployment(transition: &Transition, ways: &mut Ways) -> Option<DeploymentView> {
    if let Transition::Ordered { migration, .. } = transition {
        return Some(migration_view(migration));
    }
    let head = transition.head()?;
    let (next, newest) = ways.of(head);
    let coordinators = match head.mode.value() {
        Some(Mode::Standalone) => ValueView::default(),
        _ => value(&head.coordinators, |layout| layout.as_str().to_string()),
    };
    // What the dialect has no word for is neither known nor unknown.
    let by_operator = head.dialect == Dialect::Operator;
    let by_chart = head.dialect == Dialect::Chart;
    Some(DeploymentView {
        id: head.id.to_string(),
        namespace: head.id.namespace.clone(),
        name: head.id.name.clone(),
        container: head.surface.as_str(),
        at: head.at,
        version: value(&head.version, ToString::to_string),
        image: value(&head.image, |image| image.text.clone()),
        tag: head.image.written_value().and_then(tag),
        mode: value(&head.mode, |mode| mode.as_str().to_string()),
        queue: value(&head.queue, |queue| queue.as_str().to_string()),
        queue_word: head.queue.written_value().copied().or(head.verbatim.queue).map(Queue::as_str),
        coordinators,
        rolling: if by_operator { value(&head.rolls, ToString::to_string) } else { ValueView::default() },
        update_mode: if by_operator { value(&head.update_mode, Clone::clone) } else { ValueView::default() },
        gate: head.gate.value().cloned(),
        workloads: head.workloads.value().map(|all| all.iter().map(workload).collect()),
        chart_version: if by_chart { value(&head.chart, ToString::to_string) } else { ValueView::default() },
        chart_word: head.verbatim.chart.clone(),
        operator_version: if by_operator { value(&head.operator, ToString::to_string) } else { ValueView::default() },
        next,
        newest,
        source_version: None,
        target_version: None,
    })
}

fn migration_view(migration: &Migration) -> DeploymentView {
    let nothing = ValueView::default;
    let image = migration.target_image.as_ref();
    DeploymentView {
        id: migration.id.to_string(),
        namespace: migration.id.namespace.clone(),
        name: migration.id.name.clone(),
        container: "milvus-upgrade",
        at: migration.at,
        version: nothing(),
        image: image.map_or_else(nothing, |image| value(image, |image| image.text.clone())),
        tag: image.and_then(|image| image.written_value()).and_then(tag),
        mode: nothing(),
        queue: nothing(),
        queue_word: None,
        coordinators: nothing(),
        rolling: nothing(),
        update_mode: nothing(),
        gate: None,
        workloads: None,
        chart_version: nothing(),
        chart_word: None,
        operator_version: value(&migration.operator, ToString::to_string),
        next: None,
        newest: None,
        source_version: Some(migration.source_text.clone()).filter(|text| !text.is_empty()),
        target_version: Some(migration.target_text.clone()).filter(|text| !text.is_empty()),
    }
}

fn workload(workload: &Workload) -> WorkloadView {
    WorkloadView {
        component: workload.component.clone(),
        strategy: workload.strategy.as_ref().map(ToString::to_string),
        waits_for: workload.waits_for.clone(),
        idle: workload.idle,
    }
}

fn tag(image: &Image) -> Option<String> {
    Some(image.tag_text().to_string()).filter(|tag| !tag.is_empty())
}

fn value<T>(field: &Field<T>, text: impl Fn(&T) -> String) -> ValueView {
    ValueView {
        value: field.value().map(text),
        said: field.said_str(),
        why: field.why().map(str::to_string),
        at: Some(field.at),
    }
}

/// The verdict on a transition, and why it is not simply legal.
struct Judged {
    verdict: Option<Verdict>,
    because: String,
    path: Vec<String>,
}

fn transition(transition: &Transition, facts: &Facts) -> TransitionView {
    let version = |deployment: &Deployment| deployment.version.value().map(ToString::to_string);
    let judged = judge(transition, facts);
    let (kind, from, to) = match transition {
        Transition::Created(head) => (TransitionKind::Created, None, version(head)),
        Transition::Unchanged(head) => (TransitionKind::Unchanged, version(head), version(head)),
        Transition::Adjusted { head, .. } => (TransitionKind::Unchanged, version(head), version(head)),
        Transition::Changed { base, head, .. } => (TransitionKind::Changed, version(base), version(head)),
        Transition::Deleted(base) => (TransitionKind::Deleted, version(base), None),
        Transition::Withdrawn { migration, .. } => {
            (TransitionKind::Deleted, migration.source.value().map(ToString::to_string), None)
        }
        Transition::Ordered { migration, .. } => {
            let text = |field: &Field<Version>| field.value().map(ToString::to_string);
            match migration.operation {
                Operation::Upgrade => (TransitionKind::Ordered, text(&migration.source), text(&migration.target)),
                Operation::Rollback => (TransitionKind::Ordered, text(&migration.target), text(&migration.source)),
            }
        }
    };
    TransitionView {
        id: transition.id().to_string(),
        kind,
        changed: match transition {
            Transition::Unchanged(_) | Transition::Adjusted { .. } => false,
            Transition::Ordered { changed, .. } => *changed,
            Transition::Created(_) | Transition::Changed { .. } => true,
            Transition::Deleted(_) | Transition::Withdrawn { .. } => true,
        },
        at: transition.at(),
        from,
        to,
        verdict: judged.verdict.map(Verdict::as_str),
        because: judged.because,
        path: judged.path,
        changes: transition.change().map(|(base, head)| changes(base, head)).unwrap_or_default(),
        traits: transition.head().map(traits).unwrap_or_default(),
    }
}

fn judge(transition: &Transition, facts: &Facts) -> Judged {
    match transition {
        Transition::Changed { base, head, .. } => judge_change(transition, base, head, facts),
        Transition::Ordered { migration, .. } => judge_migration(migration, facts),
        _ => Judged { verdict: None, because: String::new(), path: Vec::new() },
    }
}

/// A change is as good as the worst of what changes: version, mode, queue, Pulsar.
fn judge_change(transition: &Transition, base: &Deployment, head: &Deployment, facts: &Facts) -> Judged {
    let mut verdicts: Vec<(Verdict, String)> = vec![(Verdict::Legal, String::new())];
    let mut path = Vec::new();
    if let Some(change) = rules::version_change(transition, facts) {
        path = change.path(facts).iter().map(ToString::to_string).collect();
        let open = change.judgement.open.first().map(|open| format!("not known: {open}"));
        let because = change.judgement.edge.map(|edge| edge.because.clone()).unwrap_or_default();
        verdicts.push((change.judgement.verdict, open.unwrap_or(because)));
    } else if let Some(why) = version_unknown(base, head) {
        verdicts.push((Verdict::Unknown, why));
    }
    verdicts.extend(head.ground.fed.as_ref().map(|fed| {
        let why = "what that makes of this Milvus cannot be followed";
        (Verdict::Unknown, format!("{} changes what it says of `{}`, and {why}", fed.path, fed.name))
    }));
    if head.sees_less_than(base) {
        let other = head.ground.unseen.iter().find(|text| !base.ground.unseen.contains(text));
        let what = other.map_or("what it is made of".to_string(), |text| format!("`{text}`"));
        verdicts.push((Verdict::Unknown, format!("{what} is not among these files, and differs from before")));
    }
    let about = |what| facts.edge_about(what).map(|edge| (edge.verdict, edge.because.clone()));
    match (base.mode.value(), head.mode.value()) {
        // Another installation: nothing of what runs is changed in place.
        _ if is_apart(base, head) => verdicts.extend(about(What::Tool).map(|(verdict, because)| {
            let outside = base.ground.stores_outside && head.ground.stores_outside;
            (if outside { Verdict::Conditional } else { verdict }, because)
        })),
        (Some(before), Some(after)) if before != after => verdicts.extend(about(What::Mode)),
        (Some(_), Some(_)) => queue_verdicts(base, head, facts, &mut verdicts),
        _ if base.mode.said == head.mode.said => queue_verdicts(base, head, facts, &mut verdicts),
        _ => verdicts.push((Verdict::Unknown, "the mode is not known on one side".to_string())),
    }
    let (verdict, because) =
        verdicts.into_iter().reduce(|worst, next| if next.0 > worst.0 { next } else { worst }).expect("one is there");
    Judged { verdict: Some(verdict), because, path }
}

fn queue_verdicts(base: &Deployment, head: &Deployment, facts: &Facts, verdicts: &mut Vec<(Verdict, String)>) {
    let about = |what| facts.edge_about(what).map(|edge| (edge.verdict, edge.because.clone()));
    match queue_change(base, head) {
        QueueChange::Kept => {}
        QueueChange::Changed { .. } => verdicts.extend(about(What::Queue).map(|(verdict, because)| {
            let kept = head.queue.is_default() && only_operator(base, head);
            (if kept { Verdict::Conditional } else { verdict }, because)
        })),
        QueueChange::Unknown => verdicts.push((Verdict::Unknown, "the queue is not known on one side".to_string())),
    }
    let line = |deployment: &Deployment| deployment.pulsar_line.as_ref().and_then(|line| line.value().copied());
    if let (Some(before), Some(after)) = (line(base), line(head))
        && before != after
    {
        verdicts.extend(about(What::Pulsar));
    }
}

/// Why the versions of a change cannot be compared; `None` when they can, or when nothing says that they differ.
fn version_unknown(base: &Deployment, head: &Deployment) -> Option<String> {
    if !base.version.is_unknown() && !head.version.is_unknown() {
        return None;
    }
    let same_image = base.image.value() == head.image.value() && base.version.value() == head.version.value();
    let same_chart = base.chart.value() == head.chart.value() && base.operator.value() == head.operator.value();
    let other =
        |base: &Field<Version>, head: &Field<Version>| base.is_unknown() && head.is_unknown() && base.said != head.said;
    if same_image && same_chart && !other(&base.version, &head.version) && !other(&base.chart, &head.chart) {
        return None;
    }
    let unknown = if head.version.is_unknown() { &head.version } else { &base.version };
    Some(unknown.why().unwrap_or_default().to_string())
}

fn judge_migration(migration: &Migration, facts: &Facts) -> Judged {
    let mut judged = Judged { verdict: Some(Verdict::Legal), because: String::new(), path: Vec::new() };
    if migration.operation == Operation::Rollback {
        return judged;
    }
    let Some(tool) = facts.migration_tool() else { return judged };
    let (Some(source), Some(target)) = (migration.source.value(), migration.target.value()) else {
        judged.verdict = Some(Verdict::Unknown);
        judged.because = "a version of the MilvusUpgrade cannot be read".to_string();
        return judged;
    };
    let unknown = [source, target].into_iter().find(|version| facts.release(version).is_none());
    let unread = migration.target_image.as_ref().and_then(|image| image.value()).filter(|i| i.version().is_none());
    if let Some(version) = unknown {
        judged.verdict = Some(Verdict::Unknown);
        judged.because = format!("{version} is not a known release");
    } else if let Some(image) = unread {
        judged.verdict = Some(Verdict::Unknown);
        judged.because = format!("{} names no version", image.text);
    }
    if !tool.from.contains(source) || !tool.to.contains(target) || target.is_prerelease() {
        judged.verdict = Some(Verdict::Illegal);
        judged.because = format!("the migration tool takes {} to {}", tool.from_text, tool.to_text);
        let path = facts.path(source, target, Default::default()).unwrap_or_default();
        judged.path = path.iter().map(ToString::to_string).collect();
    }
    judged
}

/// Every value that differs, written or not.
fn changes(base: &Deployment, head: &Deployment) -> Vec<ChangeView> {
    let mut changes = Vec::new();
    let mut add = |field, from: ValueView, to: ValueView| {
        if from.value != to.value {
            changes.push(ChangeView { field, from, to });
        }
    };
    let line = |deployment: &Deployment| match &deployment.pulsar_line {
        Some(line) => value(line, ToString::to_string),
        None => ValueView::default(),
    };
    if moved(base, head).is_some() {
        let said = |end: &Deployment| match (end.surface, &*end.api_version) {
            (Surface::MilvusResource, version) => format!("Milvus {version}"),
            (Surface::MilvusClusterResource, version) => format!("MilvusCluster {version}"),
            (surface, _) => surface.as_str().to_string(),
        };
        let view = |end: &Deployment| value(&Field::written(end.at, said(end)), Clone::clone);
        add("container", view(base), view(head));
    }
    add("version", value(&base.version, ToString::to_string), value(&head.version, ToString::to_string));
    add("image", value(&base.image, |image| image.text.clone()), value(&head.image, |image| image.text.clone()));
    add("mode", value(&base.mode, |m| m.as_str().to_string()), value(&head.mode, |m| m.as_str().to_string()));
    add("queue", value(&base.queue, |q| q.as_str().to_string()), value(&head.queue, |q| q.as_str().to_string()));
    add("pulsar", line(base), line(head));
    if head.mode.value() != Some(&Mode::Standalone) {
        let layout = |d: &Deployment| value(&d.coordinators, |layout| layout.as_str().to_string());
        add("coordinators", layout(base), layout(head));
    }
    // What only one of two dialects has a word for is no change.
    if base.dialect == head.dialect {
        add("chart", value(&base.chart, ToString::to_string), value(&head.chart, ToString::to_string));
        add("operator", value(&base.operator, ToString::to_string), value(&head.operator, ToString::to_string));
    }
    add("rolling", value(&base.rolling, ToString::to_string), value(&head.rolling, ToString::to_string));
    add("update mode", value(&base.update_mode, Clone::clone), value(&head.update_mode, Clone::clone));
    changes
}

/// A few words about a Milvus.
fn traits(head: &Deployment) -> Vec<String> {
    let mut traits = Vec::new();
    match (head.dialect, head.operator.value(), head.chart.value()) {
        (Dialect::Operator, Some(operator), _) => traits.push(format!("operator {operator}")),
        (Dialect::Operator, None, _) => traits.push("operator".to_string()),
        (Dialect::Chart, _, Some(chart)) => traits.push(format!("chart {chart}")),
        (Dialect::Chart, _, None) if head.surface == Surface::HelmValues => traits.push("Helm values".to_string()),
        (Dialect::Chart, _, None) => traits.push(head.surface.as_str().to_string()),
        (Dialect::Process, ..) => traits.push(head.surface.as_str().to_string()),
    }
    traits.extend(head.mode.value().map(|mode| mode.as_str().to_string()));
    traits.extend(head.queue.value().map(|queue| queue.as_str().to_string()));
    if head.mode.value() == Some(&Mode::Cluster) {
        traits.extend(head.coordinators.value().map(|layout| match layout.as_str() {
            "mix" => "mixCoord".to_string(),
            other => format!("{other} coordinators"),
        }));
    }
    traits
}
