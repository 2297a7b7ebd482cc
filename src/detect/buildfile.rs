//! Commands in files of build tools: Makefile, justfile, Dockerfile, Jenkinsfile.
//!
//! Takes the text, gives commands with the variables that the file sets. Targets do not follow each other, so each is a section.

use super::code::Code;
use super::runbook::Script;
use super::shell::Variables;
use crate::model::Writing;
use crate::source::SourceId;
use std::ops::Range;

/// Lines with their places, the newline included.
fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len()..at, line)
    })
}

/// A Makefile: recipes begin with a tab.
pub(super) fn make(source: SourceId, text: &str) -> Script {
    recipes(source, text, |line, variables| {
        let (name, value) = line.split_once('=')?;
        let name = name.trim_end_matches([':', '?', '+', '!']).trim().trim_start_matches("export ").trim();
        let value = value.trim();
        if name.contains(char::is_whitespace) || name.contains(['$', '(']) {
            return None;
        }
        let known = !value.contains('$');
        let said = if known { Ok(value.to_string()) } else { Err(format!("`$({name})` is put together by make")) };
        variables.set(&format!("$({name})"), Ok(String::new()));
        variables.set(name, said);
        Some(())
    })
}

/// A justfile: recipes are indented.
pub(super) fn just(source: SourceId, text: &str) -> Script {
    recipes(source, text, |line, variables| {
        let (name, value) = line.split_once(":=")?;
        let value = value.trim();
        let plain = value.trim_matches(['"', '\'']);
        let quoted = plain.len() + 2 == value.len();
        let why = format!("`{}` is put together by just", name.trim());
        variables.set(&format!("{{{{{}}}}}", name.trim()), if quoted { Ok(plain.to_string()) } else { Err(why) });
        Some(())
    })
}

fn recipes(source: SourceId, text: &str, assign: impl Fn(&str, &mut Variables) -> Option<()>) -> Script {
    let mut script = Script::new(Writing::Script);
    let mut variables = Variables::default();
    variables.set("$$", Ok(String::new()));
    for (_, line) in lines(text).filter(|(_, line)| !line.starts_with([' ', '\t', '#'])) {
        assign(line, &mut variables);
    }
    let (mut code, mut section) = (Code::new(source), 0);
    for (range, line) in lines(text) {
        if !line.starts_with([' ', '\t']) {
            if !line.trim().is_empty() && !code.text.is_empty() {
                script.shell(&code, section, &mut variables.clone(), &[]);
                code = Code::new(source);
            }
            section += usize::from(!line.trim().is_empty());
            continue;
        }
        // `@` and `-` before a command are words to make, not to the shell.
        let bare = line.trim_start_matches([' ', '\t']);
        let told = bare.len() - bare.trim_start_matches(['@', '-', '+']).len();
        code.push(text, range.end - bare.len() + told..range.end);
    }
    script.shell(&code, section, &mut variables, &[]);
    script
}

/// A Dockerfile: `RUN`, with what `ENV` and `ARG` set.
pub(super) fn docker(source: SourceId, text: &str) -> Script {
    let mut script = Script::new(Writing::Script);
    let mut variables = Variables::default();
    let mut run: Option<Code> = None;
    for (range, line) in lines(text) {
        if let Some(code) = &mut run {
            if !line.trim_start().starts_with('#') {
                code.push(text, range);
            }
        } else if let Some(rest) = line.trim_start().strip_prefix("RUN ") {
            let mut code = Code::new(source);
            code.push(text, range.end - rest.len()..range.end);
            run = Some(code);
        } else if let Some(rest) = line.strip_prefix("ENV ").or_else(|| line.strip_prefix("ARG "))
            && let Some((name, value)) = rest.trim().split_once(['=', ' '])
        {
            let value = value.trim_matches(['"', '\'']);
            let said =
                if value.contains('$') { Err(format!("`{name}` is put together")) } else { Ok(value.to_string()) };
            variables.set(name, said);
        }
        if !line.trim_end().ends_with('\\')
            && let Some(code) = run.take()
        {
            script.shell(&code, 0, &mut variables, &[]);
        }
    }
    script
}

/// A Jenkinsfile: the strings that `sh` is given.
pub(super) fn jenkins(source: SourceId, text: &str) -> Script {
    let mut script = Script::new(Writing::Script);
    let mut variables = Variables::default();
    let mut at = 0;
    while let Some(found) = text[at..].find("sh") {
        let start = at + found;
        at = start + 2;
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-')) {
            continue;
        }
        let rest = &text[at..];
        let gap = rest.len() - rest.trim_start_matches([' ', '(', '\t']).len();
        let named = rest[gap..].strip_prefix("script:").map_or(0, |inner| 7 + inner.len() - inner.trim_start().len());
        let open = at + gap + named;
        let Some(quote) = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| text[open..].starts_with(quote)) else {
            continue;
        };
        let inside = open + quote.len();
        let end = text[inside..].find(quote).map_or(text.len(), |end| inside + end);
        script.shell(&Code::of(source, text, inside..end), 0, &mut variables, &[]);
        at = (end + quote.len()).min(text.len());
    }
    script
}
