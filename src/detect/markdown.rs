//! Guides: the code blocks of Markdown, fenced, indented or as HTML `<pre><code>`.
//!
//! Takes a document, gives the commands and the YAML in its blocks. Prose is not read, except for the versions that the paragraph
//! before a block names.

use super::code::Code;
use super::runbook::Script;
use super::shell::Variables;
use crate::model::{Act, Field, Version, Writing};
use crate::source::{SourceId, Span};
use std::ops::Range;

/// Reads a document.
pub(super) fn read(source: SourceId, text: &str) -> Script {
    let mut script = Script::new(Writing::Document);
    let mut variables = Variables::default();
    for block in blocks(source, text) {
        let before = versions_before(source, text, block.start);
        match block.language() {
            Language::Yaml => script.yaml(&block.code, None),
            Language::Shell => script.shell(&typed(&block.code), 0, &mut variables, &before),
            Language::Other => {}
        }
        if block.info.is_empty() || block.language() == Language::Shell {
            rows(&block.code, &mut script);
        }
    }
    tools(source, text, &mut script);
    comments(source, text, &mut script);
    script
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Shell,
    Yaml,
    Other,
}

struct Block {
    /// Where its first line begins in the document.
    start: usize,
    info: String,
    code: Code,
}

impl Block {
    fn language(&self) -> Language {
        match self.info.as_str() {
            "sh" | "bash" | "shell" | "zsh" | "console" | "terminal" | "shell-session" | "shellsession"
            | "shellscript" => Language::Shell,
            "yaml" | "yml" => Language::Yaml,
            "" | "text" | "plaintext" | "txt" if self.looks_like_yaml() => Language::Yaml,
            "" | "text" | "plaintext" | "txt" => Language::Shell,
            _ => Language::Other,
        }
    }

    fn looks_like_yaml(&self) -> bool {
        self.code.text.lines().any(|line| line.starts_with("apiVersion:"))
    }
}

fn blocks(source: SourceId, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut fence: Option<(String, Block)> = None;
    let mut at = 0;
    let mut blank = true;
    while at < text.len() {
        let line = text[at..].split_inclusive('\n').next().unwrap_or_default();
        let (start, next) = (at, at + line.len());
        at = next;
        // A quoted block (`> …`) and a list (`- …`) shift their code to the right.
        let bare = line.trim_start_matches([' ', '\t', '>']);
        if let Some((end, block)) = &mut fence {
            if bare.trim_end().starts_with(end.as_str()) && bare.trim().trim_matches(['`', '~']).is_empty() {
                blocks.extend(fence.take().map(|(_, block)| block));
                continue;
            }
            block.code.push(text, start..next);
            continue;
        }
        let bare = bare.trim_start_matches(['-', '*', ' ']);
        let marks = bare.bytes().take_while(|byte| matches!(byte, b'`' | b'~')).count();
        if marks >= 3 && !bare[marks..].contains('`') {
            let info = bare[marks..].trim().trim_matches(['{', '}', '.']);
            let info = info.split([' ', ',', '{', ':']).next().unwrap_or_default().to_ascii_lowercase();
            let block = Block { start, info, code: Code::new(source) };
            fence = Some((bare[..marks].to_string(), block));
        } else if let Some(open) = line.find("<pre") {
            let end = text[start + open..].find("</pre>").map_or(text.len(), |end| start + open + end);
            blocks.push(html(source, text, start + open..end));
            at = end.max(next);
        } else if (line.starts_with("    ") || line.starts_with('\t')) && blank && begins_command(bare) {
            let mut code = Code::new(source);
            let mut end = start;
            for line in text[start..].split_inclusive('\n') {
                if !line.trim().is_empty() && !line.starts_with("    ") && !line.starts_with('\t') {
                    break;
                }
                code.push(text, end..end + line.len());
                end += line.len();
            }
            blocks.push(Block { start, info: String::new(), code });
            at = end.max(next);
        }
        blank = line.trim().is_empty();
    }
    blocks.extend(fence.map(|(_, block)| block));
    blocks
}

/// An indented block is code only if it begins like a command: lists are indented as well.
fn begins_command(line: &str) -> bool {
    let line = line.trim_start_matches("$ ");
    let first = line.split_whitespace().next().unwrap_or_default();
    ["helm", "kubectl", "sudo", "docker", "curl", "wget", "bash", "sh", "export", "cat"].contains(&first)
        || first.ends_with(".sh")
}

/// The text of `<pre>…`, tags left out and entities decoded.
fn html(source: SourceId, text: &str, range: Range<usize>) -> Block {
    let mut code = Code::new(source);
    let mut info = String::new();
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        let tag = rest.starts_with('<') && rest[1..].starts_with(|c: char| c == '/' || c.is_ascii_alphabetic());
        if let Some(end) = rest.find('>').filter(|_| tag) {
            if let Some((_, class)) = rest[..end].split_once("language-") {
                info = class.split(['"', '\'', ' ']).next().unwrap_or_default().to_ascii_lowercase();
            }
            at += end + 1;
        } else if let Some((entity, letter)) = entity(rest) {
            code.push_as(letter, at..at + entity);
            at += entity;
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            code.push(text, at..at + length);
            at += length;
        }
    }
    Block { start: range.start, info, code }
}

