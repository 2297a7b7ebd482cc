//! The tables, from CSV to types; a row that cannot be read is an error with its file, line and column.

use super::settings::{Asks, SettingFact, When};
use super::*;
use crate::model::{Dialect, Tree};
use std::fmt;

/// A row of a table that cannot be read or that contradicts another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactError {
    /// The table as its author names it.
    pub file: String,
    /// The line in the file, from 1; 0 when it is about the table as a whole.
    pub line: u64,
    pub column: String,
    pub message: String,
}

impl fmt::Display for FactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column.as_str() {
            "" => write!(f, "{}:{}: {}", self.file, self.line, self.message),
            column => write!(f, "{}:{}: column `{column}`: {}", self.file, self.line, self.message),
        }
    }
}

/// One row while it is read: gives typed cells and collects what is wrong.
pub(super) struct Row<'a> {
    file: &'a str,
    line: u64,
    /// Whether a column may be missing, which reads as empty: the rows of a user say what they must and no more.
    brief: bool,
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
    errors: &'a mut Vec<FactError>,
}

impl Row<'_> {
    pub(super) fn text(&mut self, column: &str) -> String {
        match self.header.iter().position(|name| name == column) {
            Some(at) => self.record.get(at).unwrap_or("").trim().to_string(),
            None if self.brief => String::new(),
            None => {
                self.wrong(column, "the table has no such column".to_string());
                String::new()
            }
        }
    }

    pub(super) fn wrong(&mut self, column: &str, message: String) {
        self.errors.push(FactError {
            file: self.file.to_string(),
            line: self.line,
            column: column.to_string(),
            message,
        });
    }

    pub(super) fn filled(&mut self, column: &str) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.wrong(column, "is empty".to_string());
        }
        text
    }

    pub(super) fn version(&mut self, column: &str) -> Version {
        let text = self.text(column);
        Version::parse(&text).unwrap_or_else(|| {
            self.wrong(column, format!("`{text}` is no version of the form x.y.z"));
            Version::new(0, 0, 0)
        })
    }

    pub(super) fn range(&mut self, column: &str) -> Range {
        let text = self.text(column);
        Range::parse(&text).unwrap_or_else(|message| {
            self.wrong(column, message);
            Range::parse("*").expect("`*` is a range")
        })
    }

    /// A word of a closed set, or nothing.
    pub(super) fn word<T>(&mut self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let word = parse(&text);
        if word.is_none() {
            self.wrong(column, format!("`{text}` is not one of the words that this column knows"));
        }
        word
    }

    fn severity(&mut self) -> String {
        self.word("severity", |text| matches!(text, "error" | "warning" | "info").then(|| text.to_string()))
            .unwrap_or_default()
    }

    pub(super) fn proof(&mut self) -> Proof {
        let (source, seen) = (self.text("source"), self.text("seen"));
        if source.is_empty() && !self.brief {
            self.wrong("source", "is empty".to_string());
        }
        if self.brief && seen.is_empty() {
            return Proof { source, seen, confidence: 'N' };
        }
        if seen.len() != 10 || !seen.bytes().enumerate().all(|(i, b)| (i == 4 || i == 7) == (b == b'-')) {
            self.wrong("seen", format!("`{seen}` is no date of the form YYYY-MM-DD"));
        }
        let confidence =
            self.word("confidence", |text| matches!(text, "C" | "D" | "I" | "N").then(|| text.as_bytes()[0] as char));
        Proof { source, seen, confidence: confidence.unwrap_or('N') }
    }
}

/// A table on its way from text to types.
struct Table<'a> {
    file: &'a str,
    text: &'a str,
    /// Rows are a user's: columns may be missing, and a row replaces the one of the same name.
    brief: bool,
}

impl Table<'_> {
    fn rows<T>(&self, errors: &mut Vec<FactError>, read: impl Fn(&mut Row) -> T) -> Vec<T> {
        let (file, brief) = (self.file, self.brief);
        let wrong = |line, error: csv::Error| {
            let message = error.to_string();
            FactError { file: file.to_string(), line, column: String::new(), message }
        };
        let mut reader = csv::ReaderBuilder::new().from_reader(self.text.as_bytes());
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                errors.push(wrong(1, error));
                return Vec::new();
            }
        };
        let mut rows = Vec::new();
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => return rows,
                Ok(true) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    rows.push(read(&mut Row { file, line, brief, header: &header, record: &record, errors }));
                }
                Err(error) => errors.push(wrong(error.position().map_or(0, csv::Position::line), error)),
            }
        }
    }

    /// Reads the rows into `into`; those of a user take the place of the ones of the same name, or come first.
    fn add<T>(
        &self,
        into: &mut Vec<T>,
        errors: &mut Vec<FactError>,
        read: impl Fn(&mut Row) -> T,
        same: impl Fn(&T, &T) -> bool,
    ) {
        let mut rows = self.rows(errors, read);
        if self.brief {
            into.retain(|old| !rows.iter().any(|new| same(old, new)));
        }
        rows.append(into);
        *into = rows;
    }
}

