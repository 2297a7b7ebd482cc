//! The generators of an ApplicationSet: takes one, gives the parameters of each Application that it makes.
//!
//! Lists, and files and folders of Git where they are in this repository, and both ways of putting these together. What other
//! generators find stands in clusters and services: they give one element whose parameters are open.

mod git;

use super::Place;
use super::fill::Fill;
use crate::source::Span;
use crate::yaml::{self, Document, Node};

/// More Applications than anybody makes of one set.
const MOST: usize = 500;

/// Argo CD itself puts generators into generators once.
const DEEPEST: usize = 3;

/// The parameters of one Application, and where they stand.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub fill: Fill,
    /// `None` where the elements have no place of their own.
    pub at: Option<Span>,
}

/// Every element that one generator gives.
pub(super) fn expand(generator: &Node, place: Place) -> Vec<Element> {
    Expansion { place }.elements(generator, &Fill::default(), 0)
}

/// What a generator says over the template that all of a set share.
pub(super) fn template(generator: &Node) -> Option<&Node> {
    let of = |(_, entry): (&str, &yaml::Entry)| entry.value.get("template").is_some_and(Node::is_map);
    let (key, _) = generator.entries().find(|(key, entry)| *key != "selector" && of((key, entry)))?;
    generator.at_path(&[key, "template"])
}

struct Expansion<'a> {
    place: Place<'a>,
}

impl Expansion<'_> {
    /// The elements of a generator whose own fields are filled with what stands before it in a matrix.
    fn elements(&self, generator: &Node, given: &Fill, depth: usize) -> Vec<Element> {
        let open = || vec![Element { fill: Fill::open(), at: None }];
        if depth >= DEEPEST {
            return open();
        }
        let elements = if let Some(list) = generator.get("list") {
            self.of_list(list, given)
        } else if let Some(git) = generator.get("git") {
            git::elements(self.place, git, given)
        } else if let Some(matrix) = generator.get("matrix") {
            Some(self.of_matrix(matrix, given, depth))
        } else {
            generator.get("merge").map(|merge| self.of_merge(merge, given, depth))
        };
        let mut elements = elements.unwrap_or_else(|| {
            let mut fill = Fill::open();
            for (_, entry) in generator.entries() {
                fill.set_values(entry.value.get("values"));
            }
            vec![Element { fill, at: None }]
        });
        elements.truncate(MOST);
        if let Some(selector) = generator.get("selector") {
            elements.retain(|element| is_selected(selector, &element.fill));
        }
        elements
    }

    /// `elements`, and those that `elementsYaml` holds as a text; nothing where a template prints them.
    fn of_list(&self, list: &Node, given: &Fill) -> Option<Vec<Element>> {
        let of = |element: &Node| {
            // Each Application needs a place of its own.
            let at = element.entries().next().map_or(element.at, |(_, entry)| entry.key.at);
            Element { fill: Fill::of(&given.node(element)), at: Some(at) }
        };
        let written = list.get("elements");
        let text = list.get("elementsYaml").filter(|text| !text.is_templated());
        let documents: Vec<Document> = text
            .and_then(|text| yaml::parse_block(&self.place.file.source.text, text))
            .map(|stream| stream.documents)
            .unwrap_or_default();
        if written.is_none_or(|elements| !elements.is_seq()) && documents.is_empty() {
            return None;
        }
        let in_text = documents.iter().flat_map(|document| document.root.items());
        Some(written.map(Node::items).unwrap_or_default().iter().chain(in_text).map(of).collect())
    }

    /// Each element of one generator with each of the next, which may be told by those before it.
    fn of_matrix(&self, matrix: &Node, given: &Fill, depth: usize) -> Vec<Element> {
        let mut all = vec![Element { fill: Fill::default(), at: None }];
        for generator in matrix.get("generators").map(Node::items).unwrap_or_default() {
            let mut next = Vec::new();
            for before in &all {
                let told = before.fill.with(given);
                let found = self.elements(generator, &told, depth + 1);
                let with = |one: Element| Element { fill: before.fill.with(&one.fill), at: one.at.or(before.at) };
                next.extend(found.into_iter().map(with));
                next.truncate(MOST);
            }
            all = next;
        }
        all
    }

    /// The elements of the first generator, each with what the others say of the same keys.
    fn of_merge(&self, merge: &Node, given: &Fill, depth: usize) -> Vec<Element> {
        let keys: Vec<&str> =
            merge.get("mergeKeys").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
        let mut generators = merge.get("generators").map(Node::items).unwrap_or_default().iter();
        let Some(first) = generators.next() else { return Vec::new() };
        let mut all = self.elements(first, given, depth + 1);
        for generator in generators {
            let others = self.elements(generator, given, depth + 1);
            for one in &mut all {
                let same = |other: &&Element| keys.iter().all(|key| other.fill.get(key) == one.fill.get(key));
                if let Some(other) = others.iter().find(|other| !other.fill.open && same(other)) {
                    one.fill = other.fill.with(&one.fill);
                } else {
                    // It may be one of those that nobody here knows, and then its parameters may be others.
                    one.fill.open |= others.iter().any(|other| other.fill.open);
                }
            }
        }
        all
    }
}

/// Whether labels select these parameters; so they do where that is not known.
fn is_selected(selector: &Node, fill: &Fill) -> bool {
    let labels = selector.get("matchLabels").into_iter().flat_map(Node::entries);
    let mut labels = labels.map(|(name, entry)| {
        let asked = entry.value.text();
        fill.get(name).map_or(fill.open, |value| asked.is_none_or(|asked| asked == value))
    });
    let expressions = selector.get("matchExpressions").map(Node::items).unwrap_or_default();
    labels.all(|is| is) && expressions.iter().all(|expression| is_expressed(expression, fill))
}

fn is_expressed(expression: &Node, fill: &Fill) -> bool {
    let text = |key: &str| expression.get(key).and_then(Node::text);
    let Some(name) = text("key") else { return true };
    let value = fill.get(name);
    if value.is_none() && fill.open {
        return true;
    }
    let values = expression.get("values").map(Node::items).unwrap_or_default();
    let holds = value.is_some_and(|value| values.iter().any(|one| one.text() == Some(value)));
    match text("operator") {
        Some("In") => holds,
        Some("NotIn") => !holds,
        Some("Exists") => value.is_some(),
        Some("DoesNotExist") => value.is_none(),
        _ => true,
    }
}
