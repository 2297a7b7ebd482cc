//! Which keys exist: fields of the operator's resources, values of the chart, settings of the server, each with the versions
//! that have it.
//!
//! Takes the keys that are written for a Milvus and a version, gives those that nobody reads, and where each may have been
//! meant to stand. The tables are read when the first question is asked.

mod fields;
mod near;
mod settings;
mod tables;
mod values;

pub use fields::Field;
pub use tables::{KeyTable, check};

use crate::model::{Range, Reader, Version, Written};

/// A written key that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its place in [`Written::keys`].
    pub index: usize,
    pub why: Why,
}

/// Why a key is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// No version reads it.
    Unknown(Option<Instead>),
    /// Only versions that come later do; these.
    TooNew(&'static str),
    /// Only versions that came before do; these.
    Gone(&'static str),
    /// It is read, and takes something else.
    Invalid(String),
    /// It is read, and whoever reads it heeds something else.
    Unheeded(String),
}

/// What was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// The same level, another name.
    Named(String),
    /// The same name at another level: the whole path.
    At(String),
    /// It is a setting of the server: its key there.
    Setting(String),
}

impl super::Facts {
    /// The keys in a text that are not read by `version` of whoever reads it (operator, chart or server). While the version is
    /// not known, only what no version reads is a fault.
    pub fn key_faults(&self, written: &Written, version: Option<&Version>) -> Vec<Fault> {
        match written.reader {
            Reader::Resource(schema) => fields::faults(schema, written, version),
            Reader::Chart { umbrella } => values::faults(written, umbrella, version),
            Reader::Server => settings::faults(written, version),
        }
    }

    /// The newest version of `operator`, `chart` or `milvus` whose keys were read.
    pub fn keys_read_to(&self, what: &str) -> &'static str {
        tables::rows(tables::READ_TO).find(|row| row[0] == what).map_or("", |row| row[1])
    }

    /// Every field of a resource's schema, in the order of the table.
    pub fn fields(&self, schema: &str) -> impl Iterator<Item = &'static Field> {
        fields::all().iter().filter(move |field| field.schema == schema)
    }

    /// Every field of what the operator says in a resource's status, in the order of the table.
    pub fn status_fields(&self, schema: &str) -> impl Iterator<Item = &'static Field> {
        fields::status().iter().filter(move |field| field.schema == schema)
    }

    /// Every chart value: its path, its type, and whether anything may stand below it.
    pub fn chart_values(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        values::all()
    }
}

/// Whether a version reads what the versions of a range read, and if not, why not.
fn absent(range: &'static str, version: Option<&Version>) -> Option<Why> {
    let version = version?;
    let known = Range::parse(range).ok()?;
    if known.contains(version) {
        return None;
    }
    let first = range.split([' ', '|']).next().unwrap_or_default().trim_start_matches(">=");
    let later = Version::parse(first).is_some_and(|first| *version < first);
    Some(if later { Why::TooNew(range) } else { Why::Gone(range) })
}
