//! Takes out of an answer what the endpoint's own headers say: they are kept sealed and mostly shown to nobody, and a receiver that sends back what it got would have them kept and shown as its answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What stands in their place.
const TAKEN: &str = "…";
/// What is shorter is no secret, and stands in many answers by chance.
const SHORTEST: usize = 8;

/// What an answer must not say.
pub(crate) struct Echo(Vec<String>);

impl Echo {
    /// The values of these headers, and of `Bearer …` the part behind it.
    pub(crate) fn of(own: &BTreeMap<String, String>) -> Self {
        let parts = |value: &String| [Some(value.trim().to_owned()), value.trim().rsplit_once(' ').map(|(_, last)| last.to_owned())];
        let mut all: Vec<String> = own.values().flat_map(parts).flatten().filter(|part| part.len() >= SHORTEST).collect();
        // A value first, then what is part of it.
        all.sort_by_key(|part| std::cmp::Reverse(part.len()));
        Self(all)
    }

    /// So many bytes more must be read of an answer, so that none is cut off within a value and stays half.
    pub(crate) fn longest(&self) -> usize {
        self.0.first().map_or(0, String::len)
    }

    /// The text without them.
    pub(crate) fn out_of<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut clean = Cow::Borrowed(text);
        for part in &self.0 {
            if clean.contains(part.as_str()) {
                clean = Cow::Owned(clean.replace(part.as_str(), TAKEN));
            }
        }
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(headers: &[(&str, &str)]) -> Echo {
        Echo::of(&headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_value_and_the_token_behind_its_scheme_are_taken_out_wherever_they_stand() {
        let own = echo(&[("Authorization", "Bearer abcdefgh-1"), ("X-Key", "0123456789"), ("X-Short", "on")]);
        let text = r#"{"authorization":"Bearer abcdefgh-1","token":"abcdefgh-1","key":"0123456789 0123456789","on":true}"#;
        assert_eq!(own.out_of(text), r#"{"authorization":"…","token":"…","key":"… …","on":true}"#);
        assert_eq!(own.longest(), "Bearer abcdefgh-1".len());
        assert!(matches!(own.out_of("nothing of it"), Cow::Borrowed(_)));
        assert_eq!(echo(&[]).longest(), 0);
    }
}
