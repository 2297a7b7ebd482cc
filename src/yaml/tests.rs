//! What reading and editing must hold, each told by example; and that no bytes make them panic.

use super::*;
use crate::source::{Side, SourceId};

const ID: SourceId = SourceId { side: Side::Head, index: 0 };

fn one(text: &str) -> Document {
    let stream = parse(ID, text);
    assert_eq!(stream.problems, [], "{text}");
    stream.documents.into_iter().next().unwrap()
}

fn path(text: &str) -> Path {
    text.split('/')
        .filter(|step| !step.is_empty())
        .map(|step| step.parse().map_or_else(|_| Step::Key(step.into()), Step::Index))
        .collect()
}

fn edited(text: &str, changes: &[Change]) -> Result<String, EditError> {
    edits(text, &one(text), changes).map(|edits| apply(text, &edits))
}

fn set(at: &str, value: &str) -> Change {
    Change::Set { path: path(at), value: value.into(), string: true }
}

fn remove(at: &str) -> Change {
    Change::Remove { path: path(at) }
}

fn becomes(text: &str, change: Change, expected: &str) {
    assert_eq!(edited(text, &[change]).as_deref(), Ok(expected), "{text}");
}

fn is_refused(text: &str, change: Change) {
    assert!(matches!(edited(text, std::slice::from_ref(&change)), Err(EditError::Refused(_))), "{text} {change:?}");
}

const SAMPLES: &[&str] = &[
    "a: 1\nb: \"x\" # c\nc: 'it''s'\nd:\n- e: 2.10\n  f: |\n    g: h\n\n    i: j\n-\nk: {l: m, \"n\": [o, {p: q}]}\n",
    "x: &x\n  y: 1\nz:\n  <<: *x\n  w: *x\n? s\n: - - t\n  - u: v\n---\n{\"a\": {\"b\": [1, \"é\", null]}}\n...\n--- >-\n  folded\n  text\n",
    "{{- if .Values.a }}\napiVersion: v1\nmetadata:\n  labels:\n    {{- include \"x\" . | nindent 4 }}\n  name: {{ .b }}-c\ndata: \"{{ .d | quote }}\"\n{{- end }}\n",
    "\u{feff}a:\r\n  b: c\r\n  d: >\r\n    e\r\n# f\r\ng: !!str 1\r\nh: !t &i j\r\n",
];

fn scalars(node: &Node, found: &mut Vec<Node>) {
    match &node.kind {
        Kind::Map(map) => map.entries.iter().for_each(|entry| {
            scalars(&entry.key, found);
            scalars(&entry.value, found);
        }),
        Kind::Seq(items) => items.iter().for_each(|item| scalars(item, found)),
        Kind::Scalar(_) => found.push(node.clone()),
        _ => {}
    }
}

#[test]
fn a_scalar_stands_at_its_span() {
    for text in SAMPLES {
        for document in parse(ID, text).documents {
            let mut found = Vec::new();
            scalars(&document.root, &mut found);
            for node in found.iter().filter(|node| !node.is_templated()) {
                let scalar = node.scalar().unwrap();
                let there = &text[node.at.range()];
                match scalar.style {
                    Style::Literal | Style::Folded => assert!(there.starts_with(['|', '>']), "{there}"),
                    _ => assert_eq!(one(there).root.raw_text(), Some(&*scalar.text), "{there}"),
                }
            }
        }
    }
}

#[test]
fn empty_values_and_collections_have_their_places() {
    let text = "a:\nb: # c\nl:\n- x\n-\nm:\n  n: o\n\n# end\nz: [1, 2] # t\n";
    let root = one(text).root;
    let at = |node: &Node| (node.at.start, &text[node.at.range()]);
    assert_eq!(at(root.get("a").unwrap()), (2, ""));
    assert_eq!(at(root.get("b").unwrap()), (5, ""));
    assert_eq!(at(root.get("l").unwrap()).1, "- x\n-");
    assert_eq!(at(root.get("m").unwrap()).1, "n: o");
    assert_eq!(at(root.get("z").unwrap()).1, "[1, 2]");
    assert_eq!(one(text).comments.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), [" c", " end", " t"]);
}

#[test]
fn scalars_are_typed_as_kubernetes_types_them() {
    let string = |text: &str| resolve(text) == Typed::String;
    for text in [
        "y", "on", "No", "OFF", "~", "", "0644", "08", "1_000", "2.10", "1e3", "0x1F", "0o14", "0b101", ".5", "-.inf",
        "+1", "1.",
    ] {
        assert!(!string(text), "{text}");
    }
    for text in ["v2.5.0", "2.5.0", "2001-01-01", "12:30", "0xZZ", "1e", "-", ".", "yEs", "1.2.3", "nan"] {
        assert!(string(text), "{text}");
    }
    let root = one("a: yes\nb: 'yes'\nc: !!str 1\n").root;
    assert_eq!(root.get("a").unwrap().as_bool(), Some(true));
    assert_eq!(root.get("b").unwrap().as_bool(), None);
    assert!(root.get("b").unwrap().is_string() && root.get("c").unwrap().is_string());
}

