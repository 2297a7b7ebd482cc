//! `apply` as a state machine: from what has just happened to what is to be done next.
//!
//! Takes a [`Run`], an [`Event`] and the time; gives one [`Command`] and, for whoever watches, [`Note`]s. It does nothing itself and
//! knows no network, so that it can be tried with every order of events. A stage is written like this: its needs are seen, the
//! intent is put into the journal, everything is tried with a dry run, everything is written, and then it is watched until it
//! has arrived. Each of these begins with a look, so that being killed at any point has one meaning: whatever is there already is
//! not done again, and what is there and was not expected stops the run.

pub mod compile;
mod needs;
mod progress;
pub mod run;
mod words;

pub use progress::{Note, Row, rows};
pub use run::{At, Phase, Run, State};
pub use words::{Command, Ending, Event, Fault, stamp};

use super::moment::Seen;
use super::settle::{Pace, Trouble, Verdict, Watch};
use run::{Write, Written};

/// How often a write may fail in a row; the pauses between grow by a second each.
const FAILURES: u64 = 20;

/// What the machine waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    Look,
    Journal,
    DryRun,
    Write,
    /// Wait, and then write the journal again or look.
    Pause {
        journal: bool,
    },
}

/// The machine.
#[derive(Clone, Debug)]
pub struct Machine {
    run: Run,
    pace: Pace,
    doing: Doing,
    watch: Option<Watch>,
    /// What is still to be tried before anything is written.
    to_try: Vec<Write>,
    /// The hop of which everything has been tried.
    tried: Option<usize>,
    /// Since when the hop runs, it hangs, the needs are not met, the API server is out of reach.
    since: Since,
    /// How often a write, or the trial of it, has failed in a row.
    failures: u64,
    interrupted: bool,
    ending: Option<Ending>,
    notes: Vec<Note>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Since {
    hop: Option<u64>,
    stuck: Option<u64>,
    unsettled: Option<u64>,
    lost: Option<u64>,
}

impl Machine {
    /// Begins, or goes on with, a run.
    pub fn new(run: Run, pace: Pace) -> Machine {
        Machine {
            run,
            pace,
            doing: Doing::Nothing,
            watch: None,
            to_try: Vec::new(),
            tried: None,
            since: Since::default(),
            failures: 0,
            interrupted: false,
            ending: None,
            notes: Vec::new(),
        }
    }

    /// The run as it is to stand in the journal.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// What has happened since this was last asked.
    pub fn notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Takes an event; gives the next command. An interruption gives none: what is under way ends first.
    pub fn step(&mut self, event: Event, now: u64) -> Option<Command> {
        let command = match event {
            Event::Interrupt => {
                self.interrupted = true;
                return None;
            }
            Event::Begin => {
                self.run.state = State::Running;
                self.run.at_hop_begin(&mut self.notes);
                self.look()
            }
            Event::Looked(seen) => {
                self.since.lost = None;
                self.looked(&seen, now)
            }
            Event::Done => self.done(now),
            Event::Fault(fault) => self.fault(fault, now),
        };
        Some(command)
    }

    fn look(&mut self) -> Command {
        self.doing = Doing::Look;
        Command::Look
    }

    fn journal(&mut self) -> Command {
        self.doing = Doing::Journal;
        self.run.seq += 1;
        Command::Journal
    }

    fn wait(&mut self, seconds: u64, journal: bool) -> Command {
        self.doing = Doing::Pause { journal };
        Command::Wait(seconds.max(1))
    }

