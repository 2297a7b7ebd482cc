//! The chart's values, read as one chart's templates would read them.

use super::super::Reader;
use super::super::variable::{Variable, variable};
use crate::detect::{Evidence, Look};
use crate::facts::Facts;
use crate::model::{CoordinatorLayout, Field, Mode, Oddity, Queue, Said, Version};
use crate::yaml::{Node, Typed, resolve};

/// The switches of the four coordinators.
pub(super) const SEPARATE: [&str; 4] =
    ["rootCoordinator.enabled", "dataCoordinator.enabled", "queryCoordinator.enabled", "indexCoordinator.enabled"];

/// The switch of the one that is all four.
pub(super) const MIX: &str = "mixCoordinator.enabled";

/// The words of `standalone.messageQueue`.
const QUEUES: &str = "rocksmq, natsmq, pulsar, kafka, woodpecker";

/// Queue blocks of the chart's templates, in their order: the switch that turns one on, and the queue that it configures.
/// Of each list the templates print the first that is on.
/// Source: zilliztech/milvus-helm@98324768aeb7 charts/milvus/templates/config.tpl.
const FIRST_BLOCK: [(&str, Queue); 4] = [
    ("externalPulsar.enabled", Queue::Pulsar),
    ("pulsar.enabled", Queue::Pulsar),
    ("woodpecker.enabled", Queue::Woodpecker),
    ("pulsarv3.enabled", Queue::Pulsar),
];
const SECOND_BLOCK: [(&str, Queue); 2] = [("externalKafka.enabled", Queue::Kafka), ("kafka.enabled", Queue::Kafka)];

/// Facts about the templates that stand among the defaults of the values.
const STANDALONE_QUEUES: &str = "templates.standaloneQueues";
/// The words for which a chart looks at the running standalone before it believes them.
pub(super) const LIVE_QUEUE: &str = "templates.liveQueue";
const CLUSTER_ONLY: &str = "templates.clusterOnly";

/// What a template's `if` makes of a value: any text that is not empty counts as true, `"false"` too. `None` when a
/// template that nothing here resolves stands there.
pub(super) fn truth(node: &Node) -> Option<bool> {
    match (node.as_bool(), node.text()) {
        (Some(value), _) => Some(value),
        (None, Some(text)) => Some(!text.is_empty() && (node.is_string() || text != "0")),
        (None, None) if node.is_map() => Some(true),
        (None, None) => None,
    }
}

/// The same of a text that takes a variable's place: it is typed only then.
fn is_on(text: &str) -> bool {
    match resolve(text.trim()) {
        Typed::Bool(value) => value,
        Typed::Null => false,
        Typed::Number => text.trim() != "0",
        Typed::String | Typed::Other => true,
    }
}

/// The parts of a key such as `cluster.enabled`.
pub(super) fn path(key: &str) -> Vec<&str> {
    key.split('.').collect()
}

/// Every switch that is asked for.
fn switches() -> impl Iterator<Item = &'static str> {
    let blocks = FIRST_BLOCK.iter().chain(&SECOND_BLOCK).map(|(key, _)| *key);
    ["cluster.enabled", MIX].into_iter().chain(SEPARATE).chain(blocks)
}

/// The values, read as one chart would read them.
pub(super) struct Values<'a> {
    pub reader: Reader<'a>,
    pub evidence: &'a Evidence,
    pub facts: &'a Facts,
    /// The chart whose defaults are in force, where that is another than the one that reads them.
    pub defaults: Option<&'a Version>,
    /// What a chart that looks at the running standalone finds there.
    pub live: Option<Queue>,
}

