//! What families of rules share: one way to ask a table, so that a rule of the family is its name, its page and its rows.
//!
//! It knows the model and the facts, and no rule.

mod settings;

pub(super) use settings::settings;
