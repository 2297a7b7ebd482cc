//! Policies about updates of a Milvus: old and new object are compared by the edges of the graph.

use super::cel::{self, quote};
use super::{Options, Policy, Validation, accepted, accepts, not_the_operator};
use crate::facts::{Circumstances, Edge, Facts, QueueLimit, Risk, Step, Verdict, Via, What};
use crate::model::{CoordinatorLayout, Mode, Queue, Range, Version};

/// The coordinators of the separate layout, as the operator names them.
const SEPARATE: [&str; 4] = ["rootCoord", "dataCoord", "queryCoord", "indexCoord"];

/// Three policies: what is illegal, what works under conditions, what cannot be judged.
pub(super) fn policies(facts: &Facts, options: &Options) -> Vec<Policy> {
    let policy = |name, about, action, validations| Policy {
        name,
        about,
        action,
        resource: "milvuses",
        operation: "UPDATE",
        conditions: vec![not_the_operator(options), ("spec-changed", "object.spec != oldObject.spec".to_string())],
        variables: variables(facts, options),
        validations,
    };
    vec![
        policy(
            "milvus-upgrade-illegal",
            "Changes that stop a Milvus or lose its data.",
            options.illegal,
            illegal(facts),
        ),
        policy(
            "milvus-upgrade-conditional",
            "Changes that work under conditions, and releases with known faults.",
            options.conditional,
            conditional(facts),
        ),
        policy(
            "milvus-upgrade-unknown",
            "Changes of which nothing says whether they are legal.",
            options.unknown,
            unknown(facts),
        ),
    ]
}

fn edges(facts: &Facts) -> impl Iterator<Item = &Edge> {
    let by_image = |edge: &&Edge| edge.what == What::Version && edge.via.is_none_or(|via| via == Via::Image);
    facts.edges.iter().filter(by_image)
}

fn illegal(facts: &Facts) -> Vec<Validation> {
    let mut all: Vec<Validation> = edges(facts)
        .filter(|edge| edge.verdict == Verdict::Illegal)
        .map(|edge| on_the_way(&edge.rule, &variable(&edge.id), &[&edge.because, &edge.outcome]))
        .collect();
    all.extend(risks(facts, &["error"]));
    if let Some(edge) = facts.edge_about(What::Mode) {
        let message = format!(
            "'the mode changes from ' + variables.oldMode + ' to ' + variables.mode + {}",
            because(&[&edge.because, &edge.outcome])
        );
        all.push(validation("mode-changed", "variables.mode == variables.oldMode", &message));
    }
    if let Some(edge) = facts.edge_about(What::Queue) {
        let message = format!(
            "'the queue changes from ' + variables.oldQueue + ' to ' + variables.queue + {}",
            because(&[&edge.because, &edge.outcome])
        );
        // A change of the mode changes the default queue too; that is one fault, and it has been named.
        let same = "variables.oldQueue == '' || variables.queue == '' || variables.queue == variables.oldQueue || variables.mode != variables.oldMode";
        all.push(validation("queue-changed", same, &message));
    }
    all.extend(facts.queues.iter().map(unfit));
    all
}

fn conditional(facts: &Facts) -> Vec<Validation> {
    let of_edges = edges(facts).filter(|edge| edge.verdict == Verdict::Conditional).map(|edge| {
        on_the_way(
            &edge.rule,
            &format!("{} && !variables.anyIllegal", variable(&edge.id)),
            &[&edge.because, &edge.outcome],
        )
    });
    of_edges.chain(risks(facts, &["warning"])).collect()
}

