//! One finding, as people see it.

use super::*;

#[test]
fn an_order_to_migrate() {
    let (stage, finding) = upgrade();
    assert_eq!(
        stage.finding(&finding),
        r#"error[recalled-target]: Milvus 2.2.0 loses the metadata of 2.1.4 when it starts
  --> config/samples/milvusupgrade.yaml:10:18
   |
 9 |   sourceVersion: "v2.1.4"
   |                  -------- from here
10 |   targetVersion: "v2.2.0"
   |                  ^^^^^^^^ 2.2.0 is recalled; 2.2.16 is the last of 2.2
   |
   = what happens: the migration ends, the pods of 2.2.0 crash, and a rollback finds metadata of two
                   versions
   = why: milvus-io/milvus#21538
   = the way: 2.1.4 → 2.2.16 → 2.3.22
help: go to the last of 2.2
   |
10 -   targetVersion: "v2.2.0"
10 +   targetVersion: "v2.2.16"
   |
   = or: name the image as well (unsafe: review it)
   = explain: milvus-lint explain recalled-target
"#
    );
}

#[test]
fn a_change_that_is_not_in_the_diff() {
    let (stage, finding) = moved_queue();
    assert_eq!(
        stage.finding(&finding),
        r"error[queue-default-changed]: chart 5.0.19 moves this standalone from rocksmq to woodpecker; the data in rocksmq is left behind
  --> apps/milvus/app.yaml:4:21
   |
 4 |     targetRevision: 5.0.19
   |                     ^^^^^^ default of standalone.messageQueue: woodpecker
   |
  ::: origin/main:apps/milvus/app.yaml:4:21
   |
 4 |     targetRevision: 4.2.58
   |                     ------ default of standalone.messageQueue: rocksmq
   |
   = why: neither side writes standalone.messageQueue, so each chart's own default is in force
help: keep the queue that holds the data
   |
 6 |       values: |
 7 |         cluster:
 8 |           enabled: false
 9 +         standalone:
10 +           messageQueue: rocksmq
   |
   = explain: milvus-lint explain queue-default-changed
"
    );
}

#[test]
fn in_colour() {
    let (mut stage, finding) = moved_queue();
    stage.style.color = true;
    let shown = stage.finding(&finding);
    assert!(
        shown.contains("    targetRevision: \u{1b}[1m\u{1b}[91m5.0.19\u{1b}[0m\n"),
        "what the user wrote stands out: {shown}"
    );
    assert!(shown.contains("\u{1b}[92m        standalone:\u{1b}[0m\n"), "what is added is green: {shown}");
    let mut plain = String::new();
    let mut rest = shown.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').expect("a colour ends") + 1..];
    }
    plain.push_str(rest);
    stage.style.color = false;
    assert_eq!(plain, stage.finding(&finding), "colour carries no meaning alone");
}

#[test]
fn bom_carriage_returns_tabs_accents_and_escapes() {
    let text = "\u{feff}kind: Milvus\r\nspec:\r\n\tname: café\timage: \"é:v2.5\u{1b}[31m\"\r\n  mode: cluster\r\n";
    let stage = Stage::new(&[], &[("odd.yaml", text)]);
    let finding = Finding::new(stage.head("\"é:v2.5\u{1b}[31m\""), "odd\tthings\u{1b}[0m\nhappen")
        .here("an\r\nimage")
        .label(stage.head("Milvus"), "behind a BOM")
        .label(stage.head("mode: cluster\r\n"), "");
    let mut finding = signed(finding, "odd");
    let edits = vec![
        edit(stage.head("  mode: cluster\r\n"), ""),
        edit(stage.head("Milvus"), "MilvusCluster"),
        edit(stage.head("spec").before(), "metadata:\r\n  labels: {}\r\n"),
    ];
    finding.fixes.push(fix("three things at once", false, edits));
    assert_eq!(
        stage.finding(&finding),
        r#"error[odd]: odd    things␛[0m happen
 --> odd.yaml:3:20
  |
1 | kind: Milvus
  |       ------ behind a BOM
2 | spec:
3 |     name: café    image: "é:v2.5␛[31m"
  |                          ^^^^^^^^^^^^^ an image
4 |   mode: cluster
  |   -------------
  |
help: three things at once (unsafe: review it)
  |
1 - kind: Milvus
1 + kind: MilvusCluster
2 + metadata:
3 +   labels: {}
4 | spec:
5 |     name: café    image: "é:v2.5␛[31m"
4 -   mode: cluster
  |
  = explain: milvus-lint explain odd
"#
    );
}

#[test]
fn many_lines_far_places_and_the_end_of_the_file() {
    let text = "spec:\n  a: 1\n  b: 2\n  c: 3\n  d: 4\n  e: 5\nother: x";
    let stage = Stage::new(&[], &[("x.yaml", text)]);
    let end = Span::new(SourceId { side: Side::Head, index: 0 }, text.len(), text.len());
    let mut finding =
        Finding::new(stage.head("a: 1\n  b: 2"), "a place of two lines").here("cut to the first").label(end, "the end");
    let edits = vec![
        edit(stage.head("spec").before(), "kind: x\n"),
        edit(stage.head("other").before(), "  f: 6\n"),
        edit(end, "\nlast: y"),
    ];
    finding.fixes.push(fix("add three lines", true, edits));
    assert_eq!(
        stage.finding(&finding),
        r"error: a place of two lines
  --> x.yaml:2:3
   |
 2 |   a: 1
   |   ^^^^ cut to the first
...
 7 | other: x
   |         - the end
   |
help: add three lines
   |
 1 + kind: x
 2 | spec:
...
 7 |   e: 5
 8 +   f: 6
 9 | other: x
10 + last: y
"
    );
}

