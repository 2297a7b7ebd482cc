//! Shell text to commands: a tolerant reader of what people write in scripts, pipelines and guides.
//!
//! Takes [`Code`], gives commands whose words know their places. Variables whose value is written before are put in; what another
//! program, an argument or a template decides is a hole, with the reason. It runs nothing and knows no program.

mod expand;
mod lexer;
mod word;

pub use word::Word;

use super::code::Code;
use lexer::{Lexer, Token};
use std::collections::HashMap;

/// One simple command.
#[derive(Clone, Debug)]
pub struct Command {
    pub words: Vec<Word>,
    /// What stands in its `<<EOF` documents.
    pub documents: Vec<Code>,
    /// The file that its output goes to.
    pub output: Option<String>,
    /// Whether it only runs sometimes: in a branch, a loop, a function.
    pub sometimes: bool,
}

/// The value of a variable, or why it is not known.
pub type Value = Result<String, String>;

/// What is known of variables while a text is read.
#[derive(Clone, Debug, Default)]
pub struct Variables(HashMap<String, Value>);

impl Variables {
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_string(), value);
    }

    pub fn get(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_else(|| Err(format!("nothing here says what `${name}` is")))
    }

    pub fn knows(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(Result::is_ok)
    }
}

/// A comment, with its `#`.
pub(super) type Comment = (crate::source::Span, String);

/// Reads a piece of shell text. `variables` hold what is set before it, and afterwards what it sets itself.
pub(super) fn read(code: &Code, variables: &mut Variables, comments: &mut Vec<Comment>) -> Vec<Command> {
    read_at_depth(code, variables, comments, 0)
}

fn read_at_depth(code: &Code, variables: &mut Variables, comments: &mut Vec<Comment>, depth: usize) -> Vec<Command> {
    let mut reader = Reader {
        commands: Vec::new(),
        open: 0,
        words: Vec::new(),
        documents: 0,
        output: None,
        after: false,
        waiting: Vec::new(),
        inside: Vec::new(),
    };
    let mut lexer = Lexer::new(code);
    while let Some(token) = lexer.next(variables, comments) {
        match token {
            Token::Word(word) => reader.words.push(word),
            Token::Output(name) => reader.output = Some(name),
            Token::Document => reader.documents += 1,
            Token::End(sometimes) => {
                reader.end(variables);
                reader.after = sometimes;
            }
            Token::Contents(contents) => reader.contents(contents),
        }
    }
    reader.end(variables);
    let mut commands = Vec::new();
    for code in reader.inside.iter().filter(|_| depth < 4) {
        commands.extend(read_at_depth(code, &mut variables.clone(), comments, depth + 1));
    }
    for command in reader.commands {
        match inner(&command).filter(|_| depth < 4) {
            Some(code) => {
                let inside = read_at_depth(&code, variables, comments, depth + 1);
                commands
                    .extend(inside.into_iter().map(|c| Command { sometimes: c.sometimes || command.sometimes, ..c }));
            }
            None => commands.push(command),
        }
    }
    commands
}

/// The text that a command gives to a shell: `bash -c '…'`.
fn inner(command: &Command) -> Option<Code> {
    let name = command.words.first()?.text.rsplit('/').next()?.to_string();
    if !["sh", "bash", "zsh", "dash", "ash"].contains(&name.as_str()) {
        return None;
    }
    let is_text = |word: &&Word| word.text.starts_with('-') && word.text.ends_with('c');
    command.words.get(1).filter(is_text).and_then(|_| command.words.get(2)).map(Word::code)
}

struct Reader {
    commands: Vec<Command>,
    /// How many branches, loops and functions are open.
    open: usize,
    words: Vec<Word>,
    documents: usize,
    output: Option<String>,
    /// What comes next only runs if the command before it failed.
    after: bool,
    /// The commands whose documents are still to come.
    waiting: Vec<usize>,
    /// What stands in `$(…)`.
    inside: Vec<Code>,
}

impl Reader {
    fn end(&mut self, variables: &mut Variables) {
        let mut words = std::mem::take(&mut self.words);
        let documents = std::mem::take(&mut self.documents);
        let output = self.output.take();
        self.inside.extend(words.iter().flat_map(Word::substitutions));
        loop {
            let Some(first) = words.first() else { return };
            match first.text.as_str() {
                "if" | "while" | "until" | "case" | "for" | "select" => {
                    self.open += 1;
                    if matches!(first.text.as_str(), "for" | "select") {
                        if let Some(name) = words.get(1) {
                            variables.set(&name.text, Err(format!("`${}` changes in a loop", name.text)));
                        }
                        return;
                    }
                    if first.text == "case" {
                        return;
                    }
                }
                "fi" | "done" | "esac" => self.open = self.open.saturating_sub(1),
                "}" => self.open = self.open.saturating_sub(1),
                "{" => self.open += 1,
                "then" | "do" | "else" | "elif" | "!" | "time" | "exec" | "nohup" | "command" | "env" => {}
                "sudo" => {
                    while words.get(1).is_some_and(|word| word.text.starts_with('-')) {
                        let takes = ["-u", "-g", "-h", "-p"].contains(&words[1].text.as_str());
                        words.drain(1..if takes && words.len() > 2 { 3 } else { 2 });
                    }
                }
                "export" | "local" | "readonly" | "declare" | "typeset" => {
                    for word in &words[1..] {
                        self.assign(word, variables);
                    }
                    return;
                }
                "read" => {
                    for word in &words[1..] {
                        variables.set(&word.text, Err(format!("`${}` is read when it runs", word.text)));
                    }
                    return;
                }
                "function" => {
                    self.open += usize::from(words.iter().any(|word| word.text == "{"));
                    return;
                }
                name if name.ends_with("()") => {
                    self.open += usize::from(words.iter().any(|word| word.text == "{"));
                    return;
                }
                _ if first.assigns().is_some() => {
                    // In front of a command the value holds for that command only, and is not seen by its own words.
                    if words.iter().all(|word| word.assigns().is_some()) {
                        for word in &words {
                            self.assign(word, variables);
                        }
                        return;
                    }
                }
                _ => break,
            }
            words.remove(0);
        }
        let sometimes = self.open > 0 || self.after;
        self.waiting.extend((0..documents).map(|_| self.commands.len()));
        self.commands.push(Command { words, documents: Vec::new(), output, sometimes });
    }

    fn assign(&self, word: &Word, variables: &mut Variables) {
        let Some((name, value)) = word.assigns() else { return };
        let name = name.trim_end_matches('+').to_string();
        let value = match value.hole() {
            Some(why) => Err(why.to_string()),
            None if word.text.contains("+=") => Err(format!("`${name}` is put together when it runs")),
            None if self.open > 0 && variables.0.contains_key(&name) => {
                Err(format!("`${name}` is set in more than one place"))
            }
            None => Ok(value.text.clone()),
        };
        variables.set(&name, value);
    }

    /// What stands in a `<<EOF` document belongs to the command that waits for it.
    fn contents(&mut self, contents: Code) {
        if !self.waiting.is_empty() {
            let command = self.waiting.remove(0);
            self.commands[command].documents.push(contents);
        }
    }
}

#[cfg(test)]
mod tests;
