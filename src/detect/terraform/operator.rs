//! A `helm_release` of the operator's chart.
//!
//! Takes a file, gives each installation of the operator in it, with what the module says of the version.

use super::eval::Eval;
use super::module::Module;
use super::{File, Tree, values};
use crate::detect::operator::{self, Operator, Release};
use crate::hcl::Block;
use crate::yaml::Node;

/// Every release of the operator that a file of Terraform describes.
pub(in crate::detect) fn operators(file: &File, tree: &Tree) -> Vec<Operator> {
    let Some(parsed) = file.hcl().filter(|_| !super::is_vendored(&file.source.path)) else { return Vec::new() };
    let module = Module::root(tree, &file.source.path);
    let own = |block: &&Block| block.labels.first().is_some_and(|label| label == "helm_release");
    parsed.body.blocks("resource").filter(own).filter_map(|block| release(&module, file, block)).collect()
}

fn release(module: &Module, file: &File, block: &Block) -> Option<Operator> {
    let eval = Eval::of(module);
    let chart = eval.attribute(block, "chart")?;
    let name = chart.raw_text()?.trim_end_matches('/');
    if chart.is_templated() || !operator::is_operator(name) || name.starts_with('.') || eval.is_none_of(block) {
        return None;
    }
    let layers = values::layers(eval, file, block);
    let image = layers.get(&["image", "tag"]).filter(|tag| tag.raw_text().is_some_and(|text| !text.is_empty()));
    let written = eval.attribute(block, "version");
    let (at, version) = match (image, &written) {
        (Some(tag), _) => {
            (tag.at, named(tag, |text| operator::release_of_image(&format!("{}:{text}", operator::NAME))))
        }
        (None, Some(version)) => (version.at, named(version, operator::release_of_chart)),
        (None, None) => (block.at, Release::Floating("its chart names no version, so the newest is taken".to_string())),
    };
    let webhook = layers.get(&[operator::WEBHOOK]).and_then(operator::switch);
    Some(Operator { path: file.source.path.clone(), at, version, webhook })
}

fn named(node: &Node, read: impl Fn(&str) -> Release) -> Release {
    let text = node.raw_text().unwrap_or_default();
    match node.is_templated() {
        true => Release::Unread(format!("the operator's version `{text}` is not resolved")),
        false => read(text),
    }
}
