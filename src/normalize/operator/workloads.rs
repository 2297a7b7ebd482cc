//! Which Deployments the operator makes, how each replaces its pods, and in which order.
//!
//! Takes what the operator was told. Groups of deployments count as the component that they are made of.
//! Source: zilliztech/milvus-operator pkg/controllers/components.go, deployment_updater.go, dependency_graph.go.

use super::COMPONENTS;
use super::told::Told;
use crate::detect::Evidence;
use crate::model::{CoordinatorLayout, Field, Mode, Strategy, Workload};
use crate::yaml::Node;

/// The section of the server's configuration of each coordinator.
const SECTIONS: [&str; 4] = ["rootCoord", "dataCoord", "queryCoord", "indexCoord"];

/// What the workloads depend on.
pub(super) struct Parts<'a> {
    pub told: &'a Told<'a>,
    pub evidence: &'a Evidence,
    pub coordinators: &'a Field<CoordinatorLayout>,
    /// Whether updates roll, whatever is written.
    pub rolls: &'a Field<bool>,
    pub update_mode: &'a Field<String>,
}

impl Parts<'_> {
    /// The Deployments.
    pub fn workloads(&self) -> Field<Vec<Workload>> {
        let at = self.told.mode.at;
        let Some(mode) = self.told.mode.value() else {
            return Field::unknown(at, "the components depend on the mode, which is not known");
        };
        let Some(layout) = self.coordinators.value() else {
            return Field::unknown(at, self.coordinators.why().unwrap_or_default());
        };
        let field = match (mode, layout) {
            (Mode::Standalone, _) => "workloads.standalone",
            (_, CoordinatorLayout::Separate) => "workloads.separate",
            _ => "workloads.mix",
        };
        let (Some(names), Some(streaming), Some(cdc)) = (self.fact(field), self.streaming(), self.optional("cdc"))
        else {
            return Field::unknown(at, "the components depend on the operator's version and on the image");
        };
        let mut names: Vec<&str> = names.split(' ').collect();
        if streaming && *mode == Mode::Cluster && !names.contains(&"streamingnode") {
            names.push("streamingnode");
        }
        if cdc {
            names.push("cdc");
        }
        let order = self.order(*mode, *layout, streaming);
        let workload = |name: &&str| Workload {
            component: (*name).to_string(),
            strategy: self.strategy(name),
            waits_for: self.waits_for(name, &order),
            idle: self.is_idle(name, *mode),
        };
        Field::default(at, names.iter().map(workload).collect(), "what the operator makes of this resource")
    }

    fn fact(&self, field: &str) -> Option<&str> {
        let told = self.told;
        told.facts.operator_default(field, told.operator, told.gate, told.mode.value().copied())
    }

    fn is_written(&self, component: &str) -> bool {
        self.told.reader.node(&["spec", "components", component]).is_some()
    }

    /// Whether a component that the operator may not know yet is written and understood; `None` where that is open.
    fn optional(&self, component: &str) -> Option<bool> {
        if !self.is_written(component) {
            return Some(false);
        }
        Some(self.fact(component)? != "-")
    }

    /// Whether streaming nodes run beside what the coordinators ask for.
    fn streaming(&self) -> Option<bool> {
        if self.fact("workloads.mix").is_some_and(|names| names.contains("streamingnode")) {
            return Some(true);
        }
        if let Some(mode) = self.told.reader.switch(&["spec", "components", "streamingMode"])
            && self.fact("streamingMode")? != "-"
        {
            return mode.value().copied();
        }
        self.optional("streamingNode")
    }

    /// The components in the order in which they get a new image.
    fn order(&self, mode: Mode, layout: CoordinatorLayout, streaming: bool) -> Vec<&str> {
        let field = match (mode, layout) {
            (Mode::Standalone, _) => return Vec::new(),
            _ if streaming => "order.streaming",
            (_, CoordinatorLayout::Separate) => "order.separate",
            _ => "order.mix",
        };
        let mut order: Vec<&str> = self.fact(field).map(|order| order.split(' ').collect()).unwrap_or_default();
        if self.update_mode.value().map(String::as_str) == Some("rollingDowngrade") {
            order.reverse();
        }
        order
    }

    fn waits_for(&self, component: &str, order: &[&str]) -> Option<String> {
        let place = order.iter().position(|name| *name == component)?;
        Some(order[place.checked_sub(1)?].to_string())
    }

    fn is_idle(&self, component: &str, mode: Mode) -> bool {
        let key = COMPONENTS.iter().find(|key| key.eq_ignore_ascii_case(component)).copied().unwrap_or(component);
        let replicas = self.told.reader.node(&["spec", "components", key, "replicas"]).and_then(Node::raw_text);
        match replicas {
            Some(text) => text == "0",
            None => component == "standalone" && mode == Mode::Cluster,
        }
    }

    /// A coordinator is stopped first, unless another may stand by for it; who does the work of all four needs that of all.
    fn strategy(&self, component: &str) -> Option<Strategy> {
        let update_mode = self.update_mode.value()?;
        let manual = self.told.reader.switch(&["spec", "components", "enableManualMode"]);
        if update_mode == "force" || manual.is_some_and(|on| on.value() != Some(&false)) {
            let word = if update_mode == "force" { "force" } else { "manual" };
            if self.fact("allAtOnce")?.split(' ').any(|one| one == word) {
                return Some(Strategy::all_at_once());
            }
        }
        let rolling = Strategy::Rolling { surge: Some("1".to_string()), unavailable: Some("0".to_string()) };
        let sections: Vec<&str> = match component {
            "mixcoord" | "standalone" => SECTIONS.to_vec(),
            _ => SECTIONS.iter().copied().filter(|section| section.eq_ignore_ascii_case(component)).collect(),
        };
        if sections.is_empty() || self.all_stand_by()? {
            return Some(rolling);
        }
        let stands_by = |section: &&str| {
            let node = self.evidence.server.get(&[section, "enableActiveStandby"]);
            node.is_some_and(|node| node.as_bool() == Some(true))
        };
        Some(if sections.iter().all(stands_by) { rolling } else { Strategy::Recreate })
    }

    /// Whether the operator itself lets every coordinator have one that stands by.
    fn all_stand_by(&self) -> Option<bool> {
        match self.fact("activeStandby")? {
            "always" => Some(true),
            _ => self.rolls.value().copied(),
        }
    }
}