impl Values<'_> {
    /// Whether a chart, or one before it, knows everything that is switched on here. One that does not is older than these
    /// values. (A key that is written as off tells nothing: people switch off what another chart would switch on.)
    pub fn suit(&self, chart: &Version) -> bool {
        let until = |key| self.facts.chart_defaults_until(chart, key);
        let on = |key: &&str| self.reader.node(&path(key)).and_then(truth) == Some(true);
        let keys = switches().filter(on).all(|key| until(key).next().is_some());
        let word = self.reader.text(&["standalone", "messageQueue"]).and_then(|text| text.written_value().cloned());
        let queue = word.as_deref().and_then(Queue::parse).filter(|queue| !has_own_block(*queue));
        keys && queue.is_none_or(|queue| until(STANDALONE_QUEUES).any(|words| names(words, queue.as_str())))
    }

    /// The word of a fact about the chart's templates; empty when there is none.
    pub(super) fn template_fact(&self, key: &str, chart: Option<&Version>) -> &str {
        chart.and_then(|chart| self.facts.chart_default(chart, key)).flatten().unwrap_or_default()
    }

    /// Whether a chart does not have the key yet, or not any more: whatever is written there is read by nobody.
    pub(super) fn lacks(&self, key: &str, chart: Option<&Version>) -> bool {
        chart.is_some_and(|chart| self.facts.chart_default(chart, key) == Some(None))
    }

    fn default_of(&self, key: &str, chart: Option<&Version>) -> Field<Option<String>> {
        let at = self.reader.place(&path(key));
        let chart = self.defaults.or(chart);
        let known = chart.and_then(|chart| Some((chart, self.facts.chart_default(chart, key)?)));
        match known {
            Some((chart, value)) => Field::default(at, value.map(str::to_string), format!("default of chart {chart}")),
            None => Field::unknown(at, "nothing is known of the defaults of this chart"),
        }
    }

    /// A switch of the chart. One that the chart does not have yet is off, whatever is written.
    pub(super) fn switch(&self, key: &str, chart: Option<&Version>) -> Field<bool> {
        let default = self.default_of(key, chart);
        if self.lacks(key, chart) {
            return Field::default(default.at, false, default.why().unwrap_or_default());
        }
        let node = match self.reader.look(&path(key)) {
            Look::Value(node) => node,
            Look::Null(node) => return Field::written(node.at, false),
            Look::Absent => return default.map(|value| value.as_deref() == Some("true")),
        };
        if let Some(Variable { name, default }) = node.text().and_then(variable) {
            return match default {
                Some(text) => Field::default(node.at, is_on(text), format!("default of the variable {name}")),
                None => Field::unknown(node.at, format!("nothing here says what the variable {name} is")),
            };
        }
        match truth(node) {
            Some(on) => Field::written(node.at, on),
            None => Field::unknown(node.at, super::super::unresolved(node.raw_text().unwrap_or_default())),
        }
    }

    /// One process or many.
    pub fn mode(&self, chart: Option<&Version>) -> Field<Mode> {
        self.switch("cluster.enabled", chart).map(|on| if *on { Mode::Cluster } else { Mode::Standalone })
    }

    /// The queue blocks that the templates print, in their order; the server reads the last.
    pub fn queues(&self, chart: Option<&Version>) -> Vec<Field<Queue>> {
        let mode = self.mode(chart);
        let silent = match mode.value() {
            Some(Mode::Standalone) => self.template_fact(CLUSTER_ONLY, chart),
            _ => "",
        };
        let mut queues: Vec<Field<Queue>> = Vec::new();
        queues.extend(self.first_on(&FIRST_BLOCK, silent, chart));
        queues.extend(self.first_on(&SECOND_BLOCK, silent, chart));
        match mode.value() {
            Some(Mode::Standalone) => queues.extend(self.standalone_queue(chart)),
            Some(Mode::Cluster) => {}
            None => queues.push(Field::unknown(mode.at, "the queue depends on the mode, which is not known")),
        }
        // `mq.type` in the server's own configuration is read last and so wins.
        queues.extend(super::super::configured_queue(self.evidence));
        queues
    }

    /// The queue that wins. One that is a default and written as well counts as written.
    pub fn winner(&self, queues: &[Field<Queue>]) -> Field<Queue> {
        let none = || Field::unknown(self.reader.place(&["standalone"]), "no queue is switched on");
        let last = queues.last().cloned().unwrap_or_else(none);
        let said = |queue: &&Field<Queue>| last.is_default() && queue.written_value() == last.value();
        queues.iter().find(said).cloned().unwrap_or(last)
    }

    /// The queue that these values switch on, whether or not it wins: a chart's default may stand above it.
    pub fn switched_on(&self, mode: Option<Mode>) -> Option<Queue> {
        let word = self.reader.text(&["standalone", "messageQueue"]).and_then(|text| text.written_value().cloned());
        let word = word.as_deref().and_then(Queue::parse).filter(|_| mode != Some(Mode::Cluster));
        let on = |(key, _): &&(&str, Queue)| self.reader.node(&path(key)).and_then(truth) == Some(true);
        word.or_else(|| FIRST_BLOCK.iter().chain(&SECOND_BLOCK).rev().find(on).map(|(_, queue)| *queue))
    }

    fn first_on(&self, block: &[(&str, Queue)], silent: &str, chart: Option<&Version>) -> Option<Field<Queue>> {
        for (key, queue) in block.iter().filter(|(key, _)| !names(silent, key)) {
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
        let default = self.default_of("standalone.messageQueue", chart);
        let word = match self.reader.look(&path) {
            // A chart that does not have the key yet configures rocksmq for a standalone, whatever is written.
            _ if self.lacks("standalone.messageQueue", chart) => {
                Field::default(default.at, Queue::RocksMq, default.why().unwrap_or_default())
            }
            Look::Null(node) => Field::unknown(node.at, "null takes the chart's default away"),
            Look::Value(_) => {
                let word = self.reader.word(&path, QUEUES, Queue::parse, &mut Vec::new())?;
                // For a word that they do not know the templates print nothing.
                if word.is_unknown() && self.reader.text(&path).is_some_and(|text| !text.is_unknown()) {
                    return None;
                }
                word
            }
            Look::Absent => match default.said {
                Said::Default(text, why) => match text.as_deref().and_then(Queue::parse) {
                    Some(queue) => Field::default(default.at, queue, why),
                    None => Field::unknown(default.at, why),
                },
                Said::Written(_) => return None,
                Said::Unknown(why) => Field::unknown(default.at, why),
            },
        };
        let printed = self.template_fact(STANDALONE_QUEUES, chart);
        let silent = |queue: &Queue| has_own_block(*queue) || !printed.is_empty() && !names(printed, queue.as_str());
        if word.value().is_some_and(silent) {
            return None;
        }
        let asks = |queue: &Queue| names(self.template_fact(LIVE_QUEUE, chart), queue.as_str());
        match self.live {
            Some(live) if word.value().is_some_and(asks) => {
                Some(Field::default(word.at, live, "what the standalone runs with already"))
            }
            _ => Some(word),
        }
    }

    /// What a chart writes beside the standalone, for the next chart to look at.
    pub fn standalone_word(&self, chart: &Version) -> Option<Queue> {
        let word = self.reader.text(&["standalone", "messageQueue"]).and_then(|text| text.value().cloned());
        let word = word.or_else(|| self.default_of("standalone.messageQueue", Some(chart)).value().cloned().flatten());
        let queue = Queue::parse(&word?)?;
        let asks = names(self.template_fact(LIVE_QUEUE, Some(chart)), queue.as_str());
        Some(self.live.filter(|_| asks).unwrap_or(queue))
    }

    /// The line of the in-cluster Pulsar; 0 when it is another installation's.
    pub fn pulsar_line(&self, chart: Option<&Version>) -> Field<u8> {
        let external = self.switch("externalPulsar.enabled", chart);
        let (two, three) = (self.switch("pulsar.enabled", chart), self.switch("pulsarv3.enabled", chart));
        match (external.value(), two.value(), three.value()) {
            (Some(true), ..) => external.map(|_| 0),
            (_, Some(true), _) => two.map(|_| 2),
            (_, Some(false), Some(true)) => three.map(|_| 3),
            _ => Field::unknown(two.at, "which Pulsar is in force is not known"),
        }
    }

    /// Which coordinators run.
    pub fn coordinators(&self, chart: Option<&Version>) -> Field<CoordinatorLayout> {
        let mode = self.mode(chart);
        if mode.value() == Some(&Mode::Standalone) {
            return Field::default(
                mode.at,
                CoordinatorLayout::Mix,
                "a standalone runs all coordinators in one process",
            );
        }
        let mix = self.switch(MIX, chart);
        let separate: Vec<_> = SEPARATE.iter().map(|key| self.switch(key, chart)).collect();
        let on = separate.iter().find(|field| field.value() == Some(&true));
        let open = separate.iter().find(|field| field.is_unknown());
        match (mix.value(), on, open) {
            // Written by whoever wrote mixCoordinator; a chart that switches it on by itself brings both by a default.
            (Some(true), Some(_), _) => mix.map(|_| CoordinatorLayout::Both),
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
    pub fn oddities(&self) -> Vec<Oddity> {
        let mut oddities = Vec::new();
        for key in switches() {
            let Some(node) = self.reader.node(&path(key)).filter(|node| node.is_string()) else { continue };
            let says_no = |text: &&str| matches!(text.to_ascii_lowercase().as_str(), "false" | "no" | "off");
            if let Some(text) = node.text().filter(says_no) {
                oddities.push(Oddity::QuotedBoolean { key: key.to_string(), text: text.to_string(), at: node.at });
            }
        }
        self.reader.word(&["standalone", "messageQueue"], QUEUES, Queue::parse, &mut oddities);
        oddities
    }
}

/// Whether a queue is configured by switches of its own, so that `standalone.messageQueue` adds nothing for it.
pub(super) fn has_own_block(queue: Queue) -> bool {
    matches!(queue, Queue::Pulsar | Queue::Kafka)
}

/// Whether a list of words, as the facts write it, has one of them.
fn names(list: &str, word: &str) -> bool {
    list.split(' ').any(|one| one == word)
}
