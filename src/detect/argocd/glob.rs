//! Patterns of paths as Argo CD reads them: takes a pattern and a path, says whether they match.
//!
//! Three readings: folders of a generator (a star stays within its segment), files of a generator (Git's own, in which a star
//! also takes slashes), and the files of a plain folder (the same, with `{a,b}`).

/// Whether a folder matches; a star stays within its segment.
pub(super) fn folder(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len() && pattern.iter().zip(path).all(|(pattern, part)| wild(pattern, part))
}

/// Whether a file matches; a star takes slashes, too. A pattern without stars means all that is in a folder of that name.
pub(super) fn file(pattern: &str, path: &str) -> bool {
    let inside = || path.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('/'));
    wild(pattern, path) || !pattern.contains(['*', '?', '[']) && inside()
}

/// Whether a file in a plain folder matches, where alternatives stand in braces.
pub(super) fn included(pattern: &str, path: &str) -> bool {
    alternatives(pattern, 0).iter().any(|pattern| wild(pattern, path))
}

/// The part of a pattern before its first wildcard, up to a whole folder.
pub(super) fn fixed(pattern: &str) -> &str {
    let end = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    pattern[..end].rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Nobody nests alternatives deeper, nor has more of them.
const DEEPEST: usize = 6;
const MOST: usize = 64;

fn alternatives(pattern: &str, depth: usize) -> Vec<String> {
    let whole = || vec![pattern.to_string()];
    let Some((before, rest)) = pattern.split_once('{').filter(|_| depth < DEEPEST) else { return whole() };
    let Some((inside, after)) = rest.split_once('}') else { return whole() };
    let each = inside.split(',').map(|one| format!("{before}{one}{after}"));
    each.flat_map(|pattern| alternatives(&pattern, depth + 1)).take(MOST).collect()
}

/// Goes back to the last star only, so that no pattern costs more than the product of the lengths.
fn wild(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        let one = match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => class(&pattern[at..], text[from]),
            Some(letter) if *letter == text[from] => Some(1),
            _ => None,
        };
        match (one, star) {
            (Some(length), _) => (at, from) = (at + length, from + 1),
            (None, Some((of_star, taken))) => {
                star = Some((of_star, taken + 1));
                (at, from) = (of_star + 1, taken + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// How long a `[…]` is, if the letter is in it.
fn class(pattern: &[char], letter: char) -> Option<usize> {
    let end = pattern.iter().skip(2).position(|c| *c == ']')? + 2;
    let inside = &pattern[1..end];
    let (not, inside) = match inside.first() {
        Some('!' | '^') => (true, &inside[1..]),
        _ => (false, inside),
    };
    let range = |at: usize| inside.get(at + 1) == Some(&'-') && inside.get(at + 2).is_some_and(|to| letter <= *to);
    let is_in = inside.iter().enumerate().any(|(at, c)| *c == letter || *c <= letter && range(at));
    (is_in != not).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reading_of_a_star() {
        assert!(folder("apps/*", "apps/a") && !folder("apps/*", "apps/a/b") && folder("*/x?", "a/xy"));
        assert!(file("envs/*/config.json", "envs/a/config.json") && file("envs/*/config.json", "envs/a/b/config.json"));
        assert!(file("envs/**/c.yaml", "envs/a/b/c.yaml") && file("envs", "envs/a.yaml") && !file("env", "envs/a"));
        assert!(included("{a,b}.yaml", "b.yaml") && included("*.yaml", "a/b.yaml") && !included("*.json", "a.yaml"));
        assert!(wild("[a-c]x[!d]", "bxe") && !wild("[a-c]", "d") && !wild("[ab", "a") && wild("", ""));
        assert_eq!((fixed("apps/x*/y"), fixed("a/b/c.yaml"), fixed("*")), ("apps", "a/b", ""));
        assert!(!wild(&"*a".repeat(200), &"b".repeat(2_000)));
    }
}