/// The tables of this folder, by the names that an overlay uses too.
const TABLES: [(&str, &str); 18] = [
    ("releases.csv", include_str!("releases.csv")),
    ("edges.csv", include_str!("edges.csv")),
    ("risks.csv", include_str!("risks.csv")),
    ("floors.csv", include_str!("floors.csv")),
    ("queues.csv", include_str!("queues.csv")),
    ("charts.csv", include_str!("charts.csv")),
    ("bad-charts.csv", include_str!("bad-charts.csv")),
    ("chart-defaults.csv", include_str!("chart-defaults.csv")),
    ("chart-stops.csv", include_str!("chart-stops.csv")),
    ("operators.csv", include_str!("operators.csv")),
    ("operator-defaults.csv", include_str!("operator-defaults.csv")),
    ("server-defaults.csv", include_str!("server-defaults.csv")),
    ("reuse-values.csv", include_str!("reuse-values.csv")),
    ("tools.csv", include_str!("tools.csv")),
    ("settings.csv", include_str!("settings.csv")),
    ("migration-tools.csv", include_str!("migration-tools.csv")),
    ("steps.csv", include_str!("steps.csv")),
    ("builds.csv", "tag,version,source,seen,confidence\n"),
];

pub(super) fn embedded() -> Result<Facts, Vec<FactError>> {
    let (mut errors, mut facts) = (Vec::new(), Facts::default());
    for (name, text) in TABLES {
        read(&mut facts, name, &Table { file: &format!("src/facts/{name}"), text, brief: false }, &mut errors);
    }
    if errors.is_empty() { Ok(facts) } else { Err(errors) }
}

/// Lays tables of a user over the facts: `(path, text)`, each named like the table that it adds to.
pub(super) fn overlaid(mut facts: Facts, tables: &[(String, String)]) -> Result<Facts, Vec<FactError>> {
    let mut errors = Vec::new();
    for (path, text) in tables {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        if TABLES.iter().all(|(known, _)| *known != name) {
            let known: Vec<&str> = TABLES.iter().map(|(known, _)| *known).collect();
            let message = format!("there is no table `{name}` (known: {})", known.join(", "));
            errors.push(FactError { file: path.clone(), line: 0, column: String::new(), message });
            continue;
        }
        read(&mut facts, name, &Table { file: path, text, brief: true }, &mut errors);
    }
    facts.releases.sort_by(|a, b| a.version.cmp(&b.version));
    facts.charts.sort_by(|a, b| a.version.cmp(&b.version));
    facts.operators.sort_by(|a, b| a.version.cmp(&b.version));
    if errors.is_empty() { Ok(facts) } else { Err(errors) }
}

fn read(facts: &mut Facts, name: &str, table: &Table, errors: &mut Vec<FactError>) {
    match name {
        "releases.csv" => table.add(&mut facts.releases, errors, release, |a, b| a.version == b.version),
        "edges.csv" => table.add(&mut facts.edges, errors, edge, |a, b| a.id == b.id),
        "risks.csv" => table.add(&mut facts.risks, errors, risk, |a, b| a.id == b.id),
        "floors.csv" => table.add(&mut facts.floors, errors, floor, |a, b| a.id == b.id),
        "queues.csv" => table.add(&mut facts.queues, errors, queue, |a, b| a.id == b.id),
        "charts.csv" => table.add(&mut facts.charts, errors, chart, |a, b| a.version == b.version),
        "bad-charts.csv" => table.add(&mut facts.bad_charts, errors, bad_chart, |a, b| a.id == b.id),
        "reuse-values.csv" => table.add(&mut facts.reuse_values, errors, reuse_values, |a, b| a.id == b.id),
        "tools.csv" => table.add(&mut facts.tools, errors, tool_fact, |a, b| a.name == b.name),
        "settings.csv" => table.add(&mut facts.settings, errors, setting, |a, b| a.id == b.id),
        "chart-defaults.csv" => {
            table.add(&mut facts.chart_defaults, errors, chart_default, |a, b| (&a.key, &a.since) == (&b.key, &b.since))
        }
        "chart-stops.csv" => table.add(&mut facts.chart_stops, errors, advice::chart_stop, |a, b| a.id == b.id),
        "operators.csv" => table.add(&mut facts.operators, errors, operator, |a, b| a.version == b.version),
        "operator-defaults.csv" => table.add(&mut facts.operator_defaults, errors, operator_default, |_, _| false),
        "server-defaults.csv" => table.add(&mut facts.server_defaults, errors, server_default, |_, _| false),
        "migration-tools.csv" => table.add(&mut facts.migration_tools, errors, tool, |a, b| a.image == b.image),
        "steps.csv" => table.add(&mut facts.steps, errors, advice::advice, |a, b| a.id == b.id),
        _ => table.add(&mut facts.builds, errors, advice::build, |a, b| a.tag == b.tag),
    }
}

