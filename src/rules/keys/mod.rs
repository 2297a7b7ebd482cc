//! What the rules about keys share: which written keys are at fault, put together where one finding says it all, and what can
//! be done about them.

use super::Case;
use crate::facts::{Fault, Instead, Why};
use crate::finding::{Confidence, Finding, Set};
use crate::model::{Reader, Subject, Surface, Version, Written};

/// How many places one finding shows.
const SHOWN: usize = 12;

/// From how many keys on values are taken for a whole file of some chart.
const WHOLE: usize = 150;

/// Faults of one text that make one finding.
pub(super) struct Group<'a> {
    pub written: &'a Written,
    /// The version of the reader, if it is known.
    pub version: Option<&'a Version>,
    pub faults: Vec<Fault>,
}

/// The faults of all texts that a kind of reader reads, as far as `pick` takes them; together where `together` says so.
pub(super) fn groups<'a>(
    case: &Case<'a>,
    is_meant: impl Fn(Reader) -> bool,
    pick: impl Fn(&Why) -> bool,
    together: impl Fn(&Group, &Fault) -> bool,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    let Some(subject) = case.subject() else { return groups };
    for written in subject.keys().iter().filter(|written| is_meant(written.reader)) {
        let version = reads(subject, written.reader);
        let first = groups.len();
        for fault in case.facts.key_faults(written, version).into_iter().filter(|fault| pick(&fault.why)) {
            match groups[first..].iter_mut().find(|group| together(group, &fault)) {
                Some(group) => group.faults.push(fault),
                None => groups.push(Group { written, version, faults: vec![fault] }),
            }
        }
    }
    groups
}

/// The version of whoever reads a text.
fn reads(subject: Subject<'_>, reader: Reader) -> Option<&Version> {
    match (reader, subject) {
        (Reader::Resource(_), subject) => subject.operator().value(),
        (Reader::Chart { .. }, Subject::Deployment(deployment)) => deployment.chart.value(),
        (Reader::Server, Subject::Deployment(deployment)) => deployment.version.value(),
        (_, Subject::Migration(_)) => None,
    }
}

/// Unknown keys beside each other with the same remedy are one mistake; a misspelt name is one of its own.
pub(super) fn is_same_mistake(group: &Group, fault: &Fault) -> bool {
    let class = |why: &Why| match why {
        Why::Unknown(Some(Instead::Named(_))) => 0,
        Why::Unknown(Some(Instead::At(_))) => 1,
        Why::Unknown(Some(Instead::Setting(_))) => 2,
        _ => 3,
    };
    let above = |fault: &Fault| {
        let mut path = group.written.path(fault.index);
        path.pop();
        path
    };
    let first = &group.faults[0];
    class(&first.why) == class(&fault.why) && class(&fault.why) != 0 && above(first) == above(fault)
}

