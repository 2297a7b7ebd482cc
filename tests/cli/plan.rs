//! `plan`, `graph`, `facts` and tables of one's own, as a user meets them.

use crate::repository::Repository;

const CLUSTER: &str = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: prod\n  namespace: vector\nspec:\n  mode: cluster\n  \
                       dependencies:\n    msgStreamType: pulsar\n  components:\n    image: milvusdb/milvus:v2.4.15\n    mixCoord: {}\n";

#[test]
fn a_plan_from_the_command_line_and_from_files() {
    let folder = Repository::folder();
    let run = folder.run(&[
        "plan",
        "--from",
        "2.1.4",
        "--to",
        "2.6.6",
        "--with",
        "helm",
        "--mode",
        "standalone",
        "--queue",
        "rocksmq",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("--set standalone.messageQueue=rocksmq"), "{}", run.stdout);
    folder.write("milvus.yaml", CLUSTER);
    let run = folder.run(&["plan", "milvus.yaml", "--to", "2.6", "-o", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let plan = &run.json()["plans"][0];
    assert_eq!(plan["id"], "vector/prod");
    let kinds: Vec<&str> = plan["hops"].as_array().unwrap().iter().map(|hop| hop["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["version", "operator", "version"]);
    let image = plan["hops"][0]["apply"][0]["command"]["text"].as_str().unwrap();
    assert!(image.starts_with("kubectl -n vector patch milvus prod"), "{image}");
}

#[test]
fn several_milvus_get_a_plan_each_and_a_name_chooses() {
    let folder = Repository::folder();
    folder.write("a.yaml", CLUSTER).write("b.yaml", &CLUSTER.replace("prod", "dev").replace("2.4.15", "2.6.0-rc1"));
    let run = folder.run(&["plan", "--to", "latest", "-o", "json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(run.json()["plans"].as_array().unwrap().len(), 2);
    assert_eq!(folder.run(&["plan", "--to", "latest", "--name", "prod"]).code, 0);
    let run = folder.run(&["plan", "--to", "latest", "--name", "nobody"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("none of the 2 Milvus"), "{}", run.stderr);
}

#[test]
fn every_answer_has_its_exit_code() {
    let folder = Repository::folder();
    let code = |arguments: &[&str]| folder.run(arguments).code;
    assert_eq!(code(&["plan", "--from", "2.6.0-rc1", "--to", "latest"]), 1);
    assert_eq!(code(&["plan", "--from", "2.6.6", "--to", "2.5.16", "-o", "markdown"]), 1);
    assert_eq!(code(&["plan", "--from", "2.6.6", "--to", "9.9.9"]), 3);
    assert_eq!(code(&["plan", "--from", "2.6.6", "--to", "newest"]), 2);
    assert_eq!(code(&["plan", "--from", "2.6.6", "--to", "latest", "-o", "html"]), 2);
    assert_eq!(code(&["plan", "--to", "latest"]), 2, "there is no Milvus here");
    folder.write("milvus.yaml", &CLUSTER.replace("v2.4.15", "latest"));
    assert_eq!(code(&["plan", "--to", "latest"]), 3, "the version is not known");
    assert_eq!(code(&["plan", "--to", "latest", "--from", "2.4.15"]), 0);
}

#[test]
fn every_plan_fits_its_schema() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../schemas/plan.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let folder = Repository::folder();
    for from in ["1.1.1", "2.0.2", "2.1.4", "2.4.15", "2.6.0-rc1", "2.6.6", "9.9.9"] {
        for driver in ["operator", "helm", "argocd", "flux", "compose"] {
            for mode in ["standalone", "cluster"] {
                let run = folder
                    .run(&["plan", "--from", from, "--to", "latest", "--with", driver, "--mode", mode, "-o", "json"]);
                let errors: Vec<String> =
                    schema.iter_errors(&run.json()).map(|e| format!("{}: {e}", e.instance_path())).collect();
                assert!(errors.is_empty(), "{from} {driver} {mode}: {errors:#?}");
            }
        }
    }
}

#[test]
fn the_graph_is_shown_exported_and_verified() {
    let folder = Repository::folder();
    let run = folder.run(&["graph", "verify"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(!run.stdout.contains("broken"), "{}", run.stdout);
    assert!(folder.run(&["graph", "show"]).stdout.contains("2.1.4"));
    for format in ["dot", "mermaid"] {
        assert!(folder.run(&["graph", "export", "--format", format]).stdout.contains("2.6.0-rc1"));
    }
    let json = folder.run(&["graph", "export", "--mode", "standalone"]).json();
    assert!(json["ways"].as_array().unwrap().len() > 100);
    let data = folder.run(&["graph", "export", "--format", "cincinnati"]).json();
    assert_eq!(data["version"], 1);
    let nodes = data["nodes"].as_array().unwrap().len() as u64;
    assert!(
        data["edges"]
            .as_array()
            .unwrap()
            .iter()
            .all(|edge| edge[0].as_u64() < edge[1].as_u64() && edge[1].as_u64().unwrap() < nodes)
    );
    assert_eq!(folder.run(&["graph", "export", "--format", "svg"]).code, 2);
    assert!(folder.run(&["facts"]).stdout.contains("releases, "));
}

#[test]
fn tables_of_ones_own_hold_for_every_command() {
    let folder = Repository::folder();
    folder.write("own/builds.csv", "tag,version\nacme-2.4.15-p3,2.4.15\n");
    folder.write("own/releases.csv", "version,state\n2.4.99,good\n");
    folder.write("milvus.yaml", &CLUSTER.replace("v2.4.15", "acme-2.4.15-p3"));
    assert!(folder.run(&["inventory"]).stdout.contains("unknown"));
    let run = folder.run(&["inventory", "--facts", "own"]);
    assert!(run.stdout.contains("2.4.15"), "{}", run.stdout);
    assert_eq!(folder.run(&["plan", "milvus.yaml", "--to", "2.4.99"]).code, 3);
    folder.write(".milvus-lint.yaml", "facts: own\n");
    assert_eq!(folder.run(&["plan", "milvus.yaml", "--to", "2.4.99"]).code, 0);
    assert_eq!(folder.run(&["graph", "verify"]).code, 0);
    folder.write(
        "own/edges.csv",
        "id,what,from,to,verdict,rule,because\nOWN,version,2.3.x,2.4.x,illegal,no-such-rule,ours\n",
    );
    let run = folder.run(&["graph", "verify"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("no-such-rule"), "{}", run.stdout);
    folder.write("own/relases.csv", "version,state\n");
    let run = folder.run(&["check"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("there is no table `relases.csv`"), "{}", run.stderr);
    assert_eq!(folder.run(&["facts", "--facts", "nowhere"]).code, 2);
}

#[test]
fn a_release_newer_than_the_data_is_unknown_and_says_so() {
    let repository = Repository::new();
    repository.write("milvus.yaml", CLUSTER).commit("before");
    repository.write("milvus.yaml", &CLUSTER.replace("2.4.15", "2.4.99"));
    let run = repository.run(&["check"]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("unknown") && run.stdout.contains("2.4.99"), "{}", run.stdout);
}
