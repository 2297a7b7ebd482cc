//! What was read from a cluster: texts whose names begin with `live:`, in which a Milvus stands as it runs.
//!
//! Such a text holds a resource as the API server has it, a release as Helm keeps it, or workloads; and beside it a list
//! `running` of its pods. What the cluster would keep of a resource that is applied anew (`live:kept/`) lies below that one
//! as a layer. How texts come to have such names is not known here.

use super::helm_values::server_config;
use super::{Evidence, File, Found, Layer, Layers, Tree, What, milvus_resource, workload};
use crate::model::{Dialect, Field, Identity, Image, Pods, Running, Surface};
use crate::yaml::{Document, Node, Step};
use std::sync::Arc;

const LIVE: &str = "live:";
const KEPT: &str = "live:kept/";
const WORKLOADS: &str = "live:workloads/";

/// Whether a text was read from a cluster.
pub fn is_live(path: &str) -> bool {
    path.starts_with(LIVE)
}

/// Finds the Milvus of such a text.
pub(super) fn find(file: &File, tree: &Tree, found: &mut Found) {
    for document in &file.documents {
        milvus_resource::find(document, file.source, found);
        found.evidence.extend(release(document, file));
    }
    if file.source.path.starts_with(WORKLOADS) {
        workload::find(file, tree, found);
    }
}

/// A release as Helm keeps it: its values are layers, and it says its chart.
fn release(document: &Arc<Document>, file: &File) -> Option<Evidence> {
    let root = &document.root;
    let kind =
        root.entry("kind").filter(|_| root.get("apiVersion").and_then(Node::text) == Some("helm.sh/release.v1"))?;
    let text = |path: &[&str]| root.at_path(path).and_then(Node::raw_text).map(str::to_string);
    let values = root.get("values")?;
    let chart = root.at_path(&["chart", "version"])?;
    let layer = Layer { editable: false, ..Layer::of_part(document, vec![Step::Key("values".to_string())], values) };
    Some(Evidence {
        what: What::Deployment(Surface::HelmValues, Dialect::Chart),
        id: Identity {
            namespace: text(&["metadata", "namespace"]),
            name: text(&["metadata", "name"]),
            path: file.source.path.clone(),
            ordinal: 0,
        },
        at: kind.key.at,
        api_version: String::new(),
        layers: Layers(vec![layer]),
        server: server_config(&file.source.text, values),
        services: Layers::default(),
        chart: chart.raw_text().map(|version| (chart.at, version.to_string())),
        processes: Vec::new(),
        own_chart: false,
        unfound: None,
    })
}

/// What runs of the Milvus of such a text; `None` for every other text.
pub fn running(file: &File) -> Option<Running> {
    if !is_live(&file.source.path) || file.source.path.starts_with(KEPT) {
        return None;
    }
    let mut running = Running::default();
    for document in &file.documents {
        let root = &document.root;
        root.get("running").into_iter().flat_map(Node::items).for_each(|pod| count(pod, &mut running.pods));
        if let Some(image) = root
            .at_path(&["status", "currentImage"])
            .filter(|image| image.raw_text().is_some_and(|text| !text.is_empty()))
        {
            running.reported = image.raw_text().map(|text| Field::written(image.at, Image::parse(text)));
        }
        running.behind = running.behind.take().or_else(|| behind(root));
    }
    Some(running)
}

fn count(pod: &Node, all: &mut Vec<Pods>) {
    let Some(image) = pod.get("image") else { return };
    let component = pod.get("component").and_then(Node::raw_text).map(str::to_string);
    let parsed = Image::parse(image.raw_text().unwrap_or_default());
    match all.iter_mut().find(|pods| pods.image == parsed) {
        Some(pods) => {
            pods.count += 1;
            pods.components.extend(component.filter(|component| !pods.components.contains(component)));
        }
        None => all.push(Pods { image: parsed, count: 1, components: component.into_iter().collect(), at: image.at }),
    }
}

/// Whether the operator, or Helm, has not finished with what it was told last.
fn behind(root: &Node) -> Option<Field<String>> {
    let number = |path: &[&str]| root.at_path(path)?.raw_text()?.parse::<u64>().ok();
    let observed = root.at_path(&["status", "observedGeneration"]);
    if let (Some(at), Some(seen), Some(told)) =
        (observed, number(&["status", "observedGeneration"]), number(&["metadata", "generation"]))
        && seen < told
    {
        let why = "the operator has not taken up the last change of the resource yet".to_string();
        return Some(Field::written(at.at, why));
    }
    if let Some(state) = root.at_path(&["migration", "state"]) {
        let name = root.at_path(&["migration", "name"]).and_then(Node::raw_text).unwrap_or_default();
        let why = format!("the MilvusUpgrade {name} is not at its end ({})", state.raw_text()?);
        return Some(Field::written(state.at, why));
    }
    let pending = root.at_path(&["pending", "status"])?;
    let why = format!("Helm has begun another revision of the release, which is {}", pending.raw_text()?);
    Some(Field::written(pending.at, why))
}

/// Lays what the cluster keeps below the resources that will be applied there.
pub fn lay_kept(found: &mut [Found]) {
    let mut kept = Vec::new();
    for one in found.iter_mut() {
        let (live, own) = one.evidence.drain(..).partition(|evidence| evidence.id.path.starts_with(KEPT));
        one.evidence = own;
        kept.extend::<Vec<Evidence>>(live);
    }
    for evidence in found.iter_mut().flat_map(|one| &mut one.evidence) {
        let is_it = |kept: &&Evidence| {
            let open = evidence.id.namespace.is_none() || evidence.id.namespace == kept.id.namespace;
            kept.what == evidence.what
                && kept.api_version == evidence.api_version
                && kept.id.name == evidence.id.name
                && open
        };
        let Some(kept) = kept.iter().find(is_it) else { continue };
        let below = |layers: &Layers| layers.0.iter().map(|layer| Layer { editable: false, ..layer.clone() }).collect();
        let (spec, server): (Vec<Layer>, Vec<Layer>) = (below(&kept.layers), below(&kept.server));
        evidence.layers.0.splice(0..0, spec);
        evidence.server.0.splice(0..0, server);
    }
}