#[test]
fn merge_keys_and_duplicates() {
    let root = one("a: &a {x: 1, y: 2}\nb: &b {x: 3, z: 4}\nc:\n  <<: [*a, *b]\n  y: 5\nd: {'<<': *a}\n").root;
    let value = |at: &[&str]| root.at_path(at).and_then(Node::text);
    assert_eq!((value(&["c", "x"]), value(&["c", "y"]), value(&["c", "z"])), (Some("1"), Some("5"), Some("4")));
    assert_eq!(value(&["d", "x"]), None);
    assert_eq!(root.get("c").unwrap().entries().map(|(key, _)| key).collect::<Vec<_>>(), ["y", "x", "z"]);
    let document = one("k: 1\n\"k\": 2\n");
    assert_eq!(document.duplicates.len(), 1);
    assert_eq!(document.root.get("k").and_then(Node::text), Some("2"));
}

#[test]
fn bombs_cost_nothing() {
    let mut text = String::from("a0: &a0 {k: v}\n");
    for i in 1..2000 {
        text.push_str(&format!("a{i}: &a{i} {{<<: [*a{0}, *a{0}, *a{0}]}}\n", i - 1));
    }
    let stream = parse(ID, &text);
    assert_eq!(stream.documents.len(), 1);
    assert_eq!(stream.documents[0].root.get("a100").unwrap().get("k").and_then(Node::text), Some("v"));
    assert!(stream.documents[0].root.get("a100").unwrap().get("missing").is_none());
    for text in [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "{a: ".repeat(100_000),
        "&a [*a]".into(),
        "{{".repeat(100_000),
        "{{/*}}".repeat(50_000),
    ] {
        parse(ID, &text);
    }
}

#[test]
fn templates_are_masked_and_told() {
    let document = one(SAMPLES[2]);
    assert!(document.templated);
    let metadata = document.root.get("metadata").unwrap();
    assert_eq!(metadata.get("name").unwrap().raw_text(), Some("{{ .b }}-c"));
    assert!(metadata.get("labels").unwrap().is_templated());
    assert_eq!(document.root.get("apiVersion").unwrap().text(), Some("v1"));
    let document = one("a: \"{{ x }}\"\nb: foo-{{ y }}\nc: d\n");
    assert!(!document.templated);
    assert!(document.root.get("a").unwrap().is_templated() && document.root.get("b").unwrap().is_templated());
    let document = one("a: {{ x }}\n");
    assert!(document.templated && document.root.get("a").unwrap().text().is_none());
    let document = one("{% if a %}\nk: v\n{% else %}\nk: w\n{% endif %}\n");
    assert!(document.templated && document.duplicates.is_empty());
}

#[test]
fn a_broken_document_does_not_hide_the_next() {
    let stream = parse(ID, "a: [1\n---\nb: 2\n");
    assert_eq!((stream.problems.len(), stream.documents.len()), (1, 1));
}

#[test]
fn yaml_inside_a_block_keeps_outer_places() {
    let text = "v: |\n  image:\n    tag: v1 # t\nw: \"a: b\"\n";
    let root = one(text).root;
    let inner = parse_block(text, root.get("v").unwrap()).unwrap().documents.remove(0);
    assert_eq!(&text[inner.root.at_path(&["image", "tag"]).unwrap().at.range()], "v1");
    assert_eq!((inner.indent, inner.exact), (2, true));
    let changes = [set("image/tag", "2.10"), set("image/pull", "x"), set("new/key", "on")];
    let result = apply(text, &edits(text, &inner, &changes).unwrap());
    assert_eq!(result, "v: |\n  image:\n    tag: \"2.10\" # t\n    pull: x\n  new:\n    key: \"on\"\nw: \"a: b\"\n");
    let quoted = parse_block(text, root.get("w").unwrap()).unwrap().documents.remove(0);
    assert!(!quoted.exact && quoted.root.get("a").unwrap().at == root.get("w").unwrap().at);
    assert!(edits(text, &quoted, &[set("a", "c")]).is_err());
}

#[test]
fn values_are_set() {
    becomes("a: \"x\" # c\n", set("a", "y"), "a: \"y\" # c\n");
    becomes("a: 'x'\n", set("a", "it's"), "a: 'it''s'\n");
    becomes("a: v1\n", set("a", "2.10"), "a: \"2.10\"\n");
    becomes("a: # c\nb: 1\n", set("a", "x"), "a: x # c\nb: 1\n");
    becomes("a:\n    b: 1 # x\n\n# c\nd: 2", set("a/e/f", "x"), "a:\n    b: 1 # x\n    e:\n        f: x\n\n# c\nd: 2");
    becomes("a:\r\n  b: 1\r\n", set("a/c", "x"), "a:\r\n  b: 1\r\n  c: x\r\n");
    becomes("a:\n  b: 1", set("c", "x"), "a:\n  b: 1\nc: x");
    becomes("a: {}\nb: 1\n", set("a/c", "x"), "a:\n  c: x\nb: 1\n");
    becomes("a: {b: 1}\n", set("a/c", "1"), "a: {b: 1, c: \"1\"}\n");
    becomes(
        "{\n  \"a\": {\n    \"b\": \"1\"\n  }\n}\n",
        set("a/c/d", "x"),
        "{\n  \"a\": {\n    \"b\": \"1\",\n    \"c\": {\"d\": \"x\"}\n  }\n}\n",
    );
    becomes("a: |+\n  x\n\n", set("b", "x"), "a: |+\n  x\n\nb: x\n");
    becomes("l:\n- a: 1\n-\n", set("l/0/b", "x"), "l:\n- a: 1\n  b: x\n-\n");
    let number = Change::Set { path: path("a"), value: "3".into(), string: false };
    becomes("a: \"x\"\n", number, "a: 3\n");
    let fragment = Change::Insert { path: path("a/m"), yaml: "n: 1\no:\n- p\n".into() };
    becomes("a:\n  b: 1\n", fragment, "a:\n  b: 1\n  m:\n    n: 1\n    o:\n    - p\n");
}

