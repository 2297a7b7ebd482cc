//! What depends on several values at once: the operator's own, and what it decides by them.

use super::super::{Reader, configured_queue};
use super::{SEPARATE, default};
use crate::detect::Evidence;
use crate::facts::Facts;
use crate::model::{CoordinatorLayout, Field, Mode, Oddity, Queue, Version};

/// What the operator was told, as far as other values depend on it.
pub(super) struct Told<'a> {
    pub reader: &'a Reader<'a>,
    pub mode: &'a Field<Mode>,
    pub operator: Option<&'a Version>,
    /// The version by which the operator decides.
    pub gate: Option<&'a Version>,
    pub facts: &'a Facts,
}

const QUEUES: &str = "pulsar, kafka, woodpecker, rocksmq, natsmq, custom";

impl Told<'_> {
    fn fact(&self, field: &str, mode: Mode) -> Option<&str> {
        self.facts.operator_default(field, self.operator, self.gate, Some(mode))
    }

    /// The queue. `custom` leaves it to the server's own configuration.
    pub fn queue(&self, evidence: &Evidence, oddities: &mut Vec<Oddity>) -> Field<Queue> {
        let path = ["spec", "dependencies", "msgStreamType"];
        let at = self.reader.place(&path);
        if self.reader.text(&path).and_then(|text| text.written_value().cloned()).as_deref() == Some("custom") {
            return configured_queue(evidence).unwrap_or_else(|| Field::unknown(at, "a custom message stream"));
        }
        self.reader.word(&path, QUEUES, Queue::parse, oddities).unwrap_or_else(|| {
            let Some(mode) = self.mode.value() else {
                return Field::unknown(at, "the default depends on the mode, which is not known");
            };
            match self.fact("queue", *mode).and_then(Queue::parse) {
                Some(queue) => Field::default(at, queue, format!("the operator's default for a {}", mode.as_str())),
                None => Field::unknown(at, "the default depends on the operator's version and on the image"),
            }
        })
    }

    /// Whether updates roll. A written value stays what is written, though the operator may override it: that is a
    /// fault to report, not a value to hide.
    pub fn rolling(&self, operator: &Field<Version>, queue: &Field<Queue>) -> Field<bool> {
        let path = ["spec", "components", "enableRollingUpdate"];
        self.reader.switch(&path).unwrap_or_else(|| {
            let at = self.reader.place(&path);
            match (self.forced_off(), queue.value()) {
                (None, _) => {}
                (Some(queues), Some(queue)) => {
                    if queues.split(' ').any(|name| name == queue.as_str()) {
                        return Field::default(at, false, format!("the operator's way with {}", queue.as_str()));
                    }
                }
                (Some(_), None) => return Field::unknown(at, "it depends on the queue, which is not known"),
            }
            let answer = self.facts.operator_default("rolling", self.operator, None, None);
            default(answer, at, operator, |text| Some(text == "true"))
        })
    }

    /// As what the operator takes the version; it reads tags in a way of its own.
    pub fn gate_word(&self, operator: &Field<Version>) -> Field<String> {
        let at = self.reader.place(&["spec", "components", "image"]);
        if self.gate.is_none() && self.operator.is_none() {
            return Field::unknown(at, "neither the operator's version nor the image is known");
        }
        default(self.facts.operator_default("gate", self.operator, self.gate, None), at, operator, |text| {
            Some(text.to_string())
        })
    }

    /// Whether updates roll in the end: what is written does not hold with a queue that cannot be shared by two pods.
    pub fn rolls(&self, rolling: &Field<bool>, queue: &Field<Queue>) -> Field<bool> {
        match (self.forced_off(), queue.value()) {
            (None, _) => rolling.clone(),
            (Some(queues), Some(queue)) if queues.split(' ').any(|name| name == queue.as_str()) => {
                Field::default(rolling.at, false, format!("the operator's way with {}", queue.as_str()))
            }
            (Some(_), Some(_)) => rolling.clone(),
            (Some(_), None) if rolling.value() == Some(&false) => rolling.clone(),
            (Some(_), None) => Field::unknown(rolling.at, "it depends on the queue, which is not known"),
        }
    }

    /// The queues with which this mode, if it is known, never rolls.
    fn forced_off(&self) -> Option<&str> {
        let mode = self.mode.value();
        let mut rows = self.facts.operator_defaults.iter().filter(|row| row.field == "rollingForcedOff");
        rows.any(|row| mode.is_none() || row.mode.is_none() || row.mode == mode.copied())
            .then(|| self.facts.operator_default("rollingForcedOff", self.operator, None, mode.copied()))
            .flatten()
    }

    /// The major line of a Pulsar that the operator installs. Where it is not written, the operator keeps what it once
    /// installed; what that was is known only if every operator's first choice is the same.
    pub fn pulsar_line(&self, operator: &Field<Version>, queue: &Field<Queue>) -> Option<Field<u8>> {
        let external = self.reader.switch(&["spec", "dependencies", "pulsar", "external"]);
        if queue.value() != Some(&Queue::Pulsar) || external.is_some_and(|field| field.value() == Some(&true)) {
            return None;
        }
        let line = |text: &str| text.trim_start_matches("pulsar-").strip_prefix('v')?.parse().ok();
        let path = ["spec", "dependencies", "pulsar", "inCluster", "chartVersion"];
        if let Some(text) = self.reader.text(&path) {
            let written = text.written_value().and_then(|text| line(text));
            return Some(written.map_or_else(
                || Field::unknown(text.at, "which Pulsar this is cannot be read"),
                |line| Field::written(text.at, line),
            ));
        }
        let at = self.reader.place(&path);
        let answer = |field| self.facts.operator_default(field, self.operator, None, None);
        let (first, kept) = (answer("pulsarLine"), answer("pulsarLineExisting"));
        Some(match first {
            Some(first) if Some(first) == kept => default(Some(first), at, operator, line),
            _ => {
                Field::unknown(at, "the operator keeps the Pulsar that it installed first, and nothing here says which")
            }
        })
    }

    /// Which coordinators run: mixCoord as soon as it is written, whatever stands beside it and with any number of
    /// replicas; one of the four makes the operator add the other three.
    /// Source: zilliztech/milvus-operator@a6dcc6386adf apis/milvus.io/v1beta1/milvus_webhook.go, pkg/controllers/components.go.
    pub fn coordinators(&self) -> Field<CoordinatorLayout> {
        let written = |name: &&str| {
            let path = ["spec", "components", name];
            self.reader.node(&path).map(|_| self.reader.place(&path))
        };
        let separate = SEPARATE.iter().find_map(written);
        match (self.mode.value(), written(&"mixCoord"), separate) {
            (Some(Mode::Standalone), ..) => Field::default(
                self.mode.at,
                CoordinatorLayout::Mix,
                "a standalone runs all coordinators in one process",
            ),
            (_, Some(at), _) => Field::written(at, CoordinatorLayout::Mix),
            (_, None, Some(at)) => match self.forced() {
                Some(layout) => Field::default(at, layout, "the operator adds mixCoord for this Milvus"),
                None => Field::written(at, CoordinatorLayout::Separate),
            },
            (_, None, None) => {
                let at = self.reader.place(&["spec", "components"]);
                match self.fact("coordinators", Mode::Cluster).and_then(CoordinatorLayout::parse) {
                    Some(layout) => Field::default(at, layout, "the operator's default for a cluster"),
                    None => Field::unknown(at, "the default depends on the operator's version"),
                }
            }
        }
    }

    /// The layout that runs whatever is written; an operator that is not known is one that can run the Milvus.
    fn forced(&self) -> Option<CoordinatorLayout> {
        self.gate?;
        self.fact("coordinatorsForced", Mode::Cluster).and_then(CoordinatorLayout::parse)
    }
}
