//! Words of CEL: text, versions as numbers, ranges as conditions.
//!
//! The API server has no semantic versioning of Milvus tags, so a version becomes one number that orders like
//! [`Version`] does: the three numbers, then the pre-release, then a hotfix.

use crate::model::{Bound, Range, Version};

/// What a release without a pre-release has in the place of one.
const RELEASE: u64 = 90_000;
/// How much a step of the patch weighs.
const PATCH: u64 = 200_000;
/// Pre-releases in their order: the letters, and what they weigh.
const WORDS: [(&str, u64); 5] = [("alpha", 10_000), ("beta", 20_000), ("dev", 30_000), ("rc", 40_000), ("pre", 50_000)];
/// A tag that names a release or a build of one; up to three digits a part, so that numbers stay in order.
pub const VERSION: &str = "^v?(0|[1-9][0-9]{0,2})[.](0|[1-9][0-9]{0,2})[.](0|[1-9][0-9]{0,2})([-+][A-Za-z0-9._+-]*)?$";

/// Text as a literal.
pub fn quote(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n");
    format!("'{escaped}'")
}

/// The number that a version becomes.
pub fn code(version: &Version) -> u64 {
    let triple = (version.major * 1000 + version.minor) * 1000 + version.patch;
    let rank = version.pre.as_deref().map_or(RELEASE, |pre| {
        let weight = WORDS.iter().find(|(word, _)| pre.starts_with(word)).map_or(0, |(_, weight)| *weight);
        let digits: String = pre.chars().filter(char::is_ascii_digit).take(3).collect();
        weight + digits.parse::<u64>().unwrap_or(0)
    });
    triple * PATCH + rank * 2 + u64::from(version.is_hotfix())
}

/// The variables that make a number of a text: `{side}Core`, `{side}Rest`, and at last `{side}`, which is 0 for what
/// is no version. `said` is the expression that has the text.
pub fn number(side: &str, said: &str) -> Vec<(String, String)> {
    let core = format!("{said}.find('^v?[0-9]+[.][0-9]+[.][0-9]+')");
    let rest = format!("{said}.substring(size(variables.{side}Core))");
    let mut rank = String::new();
    for (word, weight) in WORDS {
        // A word alone, or with a number that a dot may keep apart: `rc1`, `rc.1`, `pre-ga`.
        let pattern = quote(&format!("^[-+]{word}([.]?[0-9][^-]*)?(-|$)"));
        let digits = quote(&format!("^[-+]{word}[.]?[0-9]{{1,3}}"));
        rank.push_str(&format!(
            "variables.{side}Rest.matches({pattern})\n      ? {weight} + int('0' + variables.{side}Rest.find({digits}).find('[0-9]+$'))\n    : "
        ));
    }
    let numbers = format!("variables.{side}Core.replace('v', '').split('.').map(n, int(n))");
    let triple = format!(
        "variables.{side}Numbers[0] * 1000000 + variables.{side}Numbers[1] * 1000 + variables.{side}Numbers[2]"
    );
    let value = format!(
        "variables.{side}Core == '' ? 0 :\n  ({triple}) * {PATCH}\n  + 2 * ({rank}{RELEASE})\n  + (variables.{side}Rest.matches('-hotfix') ? 1 : 0)"
    );
    vec![
        (format!("{side}Core"), core),
        (format!("{side}Rest"), rest),
        (format!("{side}Numbers"), format!("variables.{side}Core == '' ? [0, 0, 0] : {numbers}")),
        (side.to_string(), value),
    ]
}

/// The condition that the version in the variable `side` is in a range.
pub fn within(side: &str, range: &Range) -> String {
    let alternatives: Vec<String> = range
        .alternatives()
        .iter()
        .map(|bounds| {
            let bounds: Vec<String> = bounds.iter().map(|bound| holds(side, bound)).collect();
            bounds.join(" && ")
        })
        .collect();
    match alternatives.as_slice() {
        [only] => only.clone(),
        several => format!("({})", several.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" || ")),
    }
}

fn holds(side: &str, bound: &Bound) -> String {
    let against = |sign: &str, version: &Version| match version.pre {
        Some(_) => format!("variables.{side} {sign} {}", code(version)),
        None => format!("variables.{side} / {PATCH} {sign} {}", triple(version)),
    };
    match bound {
        Bound::Any => "true".to_string(),
        Bound::Prerelease => format!("variables.{side} % {PATCH} < {}", RELEASE * 2),
        Bound::Line(major, minor) => format!("variables.{side}Line == {}", line(*major, *minor)),
        Bound::Exact(version) => format!("variables.{side} == {}", code(version)),
        Bound::AtLeast(version) => against(">=", version),
        Bound::Above(version) => against(">", version),
        Bound::Below(version) => against("<", version),
        Bound::AtMost(version) => against("<=", version),
    }
}

fn triple(version: &Version) -> u64 {
    (version.major * 1000 + version.minor) * 1000 + version.patch
}

/// The number of a minor line.
pub fn line(major: u64, minor: u64) -> u64 {
    major * 1000 + minor
}

/// The variable `{side}Line`.
pub fn line_of(side: &str) -> (String, String) {
    (format!("{side}Line"), format!("variables.{side} / {}", PATCH * 1000))
}

/// Numbers as a list literal.
pub fn list(numbers: impl IntoIterator<Item = u64>) -> String {
    format!("[{}]", numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;

    #[test]
    fn numbers_order_as_versions_do() {
        let facts = Facts::embedded().unwrap();
        let releases = || facts.releases.iter().map(|release| &release.version);
        for a in releases() {
            for b in releases() {
                assert_eq!(a.cmp(b), code(a).cmp(&code(b)), "{a} and {b}");
            }
        }
    }

    #[test]
    fn text_is_quoted() {
        assert_eq!(quote("it's\n\\"), "'it\\'s\\n\\\\'");
    }
}
