//! The chart's dialect: values of the Milvus Helm chart.
//!
//! What is in force is what is written, else the chart's own default, which depends on the chart's version. Where nobody names
//! that version, the values are read once for every chart that could be meant (all, or those that can run the Milvus that is
//! written), and only what all of them agree on is known.

use super::{Given, Reader, Rewrite, version_of};
use crate::detect::{Evidence, Look};
use crate::facts::Facts;
use crate::finding::Set;
use crate::model::{CoordinatorLayout, Deployment, Dialect, Field, Image, Mode, Oddity, Queue, Said, Surface, Version};
use crate::yaml::{Change, Node};
use std::sync::Arc;

const SEPARATE: [&str; 4] = ["rootCoordinator", "dataCoordinator", "queryCoordinator", "indexCoordinator"];

/// Understands values of the Milvus chart.
pub(super) fn read(evidence: &Evidence, surface: Surface, facts: &Facts, given: &Given) -> Deployment {
    let reader = Reader::new(evidence);
    let mut oddities = reader.oddities();
    let chart = chart_version(evidence, given);
    let image = own_image(&reader).unwrap_or_else(|| image(&reader, &chart, facts));
    let version = version_of(&image, given, &mut oddities);
    let values = Values { reader: Reader::new(evidence), evidence, facts };
    let charts = match chart.value() {
        // The Milvus chart's defaults say nothing of another chart.
        _ if evidence.own_chart => vec![None],
        Some(chart) => vec![Some(chart.clone())],
        None => candidates(facts, version.value()).into_iter().map(Some).collect(),
    };
    let mode = agree(&charts, |chart| values.mode(chart));
    let queues: Vec<Vec<Field<Queue>>> = charts.iter().map(|chart| values.queues(chart.as_ref())).collect();
    let queue = agree_on(queues.iter().map(|queues| values.winner(queues)).collect());
    let queues = if charts.len() == 1 { queues.into_iter().next().unwrap_or_default() } else { vec![queue.clone()] };
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
        pulsar_line: (queue.value() == Some(&Queue::Pulsar) && line.value() != Some(&0)).then_some(line),
        coordinators: agree(&charts, |chart| values.coordinators(chart)),
        mode,
        queue,
        queues: queues.into_iter().filter(|queue| !queue.is_unknown()).collect(),
        rolling: Field::unknown(evidence.at, "the chart has no rolling update of its own"),
        update_mode: Field::unknown(evidence.at, "the chart has no update mode"),
        operator: Field::unknown(evidence.at, "values of a chart have no operator"),
        components: Vec::new(),
        oddities,
        chart,
    };
    point_at_chart(&mut deployment);
    deployment
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

fn chart_version(evidence: &Evidence, given: &Given) -> Field<Version> {
    if evidence.own_chart {
        return Field::unknown(evidence.at, "these values are not for the Milvus chart, but for a chart of its own");
    }
    if let Some((at, text)) = &evidence.chart {
        return match Version::parse(text) {
            Some(version) => Field::written(*at, version),
            None => Field::unknown(*at, format!("`{text}` is no chart version of the form x.y.z")),
        };
    }
    match &given.chart {
        Some((version, who)) => Field::default(evidence.at, version.clone(), who.clone()),
        None => {
            Field::unknown(evidence.at, "nothing says which chart these values are for; say it with --chart-version")
        }
    }
}

/// One chart for each state of the defaults, of the charts that can run a Milvus (or of all, when its version is not known).
fn candidates(facts: &Facts, milvus: Option<&Version>) -> Vec<Version> {
    let fits = |chart: &Version| {
        let floors = facts.floors.iter().filter(|floor| floor.tool == "chart" && floor.severity == "error");
        let mut floors = floors.filter(|floor| milvus.is_some_and(|milvus| floor.milvus.contains(milvus)));
        floors.all(|floor| floor.needs.contains(chart))
    };
    let mut since: Vec<&Version> = facts.chart_defaults.iter().map(|row| &row.since).collect();
    since.sort();
    since.dedup();
    since.into_iter().filter(|chart| fits(chart)).cloned().collect()
}

