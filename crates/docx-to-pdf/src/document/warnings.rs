//! What could not be read as written, each thing once.

use std::collections::HashSet;

use crate::warning::Warning;

/// No more than this many different warnings are kept; a document with more says nothing new.
const MOST: usize = 200;

/// Collected warnings in the order they came up.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    seen: HashSet<Warning>,
    list: Vec<Warning>,
}

impl Warnings {
    fn add(&mut self, warning: Warning) {
        if self.list.len() < MOST && self.seen.insert(warning.clone()) {
            self.list.push(warning);
        }
    }

    /// A feature that is not laid out.
    pub(super) fn unsupported(&mut self, feature: impl Into<String>, part: &str) {
        self.add(Warning::Unsupported { feature: feature.into(), part: part.to_owned() });
    }

    /// A picture that cannot be shown.
    pub(super) fn picture(&mut self, part: &str, reason: impl Into<String>) {
        self.add(Warning::Picture { part: part.to_owned(), reason: reason.into() });
    }

    /// Anything else.
    pub(super) fn other(&mut self, message: impl Into<String>) {
        self.add(Warning::Other { message: message.into() });
    }

    /// All of them.
    pub(super) fn into_list(self) -> Vec<Warning> {
        self.list
    }
}
