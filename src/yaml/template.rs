//! Actions such as `{{ … }}`: takes text, finds them, and masks them so that the YAML around them can be read.
//!
//! A mask has the same length in bytes, so that every place stays true. It knows how an action ends, and which of them
//! only steer (`if`, `end`) and print nothing; it does not evaluate anything.

use std::ops::Range;

/// One action in the text.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub at: Range<usize>,
    /// Its lines hold nothing but actions.
    alone: bool,
    /// It prints nothing itself: `if`, `end`, a comment, a definition.
    pub silent: bool,
}

/// Every action of the text, in order.
pub(super) fn actions(text: &str) -> Vec<Action> {
    let mut found = Vec::new();
    let mut ends_from = 0;
    // For `}}`, `%}`, `#}`: none follows any more, so that unclosed openings are not searched again and again.
    let mut exhausted = [false; 3];
    let comments_end = text.rfind("*/");
    while let Some(at) = text[ends_from..].find('{').map(|at| ends_from + at) {
        let kind = match text.as_bytes().get(at + 1) {
            Some(b'{') => 0,
            Some(b'%') => 1,
            // `${#array}` is shell.
            Some(b'#') if !text[..at].ends_with('$') => 2,
            _ => 3,
        };
        if kind == 3 || exhausted[kind] {
            ends_from = at + 1;
            continue;
        }
        match end_of(text, at, ["}}", "%}", "#}"][kind], comments_end) {
            Some(end) => {
                found.push(Action { at: at..end, alone: false, silent: is_silent(&text[at..end]) });
                ends_from = end;
            }
            None => {
                exhausted[kind] = true;
                ends_from = at + 1;
            }
        }
    }
    mark_alone(text, &mut found);
    found
}

/// The text with every action replaced by filler of the same length: empty lines where lines hold only actions (they are
/// allowed everywhere in YAML, also inside strings), letters elsewhere.
pub(super) fn mask(text: &str, actions: &[Action]) -> String {
    let mut masked = String::with_capacity(text.len());
    for action in actions {
        let gap = &text[masked.len()..action.at.start];
        masked.push_str(gap);
        if action.alone {
            // Leading blanks go as well: a deep empty line may not begin a block scalar.
            let kept = masked.trim_end_matches([' ', '\t']).len();
            let blanks = masked.len() - kept;
            masked.truncate(kept);
            masked.extend(std::iter::repeat_n('\n', blanks + action.at.len()));
        } else {
            masked.extend(std::iter::repeat_n('x', action.at.len()));
        }
    }
    masked.push_str(&text[masked.len()..]);
    masked
}

/// The actions that begin inside `range`.
pub(super) fn within(actions: &[Action], range: Range<usize>) -> &[Action] {
    let from = actions.partition_point(|action| action.at.start < range.start);
    let to = actions.partition_point(|action| action.at.start < range.end);
    &actions[from..to.max(from)]
}

/// Whether one of the lines of `range` holds nothing but actions.
pub(super) fn alone_within(actions: &[Action], range: Range<usize>) -> bool {
    within(actions, range).iter().any(|action| action.alone)
}

/// How far a string literal inside an action is followed before its quote is taken for an ordinary character.
const LONGEST_ACTION: usize = 16 * 1024;

fn end_of(text: &str, start: usize, close: &str, last_comment_end: Option<usize>) -> Option<usize> {
    let naive = |from: usize| text[from..].find(close).map(|at| from + at + close.len());
    let body = start + 2;
    let inside = text[body..].trim_start_matches(['-', ' ']);
    if close == "}}" && inside.starts_with("/*") && last_comment_end > Some(body) {
        let comment_end = text[body..].find("*/").map_or(body, |at| body + at);
        return naive(comment_end);
    }
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut at = body;
    while at < bytes.len() && at - start < LONGEST_ACTION {
        match (quote, bytes[at]) {
            (None, b'"' | b'`') => quote = Some(bytes[at]),
            (None, _) if bytes[at..].starts_with(close.as_bytes()) => return Some(at + close.len()),
            (Some(b'"'), b'\\') => at += 1,
            (Some(_), b'\n') => break,
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
        at += 1;
    }
    naive(body)
}

fn is_silent(action: &str) -> bool {
    let inside = &action[2..action.len() - 2];
    let inside = inside.trim_matches(|c: char| c == '-' || c == '+' || c == '~' || c.is_whitespace());
    let word = inside.split(|c: char| !c.is_ascii_alphanumeric() && c != '$').next().unwrap_or_default();
    let steers =
        ["if", "else", "end", "range", "with", "define", "block", "elif", "endif", "for", "endfor", "set", "break"];
    action.starts_with("{#")
        || inside.starts_with("/*")
        || steers.contains(&word)
        || (inside.starts_with('$') && inside.contains(":="))
}

/// Finds the runs of actions that share lines with nothing else.
fn mark_alone(text: &str, actions: &mut [Action]) {
    let mut first = 0;
    while first < actions.len() {
        let mut last = first;
        let mut only = true;
        while last + 1 < actions.len() {
            let gap = &text[actions[last].at.end..actions[last + 1].at.start];
            if gap.contains('\n') {
                break;
            }
            only &= gap.trim().is_empty();
            last += 1;
        }
        let previous_end = if first == 0 { 0 } else { actions[first - 1].at.end };
        let before = &text[previous_end..actions[first].at.start];
        let before = before.rfind('\n').map_or(before, |at| &before[at + 1..]).trim_start_matches('\u{feff}');
        let next_start = actions.get(last + 1).map_or(text.len(), |next| next.at.start);
        let after = &text[actions[last].at.end..next_start];
        let after = after.find('\n').map_or(after, |at| &after[..at]);
        only &= before.trim().is_empty() && after.trim().is_empty();
        actions[first..=last].iter_mut().for_each(|action| action.alone = only);
        first = last + 1;
    }
}
