//! Charts on the disk that an umbrella depends on: `repository: file://../milvus`.
//!
//! Takes the files of a side and every Milvus found among them; asks the tree for the folders that are named.

use super::chart;
use crate::detect::{Evidence, Tree, What};
use crate::model::Surface;
use crate::yaml::Node;

/// Asks the tree for the chart of every dependency on Milvus that is a folder. One that was packed into `charts/` needs none.
pub(in crate::detect) fn expect_charts<'e>(tree: &Tree, evidence: impl Iterator<Item = &'e Evidence>) {
    for evidence in evidence.filter(|one| matches!(one.what, What::Deployment(Surface::Umbrella, _))) {
        let Some(file) = tree.file(evidence.at.source) else { continue };
        let path = &file.source.path;
        for item in file.documents.iter().flat_map(|document| chart::on_milvus(&document.root)) {
            let Some(url) = item.get("repository") else { continue };
            let Some(folder) = url.text().and_then(|url| url.strip_prefix("file://")) else { continue };
            let name = item.get("name").and_then(Node::text).unwrap_or("milvus");
            let packed = tree.absence_beside(path, "charts").is_some()
                || tree.beside(path, &format!("charts/{name}/Chart.yaml")).is_some();
            if !packed {
                tree.expect(path, folder, url.at, evidence.at);
            }
        }
    }
}
