//! Every key that is written for a Milvus, with its place, as one flat list in the order of the text.
//!
//! It says what stands there and of which kind it is; whether anybody reads the key is a question for the facts.

use crate::source::Span;
use std::sync::Arc;

/// Who is meant to read a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    /// The API server and the operator: a resource of that schema (`Milvus`, `MilvusCluster`, `MilvusUpgrade`,
    /// `Milvus-v1alpha1`).
    Resource(&'static str),
    /// The templates of the Milvus chart. Beside them an umbrella around it may read the same text.
    Chart { umbrella: bool },
    /// The server itself: its configuration.
    Server,
}

/// What stands behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    Map,
    List,
    Null,
    Bool,
    Integer,
    Number,
    Text,
    /// A template, a variable or a repetition: it may be anything.
    Open,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name; `[]` for an item of a list.
    pub name: Arc<str>,
    pub at: Span,
    /// How many keys stand above it.
    pub depth: usize,
    /// The first key of the list that is not inside of this one.
    pub end: usize,
    pub shape: Shape,
    /// A scalar's text.
    pub text: Option<Arc<str>>,
    /// Where the value stands.
    pub value_at: Span,
}

/// All keys of one text that one reader is meant to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub reader: Reader,
    pub keys: Vec<Key>,
}

impl Written {
    /// The names from the top to a key.
    pub fn path(&self, index: usize) -> Vec<&str> {
        let mut names = vec![&*self.keys[index].name];
        let mut depth = self.keys[index].depth;
        for key in self.keys[..index].iter().rev() {
            if key.depth < depth {
                depth = key.depth;
                names.push(&key.name);
            }
        }
        names.reverse();
        names
    }

    /// The keys at the ends: those of a map with nothing in it are none.
    pub fn leaves(&self, index: usize) -> impl Iterator<Item = usize> {
        let inside = index..self.keys[index].end;
        inside.filter(|at| self.keys[*at].end == at + 1 && self.keys[*at].shape != Shape::Map)
    }

    /// The keys beside a key, itself left out.
    pub fn siblings(&self, index: usize) -> impl Iterator<Item = &Key> {
        let depth = self.keys[index].depth;
        let begin = self.keys[..index].iter().rposition(|key| key.depth < depth).map_or(0, |parent| parent + 1);
        let inside = self.keys[begin..].iter().take_while(move |key| key.depth >= depth);
        let own = self.keys[index].at;
        inside.filter(move |key| key.depth == depth && key.at != own)
    }
}
