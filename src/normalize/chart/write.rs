//! Says in the chart's words what should be true.
//!
//! Nobody tells here which chart it will be, so what is written holds for every chart that knows the words.

use super::super::{Rewrite, configured_rewrite, retagged};
use super::values::{MIX, SEPARATE, has_own_block, path, truth};
use crate::detect::{Evidence, Layer, Look};
use crate::finding::Set;
use crate::model::{CoordinatorLayout, Image, Mode, Queue};
use crate::yaml::{Change, Node};
use std::sync::Arc;

/// Says a [`Set`] in the chart's words.
pub(in super::super) fn write(evidence: &Evidence, set: &Set) -> Option<Rewrite> {
    let writer = Writer { evidence, layer: layer(evidence, set)? };
    if evidence.own_chart && evidence.layers.get(&["image", "all"]).is_none() {
        let Set::Version(version) = set else { return None };
        let changes = vec![writer.own_image(version)?];
        return Some(Rewrite { document: Arc::clone(&writer.layer.document), changes });
    }
    let changes = match set {
        Set::Version(version) => vec![writer.version(version)],
        Set::Mode(mode) => vec![writer.flag("cluster.enabled", *mode == Mode::Cluster)],
        Set::Queue(queue) => match configured_rewrite(evidence, *queue) {
            Some(rewrite) => return Some(rewrite),
            None => writer.queue(*queue)?,
        },
        Set::PulsarLine(line) => {
            vec![writer.flag("pulsar.enabled", *line == 2), writer.flag("pulsarv3.enabled", *line == 3)]
        }
        Set::Coordinators(CoordinatorLayout::Mix) => writer.coordinators(true),
        Set::Coordinators(CoordinatorLayout::Separate) => writer.coordinators(false),
        Set::Unquoted(key) => vec![writer.flag(key, false)],
        _ => return None,
    };
    Some(Rewrite { document: Arc::clone(&writer.layer.document), changes })
}

/// Where to write: one value is changed where it is written, if it can be there; what takes several, and what nobody wrote
/// yet, is written on top of everything.
fn layer<'e>(evidence: &'e Evidence, set: &Set) -> Option<&'e Layer> {
    let written = match set {
        Set::Version(_) => evidence.layers.written_in(&["image", "all", "tag"]),
        Set::Mode(_) => evidence.layers.written_in(&["cluster", "enabled"]),
        _ => None,
    };
    written.filter(|layer| layer.editable).or_else(|| evidence.layers.writable())
}

struct Writer<'a> {
    evidence: &'a Evidence,
    layer: &'a Layer,
}

impl Writer<'_> {
    fn flag(&self, key: &str, on: bool) -> Change {
        Change::Set { path: self.layer.path_to(&path(key)), value: on.to_string(), string: false }
    }

    /// What is written of a switch: `None` when it is left to the chart.
    fn written(&self, key: &str) -> Option<bool> {
        match self.evidence.layers.look(&path(key)) {
            Look::Absent => None,
            Look::Null(_) => Some(false),
            Look::Value(node) => Some(truth(node).unwrap_or(true)),
        }
    }

    fn version(&self, version: &str) -> Change {
        let key = ["image", "all", "tag"];
        let tag = self.evidence.layers.get(&key).and_then(Node::raw_text).unwrap_or("v");
        let image = retagged(&Image::parse(&format!("milvus:{tag}")), version);
        self.layer.set(&key, image.strip_prefix("milvus:").unwrap_or(&image))
    }

    /// Of another chart than the Milvus chart only the image is understood, and so only the image can be changed.
    fn own_image(&self, version: &str) -> Option<Change> {
        let image = self.evidence.layers.get(&["image"])?;
        Some(match image.text() {
            Some(text) => self.layer.set(&["image"], retagged(&Image::parse(text), version)),
            None => {
                let tag = image.get("tag").and_then(Node::text).unwrap_or("v");
                let image = retagged(&Image::parse(&format!("milvus:{tag}")), version);
                self.layer.set(&["image", "tag"], image.strip_prefix("milvus:").unwrap_or(&image))
            }
        })
    }

    /// A queue wins when its block is printed and none of those that the templates print after it, or instead of it.
    fn queue(&self, queue: Queue) -> Option<Vec<Change>> {
        let standalone = self.written("cluster.enabled") == Some(false);
        let mut changes = Vec::new();
        if standalone {
            changes.push(self.layer.set(&["standalone", "messageQueue"], queue.as_str()));
            if !has_own_block(queue) {
                return Some(changes);
            }
        }
        match queue {
            Queue::Pulsar => {
                changes.extend(self.switched_off(&["externalKafka.enabled", "kafka.enabled"]));
                let own =
                    ["externalPulsar.enabled", "pulsar.enabled"].iter().any(|key| self.written(key) == Some(true));
                if !own {
                    changes.extend(self.switched_off(&["woodpecker.enabled"]));
                    changes.extend(self.pulsar_on());
                }
            }
            Queue::Kafka => {
                changes.extend(self.switched_off(&["externalPulsar.enabled", "pulsar.enabled", "woodpecker.enabled"]));
                changes.push(self.flag("pulsarv3.enabled", false));
                if self.written("externalKafka.enabled") != Some(true) {
                    changes.push(self.flag("kafka.enabled", true));
                }
            }
            Queue::Woodpecker => {
                changes.extend(self.switched_off(&["externalPulsar.enabled", "pulsar.enabled"]));
                changes.extend(self.switched_off(&["externalKafka.enabled", "kafka.enabled"]));
                changes.extend([self.flag("pulsarv3.enabled", false), self.flag("woodpecker.enabled", true)]);
            }
            // They live inside one process.
            Queue::RocksMq | Queue::NatsMq => return None,
        }
        Some(changes)
    }

    /// Every chart has one Pulsar on by default. Where something is written that might leave none, the newer one is
    /// switched on; a chart that does not know it has the older one on.
    fn pulsar_on(&self) -> Option<Change> {
        let (two, three) = (self.written("pulsar.enabled"), self.written("pulsarv3.enabled"));
        let left = three == Some(true) || two.is_none() && three.is_none();
        (!left).then(|| self.flag("pulsarv3.enabled", true))
    }

    fn switched_off(&self, keys: &[&str]) -> Vec<Change> {
        keys.iter().filter(|key| self.written(key) == Some(true)).map(|key| self.flag(key, false)).collect()
    }

    /// All five are written, for their defaults differ from chart to chart.
    fn coordinators(&self, mix: bool) -> Vec<Change> {
        let separate = SEPARATE.iter().map(|key| self.flag(key, !mix));
        std::iter::once(self.flag(MIX, mix)).chain(separate).collect()
    }
}
