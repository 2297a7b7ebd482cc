//! JUnit XML: a test case for each Milvus, and one for each file with findings about none.
//!
//! A finding that fails the run is a failure, what is unknown is an error, everything else is output. A case has at most one of
//! these elements, since some readers know no more.

use super::entry::{self, Entry};
use super::{Context, site, xml};
use crate::finding::Severity;
use std::io;

/// One test case.
struct Case<'a> {
    class: String,
    name: String,
    entries: Vec<&'a Entry<'a>>,
}

/// How a case ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Passed,
    Failure,
    Error,
}

/// Writes the document.
pub fn write(context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
    let all = entry::all(context);
    let cases = cases(context, &all);
    let with = |end| cases.iter().filter(|case| case.end(context) == end).count();
    let time = context.elapsed.map_or(0.0, |elapsed| elapsed.as_secs_f64());
    let counts =
        format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", cases.len(), with(End::Failure), with(End::Error));
    writeln!(w, "{}<testsuites name=\"milvus-lint\" {counts} time=\"{time:.3}\">", xml::HEAD)?;
    writeln!(w, "  <testsuite name=\"milvus-lint\" {counts} skipped=\"0\" time=\"{time:.3}\">")?;
    for case in &cases {
        case.write(context, w)?;
    }
    writeln!(w, "  </testsuite>\n</testsuites>")
}

fn cases<'a>(context: &Context, all: &'a [Entry<'a>]) -> Vec<Case<'a>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut taken = vec![false; all.len()];
    for one in &context.outcome.transitions {
        let mut case = Case {
            class: site::site(context, one.at).map_or_else(|| "milvus-lint".to_owned(), |site| site.path),
            name: one.id.clone(),
            entries: Vec::new(),
        };
        for (nth, entry) in all.iter().enumerate().filter(|(_, entry)| entry.owner == Some(one.at)) {
            taken[nth] = true;
            case.entries.push(entry);
        }
        cases.push(case);
    }
    for (entry, _) in all.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        let name = entry.path.clone().unwrap_or_else(|| "the run".to_owned());
        match cases.iter_mut().find(|case| case.class == "milvus-lint" && case.name == name) {
            Some(case) => case.entries.push(entry),
            None => cases.push(Case { class: "milvus-lint".to_owned(), name, entries: vec![entry] }),
        }
    }
    cases
}

impl Case<'_> {
    fn end(&self, context: &Context) -> End {
        let threshold = context.run.fail_on.unwrap_or(Severity::Error);
        let unknown = |entry: &&&Entry| entry.finding.is_none();
        let fails = |entry: &&Entry| entry.finding.is_some() && entry.severity >= threshold;
        let failed_run = self.entries.iter().any(|entry| entry.rule == entry::FAILED);
        match self.entries.iter().any(fails) {
            true => End::Failure,
            false if failed_run => End::Error,
            false if !context.allow_unknown && self.entries.iter().filter(unknown).count() > 0 => End::Error,
            false => End::Passed,
        }
    }

    fn write(&self, context: &Context, w: &mut dyn io::Write) -> io::Result<()> {
        let (name, class) = (xml::escape(&self.name), xml::escape(&self.class));
        write!(w, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\"")?;
        let Some(first) = self.entries.first() else { return writeln!(w, "/>") };
        writeln!(w, ">")?;
        let lines: Vec<String> = self.entries.iter().map(|entry| lines(context, entry)).collect();
        let text = xml::text(&lines.join("\n\n"));
        let element = match self.end(context) {
            End::Passed => return writeln!(w, "      <system-out>{text}</system-out>\n    </testcase>"),
            End::Failure => "failure",
            End::Error => "error",
        };
        let (message, kind) = (xml::escape(&first.message), xml::escape(first.rule));
        writeln!(w, "      <{element} message=\"{message}\" type=\"{kind}\">{text}</{element}>\n    </testcase>")
    }
}

fn lines(context: &Context, entry: &Entry) -> String {
    let place = entry::place(context, entry);
    let mut lines = vec![format!("{}[{}] {}", entry.severity.as_str(), entry.rule, entry.message)];
    if !place.is_empty() {
        lines.push(format!("  at {place}"));
    }
    lines.extend(entry.notes().iter().map(|note| format!("  {note}")));
    lines.join("\n")
}
