//! One result of SARIF: message, places, fixes, what tells it from others, and whether somebody accepted it.

use super::level;
use crate::finding::{Confidence, Fix};
use crate::outcome::Excepted;
use crate::report::entry::Entry;
use crate::report::paint::{clean, one_line};
use crate::report::site::{self, Site};
use crate::report::{Context, RuleInfo};
use crate::source::{Edit, Side, Span};
use serde_json::{Value, json};

/// Names of the two states that paths start from.
pub const HEAD: &str = "%SRCROOT%";
pub const BASE: &str = "BASE";
/// Code scanning shows this many further places of a result.
const MOST_PLACES: usize = 100;
/// The fingerprint's name; another way to make it needs another name.
const FINGERPRINT: &str = "milvusLint/v1";

/// Where results are made.
pub struct Place<'a> {
    pub context: &'a Context<'a>,
    pub rules: &'a [RuleInfo],
}

impl Place<'_> {
    /// A finding as a result.
    pub fn result(&self, entry: &Entry, by: Option<&Excepted>) -> Value {
        let mut lines = vec![message(&entry.message)];
        lines.extend(entry.notes().iter().map(|note| message(note)));
        let mut result = json!({
            "ruleId": entry.rule,
            "kind": "fail",
            "level": level(entry.severity),
            "message": { "text": lines.join("\n") },
            "locations": self.location(entry).into_iter().collect::<Vec<_>>(),
            "partialFingerprints": { FINGERPRINT: entry.fingerprint },
        });
        if let Some(index) = self.rules.iter().position(|rule| rule.id == entry.rule) {
            result["ruleIndex"] = json!(index);
        }
        let Some(finding) = entry.finding else { return result };
        let labels = finding.labels.iter().take(MOST_PLACES).enumerate();
        let related: Vec<Value> = labels.map(|(nth, label)| self.related(nth + 1, label.at, &label.text)).collect();
        if !related.is_empty() {
            result["relatedLocations"] = json!(related);
        }
        let fixes: Vec<Value> = finding.fixes.iter().filter_map(|fix| self.fix(fix)).collect();
        if !fixes.is_empty() {
            result["fixes"] = json!(fixes);
        }
        if let Some(by) = by {
            result["suppressions"] = json!([self.suppression(by)]);
        }
        let mut properties = json!({ "confidence": finding.confidence.as_str() });
        if finding.confidence != Confidence::Certain {
            properties["tags"] = json!([finding.confidence.as_str()]);
        }
        if let Some(subject) = entry.subject {
            properties["milvus"] = json!(one_line(subject));
        }
        result["properties"] = properties;
        result
    }

    /// Where an entry stands; in the head if it can be, since hosts show nothing else.
    pub fn location(&self, entry: &Entry) -> Option<Value> {
        let path = entry.path.as_deref()?;
        let mut location = match entry.at.and_then(|at| site::site(self.context, at)) {
            Some(site) if site.side == Side::Head => json!({ "physicalLocation": physical(&site) }),
            // What is gone has a path that was there and no line that is.
            _ => json!({ "physicalLocation": { "artifactLocation": artifact(path, Side::Head) } }),
        };
        if let Some(subject) = entry.subject {
            location["logicalLocations"] = json!([{ "fullyQualifiedName": one_line(subject), "kind": "resource" }]);
        }
        let here = entry.finding.map(|finding| finding.here.as_str()).unwrap_or_default();
        let gone = entry.at.filter(|at| at.source.side == Side::Base);
        let text = match gone {
            Some(_) => format!("{} ({})", message(here), crate::report::entry::place(self.context, entry)),
            None => message(here),
        };
        if !text.is_empty() {
            location["message"] = json!({ "text": text.trim() });
        }
        Some(location)
    }

    fn related(&self, id: usize, at: Span, text: &str) -> Value {
        let site = site::site(self.context, at);
        let before = site.as_ref().is_some_and(|site| site.side == Side::Base);
        let source = self.context.texts.source(at.source);
        let from = match before {
            true => source.origin.as_deref().unwrap_or("before"),
            false => "",
        };
        let text = match (site.is_none(), from) {
            (true, _) => format!("{}: {}", message(&source.text), message(text)),
            (_, "") => message(text),
            (_, from) => format!("{}: {}", message(from), message(text)),
        };
        let mut location = json!({ "id": id, "message": { "text": text } });
        if let Some(site) = site {
            location["physicalLocation"] = physical(&site);
        }
        location
    }

    /// A fix of files of the head; one without edits is none.
    fn fix(&self, fix: &Fix) -> Option<Value> {
        let mut edits: Vec<(&Edit, Site)> = Vec::new();
        for edit in &fix.edits {
            edits.push((edit, site::site(self.context, edit.at).filter(|site| site.side == Side::Head)?));
        }
        edits.sort_by_key(|(edit, _)| edit.at);
        let changes: Vec<Value> = edits
            .chunk_by(|(a, _), (b, _)| a.at.source == b.at.source)
            .map(|group| {
                let replacement = |(edit, site): &(&Edit, Site)| {
                    json!({ "deletedRegion": region(site), "insertedContent": { "text": edit.text } })
                };
                json!({
                    "artifactLocation": artifact(&group[0].1.path, Side::Head),
                    "replacements": group.iter().map(replacement).collect::<Vec<_>>(),
                })
            })
            .collect();
        let unsafe_mark = if fix.safe { "" } else { " (review it)" };
        let text = format!("{}{unsafe_mark}", message(&fix.title));
        (!changes.is_empty()).then(|| json!({ "description": { "text": text }, "artifactChanges": changes }))
    }

    fn suppression(&self, by: &Excepted) -> Value {
        let kind = if by.at.is_some() { "inSource" } else { "external" };
        let mut suppression = json!({
            "kind": kind,
            "status": "accepted",
            "justification": one_line(&by.reason),
        });
        if let Some(site) = by.at.and_then(|at| site::site(self.context, at)) {
            suppression["location"] = json!({ "physicalLocation": physical(&site) });
        }
        suppression
    }
}

/// Text for a message: clean, and with nothing in it that would be read as a link.
pub fn message(text: &str) -> String {
    let text = clean(&one_line(text));
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text }
}

fn physical(site: &Site) -> Value {
    json!({ "artifactLocation": artifact(&site.path, site.side), "region": region(site) })
}

fn artifact(path: &str, side: Side) -> Value {
    let uri = site::uri(path);
    let base = match side {
        Side::Head => HEAD,
        Side::Base => BASE,
    };
    // An absolute path starts from nowhere.
    if uri.starts_with("file:") { json!({ "uri": uri }) } else { json!({ "uri": uri, "uriBaseId": base }) }
}

fn region(site: &Site) -> Value {
    let ((line, column), (end_line, end_column)) = (site.start, site.end);
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}
