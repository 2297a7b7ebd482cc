//! Does what the machine commands: reads, tries, writes, keeps the journal and the lease.
//!
//! Takes commands; gives events. The only part of `apply` that talks to the API server. It decides nothing: a request that fails is
//! told as a [`Fault`], by whether it may have been carried out, and the machine looks again.

mod fault;
mod lease;
mod send;

use super::apply::run::{Run, Target};
use super::apply::{Command, Ending, Event, Fault, Machine, Note};
use super::connect::{Cluster, Options};
use super::failure::{Failure, Kind};
use super::journal::{self, Holder};
use super::moment::{Milvus, Pod, Seen, Upgrade, Workload, run, text};
use super::settle::Trouble;
use fault::{fault, lost};
use kube::core::Request;
use kube::core::params::{ListParams, PostParams};
pub use lease::this_process;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Whoever carries a run out.
pub struct Actor {
    cluster: Cluster,
    options: Options,
    target: Target,
    holder: Holder,
    /// The journal as it was last seen.
    journal: Option<Value>,
    /// Whether the last writing of the journal may or may not have arrived.
    journal_unsure: bool,
    lease: lease::Held,
    /// Fields that the user lets us take from others.
    force: Vec<String>,
    /// Field managers that are the operator itself.
    operators: Vec<String>,
    /// Field managers of ours that had to take a field from another.
    forced: BTreeSet<String>,
    schema: Option<Value>,
}

/// How a signal is told: how often somebody has asked to stop.
pub type Interrupts = tokio::sync::watch::Receiver<usize>;

impl Actor {
    /// For one Milvus.
    pub fn new(cluster: Cluster, options: Options, target: Target, holder: Holder) -> Actor {
        Actor {
            cluster,
            options,
            target,
            holder,
            journal: None,
            journal_unsure: false,
            lease: lease::Held::default(),
            force: Vec::new(),
            operators: Vec::new(),
            forced: BTreeSet::new(),
            schema: None,
        }
    }

    /// Fields that may be taken from others.
    pub fn allow(&mut self, force: &[String]) {
        self.force = force.to_vec();
    }

    /// The run in the journal, if there is one.
    pub async fn recorded(&mut self) -> Result<Option<Run>, Trouble> {
        match self.cluster.get(&self.path("configmaps"), &journal::name(&self.target.name)).await {
            Ok(object) => {
                let run = journal::read(&object)?;
                self.journal = Some(object);
                Ok(run)
            }
            Err(failure) if failure.kind == Kind::NotFound => Ok(None),
            Err(failure) => Err(Trouble::new(failure.why, "the journal of an earlier run cannot be read without that")),
        }
    }

