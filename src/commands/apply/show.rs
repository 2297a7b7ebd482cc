//! What a run shows: lines where nobody can move a cursor, a table that stands still on a terminal, events as JSON.
//!
//! Takes notes of the machine; writes them to standard output. Troubles go to standard error, but for JSON.

use milvus_lint::cluster::apply::run::{Hop, Write};
use milvus_lint::cluster::apply::{Ending, Note, Row, Run};
use milvus_lint::cluster::settle::{Trouble, Verdict};
use milvus_lint::report::Style;
use milvus_lint::report::paint::{Paint, Role, clean};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write as _};

/// Where and how is shown.
pub struct Show {
    json: bool,
    style: Style,
    paint: Paint,
    quiet: bool,
    /// Lines can be written over.
    live: bool,
    /// How many lines of the table stand there now.
    drawn: usize,
    /// What each component was said to be.
    said: Vec<Row>,
    /// The trouble that was said last, and what was missing.
    trouble: Option<Trouble>,
    missing: Vec<String>,
    lost: bool,
}

impl Show {
    pub fn new(json: bool, style: Style, quiet: bool) -> Show {
        let live = !json && !quiet && std::io::stdout().is_terminal();
        Show {
            json,
            style,
            paint: Paint::new(style),
            quiet,
            live,
            drawn: 0,
            said: Vec::new(),
            trouble: None,
            missing: Vec::new(),
            lost: false,
        }
    }

    pub fn style(&self) -> Style {
        self.style
    }

    /// One line of prose.
    pub fn line(&mut self, text: &str) {
        match self.json {
            true => self.event("note", json!({"text": text})),
            false if self.quiet => {}
            false => self.put(&safe(text)),
        }
    }

    /// What will be done: every hop, and what each changes.
    pub fn run(&mut self, run: &Run, server: &str) {
        if self.json {
            let hops: Vec<Value> = run.hops.iter().map(|hop| {
                let writes: Vec<String> = hop.stages.iter().flat_map(|stage| &stage.writes).map(Write::prose).collect();
                json!({"title": hop.title, "kind": hop.kind, "from": hop.from, "to": hop.to, "service": hop.service, "writes": writes})
            }).collect();
            let at = run.at.hop + 1;
            return self.event("run", json!({"id": run.id, "milvus": run.milvus, "server": server, "from": run.from, "to": run.to, "hop": at, "hops": hops}));
        }
        let name = format!("{}/{}", run.milvus.namespace, run.milvus.name);
        let title = self.paint.say(Role::Strong, format!("{name}   {} → {}", clean(&run.from), clean(&run.to)));
        self.put(&format!("{title}   on {}", clean(server)));
        for (index, hop) in run.hops.iter().enumerate() {
            self.hop(index, hop, run);
        }
    }

    fn hop(&mut self, index: usize, hop: &Hop, run: &Run) {
        let role = if hop.service == "rolling" { Role::Help } else { Role::Warning };
        let done = if index < run.at.hop { "   done" } else { "" };
        let later = if run.until.is_some_and(|until| index >= until) { "   not now" } else { "" };
        let title = self.paint.say(Role::Strong, format!("{}  {}", index + 1, clean(&hop.title)));
        self.put(&format!("\n{title}   {}{done}{later}", self.paint.say(role, &hop.service)));
        for write in hop.stages.iter().flat_map(|stage| &stage.writes) {
            for line in difference(write) {
                let role = if line.starts_with('-') { Role::Removed } else { Role::Added };
                self.put(&format!("     {}", self.paint.say(role, clean(&line))));
            }
        }
        self.put(&format!("     back: {}", clean(&hop.back_note)));
    }

    /// Where a run stands.
    pub fn stands(&mut self, run: &Run) {
        let hop = run.hop().map_or("done", |hop| hop.title.as_str());
        let last = run.log.last().map(|line| format!("{} {}", line.at, line.what)).unwrap_or_default();
        self.line(&format!("{} → {}, begun {} by {}, stands at: {hop}; {last}", run.from, run.to, run.began, run.by));
    }

    pub fn tried(&mut self, write: &Write) {
        match self.json {
            true => self.event("tried", json!({"what": write.prose()})),
            false => self.line(&format!("     dry run: {}", write.prose())),
        }
    }

    pub fn waits(&mut self, holder: &str) {
        self.line(&format!("{holder} holds the lease of this Milvus; waiting"));
    }

    /// Everything that the machine has to tell.
    pub fn notes(&mut self, run: &Run, notes: Vec<Note>) {
        for note in notes {
            self.note(run, note);
        }
        _ = std::io::stdout().flush();
    }