fn unknown(facts: &Facts) -> Vec<Validation> {
    let any = |verdicts: &[Verdict]| -> String {
        let some: Vec<String> = edges(facts)
            .filter(|edge| verdicts.contains(&edge.verdict))
            .map(|edge| format!("variables.{}", name(&edge.id)))
            .collect();
        some.join(" || ")
    };
    let unreadable = "variables.oldImage == variables.image || (variables.from > 0 && variables.to > 0)";
    let unreadable_message = "'nothing says which releases ' + variables.oldImage + ' and ' + variables.image + ' are; write spec.components.version with the release that it is'";
    let told = format!(
        "!variables.moved || variables.anyIllegal || (!variables.openLayout && variables.bothKnown && ({}))",
        any(&[Verdict::Legal, Verdict::Conditional])
    );
    let mut all = vec![
        validation("version-unreadable", unreadable, unreadable_message),
        validation(
            "upgrade-path-unknown",
            &told,
            "'nothing says whether Milvus ' + variables.oldSaid + ' may become ' + variables.said + '; ' + (variables.openLayout ? 'which coordinators run decides' : 'milvus-lint explain upgrade-path-unknown says more')",
        ),
    ];
    // A default that depends on an operator that nobody named may be another one from that release on.
    all.push(validation(
        "queue-unknown",
        "!variables.moved || (variables.oldQueue == '') == (variables.queue == '')",
        "'which queue is used from ' + variables.said + ' on depends on the operator; write spec.dependencies.msgStreamType'",
    ));
    for component in components(facts) {
        let has = |object: &str| {
            format!(
                "has({object}.spec.components) && has({object}.spec.components.{component}) && has({object}.spec.components.{component}.image)"
            )
        };
        let same = format!(
            "!({new}) || ({old} && oldObject.spec.components.{component}.image == object.spec.components.{component}.image)",
            new = has("object"),
            old = has("oldObject")
        );
        let message = format!("'{component} gets an image of its own, which this policy does not judge'");
        all.push(validation("component-image-override", &same, &message));
    }
    all
}

/// Components that can have an image of their own.
fn components(facts: &Facts) -> Vec<&'static str> {
    let of = |path: &'static str| {
        path.strip_prefix("spec.components.")?.strip_suffix(".image").filter(|name| !name.contains('.'))
    };
    facts.fields("Milvus").filter_map(|field| of(field.path)).collect()
}

fn validation(rule: &str, holds: &str, message: &str) -> Validation {
    Validation {
        rule: rule.to_string(),
        expression: format!("{} ||\n{holds}", accepts(rule)),
        message: format!("{} + {message}", quote(&format!("{rule}: "))),
    }
}

/// What must not be on the way from one version to another.
fn on_the_way(rule: &str, wrong: &str, why: &[&str]) -> Validation {
    let message = format!("'Milvus ' + variables.oldSaid + ' → ' + variables.said + {} + variables.way", because(why));
    validation(rule, &format!("!({wrong})"), &message)
}

/// The reasons as a literal that goes on after the first words.
fn because(why: &[&str]) -> String {
    let said: Vec<&str> = why.iter().copied().filter(|text| !text.is_empty()).collect();
    quote(&format!(": {}", said.join("; ")))
}

fn risks<'a>(facts: &'a Facts, severities: &'a [&str]) -> impl Iterator<Item = Validation> + 'a {
    facts.risks.iter().filter(|risk| severities.contains(&risk.severity.as_str())).map(|risk| {
        let instead = if risk.instead.is_empty() { String::new() } else { format!("take {}", risk.instead) };
        on_the_way(&risk.rule, &of_risk(facts, risk), &[&risk.because, &instead])
    })
}

fn of_risk(facts: &Facts, risk: &Risk) -> String {
    let mut parts = vec!["variables.moved".to_string()];
    if !risk.any_source {
        parts.push(cel::within("from", &risk.from));
    }
    parts.push(cel::within("to", &risk.to));
    parts.extend(risk.step.map(|one| step(facts, one)));
    parts.extend(risk.mode.map(|mode| format!("variables.mode == {}", quote(mode.as_str()))));
    parts.extend(risk.queue.map(|queue| format!("variables.queue == {}", quote(queue.as_str()))));
    parts.join(" && ")
}