fn release(row: &mut Row) -> Release {
    let state = row.word("state", |text| match text {
        "good" => Some(ReleaseState::Good),
        "bad" => Some(ReleaseState::Bad),
        "prerelease" => Some(ReleaseState::Prerelease),
        "dead-end" => Some(ReleaseState::DeadEnd),
        _ => None,
    });
    Release {
        version: row.version("version"),
        date: row.text("date"),
        state: state.unwrap_or(ReleaseState::Bad),
        instead: row.text("instead"),
        note: row.text("note"),
        proof: row.proof(),
    }
}

fn edge(row: &mut Row) -> Edge {
    let what = row.word("what", |text| match text {
        "version" => Some(What::Version),
        "queue" => Some(What::Queue),
        "pulsar" => Some(What::Pulsar),
        "mode" => Some(What::Mode),
        "tool" => Some(What::Tool),
        _ => None,
    });
    let verdict = row.word("verdict", Verdict::parse);
    let edge = Edge {
        id: row.filled("id"),
        what: what.unwrap_or(What::Version),
        from: row.range("from"),
        to: row.range("to"),
        step: row.word("step", Step::parse),
        mode: row.word("mode", Mode::parse),
        queue: row.word("queue", Queue::parse),
        coordinators: row.word("coordinators", CoordinatorLayout::parse),
        via: row.word("via", Via::parse),
        verdict: verdict.unwrap_or(Verdict::Unknown),
        rule: row.text("rule"),
        because: row.filled("because"),
        outcome: row.text("outcome"),
        needs: row.text("needs"),
        proof: row.proof(),
    };
    if (edge.verdict == Verdict::Legal) != edge.rule.is_empty() {
        row.wrong("rule", "a legal edge names no rule, every other edge names one".to_string());
    }
    edge
}

fn risk(row: &mut Row) -> Risk {
    Risk {
        id: row.filled("id"),
        from: row.range("from"),
        to: row.range("to"),
        any_source: row.text("from") == "*",
        step: row.word("step", Step::parse),
        mode: row.word("mode", Mode::parse),
        queue: row.word("queue", Queue::parse),
        severity: row.severity(),
        rule: row.filled("rule"),
        because: row.filled("because"),
        instead: row.filled("instead"),
        proof: row.proof(),
    }
}

fn floor(row: &mut Row) -> Floor {
    Floor {
        id: row.filled("id"),
        tool: row
            .word("tool", |text| matches!(text, "operator" | "chart").then(|| text.to_string()))
            .unwrap_or_default(),
        milvus: row.range("milvus"),
        needs: row.range("needs"),
        needs_text: row.text("needs"),
        unless: row.text("unless"),
        severity: row.severity(),
        rule: row.filled("rule"),
        because: row.filled("because"),
        outcome: row.filled("outcome"),
        proof: row.proof(),
    }
}

fn queue(row: &mut Row) -> QueueLimit {
    QueueLimit {
        id: row.filled("id"),
        queue: row.word("queue", Queue::parse).unwrap_or(Queue::RocksMq),
        mode: row.word("mode", Mode::parse),
        milvus: row.range("milvus"),
        any_milvus: row.text("milvus") == "*",
        because: row.filled("because"),
        instead: row.filled("instead"),
        proof: row.proof(),
    }
}

fn chart(row: &mut Row) -> Chart {
    let milvus = row.text("milvus");
    let published = row.word("state", |text| match text {
        "published" | "bad" => Some(true),
        "withdrawn" | "never-published" => Some(false),
        _ => None,
    });
    Chart {
        version: row.version("version"),
        milvus: Version::parse(&milvus),
        image_tag: row.text("image_tag"),
        published: published.unwrap_or(false),
        proof: row.proof(),
    }
}

fn bad_chart(row: &mut Row) -> BadChart {
    BadChart {
        id: row.filled("id"),
        charts: row.range("charts"),
        pulsar_line: row.word("pulsar_line", |text| text.parse().ok()),
        because: row.filled("because"),
        outcome: row.filled("outcome"),
        instead: row.filled("instead"),
        proof: row.proof(),
    }
}

