//! `kubectl patch` on a Milvus resource: takes a step with the patches of its script, gives the [`Evidence`] of the resource as it is
//! afterwards. Which Milvus is meant, and what the values mean, is not known here.

use super::kustomize::laid;
use super::{Evidence, File, Layer, Layers, Script, What};
use crate::model::{Dialect, Identity, Step, Surface};
use crate::yaml;
use std::sync::Arc;

/// The Milvus after a patch; `before` is what is known of it, and where nothing is, the patch lies over values that nobody sees.
/// `None` where the patch stands in a file, or cannot be read.
pub fn patched(step: &Step, script: &Script, file: &File, before: Option<&Evidence>) -> Option<Evidence> {
    let word = step.value("patch")?;
    let (_, document) = script.patches.iter().find(|(at, _)| *at == word.at)?;
    let unseen = || unseen(step, file);
    let evidence = laid(document, &before.cloned().or_else(unseen)?);
    Some(Evidence {
        at: step.program,
        id: Identity { path: file.source.path.clone(), ..evidence.id.clone() },
        ..evidence
    })
}

/// A resource of which only the name is known.
fn unseen(step: &Step, file: &File) -> Option<Evidence> {
    let (_, name) = step.object()?;
    let nothing = yaml::parse(file.id, "{}").documents.into_iter().next().map(Arc::new)?;
    Some(Evidence {
        what: What::Deployment(Surface::MilvusResource, Dialect::Operator),
        id: Identity {
            namespace: step.namespace().and_then(|field| field.value().cloned()),
            name: Some(name.to_string()),
            path: file.source.path.clone(),
            ordinal: 0,
        },
        at: step.program,
        api_version: "v1beta1".to_string(),
        layers: Layers(vec![Layer::unseen(&nothing, Vec::new(), step.at)]),
        server: Layers::default(),
        chart: None,
        processes: Vec::new(),
        own_chart: false,
        unfound: None,
        services: Layers::default(),
    })
}