    fn done(&mut self, now: u64) -> Command {
        if matches!(self.doing, Doing::DryRun | Doing::Write) {
            self.failures = 0;
        }
        match self.doing {
            Doing::Journal => match self.ending.take() {
                Some(ending) => Command::End(ending),
                None => self.look(),
            },
            Doing::DryRun => {
                let tried = self.to_try.remove(0);
                self.notes.push(Note::Tried(tried.prose()));
                match self.to_try.first().cloned() {
                    Some(next) => self.dry_run(next),
                    None => {
                        self.tried = Some(self.run.at.hop);
                        self.look()
                    }
                }
            }
            Doing::Write => {
                let stage = self.run.stage().map_or("", |stage| &stage.title).to_string();
                self.run.say(&stamp(now), format!("written for: {stage}"));
                self.look()
            }
            Doing::Pause { journal: true } => {
                self.doing = Doing::Journal;
                Command::Journal
            }
            Doing::Nothing | Doing::Look | Doing::Pause { journal: false } => self.look(),
        }
    }

    fn dry_run(&mut self, write: Write) -> Command {
        self.doing = Doing::DryRun;
        Command::DryRun(write)
    }

    fn fault(&mut self, fault: Fault, now: u64) -> Command {
        let journal = self.doing == Doing::Journal;
        let (why, after) = match fault {
            Fault::Again { why, after } => (why, after),
            // Whether it was done is found out by looking; a journal is told by its number.
            Fault::Unsure { why } => (why, 1),
            Fault::Refused(trouble) if journal => {
                let ending = self.ending.take();
                return Command::End(ending.unwrap_or(Ending::Unknown(trouble)));
            }
            Fault::Refused(trouble) => {
                let untouched = self.run.at.phase != Phase::Watching;
                return self
                    .end(if untouched { Ending::Blocked(vec![trouble]) } else { Ending::Unknown(trouble) }, now);
            }
            Fault::Taken { by } => {
                let cure = "look who runs it; only one may".to_string();
                return Command::End(Ending::Unknown(Trouble {
                    what: format!("another run has taken over: {by}"),
                    cure,
                }));
            }
        };
        // A look that succeeds says nothing of writes, so their failures are counted.
        if matches!(self.doing, Doing::DryRun | Doing::Write) {
            self.failures += 1;
            if self.failures > FAILURES {
                let what = format!("a write has failed {FAILURES} times in a row: {why}");
                let cure = "when that is mended: milvus-lint apply --resume";
                return self.end(Ending::Unknown(Trouble::new(what, cure)), now);
            }
        }
        let since = *self.since.lost.get_or_insert(now);
        // What is to be tried again at once is no loss.
        if after > 0 || self.failures > 1 {
            self.notes.push(Note::Lost { why: why.clone(), since: now.saturating_sub(since) });
        }
        // Without an ending to write down there is no hurry; with one, a few tries are enough.
        let patience = if self.ending.is_some() { 4 * self.pace.look } else { self.pace.lost };
        if now.saturating_sub(since) >= patience {
            let what = format!("the API server could not be asked for {} seconds: {why}", now.saturating_sub(since));
            let cure = "the operator goes on by itself; once the API server answers again: milvus-lint apply --resume";
            let ending = self.ending.take().unwrap_or(Ending::Unknown(Trouble::new(what, cure)));
            return Command::End(ending);
        }
        if self.interrupted && self.ending.is_none() && !journal && self.doing == Doing::Look {
            return Command::End(Ending::Stopped);
        }
        let growing = if self.doing == Doing::Look { 0 } else { self.failures };
        self.wait(after.max(growing), journal)
    }

    fn looked(&mut self, seen: &Seen, now: u64) -> Command {
        let uid = seen.milvus.as_ref().map(|milvus| milvus.uid.as_str());
        if uid.is_some_and(|uid| uid != self.run.milvus.uid) {
            let what = "the Milvus was deleted and made anew since this run began";
            return self.end(Ending::Unknown(Trouble::new(what, "give the run up with --abort, and plan anew")), now);
        }
        match self.run.at.phase {
            _ if self.run.stage().is_none() => self.end(Ending::Done, now),
            Phase::Todo if self.interrupted => self.end(Ending::Stopped, now),
            Phase::Todo => self.begin(seen, now),
            Phase::Intent => self.write(seen, now),
            Phase::Watching if self.interrupted => self.end(Ending::Stopped, now),
            Phase::Watching => self.follow(seen, now),
        }
    }

