//! Terraform and OpenTofu: `helm_release` of the Milvus chart, and `kubernetes_manifest` and `kubectl_manifest` with a resource
//! of the operator; each call of a module is a Milvus of its own.
//!
//! Files of variables that are laid on demand and disagree make one Milvus each.
//!
//! Takes a file and the tree, for the rest of its module, the modules that it calls, and the files that expressions name. An
//! expression is followed through variables and locals as far as the repository says them; what is left is unknown, by its name.

mod calls;
mod eval;
mod guest;
mod manifest;
mod module;
mod operator;
mod release;
#[cfg(test)]
mod tests;
mod values;

use super::{Evidence, File, Found, Tree, Trouble};
use crate::hcl::{Block, Body};
use crate::source::{SourceId, Span};
use crate::yaml::{Comment, Document, Kind, Node};
pub(super) use calls::{Calls, foreign_modules};
use eval::{Each, Eval};
use module::Module;
pub(super) use operator::operators;
use std::sync::Arc;

/// How deep modules call modules; deeper is a circle.
const DEEPEST: usize = 8;

/// Whether a text is worth parsing for itself.
pub(super) fn mentions_milvus(text: &str) -> bool {
    ["milvus", "Milvus"].iter().any(|word| text.contains(word))
}

/// Adds every Milvus that a file of Terraform describes: in its own resources, unless its folder is a module that is called,
/// and in the modules that it calls.
pub(super) fn find(file: &File, tree: &Tree, found: &mut Found) {
    if file.source.path.ends_with(".tfvars") || is_vendored(&file.source.path) {
        return;
    }
    for problem in &file.problems {
        if let Some(what) = looks_like_milvus(&file.source.text, problem.at) {
            found.troubles.push(Trouble { at: problem.at, why: format!("{}; {what}", problem.message) });
        }
    }
    let text = &file.source.text;
    let mentions = mentions_milvus(text);
    if mentions {
        found.comments.extend(comments(file.id, text));
    }
    if !mentions && !tree.calls().holds(file.id) {
        return;
    }
    let Some(parsed) = file.hcl() else { return };
    let module = Module::root(tree, &file.source.path);
    if module.is_called() {
        return;
    }
    let laid = Module::laid_on_demand(tree, &file.source.path);
    let mut each: Vec<(&File, Found)> = Vec::new();
    for one in laid {
        let mut inside = Found::default();
        in_root(&Module::with(tree, &file.source.path, one), file, &parsed.body, mentions, &mut inside);
        each.push((one, inside));
    }
    if each.len() < 2 || each.windows(2).all(|pair| says_the_same(&pair[0].1, &pair[1].1)) {
        return in_root(&module, file, &parsed.body, mentions, found);
    }
    for (laid, mut inside) in each {
        // Each Milvus needs a place of its own, and the file of variables is what it has for itself.
        let keys = laid.hcl().into_iter().flat_map(|parsed| &parsed.body.attributes).map(|attribute| attribute.at);
        for (evidence, at) in inside.evidence.iter_mut().zip(keys) {
            inside.off.iter_mut().filter(|off| **off == evidence.at).for_each(|off| *off = at);
            evidence.at = at;
            evidence.id.path.clone_from(&laid.source.path);
        }
        found.evidence.append(&mut inside.evidence);
        found.off.append(&mut inside.off);
        found.troubles.append(&mut inside.troubles);
    }
}

/// Whether two files of variables make the same of a module, from the same places; the files themselves aside.
fn says_the_same(one: &Found, other: &Found) -> bool {
    let said = |found: &Found| {
        let of = |evidence: &Evidence| {
            let layers = evidence.layers.0.iter().filter(|layer| layer.node.at.end > 0);
            let layers: Vec<_> = layers.map(|layer| (&layer.node, layer.document.templated)).collect();
            format!("{:?} {:?} {layers:?}", evidence.id, evidence.chart)
        };
        found.evidence.iter().map(of).collect::<Vec<_>>()
    };
    said(one) == said(other)
}

/// What a root module describes in one of its files, and in the modules that it calls from there.
fn in_root(module: &Module, file: &File, body: &Body, mentions: bool, found: &mut Found) {
    for block in resources(body).filter(|_| mentions) {
        in_resource(module, file, block, found);
    }
    for call in body.blocks("module") {
        let before = found.evidence.len();
        in_call(module, call, 0, found);
        // Each Milvus needs a place of its own, and this is where it is called from.
        let places = std::iter::once(call.at).chain(call.body.attributes.iter().map(|attribute| attribute.at));
        for (evidence, at) in found.evidence[before..].iter_mut().zip(places) {
            let inside = std::mem::replace(&mut evidence.at, at);
            evidence.id.path.clone_from(&file.source.path);
            // Whoever is switched off is known by its place.
            found.off.iter_mut().filter(|off| **off == inside).for_each(|off| *off = at);
        }
    }
}

/// Whatever may hold a Milvus: resources, and the charts that are rendered only.
fn resources(body: &Body) -> impl Iterator<Item = &Block> {
    let template = |block: &&Block| block.labels.first().is_some_and(|label| label == "helm_template");
    body.blocks("resource").chain(body.blocks("data").filter(template))
}

