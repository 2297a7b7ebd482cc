//! Text to blocks and expressions: takes one source's text; the only file that speaks with the parser crate.
//!
//! The crate limits how deep anything is nested, so that what recurses here is bounded. It stops at the first fault.

use super::{Attribute, Block, Body, Expr, ExprKind, Parsed, Part, PartKind, json};
use crate::source::{SourceId, Span};
use crate::yaml::Problem;
use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOperator, Expression, ObjectKey, Traversal, TraversalOperator, UnaryOperator};
use hcl_edit::structure::{Body as HclBody, Structure};
use hcl_edit::template::{Element, Template};
use std::ops::Range;

/// Reads a file.
pub fn parse(source: SourceId, text: &str) -> Parsed {
    if json::is_json(text) {
        return json::read(source, text);
    }
    let mut reader = Reader::new(source, text);
    match tolerant(&mut reader) {
        Ok(body) => Parsed { body: reader.body(&body), problem: None },
        Err(error) => {
            let at = (reader.offset + error.location().offset()).min(text.len());
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            // What the parser expected is a long list, and the place says more.
            let message = error.message().lines().next().unwrap_or_default().trim_end_matches(';').to_string();
            let message = format!("this is not valid HCL: {message}");
            Parsed { body: Body::default(), problem: Some(Problem { at: Span::new(source, at, at), message }) }
        }
    }
}

/// As many keys as one file may have twice in an object.
const MOST_REPEATED: usize = 40;

