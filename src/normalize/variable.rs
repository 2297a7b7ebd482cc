//! Variables that another tool fills in before Helm sees the text: `${NAME}`, `${NAME:=default}`, `${NAME:-default}`.
//!
//! Takes the text of a value, gives the variable's name and what holds as long as nobody sets it.

/// A value that is one variable and nothing else.
pub(super) struct Variable<'a> {
    pub name: &'a str,
    pub default: Option<&'a str>,
}

/// The variable that a text consists of; `None` for any other text.
pub(super) fn variable(text: &str) -> Option<Variable<'_>> {
    let inner = text.trim().strip_prefix("${")?.strip_suffix('}')?;
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(end);
    let default = [":=", ":-", "=", "-"].iter().find_map(|mark| rest.strip_prefix(mark));
    let whole = !name.is_empty() && !inner.contains("${") && (rest.is_empty() || default.is_some());
    whole.then_some(Variable { name, default: default.filter(|default| !default.is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name_and_perhaps_a_default() {
        let read = |text| variable(text).map(|variable| (variable.name, variable.default));
        assert_eq!(read("${on}"), Some(("on", None)));
        assert_eq!(read("${on:=true}"), Some(("on", Some("true"))));
        assert_eq!(read("${on:-4.2.58}"), Some(("on", Some("4.2.58"))));
        assert_eq!(read("${on:=}"), Some(("on", None)));
        assert_eq!(read("v${minor}.1"), None);
        assert_eq!(read("${a}${b}"), None);
        assert_eq!(read("${ .ClusterName }"), None);
    }
}
