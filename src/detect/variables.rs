//! Texts with variables in them: `${TAG:-v2.4.1}`, and the `.env` files that fill them.
//!
//! Takes text and names, gives text. What nobody fills stays as it is written.

use crate::source::{Edit, SourceId, Span};
use crate::yaml::Node;
use std::collections::BTreeMap;

/// What variables are, by name.
pub(super) type Variables = BTreeMap<String, Value>;

/// What a `.env` file says of a variable, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub text: String,
    pub at: Span,
}

/// A part of a text that another file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Which bytes of the filled text.
    pub range: std::ops::Range<usize>,
    /// Where they are written.
    pub at: Span,
}

/// A text with variables, in three readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub at: Span,
    /// As it stands.
    pub written: String,
    /// With the variables of `.env` filled in.
    pub filled: String,
    /// With the defaults of the others, too.
    pub assumed: String,
    /// The parts of `filled` that stand elsewhere.
    pub parts: Vec<Filled>,
}

impl Text {
    /// The three readings of a text.
    pub(super) fn new(at: Span, written: &str, variables: &Variables) -> Text {
        let assumed = template_default(written).map(str::to_string);
        let mut parts = Vec::new();
        Text {
            at,
            written: written.to_string(),
            filled: fill(written, variables, false, 0, &mut parts),
            assumed: assumed.unwrap_or_else(|| fill(written, variables, true, 0, &mut Vec::new())),
            parts,
        }
    }

    /// The text that another file gives a variable, whole.
    pub(super) fn of_value(value: &Value) -> Text {
        let parts = vec![Filled { range: 0..value.text.len(), at: value.at }];
        let (filled, assumed) = (value.text.clone(), value.text.clone());
        Text { at: value.at, written: value.text.clone(), filled, assumed, parts }
    }

    /// Where the end of the text is said, which is where an image has its tag.
    pub fn said_at(&self) -> Span {
        self.parts.last().map_or(self.at, |part| part.at)
    }

    /// Whether something in it is said by nobody here.
    pub(super) fn is_open(&self) -> bool {
        self.filled.contains('$')
    }

    /// The edit of another file after which this text is filled to be `wanted`; `None` where no one variable can do that.
    pub fn refilled(&self, wanted: &str) -> Option<Edit> {
        self.parts.iter().rev().find_map(|part| {
            let (before, after) = (&self.filled[..part.range.start], &self.filled[part.range.end..]);
            let middle = wanted.strip_prefix(before)?.strip_suffix(after)?;
            (!middle.is_empty()).then(|| Edit { at: part.at, text: middle.to_string() })
        })
    }

    /// The three readings of a scalar; `None` for anything else.
    pub(super) fn of(node: &Node, variables: &Variables) -> Option<Text> {
        Some(Text::new(node.at, node.raw_text()?.trim(), variables))
    }

    /// Whether another file says a part of it, so that it cannot be changed where it stands.
    pub fn is_filled(&self) -> bool {
        self.filled != self.written
    }
}

