//! What all rules ask with: the case that they judge, changes of the version, and one way to ask the table of settings, so that a
//! rule of that family is its name, its page and its rows.
//!
//! It knows the model and the facts, and no rule.

pub(super) mod case;
pub(super) mod change;
mod settings;

pub(super) use settings::settings;
