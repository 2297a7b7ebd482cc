//! Ranges of versions as Helm reads them in `Chart.yaml`: `~4.2`, `^4`, `4.2.x`, `>=4.1 <5`, `1.2 - 1.4`, `a || b`.
//!
//! Takes the text, answers which versions are in it. Pre-releases are in none: nobody publishes charts of Milvus as such, and
//! Helm leaves them out where the range names none.

use super::Version;

type Triple = (u64, u64, u64);

/// Beyond every version.
const END: Triple = (u64::MAX, 0, 0);

/// A range: alternatives, in each of which every part must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    alternatives: Vec<Vec<Part>>,
}

/// From the first version to before the second; or every version but those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    from: Triple,
    to: Triple,
    but: bool,
}

impl Constraint {
    /// Reads a range; `None` for what is none.
    pub fn parse(text: &str) -> Option<Constraint> {
        let alternatives: Vec<Vec<Part>> = text.split("||").map(alternative).collect::<Option<_>>()?;
        Some(Constraint { alternatives })
    }

    /// Whether a version is in the range.
    pub fn contains(&self, version: &Version) -> bool {
        let at = version.triple();
        let holds = |part: &Part| (part.from <= at && at < part.to) != part.but;
        !version.is_prerelease() && self.alternatives.iter().any(|parts| parts.iter().all(holds))
    }
}

fn alternative(text: &str) -> Option<Vec<Part>> {
    if let Some((from, to)) = text.split_once(" - ") {
        let (from, to) = (partial(from.trim())?, partial(to.trim())?);
        return Some(vec![Part { from: from.low(), to: to.next(), but: false }]);
    }
    let mut parts = Vec::new();
    let mut operator = "";
    // An operator may stand apart from its version.
    for word in text.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        let end = word.find(|letter: char| !"=!<>~^".contains(letter)).unwrap_or(word.len());
        let (sign, version) = word.split_at(end);
        if !sign.is_empty() {
            if !operator.is_empty() {
                return None;
            }
            operator = sign;
        }
        if !version.is_empty() {
            parts.push(part(std::mem::take(&mut operator), &partial(version)?)?);
        }
    }
    (operator.is_empty() && !parts.is_empty()).then_some(parts)
}

fn part(operator: &str, version: &Partial) -> Option<Part> {
    let (low, next) = (version.low(), version.next());
    let (from, to) = match operator {
        "" | "=" | "!=" => (low, next),
        ">" => (next, END),
        ">=" | "=>" => (low, END),
        "<" => ((0, 0, 0), low),
        "<=" | "=<" => ((0, 0, 0), next),
        "~" | "~>" => (low, version.cut(2).next()),
        "^" => (low, version.compatible()),
        _ => return None,
    };
    Some(Part { from, to, but: operator == "!=" })
}

/// A version of which the last parts may be missing or anything.
struct Partial(Vec<u64>);

fn partial(text: &str) -> Option<Partial> {
    let text = text.strip_prefix('v').unwrap_or(text);
    // What names a build changes nothing, and a pre-release is below its release: neither is met in ranges of these charts.
    if text.contains(['-', '+']) {
        return None;
    }
    let any = |part: &str| matches!(part, "x" | "X" | "*");
    let named = text.split('.').take_while(|part| !any(part));
    let numbers: Vec<u64> = named.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    (text.split('.').count() <= 3 && text.split('.').skip(numbers.len()).all(any)).then_some(Partial(numbers))
}

impl Partial {
    fn at(&self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or_default()
    }

    fn low(&self) -> Triple {
        (self.at(0), self.at(1), self.at(2))
    }

    /// The first version after all that begin like this one.
    fn next(&self) -> Triple {
        match self.0.len() {
            0 => END,
            1 => (self.at(0).saturating_add(1), 0, 0),
            2 => (self.at(0), self.at(1).saturating_add(1), 0),
            _ => (self.at(0), self.at(1), self.at(2).saturating_add(1)),
        }
    }

    fn cut(&self, parts: usize) -> Partial {
        Partial(self.0.iter().copied().take(parts).collect())
    }

    /// The first version in which the leftmost number that is not 0 is another one.
    fn compatible(&self) -> Triple {
        let first = self.0.iter().position(|number| *number != 0);
        self.cut(first.map_or(self.0.len(), |first| first + 1)).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_helm_reads_them() {
        for (range, inside, outside) in [
            ("~4.2", "4.2.0 4.2.58", "4.1.9 4.3.0"),
            ("~4.2.3", "4.2.3 4.2.9", "4.2.2 4.3.0"),
            ("~4", "4.0.0 4.9.9", "5.0.0"),
            ("^4", "4.0.0 4.9.9", "3.9.9 5.0.0"),
            ("^4.1.8", "4.1.8 4.2.0", "4.1.7 5.0.0"),
            ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
            ("^0.0.3", "0.0.3", "0.0.4"),
            ("4.2.x", "4.2.0 4.2.9", "4.3.0"),
            ("4.2", "4.2.0 4.2.9", "4.3.0"),
            ("*", "0.0.1 9.9.9", "1.0.0-rc1"),
            (">=4 <5", "4.0.0 4.9.9", "5.0.0 3.9.9"),
            (">= 4.1.0, < 5.0.0", "4.1.0 4.9.9", "5.0.0 4.0.9"),
            (">4.1", "4.2.0", "4.1.9"),
            ("<=4.1", "4.1.9 1.0.0", "4.2.0"),
            ("4.1 - 4.2.3", "4.1.0 4.2.3", "4.2.4 4.0.9"),
            ("~4.1 || ~4.2", "4.1.1 4.2.1", "4.3.0"),
            ("4.x !=4.2.1", "4.2.0", "4.2.1 5.0.0"),
        ] {
            let range_of = Constraint::parse(range).unwrap();
            let holds = |version: &str| range_of.contains(&Version::parse(version).unwrap());
            assert!(inside.split(' ').all(holds), "{range}: {inside}");
            assert!(!outside.split(' ').any(holds), "{range}: {outside}");
        }
        for text in ["", "latest", ">=", "4.2.x.1", "4.x.1", "> >4", "~4.2-0", "${V}", "a.b.c"] {
            assert_eq!(Constraint::parse(text), None, "{text}");
        }
    }
}