/// The variables of a `.env` file.
pub(super) fn of_env_file(source: SourceId, text: &str) -> Variables {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("export ").trim_start());
    let pairs = lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let value = |value: &str| {
        let value = unquoted(value.trim());
        // A part of the text, so its address says where it stands.
        let start = value.as_ptr() as usize - text.as_ptr() as usize;
        Value { text: value.to_string(), at: Span::new(source, start, start + value.len()) }
    };
    pairs.map(|(name, written)| (name.trim().to_string(), value(written))).collect()
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inside) = value.strip_prefix(quote) {
            return inside.split(quote).next().unwrap_or(inside);
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

/// `{{ .image | default "x" }}`: what is printed unless somebody says otherwise.
fn template_default(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("{{")?.strip_suffix("}}")?;
    inside.split_once("default")?.1.split(['"', '\'']).nth(1)
}

/// A default may hold variables; nobody nests them deeper.
const DEEPEST: usize = 4;

fn fill(text: &str, variables: &Variables, defaults: bool, depth: usize, parts: &mut Vec<Filled>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = if rest.starts_with("$$") { 2 } else { end_of_variable(rest) };
        let (variable, after) = rest.split_at(end);
        match value(variable, variables, defaults, depth) {
            Some((value, at)) => {
                let start = filled.len();
                filled.push_str(&value);
                parts.extend(at.map(|at| Filled { range: start..filled.len(), at }));
            }
            None => filled.push_str(variable),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// How long the variable is that a text begins with; 1 when it is a lone `$`.
fn end_of_variable(text: &str) -> usize {
    if !text.starts_with("${") {
        let name = text[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len() - 1);
        return 1 + name;
    }
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// What a variable is, and where that is written if it can be changed there.
fn value(variable: &str, variables: &Variables, defaults: bool, depth: usize) -> Option<(String, Option<Span>)> {
    let inside = variable.strip_prefix('$')?;
    let inside = inside.strip_prefix('{').and_then(|inside| inside.strip_suffix('}')).unwrap_or(inside);
    let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inside.len());
    let (name, operator) = inside.split_at(end);
    let known = variables.get(name).filter(|value| !(value.text.is_empty() && operator.starts_with(':')));
    if let Some(Value { text, at }) = known {
        // A variable may be made of others; then no single place says it.
        let several = text.contains('$') && depth < DEEPEST;
        let whole = |text: &String| fill(text, variables, defaults, depth + 1, &mut Vec::new());
        return Some(if several { (whole(text), None) } else { (text.clone(), Some(*at)) });
    }
    let default = operator.strip_prefix(':').unwrap_or(operator);
    let default = default.strip_prefix(['-', '=']).filter(|_| defaults && depth < DEEPEST)?;
    Some((fill(default, variables, defaults, depth + 1, &mut Vec::new()), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Side, SourceId};

    #[test]
    fn variables_are_filled_from_the_file_and_then_from_their_defaults() {
        let source = SourceId { side: Side::Head, index: 0 };
        let file = "# a comment\nexport TAG=v2.4.1\nQ=\"kafka\" # why\nEMPTY=\nP=a # b\nR=r/${P}\n";
        let variables = of_env_file(source, file);
        let at = Span::new(source, 0, 0);
        let read = |text: &str| {
            let text = Text::new(at, text, &variables);
            (text.filled, text.assumed)
        };
        let same = |text: &str| (text.to_string(), text.to_string());
        assert_eq!(read("m:${TAG}"), same("m:v2.4.1"));
        assert_eq!(read("m:$TAG-gpu"), same("m:v2.4.1-gpu"));
        assert_eq!(read("${Q}${P:-x}"), same("kafkaa"));
        assert_eq!(read("${R}:$TAG"), same("r/a:v2.4.1"));
        let image = Text::new(at, "m:${TAG}-gpu", &variables);
        let edit = image.refilled("m:v2.5.0-gpu").unwrap();
        assert_eq!((&file[edit.at.range()], edit.text.as_str()), ("v2.4.1", "v2.5.0"));
        assert_eq!(image.refilled("n:v2.5.0-gpu"), None);
        let quoted = Text::new(at, "$Q", &variables);
        assert_eq!(&file[quoted.refilled("pulsar").unwrap().at.range()], "kafka");
        assert_eq!(read("m:${NONE:-v2.5.0}"), ("m:${NONE:-v2.5.0}".into(), "m:v2.5.0".into()));
        assert_eq!(read("${A:-${B:-x}}"), ("${A:-${B:-x}}".into(), "x".into()));
        assert_eq!(read("${EMPTY:-y}").1, "y");
        assert_eq!(read("${EMPTY-y}").1, "");
        for text in ["m:${NONE}", "m:${NONE:?say it}", "a$$b", "a$", "${open"] {
            assert_eq!(read(text), same(text), "{text}");
        }
        assert_eq!(read("{{ .image | default \"m:v2.6.0\" }}").1, "m:v2.6.0");
    }
}
