//! What stands for something else in a word: `$NAME`, `${NAME:-…}`, `$(…)`, backticks, `{{ templates }}`. What is known is put in,
//! anything else is a hole with its reason.

use super::Variables;
use super::lexer::{Growing, Lexer};

impl Lexer<'_> {
    /// Anything that stands for itself, or for something else by a `$`, a backtick or a template.
    pub(super) fn piece(&mut self, grown: &mut Growing, variables: &Variables, next: char) {
        let rest = self.rest();
        if rest.starts_with("${{") || rest.starts_with("{{") {
            let length = rest.find("}}").map_or(rest.len(), |end| end + 2);
            let text = &rest[..length];
            let name = text.trim_start_matches('$').trim_matches(['{', '}', ' ']);
            return match variables.get(&format!("{{{{{name}}}}}")).or_else(|_| variables.get(&env_name(name))) {
                Ok(value) => self.known(grown, length, &value),
                Err(_) => self.hole(grown, length, &format!("nothing here says what `{text}` is")),
            };
        }
        match next {
            '`' => {
                let length = rest[1..].find('`').map_or(rest.len(), |end| end + 2);
                self.hole(grown, length, "it is what another command prints");
            }
            '$' => self.dollar(grown, variables),
            next => self.keep(grown, next.len_utf8()),
        }
    }

    fn known(&mut self, grown: &mut Growing, length: usize, value: &str) {
        let at = self.code.span(self.at..self.at + length);
        grown.code.push_as(value, at.range());
        self.at += length;
    }

    fn dollar(&mut self, grown: &mut Growing, variables: &Variables) {
        let rest = self.rest();
        let inner = &rest[1..];
        let name_of = |text: &str| text.bytes().take_while(|b| *b == b'_' || b.is_ascii_alphanumeric()).count();
        if let Some(inside) = inner.strip_prefix('(') {
            let length = 2 + balanced(inside);
            let name = inside.get(..length.saturating_sub(3)).unwrap_or_default();
            // `$(NAME)` is a variable in a Makefile and a command in a shell.
            return match variables.get(name) {
                Ok(value) if variables.knows(&format!("$({name})")) => self.known(grown, length, &value),
                _ => self.hole(grown, length, "it is what another command prints"),
            };
        }
        if let Some(inside) = inner.strip_prefix('{') {
            let end = inside.find('}').unwrap_or(inside.len());
            let length = (end + 3).min(rest.len());
            let body = &inside[..end];
            let name = &body[..name_of(body)];
            let operator = &body[name.len()..];
            let default = operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-'));
            return match (variables.get(name), default) {
                (Ok(value), _) if operator.is_empty() || default.is_some() => self.known(grown, length, &value),
                (Err(_), Some(default)) if !default.contains(['$', '`']) && !name.is_empty() => {
                    let why = format!("`{name}` may be given from outside; else it is `{default}`");
                    self.hole(grown, length, &why);
                }
                (Err(why), _) => self.hole(grown, length, &why),
                _ => self.hole(grown, length, "it is put together when it runs"),
            };
        }
        let name = &inner[..name_of(inner)];
        if name.is_empty() {
            return match inner.chars().next() {
                Some('$') if variables.knows("$$") => {
                    self.at += 1;
                    self.dollar(grown, variables);
                }
                Some('@' | '*' | '#' | '?' | '!' | '$') => self.hole(grown, 2, "it is given when it runs"),
                _ => self.keep(grown, 1),
            };
        }
        if name.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) {
            return self.hole(grown, 2, "it is an argument of this script");
        }
        let length = 1 + name.len();
        match variables.get(name) {
            Ok(value) => self.known(grown, length, &value),
            Err(why) => self.hole(grown, length, &why),
        }
    }
}

/// `env.NAME` of a pipeline is the variable `NAME`.
fn env_name(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).trim().to_string()
}

/// The length up to the parenthesis that closes one that is open, itself included.
fn balanced(text: &str) -> usize {
    let mut open = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at + 1;
        }
    }
    text.len()
}
