//! Adding a key: takes a path whose last part is missing and what to put there, gives the edits.
//!
//! A new key goes right after the last entry of its map, in the indentation of its siblings; missing maps above it are
//! made, in the document's own step. Whether the result says what it should is checked by the caller.

use super::super::{Document, Kind, Map, Node, Style, expect::Tree, render};
use super::locate::{Found, Holder, Link, Place, column, empty, is_flow, line_end, locate, newline, show, unit};
use super::remove::Cut;
use super::{EditError, Step, refused};
use crate::source::{Edit, SourceId, Span};

/// What to put at the end of the path.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    /// A value, and whether it must be read as a string.
    Scalar(&'a str, bool),
    /// A value as YAML, and what it says.
    Yaml(&'a str, &'a Tree),
    /// A key with its value, cut out elsewhere.
    Cut(&'a Cut),
}

/// What a piece of YAML for `Change::Insert` says.
pub(super) fn fragment(source: SourceId, yaml: &str) -> Result<Tree, EditError> {
    let stream = super::super::parse(source, yaml);
    match stream.documents.as_slice() {
        _ if !stream.problems.is_empty() => refused("the YAML to insert cannot be read"),
        [] => Ok(Tree::Null),
        [one] if one.templated || !one.anchors.is_empty() => refused("the YAML to insert holds anchors or templates"),
        [one] => Ok(Tree::of(&one.root, yaml)),
        _ => refused("the YAML to insert holds more than one document"),
    }
}

/// The edits that put `content` at `path`.
pub(super) fn insert(text: &str, document: &Document, path: &[Step], content: Content) -> Result<Vec<Edit>, EditError> {
    if document.templated {
        return refused("the document is a template, and an action might stand where the key would go");
    }
    let found = match locate(text, document, path)? {
        Place::Found(found) if matches!(found.node().kind, Kind::Null) && found.chain.len() > 1 => {
            return fill(text, document, &found, path, content);
        }
        Place::Found(_) => return refused(format!("`{}` is already there", show(path))),
        Place::Missing(found) => found,
    };
    let mut keys = Vec::new();
    for step in &path[found.steps..] {
        match step {
            Step::Key(key) => keys.push(key.as_str()),
            Step::Index(_) => return refused("an item of a list that is not there cannot be made"),
        }
    }
    let writer = Writer { text, unit: unit(text, document), context: found.context };
    writer.put(&found, &keys, content)
}

/// Replaces an empty value.
fn fill(
    text: &str,
    document: &Document,
    found: &Found,
    path: &[Step],
    content: Content,
) -> Result<Vec<Edit>, EditError> {
    let (Content::Yaml(yaml, tree), Some(Step::Key(_))) = (content, path.last()) else {
        return refused(format!("`{}` is already there", show(path)));
    };
    let at = found.node().at;
    let inline = if found.context.flow { render::flow(tree, found.context) } else { single_line(yaml) };
    if let Some(inline) = inline {
        let prefix = if at.start == at.end { found.empty_prefix(text) } else { "" };
        return Ok(vec![Edit { at, text: format!("{prefix}{inline}") }]);
    }
    let Holder::Entry { entry, .. } = found.last().holder else {
        return refused("the YAML cannot be put here");
    };
    if at.start != at.end || found.context.flow || is_block_scalar(yaml) {
        return refused("the YAML cannot be put here");
    }
    let writer = Writer { text, unit: unit(text, document), context: found.context };
    let lines: Vec<String> = yaml.trim_end().lines().map(str::to_owned).collect();
    let indent = column(text, entry.key.at.start as usize) + writer.unit;
    Ok(vec![writer.after_line(at, at.end as usize, &lines, indent)?])
}

fn single_line(yaml: &str) -> Option<String> {
    let yaml = yaml.trim();
    let block =
        yaml.starts_with("- ") || is_block_scalar(yaml) || yaml.contains(": ") || yaml.ends_with(':') || yaml == "-";
    let block = block && !yaml.starts_with(['{', '[', '"', '\'']);
    (!yaml.contains('\n') && !block).then(|| yaml.to_owned())
}

fn is_block_scalar(yaml: &str) -> bool {
    yaml.trim_start().starts_with(['|', '>'])
}

struct Writer<'a> {
    text: &'a str,
    unit: usize,
    context: render::Place,
}