/// What a module that is called describes, and those that it calls: once, or for each element of its `for_each`.
fn in_call(caller: &Module, call: &Block, depth: usize, found: &mut Found) {
    let each = Eval::of(caller).each_of(call);
    if each.is_empty() {
        return in_one_call(caller, call, (depth, None), found);
    }
    for each in each {
        in_one_call(caller, call, (depth, Some(each)), found);
    }
}

fn in_one_call(caller: &Module, call: &Block, (depth, each): (usize, Option<Each>), found: &mut Found) {
    let Some(module) = caller.called(call, each).filter(|_| depth < DEEPEST) else { return };
    let off = Eval::of(caller).is_none_of(call);
    let before = found.evidence.len();
    for file in module.files.iter().filter(|file| !file.source.path.ends_with(".tfvars")) {
        let text = &file.source.text;
        if !mentions_milvus(text) && !caller.tree.calls().holds(file.id) {
            continue;
        }
        let Some(parsed) = file.hcl() else { continue };
        if let Some(what) = parsed.problem.as_ref().and_then(|it| looks_like_milvus(text, it.at)) {
            let why = format!("the module that is called here cannot be read: {what}");
            found.troubles.push(Trouble { at: call.at, why });
        }
        for block in resources(&parsed.body) {
            in_resource(&module, file, block, found);
        }
        for inner in parsed.body.blocks("module") {
            in_call(&module, inner, depth + 1, found);
        }
    }
    if off {
        let begins: Vec<Span> = found.evidence[before..].iter().map(|evidence| evidence.at).collect();
        found.off.extend(begins);
    }
}

fn in_resource(module: &Module, file: &File, block: &Block, found: &mut Found) {
    let each = Eval::of(module).each_of(block);
    if each.is_empty() {
        return in_one_resource(module, file, block, None, found);
    }
    let before = found.evidence.len();
    let mut firsts = Vec::new();
    for each in &each {
        firsts.push(found.evidence.len());
        in_one_resource(module, file, block, Some(each), found);
    }
    // Each needs a place of its own, which the elements have where they are written here.
    let all = found.evidence.len();
    for (at, each) in firsts.into_iter().zip(&each).skip(1) {
        if at < all && at > before && found.evidence[at].at == block.at && each.at.source == file.id {
            found.evidence[at].at = each.at;
        }
    }
}

fn in_one_resource(module: &Module, file: &File, block: &Block, each: Option<&Each>, found: &mut Found) {
    let before = found.evidence.len();
    let eval = Eval::of(module).for_each(each);
    match block.labels.first().map(String::as_str) {
        Some("helm_release" | "helm_template") => found.evidence.extend(release::evidence(eval, file, block)),
        Some("kubernetes_manifest") => manifest::find(eval, file, block, "manifest", found),
        Some("kubectl_manifest" | "k8s_manifest") => {
            for key in ["yaml_body", "content"] {
                manifest::find(eval, file, block, key, found);
            }
        }
        _ => {}
    }
    let new: Vec<&mut Evidence> = found.evidence[before..].iter_mut().collect();
    if new.is_empty() {
        return;
    }
    let off = eval.is_none_of(block);
    for evidence in new {
        // What its expressions name may stand in any file of the module: those belong to it.
        let mut layers = module.silent_layers();
        layers.append(&mut evidence.layers.0);
        evidence.layers.0 = layers;
        if off {
            found.off.push(evidence.at);
        }
    }
}

/// A copy that `terraform init` made of a module.
fn is_vendored(path: &str) -> bool {
    path.split('/').any(|part| part == ".terraform")
}

/// An expression as a document.
fn document(file: &File, root: Node) -> Arc<Document> {
    Arc::new(Document::made(root, Span::new(file.id, 0, file.source.text.len())))
}

fn nothing(at: Span) -> Node {
    Node { at, kind: Kind::Null }
}

/// Why a text that could not be parsed seems to hold a Milvus.
fn looks_like_milvus(text: &str, at: Span) -> Option<&'static str> {
    let rest = || text.lines().map(str::trim_start).filter(|line| !line.starts_with(['#', '/']));
    let chart = |line: &str| {
        let value = line.strip_prefix("chart").map(|rest| rest.trim_start()).and_then(|rest| rest.strip_prefix('='));
        let value = value.and_then(|value| value.split('"').nth(1));
        value.is_some_and(|chart| super::release::is_milvus_chart(chart, None))
    };
    let resource = |line: &str| line.contains(super::milvus_resource::GROUP);
    match () {
        () if at.start as usize > text.len() => None,
        () if rest().any(chart) => Some("a release of the Milvus chart stands in this file"),
        () if rest().any(resource) => Some("a Milvus resource stands in this file"),
        () => None,
    }
}

/// `# milvus-lint: …` comments, for the exceptions; HCL knows `//` as well.
fn comments(source: SourceId, text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let marks = ["#", "//"].iter().filter_map(|mark| Some((line.find(mark)?, mark.len())));
        if let Some((at, length)) = marks.min().filter(|_| line.contains("milvus-lint:")) {
            let end = line.trim_end().len();
            found.push(Comment {
                at: Span::new(source, start + at, start + end),
                text: line[at + length..end].to_string(),
            });
        }
        start += line.len();
    }
    found
}
