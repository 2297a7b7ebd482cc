//! What a hop needs: the rows of the facts that speak of it, with its names and versions filled in.

use super::route::Leg;
use super::{Command, Driver, Item, Kind, Reason, Service, Situation};
use crate::facts::{Advice, Facts, Via};
use crate::model::{CoordinatorLayout, Mode, Queue, Version};

/// What is said of, and what is filled in.
pub struct Talk<'a> {
    pub facts: &'a Facts,
    pub now: &'a Situation,
    /// The kind of the hop, or `plan`.
    pub hop: &'static str,
    pub from: &'a Version,
    pub to: &'a Version,
    pub coordinators: Option<CoordinatorLayout>,
    /// The chart or the operator, before and after.
    pub tool: (Option<&'a Version>, Option<&'a Version>),
}

impl<'a> Talk<'a> {
    /// The sentences of one part.
    pub fn items(&self, part: &str) -> Vec<Item> {
        self.rows(part).into_iter().map(|row| self.item(row)).collect()
    }

    /// The rows of one part, in the order of the table.
    pub fn rows(&self, part: &str) -> Vec<&'a Advice> {
        self.facts.steps.iter().filter(|row| row.part == part && self.speaks(row)).collect()
    }

    /// Values of the chart that must be written, each with the reason.
    pub fn values(&self) -> Vec<(String, String, String)> {
        let mut values: Vec<(String, String, String)> = Vec::new();
        for row in self.rows("value") {
            for line in self.fill(&row.command).lines() {
                let Some((key, value)) = line.split_once('=') else { continue };
                if !values.iter().any(|(known, ..)| known == key) {
                    values.push((key.to_string(), value.to_string(), row.text.clone()));
                }
            }
        }
        values
    }

    fn speaks(&self, row: &Advice) -> bool {
        let any = |words: &[String], word: &str| words.is_empty() || words.iter().any(|known| known == word);
        let now = self.now;
        row.hops.iter().any(|hop| hop == self.hop)
            && row.from.contains(self.from)
            && row.to.contains(self.to)
            && any(&row.modes, now.mode.map_or("unknown", Mode::as_str))
            && any(&row.queues, now.queue.map_or("unknown", Queue::as_str))
            && any(&row.coordinators, self.coordinators.map_or("unknown", CoordinatorLayout::as_str))
            && any(&row.drivers, now.driver.map_or("none", Driver::as_str))
            && any(&row.wishes, now.wish.as_str())
            && row.stores.iter().all(|word| now.stores.fits(word))
            && row.crosses.as_ref().is_none_or(|border| self.crosses(border))
    }

    fn crosses(&self, border: &Version) -> bool {
        let (before, after) = self.tool;
        before.is_none_or(|before| before < border) && after.is_some_and(|after| border <= after)
    }

    fn item(&self, row: &Advice) -> Item {
        let command = (!row.command.is_empty()).then(|| self.command(row));
        Item {
            id: row.id.clone(),
            text: self.fill(&row.text),
            command,
            source: row.proof.source.clone(),
            seen: row.proof.seen.clone(),
            confidence: row.proof.confidence,
        }
    }

    fn command(&self, row: &Advice) -> Command {
        let text = self.fill(&row.command);
        let values = self.values();
        let pairs = |prefix: &str| {
            let own = text.lines().filter_map(|line| line.split_once('='));
            let own = own.map(|(key, value)| (key.to_string(), value.to_string()));
            own.chain(values.iter().map(|(key, value, _)| (format!("{prefix}.{key}"), value.clone())))
                .collect::<Vec<_>>()
        };
        match row.lang.as_str() {
            "helm" => {
                let sets = values.iter().map(|(key, value, _)| format!(" \\\n  --set {key}={value}"));
                Command { lang: "sh", text: std::iter::once(text.clone()).chain(sets).collect() }
            }
            "argocd" => Command { lang: "yaml", text: nested(&pairs("spec.source.helm.valuesObject")) },
            "flux" => Command { lang: "yaml", text: nested(&pairs("spec.values")) },
            "yaml" => Command { lang: "yaml", text },
            _ => Command { lang: "sh", text },
        }
    }

    /// Puts what is known in the place of `<name>` and the like; what is not known stays to be seen.
    fn fill(&self, text: &str) -> String {
        let now = self.now;
        let tag = |version: &Version| format!("v{version}{}", now.variant);
        let repository = match now.repository.as_deref() {
            Some(own) if is_plain(own, "/:_") => own,
            Some(_) => "<repository>",
            None => self.default_repository().unwrap_or("<repository>"),
        };
        let known = [
            ("<name>", now.name.clone().filter(|text| is_plain(text, ""))),
            ("<namespace>", now.namespace.clone().filter(|text| is_plain(text, ""))),
            ("<from>", Some(self.from.to_string())),
            ("<to>", Some(self.to.to_string())),
            ("<tag>", Some(tag(self.to))),
            ("<image>", Some(format!("{repository}:{}", tag(self.to)))),
            ("<image-before>", Some(format!("{repository}:{}", tag(self.from)))),
            ("<queue>", now.queue.map(|queue| queue.as_str().to_string())),
            ("<mode>", now.mode.map(|mode| mode.as_str().to_string())),
            ("<tool>", self.facts.migration_tool().map(|tool| tool.image.clone())),
            ("<chart>", self.tool.1.map(ToString::to_string)),
            ("<operator>", self.tool.1.map(ToString::to_string)),
        ];
        known.iter().fold(text.to_string(), |text, (place, value)| match value {
            Some(value) => text.replace(place, value),
            None => text,
        })
    }

    fn default_repository(&self) -> Option<&'a str> {
        let newest = &self.facts.charts.last()?.version;
        self.facts.chart_default(newest, "image.all.repository").flatten()
    }
}

