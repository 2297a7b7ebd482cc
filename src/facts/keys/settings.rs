//! Settings of the server: which exist, and which Milvus reads them.
//!
//! Milvus compares keys in lower case and without `.`, `_` and `/`, so that nesting does not matter; only below an open group
//! the dots count. What was shipped in a file and never read is no fault.

use super::{Fault, Instead, Why, absent, near, tables};
use crate::model::{Shape, Version, Written};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

struct Setting {
    key: &'static str,
    /// `read`, `group`, `idle` (shipped, never read) or `dev` (read by builds between releases).
    kind: &'static str,
    milvus: &'static str,
}

struct Table {
    all: Vec<(String, Setting)>,
    /// By the form in which Milvus compares.
    flat: HashMap<String, usize>,
    /// Everything that a key begins with, up to a dot.
    sections: HashSet<String>,
    groups: Vec<String>,
}

/// In lower case, with the dots.
fn lower(path: &str) -> String {
    path.to_ascii_lowercase().replace(['_', '/'], "")
}

fn flat(lower: &str) -> String {
    lower.replace('.', "")
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table { all: Vec::new(), flat: HashMap::new(), sections: HashSet::new(), groups: Vec::new() };
        for row in tables::rows(tables::SETTINGS) {
            let setting = Setting { key: row[0], kind: row[1], milvus: row[3] };
            let lower = lower(setting.key);
            let dots = lower.match_indices('.').map(|(at, _)| at);
            table.sections.extend(dots.map(|at| lower[..at].to_string()));
            if setting.kind == "group" {
                table.groups.push(lower);
                continue;
            }
            table.flat.entry(flat(&lower)).or_insert(table.all.len());
            table.all.push((lower, setting));
        }
        table
    })
}

impl Table {
    fn find(&self, lower: &str) -> Option<&Setting> {
        self.flat.get(&flat(lower)).map(|at| &self.all[*at].1)
    }

    fn is_open(&self, lower: &str) -> bool {
        self.groups.iter().any(|group| lower.starts_with(group.as_str()) || lower == group.trim_end_matches('.'))
    }

    /// The one setting that a path means which is too deep, or not deep enough.
    fn level(&self, path: &str) -> Option<&'static str> {
        let mut rest = path;
        while let Some((_, below)) = rest.split_once('.') {
            if let Some(setting) = self.find(below).filter(|_| self.sections.contains(first(below))) {
                return Some(setting.key);
            }
            rest = below;
        }
        let ending = format!(".{path}");
        let mut found = self.all.iter().filter(|(lower, setting)| setting.kind == "read" && lower.ends_with(&ending));
        let only = found.next()?;
        found.next().is_none().then_some(only.1.key)
    }
}

fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

pub(super) fn faults(written: &Written, milvus: Option<&Version>) -> Vec<Fault> {
    let table = table();
    let mut faults = Vec::new();
    let mut index = 0;
    while let Some(key) = written.keys.get(index) {
        let path = lower(&written.path(index).join("."));
        let empty = key.end == index + 1 && matches!(key.shape, Shape::Map | Shape::Null | Shape::Open);
        let (why, over) = match table.find(&path) {
            _ if table.is_open(&path) => (None, true),
            Some(setting) if key.shape != Shape::Map => (not_read(setting, milvus), true),
            // A section that is empty sets nothing.
            _ if table.sections.contains(&path) || empty && key.shape == Shape::Map => (None, false),
            Some(_) => (None, true),
            None => (Some(Why::Unknown(instead(table, written, index, &path))), true),
        };
        faults.extend(why.map(|why| Fault { index, why }));
        index = if over { key.end } else { index + 1 };
    }
    faults
}

fn not_read(setting: &Setting, milvus: Option<&Version>) -> Option<Why> {
    match setting.kind {
        "idle" => None,
        "dev" => milvus.map(|_| Why::Unknown(None)),
        _ => absent(setting.milvus, milvus),
    }
}

