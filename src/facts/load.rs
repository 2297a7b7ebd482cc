//! The tables, from CSV to types; a row that cannot be read is an error with its file, line and column.

use super::settings::{Asks, SettingFact, When};
use super::*;
use crate::model::{Dialect, Tree};
use std::fmt;

/// A row of a table that cannot be read or that contradicts another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactError {
    pub file: &'static str,
    /// The line in the file, from 1; 0 when it is about the table as a whole.
    pub line: u64,
    pub column: String,
    pub message: String,
}

impl fmt::Display for FactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "src/facts/{}:{}: column `{}`: {}", self.file, self.line, self.column, self.message)
    }
}

/// One row while it is read: gives typed cells and collects what is wrong.
struct Row<'a> {
    file: &'static str,
    line: u64,
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
    errors: &'a mut Vec<FactError>,
}

impl Row<'_> {
    fn text(&mut self, column: &str) -> String {
        match self.header.iter().position(|name| name == column) {
            Some(at) => self.record.get(at).unwrap_or("").trim().to_string(),
            None => {
                self.wrong(column, "the table has no such column".to_string());
                String::new()
            }
        }
    }

    fn wrong(&mut self, column: &str, message: String) {
        self.errors.push(FactError { file: self.file, line: self.line, column: column.to_string(), message });
    }

    fn filled(&mut self, column: &str) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.wrong(column, "is empty".to_string());
        }
        text
    }

    fn version(&mut self, column: &str) -> Version {
        let text = self.text(column);
        Version::parse(&text).unwrap_or_else(|| {
            self.wrong(column, format!("`{text}` is no version of the form x.y.z"));
            Version::new(0, 0, 0)
        })
    }

    fn range(&mut self, column: &str) -> Range {
        let text = self.text(column);
        Range::parse(&text).unwrap_or_else(|message| {
            self.wrong(column, message);
            Range::parse("*").expect("`*` is a range")
        })
    }

    /// A word of a closed set, or nothing.
    fn word<T>(&mut self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
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

    fn proof(&mut self) -> Proof {
        let source = self.filled("source");
        let seen = self.text("seen");
        if seen.len() != 10 || !seen.bytes().enumerate().all(|(i, b)| (i == 4 || i == 7) == (b == b'-')) {
            self.wrong("seen", format!("`{seen}` is no date of the form YYYY-MM-DD"));
        }
        let confidence =
            self.word("confidence", |text| matches!(text, "C" | "D" | "I" | "N").then(|| text.as_bytes()[0] as char));
        Proof { source, seen, confidence: confidence.unwrap_or('N') }
    }
}

fn table<T>(file: &'static str, text: &str, errors: &mut Vec<FactError>, read: impl Fn(&mut Row) -> T) -> Vec<T> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            errors.push(FactError { file, line: 1, column: String::new(), message: error.to_string() });
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
                rows.push(read(&mut Row { file, line, header: &header, record: &record, errors }));
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                errors.push(FactError { file, line, column: String::new(), message: error.to_string() });
            }
        }
    }
}

pub(super) fn embedded() -> Result<Facts, Vec<FactError>> {
    let mut errors = Vec::new();
    let facts = Facts {
        releases: table("releases.csv", include_str!("releases.csv"), &mut errors, release),
        edges: table("edges.csv", include_str!("edges.csv"), &mut errors, edge),
        risks: table("risks.csv", include_str!("risks.csv"), &mut errors, risk),
        floors: table("floors.csv", include_str!("floors.csv"), &mut errors, floor),
        queues: table("queues.csv", include_str!("queues.csv"), &mut errors, queue),
        charts: table("charts.csv", include_str!("charts.csv"), &mut errors, chart),
        bad_charts: table("bad-charts.csv", include_str!("bad-charts.csv"), &mut errors, bad_chart),
        chart_defaults: table("chart-defaults.csv", include_str!("chart-defaults.csv"), &mut errors, chart_default),
        operators: table("operators.csv", include_str!("operators.csv"), &mut errors, operator),
        operator_defaults: table(
            "operator-defaults.csv",
            include_str!("operator-defaults.csv"),
            &mut errors,
            operator_default,
        ),
        server_defaults: table("server-defaults.csv", include_str!("server-defaults.csv"), &mut errors, server_default),
        settings: table("settings.csv", include_str!("settings.csv"), &mut errors, setting),
        migration_tools: table("migration-tools.csv", include_str!("migration-tools.csv"), &mut errors, tool),
        reuse_values: table("reuse-values.csv", include_str!("reuse-values.csv"), &mut errors, reuse_values),
        tools: table("tools.csv", include_str!("tools.csv"), &mut errors, tool_fact),
    };
    if errors.is_empty() { Ok(facts) } else { Err(errors) }
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
        also: row.text("also"),
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
