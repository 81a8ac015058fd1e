//! A TOML table read field by field, all faults collected with their lines.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::analysis::profile::ProfileError;
use crate::analysis::suggest;

/// The longest text of a profile: names are printed, and patterns and conditions are tried on every assessment.
const LONGEST_TEXT: usize = 2000;
/// So many faults of one file are told at once.
const MOST_FAULTS: usize = 100;

/// Where faults are collected.
pub(super) struct Faults<'t> {
    text: &'t str,
    file: &'t str,
    found: RefCell<Vec<ProfileError>>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(text: &'t str, file: &'t str) -> Self {
        Self { text, file, found: RefCell::default() }
    }

    pub(super) fn add(&self, at: &Range<usize>, message: impl Into<String>, suggestion: Option<String>) {
        // Each looks for its line from the beginning, and nobody fixes more of them at a time.
        if self.found.borrow().len() >= MOST_FAULTS {
            return;
        }
        let message = shortened(message.into());
        let line = 1 + self.text.bytes().take(at.start).filter(|byte| *byte == b'\n').count();
        self.found.borrow_mut().push(ProfileError { file: self.file.to_owned(), line, message, suggestion });
    }

    pub(super) fn into_sorted(self) -> Vec<ProfileError> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|error| error.line);
        found
    }
}

/// A message in which no text of the file, however long, drowns the rest.
fn shortened(message: String) -> String {
    const ENDS: usize = 200;
    if message.chars().nth(2 * ENDS).is_none() {
        return message;
    }
    let start: String = message.chars().take(ENDS).collect();
    let end: Vec<char> = message.chars().rev().take(ENDS / 2).collect();
    format!("{start} … {}", end.into_iter().rev().collect::<String>())
}

/// A table under the eyes of [`Faults`].
pub(super) struct Fields<'f, 't> {
    pub(super) faults: &'f Faults<'t>,
    table: &'f DeTable<'t>,
    /// What the table is, for messages (`a level`).
    what: &'static str,
    /// Where it stands.
    pub(super) span: Range<usize>,
}

impl<'f, 't> Fields<'f, 't> {
    /// Takes a table; every key must be one of the known ones.
    pub(super) fn new(faults: &'f Faults<'t>, table: &'f DeTable<'t>, span: Range<usize>, what: &'static str, known: &[&str]) -> Self {
        for key in table.keys() {
            let name = key.get_ref();
            if !known.contains(&name.as_ref()) {
                let nearest = suggest::nearest(name, known.iter().copied()).map(|n| format!("did you mean '{n}'?"));
                let suggestion = nearest.unwrap_or_else(|| format!("known are {}", known.join(", ")));
                faults.add(&key.span(), format!("unknown key '{name}' in {what}"), Some(suggestion));
            }
        }
        Self { faults, table, what, span }
    }

    /// Takes a value that must be a table.
    pub(super) fn of(faults: &'f Faults<'t>, value: &'f Spanned<DeValue<'t>>, what: &'static str, known: &[&str]) -> Option<Self> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Self::new(faults, table, value.span(), what, known)),
            other => {
                faults.add(
                    &value.span(),
                    format!("{what} must be a table, but is {}", other.type_str()),
                    Some("write { key = value }".to_owned()),
                );
                None
            }
        }
    }

    pub(super) fn value(&self, key: &str) -> Option<&'f Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    /// The keys in the file's order, which the table itself does not keep.
    pub(super) fn keys(&self) -> Vec<(String, Range<usize>)> {
        let mut keys: Vec<_> = self.table.keys().map(|key| (key.get_ref().to_string(), key.span())).collect();
        keys.sort_by_key(|(_, span)| span.start);
        keys
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        let text = self.as_text(key, value)?;
        if text.is_empty() {
            self.faults.add(&value.span(), format!("'{key}' in {} is empty", self.what), Some("leave it out".to_owned()));
            return None;
        }
        Some(text)
    }

    /// A text, or a list of texts.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        let value = self.value(key)?;
        Some(match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.as_text(key, item)).collect(),
            _ => self.as_text(key, value).into_iter().collect(),
        })
    }

    /// A percentage, 0–100.
    pub(super) fn percentage(&self, key: &str) -> Option<f64> {
        let value = self.value(key)?;
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|n| (0.0..=100.0).contains(n));
        if number.is_none() {
            self.faults.add(&value.span(), format!("'{key}' in {} must be a number from 0 to 100", self.what), None);
        }
        number
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.faults.add(&value.span(), format!("'{key}' in {} must be true or false", self.what), None);
        }
        flag
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word);
            let span = self.value(key).map_or_else(|| self.span.clone(), Spanned::span);
            let suggestion = suggest::nearest(&text, known.clone())
                .map_or_else(|| format!("known are {}", known.collect::<Vec<_>>().join(", ")), |n| format!("did you mean '{n}'?"));
            self.faults.add(&span, format!("'{key}' in {} cannot be '{text}'", self.what), Some(suggestion));
        }
        found
    }

    /// The entries of a list of tables.
    pub(super) fn list(&self, key: &str) -> Vec<&'f Spanned<DeValue<'t>>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            other => {
                self.faults.add(
                    &value.span(),
                    format!("'{key}' in {} must be a list, but is {}", self.what, other.type_str()),
                    Some("write [ … ]".to_owned()),
                );
                Vec::new()
            }
        }
    }

    fn as_text(&self, key: &str, value: &Spanned<DeValue<'t>>) -> Option<String> {
        let Some(text) = value.get_ref().as_str().map(str::trim) else {
            self.faults.add(&value.span(), format!("'{key}' in {} must be a text, but is {}", self.what, value.get_ref().type_str()), None);
            return None;
        };
        if text.len() > LONGEST_TEXT && text.chars().nth(LONGEST_TEXT).is_some() {
            self.faults.add(&value.span(), format!("'{key}' in {} is longer than {LONGEST_TEXT} characters", self.what), None);
            return None;
        }
        Some(text.to_owned())
    }
}

pub(super) const LANGUAGES: &[(&str, &str)] = &[("es", "es"), ("en", "en"), ("pt", "pt")];

pub(super) fn required_name(fields: &Fields, what: &str) -> Option<String> {
    if fields.value("name").is_none() {
        fields.faults.add(&fields.span, format!("{what} has no name"), Some("add name = \"…\"".to_owned()));
    }
    fields.text("name")
}