impl Group<'_> {
    /// The path of one of the keys, as a reader writes it. The server knows no sections: of one with a single setting in it,
    /// that setting.
    pub fn path(&self, fault: &Fault) -> String {
        let mut leaves = self.written.leaves(fault.index);
        let index = match (leaves.next(), leaves.next(), self.written.reader) {
            (Some(only), None, Reader::Server) => only,
            _ => fault.index,
        };
        self.written.path(index).join(".").replace(".[]", "[]")
    }

    /// The keys by name: `a`, `a` and `b`, or the first few and how many more there are.
    pub fn names(&self) -> String {
        let names: Vec<String> = self.faults.iter().map(|fault| format!("`{}`", self.path(fault))).collect();
        let shown: Vec<&str> = names.iter().take(4).map(String::as_str).collect();
        match names.len() {
            0..=4 => super::listed(&shown),
            many => format!("{} and {} more", shown.join(", "), many - shown.len()),
        }
    }

    /// `one` for a single key, else `many`.
    pub fn plural<'t>(&self, one: &'t str, many: &'t str) -> &'t str {
        if self.faults.len() == 1 { one } else { many }
    }

    /// A finding at the first key, with the others beside it; `here` says a few words on each.
    pub fn finding(&self, message: String, here: impl Fn(&Fault) -> String) -> Finding {
        let at = |fault: &Fault| self.written.keys[fault.index].at;
        let mut finding = Finding::new(at(&self.faults[0]), message).here(here(&self.faults[0]));
        for fault in self.faults.iter().skip(1).take(SHOWN - 1) {
            finding = finding.label(at(fault), here(fault));
        }
        finding
    }

    /// What was probably meant by one of the keys, in a few words; `home` is where settings of the server belong.
    pub fn hint(&self, fault: &Fault, home: &str) -> String {
        match &fault.why {
            Why::Unknown(Some(Instead::Named(name))) => format!("did you mean `{name}`?"),
            Why::Unknown(Some(Instead::At(path))) => format!("did you mean `{path}`?"),
            Why::Unknown(Some(Instead::Setting(key))) => format!("`{key}` belongs into {home}"),
            _ => String::new(),
        }
    }

    /// Whether the text repeats all values of some chart.
    pub fn is_whole(&self) -> bool {
        self.written.keys.len() > WHOLE
    }

    /// How sure it is that a chart does not read the keys: values that nobody refers to may be those of a fork, above all
    /// where they repeat whole values files, and an umbrella may read what it has laid beside.
    pub fn of_chart(&self, case: &Case) -> Confidence {
        let by_shape = case.head().is_some_and(|head| head.surface == Surface::HelmValues);
        let meant = matches!(&self.faults[0].why, Why::Unknown(Some(_)));
        if by_shape && !meant && self.is_whole() { Confidence::Hint } else { Confidence::Likely }
    }

    /// What must be said where the reader is newer than those whose keys are known.
    pub fn newer(&self, case: &Case, what: &str) -> String {
        let read = case.facts.keys_read_to(what);
        match (self.version, Version::parse(read)) {
            (Some(version), Some(newest)) if *version > newest => {
                format!("the keys of every {what} up to {read} are known; {version} may have brought it")
            }
            _ => String::new(),
        }
    }

    /// Offers to put every key where it belongs, if all of them have such a place and nothing stands there. It is for a person
    /// to look at: what nobody read until now comes into force.
    pub fn with_repair(&self, finding: Finding) -> Finding {
        let moves: Option<Vec<Set>> = self.faults.iter().map(|fault| self.moved(fault)).collect();
        match moves {
            Some(moves) => finding.unsafe_fix("write it where it is read", moves),
            None => finding,
        }
    }

    fn moved(&self, fault: &Fault) -> Option<Set> {
        let from: Vec<String> = self.written.path(fault.index).iter().map(ToString::to_string).collect();
        let (last, above) = from.split_last()?;
        let Why::Unknown(Some(instead)) = &fault.why else { return None };
        let split = |path: &str| path.split('.').map(str::to_string).collect::<Vec<_>>();
        let to = match (instead, self.written.reader) {
            (Instead::Named(name), _) => above.iter().chain([name]).cloned().collect(),
            (Instead::At(path), _) => split(path),
            (Instead::Setting(key), Reader::Resource(_)) => split(&format!("spec.config.{key}")),
            (Instead::Setting(_), _) => return None,
        };
        let keys = &self.written.keys;
        let taken = (0..keys.len()).any(|index| keys[index].depth + 1 == to.len() && self.written.path(index) == to);
        let in_list = from.iter().any(|name| name == "[]");
        // Only a name beside it can be another one: what moves keeps its own.
        let fits = to.last() == Some(last) || matches!(instead, Instead::Named(_));
        (fits && !taken && !in_list).then_some(Set::KeyMoved { reader: self.written.reader, from, to })
    }
}

/// Which versions read a key that another one does not, in words.
pub(super) fn readers(fault: &Fault) -> String {
    let (Why::TooNew(range) | Why::Gone(range)) = fault.why else { return String::new() };
    range.split("||").map(|part| super::plain(part.trim())).collect::<Vec<_>>().join(", or ")
}
