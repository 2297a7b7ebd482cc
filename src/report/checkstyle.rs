//! Checkstyle's XML, which many review tools read.

use super::entry::{self, Entry};
use super::{Context, site, xml};
use std::collections::BTreeMap;
use std::io;

/// Writes the document: findings by file, in the order of their lines.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let all = entry::all(context);
    let mut files: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in &all {
        files.entry(entry.path.clone().unwrap_or_else(|| "milvus-lint".to_owned())).or_default().push(entry);
    }
    writeln!(w, "{}<checkstyle version=\"4.3\">", xml::HEAD)?;
    for (file, mut entries) in files {
        entries.sort_by_key(|entry| entry.at.map(|at| at.start));
        writeln!(w, "  <file name=\"{}\">", xml::escape(&file))?;
        for entry in entries {
            writeln!(w, "    {}", error(context, entry))?;
        }
        writeln!(w, "  </file>")?;
    }
    writeln!(w, "</checkstyle>")
}

fn error(context: &Context, entry: &Entry) -> String {
    let own = entry.at.and_then(|at| site::site(context, at));
    // A place in the base has no line in the file as it is now.
    let before = own.as_ref().is_some_and(|site| site.side == crate::source::Side::Base);
    let message = match before {
        true => format!("{} ({})", entry.message, entry::place(context, entry)),
        false => entry.message.clone(),
    };
    let (line, column) = entry::in_head(context, entry).map_or((1, 1), |site| site.start);
    let severity = entry.severity.as_str();
    let (message, rule) = (xml::escape(&message), xml::escape(entry.rule));
    format!(
        "<error line=\"{line}\" column=\"{column}\" severity=\"{severity}\" message=\"{message}\" source=\"milvus-lint.{rule}\"/>"
    )
}