fn entity(text: &str) -> Option<(usize, &'static str)> {
    let known = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", " "),
    ];
    known.into_iter().find(|(entity, _)| text.starts_with(entity)).map(|(entity, letter)| (entity.len(), letter))
}

/// What is typed in a block: where prompts stand, only what follows them, and not what the commands print.
fn typed(code: &Code) -> Code {
    let prompt = |line: &str| {
        let bare = line.trim_start();
        let root = bare.strip_prefix("# ").is_some_and(begins_command) && line_is_prompted(&code.text);
        (bare.starts_with("$ ") || root).then_some(line.len() - bare.len() + 2)
    };
    if !code.text.lines().any(|line| prompt(line).is_some()) {
        return code.clone();
    }
    let mut typed = Code::new(code.source);
    let (mut at, mut goes_on) = (0, false);
    for line in code.text.split_inclusive('\n') {
        let from = prompt(line);
        if from.is_some() || goes_on {
            typed.append(&code.part(at + from.unwrap_or(0)..at + line.len()));
            goes_on = line.trim_end().ends_with('\\');
        }
        at += line.len();
    }
    typed
}

/// Whether `# ` is the prompt of a block: every line that begins so is a command, and none stands without.
fn line_is_prompted(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.next().is_some_and(|line| line.trim_start().starts_with("# ")) && !lines.any(begins_command)
}

/// Versions in the paragraph before a block.
fn versions_before(source: SourceId, text: &str, start: usize) -> Vec<Field<String>> {
    let mut from = start.saturating_sub(400);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    // Only what stands after the last block, or after the last heading.
    let part = &text[from..start];
    let cut = ["```", "</pre>", "\n#", "<h2", "<h3"].iter().filter_map(|mark| part.rfind(mark)).max().unwrap_or(0);
    let from = from + cut;
    let mut found = Vec::new();
    let mut at = 0;
    for word in text[from..start].split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))) {
        let place = at;
        at += word.len();
        at += text[from + at..start].chars().next().map_or(0, char::len_utf8);
        let word = word.trim_end_matches(['.', '-']);
        // What is a least is not what is meant to be installed.
        let after = text[from + place + word.len()..].trim_start_matches(['`', '*', ' ']);
        let least = ["or later", "or newer", "or above", "or higher", "and later", "and above", "+"];
        if least.iter().any(|words| after.starts_with(words)) {
            continue;
        }
        if word.contains('.') && Version::parse(word.trim_start_matches('v')).is_some() {
            let at = Span::new(source, from + place, from + place + word.len());
            found.push(Field::written(at, word.to_string()));
        }
    }
    found
}

/// Lines of a table of charts, and pods, as commands print them.
fn rows(code: &Code, script: &mut Script) {
    let mut at = 0;
    for line in code.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let mut cells = line.split_whitespace().map(|word| {
            let offset = word.as_ptr() as usize - line.as_ptr() as usize;
            Field::written(code.span(start + offset..start + offset + word.len()), word.to_string())
        });
        let (Some(first), second, third) = (cells.next(), cells.next(), cells.next()) else { continue };
        let version = |cell: &Option<Field<String>>| {
            cell.as_ref().and_then(Field::value).is_some_and(|text| Version::parse(text).is_some())
        };
        let name = first.value().map(String::as_str).unwrap_or_default();
        let place = code.span(start..start + line.trim_end().len());
        if name.ends_with("/milvus") && version(&second) && version(&third) {
            let operands = [Some(first), second, third].into_iter().flatten().collect();
            script.mark(Act::ChartRow, place, operands);
        } else if second.is_some() && ["-milvus-standalone-", "-milvus-proxy-"].iter().any(|part| name.contains(part)) {
            script.mark(Act::Other, first.at, vec![first]);
        }
    }
}

/// Images of the migration tool, wherever the document names them.
fn tools(source: SourceId, text: &str, script: &mut Script) {
    for (at, name) in text.match_indices("milvusdb/meta-migration:") {
        let letters = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let end = text[at + name.len()..].find(letters).map_or(text.len(), |end| at + name.len() + end);
        let place = Span::new(source, at, end);
        script.mark(Act::ToolNamed, place, vec![Field::written(place, text[at..end].to_string())]);
    }
}

/// `<!-- milvus-lint: … -->`.
fn comments(source: SourceId, text: &str, script: &mut Script) {
    for (at, _) in text.match_indices("<!-- milvus-lint:") {
        let end = text[at..].find("-->").map_or(text.len(), |end| at + end);
        let comment = text[at + 4..end].trim_end().to_string();
        script.comments.push(crate::yaml::Comment { at: Span::new(source, at, end), text: comment });
    }
}
