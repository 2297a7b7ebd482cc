//! Compose files that include others.
//!
//! Takes the files of a side; gives the variables that hold in one of them, and asks the tree for what is included and not
//! there. A Milvus is found in the file that describes it, whoever includes that.

use crate::detect::references::{Asked, Need};
use crate::detect::variables::{Variables, of_env_file};
use crate::detect::{File, Tree};
use crate::source::{SourceId, Span};
use crate::yaml::{Document, Node};

/// One entry of `include`, which may name several files that are laid upon each other.
struct Include<'a> {
    paths: &'a [Node],
    env: &'a [Node],
}

fn includes(root: &Node) -> impl Iterator<Item = Include<'_>> {
    let items = root.get("include").filter(|_| root.get("kind").is_none()).map(Node::items).unwrap_or_default();
    items.iter().map(|item| Include {
        paths: item.get("path").map_or(std::slice::from_ref(item), several),
        env: item.get("env_file").map_or(&[][..], several),
    })
}

/// Whether a document includes any file.
pub(in crate::detect) fn includes_any(document: &Document) -> bool {
    includes(&document.root).next().is_some()
}

/// One text, or a list of them.
fn several(node: &Node) -> &[Node] {
    if node.is_seq() { node.items() } else { std::slice::from_ref(node) }
}

/// What the `.env` beside a file says, and above it what those of the including files say.
pub(super) fn variables(path: &str, tree: &Tree) -> Variables {
    let mut variables = env(tree, path, ".env");
    let Some(own) = tree.get(path).map(|file| file.id) else { return variables };
    for file in tree.including().filter(|file| file.id != own) {
        let from = &file.source.path;
        for include in file.documents.iter().flat_map(|document| includes(&document.root)) {
            let mut named = include.paths.iter().filter_map(|path| tree.beside(from, path.text()?));
            if !named.any(|named| named.id == own) {
                continue;
            }
            for name in include.env.iter().filter_map(Node::text) {
                variables.extend(env(tree, from, name));
            }
            variables.extend(env(tree, from, ".env"));
        }
    }
    variables
}

fn env(tree: &Tree, from: &str, name: &str) -> Variables {
    tree.beside(from, name).map(|env| of_env_file(env.id, &env.source.text)).unwrap_or_default()
}

/// The files that Compose reads in the folder of a file, if `COMPOSE_FILE` in the `.env` there names them: bottom first, as far
/// as they are here.
pub(super) fn chosen<'t>(path: &str, tree: &'t Tree) -> Option<Vec<&'t File<'t>>> {
    let variables = env(tree, path, ".env");
    let text = |name: &str| variables.get(name).map(|value| value.text.trim()).filter(|text| !text.is_empty());
    let names = text("COMPOSE_FILE")?;
    // Windows has colons in its paths, and another sign between two of them.
    let between = text("COMPOSE_PATH_SEPARATOR").unwrap_or(if names.contains(';') { ";" } else { ":" });
    let mut files: Vec<&File> = Vec::new();
    for file in names.split(between).filter_map(|name| tree.beside(path, name.trim())) {
        if files.iter().all(|known| known.id != file.id) {
            files.push(file);
        }
    }
    Some(files)
}

/// Asks for every file that a file with a Milvus includes, and tells where that leads back to itself.
pub(super) fn expect(document: &Document, path: &str, tree: &Tree, by: Span) {
    let Some(own) = tree.get(path).map(|file| file.id) else { return };
    for include in includes(&document.root) {
        for name in include.paths.iter().chain(include.env) {
            let Some(text) = name.text() else { continue };
            tree.expect(path, text, name.at, by);
            if tree.beside(path, text).is_some_and(|file| leads_to(file, own, tree, &mut vec![])) {
                tree.remember(Asked { by, ..Asked::new(name.at, text, Need::Circle) });
            }
        }
    }
}

/// Whether a file includes another one, in however many steps.
fn leads_to(file: &File, to: SourceId, tree: &Tree, seen: &mut Vec<SourceId>) -> bool {
    if file.id == to {
        return true;
    }
    if seen.contains(&file.id) {
        return false;
    }
    seen.push(file.id);
    let names = file.documents.iter().flat_map(|document| includes(&document.root)).flat_map(|one| one.paths);
    let below: Vec<&File> = names.filter_map(|name| tree.beside(&file.source.path, name.text()?)).collect();
    below.into_iter().any(|file| leads_to(file, to, tree, seen))
}