#[test]
fn a_safe_fix_is_shown_before_an_unsafe_one() {
    let stage = Stage::new(&[], &[("x.yaml", "a: 1\nb: 2\n")]);
    let mut finding = Finding::new(stage.head("1"), "wrong");
    finding.fixes.push(fix("no edits, not shown", true, Vec::new()));
    finding.fixes.push(fix("the unsafe way", false, vec![edit(stage.head("1"), "9")]));
    finding.fixes.push(fix("the safe way", true, vec![edit(stage.head("b: 2\n"), "")]));
    assert_eq!(
        stage.finding(&finding),
        r"error: wrong
 --> x.yaml:1:4
  |
1 | a: 1
  |    ^
  |
help: the safe way
  |
2 - b: 2
  |
  = or: the unsafe way (unsafe: review it)
"
    );
}

#[test]
fn a_fix_in_another_file_says_which() {
    let stage = Stage::new(&[], &[("a.yaml", "a: 1\n"), ("b.yaml", "b:\n  c: v2.5.0\n")]);
    let other = Span::new(SourceId { side: Side::Head, index: 1 }, 8, 14);
    let mut finding = Finding::new(stage.head("1"), "wrong").label(other, "because of this");
    finding.fixes.push(fix("change the other", true, vec![edit(other, "v2.5.16")]));
    assert_eq!(
        stage.finding(&finding),
        r"error: wrong
 --> a.yaml:1:4
  |
1 | a: 1
  |    ^
  |
 ::: b.yaml:2:6
  |
2 |   c: v2.5.0
  |      ------ because of this
  |
help: change the other
  |
 ::: b.yaml:2
  |
2 -   c: v2.5.0
2 +   c: v2.5.16
"
    );
}

#[test]
fn notes_are_wrapped_and_commands_are_not() {
    let mut stage = Stage::new(&[], &[("a.yaml", "a: 1\n")]);
    stage.style.width = 50;
    let finding = Finding::new(stage.head("1"), "wrong")
        .note("or", "say which version it is with `milvus-lint check --from 2.5.10 --to 2.6.6`, or in the config");
    assert_eq!(
        stage.finding(&finding),
        r"error: wrong
 --> a.yaml:1:4
  |
1 | a: 1
  |    ^
  |
  = or: say which version it is with
        `milvus-lint check --from 2.5.10 --to 2.6.6`,
        or in the config
"
    );
}

#[test]
fn a_file_on_disk_is_a_link() {
    let (mut stage, finding) = upgrade();
    stage.style.hyperlinks = true;
    let plain = stage.finding(&finding);
    assert!(!plain.contains('\u{1b}'), "no link without an absolute path: {plain}");
    stage.head.files[0].disk = Some("/srv/ä b/milvusupgrade.yaml".into());
    let shown = stage.finding(&finding);
    let name = "config/samples/milvusupgrade.yaml:10:18";
    let link = format!("\u{1b}]8;;file:///srv/%C3%A4%20b/milvusupgrade.yaml\u{1b}\\{name}\u{1b}]8;;\u{1b}\\");
    assert_eq!(shown, plain.replacen(name, &link, 1));
}

/// Any place and any edit in any text: no panic, and the JSON stays well formed.
#[test]
fn no_place_breaks_a_report() {
    let texts = [
        "",
        "\n",
        "a",
        "\u{feff}",
        "\u{feff}a: é\r\n\tb: 日本\r\n\r\n",
        "a:\n  b: 1\n\n# c\n  d: 2\n    e: \u{9b}\u{200d}x",
    ];
    for text in texts {
        let mut stage = Stage::new(&[("x.yaml", text)], &[("x.yaml", text)]);
        let cuts: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        let places = |side| {
            let id = SourceId { side, index: 0 };
            let cuts = &cuts;
            cuts.iter().flat_map(move |&a| cuts.iter().filter(move |&&b| a <= b).map(move |&b| Span::new(id, a, b)))
        };
        for (a, b) in places(Side::Head).zip(places(Side::Base).collect::<Vec<_>>().into_iter().rev()) {
            let mut finding = Finding::new(a, "x").here("y").label(b, "z").label(Span { source: a.source, ..b }, "w");
            let other = edit(Span { source: a.source, ..b }, "q\r\n  r");
            finding.fixes.push(fix("f", true, vec![edit(a, ""), other.clone()]));
            finding.fixes.push(fix("g", false, vec![other, edit(a, "\n  k: v\n")]));
            stage.style.color = (a.start + b.end) % 2 == 0;
            stage.style.width = (a.end + b.end) as usize;
            stage.outcome.findings = vec![finding];
            assert!(stage.human().ends_with('\n'));
            serde_json::from_str::<serde_json::Value>(&stage.report(Format::Json)).expect("well formed");
            let finding = stage.outcome.findings.remove(0);
            stage.outcome.findings = vec![Finding { fixes: vec![finding.fixes[1].clone()], ..finding }];
            stage.human();
        }
    }
}
