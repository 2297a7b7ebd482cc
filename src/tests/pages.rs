//! Runs every rule's page: what it says fires must fire with the output that stands there, what it says is silent must be.

use super::{Told, known_facts, plain, root};
use crate::finding::Severity;
use crate::report;
use crate::rules::{RULES, Rule};

/// One example of a page.
#[derive(Clone, Debug)]
pub(super) struct Example {
    pub told: Told,
    pub fires: bool,
    /// Lines of the page (from 0) between the fences of the output, where there is one.
    output: Option<(usize, usize)>,
}

/// Reads the examples of a page: fenced blocks named `base/…` or `head/…`, and for *Fires* the output in a `text` block.
pub(super) fn examples(page: &str) -> Vec<Example> {
    let lines: Vec<&str> = page.lines().collect();
    let mut examples: Vec<Example> = Vec::new();
    let mut fires = None;
    let mut open: Option<Example> = None;
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if let Some(heading) = line.strip_prefix('#') {
            examples.extend(open.take());
            match heading.trim_start_matches('#').trim() {
                "Fires" => fires = Some(true),
                "Silent" => fires = Some(false),
                _ if heading.starts_with("##") => {}
                _ => fires = None,
            }
        }
        let (Some(info), Some(fires)) = (line.strip_prefix("```"), fires) else {
            at += 1;
            continue;
        };
        let end = (at + 1..lines.len()).find(|end| lines[*end] == "```").expect("every fence is closed");
        let name = info.split_whitespace().nth(1).unwrap_or_default();
        let text = lines[at + 1..end].iter().map(|line| format!("{line}\n")).collect::<String>();
        let example = open.get_or_insert_with(|| Example { told: Told::default(), fires, output: None });
        if let Some(path) = name.strip_prefix("base/") {
            example.told.base.push((path.to_string(), text));
        } else if let Some(path) = name.strip_prefix("head/") {
            example.told.head.push((path.to_string(), text));
        } else if info == "text" {
            example.output = Some((at + 1, end));
        }
        at = end + 1;
    }
    examples.extend(open);
    examples
}

fn output(example: &Example, rule: &Rule) -> String {
    let facts = known_facts();
    let rule = [RULES.iter().copied().find(|known| known.id == rule.id).unwrap()];
    let (base, head, outcome) = example.told.check(&facts, &rule);
    let context = plain(&base, &head, &outcome);
    let findings: Vec<String> = outcome.findings.iter().map(|finding| report::finding(&context, finding)).collect();
    findings.iter().map(|finding| format!("{}\n", finding.trim_end())).collect::<Vec<_>>().join("\n")
}

#[test]
fn pages_say_what_happens() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let path = root().join(format!("src/rules/{}.md", rule.id.replace('-', "_")));
        let page = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = page.lines().map(str::to_string).collect();
        for example in examples(&page).iter().rev() {
            let output = output(example, rule);
            match (example.fires, example.output) {
                (false, _) if output.is_empty() => {}
                (false, _) => wrong.push(format!("{}: the silent example fires\n{output}", rule.id)),
                (true, None) => wrong.push(format!("{}: a firing example has no ```text block", rule.id)),
                (true, Some(_)) if output.is_empty() => {
                    wrong.push(format!("{}: the firing example is silent", rule.id))
                }
                (true, Some((start, end))) => {
                    let written = lines[start..end].iter().map(|line| format!("{line}\n")).collect::<String>();
                    if written != output {
                        lines.splice(start..end, output.lines().map(str::to_string));
                        wrong.push(format!("{}: the page says\n{written}\nand it is\n{output}", rule.id));
                    }
                }
            }
        }
        if std::env::var_os("UPDATE_PAGES").is_some() {
            std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        }
    }
    let update = std::env::var_os("UPDATE_PAGES").is_some();
    wrong.retain(|message| !update || !message.contains("the page says"));
    assert!(wrong.is_empty(), "{}\n\n(UPDATE_PAGES=1 cargo test pages rewrites outputs)", wrong.join("\n\n"));
}

#[test]
fn every_page_has_a_firing_case_and_a_near_miss() {
    for rule in RULES {
        let examples = examples(rule.page);
        assert!(examples.iter().any(|example| example.fires), "{} has no firing example", rule.id);
        assert!(examples.iter().any(|example| !example.fires), "{} has no silent example", rule.id);
        assert!(rule.page.starts_with(&format!("# {}\n", rule.id)), "{}: the page opens with the rule's id", rule.id);
        assert!(rule.severity >= Severity::Info);
    }
}