fn unfit(limit: &QueueLimit) -> Validation {
    let queue = quote(limit.queue.as_str());
    let mut parts = vec![format!("variables.queue == {queue}")];
    parts.extend(limit.mode.map(|mode| format!("variables.mode == {}", quote(mode.as_str()))));
    if !limit.any_milvus {
        parts.push(format!("variables.to > 0 && {}", cel::within("to", &limit.milvus)));
    }
    // What was wrong before is not made worse by a change of something else.
    parts.push(
        "(variables.moved || variables.queue != variables.oldQueue || variables.mode != variables.oldMode)".to_string(),
    );
    let message = format!("{queue} + {}", because(&[&limit.because, &format!("take {}", limit.instead)]));
    validation("queue-unsupported", &format!("!({})", parts.join(" && ")), &message)
}

fn name(id: &str) -> String {
    format!("edge{}", id.replace('-', "_"))
}

fn variable(id: &str) -> String {
    format!("variables.{}", name(id))
}

fn step(facts: &Facts, step: Step) -> String {
    let between = || {
        let lines = facts.lines().into_iter().map(|(major, minor)| cel::line(major, minor));
        format!("{}.exists(line, line > variables.fromLine && line < variables.toLine)", cel::list(lines))
    };
    match step {
        Step::Patch => "variables.fromLine == variables.toLine && variables.from < variables.to".to_string(),
        Step::PatchDown => "variables.fromLine == variables.toLine && variables.from > variables.to".to_string(),
        Step::MinorDown => "variables.fromLine > variables.toLine".to_string(),
        Step::Minor => format!("variables.fromLine < variables.toLine && !{}", between()),
        Step::Skip => format!("variables.fromLine < variables.toLine && {}", between()),
    }
}

fn variables(facts: &Facts, options: &Options) -> Vec<(String, String)> {
    let mut all = vec![accepted()];
    for (object, prefix, side) in [("oldObject", "old", "from"), ("object", "", "to")] {
        all.extend(of_object(facts, options, object, prefix, side));
    }
    all.push((
        "moved".to_string(),
        "variables.from > 0 && variables.to > 0 && variables.from != variables.to".to_string(),
    ));
    let known = cel::list(facts.releases.iter().map(|release| cel::code(&release.version)));
    all.push(("bothKnown".to_string(), format!("[variables.from, variables.to].all(one, one in {known})")));
    all.push(("layout".to_string(), layout(facts, options)));
    all.extend(edges(facts).map(|edge| (name(&edge.id), of_edge(facts, edge))));
    let illegal: Vec<String> =
        edges(facts).filter(|edge| edge.verdict == Verdict::Illegal).map(|edge| variable(&edge.id)).collect();
    all.push(("anyIllegal".to_string(), illegal.join(" || ")));
    let open: Vec<String> = edges(facts)
        .filter(|edge| edge.coordinators.is_some())
        .map(|edge| format!("({})", without_layout(facts, edge).join(" && ")))
        .collect();
    all.push(("openLayout".to_string(), format!("variables.layout == '' && ({})", open.join(" || "))));
    all.push(("way".to_string(), way(facts)));
    all
}

