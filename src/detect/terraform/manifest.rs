//! Resources of the Milvus operator inside of `kubernetes_manifest`, as an object, and of `kubectl_manifest`, as YAML.

use super::eval::Eval;
use super::values::yaml_of;
use super::{File, document};
use crate::detect::{Found, milvus_resource};
use crate::hcl::{Block, Expr, ExprKind};
use crate::yaml::Document;
use std::sync::Arc;

/// Adds the resources that an attribute of a block holds.
pub(super) fn find(eval: Eval, file: &File, block: &Block, key: &str, found: &mut Found) {
    let Some(expr) = block.body.get(key) else { return };
    let mut inner = Found::default();
    for document in documents(eval, file, expr) {
        // A file of its own is searched for itself.
        let Some(stands) = eval.module.tree.file(document.source) else { continue };
        milvus_resource::find(&document, stands.source, &mut inner);
        if stands.id != file.id && !inner.evidence.is_empty() {
            found.filled.push(document.at);
        }
    }
    for (index, mut evidence) in inner.evidence.into_iter().enumerate() {
        if index == 0 {
            evidence.at = block.at;
        }
        evidence.id.path.clone_from(&file.source.path);
        found.evidence.push(evidence);
    }
    found.troubles.extend(inner.troubles);
}

fn documents(eval: Eval, file: &File, expr: &Expr) -> Vec<Arc<Document>> {
    let read = |expr: &Expr| match &expr.kind {
        ExprKind::Call(name, _) if name == "file" => Vec::new(),
        _ => yaml_of(eval, expr).unwrap_or_default(),
    };
    match &expr.kind {
        ExprKind::Call(name, arguments) if matches!(name.as_str(), "yamldecode" | "jsondecode") => {
            arguments.first().map(read).unwrap_or_default()
        }
        ExprKind::Object(_) | ExprKind::Path(_) => {
            let node = eval.node(expr);
            match node.is_map() {
                true => vec![document(file, node)],
                false => read(expr),
            }
        }
        _ => read(expr),
    }
}