fn chart_default(row: &mut Row) -> ChartDefault {
    let value = row.text("value");
    ChartDefault {
        key: row.filled("key"),
        since: row.version("since"),
        value: (value != "-").then_some(value),
        proof: row.proof(),
    }
}

fn operator(row: &mut Row) -> Operator {
    Operator {
        version: row.version("version"),
        milvus_image: row.text("milvus_image"),
        webhook: row.word("webhook", |text| match text {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        }) == Some(true),
        stable: row.text("state") == "stable",
        proof: row.proof(),
    }
}

fn operator_default(row: &mut Row) -> OperatorDefault {
    OperatorDefault {
        field: row.filled("field"),
        operator: row.range("operator"),
        milvus: row.range("milvus"),
        mode: row.word("mode", Mode::parse),
        value: row.filled("value"),
        proof: row.proof(),
    }
}

fn server_default(row: &mut Row) -> ServerDefault {
    ServerDefault {
        field: row.filled("field"),
        milvus: row.range("milvus"),
        mode: row.word("mode", Mode::parse),
        value: row.filled("value"),
        proof: row.proof(),
    }
}

fn setting(row: &mut Row) -> SettingFact {
    let when = row.word("when", |text| match text {
        "state" => Some(When::State),
        "upgrade" => Some(When::Upgrade),
        "change" => Some(When::Change),
        "together" => Some(When::Together),
        "chart" => Some(When::Chart),
        "operator" => Some(When::Operator),
        "migration" => Some(When::Migration),
        _ => None,
    });
    let asked = |row: &mut Row, column: &str| row.text(column) != "*";
    SettingFact {
        id: row.filled("id"),
        rule: row.filled("rule"),
        when: when.unwrap_or(When::State),
        tree: row.word("tree", Tree::parse).unwrap_or(Tree::Resource),
        key: row.filled("key"),
        value: row.filled("value"),
        was: row.text("was"),
        webhook: row
            .text("also")
            .split_whitespace()
            .find_map(|pair| pair.strip_prefix("@webhook="))
            .map(|is| is == "on"),
        also: row.text("also").split_whitespace().filter(|pair| !pair.starts_with('@')).collect::<Vec<_>>().join(" "),
        also_was: row.text("also_was"),
        from: row.range("from"),
        milvus: row.range("milvus"),
        chart_from: row.range("chart_from"),
        chart: row.range("chart"),
        operator: row.range("operator"),
        kubernetes: row.range("kubernetes"),
        from_text: row.text("from"),
        milvus_text: row.text("milvus"),
        chart_from_text: row.text("chart_from"),
        chart_text: row.text("chart"),
        operator_text: row.text("operator"),
        kubernetes_text: row.text("kubernetes"),
        asks: Asks {
            from: asked(row, "from"),
            milvus: asked(row, "milvus"),
            chart_from: asked(row, "chart_from"),
            chart: asked(row, "chart"),
            operator: asked(row, "operator"),
            kubernetes: asked(row, "kubernetes"),
        },
        dialect: row.word("dialect", |text| match text {
            "operator" => Some(Dialect::Operator),
            "chart" => Some(Dialect::Chart),
            "process" => Some(Dialect::Process),
            _ => None,
        }),
        mode: row.word("mode", Mode::parse),
        queue: row.word("queue", Queue::parse),
        severity: row.severity(),
        sure: row
            .word("sure", |text| matches!(text, "certain" | "likely" | "hint").then(|| text.to_string()))
            .unwrap_or_default(),
        ask: row.word("ask", |text| (text == "yes").then_some(true)).is_some(),
        message: row.filled("message"),
        because: row.filled("because"),
        outcome: row.text("outcome"),
        instead: row.text("instead"),
        fix: row.text("fix"),
        safe: row.word("safe", |text| (text == "yes").then_some(true)).is_some(),
        proof: row.proof(),
    }
}

fn tool(row: &mut Row) -> MigrationTool {
    MigrationTool {
        image: row.filled("image"),
        state: row
            .word("state", |text| matches!(text, "good" | "outdated" | "missing").then(|| text.to_string()))
            .unwrap_or_default(),
        from: row.range("from"),
        to: row.range("to"),
        from_text: row.text("from"),
        to_text: row.text("to"),
        note: row.text("note"),
        proof: row.proof(),
    }
}

fn reuse_values(row: &mut Row) -> ReuseValues {
    ReuseValues {
        id: row.filled("id"),
        from: row.range("from"),
        to: row.range("to"),
        mode: row.word("mode", Mode::parse),
        because: row.filled("because"),
        outcome: row.filled("outcome"),
        proof: row.proof(),
    }
}

fn tool_fact(row: &mut Row) -> ToolFact {
    ToolFact { name: row.filled("name"), value: row.filled("value"), proof: row.proof() }
}
