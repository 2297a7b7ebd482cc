//! Values of the Milvus chart: which exist, and in which charts.
//!
//! The values of the charts that it brings along are known by their section alone: below it anything may stand.

use super::{Fault, Instead, Why, absent, near, settings, tables};
use crate::model::{Shape, Version, Written};
use std::collections::HashMap;
use std::sync::OnceLock;

struct Value {
    kind: &'static str,
    charts: &'static str,
    open: bool,
}

fn table() -> &'static HashMap<&'static str, Value> {
    static TABLE: OnceLock<HashMap<&'static str, Value>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let row = |row: Vec<&'static str>| (row[0], Value { kind: row[1], charts: row[2], open: row[3] == "open" });
        tables::rows(tables::VALUES).map(row).collect()
    })
}

pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    let mut all: Vec<_> = table().iter().map(|(key, value)| (*key, value.kind, value.open)).collect();
    all.sort_unstable();
    all.into_iter()
}

pub(super) fn faults(written: &Written, umbrella: bool, chart: Option<&Version>) -> Vec<Fault> {
    let table = table();
    let mut faults = Vec::new();
    // Values of which the chart knows none are meant for something else that has the same name.
    let top = |key: &&crate::model::Key| key.depth == 0;
    if !written.keys.iter().filter(top).any(|key| table.contains_key(&*key.name)) {
        return faults;
    }
    let mut index = 0;
    while let Some(key) = written.keys.get(index) {
        let path = written.path(index);
        let over = match table.get(path.join(".").as_str()) {
            // The umbrella's own switch for the chart, whatever its name.
            None if umbrella && key.depth == 0 && matches!(key.shape, Shape::Bool | Shape::Open) => true,
            None => {
                let fault = Why::Unknown(instead(table, written, index, &path));
                faults.push(Fault { index, why: fault });
                true
            }
            Some(value) => {
                // What is switched off need not be there.
                let why = absent(value.charts, chart).filter(|_| !is_off(written, index));
                let wrong = why.is_some();
                faults.extend(why.map(|why| Fault { index, why }));
                wrong || value.open
            }
        };
        index = if over { key.end } else { index + 1 };
    }
    faults
}

/// Whether nothing is asked for: all that is written is `false`, `null` or empty.
fn is_off(written: &Written, index: usize) -> bool {
    written.leaves(index).all(|leaf| {
        let key = &written.keys[leaf];
        key.shape == Shape::Null || key.shape == Shape::Bool && key.text.as_deref() == Some("false")
    })
}

fn instead(
    table: &'static HashMap<&'static str, Value>,
    written: &Written,
    index: usize,
    path: &[&str],
) -> Option<Instead> {
    let (name, above) = path.split_last()?;
    let parent = above.join(".");
    let below = |key: &'static str| -> Option<&'static str> {
        let rest = if parent.is_empty() { key } else { key.strip_prefix(&*parent)?.strip_prefix('.')? };
        (!rest.contains('.')).then_some(rest)
    };
    if let Some(named) = near::name(name, table.keys().filter_map(|key| below(key))) {
        return Some(Instead::Named(named.to_string()));
    }
    // At the top nearly every name is found again one level below some section.
    let level = (!parent.is_empty()).then(|| near::level(&parent, name, table.keys().copied())).flatten();
    if let Some(level) = level {
        return Some(Instead::At(level.to_string()));
    }
    settings::among_values(written, index).map(Instead::Setting)
}
