//! One Milvus of a cluster, to be worked on step by step by code that is not async.
//!
//! Takes how to reach the cluster and which Milvus is meant; gives what is there, and carries runs out. It holds the runtime, so
//! that nobody outside of this folder has to know that there is one.

use super::act::{Actor, Interrupts, this_process};
use super::apply::run::{Run, Target, Write};
use super::apply::{Ending, Fault, Machine, Note};
use super::connect::{Cluster, Options};
use super::failure::{Failure, Kind};
use super::moment::{Seen, text};
use super::settle::Trouble;
use kube::core::params::ListParams;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// How often something is tried again before a run begins; during a run the machine has patience of its own.
const TRIES: usize = 5;

/// A connection to one Milvus.
pub struct Session {
    runtime: Runtime,
    actor: Actor,
    pub target: Target,
    /// The API server's address.
    pub server: String,
    interrupts: Interrupts,
}

impl Session {
    /// Connects, and finds the Milvus: the one of that name, or the only one of the namespace.
    pub fn open(options: &Options, name: Option<&str>, who: &str) -> Result<Session, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| Failure::new(Kind::NoConfig, format!("no runtime can be started: {error}")))?;
        let (cluster, name) = runtime.block_on(async {
            let cluster = Cluster::connect(options).await?;
            let name = match name {
                Some(name) => name.to_string(),
                None => the_only_one(&cluster).await?,
            };
            Ok::<_, Failure>((cluster, name))
        })?;
        let target = Target { namespace: cluster.namespace.clone(), name, uid: String::new() };
        let server = cluster.server.clone();
        let options = Options { namespace: Some(target.namespace.clone()), ..options.clone() };
        let actor = Actor::new(cluster, options, target.clone(), this_process(who));
        let interrupts = runtime.block_on(async { listen() });
        Ok(Session { runtime, actor, target, server, interrupts })
    }

    /// Everything about the Milvus now.
    pub fn look(&mut self) -> Result<Seen, Trouble> {
        let mut left = TRIES;
        loop {
            match self.runtime.block_on(self.actor.look()) {
                Err(Fault::Again { .. } | Fault::Unsure { .. }) if left > 0 => left = pause(left),
                result => return result.map_err(trouble),
            }
        }
    }

    /// The run that the journal has.
    pub fn recorded(&mut self) -> Result<Option<Run>, Trouble> {
        self.runtime.block_on(self.actor.recorded())
    }

    /// Takes the lease; waits where somebody may have died with it.
    pub fn take(&mut self, waits: impl FnMut(&str)) -> Result<(), Trouble> {
        self.runtime.block_on(self.actor.take(waits))
    }

    /// Gives the lease back.
    pub fn give_back(&mut self) {
        self.runtime.block_on(self.actor.give_back());
    }

    /// Asks the API server whether it would take each of these, and writes nothing.
    pub fn try_all(&mut self, run: &Run, writes: &[&Write], mut tell: impl FnMut(&Write)) -> Result<(), Trouble> {
        self.actor.allow(&run.force);
        for write in writes {
            // A field that is taken over asks for a second try.
            let mut left = TRIES;
            loop {
                match self.runtime.block_on(self.actor.send(write, true)) {
                    Ok(()) => break tell(write),
                    Err(Fault::Again { .. } | Fault::Unsure { .. }) if left > 0 => left = pause(left),
                    Err(fault) => return Err(trouble(fault)),
                }
            }
        }
        Ok(())
    }

    /// Writes a run down as it is.
    pub fn write_down(&mut self, run: &Run) -> Result<(), Trouble> {
        let mut left = TRIES;
        loop {
            match self.runtime.block_on(self.actor.write_journal(run)) {
                Ok(()) => return Ok(()),
                Err(Fault::Again { .. } | Fault::Unsure { .. }) if left > 0 => left = pause(left),
                Err(fault) => return Err(trouble(fault)),
            }
        }
    }

    /// Carries a run out to its end.
    pub fn carry_out(&mut self, machine: &mut Machine, tell: impl FnMut(&Machine, Vec<Note>)) -> Ending {
        self.runtime.block_on(self.actor.carry_out(machine, self.interrupts.clone(), tell))
    }

    /// What the journal is called.
    pub fn journal_name(&self) -> String {
        self.actor.journal_name()
    }
}

/// Waits a moment before something is tried again.
fn pause(left: usize) -> usize {
    std::thread::sleep(Duration::from_secs(1));
    left - 1
}

fn trouble(fault: Fault) -> Trouble {
    match fault {
        Fault::Refused(trouble) => trouble,
        Fault::Again { why, .. } | Fault::Unsure { why } => Trouble::new(why, "try again"),
        Fault::Taken { by } => {
            Trouble::new(format!("another run has taken over: {by}"), "look who runs it; only one may")
        }
    }
}

async fn the_only_one(cluster: &Cluster) -> Result<String, Failure> {
    let path = format!("/apis/milvus.io/v1beta1/namespaces/{}/milvuses", cluster.namespace);
    let found = cluster.list(&path, &ListParams::default()).await?;
    let names: Vec<String> = found.iter().map(|raw| text(raw, "/metadata/name")).collect();
    match &names[..] {
        [name] => Ok(name.clone()),
        [] => {
            let why =
                format!("there is no Milvus of the operator in the namespace {}; -n names another", cluster.namespace);
            Err(Failure::new(Kind::NotFound, why))
        }
        names => {
            let why = format!("the namespace {} has several Milvus: --name {}", cluster.namespace, names.join(" or "));
            Err(Failure::new(Kind::NotFound, why))
        }
    }
}

/// Counts how often somebody asks to stop: by Ctrl-C, or as a scheduler does.
fn listen() -> Interrupts {
    let (sender, receiver) = watch::channel(0);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
            let Ok(mut signals) = signal(kind) else { continue };
            let sender = sender.clone();
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    sender.send_modify(|count| *count += 1);
                }
            });
        }
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            sender.send_modify(|count| *count += 1);
        }
    });
    receiver
}
