//! A module: the files of one folder, with what its variables are.
//!
//! Takes a folder and who calls it; says where a variable or a local is defined, and in whose words. Variables of a root module
//! come from the files that Terraform itself loads, in its order, over their defaults.

use super::super::tree::plain;
use super::calls::{folder_of, target};
use super::eval::Each;
use super::{File, Tree, document, is_vendored};
use crate::detect::Layer;
use crate::hcl::{self, Attribute, Block, Body, Expr};
use crate::source::Span;
use crate::yaml::{Kind, Map, Node};
use std::sync::Arc;

/// A module as one call sees it.
pub(super) struct Module<'a> {
    pub tree: &'a Tree<'a>,
    folder: String,
    /// The folder that Terraform is run in.
    root: String,
    pub files: Vec<&'a File<'a>>,
    call: Option<(&'a Block, &'a Module<'a>)>,
    /// The element of `for_each` that the call is made for.
    each: Option<Each>,
    /// A file of variables that is only laid with `-var-file`.
    laid: Option<&'a File<'a>>,
}

/// Where something is defined.
pub(super) enum Definition<'a> {
    Here(&'a Expr, &'a Module<'a>),
    /// It depends on the arguments of Terraform's command line, or nobody says it.
    Open,
}

impl<'a> Module<'a> {
    /// The module that a file belongs to, as if Terraform were run in its folder.
    pub(super) fn root(tree: &'a Tree<'a>, path: &str) -> Module<'a> {
        let folder = folder_of(path);
        Module { tree, files: files(tree, &folder), root: folder.clone(), folder, call: None, each: None, laid: None }
    }

    /// The same with a file of variables laid over it.
    pub(super) fn with(tree: &'a Tree<'a>, path: &str, laid: &'a File<'a>) -> Module<'a> {
        let mut module = Module::root(tree, path);
        if module.files.iter().all(|file| file.id != laid.id) {
            module.files.push(laid);
        }
        Module { laid: Some(laid), ..module }
    }

    /// The files of variables in a folder and below it that Terraform does not load by itself.
    pub(super) fn laid_on_demand(tree: &'a Tree<'a>, path: &str) -> Vec<&'a File<'a>> {
        let folder = folder_of(path);
        let is_root = |folder: &str| files(tree, folder).iter().any(|file| !file.source.path.ends_with(".tfvars"));
        let suits = |file: &&File| {
            let own = folder_of(&file.source.path);
            file.source.path.ends_with(".tfvars")
                && if own == folder {
                    !is_loaded(&file.source.path)
                } else {
                    !is_root(&own) && !is_vendored(&file.source.path)
                }
        };
        tree.below(&folder).filter(suits).collect()
    }

    /// The module in this repository that a block calls.
    pub(super) fn called(&'a self, call: &'a Block, each: Option<Each>) -> Option<Module<'a>> {
        let folder = target(&self.folder, call)?;
        let files = files(self.tree, &folder);
        (!files.is_empty()).then(|| Module {
            tree: self.tree,
            folder,
            root: self.root.clone(),
            files,
            call: Some((call, self)),
            each,
            laid: None,
        })
    }

    /// The element of `for_each` that this is called for.
    pub(super) fn each(&self) -> Option<&Each> {
        self.each.as_ref()
    }

    /// Whether another module of the repository calls this one: then it is judged there.
    pub(super) fn is_called(&self) -> bool {
        self.tree.calls().is_called(&self.folder)
    }

    /// `path.module`, `path.root` and `path.cwd`, as Terraform would print them.
    pub(super) fn path(&self, which: &str) -> Option<String> {
        match which {
            "root" | "cwd" => Some(".".to_string()),
            "module" if self.folder == self.root => Some(".".to_string()),
            "module" => {
                let up = self.root.split('/').filter(|part| !part.is_empty()).count();
                Some(format!("{}{}", "../".repeat(up), self.folder))
            }
            _ => None,
        }
    }

    /// The file that a path names at a place, seen from where Terraform is run.
    pub(super) fn file(&self, path: &str, at: Span) -> Option<&'a File<'a>> {
        let path = path.strip_prefix("./").unwrap_or(path);
        let tree: &'a Tree<'a> = self.tree;
        let from = if self.root.is_empty() { String::new() } else { format!("{}/", self.root) };
        (!path.starts_with('/')).then(|| tree.seek(&from, path, at))?
    }

    /// Whether a file of a path is among those that are known.
    pub(super) fn stands(&self, path: &str) -> bool {
        self.tree.get(&format!("{}/{path}", self.root)).is_some()
    }

    /// Where a variable gets its value from.
    pub(super) fn variable(&'a self, name: &str) -> Definition<'a> {
        if let Some((call, caller)) = self.call {
            return match call.body.get(name) {
                Some(argument) => Definition::Here(argument, caller),
                None => self.default(name),
            };
        }
        if let Some(value) = self.laid.and_then(|file| file.hcl()?.body.get(name)) {
            return Definition::Here(value, self);
        }
        let mut loaded: Vec<(&File, &Expr)> = Vec::new();
        let mut optional: Vec<&Expr> = Vec::new();
        for file in self.files.iter().filter(|file| file.source.path.ends_with(".tfvars")) {
            let Some(value) = file.hcl().and_then(|parsed| parsed.body.get(name)) else { continue };
            match is_loaded(&file.source.path) {
                true => loaded.push((file, value)),
                false => optional.push(value),
            }
        }
        // `terraform.tfvars` first, the others by name over it.
        loaded.sort_by_key(|(file, _)| (file.source.path.ends_with(".auto.tfvars"), &file.source.path));
        let winner = match loaded.last() {
            Some((_, value)) => Definition::Here(value, self),
            None => self.default(name),
        };
        let text = |expr: &Expr| self.tree.text(expr.at.source).get(expr.at.range());
        match &winner {
            _ if optional.is_empty() || self.laid.is_some() => winner,
            // Somebody must say it, and nobody else here does.
            Definition::Open if optional.windows(2).all(|pair| text(pair[0]) == text(pair[1])) => {
                optional.first().map_or(Definition::Open, |value| Definition::Here(value, self))
            }
            // A file that is only laid with `-var-file` may say something else.
            Definition::Here(value, _) if optional.iter().all(|other| text(other) == text(value)) => winner,
            _ => Definition::Open,
        }
    }

    fn default(&'a self, name: &str) -> Definition<'a> {
        let mut blocks = self.bodies().flat_map(|body| body.blocks("variable"));
        let block = blocks.find(|block| block.labels.first().is_some_and(|label| label == name));
        block.and_then(|block| block.body.get("default")).map_or(Definition::Open, |it| Definition::Here(it, self))
    }

    /// Where a local value is defined.
    pub(super) fn local(&'a self, name: &str) -> Definition<'a> {
        let mut blocks = self.bodies().flat_map(|body| body.blocks("locals"));
        let value = blocks.find_map(|block| block.body.get(name));
        value.map_or(Definition::Open, |value| Definition::Here(value, self))
    }

    /// Whether this is `override.tf` or the like laid over a resource, which replaces what it names of it.
    pub(super) fn overriding(&'a self, block: &Block, key: &str) -> Option<&'a Attribute> {
        let same = |other: &&Block| other.labels == block.labels && other.at != block.at;
        let files = self.files.iter().filter(|file| is_override(&file.source.path));
        let bodies = files.filter_map(|file| Some(&file.hcl()?.body));
        let blocks = bodies.flat_map(|body| body.blocks("resource")).filter(same);
        blocks.flat_map(|block| &block.body.attributes).filter(|attribute| attribute.key == key).last()
    }

    fn bodies(&self) -> impl Iterator<Item = &'a Body> {
        let files = self.files.iter().filter(|file| !file.source.path.ends_with(".tfvars"));
        files.filter_map(|file| Some(&file.hcl()?.body))
    }

    /// Layers that say nothing, one for each file of this module and of its callers: a change there concerns what is here.
    pub(super) fn silent_layers(&self) -> Vec<Layer> {
        let mut layers = self.call.map_or_else(Vec::new, |(_, caller)| caller.silent_layers());
        layers.extend(self.files.iter().map(|file| {
            let node = Node { at: Span::new(file.id, 0, 0), kind: Kind::Map(Arc::new(Map::default())) };
            Layer { document: document(file, node.clone()), path: Vec::new(), node, editable: false }
        }));
        layers
    }
}

/// Whether Terraform loads a file of variables by itself.
fn is_loaded(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

/// Whether a file replaces parts of what the others say.
pub(super) fn is_override(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem == "override" || stem.ends_with("_override")
}

fn files<'a>(tree: &'a Tree<'a>, folder: &str) -> Vec<&'a File<'a>> {
    let depth = if folder.is_empty() { 0 } else { folder.split('/').count() };
    let here = |path: &str| plain(path).split('/').count() == depth + 1;
    tree.below(folder).filter(|file| hcl::is_file(&file.source.path) && here(&file.source.path)).collect()
}
