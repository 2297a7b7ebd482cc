//! Which Milvus is meant, and how it stands: from files, from the cluster, from a plan that was agreed upon.

use crate::{Usage, cli, complete, load};
use anyhow::Context as _;
use milvus_lint::cluster::apply::run::Target;
use milvus_lint::cluster::moment::Seen;
use milvus_lint::config::Config;
use milvus_lint::facts::Facts;
use milvus_lint::model::{Dialect, Field, Image, Version};
use milvus_lint::plan::{Plan, Situation, Unknown};
use milvus_lint::source::{Side, Source, Sources};
use serde_json::Value;
use std::path::Path;

/// The name and the namespace that the command line or the files say.
pub fn meant(args: &cli::Apply, facts: &Facts) -> anyhow::Result<(Option<String>, Option<String>)> {
    if args.paths.is_empty() {
        return Ok((args.name.clone(), args.namespace.clone()));
    }
    let no_base = cli::Base { no_base: true, ..cli::Base::default() };
    let mut loaded = load::load(&args.paths, &no_base, &cli::Scope::default())?;
    complete::judge(&mut loaded, facts)?;
    let found = milvus_lint::deployments(&loaded.head, facts, &loaded.config);
    let fits = |asked: &Option<String>, own: &Option<String>| asked.is_none() || own.is_none() || asked == own;
    let meant: Vec<_> =
        found.iter().filter(|one| fits(&args.name, &one.id.name) && fits(&args.namespace, &one.id.namespace)).collect();
    match &meant[..] {
        [] => Err(Usage("these files have no Milvus of that name and namespace".to_string()).into()),
        [one] if one.dialect != Dialect::Operator => {
            let prose = one.surface.prose();
            let why = format!("{} is {prose}, and apply writes Milvus of the operator only", one.id);
            Err(Usage(format!("{why}; `milvus-lint plan PATH --to VERSION` prints the commands of every hop")).into())
        }
        [one] => {
            let id = &one.id;
            Ok((args.name.clone().or(id.name.clone()), args.namespace.clone().or(id.namespace.clone())))
        }
        several => {
            let names: Vec<String> = several.iter().map(|one| one.id.to_string()).collect();
            let all = names.join(", ");
            Err(Usage(format!("these files have several Milvus: --name and --namespace choose ({all})")).into())
        }
    }
}

/// How a Milvus stands by what runs: the resource is understood as one in a file is, and the pods say the version.
pub fn live(target: &Target, seen: &Seen, facts: &Facts, config: &Config) -> Result<Situation, Unknown> {
    let id = format!("{}/{}", target.namespace, target.name);
    let unknown = |why: String, ask: &str| Unknown { id: id.clone(), why, ask: ask.to_string() };
    let Some(milvus) = &seen.milvus else { return Err(unknown("there is no such Milvus".to_string(), "--name")) };
    let text = as_text(&milvus.raw);
    let mut sources = Sources::empty(Side::Head);
    sources.push(Source { path: format!("{id}.json"), origin: Some("live".to_string()), disk: None, text });
    let mut config = config.clone();
    let mark = milvus.raw.pointer("/metadata/labels/milvus.io~1operator-version").and_then(Value::as_str);
    config.operator_version = config.operator_version.or_else(|| mark.and_then(Version::parse));
    let found = milvus_lint::deployments(&sources, facts, &config);
    let Some(mut one) = found.into_iter().next() else {
        return Err(unknown("the resource is not understood".to_string(), "report this with the resource"));
    };
    // What runs decides, and it must be one thing.
    let mut images: Vec<&str> = seen.pods.iter().map(|pod| pod.image.as_str()).collect();
    images.sort_unstable();
    images.dedup();
    match &images[..] {
        [] => return Err(unknown("no pod of it runs, so what runs is not known".to_string(), "start it first")),
        [image] => {
            let Some(version) = Image::parse(image).version().cloned() else {
                return Err(unknown(format!("{image} names no version"), "write an image with a version first"));
            };
            one.version = Field::written(one.at, version);
        }
        several => {
            let why = format!("its pods run several images: {}", several.join(", "));
            return Err(unknown(why, "let what is under way come to an end first"));
        }
    }
    let now = Situation::read(&one).map_err(|why| unknown(why, "--operator-version, or write it into the resource"))?;
    Ok(Situation { name: Some(target.name.clone()), namespace: Some(target.namespace.clone()), id: id.clone(), ..now })
}

/// The resource as somebody would write it: without what the API server and kubectl keep in it.
fn as_text(raw: &Value) -> String {
    let meta = |key: &str| raw["metadata"][key].clone();
    let object = serde_json::json!({
        "apiVersion": raw["apiVersion"],
        "kind": raw["kind"],
        "metadata": {"name": meta("name"), "namespace": meta("namespace")},
        "spec": raw["spec"],
    });
    serde_json::to_string_pretty(&object).unwrap_or_default()
}

/// A plan that somebody has read: where it goes, and by which hops.
pub struct Agreed {
    pub to: String,
    /// The kind, from, to.
    hops: Vec<[String; 3]>,
}

/// Reads what `plan --output json` has written.
pub fn agreed(path: &Path) -> anyhow::Result<Agreed> {
    let text =
        std::fs::read_to_string(path).map_err(|error| Usage(format!("{} cannot be read: {error}", path.display())))?;
    let value: Value = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
    let wrong = |what: &str| Usage(format!("{}: {what} (plan --output json writes one)", path.display()));
    let plans = value["plans"].as_array().ok_or_else(|| wrong("this is no plan"))?;
    let [plan] = &plans[..] else { return Err(wrong("there must be exactly one plan in it").into()) };
    if plan["answer"] != "plan" {
        return Err(wrong("there is no way in it").into());
    }
    let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let hops = plan["hops"].as_array().map(Vec::as_slice).unwrap_or_default();
    let hops = hops.iter().map(|hop| [word(&hop["kind"]), word(&hop["from"]), word(&hop["to"])]).collect();
    Ok(Agreed { to: word(&plan["to"]), hops })
}

/// What would be done must be what was agreed upon, or the rest of it.
pub fn must_agree(plan: &Plan, agreed: &Agreed) -> Result<(), Usage> {
    let now: Vec<[String; 3]> =
        plan.hops.iter().map(|hop| [hop.kind.as_str().to_string(), hop.from.to_string(), hop.to.to_string()]).collect();
    if agreed.hops.ends_with(&now) {
        return Ok(());
    }
    let say = |hops: &[[String; 3]]| {
        let all: Vec<String> = hops.iter().map(|[kind, from, to]| format!("{kind} {from} → {to}")).collect();
        if all.is_empty() { "nothing".to_string() } else { all.join(", ") }
    };
    let (now, then) = (say(&now), say(&agreed.hops));
    Err(Usage(format!("the plan does not fit what runs now; it has {then}, and now it would be {now}. Plan anew")))
}
