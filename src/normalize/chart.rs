//! The chart's dialect: values of the Milvus Helm chart.
//!
//! What is in force is what is written, else the chart's own default, which depends on the chart's version. Where nobody names
//! that version, the values are read once for every chart that could be meant (all, or those that can run the Milvus that is
//! written), and only what all of them agree on is known.

mod values;
mod workloads;
mod write;

pub(super) use write::write;

use super::variable::{Variable, variable};
use super::{Given, Reader, version_of};
use crate::detect::{Evidence, What};
use crate::facts::Facts;
use crate::model::{
    Constraint, Deployment, Dialect, Field, Ground, Image, Mode, Queue, Said, Settings, Surface, Verbatim, Version,
};
use crate::source::Span;
use crate::yaml::Node;
use values::Values;

/// Understands values of the Milvus chart.
pub(super) fn read(evidence: &Evidence, surface: Surface, facts: &Facts, given: &Given) -> Deployment {
    let reader = Reader::new(evidence);
    let mut oddities = reader.oddities();
    let chart = chart_version(evidence, facts, given);
    // The Milvus chart's defaults say nothing of another chart.
    let renders = chart.value().filter(|_| !evidence.own_chart);
    // Where the chart is named it is known to be the Milvus chart, which takes its image from `image.all` only.
    let own = own_image(&reader).filter(|_| evidence.own_chart || surface == Surface::HelmValues);
    let image = own.unwrap_or_else(|| image(&reader, given.defaults.as_ref().or(chart.value()), facts));
    let version = version_of(&image, given, &mut oddities);
    let defaults = given.defaults.as_ref();
    let values = Values { reader: Reader::new(evidence), evidence, facts, defaults, live: given.live };
    let charts = match renders {
        _ if evidence.own_chart => vec![None],
        Some(chart) => vec![Some(chart.clone())],
        None => candidates(&values, version.value()).into_iter().map(Some).collect(),
    };
    let mode = agree(&charts, |chart| values.mode(chart));
    let queues: Vec<Vec<Field<Queue>>> = charts.iter().map(|chart| values.queues(chart.as_ref())).collect();
    let queue = agree_on(queues.iter().map(|queues| values.winner(queues)).collect());
    let queues = if charts.len() == 1 { queues.into_iter().next().unwrap_or_default() } else { vec![queue.clone()] };
    let switched_on = values.switched_on(mode.value().copied());
    let line = agree(&charts, |chart| values.pulsar_line(chart));
    oddities.extend(values.oddities());
    let mut deployment = Deployment {
        id: evidence.id.clone(),
        surface,
        dialect: Dialect::Chart,
        api_version: String::new(),
        at: evidence.at,
        version,
        image,
        assumed_version: None,
        gate: Field::unknown(evidence.at, "values of a chart have no operator"),
        pulsar_line: (queue.value() == Some(&Queue::Pulsar) && line.value() != Some(&0)).then_some(line),
        coordinators: agree(&charts, |chart| values.coordinators(chart)),
        mode,
        queue,
        queues: queues.into_iter().filter(|queue| !queue.is_unknown()).collect(),
        rolling: Field::unknown(evidence.at, "the chart has no rolling update of its own"),
        rolls: Field::unknown(evidence.at, "the chart has no rolling update of its own"),
        update_mode: Field::unknown(evidence.at, "the chart has no update mode"),
        workloads: agree(&charts, |chart| values.workloads(chart)),
        operator: Field::unknown(evidence.at, "values of a chart have no operator"),
        webhook: Field::unknown(evidence.at, "values of a chart have no operator"),
        components: Vec::new(),
        settings: Settings::default(),
        oddities,
        ground: Ground::default(),
        verbatim: Verbatim {
            chart: evidence.chart.as_ref().map(|(_, text)| text.to_string()).filter(|text| !text.is_empty()),
            newest_chart: evidence.chart.as_ref().is_some_and(|(_, text)| takes_newest(text)),
            queue: switched_on,
        },
        keys: super::written::written(evidence),
        chart,
    };
    point_at_chart(&mut deployment);
    deployment
}

/// The queue that a later chart finds written beside the standalone of this release; `None` where a cluster runs. Charts
/// that write nothing there are taken to run rocksmq.
pub(super) fn live_queue(evidence: &Evidence, facts: &Facts, given: &Given) -> Option<Queue> {
    let (chart, _) = given.chart.as_ref()?;
    let defaults = given.defaults.as_ref();
    let values = Values { reader: Reader::new(evidence), evidence, facts, defaults, live: given.live };
    if values.mode(Some(chart)).value() != Some(&Mode::Standalone) {
        return None;
    }
    if facts.chart_default(chart, values::LIVE_QUEUE).flatten().is_none() {
        return Some(Queue::RocksMq);
    }
    values.standalone_word(chart)
}