#[test]
fn keys_are_removed_and_moved() {
    becomes("a: 1\n# of b\nb:\n  c: 2\nd: 3\n", remove("b"), "a: 1\nd: 3\n");
    becomes("a: # c\n  b: 1\nd: 2\n", remove("a/b"), "a: {} # c\nd: 2\n");
    becomes("l:\n- a: 1\n  b: 2\n", remove("l/0/a"), "l:\n- b: 2\n");
    becomes("l:\n- a\n# of b\n- b\n- c\n", remove("l/1"), "l:\n- a\n- c\n");
    becomes("a: {b: 1, c: 2}\n", remove("a/b"), "a: {c: 2}\n");
    becomes("a: 1\nb: 2", remove("b"), "a: 1");
    let labels = Change::Move { from: path("labels"), to: path("metadata") };
    let text = "metadata:\n  name: x\n# mine\nlabels:\n  a: b # c\nspec: {}\n";
    becomes(text, labels.clone(), "metadata:\n  name: x\n  # mine\n  labels:\n    a: b # c\nspec: {}\n");
    becomes(
        "{\"labels\": {\"a\": 1}, \"metadata\": {\"n\": 1}}",
        labels,
        "{\"metadata\": {\"n\": 1, \"labels\": {\"a\": 1}}}",
    );
}

#[test]
fn what_is_not_safe_is_refused() {
    is_refused("a: &a\n  b: 1\nc: *a\n", set("a/b", "2"));
    is_refused("a: &a\n  b: 1\nc: *a\n", set("c/b", "2"));
    is_refused("a: {{ x }}\n", set("a", "2"));
    is_refused("a: 1\n{{ if x }}\nb: 2\n{{ end }}\n", set("c", "2"));
    is_refused("a: 1\na: 2\n", set("a", "3"));
    becomes("a: v1\nb: {{ x }}\n", set("a", "v2"), "a: v2\nb: {{ x }}\n");
}

#[test]
fn no_bytes_make_it_panic() {
    let mut state = 42_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let tokens = [
        "{{", "}}", "{", "}", "[", "]", "- ", ": ", "? ", "\n", "\r\n", "  ", "#", "&a ", "*a", "|", ">", "\"", "'",
        "---\n", "!!str ", "\t", "é", ",",
    ];
    for round in 0..4_000 {
        let mut text = SAMPLES[round % SAMPLES.len()].to_owned();
        for _ in 0..=random(4) {
            let at = random(text.len());
            let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap();
            let end = (at + random(6)).min(text.len());
            let end = (end..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap();
            text.replace_range(at..end, if random(3) == 0 { "" } else { tokens[random(tokens.len())] });
        }
        for document in parse(ID, &text).documents {
            let mut found = Vec::new();
            scalars(&document.root, &mut found);
            for node in &found {
                assert!(text.get(node.at.range()).is_some(), "{text}");
                for inner in parse_block(&text, node).unwrap().documents {
                    let _ = edits(&text, &inner, &[set("a", "b"), remove("g")]);
                }
            }
            for change in [
                set("a", "y"),
                set("a/b/c", "1"),
                remove("k"),
                remove("d/0"),
                remove("z/w"),
                set("d/0/n", "x"),
                set("k/o", "x"),
            ] {
                if let Ok(edits) = edits(&text, &document, &[change, set("new", "x")]) {
                    assert!(edits.windows(2).all(|pair| pair[0].at.end <= pair[1].at.start));
                }
            }
        }
    }
}

#[test]
fn a_key_gets_another_name_and_keeps_what_is_below() {
    let rename = |at: &str, key: &str| Change::Rename { path: path(at), key: key.to_string() };
    becomes("a: # c\n  b: 1\n", rename("a", "z"), "z: # c\n  b: 1\n");
    becomes("{\"a\": {'b': 1}}\n", rename("a/b", "z"), "{\"a\": {'z': 1}}\n");
    is_refused("a: 1\nb: 2\n", rename("a", "b"));
    is_refused("a: 1\na: 2\n", rename("a", "b"));
    is_refused("a: 1\n", rename("a", "b: c"));
}
