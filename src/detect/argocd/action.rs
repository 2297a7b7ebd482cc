//! One action of an ApplicationSet's template: takes `{{ … }}` and parameters, gives the text that it prints.
//!
//! Names, `index`, and the functions that people use to turn one name into another. Conditions, loops and everything else give
//! nothing: what they print is not known.

use super::fill::Fill;

/// Longer than any expression that somebody would read, and a bound for how deep parentheses lead.
const LONGEST: usize = 400;

/// What an action prints; `None` when that is not known.
pub(super) fn value(action: &str, fill: &Fill) -> Option<String> {
    let inside = action.trim_start_matches('{').trim_end_matches('}').trim_matches(['-', ' ', '\t', '\n', '\r']);
    if let Some(value) = fill.get(inside.trim_start_matches('.')) {
        return Some(value.to_string());
    }
    match pipeline(inside, fill).filter(|_| inside.len() <= LONGEST)? {
        Value::Text(text) => Some(text),
        Value::Missing => None,
    }
}

/// A name as Kubernetes takes it: small letters, digits, dashes and dots.
pub(super) fn normalized(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '.');
    let lower = name.to_lowercase();
    let name: String = lower.chars().map(|letter| if plain(letter) { letter } else { '-' }).take(253).collect();
    name.trim_matches(['-', '.']).to_string()
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    /// A parameter that is known not to be there.
    Missing,
}

impl Value {
    fn text(self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text),
            Value::Missing => None,
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Value::Missing) || *self == Value::Text(String::new())
    }
}

fn pipeline(text: &str, fill: &Fill) -> Option<Value> {
    if text.len() > LONGEST {
        return None;
    }
    let mut value = None;
    for stage in split(text, |letter| letter == '|') {
        let words = split(stage, char::is_whitespace);
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        value = Some(call(&words, value, fill)?);
    }
    value
}

/// A function with its words, and what the pipe brings as the last of them.
fn call(words: &[&str], piped: Option<Value>, fill: &Fill) -> Option<Value> {
    let (name, rest) = words.split_first()?;
    if *name == "index" {
        return index(rest, fill);
    }
    if piped.is_none() && rest.is_empty() {
        return term(name, fill);
    }
    let mut given: Vec<Value> = rest.iter().map(|word| term(word, fill)).collect::<Option<_>>()?;
    given.extend(piped);
    let mut given = given.into_iter();
    let (one, two, three) = (given.next(), given.next(), given.next());
    let text = |value: Option<Value>| value.and_then(Value::text);
    let made = match *name {
        "default" => return two.map(|value| if value.is_empty() { one } else { Some(value) })?,
        "lower" | "toLower" => text(one)?.to_lowercase(),
        "upper" | "toUpper" => text(one)?.to_uppercase(),
        "trim" => text(one)?.trim().to_string(),
        "toString" => text(one)?,
        "normalize" => normalized(&text(one)?),
        "quote" => format!("\"{}\"", text(one)?),
        "squote" => format!("'{}'", text(one)?),
        "trimPrefix" => {
            let (prefix, whole) = (text(one)?, text(two)?);
            whole.strip_prefix(prefix.as_str()).unwrap_or(&whole).to_string()
        }
        "trimSuffix" => {
            let (suffix, whole) = (text(one)?, text(two)?);
            whole.strip_suffix(suffix.as_str()).unwrap_or(&whole).to_string()
        }
        "replace" => {
            let (old, new, whole) = (text(one)?, text(two)?, text(three)?);
            whole.replace(&old, &new)
        }
        _ => return None,
    };
    Some(Value::Text(made))
}

/// `index .path.segments 1`.
fn index(words: &[&str], fill: &Fill) -> Option<Value> {
    let (list, keys) = words.split_first()?;
    let mut name = list.strip_prefix('.')?.to_string();
    for key in keys {
        let key = match term(key, fill)? {
            Value::Text(text) => text,
            Value::Missing => return None,
        };
        name = if name.is_empty() { key } else { format!("{name}.{key}") };
    }
    fill.get(&name).map(|value| Value::Text(value.to_string()))
}

fn term(word: &str, fill: &Fill) -> Option<Value> {
    let between = |quote: char| word.strip_prefix(quote).and_then(|word| word.strip_suffix(quote));
    if let Some(text) = between('"').filter(|text| !text.contains('\\')).or_else(|| between('`')) {
        return Some(Value::Text(text.to_string()));
    }
    if let Some(inside) = word.strip_prefix('(').and_then(|word| word.strip_suffix(')')) {
        return pipeline(inside.trim(), fill);
    }
    if word.parse::<i64>().is_ok() {
        return Some(Value::Text(word.to_string()));
    }
    let name = word.strip_prefix('$').unwrap_or(word).strip_prefix('.')?;
    match fill.get(name) {
        Some(value) => Some(Value::Text(value.to_string())),
        None => fill.lacks(name).then_some(Value::Missing),
    }
}

/// The parts of a text between separators, those in quotes and parentheses aside.
fn split(text: &str, is_separator: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && is_separator(letter) => {
                parts.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_that_people_use() {
        let mut fill = Fill::default();
        fill.set_path("", "apps/Team_A/prod", None);
        fill.set("env".to_string(), "Prod".to_string());
        let known = fill.clone();
        let given = |action: &str| value(&format!("{{{{{action}}}}}"), &known);
        for (action, expected) in [
            ("env", "Prod"),
            (" .env ", "Prod"),
            ("- $.env | lower -", "prod"),
            ("path", "apps/Team_A/prod"),
            ("path[1]", "Team_A"),
            (".path.path", "apps/Team_A/prod"),
            ("index .path.segments 1", "Team_A"),
            ("index .path.segments 1 | normalize", "team-a"),
            (".tag | default \"v2.6.2\"", "v2.6.2"),
            ("default `x` .env", "Prod"),
            ("(index .path.segments 1) | replace \"_\" \"-\" | lower", "team-a"),
            (".env | trimPrefix \"P\" | upper", "ROD"),
        ] {
            assert_eq!(given(action).as_deref(), Some(expected), "{action}");
        }
        for action in
            ["if .env", "end", ".nothing", "printf \"%s\" .env", "range .a", "", "|", "((((", "index", ".path"]
        {
            assert!(given(action).is_none_or(|text| action == ".path" && text == "apps/Team_A/prod"), "{action}");
        }
        fill.open = true;
        assert_eq!(value("{{ .tag | default \"v2.6.2\" }}", &fill), None, "somebody may set it");
    }
}
