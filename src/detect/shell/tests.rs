//! What the shell reader makes of what people write.

use super::*;
use crate::detect::code::Code;
use crate::source::{Side, SourceId};

fn commands(text: &str) -> Vec<Vec<String>> {
    let source = SourceId { side: Side::Head, index: 0 };
    let code = Code::of(source, text, 0..text.len());
    let commands = read(&code, &mut Variables::default(), &mut Vec::new());
    let shown = |word: &Word| match word.hole() {
        Some(_) => format!("?{}", word.text),
        None => word.text.clone(),
    };
    commands.iter().map(|command| command.words.iter().map(shown).collect()).collect()
}

#[test]
fn words_are_read_as_a_shell_reads_them() {
    let cases: [(&str, &[&[&str]]); 12] = [
        ("a b\\\n  c", &[&["a", "b", "c"]]),
        ("a 'b c' \"d $X\"", &[&["a", "b c", "?d $X"]]),
        ("V=1.2\na --v=$V ${V} \"${V}x\"", &[&["a", "--v=1.2", "1.2", "1.2x"]]),
        ("a && b || c; d | e &", &[&["a"], &["b"], &["c"], &["d"], &["e"]]),
        ("a # no\nb", &[&["a"], &["b"]]),
        ("a $(b c) d", &[&["b", "c"], &["a", "?$(b c)", "d"]]),
        ("a {{ x y }} <some-version> > out", &[&["a", "?{{ x y }}", "?<some-version>"]]),
        ("if a; then\n b\nfi\nc", &[&["a"], &["b"], &["c"]]),
        ("sudo -E a; X=1 b", &[&["a"], &["b"]]),
        ("bash -c 'a b && c'", &[&["a", "b"], &["c"]]),
        ("f() {\n a\n}\nb", &[&["a"], &["b"]]),
        ("a ${V:-1.0}", &[&["a", "?${V:-1.0}"]]),
    ];
    for (text, expected) in cases {
        assert_eq!(commands(text), expected, "{text}");
    }
}

#[test]
fn documents_belong_to_their_command_and_have_places() {
    let text = "cat <<EOF | kubectl apply -f -\na: 1\nb: 2\nEOF\nnext one\n";
    let source = SourceId { side: Side::Head, index: 0 };
    let code = Code::of(source, text, 0..text.len());
    let commands = read(&code, &mut Variables::default(), &mut Vec::new());
    assert_eq!(commands[0].documents[0].text, "a: 1\nb: 2\n");
    assert_eq!(commands[0].documents[0].span(0..4).range(), 31..35);
    assert_eq!(commands[1].words[0].text, "kubectl");
    assert_eq!(commands[2].words[0].text, "next");
}

#[test]
fn what_runs_sometimes_says_so() {
    let source = SourceId { side: Side::Head, index: 0 };
    let text = "a || b\nif x; then c; fi\nd";
    let code = Code::of(source, text, 0..text.len());
    let commands = read(&code, &mut Variables::default(), &mut Vec::new());
    let sometimes: Vec<bool> = commands.iter().map(|command| command.sometimes).collect();
    assert_eq!(sometimes, [false, true, true, true, false]);
}

#[test]
fn nothing_makes_it_fall_or_wait() {
    for text in [
        "'",
        "\"",
        "$(",
        "${",
        "<<EOF",
        "a <<",
        "{{",
        "\\",
        "`",
        "<",
        "a <x",
        "$",
        "é$é",
        "\u{a0}",
        "a\\\r\nb",
        ")(",
        "<<A <<B\nx\nA\ny\nB\n",
    ] {
        commands(text);
    }
}