/// A default is shown at the chart version that brings it, where that is written.
fn point_at_chart(deployment: &mut Deployment) {
    if deployment.chart.is_default() || deployment.chart.is_unknown() {
        return;
    }
    let at = deployment.chart.at;
    for place in [
        deployment.mode.is_default().then_some(&mut deployment.mode.at),
        deployment.queue.is_default().then_some(&mut deployment.queue.at),
        deployment.image.is_default().then_some(&mut deployment.image.at),
        deployment.version.is_default().then_some(&mut deployment.version.at),
        deployment.coordinators.is_default().then_some(&mut deployment.coordinators.at),
        deployment.pulsar_line.as_mut().filter(|line| line.is_default()).map(|line| &mut line.at),
    ]
    .into_iter()
    .flatten()
    {
        *place = at;
    }
}

fn chart_version(evidence: &Evidence, facts: &Facts, given: &Given) -> Field<Version> {
    let named = evidence.chart.as_ref().map(|(at, text)| named_version(*at, text));
    if evidence.own_chart {
        // A fork counts as the chart that it was made from; what has a number of its own is another chart altogether.
        let known = |version: &Version| facts.chart(version).is_some_and(|chart| chart.published);
        if let Some(named) = named.filter(|named| named.value().is_some_and(known)) {
            return named;
        }
        return Field::unknown(evidence.at, "these values are not for the Milvus chart, but for a chart of its own");
    }
    match (named, &given.chart) {
        (Some(named), None) => in_range(evidence, facts).unwrap_or(named),
        (Some(named), _) if named.value().is_some() => named,
        (named, Some((version, who))) => {
            Field::default(named.map_or(evidence.at, |named| named.at), version.clone(), who.clone())
        }
        (None, None) => {
            Field::unknown(evidence.at, "nothing says which chart these values are for; say it with --chart-version")
        }
    }
}

/// What a range in a `Chart.yaml` without a lock comes to: the newest chart in it that is known. A range that holds the newest
/// of all charts takes each new one, so what it comes to on another day is not known.
fn in_range(evidence: &Evidence, facts: &Facts) -> Option<Field<Version>> {
    let (at, text) =
        evidence.chart.as_ref().filter(|_| matches!(evidence.what, What::Deployment(Surface::Umbrella, _)))?;
    let range = Constraint::parse(text).filter(|_| Version::parse(text).is_none())?;
    let published = || facts.charts.iter().filter(|chart| chart.published).map(|chart| &chart.version);
    let newest = published().filter(|version| range.contains(version)).max()?;
    if published().any(|version| version > newest && !range.contains(version)) {
        return Some(Field::default(
            *at,
            newest.clone(),
            format!("the newest chart that is known in the range `{text}`"),
        ));
    }
    let open = format!("`{text}` is a range that takes each new chart (the newest that is known is {newest})");
    Some(Field::unknown(*at, format!("{open}; say it with --chart-version")))
}

/// Whether a text narrows the chart's version down to nothing.
fn takes_newest(text: &str) -> bool {
    matches!(text.trim(), "" | "*" | "x" | "latest" | ">0" | ">=0" | ">0.0.0" | ">=0.0.0")
}

/// Why a text names no version of a chart.
fn no_version(text: &str) -> String {
    let part = |part: &str| matches!(part, "x" | "X" | "*") || part.bytes().all(|byte| byte.is_ascii_digit());
    let short = || text.split('.').all(part) && text.split('.').count() <= 3;
    match text {
        "" => "no chart version is written, so the newest is taken; say it with --chart-version".to_string(),
        _ if text.contains("{{") => format!("the template `{text}` is not resolved"),
        _ if is_expression(text) => format!("the expression `{text}` is not resolved"),
        _ if text.contains(['*', '^', '~', '<', '>', '|', ',']) || text.contains(" - ") || short() => {
            format!("`{text}` is a range, not one chart version; say it with --chart-version")
        }
        _ => format!("`{text}` is no chart version of the form x.y.z"),
    }
}

/// Whether a text is an expression of Terraform that nothing here resolves.
fn is_expression(text: &str) -> bool {
    let named = |root: &str| text.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'));
    ["var", "local", "data", "module", "each"].iter().any(|root| named(root)) || text.contains(['(', '?', '$'])
}