    /// Nothing of the stage has been written: may it be?
    fn begin(&mut self, seen: &Seen, now: u64) -> Command {
        if let Some(command) = self.not_yet(seen, now) {
            return command;
        }
        self.since.unsettled = None;
        self.since.hop.get_or_insert(now);
        self.run.at.phase = Phase::Intent;
        let title = self.run.stage().map_or("", |stage| &stage.title).to_string();
        self.run.say(&stamp(now), format!("intent: {title}"));
        self.notes.push(Note::Stage(title));
        self.journal()
    }

    /// What keeps the stage from being written now.
    fn not_yet(&mut self, seen: &Seen, now: u64) -> Option<Command> {
        let stage = self.run.stage()?;
        let pending = match self.pending(seen) {
            Ok(pending) => pending,
            Err(trouble) => return Some(self.end(Ending::Unknown(trouble), now)),
        };
        // Whoever has been there before has met the needs, or has stood above them.
        if pending.is_empty() && !stage.writes.is_empty() {
            return None;
        }
        let blockers = needs::blockers(&stage.needs, seen);
        if !blockers.is_empty() {
            return Some(self.end(Ending::Blocked(blockers), now));
        }
        let open = needs::unsettled(&stage.needs, seen);
        if open.is_empty() {
            return None;
        }
        let since = *self.since.unsettled.get_or_insert(now);
        if now.saturating_sub(since) >= self.pace.behind {
            let seconds = now.saturating_sub(since);
            let what = format!("the Milvus has not come to rest for {seconds} seconds: {}", open.join("; "));
            let trouble = Trouble::new(what, "mend that first: a hop begins only where nothing else moves");
            return Some(self.end(Ending::Blocked(vec![trouble]), now));
        }
        self.notes.push(Note::NotYet(open));
        Some(self.wait(self.pace.look, false))
    }

    /// What of the stage is not there yet. Writes come in an order, so what is there shows that all before it was.
    fn pending(&self, seen: &Seen) -> Result<Vec<Write>, Trouble> {
        let writes = self.run.stage().map_or(&[][..], |stage| &stage.writes);
        let mut pending = Vec::new();
        for write in writes {
            match write.is_in(seen, &self.run.id) {
                Written::Yes => pending.clear(),
                Written::No => pending.push(write.clone()),
                Written::Other(what) => {
                    let cure = "find out who has changed it; when it is right as it is, give this run up with --abort and plan anew";
                    return Err(Trouble::new(what, cure));
                }
            }
        }
        Ok(pending)
    }

    /// The intent is in the journal: whatever is not there yet is tried, and then written.
    fn write(&mut self, seen: &Seen, now: u64) -> Command {
        let pending = match self.pending(seen) {
            Ok(pending) => pending,
            Err(trouble) => return self.end(Ending::Unknown(trouble), now),
        };
        let stage = self.run.stage().expect("a look without a stage ends the run");
        let Some(next) = pending.first().cloned() else {
            self.run.at.phase = Phase::Watching;
            self.watch = None;
            return self.journal();
        };
        // Between the intent and now the world may have become another.
        if pending.len() == stage.writes.len() {
            if self.interrupted {
                return self.end(Ending::Stopped, now);
            }
            if let Some(command) = self.not_yet(seen, now) {
                return command;
            }
        }
        if self.tried != Some(self.run.at.hop) {
            self.to_try = pending;
            self.to_try.extend(self.later());
            let first = self.to_try[0].clone();
            return self.dry_run(first);
        }
        self.notes.push(Note::Writes(next.prose()));
        self.doing = Doing::Write;
        Command::Write(next)
    }

    /// What later stages of the hop write and can be tried already.
    fn later(&self) -> Vec<Write> {
        let stages = self.run.hop().map_or(&[][..], |hop| &hop.stages[..]);
        let later = stages.iter().skip(self.run.at.stage + 1).flat_map(|stage| &stage.writes);
        later.filter(|write| !matches!(write, Write::Operation { .. })).cloned().collect()
    }

