//! What a plan says about a hop, as data: what to look at before, the commands, what to wait for, how to go back.
//!
//! Takes rows of `steps.csv`, `chart-stops.csv` and `builds.csv`. It knows words and ranges; which row speaks of which hop is the
//! plan's business.

use super::load::Row;
use super::{Proof, Range, Version};

/// One sentence of a plan, and when it is said.
#[derive(Clone, Debug)]
pub struct Advice {
    pub id: String,
    /// `before`, `value`, `apply`, `wait`, `after`, `back`, `until`, `trouble`, `keep`, `finished`, or how Milvus is served
    /// meanwhile: `down`, `restart`, `rolling`.
    pub part: String,
    /// Kinds of hops that it speaks of; `plan` is the plan as a whole.
    pub hops: Vec<String>,
    pub from: Range,
    pub to: Range,
    /// Words that narrow it down; `unknown` (for drivers `none`) is one of them, and no word at all means any.
    pub modes: Vec<String>,
    pub queues: Vec<String>,
    pub coordinators: Vec<String>,
    pub drivers: Vec<String>,
    /// What somebody must wish of the way for it to be said.
    pub wishes: Vec<String>,
    /// Which store it speaks of and where that is: `etcd-inside`, `queue-outside`. What is not known counts as inside.
    pub stores: Vec<String>,
    /// Only where the chart or the operator moves past this version.
    pub crosses: Option<Version>,
    /// The operator that the hop needs, and the range as it is written.
    pub needs: Option<Range>,
    pub needs_text: String,
    pub text: String,
    /// What `command` is: `sh`, `yaml`, `values` (`key=value` lines), or `helm`, `argocd`, `flux`, which take the values.
    pub lang: String,
    /// With `<name>` and the like for what the plan fills in.
    pub command: String,
    pub proof: Proof,
}

/// A chart that an upgrade does not pass together with a new Milvus, or does not stop at.
#[derive(Clone, Debug)]
pub struct ChartStop {
    pub id: String,
    /// The first chart after the border.
    pub stop: Option<Version>,
    /// Charts that are no stops.
    pub avoid: Option<Range>,
    pub because: String,
    pub proof: Proof,
}

/// A tag of somebody's own build, and the release that it is.
#[derive(Clone, Debug)]
pub struct Build {
    pub tag: String,
    pub version: Version,
    pub proof: Proof,
}

const PARTS: [&str; 13] = [
    "before", "value", "apply", "wait", "after", "back", "until", "trouble", "keep", "finished", "down", "restart",
    "rolling",
];

const STORES: [&str; 6] =
    ["etcd-inside", "etcd-outside", "storage-inside", "storage-outside", "queue-inside", "queue-outside"];

fn words(row: &mut Row, column: &str, known: &[&str]) -> Vec<String> {
    let text = row.text(column);
    let words: Vec<String> = text.split_whitespace().map(str::to_string).collect();
    if let Some(word) = words.iter().find(|word| !known.contains(&word.as_str())) {
        row.wrong(column, format!("`{word}` is not one of {}", known.join(", ")));
    }
    words
}

fn version(row: &mut Row, column: &str) -> Option<Version> {
    let text = row.text(column);
    (!text.is_empty()).then(|| row.version(column))
}

fn range(row: &mut Row, column: &str) -> Option<Range> {
    let text = row.text(column);
    (!text.is_empty()).then(|| row.range(column))
}

pub(super) fn advice(row: &mut Row) -> Advice {
    Advice {
        id: row.filled("id"),
        part: row.word("part", |text| PARTS.contains(&text).then(|| text.to_string())).unwrap_or_default(),
        hops: words(row, "hop", &["plan", "version", "migration", "coordinators", "operator", "chart"]),
        from: row.range("from"),
        to: row.range("to"),
        modes: words(row, "mode", &["standalone", "cluster", "unknown"]),
        queues: words(row, "queue", &["rocksmq", "natsmq", "pulsar", "kafka", "woodpecker", "unknown"]),
        coordinators: words(row, "coordinators", &["separate", "mix", "mix+separate", "unknown"]),
        drivers: words(row, "driver", &["operator", "helm", "argocd", "flux", "compose", "none"]),
        wishes: words(row, "wish", &["fewest-hops", "no-downtime", "newest-patches"]),
        stores: words(row, "stores", &STORES),
        crosses: version(row, "crosses"),
        needs: range(row, "needs"),
        needs_text: row.text("needs"),
        text: row.filled("text"),
        lang: row
            .word("lang", |text| {
                let known = ["sh", "yaml", "values", "helm", "argocd", "flux"];
                known.contains(&text).then(|| text.to_string())
            })
            .unwrap_or_default(),
        command: row.text("command"),
        proof: row.proof(),
    }
}

pub(super) fn chart_stop(row: &mut Row) -> ChartStop {
    let what = row.word("what", |text| matches!(text, "stop" | "avoid").then(|| text.to_string()));
    let stop = what.as_deref() == Some("stop");
    ChartStop {
        id: row.filled("id"),
        stop: if stop { Some(row.version("chart")) } else { None },
        avoid: if stop { None } else { Some(row.range("chart")) },
        because: row.filled("because"),
        proof: row.proof(),
    }
}

pub(super) fn build(row: &mut Row) -> Build {
    Build { tag: row.filled("tag"), version: row.version("version"), proof: row.proof() }
}
