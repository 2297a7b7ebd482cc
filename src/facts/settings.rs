//! Facts about single keys: what a value means for a Milvus of some version, chart, operator and mode.
//!
//! A row of `settings.csv` speaks of a Milvus when all its columns match. Where a column asks for something that is not known,
//! the answer is open, and it says what one would have to find out.

use super::{Facts, Proof};
use crate::model::{Deployment, Dialect, Mode, Queue, Range, Setting, Settings, Tree, Version, Worth};

/// When a row is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The Milvus as it stands.
    State,
    /// The version changes.
    Upgrade,
    /// What is written at the key changes.
    Change,
    /// What is written at the key changes together with the version.
    Together,
    /// The chart's version changes.
    Chart,
    /// The operator's version changes.
    Operator,
    /// A MilvusUpgrade names this Milvus.
    Migration,
}

/// A statement about a key.
#[derive(Clone, Debug)]
pub struct SettingFact {
    pub id: String,
    /// The rule that reports it.
    pub rule: String,
    pub when: When,
    pub tree: Tree,
    /// A pattern of keys: `spec.components.*.paused`.
    pub key: String,
    /// What must be written: a text, `a|b`, `*` for anything, `-` for nothing at all, or a comparison such as `>1`, `!=2`,
    /// `~part`, `!~part`, `~:#/` (`#` is a number), `#>1` and `#<1` (the items of a list), `""` (written and empty).
    pub value: String,
    /// For a change: what must have been written before, in the same form. Empty: anything else than now.
    pub was: String,
    /// Other keys of the same tree that must say something too: `key=value` separated by spaces.
    pub also: String,
    /// Whether the operator's webhook must be on or off: `@webhook=on` among those keys.
    pub webhook: Option<bool>,
    /// The same of the base, for a change.
    pub also_was: String,
    /// The version that runs before.
    pub from: Range,
    pub milvus: Range,
    /// The chart before, and after.
    pub chart_from: Range,
    pub chart: Range,
    pub operator: Range,
    pub kubernetes: Range,
    pub dialect: Option<Dialect>,
    pub mode: Option<Mode>,
    pub queue: Option<Queue>,
    /// The ranges as they are written.
    pub from_text: String,
    pub milvus_text: String,
    pub chart_from_text: String,
    pub chart_text: String,
    pub operator_text: String,
    pub kubernetes_text: String,
    /// Which of the ranges narrow it down; `*` asks for nothing.
    pub asks: Asks,
    pub severity: String,
    /// `certain`, `likely` or `hint`.
    pub sure: String,
    /// Whether it is also reported, as likely, where something that it asks for is unknown.
    pub ask: bool,
    /// What is wrong in one sentence; `{key}`, `{value}`, `{from}`, `{version}`, `{chart}`, `{operator}` are filled in.
    pub message: String,
    pub because: String,
    pub outcome: String,
    pub instead: String,
    /// What a repair writes at the key; `-` takes the key away, empty offers none.
    pub fix: String,
    pub safe: bool,
    pub proof: Proof,
}

/// Which columns of a row are not `*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    pub from: bool,
    pub milvus: bool,
    pub chart_from: bool,
    pub chart: bool,
    pub operator: bool,
    pub kubernetes: bool,
}

/// What is known around a setting.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    pub base: Option<&'a Deployment>,
    pub head: Option<&'a Deployment>,
    pub operator: Option<&'a Version>,
    pub kubernetes: Option<&'a Version>,
    /// Whether the operator's webhook is on.
    pub webhook: Option<bool>,
}

/// Whether a row speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaks {
    No,
    Yes,
    /// It would, if what is named here fits.
    Open(Vec<&'static str>),
}

impl SettingFact {
    /// Whether the circumstances fit, whatever is written at the key.
    pub fn fits(&self, around: Around) -> Speaks {
        let (base, head) = (around.base, around.head);
        let asked = [
            ("the version that runs now", self.asks.from, base.and_then(|one| one.version.value()), &self.from),
            ("the Milvus version", self.asks.milvus, head.and_then(|one| one.version.value()), &self.milvus),
            ("the chart that runs now", self.asks.chart_from, base.and_then(|one| one.chart.value()), &self.chart_from),
            ("the chart's version", self.asks.chart, head.and_then(|one| one.chart.value()), &self.chart),
            ("the operator's version", self.asks.operator, around.operator, &self.operator),
            ("the version of Kubernetes", self.asks.kubernetes, around.kubernetes, &self.kubernetes),
        ];
        let mut open = Vec::new();
        for (what, _, version, range) in asked.into_iter().filter(|(_, asked, ..)| *asked) {
            match version {
                Some(version) if range.contains(version) => {}
                Some(_) => return Speaks::No,
                None => open.push(what),
            }
        }
        let mode = head.and_then(|one| one.mode.value());
        let queue = head.and_then(|one| one.queue.value());
        match (&self.mode, mode) {
            (Some(want), Some(is)) if want != is => return Speaks::No,
            (Some(_), None) => open.push("the mode"),
            _ => {}
        }
        match (&self.queue, queue) {
            (Some(want), Some(is)) if want != is => return Speaks::No,
            (Some(_), None) => open.push("the message queue"),
            _ => {}
        }
        match (self.webhook, around.webhook) {
            (Some(want), Some(is)) if want != is => return Speaks::No,
            // Off is what it is unless somebody turned it on.
            (Some(true), None) => open.push("the operator's webhook"),
            _ => {}
        }
        if open.is_empty() { Speaks::Yes } else { Speaks::Open(open) }
    }

