//! The text of the key tables, row by row: takes nothing, gives cells. Their cells have neither commas nor quotation marks, so
//! that reading them costs next to nothing.

/// One of the tables.
#[derive(Clone, Copy, Debug)]
pub struct KeyTable {
    pub file: &'static str,
    pub columns: &'static str,
    pub text: &'static str,
}

pub(super) const FIELDS: KeyTable = KeyTable {
    file: "keys/fields.csv",
    columns: "kind,path,type,since,until,open,words,min,required,default,heeded",
    text: include_str!("fields.csv"),
};

pub(super) const STATUS: KeyTable = KeyTable {
    file: "keys/status.csv",
    columns: "kind,path,type,since,until,open,words,min,required,default,heeded",
    text: include_str!("status.csv"),
};

pub(super) const VALUES: KeyTable =
    KeyTable { file: "keys/values.csv", columns: "key,type,charts,open", text: include_str!("values.csv") };

pub(super) const SETTINGS: KeyTable =
    KeyTable { file: "keys/server.csv", columns: "key,kind,type,milvus", text: include_str!("server.csv") };

pub(super) const READ_TO: KeyTable =
    KeyTable { file: "keys/read-to.csv", columns: "what,version", text: include_str!("read-to.csv") };

/// The rows of a table; one that has too few cells is left out, and `check` says so.
pub(super) fn rows(table: KeyTable) -> impl Iterator<Item = Vec<&'static str>> {
    let width = table.columns.split(',').count();
    table.text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).filter(move |row| row.len() == width)
}

/// What is wrong with the tables, a sentence each: a header or a number of cells that is not as it must be, a version or a
/// range that cannot be read, rows out of order.
pub fn check() -> Vec<String> {
    use crate::model::{Range, Version};
    let mut wrong = Vec::new();
    for table in [FIELDS, STATUS, VALUES, SETTINGS, READ_TO] {
        let file = table.file;
        let columns: Vec<&str> = table.columns.split(',').collect();
        if table.text.lines().next() != Some(table.columns) {
            wrong.push(format!("src/facts/{file}:1: the columns are {}", table.columns));
        }
        for (number, line) in table.text.lines().enumerate().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let mut say = |what: String| wrong.push(format!("src/facts/{file}:{}: {what}", number + 1));
            if cells.len() != columns.len() || line.contains('"') {
                say(format!("{} plain cells are needed", columns.len()));
                continue;
            }
            for (column, cell) in columns.iter().zip(&cells) {
                let fits = match *column {
                    "charts" | "milvus" => cell.is_empty() || Range::parse(cell).is_ok(),
                    "since" | "version" => Version::parse(cell).is_some(),
                    "until" => cell.is_empty() || Version::parse(cell).is_some(),
                    "min" => cell.is_empty() || cell.parse::<i64>().is_ok(),
                    "open" => matches!(*cell, "" | "open"),
                    _ => true,
                };
                if !fits {
                    say(format!("column `{column}`: `{cell}` cannot be read"));
                }
            }
        }
    }
    wrong
}