impl Writer<'_> {
    fn put(&self, found: &Found, keys: &[&str], content: Content) -> Result<Vec<Edit>, EditError> {
        let node = found.node();
        match &node.kind {
            Kind::Map(map) if is_flow(self.text, node) && map.entries.is_empty() => {
                self.put_in_empty(found, keys, content)
            }
            Kind::Map(map) if self.context.flow => self.put_in_flow(node, map, keys, content),
            Kind::Map(map) => {
                let last = &map.entries[map.entries.len() - 1].value;
                let indent = column(self.text, node.at.start as usize);
                let lines = self.lines(keys, content)?;
                Ok(vec![self.after_node(last, node.at, &lines, indent)?])
            }
            Kind::Null => self.put_in_empty(found, keys, content),
            _ => refused("keys can only be added to a map"),
        }
    }

    /// Into `{}` or nothing at all.
    fn put_in_empty(&self, found: &Found, keys: &[&str], content: Content) -> Result<Vec<Edit>, EditError> {
        let Link { node, holder } = found.last();
        let at = node.at;
        let (start, end) = (at.start as usize, at.end as usize);
        let outer_flow = found.chain[..found.chain.len() - 1].iter().any(|link| is_flow(self.text, link.node));
        match holder {
            _ if outer_flow => {
                let prefix = if start == end { " " } else { "" };
                Ok(vec![Edit { at, text: format!("{prefix}{{{}}}", self.flow(keys, content)?) }])
            }
            Holder::Entry { entry, .. } => {
                let key_end = entry.key.at.end as usize;
                let between = &self.text[key_end.min(start)..start];
                if between.trim() != ":" {
                    return refused("the empty value carries an anchor or a tag");
                }
                let colon = key_end + between.find(':').map_or(0, |at| at + 1);
                let indent = column(self.text, entry.key.at.start as usize) + self.unit;
                let insert = self.after_line(at, end, &self.lines(keys, content)?, indent)?;
                let removed = Edit { at: Span::new(at.source, colon, end), text: String::new() };
                // Right behind the value there may be nothing: then both are one place.
                Ok(match (colon == end, insert.at.start as usize == end) {
                    (true, _) => vec![insert],
                    (false, true) => vec![Edit { at: removed.at, text: insert.text }],
                    (false, false) => vec![removed, insert],
                })
            }
            Holder::Item { .. } | Holder::Root => {
                let prefix = if start == end { " " } else { "" };
                if matches!(holder, Holder::Root) && start == end {
                    return refused("the document is empty");
                }
                let indent = column(self.text, start) + prefix.len();
                let lines = self.lines(keys, content)?;
                let joined = lines.join(&format!("{}{}", newline(self.text), " ".repeat(indent)));
                Ok(vec![Edit { at, text: format!("{prefix}{joined}") }])
            }
        }
    }

    fn put_in_flow(&self, node: &Node, map: &Map, keys: &[&str], content: Content) -> Result<Vec<Edit>, EditError> {
        let entry = self.flow(keys, content)?;
        let last = &map.entries[map.entries.len() - 1];
        let end = last.value.at.end.max(last.key.at.end) as usize;
        let key = last.key.at.start as usize;
        let line = super::locate::line_start(self.text, key);
        let indent = &self.text[line..key];
        let line_end = line_end(self.text, end);
        let rest = &self.text[end..line_end];
        let own_line = indent.trim().is_empty() && line > node.at.start as usize && line_end < node.at.end as usize;
        let rest_is_comma = rest.trim_start().starts_with(',');
        let rest_is_blank = {
            rest.trim_start_matches([' ', '\t', ',']).is_empty() || rest.trim_start_matches([' ', ',']).starts_with('#')
        };
        if !own_line || !rest_is_blank {
            return Ok(vec![Edit { at: empty(node.at, end), text: format!(", {entry}") }]);
        }
        let line = format!("{}{indent}{entry}", newline(self.text));
        Ok(match rest_is_comma {
            true => vec![Edit { at: empty(node.at, line_end), text: format!("{line},") }],
            false if line_end == end => vec![Edit { at: empty(node.at, end), text: format!(",{line}") }],
            false => vec![
                Edit { at: empty(node.at, end), text: ",".to_owned() },
                Edit { at: empty(node.at, line_end), text: line },
            ],
        })
    }

    /// The lines of the missing keys and the content, indented by 0.
    fn lines(&self, keys: &[&str], content: Content) -> Result<Vec<String>, EditError> {
        let place = render::Place::default();
        let (last, above) = keys.split_last().ok_or_else(|| EditError::Refused("the path is empty".to_owned()))?;
        let key = render::key(last, place);
        let body = match content {
            Content::Scalar(value, string) => vec![format!("{key}: {}", render::scalar(value, string, None, place))],
            Content::Cut(cut) => {
                cut.lines.clone().ok_or_else(|| EditError::Refused("the lines cannot be moved".to_owned()))?
            }
            Content::Yaml(_, Tree::Null) => vec![format!("{key}:")],
            Content::Yaml(yaml, _) => self.yaml_lines(&key, yaml),
        };
        let mut lines: Vec<String> = Vec::new();
        for (depth, key) in above.iter().enumerate() {
            lines.push(format!("{}{}:", " ".repeat(depth * self.unit), render::key(key, place)));
        }
        let indent = " ".repeat(above.len() * self.unit);
        lines.extend(body.into_iter().map(|line| if line.is_empty() { line } else { format!("{indent}{line}") }));
        Ok(lines)
    }

    fn yaml_lines(&self, key: &str, yaml: &str) -> Vec<String> {
        if let Some(inline) = single_line(yaml) {
            return vec![format!("{key}: {inline}")];
        }
        let indent = " ".repeat(self.unit);
        let mut lines = Vec::new();
        let mut given = yaml.trim_end().lines();
        if is_block_scalar(yaml) || yaml.starts_with(['{', '[', '"', '\'']) {
            lines.push(format!("{key}: {}", given.next().unwrap_or_default()));
        } else {
            lines.push(format!("{key}:"));
        }
        lines.extend(given.map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") }));
        lines
    }

    /// The missing keys and the content on one line, without the outermost braces.
    fn flow(&self, keys: &[&str], content: Content) -> Result<String, EditError> {
        let place = render::Place { flow: true, ..self.context };
        let (last, above) = keys.split_last().ok_or_else(|| EditError::Refused("the path is empty".to_owned()))?;
        let value = match content {
            Content::Scalar(value, string) => Some(render::scalar(value, string, None, place)),
            Content::Yaml(_, tree) => render::flow(tree, place),
            Content::Cut(cut) => cut.flow_value.clone(),
        };
        let value =
            value.ok_or_else(|| EditError::Refused("the value cannot be written between brackets".to_owned()))?;
        let mut entry = format!("{}: {value}", render::key(last, place));
        for key in above.iter().rev() {
            entry = format!("{}: {{{entry}}}", render::key(key, place));
        }
        Ok(entry)
    }

    /// New lines behind the last line of `last`, the last value of a map.
    fn after_node(&self, last: &Node, at: Span, lines: &[String], indent: usize) -> Result<Edit, EditError> {
        let mut deepest = last;
        while let Some(next) = match &deepest.kind {
            Kind::Map(map) => map.entries.last().map(|entry| &entry.value),
            Kind::Seq(items) => items.last(),
            _ => None,
        } {
            deepest = next;
        }
        if let Kind::Scalar(scalar) = &deepest.kind
            && matches!(scalar.style, Style::Literal | Style::Folded)
        {
            let header = &self.text[deepest.at.start as usize..line_end(self.text, deepest.at.start as usize)];
            let header = header.split('#').next().unwrap_or_default();
            let end = scalar.content.end as usize;
            // `|+` owns the empty lines behind it.
            if header.contains('+') && self.text[..end].ends_with('\n') {
                let prefix = " ".repeat(indent);
                let text = lines.iter().map(|line| format!("{prefix}{line}{}", newline(self.text))).collect();
                return Ok(Edit { at: empty(at, end), text });
            }
        }
        self.after_line(at, at.end as usize, lines, indent)
    }

    fn after_line(&self, at: Span, end: usize, lines: &[String], indent: usize) -> Result<Edit, EditError> {
        let line_end = line_end(self.text, end);
        let rest = self.text[end..line_end].trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            return refused("something else stands on the line after which the key would go");
        }
        let prefix = " ".repeat(indent);
        let mut text = String::new();
        for line in lines {
            text.push_str(newline(self.text));
            if !line.is_empty() {
                text.push_str(&prefix);
                text.push_str(line);
            }
        }
        Ok(Edit { at: empty(at, line_end), text })
    }
}
