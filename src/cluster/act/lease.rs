//! The lease that keeps two runs apart: taken, renewed, given back.
//!
//! A lease that somebody else holds is waited for, as long as it says that it holds; only time that has passed here counts, since
//! clocks differ. A holder of this machine whose process has ended holds nothing.

use super::super::apply::{Fault, stamp};
use super::super::failure::Kind;
use super::super::journal::{self, Holder, LEASE};
use super::super::settle::Trouble;
use super::fault::{fault, lost};
use super::{Actor, manager, now};
use kube::core::Request;
use serde_json::Value;
use std::time::{Duration, Instant};

/// The lease as it is held.
#[derive(Default)]
pub(super) struct Held {
    object: Option<Value>,
    renewed: Option<Instant>,
}

/// After how long it is renewed.
const RENEW: Duration = Duration::from_secs(LEASE / 3);

impl Actor {
    /// Takes the lease, and waits for it where somebody may have died with it; says whom it waits for.
    pub async fn take(&mut self, mut waits: impl FnMut(&str)) -> Result<(), Trouble> {
        let start = Instant::now();
        let mut seen: Option<(Value, Instant)> = None;
        loop {
            let trouble = match self.try_to_take(&mut seen).await {
                Ok(true) => return Ok(()),
                Ok(false) => None,
                Err(Fault::Refused(trouble)) => return Err(trouble),
                Err(Fault::Again { why, .. } | Fault::Unsure { why }) => Some(why),
                Err(Fault::Taken { by }) => return Err(busy(&by)),
            };
            let holder =
                seen.as_ref().and_then(|(lease, _)| journal::holder(lease)).map(|holder| holder.who().to_string());
            let holder = holder.unwrap_or_else(|| "somebody".to_string());
            if start.elapsed() > Duration::from_secs(2 * LEASE) {
                return Err(trouble.map_or_else(|| busy(&holder), |why| Trouble::new(why, "try again")));
            }
            waits(&holder);
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }

    async fn try_to_take(&mut self, seen: &mut Option<(Value, Instant)>) -> Result<bool, Fault> {
        let there = match self.cluster.get(&self.path("leases"), &journal::name(&self.target.name)).await {
            Ok(lease) => Some(lease),
            Err(failure) if failure.kind == Kind::NotFound => None,
            Err(failure) => return Err(lost(failure, "get", "leases")),
        };
        let version = |lease: &Value| lease["metadata"]["resourceVersion"].clone();
        if let Some(lease) = &there
            && seen.as_ref().is_none_or(|(known, _)| version(known) != version(lease))
        {
            let renewed = seen.replace((lease.clone(), Instant::now())).is_some();
            // Whoever renews it is alive.
            if let Some(other) = journal::holder(lease).filter(|other| renewed && *other != self.holder) {
                return Err(Fault::Taken { by: other.who().to_string() });
            }
        }
        let free = there.as_ref().and_then(journal::holder).is_none_or(|holder| {
            let unchanged = seen.as_ref().map_or(Duration::ZERO, |(_, since)| since.elapsed());
            holder == self.holder || has_died(&holder) || unchanged > Duration::from_secs(LEASE)
        });
        if !free {
            return Ok(false);
        }
        self.put_lease(there.as_ref(), &self.holder.clone()).await.map(|()| true)
    }

    async fn put_lease(&mut self, before: Option<&Value>, holder: &Holder) -> Result<(), Fault> {
        let time = stamp(now()).replace('Z', ".000000Z");
        let object = journal::lease(&self.target, holder, &time, before);
        let body = serde_json::to_vec(&object).expect("JSON can be written");
        let (request, params) = (Request::new(self.path("leases")), manager("milvus-lint-journal", false));
        let request = match before {
            Some(_) => request.replace(&journal::name(&self.target.name), &params, body),
            None => request.create(&params, body),
        };
        let request = request.map_err(|error| Fault::Unsure { why: error.to_string() })?;
        let began = Instant::now();
        let object = self.ask(self.cluster.client.request(request)).await;
        self.lease.object = Some(object.map_err(|error| fault(error, "write", "leases"))?);
        self.lease.renewed = Some(began);
        Ok(())
    }

    /// Renews the lease when it is time; a lease that somebody else has taken ends the run.
    pub(super) async fn renew(&mut self) -> Result<(), Fault> {
        if self.lease.renewed.is_some_and(|renewed| renewed.elapsed() < RENEW) {
            return Ok(());
        }
        let there = match self.cluster.get(&self.path("leases"), &journal::name(&self.target.name)).await {
            Ok(lease) => Some(lease),
            Err(failure) if failure.kind == Kind::NotFound => None,
            Err(failure) => return Err(self.lost(failure, "get", "leases").await),
        };
        if let Some(other) = there.as_ref().and_then(journal::holder).filter(|holder| *holder != self.holder) {
            return Err(Fault::Taken { by: other.who().to_string() });
        }
        self.put_lease(there.as_ref(), &self.holder.clone()).await
    }

    /// Gives the lease back; if that fails it runs out by itself.
    pub async fn give_back(&mut self) {
        let mine = |lease: &Value| journal::holder(lease).is_some_and(|holder| holder == self.holder);
        let Some(lease) = self.lease.object.take().filter(mine) else { return };
        let free = Holder(String::new());
        if let Err(Fault::Again { .. } | Fault::Unsure { .. }) = self.put_lease(Some(&lease), &free).await {
            tokio::time::sleep(Duration::from_secs(1)).await;
            _ = self.put_lease(Some(&lease), &free).await;
        }
        self.lease = Held::default();
    }
}

fn busy(who: &str) -> Trouble {
    let cure = "wait until that run has ended; only one may write at a time";
    Trouble::new(format!("{who} carries out a run on this Milvus now"), cure)
}

/// The holder that this process is.
pub fn this_process(who: &str) -> Holder {
    let pid = std::process::id();
    let start = started(&pid.to_string()).unwrap_or_else(|| stamp(now()));
    Holder::new(who, &machine().unwrap_or_else(|| "?/?".to_string()), &format!("{pid}/{start}"))
}

/// Whether a holder was a process of this machine that has ended.
fn has_died(holder: &Holder) -> bool {
    let Some((pid, start)) = machine().and_then(|machine| holder.process_on(&machine)?.split_once('/').map(own)) else {
        return false;
    };
    started(&pid).is_none_or(|other| other != start)
}

fn own((one, other): (&str, &str)) -> (String, String) {
    (one.to_string(), other.to_string())
}

/// This boot of this kernel, and this room of processes; where nobody says so, no process can be told.
fn machine() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let room = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), room.display()))
}

/// When a process began, in the kernel's ticks; nothing where it has ended.
fn started(pid: &str) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in brackets, and may hold anything.
    let rest: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    // One that nobody has waited for is no more than an entry in a table.
    let ended = matches!(rest.first(), Some(&("Z" | "X")));
    rest.get(19).filter(|_| !ended).map(|start| (*start).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_runs_holds_and_one_that_has_ended_does_not() {
        let mine = this_process("somebody");
        assert!(!has_died(&mine));
        if let Some(machine) = machine() {
            assert!(has_died(&Holder::new("somebody", &machine, "1/999999999999")));
            assert!(has_died(&Holder::new("somebody", &machine, "4000000000/1")));
        }
        assert!(!has_died(&Holder::new("somebody", "another boot/room", "1/2")));
    }
}