    /// What else must be written; `None` when that cannot be known.
    pub fn company(&self, settings: &Settings) -> Option<bool> {
        self.all_say(&self.also, settings)
    }

    /// What else must have been written before; `None` when that cannot be known.
    pub fn company_before(&self, settings: &Settings) -> Option<bool> {
        self.all_say(&self.also_was, settings)
    }

    fn all_say(&self, pairs: &str, settings: &Settings) -> Option<bool> {
        let mut known = Some(true);
        for pair in pairs.split_whitespace() {
            let Some((key, want)) = pair.split_once('=') else { continue };
            let left_out = || settings.below(self.tree, key).is_none() && !settings.open;
            match written(settings, self.tree, key, want) {
                Some(true) => {}
                // What is left out does not say it either.
                Some(false) if want.starts_with("!=") && left_out() => {}
                Some(false) => return Some(false),
                None => known = None,
            }
        }
        known
    }
}

/// Whether a key says what is wanted of it; `None` when that cannot be known.
pub fn written(settings: &Settings, tree: Tree, key: &str, want: &str) -> Option<bool> {
    let mut found = settings.fitting(tree, key).peekable();
    if found.peek().is_none() {
        let below = settings.below(tree, key).is_some();
        return match want {
            "-" if below => Some(false),
            "*" if below => Some(true),
            "-" | "*" if settings.open => None,
            "-" => Some(true),
            _ if settings.open => None,
            // Nothing is not what a comparison asks for.
            _ => Some(false),
        };
    }
    let says: Vec<Option<bool>> = found.map(|setting| is(&setting.worth, want)).collect();
    match () {
        () if says.contains(&Some(true)) => Some(true),
        () if says.contains(&None) => None,
        () => Some(false),
    }
}

/// Whether a written value is what is wanted; `None` when it is not resolved.
pub fn is(worth: &Worth, want: &str) -> Option<bool> {
    let text = match (worth, want) {
        (Worth::Null, _) => return Some(want == "-" || want == "null"),
        (_, "*") => return Some(true),
        (_, "-") => return Some(false),
        (Worth::Several(count), _) => {
            let bound = |sign: &str| want.strip_prefix(sign).and_then(|bound| bound.parse::<usize>().ok());
            let more = bound("#>").is_some_and(|bound| *count > bound);
            return Some(more || bound("#<").is_some_and(|bound| *count < bound));
        }
        (Worth::Unknown(_), _) => return None,
        (Worth::Text(text), "\"\"") => return Some(text.trim().is_empty()),
        (Worth::Text(text), _) => text.trim(),
    };
    let number = |text: &str| text.trim().parse::<f64>().ok();
    Some(if let Some(not) = want.strip_prefix("!=") {
        !not.split('|').any(|word| word == text)
    } else if let Some(part) = want.strip_prefix("!~") {
        !part.split('|').any(|part| holds(text, part))
    } else if let Some(bound) = want.strip_prefix('>').and_then(number) {
        number(text).is_some_and(|value| value > bound)
    } else if let Some(bound) = want.strip_prefix('<').and_then(number) {
        number(text).is_some_and(|value| value < bound)
    } else if let Some(part) = want.strip_prefix('~') {
        part.split('|').any(|part| holds(text, part))
    } else {
        want.split('|').any(|word| word == text)
    })
}

/// Whether a text holds a part; `#` in the part is a number.
fn holds(text: &str, part: &str) -> bool {
    let Some((before, after)) = part.split_once('#') else { return text.contains(part) };
    text.match_indices(before).any(|(at, _)| {
        let rest = &text[at + before.len()..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest[digits..].starts_with(after)
    })
}

impl Facts {
    /// The rows that a rule reports.
    pub fn settings_of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a SettingFact> {
        self.settings.iter().filter(move |row| row.rule == rule)
    }
}

/// The settings of a row's tree that say what it speaks of.
pub fn speaking<'a>(row: &'a SettingFact, settings: &'a Settings) -> impl Iterator<Item = &'a Setting> {
    settings.fitting(row.tree, &row.key).filter(|setting| is(&setting.worth, &row.value) == Some(true))
}
