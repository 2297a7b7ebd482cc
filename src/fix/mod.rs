//! Findings to edits, edits to a diff or the disk.
//!
//! Takes a run's outcome and a way to judge again; gives new texts in which findings are gone. A repair is kept only if, judged
//! again, its finding is gone and none has come; so fixing twice changes nothing. Writing is done by `apply`, the only door here.

pub mod apply;

use crate::finding::{Finding, Severity};
use crate::outcome::Outcome;
use crate::source::{Edit, SourceId, Sources};
use crate::yaml;
use std::collections::BTreeMap;

/// What a repair did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    pub rule: &'static str,
    pub title: String,
    /// The file, as the user would type it.
    pub file: String,
}

/// The head after all repairs that hold.
#[derive(Clone, Debug)]
pub struct Repaired {
    pub head: Sources,
    pub done: Vec<Repair>,
    /// Repairs that were tried and taken back, with the reason.
    pub dropped: Vec<(Repair, String)>,
    /// What is left to say.
    pub outcome: Outcome,
}

/// Repairs the head, one finding after the other, as long as each makes things better.
///
/// `judge` is the same judgement that found the faults. `unsafe_too` also takes repairs that a person should look at first.
pub fn repair(head: &Sources, unsafe_too: bool, judge: impl Fn(&Sources) -> Outcome) -> Repaired {
    let mut repaired = Repaired { head: head.clone(), done: Vec::new(), dropped: Vec::new(), outcome: judge(head) };
    let mut refused: Vec<(&'static str, String, Vec<Edit>)> = Vec::new();
    loop {
        let next = repaired.outcome.findings.iter().find_map(|finding| {
            let fix = finding.fixes.iter().find(|fix| {
                (fix.safe || unsafe_too)
                    && !fix.edits.is_empty()
                    && fix.edits.iter().all(|edit| is_writable(&repaired.head, edit.at.source))
                    && !refused.contains(&(finding.rule, fix.title.clone(), fix.edits.clone()))
            })?;
            Some((finding.clone(), fix.clone()))
        });
        let Some((finding, fix)) = next else { return repaired };
        let file = repaired.head.files[fix.edits[0].at.source.index as usize].path.clone();
        let done = Repair { rule: finding.rule, title: fix.title.clone(), file };
        let head = edited(&repaired.head, &fix.edits);
        let outcome = judge(&head);
        match worse(&finding, &repaired.outcome, &outcome) {
            None => {
                repaired.head = head;
                repaired.outcome = outcome;
                repaired.done.push(done);
                refused.clear();
            }
            Some(why) => {
                refused.push((finding.rule, fix.title, fix.edits));
                if !repaired.dropped.iter().any(|(dropped, _)| *dropped == done) {
                    repaired.dropped.push((done, why));
                }
            }
        }
    }
}

fn is_writable(head: &Sources, id: SourceId) -> bool {
    head.side == id.side && head.files[id.index as usize].disk.is_some()
}

/// Why an outcome is no improvement; `None` when the finding is gone and nothing at least as bad has come.
fn worse(fixed: &Finding, before: &Outcome, after: &Outcome) -> Option<String> {
    let (old, new) = (counts(before), counts(after));
    let key = (fixed.rule, fixed.subject.clone());
    let count = |counts: &BTreeMap<_, usize>| counts.get(&key).copied().unwrap_or(0);
    if count(&new) >= count(&old) {
        return Some("the finding would stay".to_string());
    }
    let come = new.iter().find(|(key, count)| old.get(*key).copied().unwrap_or(0) < **count);
    come.map(|((rule, _), _)| format!("it would bring {rule}"))
}

fn counts(outcome: &Outcome) -> BTreeMap<(&'static str, Option<String>), usize> {
    let mut counts = BTreeMap::new();
    for finding in outcome.findings.iter().filter(|finding| finding.severity >= Severity::Warning) {
        *counts.entry((finding.rule, finding.subject.clone())).or_insert(0) += 1;
    }
    counts
}

fn edited(head: &Sources, edits: &[Edit]) -> Sources {
    let mut head = head.clone();
    let mut by_source: BTreeMap<SourceId, Vec<Edit>> = BTreeMap::new();
    for edit in edits {
        by_source.entry(edit.at.source).or_default().push(edit.clone());
    }
    for (id, edits) in by_source {
        let source = &mut head.files[id.index as usize];
        source.text = yaml::apply(&source.text, &edits);
    }
    head
}

/// A unified diff from one head to the other, as `git apply` takes it.
pub fn diff(before: &Sources, after: &Sources) -> String {
    let mut text = String::new();
    for (old, new) in before.files.iter().zip(&after.files).filter(|(old, new)| old.text != new.text) {
        let diff = similar::TextDiff::from_lines(&old.text, &new.text);
        let (a, b) = (format!("a/{}", old.path), format!("b/{}", new.path));
        text.push_str(&diff.unified_diff().context_radius(3).header(&a, &b).to_string());
    }
    text
}