/// What one of the two objects says: image, version, mode, queue.
fn of_object(facts: &Facts, options: &Options, object: &str, prefix: &str, side: &str) -> Vec<(String, String)> {
    let named = |word: &str| match prefix {
        "" => word.to_string(),
        _ => format!("{prefix}{}{}", word[..1].to_uppercase(), &word[1..]),
    };
    let (image, bare, tag, said, mode, queue) =
        (named("image"), named("bare"), named("tag"), named("said"), named("mode"), named("queue"));
    let components = format!("has({object}.spec.components)");
    let default =
        options.operator.as_ref().and_then(|version| facts.operator(version)).map_or("", |known| &known.milvus_image);
    let pattern = quote(cel::VERSION);
    let assumed =
        format!("{components} && has({object}.spec.components.version) ? {object}.spec.components.version : ''");
    let mut all = vec![
        (
            image.clone(),
            format!(
                "{components} && has({object}.spec.components.image) && {object}.spec.components.image != ''\n  ? {object}.spec.components.image : {}",
                quote(default)
            ),
        ),
        // A digest after the tag says nothing about the release; the tag before it does.
        (bare.clone(), format!("variables.{image}.split('@')[0]")),
        (
            tag.clone(),
            format!(
                "variables.{bare}.matches(':[^/:]+$') ? variables.{bare}.substring(variables.{bare}.lastIndexOf(':') + 1) : ''"
            ),
        ),
        (
            said.clone(),
            format!(
                "variables.{tag}.matches({pattern}) ? variables.{tag} :\n  ({assumed}).matches({pattern}) ? ({assumed}) : ''"
            ),
        ),
    ];
    all.extend(cel::number(side, &format!("variables.{said}")));
    all.push(cel::line_of(side));
    let standalone = facts.operator_default("mode", None, None, None).unwrap_or(Mode::Standalone.as_str());
    all.push((mode.clone(), format!("has({object}.spec.mode) ? {object}.spec.mode : {}", quote(standalone))));
    let written = format!(
        "has({object}.spec.dependencies) && has({object}.spec.dependencies.msgStreamType) && {object}.spec.dependencies.msgStreamType != ''"
    );
    all.push((
        queue,
        format!(
            "{written}\n  ? {object}.spec.dependencies.msgStreamType :\n  {}",
            default_queue(facts, options, &mode, side)
        ),
    ));
    all
}

/// The queue of an object that names none: what the operator takes for that mode and release.
fn default_queue(facts: &Facts, options: &Options, mode_variable: &str, side: &str) -> String {
    let operator = options.operator.as_ref();
    let mut text = String::new();
    for mode in [Mode::Standalone, Mode::Cluster] {
        for queue in Queue::ALL {
            let is_it = |version: &Version| {
                facts.operator_default("queue", operator, Some(version), Some(mode)) == Some(queue.as_str())
            };
            let codes: Vec<u64> = facts
                .releases
                .iter()
                .map(|release| &release.version)
                .filter(|version| is_it(version))
                .map(cel::code)
                .collect();
            if !codes.is_empty() {
                text.push_str(&format!(
                    "variables.{mode_variable} == {} && variables.{side} in {} ? {} :\n  ",
                    quote(mode.as_str()),
                    cel::list(codes),
                    quote(queue.as_str())
                ));
            }
        }
    }
    text + "''"
}

/// Which coordinators run before the change; empty where it is not known.
fn layout(facts: &Facts, options: &Options) -> String {
    let has = |name: &str| format!("has(oldObject.spec.components.{name})");
    let separate: Vec<String> = SEPARATE.iter().map(|name| has(name)).collect();
    let by_default = |field: &str, layout: CoordinatorLayout| {
        let is_it = |version: &Version| {
            facts.operator_default(field, options.operator.as_ref(), Some(version), Some(Mode::Cluster))
                == Some(layout.as_str())
        };
        cel::list(facts.releases.iter().map(|release| &release.version).filter(|version| is_it(version)).map(cel::code))
    };
    let (mix, apart) = (quote(CoordinatorLayout::Mix.as_str()), quote(CoordinatorLayout::Separate.as_str()));
    format!(
        "variables.oldMode == {standalone} ? {mix} :\n  has(oldObject.spec.components) && {has_mix} ? {mix} :\n  has(oldObject.spec.components) && ({separate})\n    ? (variables.from in {forced} ? {mix} : {apart}) :\n  variables.from in {mix_list} ? {mix} :\n  variables.from in {apart_list} ? {apart} : ''",
        standalone = quote(Mode::Standalone.as_str()),
        has_mix = has("mixCoord"),
        separate = separate.join(" || "),
        forced = by_default("coordinatorsForced", CoordinatorLayout::Mix),
        mix_list = by_default("coordinators", CoordinatorLayout::Mix),
        apart_list = by_default("coordinators", CoordinatorLayout::Separate),
    )
}