    fn note(&mut self, run: &Run, note: Note) {
        if !matches!(note, Note::Lost { .. }) && self.lost {
            self.lost = false;
            self.line("   the API server answers again");
        }
        match note {
            Note::HopBegins { number, of, title, service } => {
                self.settle_table();
                self.said.clear();
                match self.json {
                    true => self.event("hop", json!({"number": number, "of": of, "title": title, "service": service})),
                    false => self.line(&format!("\nhop {number} of {of} · {title} · {service}")),
                }
            }
            Note::Stage(title) => match self.json {
                true => self.event("stage", json!({"title": title})),
                false => self.line(&format!("   {title}")),
            },
            Note::NotYet(open) if self.missing != open => {
                match self.json {
                    true => self.event("waiting", json!({"for": open})),
                    false => self.line(&format!("   waiting until it has come to rest: {}", open.join("; "))),
                }
                self.missing = open;
            }
            Note::NotYet(_) => {}
            Note::Tried(what) if self.json => self.event("tried", json!({"what": what})),
            Note::Tried(_) => {}
            Note::Writes(what) => match self.json {
                true => self.event("write", json!({"what": what})),
                false => self.line(&format!("   write: {what}")),
            },
            Note::Progress { verdict, rows, seconds } => self.progress(run, &verdict, rows, seconds),
            Note::HopDone { seconds } => {
                self.settle_table();
                match self.json {
                    true => self.event("hop-done", json!({"seconds": seconds})),
                    false => {
                        let done = self.paint.say(Role::Help, "done");
                        self.put(&format!("   {done} after {}", clock(seconds)));
                    }
                }
            }
            Note::Lost { why, since } => {
                match self.json {
                    true => self.event("lost", json!({"why": why, "seconds": since})),
                    false if !self.lost => self.line(&format!("   not now: {why}; trying again")),
                    false => {}
                }
                self.lost = true;
            }
        }
    }

    fn progress(&mut self, run: &Run, verdict: &Verdict, rows: Vec<Row>, seconds: u64) {
        if self.json {
            return self.event("progress", progress(verdict, &rows, seconds));
        }
        if self.quiet {
            return;
        }
        if let Verdict::Stuck(trouble) = verdict
            && self.trouble.as_ref() != Some(trouble)
        {
            self.settle_table();
            let word = self.paint.say(Role::Warning, "stuck");
            self.put(&format!("   {word}: {}\n     = {}", safe(&trouble.what), safe(&trouble.cure)));
            self.trouble = Some(trouble.clone());
        }
        if self.live {
            return self.table(run, verdict, &rows, seconds);
        }
        for row in rows.iter().filter(|row| !self.said.contains(row)).cloned().collect::<Vec<_>>() {
            self.put(&format!("   {} {}", clock(seconds), self.row(&row)));
        }
        if matches!(verdict, Verdict::Settling(_)) && self.said != rows {
            self.put(&format!("   {} all is well; looking again", clock(seconds)));
        }
        self.said = rows;
    }

    /// Draws the table over the one before.
    fn table(&mut self, run: &Run, verdict: &Verdict, rows: &[Row], seconds: u64) {
        let mut lines: Vec<String> = rows.iter().map(|row| format!("   {}", self.row(row))).collect();
        let state = match verdict {
            Verdict::Settling(left) => format!("all is well; must stay so for {left} s more"),
            Verdict::Going(missing) => missing.first().cloned().unwrap_or_default(),
            Verdict::Stuck(trouble) => trouble.what.clone(),
            Verdict::Finished | Verdict::Failed(_) | Verdict::Undone(_) => String::new(),
        };
        let hop = format!("{} of {}", run.at.hop + 1, run.hops.len());
        lines.push(self.paint.say(Role::Faint, format!("   hop {hop} · {} · {}", clock(seconds), clean(&state))));
        lines.push(
            self.paint.say(Role::Faint, "   Ctrl-C stops watching at a safe point; milvus-lint apply --resume goes on"),
        );
        if self.drawn > 0 {
            print!("\x1b[{}A\x1b[J", self.drawn);
        }
        // A line that is wrapped would be two to the cursor.
        let width = terminal_width();
        lines.iter().for_each(|line| anstream::println!("{}", short(line, width)));
        self.drawn = lines.len();
    }

    fn row(&self, row: &Row) -> String {
        let mark = if row.complete { self.paint.say(Role::Help, "✓") } else { " ".to_string() };
        let waits = row.waits.as_ref().map(|text| format!("   {}", clean(text))).unwrap_or_default();
        format!("{mark} {:<32} {:<12} {}/{}{waits}", clean(&row.component), clean(&row.version), row.ready, row.wanted)
    }

    /// The table stays where it is, and what comes next stands below.
    fn settle_table(&mut self) {
        self.drawn = 0;
    }

