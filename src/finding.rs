//! What a rule has to say, and what could be done about it.
//!
//! Plain data between the rules that write it and the reports and repairs that read it. It knows no rule and no format.

use crate::model::{CoordinatorLayout, Mode, Queue, Reader, Tree};
use crate::source::{Edit, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never fails a run by default.
    Info,
    /// A likely problem, or something that could not be known.
    Warning,
    /// The change fails or loses data.
    Error,
}

impl Severity {
    /// The severity of that word.
    pub fn parse(text: &str) -> Option<Severity> {
        [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.as_str() == text)
    }

    /// The word for it in reports and in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Often wrong, or of little weight; shown on request only (`--pedantic`).
    Hint,
    /// Right in most repositories; something that cannot be seen here could excuse it.
    Likely,
    /// It follows from what is written and from the facts.
    Certain,
}

impl Confidence {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Hint => "hint",
            Confidence::Likely => "likely",
            Confidence::Certain => "certain",
        }
    }
}

/// A second place that belongs to a finding, with a few words on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub at: Span,
    pub text: String,
}

/// A line below the snippet: `= name: text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// `what happens`, `why`, `the way`, `instead`, `unknown`, `or`, `note`.
    pub name: &'static str,
    pub text: String,
}

/// One fault at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id; set by the frame, so that no rule signs with another's.
    pub rule: &'static str,
    pub severity: Severity,
    /// The severity of this one finding, where it differs from its rule's.
    pub graded: Option<Severity>,
    /// How sure it is; set by the frame.
    pub confidence: Confidence,
    /// The confidence of this one finding, where it differs from its rule's.
    pub unsure: Option<Confidence>,
    /// One sentence that says what is wrong.
    pub message: String,
    /// Where it stands.
    pub at: Span,
    /// A few words at that place; may be empty.
    pub here: String,
    pub labels: Vec<Label>,
    pub notes: Vec<Note>,
    pub fixes: Vec<Fix>,
    /// The Milvus it is about, as `namespace/name` or as its file's path; set by the frame.
    pub subject: Option<String>,
    /// Where that Milvus begins, which tells it from every other; set by the frame.
    pub owner: Option<Span>,
}

impl Finding {
    /// A finding of the rule that is running, with its usual severity.
    pub fn new(at: Span, message: impl Into<String>) -> Finding {
        Finding {
            rule: "",
            severity: Severity::Error,
            graded: None,
            confidence: Confidence::Certain,
            unsure: None,
            message: message.into(),
            at,
            here: String::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
            subject: None,
            owner: None,
        }
    }

    /// Words at the primary place.
    pub fn here(mut self, text: impl Into<String>) -> Finding {
        self.here = text.into();
        self
    }

    /// A second place. One that equals the primary place is dropped: it would only repeat it.
    pub fn label(mut self, at: Span, text: impl Into<String>) -> Finding {
        if at != self.at {
            self.labels.push(Label { at, text: text.into() });
        }
        self
    }

    /// Another severity than the rule's.
    pub fn graded(mut self, severity: Severity) -> Finding {
        self.graded = Some(severity);
        self
    }

    /// Another confidence than the rule's.
    pub fn sure(mut self, confidence: Confidence) -> Finding {
        self.unsure = Some(confidence);
        self
    }

    /// A line below the snippet.
    pub fn note(mut self, name: &'static str, text: impl Into<String>) -> Finding {
        let text = text.into();
        if !text.is_empty() {
            self.notes.push(Note { name, text });
        }
        self
    }

    /// A repair that keeps the meaning of everything else; `fix` applies it.
    pub fn fix(mut self, title: impl Into<String>, set: impl IntoIterator<Item = Set>) -> Finding {
        self.fixes.push(Fix { title: title.into(), safe: true, set: set.into_iter().collect(), edits: Vec::new() });
        self
    }

    /// A repair that a person should look at first; `fix --unsafe` applies it.
    pub fn unsafe_fix(mut self, title: impl Into<String>, set: impl IntoIterator<Item = Set>) -> Finding {
        self.fixes.push(Fix { title: title.into(), safe: false, set: set.into_iter().collect(), edits: Vec::new() });
        self
    }
}

/// A repair: what should be true afterwards, and (once a dialect has written it) the edits that make it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub safe: bool,
    pub set: Vec<Set>,
    /// Byte-exact edits; empty until the dialect has written them, and a fix without edits is not shown.
    pub edits: Vec<Edit>,
}

/// What a repair makes true, said without any dialect. Each dialect writes it in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Set {
    /// The Milvus version in force, as `x.y.z`.
    Version(String),
    /// The version that the operator should assume, whatever the image says.
    AssumedVersion(String),
    Mode(Mode),
    Queue(Queue),
    /// In-cluster Pulsar of the given major line stays in force (2 or 3).
    PulsarLine(u8),
    Coordinators(CoordinatorLayout),
    /// No image of its own for one component (the component's key in its dialect).
    NoComponentImage(String),
    /// A switch that is quoted text, written as the plain `false` that it says.
    Unquoted(String),
    /// Rolling update on or off.
    Rolling(bool),
    /// The direction in which images are updated (`imageUpdateMode`).
    UpdateMode(String),
    /// A metadata key (`labels`, `annotations`, …) that stands at the root of the resource, moved under `metadata`.
    MetadataMoved(String),
    /// A key that nobody reads, moved (or renamed) to where `reader` reads it; both paths from the top of its text.
    KeyMoved {
        reader: Reader,
        from: Vec<String>,
        to: Vec<String>,
    },
    /// One key written, or taken away.
    Setting {
        tree: Tree,
        path: Vec<String>,
        value: Option<String>,
    },
    /// MilvusUpgrade: the namespace of the Milvus.
    MigrationNamespace(String),
    /// MilvusUpgrade: `sourceVersion`, written in the tool's own form.
    MigrationSource(String),
    /// MilvusUpgrade: `targetVersion`, with `targetImage` beside it when it is written.
    MigrationTarget(String),
    /// MilvusUpgrade: `targetImage`.
    MigrationTargetImage(String),
    /// MilvusUpgrade: `toolImage`.
    MigrationToolImage(String),
    /// Other words at a place of a command; an empty place takes them in.
    CommandWord {
        at: Span,
        text: String,
    },
}