/// Reads a body. Terraform takes the last of equal keys in an object and the crate takes none, so each that repeats another is
/// read under a name of the same length.
fn tolerant(reader: &mut Reader) -> Result<HclBody, hcl_edit::parser::Error> {
    let mut text = reader.text[reader.offset..].to_string();
    loop {
        let error = match hcl_edit::parser::parse_body(&text) {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        let found = error.location().offset();
        let at = found + usize::from(text.get(found..).is_some_and(|rest| rest.starts_with('"')));
        let is_letter = text.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
        let repeated = error.message().contains("redefined object key") && is_letter;
        if !repeated || reader.renamed.len() >= MOST_REPEATED {
            return Err(error);
        }
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let letter = char::from(letters[reader.renamed.len() % letters.len()]).to_string();
        text.replace_range(at..=at, &letter);
        reader.renamed.push(reader.offset + at);
    }
}

/// The pieces of a text with `${ … }` in it that stands in a file of its own; `None` when it is no template.
pub fn template(source: SourceId, text: &str) -> Option<Vec<Part>> {
    let reader = Reader::new(source, text);
    let template = hcl_edit::parser::parse_template(&text[reader.offset..]).ok()?;
    Some(reader.parts(&template))
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    /// How long the byte order mark is.
    offset: usize,
    /// Where keys begin whose name is that of the text alone.
    renamed: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn new(source: SourceId, text: &'a str) -> Reader<'a> {
        Reader {
            source,
            text,
            offset: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
            renamed: Vec::new(),
        }
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        Span::new(self.source, self.offset + range.start, self.offset + range.end)
    }

    fn body(&self, body: &HclBody) -> Body {
        let mut read = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => read.attributes.push(Attribute {
                    key: attribute.key.as_str().to_string(),
                    at: self.span(attribute.key.span()),
                    value: self.expr(&attribute.value),
                }),
                Structure::Block(block) => read.blocks.push(Block {
                    kind: block.ident.as_str().to_string(),
                    labels: block.labels.iter().map(|label| label.as_str().to_string()).collect(),
                    at: self.span(block.ident.span()),
                    all: self.span(block.span()),
                    body: self.body(&block.body),
                }),
            }
        }
        read
    }

    fn expr(&self, expression: &Expression) -> Expr {
        if let Expression::Parenthesis(inner) = expression {
            return self.expr(inner.inner());
        }
        let at = self.span(expression.span());
        Expr { at, kind: self.kind(expression, at) }
    }

    fn kind(&self, expression: &Expression, at: Span) -> ExprKind {
        match expression {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(_) => ExprKind::Number(self.text[at.range()].to_string()),
            Expression::String(value) => {
                ExprKind::Text(vec![Part { at, kind: PartKind::Literal(value.value().clone()) }])
            }
            Expression::StringTemplate(template) => ExprKind::Text(self.parts(template)),
            Expression::HeredocTemplate(heredoc) => ExprKind::Heredoc(self.lines(at), self.parts(&heredoc.template)),
            Expression::Array(items) => ExprKind::List(items.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(object) => {
                ExprKind::Object(object.iter().map(|(key, value)| (self.key(key), self.expr(value.expr()))).collect())
            }
            Expression::Variable(name) => ExprKind::Path(vec![name.as_str().to_string()]),
            Expression::Traversal(traversal) => path(traversal).map_or(ExprKind::Other, ExprKind::Path),
            Expression::FuncCall(call) if call.name.namespace.is_empty() && !call.args.expand_final() => {
                let arguments = call.args.iter().map(|argument| self.expr(argument)).collect();
                ExprKind::Call(call.name.name.as_str().to_string(), arguments)
            }
            Expression::Conditional(it) => {
                let parts = [&it.cond_expr, &it.true_expr, &it.false_expr];
                ExprKind::Conditional(Box::new(parts.map(|part| self.expr(part))))
            }
            Expression::BinaryOp(it) => {
                let equal = match it.operator.value() {
                    BinaryOperator::Eq => true,
                    BinaryOperator::NotEq => false,
                    _ => return ExprKind::Other,
                };
                ExprKind::Equal(Box::new([self.expr(&it.lhs_expr), self.expr(&it.rhs_expr)]), equal)
            }
            Expression::UnaryOp(it) => match (it.operator.value(), &it.expr) {
                (UnaryOperator::Neg, Expression::Number(_)) => ExprKind::Number(self.text[at.range()].to_string()),
                _ => ExprKind::Other,
            },
            Expression::FuncCall(_) | Expression::ForExpr(_) | Expression::Parenthesis(_) => ExprKind::Other,
        }
    }

    /// A key without quotes is its own text.
    fn key(&self, key: &ObjectKey) -> Expr {
        let at = self.span(key.span());
        let name = match key {
            _ if self.renamed.iter().any(|start| at.range().contains(start)) => self.text[at.range()].trim_matches('"'),
            ObjectKey::Ident(name) => name.as_str(),
            ObjectKey::Expression(Expression::Variable(name)) => name.as_str(),
            ObjectKey::Expression(expression) => return self.expr(expression),
        };
        Expr { at, kind: ExprKind::Text(vec![Part { at, kind: PartKind::Literal(name.to_string()) }]) }
    }

    fn parts(&self, template: &Template) -> Vec<Part> {
        let part = |element: &Element| {
            let at = self.span(element.span());
            let kind = match element {
                Element::Literal(text) => PartKind::Literal(text.as_str().to_string()),
                Element::Interpolation(it) => PartKind::Value(self.expr(&it.expr)),
                Element::Directive(_) => PartKind::Directive,
            };
            Part { at, kind }
        };
        template.iter().map(part).collect()
    }

    /// The lines between a heredoc's opening and its closing word.
    fn lines(&self, heredoc: Span) -> Span {
        let text = &self.text[heredoc.range()];
        let from = text.find('\n').map_or(text.len(), |at| at + 1);
        let last = text.trim_end().rfind('\n').map_or(from, |at| at + 1);
        let start = heredoc.start as usize;
        Span::new(self.source, start + from, start + last.max(from))
    }
}

/// The names of a traversal; `None` when it asks for more than one thing, or begins with a call.
fn path(traversal: &Traversal) -> Option<Vec<String>> {
    let Expression::Variable(root) = &traversal.expr else { return None };
    let mut names = vec![root.as_str().to_string()];
    for operator in &traversal.operators {
        names.push(match operator.value() {
            TraversalOperator::GetAttr(name) => name.as_str().to_string(),
            TraversalOperator::Index(Expression::String(key)) => key.value().clone(),
            TraversalOperator::Index(Expression::Number(index)) => index.value().to_string(),
            TraversalOperator::LegacyIndex(index) => index.value().to_string(),
            _ => return None,
        });
    }
    Some(names)
}
