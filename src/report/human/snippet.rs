//! The places of a finding, drawn by annotate-snippets.
//!
//! It is given no more of a text than the lines between the first and the last place, without BOM and carriage returns, and
//! every place cut to its first line.

use super::digits;
use crate::finding::{Finding, Severity};
use crate::report::paint::{Paint, Role, is_c1, one_line};
use crate::report::{Context, Style};
use crate::source::{SourceId, Span, Texts};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;

/// The header and the snippets of a finding, line numbers at least `gutter` wide; ends with a line feed.
pub fn render(context: &Context, finding: &Finding, gutter: usize) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut title = level.primary_title(one_line(&finding.message));
    if !finding.rule.is_empty() {
        title = title.id(finding.rule);
    }
    let excerpts = excerpts(&context.texts, finding);
    let snippets = excerpts.iter().map(|excerpt| excerpt.snippet(finding));
    let group = Group::with_title(title).elements(snippets);
    let widest = excerpts.iter().flat_map(|excerpt| excerpt.text.lines()).map(|line| line.chars().count()).max();
    let drawn = renderer(context.style, widest.unwrap_or(0) + gutter + 3).render(&[group]);
    let pad = gutter - digits(last_number(&context.texts, finding)).min(gutter);
    let mut out = String::with_capacity(drawn.len() + 1);
    let gap = Paint::new(context.style).say(Role::Gutter, "...");
    for (number, line) in drawn.lines().enumerate() {
        let pad = if number == 0 || line == gap { 0 } else { pad };
        out.push_str(format!("{:pad$}{line}", "").trim_end());
        out.push('\n');
    }
    match link(context, finding) {
        Some((origin, link)) => out.replacen(&origin, &link, 1),
        None => out,
    }
}

/// The greatest line number among the places of a finding.
pub fn last_number(texts: &Texts, finding: &Finding) -> usize {
    places(finding).map(|(at, _)| texts.position(at.source, at.start).0).max().unwrap_or(1)
}

/// Every place with its words, the primary one first.
fn places(finding: &Finding) -> impl Iterator<Item = (Span, &str)> {
    let labels = finding.labels.iter().map(|label| (label.at, label.text.as_str()));
    std::iter::once((finding.at, finding.here.as_str())).chain(labels)
}

/// Never lets a long label push the code out of sight: only code that is itself too wide is cut.
fn renderer(style: Style, widest: usize) -> Renderer {
    let width = if style.width > 0 && widest > style.width { style.width } else { 10_000 };
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(width).hyperlink(style.hyperlinks);
    if !style.color {
        return renderer;
    }
    renderer
        .error(Role::Error.style())
        .warning(Role::Warning.style())
        .info(Role::Info.style())
        .line_num(Role::Gutter.style())
        .context(Role::Gutter.style())
        .emphasis(Role::Strong.style())
}

/// The first `path:line:column` and the same as a terminal link, when the file is on disk under a known absolute path.
fn link(context: &Context, finding: &Finding) -> Option<(String, String)> {
    let source = context.texts.source(finding.at.source);
    let disk = source.disk.as_ref().filter(|path| context.style.hyperlinks && path.is_absolute())?;
    let mut url = String::from("file://");
    for byte in disk.to_str()?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => url.push(byte as char),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    let (line, column) = context.texts.position(finding.at.source, finding.at.start);
    let origin = format!("{}:{line}:{column}", one_line(&source.name()));
    let link = format!("\u{1b}]8;;{url}\u{1b}\\{origin}\u{1b}]8;;\u{1b}\\");
    Some((origin, link))
}

/// One excerpt for each source with a place in it, in the order of their first mention.
fn excerpts(texts: &Texts, finding: &Finding) -> Vec<Excerpt> {
    let mut ids: Vec<SourceId> = Vec::new();
    for (at, _) in places(finding) {
        if !ids.contains(&at.source) {
            ids.push(at.source);
        }
    }
    ids.into_iter().map(|id| Excerpt::new(texts, id, finding)).collect()
}

/// Some lines of a source, as they are shown.
struct Excerpt {
    id: SourceId,
    name: String,
    first_line: usize,
    text: String,
    /// Of each line: its bytes in the source, and where it begins in `text`.
    lines: Vec<(Range<usize>, usize)>,
}

impl Excerpt {
    fn new(texts: &Texts, id: SourceId, finding: &Finding) -> Excerpt {
        let source = texts.source(id);
        let starts = places(finding).filter(|(at, _)| at.source == id).map(|(at, _)| at.start as usize);
        let (first, last) = starts.fold((usize::MAX, 0), |(first, last), start| (first.min(start), last.max(start)));
        let whole = source.text.as_str();
        let from = whole.as_bytes()[..first.min(whole.len())].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let mut excerpt = Excerpt {
            id,
            name: one_line(&source.name()),
            first_line: texts.position(id, from as u32).0,
            text: String::new(),
            lines: Vec::new(),
        };
        let mut start = from;
        loop {
            let next = whole[start..].find('\n').map(|at| start + at + 1);
            excerpt.push(whole, start..next.unwrap_or(whole.len()));
            match next {
                Some(next) if next <= last => start = next,
                _ => break,
            }
        }
        if excerpt.text.is_empty() || excerpt.text.ends_with('\n') {
            excerpt.text.push(' ');
        }
        excerpt
    }

    /// Adds a line, given with its line feed.
    fn push(&mut self, whole: &str, range: Range<usize>) {
        let line = &whole[range.clone()];
        let end = range.start + line.trim_end_matches(['\n', '\r']).len();
        let bom = if range.start == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let shown = range.start + bom..end;
        if !self.lines.is_empty() {
            self.text.push('\n');
        }
        self.lines.push((shown.clone(), self.text.len()));
        // The stand-in is as long as what it hides, so that places stay where they are.
        self.text.extend(whole[shown].chars().map(|c| if is_c1(c) { '¿' } else { c }));
    }

    /// Where a place of the source stands in `text`, cut to its first line.
    fn place(&self, at: Span) -> Range<usize> {
        let start = at.start as usize;
        let line = self.lines.iter().rev().find(|(range, _)| range.start <= start).or(self.lines.first());
        let Some((range, begin)) = line else { return 0..0 };
        let inside = |offset: usize| {
            let mut inside = begin + offset.clamp(range.start, range.end) - range.start;
            while !self.text.is_char_boundary(inside) {
                inside -= 1;
            }
            inside
        };
        inside(start)..inside(at.end as usize).max(inside(start))
    }

    fn snippet(&self, finding: &Finding) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let mut snippet = Snippet::source(&self.text).path(&self.name).line_start(self.first_line);
        for (number, (at, words)) in places(finding).enumerate() {
            if at.source != self.id {
                continue;
            }
            let primary = number == 0;
            let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let words = Some(one_line(words)).filter(|words| !words.is_empty());
            let place = self.place(at);
            let colored = primary && self.is_even(place.end);
            snippet = snippet.annotation(kind.span(place).label(words).highlight_source(colored));
        }
        snippet
    }

    /// Whether each character from the line's beginning to here is one column wide: annotate-snippets colours the source by
    /// characters, not columns, and would miss its mark behind a tab or a wide character.
    fn is_even(&self, end: usize) -> bool {
        let line = self.text[..end].rfind('\n').map_or(0, |at| at + 1);
        self.text[line..end].chars().all(|c| !c.is_control() && c < '\u{300}' && c != '\u{ad}')
    }
}
