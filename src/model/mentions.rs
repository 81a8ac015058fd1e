//! Whether a record tells of somebody: by their id at a platform, or an address.

use serde_json::Value;

/// Texts in texts are looked into so deep.
const DEEPEST: usize = 4;

/// What somebody is known by: ids and addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    ids: Vec<String>,
    addresses: Vec<String>,
}

impl Marks {
    /// From ids and addresses; what holds an at sign is an address.
    pub fn new(all: impl IntoIterator<Item = String>) -> Self {
        let (mut ids, mut addresses) = (Vec::new(), Vec::new());
        for mark in all.into_iter().map(|mark| mark.trim().to_owned()).filter(|mark| !mark.is_empty()) {
            let of = if mark.contains('@') { &mut addresses } else { &mut ids };
            let mark = if mark.contains('@') { mark.to_lowercase() } else { mark };
            if !of.contains(&mark) {
                of.push(mark);
            }
        }
        Self { ids, addresses }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().chain(&self.addresses).map(String::as_str)
    }

    /// Whether a text is one of the ids, holds one of the addresses, or is JSON that does.
    pub fn are_in_text(&self, text: &str) -> bool {
        self.in_text(text, DEEPEST)
    }

    /// Whether a value has one of them somewhere, in its keys too.
    pub fn are_in(&self, value: &Value) -> bool {
        self.in_value(value, DEEPEST)
    }

    fn in_value(&self, value: &Value, depth: usize) -> bool {
        match value {
            Value::String(text) => self.in_text(text, depth),
            Value::Number(number) => {
                let number = number.to_string();
                self.ids.iter().any(|id| **id == number)
            }
            Value::Array(items) => items.iter().any(|item| self.in_value(item, depth)),
            Value::Object(fields) => fields.iter().any(|(key, value)| self.in_text(key, 0) || self.in_value(value, depth)),
            Value::Null | Value::Bool(_) => false,
        }
    }

    fn in_text(&self, text: &str, depth: usize) -> bool {
        if self.ids.iter().any(|id| id == text) {
            return true;
        }
        if !self.addresses.is_empty() && text.contains('@') {
            let small = text.to_lowercase();
            if self.addresses.iter().any(|address| holds(&small, address)) {
                return true;
            }
        }
        // Events of others are kept as the text they came as.
        let is_json = depth > 0 && text.trim_start().starts_with(['{', '[']);
        is_json && serde_json::from_str(text).is_ok_and(|value| self.in_value(&value, depth - 1))
    }
}

/// Whether a text holds an address that is not the end or the beginning of another one.
fn holds(text: &str, address: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    text.match_indices(address).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(is_part);
        let mut rest = text[at + address.len()..].chars();
        let after = match rest.next() {
            Some('.' | '-') => rest.next().is_some_and(char::is_alphanumeric),
            Some(c) => c.is_alphanumeric(),
            None => false,
        };
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn marks() -> Marks {
        Marks::new(["u-17".to_owned(), "42".to_owned(), "Ana.Q@Colegio.example".to_owned(), String::new()])
    }

    #[test]
    fn somebody_is_found_wherever_a_record_tells_of_them() {
        for value in [
            json!({ "user": { "id": "u-17" } }),
            json!([1, 42]),
            json!({ "u-17": 3 }),
            json!({ "to": "Ana <ana.q@colegio.example>." }),
            json!({ "mbox": "mailto:ANA.Q@colegio.example" }),
            json!({ "payload": "{\"data\":{\"student\":\"u-17\"}}" }),
            json!({ "body": "{\"inner\":\"{\\\"mail\\\":\\\"ana.q@colegio.example\\\"}\"}" }),
        ] {
            assert!(marks().are_in(&value), "{value}");
        }
    }

    #[test]
    fn somebody_elses_record_is_left_alone() {
        for value in [
            json!({ "user": { "id": "u-170", "mail": "mariana.q@colegio.example" } }),
            json!({ "mail": "ana.q@colegio.example.org" }),
            json!([420, 4.2, true, null]),
            json!("about u-17 and others"),
            json!("{ not json u-17"),
        ] {
            assert!(!marks().are_in(&value), "{value}");
        }
        assert!(!Marks::default().are_in(&json!({ "": "" })));
    }
}