fn of_edge(facts: &Facts, edge: &Edge) -> String {
    let mut parts = without_layout(facts, edge);
    parts.extend(edge.coordinators.map(|layout| format!("variables.layout == {}", quote(layout.as_str()))));
    parts.join(" && ")
}

fn without_layout(facts: &Facts, edge: &Edge) -> Vec<String> {
    let mut parts = vec!["variables.moved".to_string()];
    let tells = |condition: String| (condition != "true").then_some(condition);
    let ranges: [(&str, &Range); 2] = [("from", &edge.from), ("to", &edge.to)];
    parts.extend(ranges.into_iter().filter_map(|(side, range)| tells(cel::within(side, range))));
    parts.extend(edge.step.map(|one| step(facts, one)));
    parts.extend(edge.mode.map(|mode| format!("variables.oldMode == {}", quote(mode.as_str()))));
    parts.extend(edge.queue.map(|queue| format!("variables.oldQueue == {}", quote(queue.as_str()))));
    parts
}

/// The next legal stop, as the end of a message: one list for a standalone, one for each layout of a cluster.
fn way(facts: &Facts) -> String {
    let standalone = stops(facts, Mode::Standalone, CoordinatorLayout::Mix);
    let separate = stops(facts, Mode::Cluster, CoordinatorLayout::Separate);
    let mix = stops(facts, Mode::Cluster, CoordinatorLayout::Mix);
    let (alone, apart) = (quote(Mode::Standalone.as_str()), quote(CoordinatorLayout::Separate.as_str()));
    format!(
        "variables.from > variables.to ? '' :\n  variables.oldMode == {alone} ? {standalone} :\n  variables.layout == {apart} ? {separate} :\n  {mix}"
    )
}

/// By the release that runs: where the way to the newest release goes first.
fn stops(facts: &Facts, mode: Mode, coordinators: CoordinatorLayout) -> String {
    let now = Circumstances { mode: Some(mode), queue: None, coordinators: Some(coordinators), via: Via::Image };
    let mut rows: Vec<(u64, String)> = Vec::new();
    let mut releases: Vec<&Version> = facts.releases.iter().map(|release| &release.version).collect();
    releases.sort();
    for from in releases {
        let path = facts.newest().and_then(|newest| facts.path(from, newest, now));
        let stop = path
            .as_ref()
            .and_then(|path| path.get(1))
            .map_or(String::new(), |hop| format!("; the next legal stop is {hop}"));
        if rows.last().is_none_or(|(_, last)| *last != stop) {
            rows.push((cel::code(from), stop));
        }
    }
    let lows = cel::list(rows.iter().map(|(low, _)| *low));
    let texts: Vec<String> = rows.iter().map(|(_, text)| quote(text)).collect();
    let texts = texts.join(",\n    ");
    format!(
        "(variables.from < {lows}[0] ? '' : [\n    {texts}\n  ][{lows}.filter(low, low <= variables.from).size() - 1])"
    )
}

#[cfg(test)]
mod tests {
    use super::super::Action;
    use super::*;

    #[test]
    fn every_edge_of_an_image_has_its_words() {
        let facts = Facts::embedded().unwrap();
        let options = Options {
            operator: None,
            illegal: Action::Deny,
            conditional: Action::Warn,
            unknown: Action::Deny,
            operator_namespaces: Vec::new(),
        };
        let [illegal, conditional, unknown] = policies(&facts, &options).try_into().unwrap();
        for edge in edges(&facts) {
            let named = format!("variables.{}", name(&edge.id));
            let holders = [&illegal, &conditional, &unknown];
            let holds = |policy: &Policy| policy.validations.iter().any(|one| one.expression.contains(&named));
            assert!(holders.into_iter().any(holds), "{}", edge.id);
        }
    }
}
