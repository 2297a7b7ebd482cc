//! What somebody meant who wrote a key that does not exist: a name nearly the same, or the same name at another level.
//!
//! It gives an answer only where there is one: of two that fit alike, neither.

/// The one name that differs by its case, or by at most two letters (one in short names).
pub(super) fn name<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_ascii_lowercase();
    let most = if written.len() <= 4 { 1 } else { 2 };
    let mut best: Vec<(usize, &str)> = Vec::new();
    for candidate in known {
        let apart = distance(&lower, &candidate.to_ascii_lowercase(), most);
        if let Some(apart) = apart.filter(|apart| *apart <= most && candidate.len() > *apart)
            && !best.contains(&(apart, candidate))
        {
            best.push((apart, candidate));
        }
    }
    best.sort_unstable();
    match best.as_slice() {
        [(_, only)] => Some(only),
        [(first, one), (second, _), ..] if first < second => Some(one),
        _ => None,
    }
}

/// The one path that ends with a name and stands above `parent`, or one level below it.
pub(super) fn level<'a>(parent: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let fits = |path: &&str| {
        let Some(above) = path.strip_suffix(name).and_then(|above| above.strip_suffix('.')) else { return false };
        let higher = parent.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'));
        let lower = above.strip_prefix(parent).and_then(|rest| rest.strip_prefix('.'));
        higher || lower.is_some_and(|between| !between.contains(['.', '[', '{']))
    };
    let mut found = known.filter(fits);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour; `None` when it is more than `most`.
fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j - 1] + same).min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    Some(rows[a.len()][b.len()]).filter(|apart| *apart <= most)
}
