//! What the machine is told and what it commands, and the time as it writes it down.
//!
//! Plain data; it does nothing.

use super::run::Write;
use crate::cluster::moment::Seen;
use crate::cluster::settle::Trouble;

/// What is to be done now. One at a time.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Read everything about the Milvus.
    Look,
    /// Write the run into the journal.
    Journal,
    /// Ask the API server whether it would take this.
    DryRun(Write),
    Write(Write),
    /// Wait so many seconds.
    Wait(u64),
    End(Ending),
}

/// What has happened.
#[derive(Clone, Debug)]
pub enum Event {
    Begin,
    Looked(Box<Seen>),
    /// What was commanded is done.
    Done,
    Fault(Fault),
    /// Somebody wants it to stop.
    Interrupt,
}

/// Why something that was commanded is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not now; nothing was written.
    Again { why: String, after: u64 },
    /// It may have been done: the answer was lost.
    Unsure { why: String },
    /// The API server does not take it, now or later.
    Refused(Trouble),
    /// Another run has taken over.
    Taken { by: String },
}

/// How a run of the program ends. The run in the journal may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All hops are done, or those that were asked for.
    Done,
    Stopped,
    /// Nothing of the stage was written, and this stands in its way.
    Blocked(Vec<Trouble>),
    /// A hop has failed, or hangs.
    Failed(Trouble),
    /// What is there is neither what was nor what was to be, or cannot be seen.
    Unknown(Trouble),
}

/// A time as people read it, in UTC.
pub fn stamp(now: u64) -> String {
    let (days, seconds) = ((now / 86_400) as i64 + 719_468, now % 86_400);
    // Civil date from days since 1970-01-01, with years that begin in March so that the leap day comes last.
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
