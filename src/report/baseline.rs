//! What an old repository starts with: findings that were there before anybody looked, each by rule, file, object and field.
//!
//! Takes the outcome of a run and gives entries that stay the same when lines move; and back: which findings of a later run
//! they cover, and which entries cover nothing any more.

use super::Context;
use super::fingerprint::{Numbering, field_of};
use super::site;
use crate::finding::Finding;
use crate::outcome::Incomplete;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// What stands in the place of a rule for what could not be read.
const INCOMPLETE: &str = "incomplete";

/// The file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The shape of this file; 1.
    pub schema: u32,
    pub findings: Vec<Entry>,
}

/// One finding that is let be. Only the fingerprint is compared; the rest is for people.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub rule: String,
    pub file: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    pub fingerprint: String,
}

/// What a baseline covers of a run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Of the outcome's findings, in their order.
    pub findings: Vec<bool>,
    /// Of what could not be read.
    pub incomplete: Vec<bool>,
    /// Entries that cover nothing.
    pub stale: Vec<Entry>,
}

impl Baseline {
    /// All that a run has to say.
    pub fn of(context: &Context) -> Baseline {
        let (findings, incomplete) = entries(context);
        Baseline { schema: 1, findings: findings.into_iter().chain(incomplete).collect() }
    }

    /// Reads the file; the error says what to do.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let again = "`milvus-lint baseline` writes it again";
        let baseline: Baseline = serde_json::from_str(text).map_err(|error| format!("{error}; {again}"))?;
        match baseline.schema {
            1 => Ok(baseline),
            other => Err(format!("its schema is {other}, and this version knows 1 only; {again}")),
        }
    }

    /// Writes it, an entry a line, so that two of them can be compared and merged.
    pub fn write(&self, w: &mut dyn Write) -> io::Result<()> {
        write!(w, "{{\n  \"schema\": {},\n  \"findings\": [", self.schema)?;
        for (index, entry) in self.findings.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(w, "{comma}\n    {}", serde_json::to_string(entry)?)?;
        }
        let end = if self.findings.is_empty() { "" } else { "\n  " };
        writeln!(w, "{end}]\n}}")
    }

    /// Which of a run's findings were there already.
    pub fn covered(&self, context: &Context) -> Covered {
        let (findings, incomplete) = entries(context);
        let has = |entry: &Entry| self.findings.iter().any(|known| known.fingerprint == entry.fingerprint);
        let of_run = |known: &Entry| findings.iter().chain(&incomplete).any(|e| e.fingerprint == known.fingerprint);
        Covered {
            stale: self.findings.iter().filter(|known| !of_run(known)).cloned().collect(),
            findings: findings.iter().map(has).collect(),
            incomplete: incomplete.iter().map(has).collect(),
        }
    }
}

fn entries(context: &Context) -> (Vec<Entry>, Vec<Entry>) {
    let mut numbering = Numbering::default();
    let of_finding = |finding: &Finding| {
        let source = context.texts.source(finding.at.source);
        Entry {
            rule: finding.rule.to_owned(),
            file: site::path(context, source),
            object: finding.subject.clone().unwrap_or_default(),
            field: field_of(&source.text, finding.at.start as usize),
            fingerprint: numbering.of_finding(context, finding),
        }
    };
    let findings = context.outcome.findings.iter().map(of_finding).collect();
    let of_incomplete = |incomplete: &Incomplete| {
        let file = site::from_root(context, &incomplete.file);
        Entry {
            fingerprint: numbering.of(&[INCOMPLETE, &file, &incomplete.why]),
            rule: INCOMPLETE.to_owned(),
            file,
            object: String::new(),
            field: String::new(),
        }
    };
    (findings, context.outcome.incomplete.iter().map(of_incomplete).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let entry = |rule: &str| Entry {
            rule: rule.to_owned(),
            file: "deploy/milvus.yaml".to_owned(),
            object: "vector/prod".to_owned(),
            field: "spec.components.image".to_owned(),
            fingerprint: "00".to_owned(),
        };
        for findings in [vec![], vec![entry("downgrade"), entry("incomplete")]] {
            let mut text = Vec::new();
            Baseline { schema: 1, findings: findings.clone() }.write(&mut text).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert_eq!(Baseline::parse(&text).unwrap().findings, findings, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        for text in ["", "[]", r#"{"schema": 2, "findings": []}"#, r#"{"schema": 1, "findings": [], "more": 1}"#] {
            assert!(Baseline::parse(text).unwrap_err().contains("milvus-lint baseline"), "{text}");
        }
    }
}
