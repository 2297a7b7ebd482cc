//! Exceptions: which findings somebody accepts, and which exceptions have outlived their reason.
//!
//! Takes findings, the config and the `# milvus-lint: allow(…)` comments; gives the findings that stand, those that are accepted,
//! and a finding for each exception that covers nothing or whose day is over.

use crate::config::{Config, Exception};
use crate::facts::Facts;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Transition, Version};
use crate::outcome::Excepted;
use crate::rules::{self, Case, Event, Rule, Scope, Stale};
use crate::source::{Side, SourceId, Span, Texts};
use crate::yaml::Comment;

/// What is to be accepted or not.
pub(crate) struct Judged<'a> {
    pub findings: Vec<Finding>,
    pub comments: &'a [Comment],
    pub transitions: &'a [Transition],
    pub rules: &'a [&'a Rule],
}

/// Applies levels and exceptions; sorts by place.
pub(crate) fn accept(judged: Judged, texts: Texts, facts: &Facts, config: &Config) -> (Vec<Finding>, Vec<Excepted>) {
    let inline = inline(judged.comments, texts);
    let mut inline_used = vec![false; inline.len()];
    let mut config_used = vec![false; config.exceptions.len()];
    let (mut stands, mut excepted) = (Vec::new(), Vec::new());
    for mut finding in judged.findings {
        // A level that the config gives is a request as well.
        if finding.confidence == Confidence::Hint && !config.pedantic && !config.levels.contains_key(finding.rule) {
            continue;
        }
        match config.levels.get(finding.rule) {
            Some(None) => continue,
            Some(Some(level)) => finding.severity = *level,
            None => {}
        }
        let by_comment = inline.iter().position(|allow| !allow.reason.is_empty() && allow.covers(&finding, texts));
        let by_config = config.exceptions.iter().position(|e| covers(e, &finding, judged.transitions, config));
        if let Some(at) = by_comment {
            inline_used[at] = true;
            excepted.push(Excepted { finding, reason: inline[at].reason.clone(), at: Some(inline[at].at) });
        } else if let Some(at) = by_config {
            config_used[at] = true;
            excepted.push(Excepted { finding, reason: config.exceptions[at].reason.clone(), at: None });
        } else {
            stands.push(finding);
        }
    }
    let mut stale = Reported { facts, config, judged_rules: judged.rules, findings: Vec::new() };
    for (allow, _) in inline.iter().zip(&inline_used).filter(|(_, used)| !**used) {
        if allow.reason.is_empty() {
            stale.report(allow.at, &allow.rule, Stale::NoReason);
        } else if stale.could_show(&allow.rule, judged.transitions) {
            stale.report(allow.at, &allow.rule, Stale::Unused);
        }
    }
    if let Some(at) = config_span(config, texts) {
        stale.config(at, &config_used, judged.transitions);
    }
    stands.extend(stale.findings);
    if config.only_changed {
        let about_change = |finding: &Finding| rules::find(finding.rule).is_some_and(|r| r.scope == Scope::Change);
        stands.retain(|finding| about_change(finding) || touches_change(finding, texts));
    }
    let place = |at: Span| (texts.source(at.source).path.clone(), at.source.side, at.start);
    stands.sort_by(|a, b| place(a.at).cmp(&place(b.at)).then(a.rule.cmp(b.rule)));
    stands.dedup();
    (stands, excepted)
}

/// Whether a finding has an end in a file that differs from the base.
fn touches_change(finding: &Finding, texts: Texts) -> bool {
    let Some(changed) = &texts.head.changed else { return true };
    let places = std::iter::once(finding.at).chain(finding.labels.iter().map(|label| label.at));
    places.map(|at| &texts.source(at.source).path).any(|path| changed.contains(path))
}

/// A `# milvus-lint: allow(rule) reason` comment.
struct Allow {
    at: Span,
    rule: String,
    reason: String,
    source: SourceId,
    /// The lines that it covers, first and last: its own; when nothing stands before it, also the next with all that is
    /// nested below it.
    lines: (usize, usize),
}

impl Allow {
    fn covers(&self, finding: &Finding, texts: Texts) -> bool {
        let places = std::iter::once(finding.at).chain(finding.labels.iter().map(|label| label.at));
        finding.rule == self.rule
            && places.filter(|at| at.source == self.source).any(|at| {
                let line = texts.position(at.source, at.start).0;
                (self.lines.0..=self.lines.1).contains(&line)
            })
    }
}

