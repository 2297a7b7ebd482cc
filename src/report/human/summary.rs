//! What was looked at, what was not, and the counts.

use crate::finding::{Finding, Severity};
use crate::outcome::{Incomplete, Outcome, Summary, TransitionKind, TransitionView};
use crate::report::paint::{Cell, Paint, Role, clean, count, one_line};
use crate::report::{Context, milvus};
use crate::source::SourceId;
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

/// With no more Milvus than this, unchanged ones are listed too.
const FEW: usize = 5;

/// Writes everything that comes after the findings.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let page = Page { context, outcome: context.outcome, paint: Paint::new(context.style) };
    let outcome = page.outcome;
    let nothing = outcome.deployments.is_empty() && outcome.transitions.is_empty();
    let silent = outcome.findings.is_empty() && outcome.excepted.is_empty();
    if !nothing {
        page.looked_at(w)?;
    }
    page.accepted(w)?;
    for incomplete in &outcome.incomplete {
        writeln!(w, "{}", page.incomplete(incomplete))?;
    }
    if let Some(hint) = &context.hint {
        writeln!(w, "{}", clean(hint))?;
    }
    if nothing {
        let files = count(outcome.summary.files, "file", "files");
        let elapsed = context.elapsed.map(|elapsed| format!(" ({})", duration(elapsed))).unwrap_or_default();
        let elapsed = if silent { elapsed } else { String::new() };
        // Commands are judged without a Milvus, too.
        let said = match silent {
            true => format!("{}: ", page.paint.say(Role::Strong, "found nothing")),
            false => String::new(),
        };
        writeln!(w, "{said}no Milvus in {files}{elapsed}")?;
    }
    if !nothing || !silent {
        writeln!(w, "{}", page.closing())?;
    }
    match page.unknown() {
        Some(line) => writeln!(w, "{line}"),
        None => Ok(()),
    }
}

struct Page<'a> {
    context: &'a Context<'a>,
    outcome: &'a Outcome,
    paint: Paint,
}

