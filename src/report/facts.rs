//! What is known, in a few lines, and whether the laws hold for it.

use super::Style;
use super::paint::{Cell, Paint, Role, clean, count};
use crate::facts::{Facts, Law};
use std::io::{self, Write};

/// Counts, the newest release of each line, and the day of the data.
pub fn known(facts: &Facts, style: Style, w: &mut dyn Write) -> io::Result<()> {
    let newest = facts.newest().map(ToString::to_string).unwrap_or_default();
    writeln!(w, "data of {}; the newest release is {newest}", facts.seen())?;
    let counts = [
        (facts.releases.len(), "release", "releases"),
        (facts.edges.len(), "edge", "edges"),
        (facts.risks.len(), "risk", "risks"),
        (facts.floors.len(), "floor", "floors"),
        (facts.charts.len(), "chart", "charts"),
        (facts.operators.len(), "operator", "operators"),
        (facts.steps.len(), "step of plans", "steps of plans"),
    ];
    let counts: Vec<String> = counts.iter().map(|(n, one, many)| count(*n, one, many)).collect();
    writeln!(w, "{}\n", counts.join(", "))?;
    let mut rows =
        vec![["LINE", "RELEASES", "NEWEST", "DATE", "CHARTS"].map(|head| Cell::new(Role::Faint, head)).to_vec()];
    for line in facts.lines() {
        let releases = facts.releases.iter().filter(|release| release.version.line() == line);
        let newest = facts.newest_of_line(line).and_then(|newest| facts.release(newest));
        let of_line =
            |version: &crate::facts::Chart| version.milvus.as_ref().is_some_and(|milvus| milvus.line() == line);
        let charts: Vec<String> =
            facts.charts.iter().filter(|c| c.published && of_line(c)).map(|c| c.version.to_string()).collect();
        let charts = match (charts.first(), charts.last()) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (Some(only), _) => only.clone(),
            _ => "–".to_string(),
        };
        rows.push(vec![
            Cell::plain(format!("{}.{}", line.0, line.1)),
            Cell::plain(releases.count().to_string()),
            Cell::plain(newest.map_or("–".to_string(), |newest| newest.version.to_string())),
            Cell::plain(newest.map_or("", |newest| newest.date.as_str())),
            Cell::plain(charts),
        ]);
    }
    Paint::new(style).columns(&rows).iter().try_for_each(|line| writeln!(w, "{line}"))?;
    for build in &facts.builds {
        writeln!(w, "the tag {} is {}", clean(&build.tag), build.version)?;
    }
    Ok(())
}

/// One line for each law, and what breaks it.
pub fn laws(laws: &[Law], style: Style, w: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(style);
    for law in laws {
        let (role, word) = if law.broken.is_empty() { (Role::Help, "holds ") } else { (Role::Error, "broken") };
        writeln!(w, "{} {} ({} looked at)", paint.say(role, word), law.name, law.checked)?;
        for broken in &law.broken {
            writeln!(w, "         {}", clean(broken))?;
        }
    }
    Ok(())
}
