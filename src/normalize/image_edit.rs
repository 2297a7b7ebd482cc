//! Commands that write another image into a file: `sed -i` and `yq -i`.
//!
//! Takes the words after the program, gives what stands there now, what will, and the files. Patterns are understood as far as
//! people use them for versions: literal text, and `.*` at the end. Which Milvus a file holds is not known here.

use crate::detect::Word;
use crate::model::{Act, Field, Image, Step, Version};

/// The act, and its operands: the old text (empty for whatever is there), the new one, the files.
pub(super) fn sed(words: &[Word]) -> Option<(Act, Vec<Field<String>>)> {
    let in_place = |word: &Word| word.text.starts_with("-i") || word.text.starts_with("--in-place");
    words.iter().find(|word| in_place(word))?;
    let mut rest = words.iter().filter(|word| !word.text.starts_with('-') && !word.text.is_empty());
    let expression = rest.next()?;
    let parts = parts(&expression.text)?;
    let files: Vec<Field<String>> = rest.map(Word::field).collect();
    let (old, new) = (expression.part(parts.0), expression.part(parts.1).field());
    let speaks = old.text.contains("milvus") || new.value().is_some_and(|text| text.contains("milvus") || is_tag(text));
    let operands = [old.field(), new].into_iter().chain(files).collect::<Vec<_>>();
    (speaks && operands.len() > 2).then_some((Act::ImageEdited, operands))
}

/// `yq -i '.services.standalone.image = "…"' FILE`.
pub(super) fn yq(words: &[Word]) -> Option<(Act, Vec<Field<String>>)> {
    words.iter().find(|word| word.text.starts_with("-i") || word.text.starts_with("--inplace"))?;
    let mut rest =
        words.iter().filter(|word| !word.text.starts_with('-') && !matches!(word.text.as_str(), "e" | "eval"));
    let expression = rest.next()?;
    let (path, _) = expression.text.split_once('=')?;
    let path = path.trim_end();
    if !path.ends_with(".image") && !path.ends_with(".tag") || expression.text.contains(" | ") {
        return None;
    }
    let open = expression.text.find('"')? + 1;
    let close = open + expression.text[open..].find('"')?;
    let nothing = Field::written(expression.at, String::new());
    let new = expression.part(open..close).field();
    let operands = [nothing, new].into_iter().chain(rest.map(Word::field)).collect::<Vec<_>>();
    (operands.len() > 2).then_some((Act::ImageEdited, operands))
}

/// The image that a file holds after such a command, with the place of what is new; `None` where it does not touch the image.
pub(crate) fn edited(step: &Step, image: &Image) -> Option<(Field<Image>, Field<Version>)> {
    let [old, new, ..] = &step.operands[..] else { return None };
    let (was, is) = (bare(old.value()?), bare(new.value()?));
    let text = match was.strip_suffix(".*") {
        _ if was.is_empty() && is.contains([':', '/']) => is.to_string(),
        _ if was.is_empty() => format!("{}:{is}", image.repository),
        Some(before) => {
            let at = image.text.find(&plain(before))?;
            format!("{}{is}", &image.text[..at])
        }
        None => {
            let was = plain(was);
            image.text.contains(&was).then(|| image.text.replacen(&was, is, 1))?
        }
    };
    let image = Image::parse(&text);
    let version = image.version()?.clone();
    Some((new.map(|_| image), new.map(|_| version)))
}

/// Where the two sides of `s/old/new/` stand.
fn parts(text: &str) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let mut letters = text.char_indices();
    let (_, delimiter) = letters.next().filter(|(_, letter)| *letter == 's').and_then(|_| letters.next())?;
    if delimiter.is_alphanumeric() || delimiter.is_whitespace() {
        return None;
    }
    let (start, mut ends, mut escaped) = (1 + delimiter.len_utf8(), Vec::new(), false);
    for (at, letter) in letters {
        if letter == delimiter && !escaped {
            ends.push(at);
        }
        escaped = letter == '\\' && !escaped;
    }
    match ends[..] {
        [middle, end] => Some((start..middle, middle + delimiter.len_utf8()..end)),
        _ => None,
    }
}

/// What is said of the key, left out.
fn bare(text: &str) -> &str {
    let text = text.trim_start_matches('^').trim();
    ["image:", "tag:"].iter().find_map(|key| text.strip_prefix(key)).unwrap_or(text).trim().trim_matches('"')
}

/// A pattern without its backslashes.
fn plain(pattern: &str) -> String {
    pattern.trim_end_matches('$').replace('\\', "")
}

fn is_tag(text: &str) -> bool {
    Version::parse(text.trim_start_matches('v')).is_some()
}
