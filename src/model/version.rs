//! Versions as people tag them, and ranges of them.
//!
//! A Milvus tag is not semantic versioning: `2.2.3-gpu` is the same release as `2.2.3`, and `2.4.13-hotfix` comes after
//! `2.4.13`, not before. So a version keeps what orders it apart from what only names a build.

use std::cmp::Ordering;
use std::fmt;

/// A version with three parts: a Milvus release, a chart or an operator.
#[derive(Clone, Debug)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
    /// A real pre-release as it was written, such as `rc1`, `rc.1` or `beta`.
    pub pre: Option<String>,
    /// What names a build of the same release: `gpu`, `arm64`, `hotfix`, a date, a commit.
    pub variant: Option<String>,
}

impl Version {
    /// A plain release.
    pub const fn new(major: u64, minor: u64, patch: u64) -> Version {
        Version { major, minor, patch, pre: None, variant: None }
    }

    /// Reads `x.y.z`, with one leading `v` or none, and any suffix after `-` or `+`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let end = text.find(['-', '+']).unwrap_or(text.len());
        let (numbers, suffix) = text.split_at(end);
        let mut parts = numbers.split('.').map(number);
        let (major, minor, patch) = (parts.next()??, parts.next()??, parts.next()??);
        if parts.next().is_some() {
            return None;
        }
        let (pre, variant) = split_suffix(suffix.get(1..).unwrap_or(""))?;
        Some(Version { major, minor, patch, pre, variant })
    }

    /// The minor line, such as `(2, 5)`.
    pub fn line(&self) -> (u64, u64) {
        (self.major, self.minor)
    }

    /// The three numbers alone.
    pub fn triple(&self) -> (u64, u64, u64) {
        (self.major, self.minor, self.patch)
    }

    /// Whether it is a real pre-release (a build variant is none).
    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some()
    }

    /// Whether the build carries a fix on top of the release, which makes it newer than the plain one.
    pub fn is_hotfix(&self) -> bool {
        self.variant.as_deref().is_some_and(|variant| variant.split('-').any(|part| part.starts_with("hotfix")))
    }

    fn rank(&self) -> (u64, u64, u64) {
        self.triple()
    }

    fn precedence(&self) -> Option<semver::Prerelease> {
        let pre = self.pre.as_deref()?;
        // A pre-GA build came after the release candidates; by letters it would come before them.
        let ordered = if pre.starts_with("pre") { format!("z.{pre}") } else { dotted(pre) };
        semver::Prerelease::new(&ordered).ok()
    }
}

/// `rc1` → `rc.1`, so that rc2 < rc10 and `rc1` equals `rc.1`.
fn dotted(pre: &str) -> String {
    let digits = pre.find(|c: char| c.is_ascii_digit());
    match digits {
        Some(at) if at > 0 && !pre[..at].ends_with('.') && pre[..at].chars().all(|c| c.is_ascii_alphabetic()) => {
            format!("{}.{}", &pre[..at], &pre[at..])
        }
        _ => pre.to_string(),
    }
}

fn number(text: &str) -> Option<u64> {
    if text.is_empty() || (text.len() > 1 && text.starts_with('0')) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Takes a suffix apart: a leading real pre-release, and the rest as the build's name. `None` when it is no tag suffix.
fn split_suffix(suffix: &str) -> Option<(Option<String>, Option<String>)> {
    if suffix.is_empty() {
        return Some((None, None));
    }
    if !suffix.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+')) {
        return None;
    }
    let mut parts = suffix.split('-').peekable();
    let mut pre = None;
    if let Some(first) = parts.peek().copied() {
        let word: String = first.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
        if matches!(word.as_str(), "rc" | "beta" | "alpha" | "dev") {
            pre = Some(first.to_string());
            parts.next();
        } else if first == "pre" {
            parts.next();
            let rest = parts.next_if(|part| *part == "ga");
            pre = Some(if rest.is_some() { "pre-ga".to_string() } else { "pre".to_string() });
        }
    }
    let rest: Vec<&str> = parts.collect();
    let variant = (!rest.is_empty()).then(|| rest.join("-"));
    Some((pre, variant))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if let Some(pre) = &self.pre {
            write!(f, "-{pre}")?;
        }
        match self.is_hotfix() {
            true => write!(f, "-hotfix"),
            false => Ok(()),
        }
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    /// By the three numbers, then pre-releases before the release, then a hotfix after it. Other builds are equal.
    fn cmp(&self, other: &Version) -> Ordering {
        let pre = match (self.precedence(), other.precedence()) {
            (None, None) => Ordering::Equal,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.cmp(&b),
        };
        self.rank().cmp(&other.rank()).then(pre).then(self.is_hotfix().cmp(&other.is_hotfix()))
    }
}

impl std::hash::Hash for Version {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        self.precedence().map(|pre| pre.as_str().to_string()).hash(state);
        self.is_hotfix().hash(state);
    }
}