    /// How it ended, and what to do next.
    pub fn ending(&mut self, run: &Run, ending: &Ending, journal: &str) {
        self.settle_table();
        let word = match ending {
            Ending::Done => "done",
            Ending::Stopped => "stopped",
            Ending::Blocked(_) => "blocked",
            Ending::Failed(_) => "failed",
            Ending::Unknown(_) => "unknown",
        };
        let troubles: Vec<&Trouble> = match ending {
            Ending::Blocked(troubles) => troubles.iter().collect(),
            Ending::Failed(trouble) | Ending::Unknown(trouble) => vec![trouble],
            Ending::Done | Ending::Stopped => Vec::new(),
        };
        if self.json {
            let hop = run.at.hop + 1;
            return self.event(
                "end",
                json!({"how": word, "troubles": troubles, "state": run.state, "hop": hop, "journal": journal}),
            );
        }
        for trouble in &troubles {
            self.trouble(word, trouble);
        }
        let namespace = &run.milvus.namespace;
        match ending {
            Ending::Done if run.hop().is_none() => {
                self.line(&format!("\n{}/{} runs {}; what was done is in the ConfigMap {journal}", namespace, run.milvus.name, run.to));
            }
            Ending::Done => self.line("\nas far as it was asked for; milvus-lint apply --resume goes on"),
            Ending::Stopped if !run.is_open() => self.line("\nnothing was written"),
            Ending::Stopped => self.line("\nstopped at a safe point; what the operator has begun it goes on with. milvus-lint apply --resume goes on"),
            Ending::Failed(_) => self.way_back(run),
            Ending::Blocked(_) if !run.is_open() => self.line("nothing was written; once it is mended, start it again"),
            Ending::Blocked(_) => self.line("nothing more was written; once it is mended: milvus-lint apply --resume"),
            Ending::Unknown(_) => self.line("look at it before anything else is done"),
        }
    }

    fn way_back(&mut self, run: &Run) {
        let hop = run.begun().and_then(|begun| run.hops.get(begun));
        let Some(hop) = hop.filter(|hop| !hop.undoes) else { return };
        let say = match hop.back.is_empty() {
            false => format!("milvus-lint apply --rollback goes back to {} ({})", hop.from, hop.back_note),
            true => format!("there is no way back by itself: {}", hop.back_note),
        };
        self.line(&format!("{say}; --resume goes on once it is mended"));
    }

    /// Something that keeps it from going on.
    pub fn trouble(&mut self, word: &str, trouble: &Trouble) {
        if self.json {
            return self.event("trouble", json!({"how": word, "what": trouble.what, "cure": trouble.cure}));
        }
        let word = self.paint.say(Role::Error, word);
        _ = std::io::stdout().flush();
        anstream::eprintln!(
            "{word}: {}\n  = {}",
            clean(&trouble.what),
            trouble.cure.lines().map(clean).collect::<Vec<_>>().join("\n    ")
        );
    }

    fn put(&self, text: &str) {
        // Whoever stops reading does not stop the run.
        _ = writeln!(anstream::stdout(), "{text}");
    }

    fn event(&self, kind: &str, mut value: Value) {
        value["event"] = json!(kind);
        self.put(&value.to_string());
    }
}

/// Text of several lines in which nothing is left that a terminal would obey.
fn safe(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// What a write changes, one line for what was and one for what will be.
fn difference(write: &Write) -> Vec<String> {
    match write {
        Write::Fields { fields, .. } => fields
            .iter()
            .flat_map(|field| {
                let path = milvus_lint::cluster::apply::run::dotted(&field.pointer);
                let line =
                    |sign: &str, value: &Value| (!value.is_null()).then(|| format!("{sign} {path}: {}", word(value)));
                [line("-", &field.was), line("+", &field.is)].into_iter().flatten()
            })
            .collect(),
        Write::NoField { pointer, was } => {
            vec![format!("- {}: {}", milvus_lint::cluster::apply::run::dotted(pointer), word(was))]
        }
        Write::NoAnnotation { key } => vec![format!("- annotation {key} (if it is there)")],
        Write::Create { object } => {
            let mut lines = vec![format!("+ {} {}", word(&object["kind"]), word(&object["metadata"]["name"]))];
            let spec = object["spec"].as_object().into_iter().flatten();
            lines.extend(spec.map(|(key, value)| format!("+   {key}: {}", word(value))));
            lines
        }
        Write::Operation { .. } => vec![format!("+ {}", write.prose())],
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

fn progress(verdict: &Verdict, rows: &[Row], seconds: u64) -> Value {
    let (state, more) = match verdict {
        Verdict::Going(missing) => ("going", json!({"missing": missing})),
        Verdict::Settling(left) => ("settling", json!({"left": left})),
        Verdict::Finished => ("finished", json!({})),
        Verdict::Stuck(trouble) => ("stuck", json!({"trouble": trouble})),
        Verdict::Failed(trouble) => ("failed", json!({"trouble": trouble})),
        Verdict::Undone(trouble) => ("undone", json!({"trouble": trouble})),
    };
    let mut value = json!({"state": state, "seconds": seconds, "components": rows});
    if let (Some(value), Some(more)) = (value.as_object_mut(), more.as_object()) {
        value.extend(more.clone());
    }
    value
}

/// `04:12`.
fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// As many letters as fit; what colours them takes no room.
fn short(line: &str, width: usize) -> String {
    let (mut text, mut letters, mut escape) = (String::new(), 0, false);
    for c in line.chars() {
        escape |= c == '\x1b';
        if !escape {
            letters += 1;
        }
        if escape || letters < width {
            text.push(c);
        }
        escape &= c != 'm';
    }
    text
}

fn terminal_width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(80)
}
