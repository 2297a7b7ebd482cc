//! HCL with places: the text of a Terraform or OpenTofu file (in JSON, too) to blocks, attributes and expressions that know where they
//! stand, and changes of values that stand in it back to edits.
//!
//! Takes one source's text; gives a [`Parsed`]. Only this folder names the parser crate. It evaluates nothing, and knows
//! neither what a block means nor what Milvus is.

mod edit;
mod insert;
mod json;
mod parse;
#[cfg(test)]
mod tests;

pub use edit::edits;
pub use parse::{parse, template};

use crate::source::Span;
use crate::yaml::Problem;

/// Whether a file of this name is Terraform's.
pub fn is_file(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json"].iter().any(|ending| lower.ends_with(ending))
}

/// What a text gave: its body, or why there is none.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    pub body: Body,
    pub problem: Option<Problem>,
}

/// What stands between the braces of a block, or in a file.
#[derive(Clone, Debug, Default)]
pub struct Body {
    pub attributes: Vec<Attribute>,
    pub blocks: Vec<Block>,
}

/// `key = value`.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub key: String,
    /// The place of the key.
    pub at: Span,
    pub value: Expr,
}

/// `kind "label" "label" { … }`.
#[derive(Clone, Debug)]
pub struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    /// The place of the word that it begins with.
    pub at: Span,
    /// From that word to the closing brace.
    pub all: Span,
    pub body: Body,
}

/// An expression and its place.
#[derive(Clone, Debug)]
pub struct Expr {
    pub at: Span,
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    /// A quoted string.
    Text(Vec<Part>),
    /// The lines of a heredoc, and their place.
    Heredoc(Span, Vec<Part>),
    List(Vec<Expr>),
    Object(Vec<(Expr, Expr)>),
    /// `var.image["tag"]`, `each.key`: a name, and the names and numbers after it.
    Path(Vec<String>),
    Call(String, Vec<Expr>),
    /// Condition, then, else.
    Conditional(Box<[Expr; 3]>),
    /// Whether two are equal, or (false) are not.
    Equal(Box<[Expr; 2]>, bool),
    /// What nobody here asks about: arithmetic, `for`, splats.
    Other,
}

/// A piece of a string.
#[derive(Clone, Debug)]
pub struct Part {
    pub at: Span,
    pub kind: PartKind,
}

/// What a piece of a string is.
#[derive(Clone, Debug)]
pub enum PartKind {
    /// Characters, escapes undone.
    Literal(String),
    /// `${ … }`.
    Value(Expr),
    /// `%{ … }`: which lines there are is not known.
    Directive,
}

impl Body {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Expr> {
        self.attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.value)
    }

    /// Every block of a kind.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}