    /// All has been written: has it arrived?
    fn follow(&mut self, seen: &Seen, now: u64) -> Command {
        let stage = self.run.stage().expect("a look without a stage ends the run");
        let (goal, image, pace) = (stage.goal.clone(), stage.goal.image.clone(), self.pace);
        let verdict = self.watch.get_or_insert_with(|| Watch::new(goal, pace)).look(seen, now);
        let began = *self.since.hop.get_or_insert(now);
        let note =
            Note::Progress { verdict: verdict.clone(), rows: rows(seen, &image), seconds: now.saturating_sub(began) };
        self.notes.push(note);
        match verdict {
            Verdict::Finished => self.arrived(now),
            Verdict::Failed(trouble) => self.end(Ending::Failed(trouble), now),
            Verdict::Undone(trouble) => self.end(Ending::Unknown(trouble), now),
            Verdict::Stuck(trouble) => {
                let since = *self.since.stuck.get_or_insert(now);
                if now.saturating_sub(since) >= self.pace.patience {
                    return self.end(Ending::Failed(trouble), now);
                }
                self.wait(self.pace.look, false)
            }
            Verdict::Going(missing) => {
                self.since.stuck = None;
                if now.saturating_sub(began) >= self.pace.limit {
                    let what =
                        format!("the hop has not arrived after {} seconds: {}", self.pace.limit, missing.join("; "));
                    let cure = "milvus-lint apply --resume watches it on, with a longer --timeout";
                    return self.end(Ending::Failed(Trouble::new(what, cure)), now);
                }
                self.wait(self.pace.look, false)
            }
            Verdict::Settling(left) => {
                self.since.stuck = None;
                self.wait(left.min(self.pace.look), false)
            }
        }
    }

    fn arrived(&mut self, now: u64) -> Command {
        self.watch = None;
        self.since.stuck = None;
        let title = self.run.stage().map_or("", |stage| &stage.title).to_string();
        self.run.say(&stamp(now), format!("arrived: {title}"));
        if self.run.advance() {
            let seconds = self.since.hop.take().map_or(0, |began| now.saturating_sub(began));
            self.notes.push(Note::HopDone { seconds });
            let enough = self.run.until.is_some_and(|until| self.run.at.hop >= until);
            if self.run.hop().is_none() || enough {
                return self.end(Ending::Done, now);
            }
            self.run.at_hop_begin(&mut self.notes);
        }
        self.journal()
    }

    /// Writes down how it ended, and ends.
    fn end(&mut self, ending: Ending, now: u64) -> Command {
        let (state, what) = match &ending {
            Ending::Done if self.run.hop().is_none() => (State::Finished, "finished".to_string()),
            Ending::Done => (State::Stopped, "as far as it was asked for".to_string()),
            // Where nothing has begun there is nothing to go on with.
            Ending::Stopped if self.run.begun().is_none() => (State::Aborted, "given up by the user".to_string()),
            Ending::Blocked(troubles) if self.run.begun().is_none() => {
                (State::Aborted, format!("not begun: {}", first(troubles)))
            }
            Ending::Stopped => (State::Stopped, "stopped by the user".to_string()),
            Ending::Blocked(troubles) => (State::Stopped, format!("cannot begin: {}", first(troubles))),
            Ending::Failed(trouble) => (State::Failed, format!("failed: {}", trouble.what)),
            Ending::Unknown(trouble) => (State::Failed, format!("not known: {}", trouble.what)),
        };
        self.run.state = state;
        self.run.say(&stamp(now), what);
        self.ending = Some(ending);
        self.since.lost = None;
        self.journal()
    }
}

fn first(troubles: &[Trouble]) -> &str {
    troubles.first().map_or("", |trouble| &trouble.what)
}

#[cfg(test)]
mod tests;
