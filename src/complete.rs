//! Reads what the texts refer to and was not among them, until nothing is open; then judges.
//!
//! Takes both sides as they were loaded; gives the outcome, and leaves on the sides what was read on the way. The judgement
//! itself reads nothing: it says which paths it would like to know.

use crate::load::Loaded;
use milvus_lint::facts::Facts;
use milvus_lint::outcome::Outcome;
use milvus_lint::source::asked::{Answer, Door};
use milvus_lint::source::{Absence, Side, SourceError, Sources, Wanted};
use milvus_lint::{Known, Reading};

/// A file that is read on demand may refer to others; nobody builds longer chains.
const MOST_ROUNDS: usize = 8;

/// The outcome, once everything that a Milvus refers to was read.
pub fn judge(loaded: &mut Loaded, facts: &Facts) -> anyhow::Result<Outcome> {
    let mut known = Known::default();
    let mut read = Reading::of(&loaded.base, &loaded.head, facts, &loaded.config, &mut known);
    for _ in 0..MOST_ROUNDS {
        let wanted = read.wanted();
        if wanted.is_empty() || !supply(loaded, &wanted)? {
            break;
        }
        read = Reading::of(&loaded.base, &loaded.head, facts, &loaded.config, &mut known);
    }
    Ok(read.judge(&loaded.base, &loaded.head, facts, &loaded.config))
}

/// Reads what is wanted; whether the judgement could be another one now.
fn supply(loaded: &mut Loaded, wanted: &[Wanted]) -> Result<bool, SourceError> {
    let of = |side| wanted.iter().filter(move |one| one.side == side).cloned().collect::<Vec<_>>();
    let (of_base, of_head) = (of(Side::Base), of(Side::Head));
    let mut news = take(loaded, Side::Head, &of_head)?;
    // What the head has been given, the base had as well, or it is a part of the change.
    let mut also: Vec<Wanted> = of_base;
    let changed = loaded.head.changed.clone().unwrap_or_default();
    for one in of_head.iter().filter(|one| one.text) {
        let given = loaded.head.files.iter().any(|file| file.path == one.path);
        if (given || changed.contains(&one.path)) && !also.iter().any(|other| other.path == one.path) {
            also.push(Wanted { side: Side::Base, ..one.clone() });
        }
    }
    let known = |one: &Wanted| loaded.base.files.iter().any(|file| file.path == one.path);
    also.retain(|one| !known(one) && !loaded.base.absent.contains_key(&one.path));
    news |= take(loaded, Side::Base, &also)?;
    for one in also.iter().chain(&of_head).filter(|one| one.text) {
        tell_changed(loaded, &one.path);
    }
    Ok(news)
}

/// Asks the door of a side, and keeps its answers.
fn take(loaded: &mut Loaded, side: Side, wanted: &[Wanted]) -> Result<bool, SourceError> {
    if wanted.is_empty() {
        return Ok(false);
    }
    let (door, sources) = match side {
        Side::Base => (&loaded.doors.0, &mut loaded.base),
        Side::Head => (&loaded.doors.1, &mut loaded.head),
    };
    let mut news = false;
    for (one, answer) in wanted.iter().zip(door.ask(wanted, &loaded.filter, &loaded.cwd)?) {
        match answer {
            Answer::Text(source) => {
                news = true;
                sources.push(source);
            }
            Answer::Absent(absence) => {
                news |= absence != Absence::There;
                sources.absent.insert(one.path.clone(), absence);
            }
        }
    }
    Ok(news)
}

/// A file that was not told to be changed, because nothing in it was worth keeping, or because it is new.
fn tell_changed(loaded: &mut Loaded, path: &str) {
    if matches!(loaded.doors.0, Door::Closed) {
        return;
    }
    let text = |sources: &Sources| sources.files.iter().find(|file| file.path == path).map(|file| file.text.clone());
    if text(&loaded.base) == text(&loaded.head) {
        return;
    }
    for side in [&mut loaded.base, &mut loaded.head] {
        if let Some(changed) = side.changed.as_mut().filter(|changed| !changed.iter().any(|known| known == path)) {
            changed.push(path.to_string());
        }
    }
}
