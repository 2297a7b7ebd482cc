//! `helm.parameters` and `helm.fileParameters` as values: takes lists of names and texts, gives a map of their nodes.
//!
//! It knows in which order Argo CD hands them to Helm.

use super::Application;
use crate::detect::settings::{Settings, open, typed};
use crate::yaml::Node;

/// The values that the parameters set; `None` when there are none.
pub(super) fn map(application: &Application, helm: &Node) -> Option<Node> {
    let mut settings = Settings::default();
    let items = |key: &str| helm.get(key).map_or(&[][..], Node::items);
    let forced = |item: &&Node| item.get("forceString").and_then(Node::as_bool) == Some(true);
    let plain = items("parameters").iter().filter(|item| !forced(item));
    // Helm takes what is forced to be a string after all others, and the content of files last.
    for item in plain.chain(items("parameters").iter().filter(forced)) {
        let value = item.get("value").map(|value| typed(&application.fill.node(value), forced(&item)));
        settings.add(item.get("name"), value);
    }
    for item in items("fileParameters") {
        settings.add(item.get("name"), item.get("path").map(open));
    }
    let at = items("parameters").first().or(items("fileParameters").first())?.at;
    settings.map(at)
}
