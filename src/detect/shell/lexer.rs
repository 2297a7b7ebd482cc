//! Shell text to words and ends of commands. Quotes, continuations, comments and `<<EOF` documents are the shell's own; a
//! `{{ template }}` and a `<placeholder>` are taken for one piece as well, since guides and pipelines hold them.

use super::{Comment, Variables, Word};
use crate::detect::code::Code;

/// What the lexer comes by.
pub(super) enum Token {
    Word(Word),
    /// `> file`.
    Output(String),
    /// `<<EOF`: the document follows after the line.
    Document,
    /// The end of a command; whether the next one only runs by its outcome.
    End(bool),
    /// The content of a document.
    Contents(Code),
}

pub(super) struct Lexer<'a> {
    pub(super) code: &'a Code,
    pub(super) at: usize,
    /// The ends of documents that are announced, and whether tabs before them are left out.
    awaited: Vec<String>,
}

/// A word while it grows.
pub(super) struct Growing {
    pub(super) code: Code,
    holes: Vec<(std::ops::Range<usize>, String)>,
    quoted: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(code: &'a Code) -> Lexer<'a> {
        Lexer { code, at: 0, awaited: Vec::new() }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.code.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn next(&mut self, variables: &Variables, comments: &mut Vec<Comment>) -> Option<Token> {
        loop {
            let rest = self.rest();
            let first = rest.chars().next()?;
            match first {
                ' ' | '\t' | '\r' | '\u{a0}' => self.at += first.len_utf8(),
                '\\' if rest[1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n') => {
                    self.at += rest.find('\n').map_or(1, |end| end + 1);
                }
                '\n' => return self.line_end(),
                '#' => {
                    let end = rest.find('\n').unwrap_or(rest.len());
                    comments.push((self.code.span(self.at..self.at + end), rest[1..end].to_string()));
                    self.at += end;
                }
                ';' | '&' | '|' => {
                    let same = rest.bytes().take_while(|b| *b == first as u8).count();
                    self.at += same;
                    return Some(Token::End(first == '|' && same == 2));
                }
                '(' | ')' => {
                    self.at += 1;
                    return Some(Token::End(false));
                }
                '<' | '>' => match self.redirect(rest, variables) {
                    Some(token) => return Some(token),
                    None => continue,
                },
                _ => return Some(self.word(variables)),
            }
        }
    }

    /// A newline ends a command; after it come the documents that the line announced.
    fn line_end(&mut self) -> Option<Token> {
        if self.awaited.is_empty() {
            self.at += 1;
            return Some(Token::End(false));
        }
        // The command ends first, so that it is known who waits for the document.
        if self.awaited[0].is_empty() {
            self.awaited.remove(0);
            self.at += 1;
            return Some(self.document());
        }
        self.awaited.insert(0, String::new());
        Some(Token::End(false))
    }

    fn document(&mut self) -> Token {
        let end = self.awaited.remove(0);
        if !self.awaited.is_empty() {
            // Another document follows at once; the newline before it is already taken.
            self.awaited.insert(0, String::new());
            self.at -= 1;
        }
        let start = self.at + usize::from(!self.awaited.is_empty());
        let text = self.code.text.get(start..).unwrap_or("");
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if line.trim() == end {
                self.at = start + at + line.len();
                return Token::Contents(self.code.part(start..start + at));
            }
            at += line.len();
        }
        self.at = self.code.text.len();
        Token::Contents(self.code.part(start.min(self.at)..self.at))
    }

    /// A redirection; `None` when there is nothing to tell of it.
    fn redirect(&mut self, rest: &str, variables: &Variables) -> Option<Token> {
        if placeholder(rest).is_some() {
            return Some(self.word(variables));
        }
        if rest.starts_with("<<<") {
            self.at += 3;
            self.skip_blanks();
            let _ = self.word(variables);
            return None;
        }
        if rest.starts_with("<<") {
            self.at += if rest.starts_with("<<-") || rest.starts_with("<<~") { 3 } else { 2 };
            self.skip_blanks();
            let word = self.word(variables);
            self.awaited.push(word.text_of());
            return Some(Token::Document);
        }
        let output = rest.starts_with('>');
        self.at += rest.bytes().take_while(|byte| matches!(byte, b'<' | b'>' | b'&')).count();
        self.skip_blanks();
        if self.rest().starts_with(['\n', ';', '|']) || self.rest().is_empty() {
            return None;
        }
        let word = self.word(variables);
        output.then(|| Token::Output(word.text_of()))
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }

    fn word(&mut self, variables: &Variables) -> Token {
        let start = self.at;
        let mut grown = Growing { code: Code::new(self.code.source), holes: Vec::new(), quoted: false };
        while let Some(next) = self.rest().chars().next() {
            match next {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' => break,
                '(' if self.rest().starts_with("()") => self.keep(&mut grown, 2),
                '(' | ')' => break,
                '<' | '>' if placeholder(self.rest()).is_none() => break,
                '<' => {
                    let end = placeholder(self.rest()).unwrap_or(1);
                    self.hole(&mut grown, end, "it is a placeholder");
                }
                '\\' => self.escaped(&mut grown),
                '\'' => self.single(&mut grown),
                '"' => self.double(&mut grown, variables),
                _ => self.piece(&mut grown, variables, next),
            }
        }
        if self.at == start {
            // Nothing stands here that could be a word; never stay on one place.
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        }
        let end = self.at.min(self.code.text.len());
        let text = grown.code.text.clone();
        let at = self.code.span(start..end);
        Token::Word(Word { at, text, code: grown.code, holes: grown.holes, quoted: grown.quoted })
    }

    pub(super) fn keep(&mut self, grown: &mut Growing, length: usize) {
        let end = (self.at + length).min(self.code.text.len());
        grown.code.append(&self.code.part(self.at..end));
        self.at = end;
    }

    pub(super) fn hole(&mut self, grown: &mut Growing, length: usize, why: &str) {
        let from = grown.code.text.len();
        self.keep(grown, length);
        grown.holes.push((from..grown.code.text.len(), why.to_string()));
    }

    fn escaped(&mut self, grown: &mut Growing) {
        let rest = self.rest();
        let blank = rest[1..].len() - rest[1..].trim_start_matches([' ', '\t', '\r']).len();
        if rest[1 + blank..].starts_with('\n') {
            self.at += blank + 2;
            return;
        }
        self.at += 1;
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.keep(grown, length);
    }

    fn single(&mut self, grown: &mut Growing) {
        grown.quoted = true;
        self.at += 1;
        let end = self.at + self.rest().find('\'').unwrap_or(self.rest().len());
        // Whoever makes a page from a template fills it in between quotes as well.
        while let Some((open, close)) = template(&self.code.text[self.at..end]) {
            self.keep(grown, open);
            let text = self.rest()[..close - open].to_string();
            self.hole(grown, close - open, &format!("nothing here says what `{text}` is"));
        }
        self.keep(grown, end - self.at);
        self.at += 1;
    }

    fn double(&mut self, grown: &mut Growing, variables: &Variables) {
        grown.quoted = true;
        self.at += 1;
        while let Some(next) = self.rest().chars().next() {
            match next {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' if self.rest()[1..].starts_with(['"', '\\', '$', '`', '\n']) => self.escaped(grown),
                '\\' => self.keep(grown, 1),
                _ => self.piece(grown, variables, next),
            }
        }
    }
}

impl Token {
    fn text_of(&self) -> String {
        match self {
            Token::Word(word) => word.text.clone(),
            _ => String::new(),
        }
    }
}

/// The first `{{ … }}` of a text.
fn template(text: &str) -> Option<(usize, usize)> {
    let open = text.find("{{")?;
    let close = text[open..].find("}}")?;
    Some((open, open + close + 2))
}

/// The length of a `<placeholder>` at the beginning of a text.
fn placeholder(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    let end = inside.find('>')?;
    let body = &inside[..end];
    let wordy = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '\'' | '/');
    let begins = body.chars().next().is_some_and(char::is_alphabetic);
    (begins && body.len() <= 60 && body.chars().all(wordy) && !inside[end + 1..].starts_with('>')).then_some(end + 2)
}