/// Whether a text from a file can stand in a command: nothing that a shell would read.
fn is_plain(text: &str, more: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c) || more.contains(c))
}

/// How Milvus is served during a leg.
pub fn service(facts: &Facts, now: &Situation, leg: &Leg) -> Service {
    let kind = if leg.via == Via::Migration { Kind::Migration } else { Kind::Version };
    let talk = Talk {
        facts,
        now,
        hop: kind.as_str(),
        from: leg.from,
        to: leg.to,
        coordinators: now.coordinators,
        tool: (None, None),
    };
    talk.service().0
}

impl Talk<'_> {
    /// How Milvus is served meanwhile, and why: the first row that speaks of it, the worst kind first.
    pub fn service(&self) -> (Service, Reason) {
        let kinds = [("down", Service::Down), ("restart", Service::Restart), ("rolling", Service::Rolling)];
        for (part, service) in kinds {
            if let Some(row) = self.rows(part).first() {
                return (service, Reason { text: self.fill(&row.text), source: row.proof.source.clone() });
            }
        }
        (Service::Restart, Reason::default())
    }
}

/// YAML of `a.b=c` pairs, in their order.
fn nested(pairs: &[(String, String)]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    // What shares a beginning must stand together, or a key would be written twice.
    let mut ordered: Vec<&(String, String)> = Vec::new();
    for pair in pairs {
        let shared = |other: &(String, String)| {
            other.0.split('.').zip(pair.0.split('.')).take_while(|(one, two)| one == two).count()
        };
        let best = ordered.iter().map(|other| shared(other)).max().unwrap_or(0);
        let after = ordered.iter().rposition(|other| shared(other) == best).map_or(0, |at| at + 1);
        ordered.insert(after, pair);
    }
    for (key, value) in ordered {
        let parts: Vec<&str> = key.split('.').collect();
        let (last, parents) = parts.split_last().expect("a split has a part");
        let same = open.iter().zip(parents).take_while(|(one, two)| one.as_str() == **two).count();
        open.truncate(same);
        for parent in &parents[same..] {
            lines.push(format!("{}{parent}:", "  ".repeat(open.len())));
            open.push((*parent).to_string());
        }
        lines.push(format!("{}{last}: {value}", "  ".repeat(open.len())));
    }
    lines.join("\n")
}