fn inline(comments: &[Comment], texts: Texts) -> Vec<Allow> {
    let mut allows = Vec::new();
    for comment in comments.iter().filter(|comment| comment.at.source.side == Side::Head) {
        let Some((_, order)) = comment.text.split_once("milvus-lint:") else { continue };
        let Some((names, reason)) = order.trim().strip_prefix("allow(").and_then(|rest| rest.split_once(')')) else {
            continue;
        };
        let (line, _) = texts.position(comment.at.source, comment.at.start);
        let text = &texts.source(comment.at.source).text;
        let before = text[..comment.at.start as usize].rsplit('\n').next().unwrap_or_default();
        let alone = before.trim().is_empty();
        for rule in names.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
            allows.push(Allow {
                at: comment.at,
                rule: rule.to_string(),
                reason: reason.trim().to_string(),
                source: comment.at.source,
                lines: (line, if alone { end_of_block(text, line) } else { line }),
            });
        }
    }
    allows
}

/// The last line of the block that begins below a line (both from 1): all that is indented deeper than its first line.
fn end_of_block(text: &str, line: usize) -> usize {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let mut below = text.lines().enumerate().skip(line);
    let Some((first, head)) = below.next() else { return line };
    let nested = below.take_while(|(_, text)| !text.trim().is_empty() && indent(text) > indent(head));
    nested.last().map_or(first, |(last, _)| last) + 1
}

fn covers(exception: &Exception, finding: &Finding, transitions: &[Transition], config: &Config) -> bool {
    if exception.rule != finding.rule || is_over(exception, config).is_some() {
        return false;
    }
    let transition = transitions.iter().find(|t| Some(t.id().to_string()) == finding.subject);
    let object = match (&exception.object, transition) {
        (None, _) => true,
        (Some(object), Some(transition)) => names(object, transition, config),
        (Some(_), None) => false,
    };
    let ends = transition.map(versions).unwrap_or_default();
    let same = |wanted: &Option<Version>, is: Option<&Version>| wanted.as_ref().is_none_or(|v| Some(v) == is);
    object && same(&exception.from, ends.0) && same(&exception.to, ends.1)
}

/// Whether an object of an exception is this Milvus: by `namespace/name`, by name, or by file.
fn names(object: &str, transition: &Transition, config: &Config) -> bool {
    let id = transition.id();
    id.to_string() == object || id.name.as_deref() == Some(object) || config.full_path(&id.path) == object
}

fn versions(transition: &Transition) -> (Option<&Version>, Option<&Version>) {
    match transition {
        Transition::Changed { base, head, .. } => (base.version.value(), head.version.value()),
        Transition::Ordered { migration, .. } | Transition::Withdrawn { migration, .. } => {
            (migration.source.value(), migration.target.value())
        }
        _ => (None, transition.head().and_then(|head| head.version.value())),
    }
}

/// The last day of an exception, if that is over.
fn is_over<'a>(exception: &'a Exception, config: &Config) -> Option<&'a str> {
    exception.until.as_deref().filter(|until| *until < config.today.as_str())
}

/// The config file as a text of this run, so that its exceptions have a place.
fn config_span(config: &Config, texts: Texts) -> Option<SourceId> {
    let path = config.path.as_ref()?;
    texts.head.iter().find(|(_, source)| source.path == *path).map(|(id, _)| id)
}

struct Reported<'a> {
    facts: &'a Facts,
    config: &'a Config,
    judged_rules: &'a [&'a Rule],
    findings: Vec<Finding>,
}

impl Reported<'_> {
    fn report(&mut self, at: Span, rule: &str, stale: Stale) {
        let case = Case {
            facts: self.facts,
            kubernetes: self.config.kubernetes_version.as_ref(),
            event: Event::Exception { at, rule, stale },
        };
        for rule in self.judged_rules {
            let level = self.config.levels.get(rule.id);
            if level == Some(&None) {
                continue;
            }
            let mut found = rules::run(rule, case);
            for finding in &mut found {
                finding.severity = level.copied().flatten().unwrap_or(finding.severity);
            }
            self.findings.extend(found.into_iter().filter(|finding| finding.severity >= Severity::Info));
        }
    }

    /// Whether this run could have shown what an exception for a rule covers: a rule about changes needs a change.
    fn could_show(&self, rule: &str, transitions: &[Transition]) -> bool {
        let is_change = |transition: &Transition| {
            matches!(transition, Transition::Changed { .. } | Transition::Deleted(_) | Transition::Withdrawn { .. })
        };
        let changed = transitions.iter().any(is_change);
        changed || rules::find(rule).map(|rule| rule.scope) != Some(Scope::Change)
    }

    /// Exceptions of the config. One that covers nothing is reported only where this run could have shown what it covers: it
    /// sees the whole repository, and for a rule about changes there was a change.
    fn config(&mut self, file: SourceId, used: &[bool], transitions: &[Transition]) {
        for (exception, used) in self.config.exceptions.iter().zip(used) {
            let at = Span::new(file, exception.offset, exception.offset + exception.rule.len());
            if let Some(until) = is_over(exception, self.config) {
                self.report(at, &exception.rule, Stale::Expired(until));
            } else if !used && self.config.whole && self.could_show(&exception.rule, transitions) {
                self.report(at, &exception.rule, Stale::Unused);
            }
        }
    }
}
