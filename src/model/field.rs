//! A value that knows who said it.

use crate::source::Span;

/// A value of a Milvus: where it stands (or the nearest thing that implies it), and who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<T> {
    pub at: Span,
    pub said: Said<T>,
}

/// Who says a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said<T> {
    /// It is written at the field's place.
    Written(T),
    /// Nobody wrote it; it is in force because of somebody's default. The text names whose.
    Default(T, String),
    /// It cannot be known from here. The text says what is missing.
    Unknown(String),
}

impl<T> Field<T> {
    /// A value that stands at `at`.
    pub fn written(at: Span, value: T) -> Field<T> {
        Field { at, said: Said::Written(value) }
    }

    /// A value that `who` sets when nobody writes it; `at` is what implies it.
    pub fn default(at: Span, value: T, who: impl Into<String>) -> Field<T> {
        Field { at, said: Said::Default(value, who.into()) }
    }

    /// A value that cannot be known, and why.
    pub fn unknown(at: Span, why: impl Into<String>) -> Field<T> {
        Field { at, said: Said::Unknown(why.into()) }
    }

    /// The value in force, written or not; `None` when unknown.
    pub fn value(&self) -> Option<&T> {
        match &self.said {
            Said::Written(value) | Said::Default(value, _) => Some(value),
            Said::Unknown(_) => None,
        }
    }

    /// The value only if somebody wrote it.
    pub fn written_value(&self) -> Option<&T> {
        match &self.said {
            Said::Written(value) => Some(value),
            Said::Default(..) | Said::Unknown(_) => None,
        }
    }

    /// Whose default it is, or why it is unknown; `None` for a written value.
    pub fn why(&self) -> Option<&str> {
        match &self.said {
            Said::Written(_) => None,
            Said::Default(_, why) | Said::Unknown(why) => Some(why),
        }
    }

    /// Whether the value is in force without being written.
    pub fn is_default(&self) -> bool {
        matches!(self.said, Said::Default(..))
    }

    /// Whether nothing is known of the value.
    pub fn is_unknown(&self) -> bool {
        matches!(self.said, Said::Unknown(_))
    }

    /// The same field with its value turned into another.
    pub fn map<U>(&self, turn: impl FnOnce(&T) -> U) -> Field<U> {
        let said = match &self.said {
            Said::Written(value) => Said::Written(turn(value)),
            Said::Default(value, why) => Said::Default(turn(value), why.clone()),
            Said::Unknown(why) => Said::Unknown(why.clone()),
        };
        Field { at: self.at, said }
    }

    /// `written`, `default` or `unknown`, as the JSON report says it.
    pub fn said_str(&self) -> &'static str {
        match self.said {
            Said::Written(_) => "written",
            Said::Default(..) => "default",
            Said::Unknown(_) => "unknown",
        }
    }
}