impl Page<'_> {
    /// `2 Milvus in 3 files; 1 change against origin/main`, and a line for each.
    fn looked_at(&self, w: &mut dyn io::Write) -> io::Result<()> {
        let summary = &self.outcome.summary;
        let all = &self.outcome.deployments;
        let files = if all.is_empty() { summary.files } else { summary.milvus_files };
        let changed = self.outcome.transitions.iter().filter(|one| one.changed).count();
        let against = summary.base.as_ref().map(|base| match changed {
            0 => format!("; no change against {}", one_line(base)),
            _ => format!("; {} against {}", count(changed, "change", "changes"), one_line(base)),
        });
        writeln!(w, "{} in {}{}", milvus(all), count(files, "file", "files"), against.unwrap_or_default())?;
        self.transitions(w)
    }

    fn transitions(&self, w: &mut dyn io::Write) -> io::Result<()> {
        let verbose = self.context.style.verbosity > 0;
        let all = verbose || self.outcome.deployments.len() <= FEW;
        let listed: Vec<_> = self.outcome.transitions.iter().filter(|one| all || !self.is_unchanged(one)).collect();
        let rows: Vec<Vec<Cell>> = listed.iter().map(|one| self.row(one)).collect();
        for (one, line) in listed.iter().zip(self.paint.columns(&rows)) {
            writeln!(w, "  {line}")?;
            if !verbose {
                continue;
            }
            if !one.because.is_empty() {
                writeln!(w, "    {} {}", self.paint.say(Role::Strong, "because:"), one_line(&one.because))?;
            }
            if one.path.len() > 2 || (one.path.len() == 2 && one.verdict != Some("legal")) {
                let path = one_line(&one.path.join(" → "));
                writeln!(w, "    {} {path}", self.paint.say(Role::Strong, "the way:"))?;
            }
        }
        let hidden = self.outcome.transitions.len() - listed.len();
        if hidden > 0 && self.outcome.summary.base.is_some() {
            writeln!(w, "  {}", self.paint.say(Role::Faint, format!("{hidden} unchanged (listed with -v)")))?;
        }
        Ok(())
    }

    /// Whether there is nothing to say about it.
    fn is_unchanged(&self, one: &TransitionView) -> bool {
        !one.changed && one.verdict.is_none()
    }

    fn row(&self, one: &TransitionView) -> Vec<Cell> {
        let unknown = || "unknown".to_owned();
        let (from, to) = (one.from.clone(), one.to.clone());
        let versions = match one.kind {
            TransitionKind::Deleted => from.unwrap_or_else(unknown),
            TransitionKind::Created | TransitionKind::Unchanged => to.unwrap_or_else(unknown),
            _ if from == to => to.unwrap_or_else(unknown),
            _ => format!("{} → {}", from.unwrap_or_else(unknown), to.unwrap_or_else(unknown)),
        };
        let word = match one.verdict {
            Some(verdict) => verdict,
            None if self.outcome.summary.base.is_none() => "",
            None => one.kind.as_str(),
        };
        // The way may be legal and something else be wrong; the word alone would read like a pass.
        let is_error = |finding: &&Finding| finding.severity == Severity::Error && finding.owner == Some(one.at);
        let errors = self.outcome.findings.iter().filter(is_error).count();
        let words = match (word, errors) {
            ("legal", 1..) => format!("legal, {}", count(errors, "error", "errors")),
            _ => word.to_owned(),
        };
        let mut traits = one.traits.clone();
        if one.kind == TransitionKind::Ordered {
            traits.insert(0, TransitionKind::Ordered.as_str().to_owned());
        }
        let traits = if traits.is_empty() { String::new() } else { format!("({})", traits.join(", ")) };
        vec![
            Cell::new(Role::Strong, &one.id),
            Cell::plain(versions),
            Cell::new(if errors > 0 { Role::Error } else { Role::of(word) }, words),
            Cell::new(Role::Faint, traits),
        ]
    }

    /// The accepted findings, with -v.
    fn accepted(&self, w: &mut dyn io::Write) -> io::Result<()> {
        if self.context.style.verbosity <= 0 {
            return Ok(());
        }
        let texts = &self.context.texts;
        let place =
            |id: SourceId, start| format!("{}:{}", one_line(&texts.source(id).name()), texts.position(id, start).0);
        for excepted in &self.outcome.excepted {
            let finding = &excepted.finding;
            let label = self.paint.say(Role::Info, format!("accepted[{}]", finding.rule));
            let at = place(finding.at.source, finding.at.start);
            writeln!(w, "{label}: {at}: {}", one_line(&finding.message))?;
            let by = excepted.at.map(|at| format!(" ({})", place(at.source, at.start))).unwrap_or_default();
            let sign = self.paint.say(Role::Gutter, "=");
            writeln!(w, "  {sign} {} {}{by}", self.paint.say(Role::Strong, "reason:"), one_line(&excepted.reason))?;
        }
        Ok(())
    }

    fn incomplete(&self, one: &Incomplete) -> String {
        let line = one.at.map(|at| format!(":{}", self.context.texts.position(at.source, at.start).0));
        let label = self.paint.say(Role::Warning, "incomplete");
        format!("{label}: {}{}: {}", one_line(&one.file), line.unwrap_or_default(), one_line(&one.why))
    }

    /// `2 errors, 1 warning in 3 files · 412 files read in 38 ms`.
    fn closing(&self) -> String {
        let Summary { errors, warnings, infos, files, .. } = self.outcome.summary;
        let counts = [
            (errors, "error", "errors", Role::Error),
            (warnings, "warning", "warnings", Role::Warning),
            (infos, "info", "infos", Role::Info),
        ];
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(n, ..)| *n > 0)
            .map(|(n, one, many, role)| self.paint.say(role, count(n, one, many)))
            .collect();
        let faulty: BTreeSet<_> = self.outcome.findings.iter().map(|finding| finding.at.source).collect();
        let elapsed = self.context.elapsed.map(|elapsed| format!(" in {}", duration(elapsed))).unwrap_or_default();
        let read = count(files, "file", "files");
        let mut parts = match counts.is_empty() {
            true => vec![self.paint.say(Role::Help, "no findings"), format!("{read}{elapsed}")],
            false => {
                let place = match faulty.len() {
                    0 => String::new(),
                    n => format!(" in {}", count(n, "file", "files")),
                };
                vec![format!("{}{place}", counts.join(", ")), format!("{read} read{elapsed}")]
            }
        };
        if !self.outcome.excepted.is_empty() {
            parts.insert(1, format!("{} accepted", self.outcome.excepted.len()));
        }
        parts.join(" · ")
    }

    /// `1 change unknown, 1 file incomplete · exit 3`. The exit code is not said where an error decides it.
    fn unknown(&self) -> Option<String> {
        let summary = &self.outcome.summary;
        let unknown = if self.context.allow_unknown { 0 } else { summary.unknown_changes };
        let unread = self.outcome.incomplete.len();
        let mut parts = Vec::new();
        if unknown > 0 {
            parts.push(count(unknown, "change unknown", "changes unknown"));
        }
        if unread > 0 {
            parts.push(count(unread, "place incomplete", "places incomplete"));
        }
        let decides = summary.errors == 0 && !self.context.allow_unknown;
        let exit = if decides { " · exit 3" } else { "" };
        (!parts.is_empty()).then(|| format!("{}{exit}", self.paint.say(Role::Warning, parts.join(", "))))
    }
}

fn duration(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        0 => "under 1 ms".to_owned(),
        ms @ 1..1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", elapsed.as_secs_f64()),
    }
}
