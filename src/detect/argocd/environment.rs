//! Argo CD's build environment: `$ARGOCD_APP_NAME` and its like in parameters and in paths of values files.
//!
//! Takes a text of an Application's source, gives what Argo CD makes of it; `None` where it names something that only the
//! cluster knows. What is no variable of Argo CD is nothing to it.

use super::Application;
use crate::yaml::Node;

/// A path with the variables put in; the name of another source in front of it is none.
pub(super) fn path(application: &Application, source: &Node, path: &str) -> Option<String> {
    match path.split_once('/').filter(|(name, _)| name.starts_with('$') && !name.starts_with("$ARGOCD_")) {
        Some((name, rest)) => Some(format!("{name}/{}", filled(application, source, rest)?)),
        None => filled(application, source, path),
    }
}

/// A text with the variables put in.
pub(super) fn filled(application: &Application, source: &Node, text: &str) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            filled.push('$');
            rest = after;
            continue;
        }
        let (name, after) = name(after);
        match name {
            // A lone sign stays.
            "" => filled.push('$'),
            name => filled.push_str(&value(application, source, name)?),
        }
        rest = after;
    }
    Some(filled + rest)
}

/// The name after the sign, and what follows it.
fn name(text: &str) -> (&str, &str) {
    if let Some((name, after)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        return (name, after);
    }
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
    text.split_at(end)
}

fn value(application: &Application, source: &Node, name: &str) -> Option<String> {
    let root = application.node;
    let text = |node: Option<&Node>| application.text(node).filter(|text| !text.contains("{{"));
    match name {
        // An Application outside of Argo CD's own namespace has that in its name; which one is its own nobody says here.
        "ARGOCD_APP_NAME" => {
            let namespace = root.at_path(&["metadata", "namespace"]).and_then(Node::text);
            text(root.at_path(&["metadata", "name"])).filter(|_| namespace.is_none_or(|name| name == "argocd"))
        }
        "ARGOCD_APP_NAMESPACE" => text(root.at_path(&["spec", "destination", "namespace"])),
        "ARGOCD_APP_PROJECT_NAME" => text(root.at_path(&["spec", "project"])),
        "ARGOCD_APP_SOURCE_PATH" => text(source.get("path")),
        "ARGOCD_APP_SOURCE_REPO_URL" => text(source.get("repoURL")),
        "ARGOCD_APP_SOURCE_TARGET_REVISION" => text(source.get("targetRevision")),
        name if name.starts_with("ARGOCD_") || name.starts_with("KUBE_") => None,
        _ => Some(String::new()),
    }
}
