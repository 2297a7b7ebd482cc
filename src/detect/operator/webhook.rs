//! Whether the operator's webhook is on: what its container is told, and what the values of its chart say.
//!
//! Takes the map that names the operator and the values beside it; `None` where neither says anything, for then the version
//! decides.

use crate::source::Span;
use crate::yaml::{self, Node};

/// The value of the chart.
pub(in crate::detect) const VALUE: &str = "enableWebhook";

/// What is written of the webhook.
pub(super) fn of(node: &Node, values: Option<&Node>, text: &str) -> Option<(bool, Span)> {
    let told = || ["args", "command"].iter().filter_map(|key| node.get(key)).flat_map(Node::items).find_map(argument);
    told().or_else(|| parameter(node)).or_else(|| value(values?)).or_else(|| in_text(node, text))
}

/// `--webhook=true` of a container.
fn argument(item: &Node) -> Option<(bool, Span)> {
    let rest = item.raw_text()?.trim_start_matches('-').strip_prefix("webhook")?;
    let is = match rest {
        "" | "=true" => true,
        "=false" => false,
        _ => return None,
    };
    Some((is, item.at))
}

/// What Argo CD hands over one by one.
fn parameter(node: &Node) -> Option<(bool, Span)> {
    let items = node.at_path(&["helm", "parameters"])?.items().iter();
    let mut own = items.filter(|item| item.get("name").and_then(Node::text) == Some(VALUE));
    own.find_map(|item| switch(item.get("value")?))
}

/// Values as a text inside of an Application.
fn in_text(node: &Node, text: &str) -> Option<(bool, Span)> {
    let values = node.at_path(&["helm", "values"])?;
    let stream = yaml::parse_block(text, values)?;
    stream.documents.first().and_then(|document| value(&document.root))
}

fn value(values: &Node) -> Option<(bool, Span)> {
    switch(values.get(VALUE)?)
}

/// What is written, if it is a truth value, however it is quoted.
pub(in crate::detect) fn switch(node: &Node) -> Option<(bool, Span)> {
    let is = match node.raw_text()? {
        "true" => true,
        "false" => false,
        _ => return None,
    };
    Some((is, node.at))
}