/// What every chart that could be meant agrees on.
fn agree<T: PartialEq>(charts: &[Option<Version>], read: impl Fn(Option<&Version>) -> Field<T>) -> Field<T> {
    agree_on(charts.iter().map(|chart| read(chart.as_ref())).collect())
}

fn agree_on<T: PartialEq>(mut fields: Vec<Field<T>>) -> Field<T> {
    let alike = fields.windows(2).all(|pair| pair[0].value() == pair[1].value());
    let several = fields.len() > 1;
    let first = fields.swap_remove(0);
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

fn image(reader: &Reader, chart: &Field<Version>, facts: &Facts) -> Field<Image> {
    let repository = reader.node(&["image", "all", "repository"]).and_then(Node::raw_text);
    let repository = repository.unwrap_or("milvusdb/milvus");
    if let Some(node) = reader.node(&["image", "all", "tag"])
        && let Some(tag) = node.raw_text().filter(|tag| !tag.is_empty())
    {
        return Field::written(node.at, Image::parse(&format!("{repository}:{tag}")));
    }
    let at = reader.place(&["image", "all", "tag"]);
    let Some(version) = chart.value() else {
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

/// The values, read as one chart would read them.
struct Values<'a> {
    reader: Reader<'a>,
    evidence: &'a Evidence,
    facts: &'a Facts,
}

/// Queue blocks of the chart's templates, in their order: the switch that turns one on, and the queue that it configures.
const FIRST_BLOCK: [(&str, Queue); 4] = [
    ("externalPulsar.enabled", Queue::Pulsar),
    ("pulsar.enabled", Queue::Pulsar),
    ("woodpecker.enabled", Queue::Woodpecker),
    ("pulsarv3.enabled", Queue::Pulsar),
];
const SECOND_BLOCK: [(&str, Queue); 2] = [("externalKafka.enabled", Queue::Kafka), ("kafka.enabled", Queue::Kafka)];

impl Values<'_> {
    fn default_of(&self, key: &str, chart: Option<&Version>) -> Field<Option<String>> {
        let path: Vec<&str> = key.split('.').collect();
        let at = self.reader.place(&path);
        let known = chart.and_then(|chart| Some((chart, self.facts.chart_default(chart, key)?)));
        match known {
            Some((chart, value)) => Field::default(at, value.map(str::to_string), format!("default of chart {chart}")),
            None => Field::unknown(at, "nothing is known of the defaults of this chart"),
        }
    }

    /// A switch of the chart: a template asks `if`, so any text that is not empty counts as true, `"false"` too.
    fn switch(&self, key: &str, chart: Option<&Version>) -> Field<bool> {
        let path: Vec<&str> = key.split('.').collect();
        let node = match self.reader.look(&path) {
            Look::Value(node) => node,
            Look::Null(node) => return Field::written(node.at, false),
            Look::Absent => return self.default_of(key, chart).map(|value| value.as_deref() == Some("true")),
        };
        match (node.as_bool(), node.text()) {
            (Some(value), _) => Field::written(node.at, value),
            (None, Some(text)) => Field::written(node.at, !text.is_empty() && (node.is_string() || text != "0")),
            (None, None) if node.is_map() => Field::written(node.at, true),
            (None, None) => Field::unknown(node.at, "a template that is not resolved stands here"),
        }
    }

    fn mode(&self, chart: Option<&Version>) -> Field<Mode> {
        self.switch("cluster.enabled", chart).map(|on| if *on { Mode::Cluster } else { Mode::Standalone })
    }

    /// The queue blocks that the templates print, in their order; the server reads the last.
    /// Source: zilliztech/milvus-helm@98324768aeb7 charts/milvus/templates/config.tpl.
    fn queues(&self, chart: Option<&Version>) -> Vec<Field<Queue>> {
        let mut queues: Vec<Field<Queue>> = Vec::new();
        queues.extend(self.first_on(&FIRST_BLOCK, chart));
        queues.extend(self.first_on(&SECOND_BLOCK, chart));
        let mode = self.mode(chart);
        match mode.value() {
            Some(Mode::Standalone) => queues.extend(self.standalone_queue(chart)),
            Some(Mode::Cluster) => {}
            None => queues.push(Field::unknown(mode.at, "the queue depends on the mode, which is not known")),
        }
        // `mq.type` in the server's own configuration is read last and so wins.
        queues.extend(super::configured_queue(self.evidence));
        queues
    }

    fn winner(&self, queues: &[Field<Queue>]) -> Field<Queue> {
        let none = || Field::unknown(self.reader.place(&["standalone"]), "no queue is switched on");
        queues.last().cloned().unwrap_or_else(none)
    }

    fn first_on(&self, block: &[(&str, Queue)], chart: Option<&Version>) -> Option<Field<Queue>> {
        for (key, queue) in block {
            let on = self.switch(key, chart);
            match on.value() {
                Some(true) => return Some(on.map(|_| *queue)),
                Some(false) => {}
                None => return Some(Field::unknown(on.at, on.why().unwrap_or_default())),
            }
        }
        None
    }

    /// A standalone adds its own block last, if its word is one for which the templates of the chart print something.
    fn standalone_queue(&self, chart: Option<&Version>) -> Option<Field<Queue>> {
        let path = ["standalone", "messageQueue"];
        let word = match self.reader.look(&path) {
            Look::Null(node) => Field::unknown(node.at, "null takes the chart's default away"),
            Look::Value(_) => self.reader.word(&path, QUEUES, Queue::parse, &mut Vec::new())?,
            Look::Absent => {
                let default = self.default_of("standalone.messageQueue", chart);
                match default.said {
                    // A chart that does not have the key yet configures rocksmq for a standalone.
                    Said::Default(None, why) => Field::default(default.at, Queue::RocksMq, why),
                    Said::Default(Some(text), why) => match Queue::parse(&text) {
                        Some(queue) => Field::default(default.at, queue, why),
                        None => Field::unknown(default.at, why),
                    },
                    Said::Written(_) => return None,
                    Said::Unknown(why) => Field::unknown(default.at, why),
                }
            }
        };
        let prints = match word.value() {
            Some(Queue::Pulsar | Queue::Kafka) => false,
            Some(Queue::Woodpecker) => self.prints_woodpecker(chart),
            _ => true,
        };
        prints.then_some(word)
    }

    /// Charts whose default is still rocksmq know the word `woodpecker` and print nothing for it.
    fn prints_woodpecker(&self, chart: Option<&Version>) -> bool {
        let default = chart.and_then(|chart| self.facts.chart_default(chart, "standalone.messageQueue"));
        default.flatten() == Some("woodpecker")
    }

    /// The line of the in-cluster Pulsar; 0 when it is another installation's.
    fn pulsar_line(&self, chart: Option<&Version>) -> Field<u8> {
        let external = self.switch("externalPulsar.enabled", chart);
        let (two, three) = (self.switch("pulsar.enabled", chart), self.switch("pulsarv3.enabled", chart));
        match (external.value(), two.value(), three.value()) {
            (Some(true), ..) => external.map(|_| 0),
            (_, Some(true), _) => two.map(|_| 2),
            (_, Some(false), Some(true)) => three.map(|_| 3),
            _ => Field::unknown(two.at, "which Pulsar is in force is not known"),
        }
    }

    fn coordinators(&self, chart: Option<&Version>) -> Field<CoordinatorLayout> {
        let mode = self.mode(chart);
        if mode.value() == Some(&Mode::Standalone) {
            return Field::default(
                mode.at,
                CoordinatorLayout::Mix,
                "a standalone runs all coordinators in one process",
            );
        }
        let mix = self.switch("mixCoordinator.enabled", chart);
        let separate: Vec<_> = SEPARATE.iter().map(|name| self.switch(&format!("{name}.enabled"), chart)).collect();
        let on = separate.iter().find(|field| field.value() == Some(&true));
        let open = separate.iter().find(|field| field.is_unknown());
        match (mix.value(), on, open) {
            (Some(true), Some(on), _) => on.map(|_| CoordinatorLayout::Both),
            (Some(true), None, None) => mix.map(|_| CoordinatorLayout::Mix),
            (Some(false), Some(on), _) => on.map(|_| CoordinatorLayout::Separate),
            (Some(false), None, None) => Field::unknown(mix.at, "no coordinator is switched on"),
            (_, _, open) => {
                let open = open.unwrap_or(&mix);
                Field::unknown(open.at, open.why().unwrap_or("the coordinators are not known"))
            }
        }
    }

    /// Quoted switches, and words that the chart does not know.
    fn oddities(&self) -> Vec<Oddity> {
        let mut oddities = Vec::new();
        let blocks = FIRST_BLOCK.iter().chain(&SECOND_BLOCK).map(|(key, _)| (*key).to_string());
        let coordinators = SEPARATE.iter().chain(&["mixCoordinator"]).map(|name| format!("{name}.enabled"));
        for key in ["cluster.enabled".to_string()].into_iter().chain(blocks).chain(coordinators) {
            let path: Vec<&str> = key.split('.').collect();
            let Some(node) = self.reader.node(&path).filter(|node| node.is_string()) else { continue };
            if let Some(text @ ("false" | "no" | "off")) = node.text() {
                oddities.push(Oddity::QuotedBoolean { text: text.to_string(), at: node.at, key });
            }
        }
        self.reader.word(&["standalone", "messageQueue"], QUEUES, Queue::parse, &mut oddities);
        oddities
    }
}

const QUEUES: &str = "rocksmq, natsmq, pulsar, kafka, woodpecker";

/// Says a [`Set`] in the chart's words.
pub(super) fn write(evidence: &Evidence, set: &Set) -> Option<Rewrite> {
    let layer = evidence.layers.0.last()?;
    if evidence.own_chart && evidence.layers.get(&["image", "all"]).is_none() {
        return write_own_image(evidence, set);
    }
    let flag =
        |path: &[&str], on: bool| Change::Set { path: layer.path_to(path), value: on.to_string(), string: false };
    let cluster = evidence.layers.get(&["cluster", "enabled"]).and_then(Node::as_bool) != Some(false);
    let coordinators = |mix: bool| {
        let separate = SEPARATE.iter().map(|name| flag(&[name, "enabled"], !mix));
        std::iter::once(flag(&["mixCoordinator", "enabled"], mix)).chain(separate).collect()
    };
    let changes = match set {
        Set::Version(version) => {
            let tag = evidence.layers.get(&["image", "all", "tag"]).and_then(Node::text).unwrap_or("v");
            let image = super::operator::retagged(&Image::parse(&format!("milvus:{tag}")), version);
            vec![layer.set(&["image", "all", "tag"], image.trim_start_matches("milvus:"))]
        }
        Set::Mode(mode) => vec![flag(&["cluster", "enabled"], *mode == Mode::Cluster)],
        Set::Queue(queue) if !cluster => vec![layer.set(&["standalone", "messageQueue"], queue.as_str())],
        Set::Queue(Queue::Pulsar) => vec![flag(&["pulsarv3", "enabled"], true)],
        Set::Queue(Queue::Kafka) => vec![flag(&["pulsarv3", "enabled"], false), flag(&["kafka", "enabled"], true)],
        Set::PulsarLine(line) => {
            vec![flag(&["pulsar", "enabled"], *line == 2), flag(&["pulsarv3", "enabled"], *line == 3)]
        }
        Set::Coordinators(CoordinatorLayout::Mix) => coordinators(true),
        Set::Coordinators(CoordinatorLayout::Separate) => coordinators(false),
        Set::Unquoted(key) => {
            let path: Vec<&str> = key.split('.').collect();
            vec![flag(&path, false)]
        }
        _ => return None,
    };
    Some(Rewrite { document: Arc::clone(&layer.document), changes })
}

/// Of another chart than the Milvus chart only the image is understood, and so only the image can be changed.
fn write_own_image(evidence: &Evidence, set: &Set) -> Option<Rewrite> {
    let Set::Version(version) = set else { return None };
    let layer = evidence.layers.0.last()?;
    let image = evidence.layers.get(&["image"])?;
    let change = match image.text() {
        Some(text) => layer.set(&["image"], super::operator::retagged(&Image::parse(text), version)),
        None => {
            let tag = image.get("tag").and_then(Node::text).unwrap_or("v");
            let image = super::operator::retagged(&Image::parse(&format!("milvus:{tag}")), version);
            layer.set(&["image", "tag"], image.trim_start_matches("milvus:"))
        }
    };
    Some(Rewrite { document: Arc::clone(&layer.document), changes: vec![change] })
}