    /// Carries a run out to its end, and tells what happens. The lease must have been taken.
    pub async fn carry_out(
        &mut self,
        machine: &mut Machine,
        mut interrupts: Interrupts,
        mut tell: impl FnMut(&Machine, Vec<Note>),
    ) -> Ending {
        self.allow(&machine.run().force.clone());
        let mut event = Event::Begin;
        loop {
            if *interrupts.borrow_and_update() > 0 {
                machine.step(Event::Interrupt, now());
            }
            let command = machine.step(event, now()).expect("only an interruption has no answer");
            let notes = machine.notes();
            tell(machine, notes);
            event = match command {
                Command::End(ending) => {
                    self.give_back().await;
                    return ending;
                }
                Command::Wait(seconds) => {
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
                        _ = interrupts.changed() => {}
                    }
                    Event::Done
                }
                command => {
                    let run = machine.run().clone();
                    tokio::select! {
                        event = self.act(&run, command) => event.unwrap_or_else(Event::Fault),
                        () = twice(&mut interrupts) => return cut_off(),
                    }
                }
            };
        }
    }

    async fn act(&mut self, run: &Run, command: Command) -> Result<Event, Fault> {
        self.renew().await?;
        match command {
            Command::Look => return self.look().await.map(|seen| Event::Looked(Box::new(seen))),
            Command::Journal => self.write_journal(run).await?,
            Command::DryRun(write) => self.send(&write, true).await?,
            Command::Write(write) => self.send(&write, false).await?,
            Command::Wait(_) | Command::End(_) => {}
        }
        Ok(Event::Done)
    }

    /// Everything about the Milvus at this moment.
    pub async fn look(&mut self) -> Result<Seen, Fault> {
        let name = self.target.name.clone();
        let of_milvus = ListParams::default().labels(&format!("app.kubernetes.io/instance={name}"));
        let of_tasks = ListParams::default().labels("milvus.io/upgrade");
        let milvus = match self.cluster.get(&self.path("milvuses"), &name).await {
            Ok(raw) => Some(Milvus::read(raw)),
            Err(failure) if failure.kind == Kind::NotFound => None,
            Err(failure) => return Err(self.lost(failure, "get", "milvuses").await),
        };
        if let Some(milvus) = &milvus {
            self.operators = super::rivals::operators(&milvus.raw);
        }
        let workloads = self.list("deployments", &of_milvus).await?;
        let mut pods = self.list("pods", &of_milvus).await?;
        let upgrades = self.list("milvusupgrades", &ListParams::default()).await?;
        let upgrades = upgrades.into_iter().map(Upgrade::read);
        let upgrades: Vec<Upgrade> = upgrades.filter(|one| one.is_of(&self.target.namespace, &name)).collect();
        if !upgrades.is_empty() {
            pods.extend(self.list("pods", &of_tasks).await?);
        }
        let (tasks, pods) = pods.iter().filter_map(Pod::read).partition(|pod| pod.task_of.is_some());
        Ok(Seen {
            milvus,
            workloads: workloads.iter().filter_map(Workload::read).collect(),
            pods,
            tasks,
            upgrades,
            claims: self.claims().await?,
            scalers: self.scalers(&workloads).await,
        })
    }

    /// The claims of earlier and of this run. They are told by their mark.
    async fn claims(&self) -> Result<Vec<(String, Option<String>)>, Fault> {
        match self.cluster.list(&self.path("persistentvolumeclaims"), &ListParams::default()).await {
            Ok(claims) => Ok(claims.iter().map(|raw| (text(raw, "/metadata/name"), run(raw))).collect()),
            // Whoever may not list them may not make one either, and is told so when it is tried.
            Err(failure) if failure.kind == Kind::Forbidden => Ok(Vec::new()),
            Err(failure) => Err(lost(failure, "list", "persistentvolumeclaims")),
        }
    }

    async fn scalers(&self, workloads: &[Value]) -> Option<Vec<String>> {
        let all = self.cluster.list(&self.path("horizontalpodautoscalers"), &ListParams::default()).await.ok()?;
        let names: Vec<String> = workloads.iter().filter_map(Workload::read).map(|one| one.name).collect();
        let own = all.iter().filter(|raw| names.contains(&text(raw, "/spec/scaleTargetRef/name")));
        Some(own.map(|raw| text(raw, "/metadata/name")).collect())
    }

    async fn list(&mut self, plural: &str, select: &ListParams) -> Result<Vec<Value>, Fault> {
        match self.cluster.list(&self.path(plural), select).await {
            Ok(items) => Ok(items),
            // An operator that does not know the kind has no objects of it.
            Err(failure) if failure.kind == Kind::NotFound => Ok(Vec::new()),
            // A list of several pages that has grown too old begins anew with the next look.
            Err(failure) => Err(self.lost(failure, "list", plural).await),
        }
    }

    /// A look that failed. Credentials may have been renewed in the meantime, so they are read again.
    async fn lost(&mut self, failure: Failure, verb: &str, plural: &str) -> Fault {
        if failure.kind == Kind::Unauthorized
            && let Ok(cluster) = Cluster::connect(&self.options).await
        {
            self.cluster = cluster;
        }
        lost(failure, verb, plural)
    }

    /// Writes the run down. Whether a writing whose answer was lost has arrived is told by its number.
    pub async fn write_journal(&mut self, run: &Run) -> Result<(), Fault> {
        let name = journal::name(&self.target.name);
        if self.journal_unsure {
            let there = match self.cluster.get(&self.path("configmaps"), &name).await {
                Ok(object) => Some(object),
                Err(failure) if failure.kind == Kind::NotFound => None,
                Err(failure) => return Err(self.lost(failure, "get", "configmaps").await),
            };
            let known = there.as_ref().and_then(|object| journal::read(object).ok().flatten());
            self.journal_unsure = false;
            match known {
                Some(known) if known.id == run.id && known.seq == run.seq => {
                    self.journal = there;
                    return Ok(());
                }
                Some(known) if known.id == run.id && known.seq > run.seq => return Err(Fault::Taken { by: known.by }),
                Some(known) if known.id != run.id && known.is_open() => {
                    return Err(Fault::Taken { by: known.by });
                }
                _ => self.journal = there,
            }
        }
        let object = journal::config_map(run, self.journal.as_ref());
        let body = serde_json::to_vec(&object).expect("JSON can be written");
        let (request, params) = (Request::new(self.path("configmaps")), manager("milvus-lint-journal", false));
        let request = match self.journal {
            Some(_) => request.replace(&name, &params, body),
            None => request.create(&params, body),
        };
        let request = request.map_err(|error| Fault::Unsure { why: error.to_string() })?;
        match self.ask(self.cluster.client.request(request)).await {
            Ok(object) => {
                self.journal = Some(object);
                Ok(())
            }
            Err(send::Error::Api(status)) if status.code == 409 => {
                self.journal_unsure = true;
                Err(Fault::Again { why: "the journal has changed".to_string(), after: 1 })
            }
            Err(error) => {
                self.journal_unsure = true;
                Err(fault(error, "write", "configmaps"))
            }
        }
    }

    fn path(&self, plural: &str) -> String {
        let group = match plural {
            "milvuses" | "milvusupgrades" => "/apis/milvus.io/v1beta1",
            "deployments" => "/apis/apps/v1",
            "leases" => "/apis/coordination.k8s.io/v1",
            "horizontalpodautoscalers" => "/apis/autoscaling/v2",
            _ => "/api/v1",
        };
        format!("{group}/namespaces/{}/{plural}", self.target.namespace)
    }
}

/// Waits until somebody has asked to stop a second time.
async fn twice(interrupts: &mut Interrupts) {
    // Without a sender nobody asks any more.
    if interrupts.wait_for(|count| *count > 1).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn cut_off() -> Ending {
    let what = "stopped at once; what was under way may have been done or not";
    Ending::Unknown(Trouble::new(what, "milvus-lint apply --resume looks, and goes on from there"))
}

/// How an object is written that is ours alone.
fn manager(name: &str, dry_run: bool) -> PostParams {
    PostParams { dry_run, field_manager: Some(name.to_string()) }
}

/// The time in seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs())
}
