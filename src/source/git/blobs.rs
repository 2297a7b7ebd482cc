//! Texts out of the object database.
//!
//! Takes object ids; gives what the filter thinks of each blob. One or a few `git cat-file --batch` answer for all of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdout, Stdio};

use super::Repository;
use super::lists::Entry;
use super::scope::Scope;
use crate::source::SourceError;
use crate::source::disk::{Filter, LARGEST, Look, threads};

/// From here on a second `cat-file` is worth its start.
const MANY: usize = 1000;

impl Repository {
    /// Judges blobs, in the order of `entries`.
    pub(super) fn blobs(&self, entries: &[Entry], scope: &Scope, filter: &Filter) -> Result<Vec<Look>, SourceError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let share = entries.len().div_ceil(threads().min(4)).max(MANY);
        let mut chunks = entries.chunks(share);
        let first = chunks.next().unwrap_or_default();
        std::thread::scope(|threads| {
            let others: Vec<_> = chunks.map(|chunk| threads.spawn(|| self.batch(chunk, scope, filter))).collect();
            let mut looks = self.batch(first, scope, filter)?;
            for other in others {
                looks.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok(looks)
        })
    }

    fn batch(&self, entries: &[Entry], scope: &Scope, filter: &Filter) -> Result<Vec<Look>, SourceError> {
        let mut child = self
            .git()
            .args(["cat-file", "--batch", "--buffer"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| self.cannot_start(&error))?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        let result = std::thread::scope(|threads| {
            // Written by another thread: with both pipes full, each end would wait for the other.
            threads.spawn(move || {
                let text: String = entries.iter().flat_map(|entry| [entry.oid.as_str(), "\n"]).collect();
                // If Git goes away early, the reader notices and says so.
                requests.map(|mut pipe| pipe.write_all(text.as_bytes()))
            });
            let Some(answers) = answers else { return Err(broken()) };
            let mut answers = Answers { pipe: BufReader::with_capacity(256 * 1024, answers), buffer: Vec::new() };
            let looks = entries
                .iter()
                .map(|entry| {
                    let given = scope.gives(&entry.path) || filter.keeps(entry.path.as_ref());
                    answers.next(entry, given, filter)
                })
                .collect();
            drop(answers);
            looks
        });
        if result.is_err() {
            child.kill().ok();
        }
        child.wait().map_err(|_| broken())?;
        result
    }
}

/// The output of `cat-file --batch`: `<oid> <type> <size>\n<content>\n`, again and again.
struct Answers {
    pipe: BufReader<ChildStdout>,
    buffer: Vec<u8>,
}

impl Answers {
    fn next(&mut self, entry: &Entry, given: bool, filter: &Filter) -> Result<Look, SourceError> {
        self.buffer.clear();
        self.pipe.read_until(b'\n', &mut self.buffer).map_err(|_| broken())?;
        let header = String::from_utf8_lossy(&self.buffer);
        let header = header.trim_end();
        if header.ends_with(" missing") {
            return Err(missing(entry));
        }
        let size: u64 = header.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(broken)?;
        let look = if size > LARGEST {
            let mut content = (&mut self.pipe).take(size);
            let look = filter.look_at_large(&entry.path, &mut content, given);
            std::io::copy(&mut content, &mut std::io::sink()).map_err(|_| broken())?;
            look
        } else {
            let size = size as usize;
            if self.buffer.len() < size {
                self.buffer.resize(size, 0);
            }
            self.pipe.read_exact(&mut self.buffer[..size]).map_err(|_| broken())?;
            filter.look(&entry.path, &self.buffer[..size], given)
        };
        self.pipe.read_exact(&mut [0]).map_err(|_| broken())?;
        Ok(look)
    }
}

fn missing(entry: &Entry) -> SourceError {
    SourceError::Outside(format!(
        "{} is not in this partial clone (object {}); fetch what is missing: git fetch --refetch --no-filter",
        entry.path, entry.oid
    ))
}

fn broken() -> SourceError {
    SourceError::Outside("`git cat-file` stopped early; check the repository: git fsck".into())
}
