//! `kustomize.images` of an Application: takes its entries and one Milvus, gives the processes the images that they run then.

use crate::detect::{Evidence, Text};
use crate::yaml::Node;

/// Lays the images (`milvusdb/milvus:v2.6.2`, `old=new:tag`) over the processes of a Milvus. Nothing is changed where the images
/// were written before, for that would not come through.
pub(super) fn lay(images: Option<&Node>, evidence: &mut Evidence) {
    for item in images.map_or(&[][..], Node::items) {
        let Some(text) = item.raw_text() else { continue };
        let (of, new) = text.split_once('=').unwrap_or((repository(text), text));
        let images = evidence.processes.iter_mut().filter_map(|process| process.image.as_mut());
        for image in images.filter(|image| repository(&image.filled) == of) {
            let version = if repository(new) == new { &image.filled[repository(&image.filled).len()..] } else { "" };
            let filled = format!("{new}{version}");
            *image = Text {
                at: item.at,
                written: format!("kustomize.images: {text}"),
                assumed: filled.clone(),
                filled,
                parts: Vec::new(),
            };
        }
    }
}

/// An image without tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rfind(':').filter(|colon| !image[*colon..].contains('/')) {
        Some(colon) => &image[..colon],
        None => image,
    }
}
