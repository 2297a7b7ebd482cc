//! Fields of the operator's resources: which exist, since when, and what they take.
//!
//! A field that is not in the schema is dropped by the API server. Below an open field anything may stand.

use super::{Fault, Instead, Why, near, settings, tables};
use crate::model::{Key, Shape, Version, Written};
use std::collections::HashMap;
use std::sync::OnceLock;

/// One field of a schema.
#[derive(Clone, Debug)]
pub struct Field {
    pub schema: &'static str,
    /// Dotted; `[]` is an item of a list, `{}` the value of any key of a map.
    pub path: &'static str,
    /// `object`, `array`, `string`, `integer`, `boolean` or `any`.
    pub kind: &'static str,
    /// The operator that brought it, and the first that no longer has it.
    pub since: &'static str,
    pub until: &'static str,
    pub open: bool,
    /// The words that are allowed, if only some are.
    pub words: Vec<&'static str>,
    pub min: Option<i64>,
    pub required: bool,
    pub default: &'static str,
    /// The words that the operator heeds, where the schema takes any.
    pub heeded: Vec<&'static str>,
}

pub(super) fn all() -> &'static [Field] {
    static ALL: OnceLock<Vec<Field>> = OnceLock::new();
    ALL.get_or_init(|| tables::rows(tables::FIELDS).map(field).collect())
}

/// What the operator writes below `status`. Nobody else does, so these are no keys that could be misspelt.
pub(super) fn status() -> &'static [Field] {
    static ALL: OnceLock<Vec<Field>> = OnceLock::new();
    ALL.get_or_init(|| tables::rows(tables::STATUS).map(field).collect())
}

fn field(row: Vec<&'static str>) -> Field {
    Field {
        schema: row[0],
        path: row[1],
        kind: row[2],
        since: row[3],
        until: row[4],
        open: row[5] == "open",
        words: words(row[6]),
        min: row[7].parse().ok(),
        required: row[8] == "required",
        default: row[9],
        heeded: words(row[10]),
    }
}

fn words(cell: &'static str) -> Vec<&'static str> {
    if cell.is_empty() { Vec::new() } else { cell.split('|').collect() }
}

type Schema = HashMap<&'static str, &'static Field>;

fn schema(name: &str) -> Option<&'static Schema> {
    static SCHEMAS: OnceLock<HashMap<&'static str, Schema>> = OnceLock::new();
    let schemas = SCHEMAS.get_or_init(|| {
        let mut schemas: HashMap<&'static str, Schema> = HashMap::new();
        for field in all() {
            schemas.entry(field.schema).or_default().insert(field.path, field);
        }
        schemas
    });
    schemas.get(name)
}

/// The field of a key below `parent`, by its own name or as any key of a map.
fn find(schema: &Schema, parent: &str, name: &str) -> Option<&'static Field> {
    let joined = match (parent, name) {
        ("", _) => name.to_string(),
        (_, "[]") => format!("{parent}[]"),
        _ => format!("{parent}.{name}"),
    };
    schema.get(joined.as_str()).or_else(|| schema.get(format!("{parent}{{}}").as_str())).copied()
}

pub(super) fn faults(name: &str, written: &Written, operator: Option<&Version>) -> Vec<Fault> {
    let Some(schema) = schema(name) else { return Vec::new() };
    let mut faults = Vec::new();
    // The table's path of every key on the way down.
    let mut above: Vec<&'static str> = Vec::new();
    let mut index = 0;
    while let Some(key) = written.keys.get(index) {
        above.truncate(key.depth);
        let parent = above.last().copied().unwrap_or_default();
        let over = match find(schema, parent, &key.name) {
            None => {
                let instead = instead(schema, written, index, parent);
                faults.push(Fault { index, why: Why::Unknown(instead) });
                true
            }
            Some(field) => {
                let why = missing(field, operator)
                    .or_else(|| invalid(field, key).map(Why::Invalid).or_else(|| unheeded(field, key)));
                let wrong = why.is_some();
                faults.extend(why.map(|why| Fault { index, why }));
                above.push(field.path);
                wrong || field.open
            }
        };
        index = if over { key.end } else { index + 1 };
    }
    faults
}

/// Whether the operator is too old for a field, or too new.
fn missing(field: &'static Field, operator: Option<&Version>) -> Option<Why> {
    let operator = operator?;
    let before = |text| Version::parse(text).is_some_and(|version| *operator < version);
    match () {
        () if before(field.since) => Some(Why::TooNew(field.since)),
        () if !field.until.is_empty() && !before(field.until) => Some(Why::Gone(field.until)),
        () => None,
    }
}

/// What a field takes instead of what is written; `None` where it takes that. A `null` may always be written here: whether
/// it arrives depends on who sends it.
fn invalid(field: &Field, key: &Key) -> Option<String> {
    let text = key.text.as_deref().unwrap_or_default();
    let fits = match (field.kind, key.shape) {
        (_, Shape::Open | Shape::Null) | ("any", _) => return None,
        ("object", Shape::Map) | ("array", Shape::List) | ("boolean", Shape::Bool) => true,
        ("integer", Shape::Integer) => {
            let least = field.min.filter(|min| text.parse::<i64>().is_ok_and(|number| number < *min));
            return least.map(|min| format!("a number from {min} on"));
        }
        ("integer", Shape::Number) => {
            return text.parse::<f64>().ok()?.fract().ne(&0.0).then(|| noun("integer").into());
        }
        ("string", Shape::Text) if !field.words.is_empty() => {
            let words: Vec<&str> = field.words.iter().copied().filter(|word| !word.is_empty()).collect();
            return (!field.words.contains(&text)).then(|| format!("one of {}", words.join(", ")));
        }
        ("string", Shape::Text) => true,
        _ => false,
    };
    (!fits).then(|| noun(field.kind).to_string())
}

/// A word that the schema takes and the operator does not heed.
fn unheeded(field: &Field, key: &Key) -> Option<Why> {
    let text = key.text.as_deref().filter(|text| !text.is_empty())?;
    let open = field.heeded.is_empty() || matches!(key.shape, Shape::Open | Shape::Null);
    (!open && !field.heeded.contains(&text)).then(|| Why::Unheeded(format!("one of {}", field.heeded.join(", "))))
}

fn noun(kind: &str) -> &'static str {
    match kind {
        "object" => "a map",
        "array" => "a list",
        "boolean" => "true or false",
        "integer" => "a whole number without quotes",
        _ => "a text",
    }
}

/// What was probably meant by a key that no schema has: a setting of the server, another name, another level.
fn instead(schema: &Schema, written: &Written, index: usize, parent: &'static str) -> Option<Instead> {
    let name = &*written.keys[index].name;
    if matches!(parent, "" | "spec" | "spec.components")
        && let Some(setting) = settings::among_fields(written, index)
    {
        return Some(Instead::Setting(setting));
    }
    let below = |path: &'static str| {
        path.strip_prefix(parent)?.strip_prefix('.').filter(|rest| !rest.contains(['.', '[', '{']))
    };
    let siblings = schema.keys().filter_map(|path| if parent.is_empty() { None } else { below(path) });
    if let Some(named) = near::name(name, siblings) {
        return Some(Instead::Named(named.to_string()));
    }
    let kind_of = |field: &Field| match written.keys[index].shape {
        Shape::Map => field.kind == "object",
        Shape::List => field.kind == "array",
        _ => !matches!(field.kind, "object" | "array"),
    };
    let fields = schema.values().filter(|field| field.until.is_empty() && kind_of(field));
    let level = near::level(parent, name, fields.map(|field| field.path));
    level.map(|path| Instead::At(path.to_string()))
}
