//! Laws about the judgement: silence without change, places, repairs, any input, any number of threads.

use super::pages::{Example, examples};
use super::{Told, known_facts, plain};
use crate::finding::Severity;
use crate::model::Image;
use crate::outcome::{DeploymentView, TransitionKind, ValueView};
use crate::report::Format;
use crate::rules::{RULES, Scope};
use crate::source::{Side, Sources, Texts};
use crate::{fix, yaml};

/// Every example of every page, with its rule.
fn all_examples() -> Vec<(&'static str, Example)> {
    RULES.iter().flat_map(|rule| examples(rule.page).into_iter().map(|example| (rule.id, example))).collect()
}

/// Law 4: no change, no finding from a rule about changes.
#[test]
fn without_a_change_the_rules_about_changes_are_silent() {
    let facts = known_facts();
    for (id, example) in all_examples() {
        for files in [&example.told.base, &example.told.head] {
            let same = Told { base: files.clone(), head: files.clone() };
            // What was read from a cluster is only ever a base.
            if same.head.is_empty() || same.head.iter().any(|(path, _)| path.starts_with("live:")) {
                continue;
            }
            let (.., outcome) = same.check(&facts, RULES);
            // The steps of a script are changes, whether the script changed or not; they have no owner.
            for finding in outcome.findings.iter().filter(|finding| finding.owner.is_some()) {
                let rule = crate::rules::find(finding.rule).unwrap();
                assert_ne!(rule.scope, Scope::Change, "{id}: judged on (x, x), {} says: {}", rule.id, finding.message);
            }
            let changed = outcome.transitions.iter().find(|t| t.kind == TransitionKind::Changed);
            assert!(changed.is_none(), "{id}: (x, x) counts as a change: {changed:?}");
        }
    }
}

/// Law 5: a written value stands at its place.
#[test]
fn a_written_value_stands_at_its_place() {
    let facts = known_facts();
    let mut values = 0;
    for (id, example) in all_examples() {
        let (base, head, outcome) = example.told.check(&facts, RULES);
        let texts = Texts { base: &base, head: &head };
        for view in &outcome.deployments {
            for (field, value) in fields(view) {
                let (Some(text), Some(at), "written") = (&value.value, value.at, value.said) else { continue };
                let written = texts.text(at);
                assert!(stands(field, text, written), "{id}: {field} is {text}, and at its place stands `{written}`");
                values += 1;
            }
        }
    }
    assert!(values > 50, "only {values} values were looked at");
}

fn fields(view: &DeploymentView) -> Vec<(&'static str, &ValueView)> {
    vec![
        ("version", &view.version),
        ("image", &view.image),
        ("mode", &view.mode),
        ("queue", &view.queue),
        ("coordinators", &view.coordinators),
        ("chart", &view.chart_version),
    ]
}

/// Whether the text at a place says the value: as an image, a word, a switch, or a component's key.
fn stands(field: &str, value: &str, written: &str) -> bool {
    let plain = written.trim_matches(['"', '\'']);
    match field {
        "version" | "chart" => {
            let image = Image::parse(&format!("milvus:{plain}"));
            let versions = [Image::parse(plain).version().cloned(), image.version().cloned()];
            versions.into_iter().flatten().any(|version| version.to_string() == value)
        }
        "image" => value == plain || value.ends_with(&format!(":{plain}")),
        // Quoted text in a switch of the chart counts as true, whatever it says.
        "mode" if plain != written && value == "cluster" => true,
        "mode" => plain == value || matches!((plain, value), ("true", "cluster") | ("false", "standalone")),
        "queue" => plain == value || plain == "true",
        _ => matches!(plain, "true" | "false") || plain.ends_with("Coord"),
    }
}

