//! One line for each finding, for editors and grep: `file:line:column: severity[rule] message`.

use super::{Context, entry};
use std::io;

/// Writes the lines by place, as editors list them; nothing where nothing was found.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let mut all = entry::all(context);
    let position = |at: crate::source::Span| (context.texts.source(at.source).path.as_str(), at.start);
    all.sort_by_key(|entry| entry.at.map(position));
    for entry in all {
        let place = match entry::place(context, &entry) {
            place if place.is_empty() => "milvus-lint".to_owned(),
            // A line that begins with a colon is a command in some logs, and no path in any editor.
            place if place.starts_with([':', '#']) => format!("./{place}"),
            place => place,
        };
        writeln!(w, "{place}: {}[{}] {}", entry.severity.as_str(), entry.rule, entry.message)?;
    }
    Ok(())
}
