//! Helm's releases, as Helm keeps them in a cluster.
//!
//! Takes the Secrets or ConfigMaps of Helm's storage; gives of each release the revision that is in force, with its chart and
//! the values that somebody gave. What the chart's templates made of them is not looked at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;

/// No release is larger; what unpacks to more is none.
const MOST: u64 = 64 << 20;

/// Of each release (namespace and name) the objects of its revisions, the newest first.
pub(super) fn revisions(objects: &[Value]) -> BTreeMap<(String, String), Vec<&Value>> {
    let mut releases: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for object in objects {
        let metadata = &object["metadata"];
        let (Some(namespace), Some(name)) = (metadata["namespace"].as_str(), metadata["labels"]["name"].as_str())
        else {
            continue;
        };
        if metadata["labels"]["owner"] == "helm" {
            releases.entry((namespace.to_string(), name.to_string())).or_default().push(object);
        }
    }
    let number =
        |object: &Value| object["metadata"]["labels"]["version"].as_str().and_then(|text| text.parse::<u64>().ok());
    releases.values_mut().for_each(|all| all.sort_by_key(|object| std::cmp::Reverse(number(object))));
    releases
}

/// The revision that is in force, and the newest one where that is still on its way.
pub(super) fn in_force<'a>(revisions: &[&'a Value]) -> Option<(&'a Value, Option<&'a Value>)> {
    let status = |object: &Value| object["metadata"]["labels"]["status"].as_str().unwrap_or_default().to_string();
    let newest = *revisions.first()?;
    let pending = status(newest).starts_with("pending").then_some(newest);
    // Where nothing was ever deployed, what the last attempt left behind is all that can run.
    let deployed = revisions.iter().find(|object| status(object) == "deployed").copied();
    let running = deployed.unwrap_or(newest);
    (status(running) != "uninstalled").then_some((running, pending.filter(|pending| !std::ptr::eq(*pending, running))))
}

/// A release as an object to show, when it is one of Milvus: of the chart itself, or of a chart that depends on it.
pub(super) fn milvus(object: &Value, pending: Option<&Value>) -> Option<Value> {
    let release = decode(object)?;
    let chart = &release["chart"]["metadata"];
    let config = release.get("config").filter(|config| config.is_object()).cloned().unwrap_or_else(|| json!({}));
    let (version, values) = match chart["name"].as_str()? {
        "milvus" => (chart["version"].clone(), config),
        _ => {
            let list = |key: &str| release["chart"][key]["dependencies"].as_array().cloned().unwrap_or_default();
            let is_it = |one: &Value| one["name"] == "milvus";
            let named = list("metadata").into_iter().find(is_it)?;
            let key = named["alias"].as_str().or(named["name"].as_str())?.to_string();
            let locked = list("lock").into_iter().find(is_it).unwrap_or(named);
            (locked["version"].clone(), config.get(&key).cloned().unwrap_or_else(|| json!({})))
        }
    };
    let mut shown = json!({
        "apiVersion": "helm.sh/release.v1",
        "kind": "Release",
        "metadata": {"name": release["name"], "namespace": release["namespace"]},
        "revision": release["version"],
        "status": release["info"]["status"],
        "chart": {"name": chart["name"], "version": version, "appVersion": chart["appVersion"]},
    });
    if let Some(pending) = pending {
        let labels = &pending["metadata"]["labels"];
        shown["pending"] = json!({"revision": labels["version"], "status": labels["status"]});
    }
    // What the chart needs must be readable, and everything else must not be.
    shown["values"] = super::hide::hidden(&values);
    Some(shown)
}

/// What Helm has written: JSON in gzip in base64, and a Secret has one more layer of base64 around it.
fn decode(object: &Value) -> Option<Value> {
    let text = object["data"]["release"].as_str()?;
    let packed = match object["kind"].as_str() {
        Some("ConfigMap") => STANDARD.decode(text).ok()?,
        _ => STANDARD.decode(STANDARD.decode(text).ok()?).ok()?,
    };
    // Helm 2 and the first of Helm 3 did not pack.
    if !packed.starts_with(&[0x1f, 0x8b]) {
        return serde_json::from_slice(&packed).ok();
    }
    let mut plain = Vec::new();
    GzDecoder::new(&packed[..]).take(MOST).read_to_end(&mut plain).ok()?;
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Write as _;

    /// A release as Helm would keep it in a Secret.
    pub(in crate::cluster) fn secret(release: &Value, revision: u64, status: &str) -> Value {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(release.to_string().as_bytes()).unwrap();
        let data = STANDARD.encode(STANDARD.encode(packed.finish().unwrap()));
        let labels =
            json!({"owner": "helm", "name": release["name"], "version": revision.to_string(), "status": status});
        json!({"kind": "Secret", "type": "helm.sh/release.v1", "data": {"release": data},
            "metadata": {"namespace": release["namespace"], "labels": labels}})
    }

    fn release(revision: u64, tag: &str) -> Value {
        json!({"name": "vectors", "namespace": "search", "version": revision, "info": {"status": "deployed"},
            "chart": {"metadata": {"name": "milvus", "version": "4.2.58", "appVersion": "2.5.16"}},
            "config": {"image": {"all": {"tag": tag}}, "minio": {"secretKey": "MARKED"}}})
    }

    #[test]
    fn the_newest_deployed_revision_counts_and_its_secrets_do_not_show() {
        let objects = [
            secret(&release(9, "v2.5.4"), 9, "superseded"),
            secret(&release(11, "v2.6.6"), 11, "pending-upgrade"),
            secret(&release(10, "v2.5.16"), 10, "deployed"),
        ];
        let revisions = revisions(&objects);
        let (running, pending) = in_force(&revisions[&("search".to_string(), "vectors".to_string())]).unwrap();
        let shown = milvus(running, pending).unwrap();
        assert_eq!(shown["values"]["image"]["all"]["tag"], "v2.5.16");
        assert_eq!(shown["pending"]["status"], "pending-upgrade");
        assert!(!shown.to_string().contains("MARKED"), "{shown}");
    }

    #[test]
    fn a_chart_that_depends_on_milvus_gives_the_part_that_is_for_it() {
        let mut umbrella = release(1, "x");
        umbrella["chart"] = json!({"metadata": {"name": "search", "version": "1.0.0",
            "dependencies": [{"name": "milvus", "alias": "vectors", "version": "4.x"}]},
            "lock": {"dependencies": [{"name": "milvus", "version": "4.2.58"}]}});
        umbrella["config"] = json!({"vectors": {"image": {"all": {"tag": "v2.5.16"}}}, "web": {"image": "other"}});
        let shown = milvus(&secret(&umbrella, 1, "deployed"), None).unwrap();
        assert_eq!(
            (&shown["chart"]["version"], &shown["values"]["image"]["all"]["tag"]),
            (&json!("4.2.58"), &json!("v2.5.16"))
        );
        let mut other = release(1, "x");
        other["chart"]["metadata"]["name"] = json!("nginx");
        assert!(milvus(&secret(&other, 1, "deployed"), None).is_none());
        assert!(milvus(&json!({"kind": "Secret", "data": {"release": "MARKED"}}), None).is_none());
    }

    #[test]
    fn a_release_that_is_gone_does_not_run() {
        let objects = [secret(&release(3, "v2.5.4"), 3, "uninstalled")];
        assert!(in_force(&revisions(&objects)[&("search".to_string(), "vectors".to_string())]).is_none());
    }
}
