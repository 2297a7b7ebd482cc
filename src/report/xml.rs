//! Text that may stand in XML, whatever is in it.

use super::paint::clean;

/// The declaration that every document begins with.
pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Text between tags: as in an attribute, with line feeds as they are.
pub fn text(text: &str) -> String {
    escape(text).replace("&#10;", "\n")
}

/// Safe inside of an attribute's quotes and between tags. Line feeds are kept; every other control character, which XML
/// cannot hold at all, is shown as a sign.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (nth, line) in text.split('\n').enumerate() {
        if nth > 0 {
            out.push_str("&#10;");
        }
        for c in clean(line.trim_end_matches('\r')).chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&apos;"),
                '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
                c => out.push(c),
            }
        }
    }
    out
}