/// The chart's version as a text names it: one version, a variable, or a range, of which only the tool that resolves it
/// knows what it comes to.
fn named_version(at: Span, text: &str) -> Field<Version> {
    if let Some(version) = Version::parse(text.trim().trim_start_matches('=').trim_start()) {
        return Field::written(at, version);
    }
    match variable(text) {
        Some(Variable { name, default }) => match default.and_then(Version::parse) {
            Some(version) => Field::default(at, version, format!("default of the variable {name}")),
            None => Field::unknown(at, format!("nothing here says what the variable {name} is")),
        },
        None => Field::unknown(at, no_version(text)),
    }
}

/// One chart for each state of the defaults, of the charts that can run the Milvus (or of all, when its version is not known)
/// and that are new enough for what is written.
fn candidates(values: &Values, milvus: Option<&Version>) -> Vec<Version> {
    let facts = values.facts;
    let fits = |chart: &Version| {
        let floors = facts.floors.iter().filter(|floor| floor.tool == "chart" && floor.severity == "error");
        let mut floors = floors.filter(|floor| milvus.is_some_and(|milvus| floor.milvus.contains(milvus)));
        floors.all(|floor| floor.needs.contains(chart))
    };
    let mut since: Vec<&Version> = facts.chart_defaults.iter().map(|row| &row.since).collect();
    since.sort();
    since.dedup();
    let able: Vec<Version> = since.into_iter().filter(|chart| fits(chart)).cloned().collect();
    let suited: Vec<Version> = able.iter().filter(|chart| values.suit(chart)).cloned().collect();
    // Values that suit no chart say nothing about it.
    if suited.is_empty() { able } else { suited }
}

/// What every chart that could be meant agrees on.
fn agree<T: PartialEq>(charts: &[Option<Version>], read: impl Fn(Option<&Version>) -> Field<T>) -> Field<T> {
    agree_on(charts.iter().map(|chart| read(chart.as_ref())).collect())
}

fn agree_on<T: PartialEq>(mut fields: Vec<Field<T>>) -> Field<T> {
    let alike = fields.windows(2).all(|pair| pair[0].value() == pair[1].value());
    let several = fields.len() > 1;
    // What one of them takes from a default and another from these values is written here.
    let written = fields.iter().position(|field| alike && field.written_value().is_some());
    let first = fields.swap_remove(written.unwrap_or(0));
    match first {
        Field { at, said: Said::Default(value, why) } if alike => {
            let why = if several { "default of every chart that fits".to_string() } else { why };
            Field::default(at, value, why)
        }
        first if alike => first,
        first => Field::unknown(first.at, "the default depends on the chart's version, which is not known"),
    }
}

/// The image as charts other than the Milvus chart name it: in one text, or as `repository` and `tag`.
fn own_image(reader: &Reader) -> Option<Field<Image>> {
    let image = reader.node(&["image"]).filter(|image| image.get("all").is_none())?;
    if let Some(text) = image.raw_text() {
        return Some(Field::written(image.at, Image::parse(text)));
    }
    let repository = image.get("repository").and_then(Node::raw_text)?;
    let tag = image.get("tag").filter(|tag| tag.raw_text().is_some_and(|text| !text.is_empty()));
    Some(match tag {
        Some(tag) => Field::written(tag.at, Image::parse(&format!("{repository}:{}", tag.raw_text()?))),
        None => Field::unknown(image.at, "no tag is written, and the chart is not known"),
    })
}

fn image(reader: &Reader, chart: Option<&Version>, facts: &Facts) -> Field<Image> {
    let repository = reader.node(&["image", "all", "repository"]).and_then(Node::raw_text);
    let repository = repository.unwrap_or("milvusdb/milvus");
    if let Some(node) = reader.node(&["image", "all", "tag"])
        && let Some(tag) = node.raw_text().filter(|tag| !tag.is_empty())
    {
        return Field::written(node.at, Image::parse(&format!("{repository}:{tag}")));
    }
    let at = reader.place(&["image", "all", "tag"]);
    let Some(version) = chart else {
        return Field::unknown(at, "no image.all.tag is written, and the default depends on the chart's version");
    };
    match facts.chart(version).filter(|chart| !chart.image_tag.is_empty()) {
        Some(known) => {
            let image = Image::parse(&format!("{repository}:{}", known.image_tag));
            Field::default(at, image, format!("default of chart {version}"))
        }
        None => Field::unknown(at, format!("nothing is known of the image of chart {version}")),
    }
}
