//! `--live`: what runs, listed, judged and planned for.

use crate::space::Space;

#[test]
fn what_runs_is_listed_and_planned_for() {
    let Some(space) = Space::new("listed") else { return };
    space.runs("prod", "v2.5.16", "v2.5.16");
    let listed = space.lint(&["inventory", "--live", "-v", "--namespace", &space.name], "");
    assert_eq!(listed.code, 0, "{}", listed.text);
    assert!(listed.text.contains("2.5.16") && listed.text.contains("prod"), "{}", listed.text);
    let planned = space.lint(&["plan", "--live", "--namespace", &space.name, "--to", "2.6"], "");
    assert!(planned.text.contains("2.5.16"), "{}", planned.text);
}

#[test]
fn pods_are_believed_before_the_resource() {
    let Some(space) = Space::new("believed") else { return };
    space.runs("prod", "v2.5.27", "v2.5.16");
    let listed = space.lint(&["inventory", "--live", "--namespace", &space.name, "--output", "json"], "");
    assert!(listed.text.contains("2.5.16"), "{}", listed.text);
    let manifest = space.milvus("prod", "v2.5.27");
    let checked = space.lint(&["check", "-", "--live", "--namespace", &space.name], &manifest);
    assert!(checked.text.contains("running-differs"), "{}", checked.text);
}

#[test]
fn a_release_of_helm_is_read_and_its_secrets_are_not_shown() {
    let Some(space) = Space::new("helm") else { return };
    // What Helm keeps: JSON and base64 around it. Packing it is left out, as the first of Helm 3 did.
    let release = format!(
        r#"{{"name":"prod","namespace":"{}","version":4,"info":{{"status":"deployed"}},"chart":{{"metadata":{{"name":"milvus","version":"4.2.58","appVersion":"2.5.16"}}}},"config":{{"cluster":{{"enabled":false}},"image":{{"all":{{"tag":"v2.5.16"}}}},"minio":{{"secretKey":"MARKED"}}}}}}"#,
        space.name
    );
    let packed = base64(base64(release.as_bytes()).as_bytes());
    space.apply(&format!(
        "apiVersion: v1\nkind: Secret\ntype: helm.sh/release.v1\nmetadata:\n  name: sh.helm.release.v1.prod.v4\n  labels:\n    owner: helm\n    \
         name: prod\n    status: deployed\n    version: \"4\"\ndata:\n  release: {packed}\n"
    ));
    let listed = space.lint(&["inventory", "--live", "-v", "--namespace", &space.name], "");
    assert!(listed.text.contains("2.5.16") && listed.text.contains("4.2.58"), "{}", listed.text);
    let values = "# milvus-lint: chart-version 5.0.19\ncluster:\n  enabled: false\nimage:\n  all:\n    tag: v2.6.20\n";
    let checked = space.lint(&["gate", "-", "--namespace", &space.name, "--name", "prod", "-v"], values);
    assert!(checked.text.contains("2.5.16 → 2.6.20"), "{}", checked.text);
}

/// Base64 as Helm and Kubernetes write it.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place)) as usize & 63] as char;
            text.push(if place > chunk.len() { '=' } else { letter });
        }
    }
    text
}
