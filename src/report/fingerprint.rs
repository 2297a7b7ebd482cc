//! What tells a fault from every other and stays when lines move: rule, file, object and field, and for a change its versions.
//!
//! Takes findings in the order of their places; gives 32 hex digits for each. The field is read from how the text is indented,
//! which is exact for YAML in blocks and good enough to tell lines apart in anything else.

use super::{Context, site};
use crate::finding::Finding;
use std::collections::HashMap;

/// Numbers faults that are alike in everything, by their order.
#[derive(Default)]
pub struct Numbering(HashMap<String, usize>);

impl Numbering {
    /// The fingerprint of a finding.
    pub fn of_finding(&mut self, context: &Context, finding: &Finding) -> String {
        let source = context.texts.source(finding.at.source);
        let path = site::path(context, source);
        let field = field_of(&source.text, finding.at.start as usize);
        let subject = finding.subject.as_deref().unwrap_or_default();
        let (from, to) = versions(context, finding);
        self.of(&[finding.rule, &path, subject, &field, from, to])
    }

    /// The fingerprint of these parts.
    pub fn of(&mut self, parts: &[&str]) -> String {
        let key = parts.join("\0");
        let nth = self.0.entry(key.clone()).or_insert(0);
        *nth += 1;
        let key = if *nth == 1 { key } else { format!("{key}\0{nth}") };
        hex(key.as_bytes())
    }
}

/// Both versions of a change, if the rule is about changes: who accepts one has not accepted the next.
fn versions<'a>(context: &'a Context, finding: &Finding) -> (&'a str, &'a str) {
    let about_change = context.run.rules.iter().any(|rule| rule.id == finding.rule && rule.scope == "change");
    let transitions = context.outcome.transitions.iter();
    let mut own = transitions.filter(|one| about_change && finding.owner == Some(one.at));
    let version = |version: &'a Option<String>| version.as_deref().unwrap_or_default();
    own.next().map_or(("", ""), |one| (version(&one.from), version(&one.to)))
}

/// The keys that lead to a place, outermost first: `spec.components.image`.
pub fn field_of(text: &str, offset: usize) -> String {
    let offset = offset.min(text.len());
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let here = text[start..].lines().next().unwrap_or_default();
    let mut keys = vec![key(here)];
    let mut depth = depth(here);
    for line in text[..start].lines().rev() {
        let bare = line.trim_start();
        if depth == 0 || line.starts_with("---") {
            break;
        }
        if !bare.is_empty() && !bare.starts_with('#') && self::depth(line) < depth {
            keys.push(key(line));
            depth = self::depth(line);
        }
    }
    keys.reverse();
    keys.join(".")
}

/// Where a line's key begins; the dash of a list counts as indentation.
fn depth(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t', '\u{feff}']).trim_start_matches("- ").len()
}

/// What stands before the value, without the value itself.
fn key(line: &str) -> &str {
    let bare = line[depth(line)..].trim_end();
    let end = bare.find([':', '=']).or_else(|| bare.find(' ')).unwrap_or(bare.len());
    bare[..end].trim_matches(['"', '\'', ' '])
}

/// 128 bits of FNV-1a: the same on every machine and with every version.
fn hex(bytes: &[u8]) -> String {
    let fold = |hash: u128, byte: &u8| (hash ^ u128::from(*byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    format!("{:032x}", bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, fold))
}