/// A set of versions, as the facts write it: `*`, `2.1.x`, `2.4.13`, `>=2.3.0 <2.5.0`, `pre` (any
/// pre-release), alternatives with `||`.
///
/// A bound without a pre-release looks at the three numbers only, so `2.6.0-rc1` is in `>=2.6.0` and not in `<2.6.0`:
/// it already writes what 2.6 writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    alternatives: Vec<Vec<Bound>>,
}

/// One condition of a range. A bound without a pre-release looks at the three numbers only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    Any,
    /// Any pre-release.
    Prerelease,
    /// A minor line.
    Line(u64, u64),
    Exact(Version),
    AtLeast(Version),
    Above(Version),
    Below(Version),
    AtMost(Version),
}

impl Range {
    /// Reads a range; the error names the part that cannot be read.
    pub fn parse(text: &str) -> Result<Range, String> {
        let alternatives = text
            .split("||")
            .map(|part| part.split_whitespace().map(bound).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        if alternatives.iter().any(Vec::is_empty) {
            return Err("the range is empty; write `*` for every version".to_string());
        }
        Ok(Range { alternatives })
    }

    /// What the range is made of: one of these, with all its bounds.
    pub fn alternatives(&self) -> &[Vec<Bound>] {
        &self.alternatives
    }

    /// Whether `version` is in the range.
    pub fn contains(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|bounds| bounds.iter().all(|bound| bound.holds(version)))
    }
}

fn bound(text: &str) -> Result<Bound, String> {
    let version = |text: &str| Version::parse(text).ok_or_else(|| format!("`{text}` is no version of the form x.y.z"));
    if text == "*" {
        return Ok(Bound::Any);
    }
    if text == "pre" {
        return Ok(Bound::Prerelease);
    }
    if let Some(line) = text.strip_suffix(".x") {
        let mut parts = line.split('.').map(number);
        return match (parts.next().flatten(), parts.next().flatten(), parts.next()) {
            (Some(major), Some(minor), None) => Ok(Bound::Line(major, minor)),
            _ => Err(format!("`{text}` is no line of the form x.y.x")),
        };
    }
    if let Some(rest) = text.strip_prefix(">=") {
        return version(rest).map(Bound::AtLeast);
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return version(rest).map(Bound::AtMost);
    }
    if let Some(rest) = text.strip_prefix('>') {
        return version(rest).map(Bound::Above);
    }
    if let Some(rest) = text.strip_prefix('<') {
        return version(rest).map(Bound::Below);
    }
    version(text).map(Bound::Exact)
}

impl Bound {
    fn holds(&self, version: &Version) -> bool {
        let order = |bound: &Version| match bound.pre {
            Some(_) => version.cmp(bound),
            None => version.triple().cmp(&bound.triple()),
        };
        match self {
            Bound::Any => true,
            Bound::Prerelease => version.is_prerelease(),
            Bound::Line(major, minor) => version.line() == (*major, *minor),
            Bound::Exact(exact) => version == exact,
            Bound::AtLeast(bound) => order(bound).is_ge(),
            Bound::Above(bound) => order(bound).is_gt(),
            Bound::Below(bound) => order(bound).is_lt(),
            Bound::AtMost(bound) => order(bound).is_le(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn builds_of_a_release_are_that_release() {
        for text in ["v2.2.3-gpu", "2.2.3-arm64", "2.2.3-20240812-71a1562ea", "2.2.3-latest", "2.2.3+build"] {
            assert_eq!(version(text), version("2.2.3"), "{text}");
        }
        assert!(version("2.4.13-hotfix") > version("2.4.13"));
        assert!(version("2.4.13-hotfix") < version("2.4.14"));
    }

    #[test]
    fn real_pre_releases_come_first_and_in_order() {
        assert!(version("2.6.0-rc1") < version("2.6.0"));
        assert_eq!(version("2.6.0-rc1"), version("2.6.0-rc.1"));
        assert!(version("2.0.0-rc2") < version("2.0.0-rc10"));
        assert!(version("2.0.0-rc.8") < version("2.0.0-pre-ga") && version("2.0.0-pre-ga") < version("2.0.0"));
        assert_eq!(version("2.3.0-rc.5-hotfix1").pre.as_deref(), Some("rc.5"));
    }

    #[test]
    fn what_has_not_three_numbers_is_no_version() {
        for text in ["2.10", "v2", "latest", "2.4.01", "2.4.x", "V2.6.1", "2.6.0.1", "2.6.0-a b", ""] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn ranges_hold_what_they_say() {
        let range = |text| Range::parse(text).unwrap();
        assert!(range("2.1.x").contains(&version("2.1.4")));
        assert!(!range("2.1.x").contains(&version("2.10.0")));
        assert!(range(">=2.3.0 <2.5.0").contains(&version("2.4.24-gpu")));
        assert!(!range("<2.6.0").contains(&version("2.6.0-rc1")));
        assert!(range(">=2.6.0").contains(&version("2.6.0-rc1")));
        assert!(range("2.6.0-rc1").contains(&version("2.6.0-rc.1")));
        assert!(!range("2.6.0-rc1").contains(&version("2.6.0")));
        assert!(range("2.2.x || 2.3.x").contains(&version("2.3.1")));
        assert!(Range::parse("").is_err() && Range::parse(">=2.3").is_err());
    }
}
