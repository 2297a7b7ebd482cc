//! Text to documents: takes one source's text, gives a [`Stream`]; the only file that speaks with the parser crate.
//!
//! The parser's events carry places that are right for tokens and odd for everything else (an empty value stands before
//! its colon, a block scalar begins after its `|`, a block map ends at the next token). The builder here reads the gaps
//! between tokens to repair them. Nothing recurses, depth is limited, and every gap is read a fixed number of times.

mod build;
mod gaps;
mod leaf;

use super::template::{self, Action};
use super::{Problem, Stream, Style};
use crate::source::{SourceId, Span};
use build::Builder;
use granit_parser::{Event, Parser, options};

/// Reads all documents of `text`. JSON, a BOM, CRLF and templates are fine; whatever cannot be read is a [`Problem`] and
/// reading goes on at the next `---`.
pub fn parse(source: SourceId, text: &str) -> Stream {
    let region = Span::new(source, 0, text.len().min(u32::MAX as usize));
    if text.len() >= u32::MAX as usize {
        let message = "the file is larger than 4 GiB".to_owned();
        return Stream { documents: Vec::new(), problems: vec![Problem { at: region.before(), message }] };
    }
    parse_at(text, Frame { region, offset: 0, fixed: None, indent: 0 })
}

/// How places of a piece of text become places of its source.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// What is noted as [`Document::region`].
    pub region: Span,
    /// Added to every offset.
    pub offset: usize,
    /// Every place is this one: the piece is decoded text that stands nowhere.
    pub fixed: Option<Span>,
    pub indent: usize,
}

/// Reads a piece of text; plainly if that works, otherwise with its template actions masked.
pub(super) fn parse_at(text: &str, frame: Frame) -> Stream {
    let actions = if text.contains('{') { template::actions(text) } else { Vec::new() };
    let plain = read(text, text, &actions, false, frame);
    if actions.is_empty() || (plain.stream.problems.is_empty() && plain.actions_in_strings == actions.len()) {
        return plain.stream;
    }
    let masked = read(&template::mask(text, &actions), text, &actions, true, frame).stream;
    // Actions in strings only: then what is broken is not the template's fault, and masking must not blur the rest.
    let blameless = plain.actions_in_strings == actions.len();
    if blameless && masked.problems.len() >= plain.stream.problems.len() { plain.stream } else { masked }
}

struct Reading {
    stream: Stream,
    /// Actions that lie inside scalars or comments, where they hurt no structure.
    actions_in_strings: usize,
}

fn read(text: &str, original: &str, actions: &[Action], masked: bool, frame: Frame) -> Reading {
    let options = options! {
        max_buffered_comment_events: usize::MAX,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(text, original, actions, masked, frame);
    loop {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => break,
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(builder.cursor..builder.cursor);
                builder.event(event, range);
            }
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(builder.cursor);
                builder.broken(at, plain_words(&error.info()));
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    builder.finish()
}

/// The parser's message as a sentence about the file.
fn plain_words(message: &str) -> String {
    let message = message.replace("block mapping", "map").replace("flow mapping", "map").replace("mapping", "map");
    let message =
        message.replace("block sequence", "list").replace("flow sequence", "list").replace("sequence", "list");
    format!("this is not valid YAML: {message}")
}

/// The lines of a block scalar without their common indentation; other styles as they are.
fn dedent(raw: &str, style: Style) -> String {
    if !matches!(style, Style::Literal | Style::Folded) {
        return raw.to_owned();
    }
    let indent = indentation(raw);
    raw.split_inclusive('\n')
        .map(|line| line.get(indent.min(line.len() - line.trim_start_matches(' ').len())..).unwrap_or(""))
        .collect()
}

/// How many blanks stand before the first line that is not blank.
pub(super) fn indentation(raw: &str) -> usize {
    raw.lines().find(|line| !line.trim().is_empty()).map_or(0, |line| line.len() - line.trim_start_matches(' ').len())
}
