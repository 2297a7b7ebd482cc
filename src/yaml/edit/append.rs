//! Adding an item: takes a path to the place after the last item of a list, gives the edits.
//!
//! A new item is written as its neighbour is: on a line of its own, or behind a comma. Whether the result says what it
//! should is checked by the caller.

use super::super::{Document, Node, Step, render};
use super::locate::{Place, line_end, locate, newline};
use super::{EditError, refused};
use crate::source::{Edit, Span};

/// The edits that put a scalar behind the last item; `None` when the path leads to no such place.
pub(super) fn append(
    text: &str,
    document: &Document,
    path: &[Step],
    (value, string): (&str, bool),
) -> Result<Option<Vec<Edit>>, EditError> {
    let Some((Step::Index(index), list)) = path.split_last() else { return Ok(None) };
    let Place::Found(found) = locate(text, document, list)? else { return Ok(None) };
    let node: &Node = found.node();
    let Some(last) = node.items().last().filter(|_| node.items().len() == *index) else { return Ok(None) };
    if document.templated {
        return refused("the document is a template, and an action might stand where the item would go");
    }
    let start = last.at.start as usize;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..start];
    let is_block = before.trim_start().trim_end_matches(' ') == "-";
    let mut context = found.context;
    context.flow |= !is_block;
    let rendered = render::scalar(value, string, None, context);
    let (at, text) = if is_block {
        let end = line_end(text, last.at.end as usize);
        (end, format!("{}{before}{rendered}", newline(text)))
    } else if text.as_bytes().get(node.at.start as usize) == Some(&b'[') {
        (last.at.end as usize, format!(", {rendered}"))
    } else {
        return refused("the list is not written in a way that an item can be added to");
    };
    Ok(Some(vec![Edit { at: Span::new(document.source, at, at), text }]))
}
