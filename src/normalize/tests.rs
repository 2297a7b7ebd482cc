//! The law of the dialects: what is set is read, and nothing else changes.

mod chart;
mod operator;
mod process;
mod workloads;

use super::{Given, Normal, read, write};
use crate::detect::{self, Evidence, Hint};
use crate::facts::Facts;
use crate::finding::Set;
use crate::model::{Deployment, Migration, Version};
use crate::source::{Edit, Side, Sources};
use crate::yaml;
use std::sync::{Arc, OnceLock};

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| Facts::embedded().expect("the tables are sound"))
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version of the test")
}

/// Everything that is found in a text; `values`: the text holds values of the chart.
fn evidence(text: &str, values: bool) -> Vec<Evidence> {
    let sources = Sources::from_texts(Side::Head, [("a.yaml", text)]);
    let tree = detect::Tree::parse(&sources);
    detect::find(&tree.files[0], &tree, Hint { values, ..Hint::default() }).evidence
}

/// The text in which a piece of evidence says what is set.
fn told(text: &str, evidence: &Evidence, sets: &[Set]) -> String {
    let mut rewrites: Vec<super::Rewrite> = Vec::new();
    for set in sets {
        let written = write(evidence, set);
        assert!(!written.is_empty(), "no word for {set:?} in\n{text}");
        for rewrite in written {
            match rewrites.iter_mut().find(|other| Arc::ptr_eq(&other.document, &rewrite.document)) {
                Some(other) => other.changes.extend(rewrite.changes),
                None => rewrites.push(rewrite),
            }
        }
    }
    let mut edits: Vec<Edit> = Vec::new();
    for rewrite in rewrites {
        let made = yaml::edits(text, &rewrite.document, &rewrite.changes);
        edits.extend(made.unwrap_or_else(|error| panic!("{sets:?}: {error} in\n{text}")));
    }
    edits.sort_by_key(|edit| edit.at.start);
    let after = yaml::apply(text, &edits);
    nothing_else_changes(text, &after, &edits);
    after
}

/// Lines that no edit touches stand as they stood, every comment stays, and so do the line breaks.
fn nothing_else_changes(before: &str, after: &str, edits: &[Edit]) {
    let mut start = 0;
    for line in before.split_inclusive('\n') {
        let end = start + line.len();
        let touched = edits.iter().any(|edit| (edit.at.start as usize) < end && edit.at.end as usize >= start);
        let comment = line.find('#').map_or("", |at| line[at..].trim_end());
        assert!(touched || after.contains(line), "lost: {line:?}\n{after}");
        assert!(after.contains(comment), "lost: {comment:?}\n{after}");
        start = end;
    }
    let bare = |text: &str| text.replace("\r\n", "").contains('\n');
    assert!(!before.contains("\r\n") || !bare(after), "line breaks are mixed:\n{after:?}");
}

fn deployment(evidence: &Evidence, given: &Given) -> Deployment {
    match read(evidence, facts(), given) {
        Normal::Deployment(deployment) => *deployment,
        Normal::Migration(_) => panic!("a migration is no deployment"),
    }
}

fn migration(evidence: &Evidence) -> Migration {
    match read(evidence, facts(), &Given::default()) {
        Normal::Migration(migration) => *migration,
        Normal::Deployment(_) => panic!("a deployment is no migration"),
    }
}

/// Sets something on the last Milvus of a text, and reads it again; the other Milvus of the text must not change.
fn set(text: &str, values: bool, given: &Given, sets: &[Set]) -> (Deployment, String) {
    let found = evidence(text, values);
    let (last, others) = found.split_last().unwrap_or_else(|| panic!("nothing found in\n{text}"));
    let after = told(text, last, sets);
    let again = evidence(&after, values);
    assert_eq!(again.len(), found.len(), "{after}");
    for (before, after) in others.iter().zip(&again) {
        let (before, after) = (deployment(before, given), deployment(after, given));
        assert_eq!((before.version.value(), before.queue.value()), (after.version.value(), after.queue.value()));
    }
    (deployment(&again[again.len() - 1], given), after)
}