fn instead(table: &Table, written: &Written, index: usize, path: &str) -> Option<Instead> {
    let key = &written.keys[index];
    let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
    // A section above that is empty: what was meant to stand in it stands beside it.
    let beside = written.siblings(index).filter(|key| key.shape == Shape::Null);
    let beside: Vec<String> = beside
        .map(|key| if parent.is_empty() { key.name.to_string() } else { format!("{parent}.{}", key.name) })
        .filter(|section| table.sections.contains(&lower(section)))
        .collect();
    let known = |section: &String| {
        let full = format!("{section}.{}", key.name);
        let path = lower(&full);
        (table.find(&path).is_some() || table.sections.contains(&path)).then_some(full)
    };
    if let Some(full) = beside.iter().find_map(known) {
        return Some(Instead::At(full));
    }
    let names = table.all.iter().filter(|(_, setting)| setting.kind == "read").filter_map(|(lower, setting)| {
        let from = if parent.is_empty() {
            0
        } else {
            lower.strip_prefix(parent)?.starts_with('.').then_some(parent.len() + 1)?
        };
        // Underscores are not in the compared form, so the places are taken from names without them only.
        let rest = setting.key.get(from..).filter(|_| lower.len() == setting.key.len())?;
        let name = rest.split('.').next()?;
        (rest.contains('.') == (key.shape == Shape::Map)).then_some(name)
    });
    if let Some(named) = near::name(&key.name, names) {
        return Some(Instead::Named(named.to_string()));
    }
    let target = |leaf: usize| {
        let whole = lower(&written.path(leaf).join("."));
        let found = table.level(&whole)?;
        // Of a section that is moved whole the section is named.
        let inside = whole.strip_prefix(path)?;
        let section = lower(found).strip_suffix(inside).map(str::len);
        Some(section.and_then(|end| found.get(..end)).filter(|_| lower(found).len() == found.len()).unwrap_or(found))
    };
    written.leaves(index).find_map(target).map(|key| Instead::At(key.to_string()))
}

/// The setting of the server that a key is, or the section of settings, which was written among the values of the chart: its
/// path there, or what remains of it without the topmost name, begins with a section of the server.
pub(super) fn among_values(written: &Written, index: usize) -> Option<String> {
    let table = table();
    let of_leaf = |leaf: usize| {
        let path = written.path(leaf);
        (0..2).find_map(|skip| {
            let path = lower(&path.get(skip..)?.join("."));
            let is_deep = path.split_once('.').is_some_and(|(first, _)| table.sections.contains(first));
            table.find(&path).filter(|setting| is_deep && setting.kind == "read")
        })
    };
    written.leaves(index).find_map(of_leaf).map(|setting| setting.key.to_string())
}

/// The setting, or the section, that was written among the fields of a resource below a path of so many names.
pub(super) fn among_fields(written: &Written, index: usize) -> Option<String> {
    let table = table();
    let key = &written.keys[index];
    let name = lower(&key.name);
    if key.shape == Shape::Null {
        return table.sections.contains(&name).then(|| key.name.to_string());
    }
    let below = |leaf: usize| Some(lower(&written.path(leaf).get(key.depth..)?.join(".")));
    let is_setting = |path: &str| table.find(path).is_some_and(|setting| setting.kind == "read");
    let leaf = written.leaves(index).next().and_then(below)?;
    // What was meant to stand in a section that is empty stands beside it.
    let empty = written.siblings(index).filter(|key| key.shape == Shape::Null);
    if let Some(section) = empty.into_iter().find(|section| is_setting(&format!("{}.{leaf}", lower(&section.name)))) {
        return Some(format!("{}.{}", section.name, key.name));
    }
    if leaf.contains('.') && is_setting(&leaf) {
        return Some(key.name.to_string());
    }
    let whole = table.level(&leaf).filter(|_| key.shape != Shape::Map)?;
    Some(whole.to_string())
}
