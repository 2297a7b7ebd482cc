//! `helm.parameters` and `helm.fileParameters` as values: takes lists of names and texts, gives a map of their nodes.
//!
//! It knows in which order Argo CD hands them to Helm.

use super::{Application, environment, values};
use crate::detect::settings::{Settings, open, typed};
use crate::source::Span;
use crate::yaml::{Kind, Node, Scalar};

/// The values that the parameters set; `None` when there are none.
pub(super) fn map(application: &Application, source: &Node, from: (&[Node], Option<&str>)) -> Option<Node> {
    let helm = source.get("helm")?;
    let mut settings = Settings::default();
    let items = |key: &str| helm.get(key).map_or(&[][..], Node::items);
    let forced = |item: &&Node| item.get("forceString").and_then(Node::as_bool) == Some(true);
    let plain = items("parameters").iter().filter(|item| !forced(item));
    // Helm takes what is forced to be a string after all others, and the content of files last.
    for item in plain.chain(items("parameters").iter().filter(forced)) {
        let value = item.get("value").map(|value| typed(&told(application, source, value), forced(&item)));
        settings.add(item.get("name"), value);
    }
    for item in items("fileParameters") {
        let by = item.get("name").unwrap_or(item).at;
        let content =
            item.get("path").map(|path| content(application, source, (path, by), from).unwrap_or_else(|| open(path)));
        settings.add(item.get("name"), content);
    }
    let at = items("parameters").first().or(items("fileParameters").first())?.at;
    settings.map(at)
}

/// A value with the build environment put in; one that names what nobody here knows stays open.
fn told(application: &Application, source: &Node, value: &Node) -> Node {
    let value = application.fill.node(value);
    let Kind::Scalar(scalar) = &value.resolved().kind else { return value };
    if !scalar.text.contains('$') {
        return value;
    }
    match environment::filled(application, source, &scalar.text) {
        Some(text) => Node { at: value.at, kind: Kind::Scalar(Scalar { text: text.into(), ..scalar.clone() }) },
        None => open(&value),
    }
}

/// What stands in a file of the repository, as one text at its place; `None` where it is not here.
fn content(
    application: &Application,
    source: &Node,
    (path, by): (&Node, Span),
    from: (&[Node], Option<&str>),
) -> Option<Node> {
    let named = environment::path(application, source, &application.text(Some(path))?)?;
    let file = values::file(application, &named, (path.at, by), from)?;
    let Kind::Scalar(scalar) = &path.resolved().kind else { return None };
    let text = file.source.text.as_str();
    let scalar = Scalar { text: text.into(), templated: false, tag: Some("str".into()), ..scalar.clone() };
    Some(Node { at: Span::new(file.id, 0, text.len()), kind: Kind::Scalar(scalar) })
}
