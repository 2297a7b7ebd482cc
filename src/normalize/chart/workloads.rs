//! Which Deployments a chart renders, and how each replaces its pods.
//!
//! Takes the values as one chart reads them. Sub-charts and the console are not among them: they are no part of Milvus.
//! Source: zilliztech/milvus-helm charts/milvus/templates/*-deployment.yaml, every tag from 3.0.0 to 5.0.19.

use super::values::{Values, path, truth};
use crate::detect::Look;
use crate::model::{Field, Mode, Strategy, Version, Workload};
use crate::yaml::Node;

/// A component: its switch, the key of its values, its role.
struct Part {
    switch: &'static str,
    key: &'static str,
    component: &'static str,
}

const fn part(switch: &'static str, key: &'static str, component: &'static str) -> Part {
    Part { switch, key, component }
}

/// Of a coordinator only one pod is active, so that it is stopped first unless another stands by.
const COORDINATORS: [Part; 5] = [
    part("rootCoordinator.enabled", "rootCoordinator", "rootcoord"),
    part("dataCoordinator.enabled", "dataCoordinator", "datacoord"),
    part("queryCoordinator.enabled", "queryCoordinator", "querycoord"),
    part("indexCoordinator.enabled", "indexCoordinator", "indexcoord"),
    part("mixCoordinator.enabled", "mixCoordinator", "mixcoord"),
];

const NODES: [Part; 5] = [
    part("proxy.enabled", "proxy", "proxy"),
    part("queryNode.enabled", "queryNode", "querynode"),
    part("indexNode.enabled", "indexNode", "indexnode"),
    part("dataNode.enabled", "dataNode", "datanode"),
    part("streaming.enabled", "streamingNode", "streamingnode"),
];

/// The one that does not ask for the mode.
const CDC: Part = part("cdc.enabled", "cdc", "cdc");

impl Values<'_> {
    /// What runs; unknown as soon as one switch is.
    pub fn workloads(&self, chart: Option<&Version>) -> Field<Vec<Workload>> {
        let mode = self.mode(chart);
        let mut all = Vec::new();
        match mode.value() {
            None => return Field::unknown(mode.at, mode.why().unwrap_or_default()),
            Some(Mode::Standalone) => all.push(Workload {
                component: "standalone".to_string(),
                strategy: Some(Strategy::Recreate),
                waits_for: None,
                idle: false,
            }),
            Some(Mode::Cluster) => {
                for (parts, coordinators) in [(&COORDINATORS, true), (&NODES, false)] {
                    for part in parts {
                        if let Err(why) = self.add(part, coordinators, chart, &mut all) {
                            return Field::unknown(mode.at, why);
                        }
                    }
                }
            }
        }
        if let Err(why) = self.add(&CDC, false, chart, &mut all).and_then(|()| self.add_woodpecker(chart, &mut all)) {
            return Field::unknown(mode.at, why);
        }
        match chart {
            Some(chart) => Field::default(mode.at, all, format!("what chart {chart} makes of these values")),
            None => Field::unknown(mode.at, "the chart is not known"),
        }
    }

    fn add(
        &self,
        part: &Part,
        coordinator: bool,
        chart: Option<&Version>,
        all: &mut Vec<Workload>,
    ) -> Result<(), String> {
        let on = self.switch(part.switch, chart);
        if *on.value().ok_or_else(|| on.why().unwrap_or_default().to_string())? {
            let replicas = self.reader.node(&[part.key, "replicas"]).and_then(Node::raw_text);
            all.push(Workload {
                component: part.component.to_string(),
                strategy: self.strategy(part.key, coordinator, chart),
                waits_for: None,
                idle: replicas == Some("0"),
            });
        }
        Ok(())
    }

    /// The service that holds the log, where it is not embedded in the nodes.
    fn add_woodpecker(&self, chart: Option<&Version>, all: &mut Vec<Workload>) -> Result<(), String> {
        const EMBEDDED: &str = "streaming.woodpecker.embedded";
        let knows = !self.lacks(EMBEDDED, chart);
        let apart = self.reader.node(&path(EMBEDDED)).and_then(Node::as_bool) == Some(false);
        if knows && apart {
            self.add(&part("woodpecker.enabled", "woodpecker", "woodpecker"), false, chart, all)?;
        }
        Ok(())
    }

    fn strategy(&self, key: &str, coordinator: bool, chart: Option<&Version>) -> Option<Strategy> {
        let reads = !self.template_fact("templates.strategy", chart).is_empty();
        if coordinator {
            let standby = match self.reader.look(&[key, "activeStandby", "enabled"]) {
                Look::Value(node) => truth(node)?,
                Look::Null(_) | Look::Absent => false,
            };
            if !reads || !standby {
                return Some(Strategy::Recreate);
            }
        }
        // A StatefulSet has no such key.
        if !reads || key == "woodpecker" {
            return Some(Strategy::Unsaid);
        }
        match self.reader.look(&[key, "strategy"]) {
            Look::Value(node) => written(node),
            Look::Null(_) | Look::Absent => Some(Strategy::Unsaid),
        }
    }
}

/// A strategy that is written; `None` where a template stands in it.
fn written(node: &Node) -> Option<Strategy> {
    if !node.is_map() || node.entries().next().is_none() {
        return node.is_map().then_some(Strategy::Unsaid);
    }
    let limit = |name: &str| node.at_path(&["rollingUpdate", name]).and_then(Node::raw_text).map(str::to_string);
    match node.get("type").and_then(Node::raw_text) {
        Some("Recreate") => Some(Strategy::Recreate),
        Some("RollingUpdate") | None => {
            Some(Strategy::Rolling { surge: limit("maxSurge"), unavailable: limit("maxUnavailable") })
        }
        Some(_) => None,
    }
}
