//! What feeds a Milvus without being read: a value that nobody here resolves hangs on names, and a changed file may say these anew.
//!
//! Takes both sides and what was understood of them. Marks each Milvus of the head of which something that decides is not known and
//! that hangs on a change; gives the changed files whose texts it would like to see for that. It knows names, not containers.

mod names;
mod said;

use crate::detect::{Evidence, Trouble};
use crate::hcl;
use crate::model::{Deployment, Fed};
use crate::source::{Side, Source, SourceId, Sources, Span, Wanted};
use crate::understand::Understood;
use names::Name;
use std::collections::{BTreeMap, BTreeSet};

/// Of a change of more files only those are looked through that are at hand.
const MOST: usize = 400;

/// Both sides of a comparison, and where they differ.
struct Change<'a> {
    base: Texts<'a>,
    head: Texts<'a>,
    paths: Vec<&'a str>,
}

/// The texts of one side by their paths.
struct Texts<'a> {
    texts: BTreeMap<&'a str, &'a str>,
    sources: &'a Sources,
}

/// Marks what hangs on a change that cannot be followed; gives what is to be read for that.
pub(crate) fn feed(base: &Sources, head: &Sources, after: &mut Understood) -> Vec<Wanted> {
    let mut wanted = BTreeSet::new();
    let mut change = None;
    let evidence = &after.evidence;
    for milvus in &mut after.deployments {
        let own = evidence.iter().find(|evidence| evidence.at == milvus.at && evidence.id == milvus.id);
        let names = names::of(milvus, own, head);
        if names.is_empty() {
            continue;
        }
        let change = change.get_or_insert_with(|| Change::of(base, head));
        milvus.ground.fed = change.feeds(milvus, own, &names, &mut wanted);
    }
    wanted.into_iter().collect()
}

impl<'a> Change<'a> {
    fn of(base: &'a Sources, head: &'a Sources) -> Change<'a> {
        let (base, head) = (Texts::of(base), Texts::of(head));
        let all: BTreeSet<&str> = match &head.sources.changed {
            Some(changed) => changed.iter().map(String::as_str).collect(),
            None => {
                let both = base.texts.keys().chain(head.texts.keys()).copied();
                both.filter(|path| base.texts.get(path) != head.texts.get(path)).collect()
            }
        };
        let mut paths: Vec<&str> = all.into_iter().filter(|path| said::may_say_something(path)).collect();
        if paths.len() > MOST {
            paths.retain(|path| base.texts.contains_key(path) || head.texts.contains_key(path));
        }
        Change { base, head, paths }
    }

    /// The first changed file that says something else of the names than before.
    fn feeds(
        &self,
        milvus: &Deployment,
        own: Option<&Evidence>,
        names: &BTreeSet<Name>,
        wanted: &mut BTreeSet<Wanted>,
    ) -> Option<Fed> {
        let near = Near::of(milvus, own, &self.head);
        for path in &self.paths {
            if !self.is_there(path, wanted) {
                continue;
            }
            // An object of data is there to be filled in somewhere, wherever it stands.
            let text = self.head.texts.get(path).or(self.base.texts.get(path)).copied().unwrap_or_default();
            let holds_data = ["kind: ConfigMap", "kind: Secret"].iter().any(|kind| text.contains(kind));
            let (near, beside) = (holds_data || near.holds(path), near.stands_beside(path));
            // Every repository has many files of one name; one without folders is that of the own folder, or of one above.
            let concerns = |name: &&Name| match name {
                Name::File(file) if !file.contains('/') => beside,
                name => near || name.tells_itself(),
            };
            let mut concerned = names.iter().filter(concerns);
            let of = |side: &Texts, name: &Name| {
                side.texts.get(path).map(|text| said::said(text, path, name)).unwrap_or_default()
            };
            if let Some(name) = concerned.find(|name| of(&self.base, name) != of(&self.head, name)) {
                return Some(Fed { path: (*path).to_string(), name: name.to_string() });
            }
        }
        None
    }

    /// Whether the texts of a changed file are at hand; they are asked for where they are not.
    fn is_there(&self, path: &str, wanted: &mut BTreeSet<Wanted>) -> bool {
        let mut there = false;
        for (side, texts) in [(Side::Base, &self.base), (Side::Head, &self.head)] {
            if texts.texts.contains_key(path) {
                there = true;
            } else if !texts.sources.absent.contains_key(path) && self.head.sources.changed.is_some() {
                wanted.insert(Wanted { side, path: path.to_string(), text: true });
            }
        }
        there
    }
}

impl<'a> Texts<'a> {
    fn of(sources: &'a Sources) -> Texts<'a> {
        let texts = sources.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
        Texts { texts, sources }
    }
}

/// Which files stand near a Milvus: in its folders, above or below them, or named in one of its own texts.
struct Near<'a> {
    folders: BTreeSet<&'a str>,
    words: BTreeSet<&'a str>,
}

impl<'a> Near<'a> {
    fn of(milvus: &'a Deployment, own: Option<&'a Evidence>, head: &Texts<'a>) -> Near<'a> {
        let begins = own.and_then(|own| head.sources.files.get(own.at.source.index as usize));
        let paths = milvus.ground.files.iter().map(String::as_str).chain([milvus.id.path.as_str()]);
        let paths: BTreeSet<&str> = paths.chain(begins.map(|file| file.path.as_str())).collect();
        let between = |c: char| c.is_whitespace() || "\"'`,()[]{}=".contains(c);
        let texts = paths.iter().filter_map(|path| head.texts.get(path));
        let words =
            texts.flat_map(|text| text.split(between)).filter(|word| word.len() > 3 && word.contains(['/', '.']));
        let words = words.map(|word| word.trim_start_matches(['.', '/', '$', '-'])).collect();
        Near { folders: paths.iter().map(|path| folder(path)).collect(), words }
    }

    fn holds(&self, path: &str) -> bool {
        let there = folder(path);
        self.folders.iter().any(|own| is_below(there, own) || is_below(own, there)) || self.is_named(path)
    }

    fn stands_beside(&self, path: &str) -> bool {
        let there = folder(path);
        self.folders.iter().any(|own| is_below(own, there))
    }

    fn is_named(&self, path: &str) -> bool {
        self.words.iter().any(|word| word.contains('/') && said::matches(word, path))
    }
}

/// Whether a folder is another one, or stands in it.
fn is_below(inner: &str, outer: &str) -> bool {
    inner == outer || outer.is_empty() || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Modules of another repository that speak of Milvus, where what they are told differs from before: what that makes is not known.
pub(crate) fn modules(base: &Sources, head: &Sources, after: &Understood) -> Vec<Trouble> {
    let called = |file: &Source, id: SourceId| -> Vec<(Span, String)> {
        let blocks = hcl::parse(id, &file.text).body.blocks;
        blocks.into_iter().map(|block| (block.at, file.text[block.all.range()].to_string())).collect()
    };
    let mut troubles = Vec::new();
    for left in &after.left_out {
        let Some(file) = head.files.get(left.at.source.index as usize).filter(|file| hcl::is_file(&file.path)) else {
            continue;
        };
        let now = called(file, left.at.source).into_iter().find(|(at, _)| *at == left.at);
        let before = base.files.iter().find(|other| other.path == file.path);
        let before = before.map(|other| called(other, left.at.source)).unwrap_or_default();
        if now.is_some_and(|(_, now)| before.iter().all(|(_, text)| *text != now)) {
            troubles.push(Trouble { at: left.at, why: format!("{}; it differs from before", left.why) });
        }
    }
    troubles
}
