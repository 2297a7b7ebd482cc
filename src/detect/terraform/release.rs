//! A `helm_release` of the Milvus chart.

use super::eval::Eval;
use super::module::{Module, is_override};
use super::{File, values};
use crate::detect::release::{Release, is_milvus_chart, is_published_by_milvus};
use crate::detect::{Evidence, Layers, helm_values};
use crate::hcl::Block;
use crate::model::{Identity, Surface};
use crate::source::Span;
use crate::yaml::Node;

/// The Milvus that a `helm_release` installs; `None` when it is another chart.
pub(super) fn evidence(eval: Eval, file: &File, block: &Block) -> Option<Evidence> {
    if is_override(&file.source.path) {
        return None;
    }
    let module = eval.module;
    let text = |key: &str| eval.attribute(block, key).and_then(|node| node.raw_text().map(str::to_string));
    let text = |key: &str| text(key).filter(|text| !text.is_empty());
    let chart = eval.attribute(block, "chart")?;
    let written = chart.raw_text().filter(|text| !text.is_empty())?.to_string();
    let repository = text("repository");
    let archive = archive(&written).filter(|_| repository.is_none());
    let named = archive.map_or(written.as_str(), |(name, _)| name);
    let hidden = chart.is_templated() && !is_milvus_chart(named, repository.as_deref());
    if !hidden && !is_milvus_chart(named, repository.as_deref()) {
        return None;
    }
    let layers = values::layers(eval, file, block);
    let is_folder = is_folder(module, &written, repository.as_deref());
    if !is_meant(&layers, is_folder, hidden, repository.as_deref()) {
        return None;
    }
    let version = match archive {
        Some((_, version)) => Some((chart.at, version.to_string())),
        None if is_folder => None,
        None => Some(version(eval, block, chart.at)),
    };
    let release = Release {
        surface: Surface::Terraform,
        id: Identity { namespace: text("namespace"), name: text("name"), path: file.source.path.clone(), ordinal: 0 },
        at: block.at,
        chart: if hidden { "milvus" } else { named },
        repository: repository.as_deref(),
        version,
        layers,
        tree: module.tree,
    };
    release.evidence()
}

/// A folder may hold any chart, and so may an expression: then the values say what it is.
fn is_meant(layers: &Layers, is_folder: bool, hidden: bool, repository: Option<&str>) -> bool {
    let looks_like = || layers.0.iter().any(|layer| helm_values::looks_like(&layer.node));
    let published = repository.is_some_and(is_published_by_milvus);
    !is_folder && (!hidden || published) || looks_like()
}

/// A folder of the repository, and no chart of a repository of charts.
fn is_folder(module: &Module, chart: &str, repository: Option<&str>) -> bool {
    let beside = || module.stands(&format!("{chart}/Chart.yaml"));
    chart.starts_with(['.', '/']) || repository.is_none() && !chart.contains("://") && beside()
}

/// The chart and the version that the name of an archive says: `…/milvus-4.2.58.tgz`.
fn archive(chart: &str) -> Option<(&str, &str)> {
    let name = chart.rsplit('/').next()?.strip_suffix(".tgz")?;
    let version = name.strip_prefix("milvus-").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
    Some((&name[.."milvus".len()], version))
}

/// Without a version the newest chart is taken.
fn version(eval: Eval, block: &Block, chart: Span) -> (Span, String) {
    let written = eval.attribute(block, "version");
    let written = written.as_ref().and_then(|node| Some((node.at, Node::raw_text(node)?.to_string())));
    written.filter(|(_, text)| !text.is_empty()).unwrap_or((chart, String::new()))
}
