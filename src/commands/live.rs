//! A cluster as one side of a run: from options to what was seen, and into what is judged.

use crate::cli::{Place, Reach};
use crate::load::Loaded;
use crate::{Unknown, Usage};
use milvus_lint::cluster::{self, Asked, Failure, Kind, Live, Options, Seen};
use milvus_lint::model::{Deployment, Unseen};
use milvus_lint::source::Side;
use std::time::Duration;

/// What was read, and where what names no namespace belongs.
pub struct Look {
    pub live: Live,
    pub seen: Seen,
    pub namespace: String,
}

/// As kubectl would connect.
pub fn options(reach: &Reach, namespace: Option<&String>) -> anyhow::Result<Options> {
    let timeout = match reach.request_timeout.as_deref() {
        None => None,
        Some(text) => {
            let seconds =
                text.trim_end_matches('s').parse::<f64>().ok().filter(|seconds| (0.1..=3600.0).contains(seconds));
            let wrong = || Usage(format!("--request-timeout is a number of seconds such as 5s, not `{text}`"));
            Some(Duration::from_secs_f64(seconds.ok_or_else(wrong)?))
        }
    };
    Ok(Options {
        kubeconfig: reach.kubeconfig.clone(),
        context: reach.context.clone(),
        user: reach.user.clone(),
        groups: reach.group.clone(),
        namespace: namespace.cloned(),
        timeout,
    })
}

/// Looks at the cluster, for the Milvus that the texts tell of. `closely`: also at what owns them.
pub fn look(reach: &Reach, place: &Place, told: &[Deployment], closely: bool) -> anyhow::Result<Look> {
    let options = options(reach, place.namespace.as_ref())?;
    let asked = |default: &str| asked(default, place, told);
    let (seen, namespace) = cluster::look(&options, asked, closely).map_err(failed)?;
    Ok(Look { live: Live::of(&seen, &namespace), seen, namespace })
}

/// Where to look: where the texts put their Milvus, and where the user said.
fn asked(default: &str, place: &Place, told: &[Deployment]) -> Asked {
    let mut asked = Asked::default();
    for one in told {
        let namespace = one.id.namespace.clone().unwrap_or_else(|| default.to_string());
        if let Some(name) = &one.id.name {
            asked.names.insert((namespace.clone(), name.clone()));
        }
        asked.namespaces.insert(namespace);
    }
    if place.namespace.is_some() || asked.namespaces.is_empty() {
        asked.namespaces.insert(default.to_string());
    }
    if place.all_namespaces {
        asked.namespaces.clear();
    }
    asked
}

/// Wrong options are wrong use; a cluster that does not answer leaves everything unknown.
pub fn failed(failure: Failure) -> anyhow::Error {
    match failure.kind {
        Kind::NoConfig => Usage(failure.why).into(),
        _ => Unknown(failure.why).into(),
    }
}

/// Makes the cluster the base of what was loaded.
pub fn against(loaded: &mut Loaded, look: &Look, name: Option<&String>) {
    let live = &look.live;
    loaded.base = live.side(Side::Base);
    loaded.head.changed = None;
    live.keep(&mut loaded.head);
    known(loaded, live);
    loaded.config.base_name = Some(format!("the cluster {}", live.sight.cluster));
    if let Some(sight) = &mut loaded.config.sight {
        sight.name = name.cloned();
    }
}

/// Makes the cluster what is judged.
pub fn alone(loaded: &mut Loaded, live: &Live) {
    loaded.head = live.side(Side::Head);
    known(loaded, live);
}

/// What the command line and the config do not say, the cluster does.
fn known(loaded: &mut Loaded, live: &Live) {
    let config = &mut loaded.config;
    config.sight = Some(live.sight.clone());
    config.operator_version = config.operator_version.take().or_else(|| live.operator.clone());
    config.operator_webhook = config.operator_webhook.or(live.webhook);
    config.kubernetes_version = config.kubernetes_version.take().or_else(|| live.kubernetes.clone());
}

/// Says what was not seen; with `-v` also why, what it would have told, and which role would let it be seen.
pub fn say_unseen(live: &Live, verbose: bool) {
    let mut asked: Vec<String> = live.unseen().iter().map(Unseen::asked).collect();
    asked.dedup();
    if asked.is_empty() {
        return;
    }
    if !verbose {
        anstream::eprintln!("not seen (-v says why): {}", asked.join(", "));
        return;
    }
    for one in live.unseen() {
        anstream::eprintln!("not seen: {} ({}): {}", one.asked(), one.why, one.lacks);
    }
    anstream::eprintln!("this role would be enough:\n{}", cluster::role(live.unseen()));
}

/// Says who runs the Milvus that were seen: the operator and its kinds, and the tools that apply their manifests.
pub fn say_around(look: &Look) {
    if let Some(version) = &look.live.operator {
        let webhook = match look.live.webhook {
            Some(true) => "webhook on",
            Some(false) => "webhook off",
            None => "webhook not known",
        };
        anstream::eprintln!("operator: {version}, {webhook}");
    }
    for (kind, served) in &look.seen.kinds {
        anstream::eprintln!("kind: {kind}, served as {}", served.join(", "));
    }
    for object in &look.seen.resources {
        for owner in cluster::owners(object, &look.seen.owners) {
            let habits = owner.habits.map(|habits| {
                let words = [
                    (habits.automatic, "syncs on its own"),
                    (habits.heals, "takes back what others change"),
                    (habits.prunes, "deletes what is gone"),
                    (habits.suspended, "is suspended"),
                ];
                let words: Vec<&str> = words.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
                if words.is_empty() { "waits to be asked".to_string() } else { words.join(", ") }
            });
            let habits = habits.unwrap_or_else(|| "its habits were not seen".to_string());
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            anstream::eprintln!("owner of {name}: {} {} ({habits})", owner.kind, owner.name);
        }
    }
}
