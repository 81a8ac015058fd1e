//! What forms carry, read within bounds.

use std::collections::BTreeMap;

use axum::body::Body;

use crate::http::body::drips_in;
use crate::http::console::pages::Problem;

/// Forms are no larger than this, uploads apart.
const LARGEST_FORM: usize = 512 * 1024;

/// Forms of who is not signed in: an address, a key.
const LARGEST_OPEN_FORM: usize = 8 * 1024;

/// The fields of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    /// Reads a form's body.
    pub fn parse(body: &[u8]) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            fields.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self(fields)
    }

    /// Adds a field.
    pub fn push(&mut self, name: String, text: String) {
        self.0.entry(name).or_default().push(text);
    }

    /// The field's text, trimmed; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", |text| text.trim())
    }

    /// The field's text as it was sent.
    pub fn raw(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Reads the form of somebody who is not signed in: a stranger costs little.
pub(in crate::http) async fn read_open_form(body: Body) -> Result<Fields, Problem> {
    read_at_most(body, LARGEST_OPEN_FORM).await
}

/// Reads the form of somebody who is signed in.
pub(in crate::http) async fn read_form(body: Body) -> Result<Fields, Problem> {
    read_at_most(body, LARGEST_FORM).await
}

async fn read_at_most(body: Body, most: usize) -> Result<Fields, Problem> {
    match axum::body::to_bytes(body, most).await {
        Ok(bytes) => Ok(Fields::parse(&bytes)),
        Err(error) if drips_in(&error) => Err(Problem::Slow),
        Err(_) => Err(Problem::TooLarge),
    }
}