/// Law 8: a safe repair removes its finding, brings none, and a second run does nothing.
#[test]
fn fixing_fixes_and_is_done_once() {
    let facts = known_facts();
    let mut repaired = 0;
    for (id, example) in all_examples().into_iter().filter(|(_, example)| example.fires) {
        let (base, head) = example.told.sources();
        let config = example.told.config();
        for unsafe_too in [false, true] {
            let judge = |head: &Sources| crate::check(&base, head, &facts, &config);
            let first = fix::repair(&head, unsafe_too, judge);
            let before = judge(&head);
            let worst = |outcome: &crate::outcome::Outcome, severity| {
                outcome.findings.iter().filter(|finding| finding.severity >= severity).count()
            };
            assert!(
                worst(&first.outcome, Severity::Warning) + first.done.len()
                    <= worst(&before, Severity::Warning) + first.done.len(),
                "{id}: the repairs brought more than they took"
            );
            let offered =
                before.findings.iter().flat_map(|f| &f.fixes).filter(|f| f.safe && !f.edits.is_empty()).count();
            assert!(
                unsafe_too || offered == 0 || !first.done.is_empty() || !first.dropped.is_empty(),
                "{id}: a safe repair is offered and neither done nor taken back"
            );
            let second = fix::repair(&first.head, unsafe_too, judge);
            assert!(second.done.is_empty(), "{id}: a second run repairs again: {:?}", second.done);
            repaired += first.done.len();
        }
    }
    assert!(repaired > 20, "only {repaired} repairs were tried");
}

/// A safe repair that a page shows does what it says when it is the only one.
#[test]
fn each_safe_repair_of_a_page_holds() {
    let facts = known_facts();
    for (id, example) in all_examples().into_iter().filter(|(_, example)| example.fires) {
        let (base, head, outcome) = example.told.check(&facts, RULES);
        for finding in outcome.findings.iter().filter(|finding| finding.rule == id) {
            for fix in finding.fixes.iter().filter(|fix| fix.safe && !fix.edits.is_empty()) {
                let mut after = head.clone();
                let source = fix.edits[0].at.source;
                let text = &mut after.files[source.index as usize].text;
                *text = yaml::apply(text, &fix.edits);
                let judged = crate::check(&base, &after, &facts, &example.told.config());
                let same = |f: &&crate::finding::Finding| f.rule == id && f.subject == finding.subject;
                let (old, new) =
                    (outcome.findings.iter().filter(same).count(), judged.findings.iter().filter(same).count());
                assert!(new < old, "{id}: after `{}` the finding is still there", fix.title);
            }
        }
    }
}

/// Law 9: any bytes in, no panic; one file never stops the others.
#[test]
fn any_input_is_survived() {
    let facts = known_facts();
    let good = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: good\nspec:\n  mode: cluster\n";
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let junk = [
        "{{", "}}", "\t", ": ", "- ", "&a", "*a", "<<: *a", "|", "\"", "'", "\u{feff}", "é", "---\n", "\r\n", "null",
        "{", "[",
    ];
    for (id, example) in all_examples() {
        for (path, text) in example.told.base.iter().chain(&example.told.head) {
            for _ in 0..8 {
                let mut text = text.clone();
                for _ in 0..1 + next(4) {
                    let at = (0..=next(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                    if next(2) == 0 { text.insert_str(at, junk[next(junk.len())]) } else { text.truncate(at) }
                }
                let head = Sources::from_texts(Side::Head, [(path.as_str(), text.as_str()), ("good.yaml", good)]);
                let mut found = crate::detect::Found::default();
                let tree = crate::detect::Tree::parse(&head);
                for file in &tree.files {
                    assert!(!file.failed, "{id}: the parser panics at {text:?}");
                    let one = crate::detect::find(file, &tree, crate::detect::Hint::default());
                    found.evidence.extend(one.evidence);
                }
                let base = Sources::empty(Side::Base);
                let outcome = crate::check(&base, &head, &facts, &crate::config::Config::default());
                assert!(
                    outcome.deployments.iter().any(|d| d.name.as_deref() == Some("good")),
                    "{id}: {text:?} hid the other"
                );
            }
        }
    }
}

/// Law 10: the same input gives the same bytes, whatever the number of threads.
#[test]
fn the_number_of_threads_changes_nothing() {
    let facts = known_facts();
    let mut head: Vec<(String, String)> = Vec::new();
    for (index, (_, example)) in all_examples().into_iter().enumerate() {
        head.extend(example.told.head.into_iter().map(|(path, text)| (format!("{index}/{path}"), text)));
    }
    let told = Told { base: Vec::new(), head };
    let json = || {
        let (base, head, outcome) = told.check(&facts, RULES);
        let context = plain(&base, &head, &outcome);
        let mut bytes = Vec::new();
        Format::Json.write(&context, &mut bytes).unwrap();
        bytes
    };
    let with = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(json);
    let one = with(1);
    assert!(one == with(2) && one == with(7));
}
