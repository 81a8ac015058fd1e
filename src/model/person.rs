//! People and their addresses.

use serde::{Deserialize, Serialize};

/// The student as far as the platform told us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Student {
    /// The platform's id; opaque, 24-hex ids in lower case.
    pub id: Option<String>,
    /// The raw e-mail address; parse it with [`EmailAddress::parse`] before use.
    pub email: Option<String>,
    /// The display name (LearnWorlds' `username`, which is often the e-mail address).
    pub name: Option<String>,
    /// Given name, when the platform keeps it apart.
    pub first_name: Option<String>,
    /// Family name, when the platform keeps it apart.
    pub last_name: Option<String>,
}

impl Student {
    /// The name to address the student by: display name, first and last name, e-mail address, id; whichever is there first.
    pub fn display_name(&self) -> String {
        let joined = [self.first_name.as_deref(), self.last_name.as_deref()]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        let joined = Some(joined.as_str()).filter(|joined| !joined.is_empty());
        // A display name that is only the address says less than the two name fields.
        let name = name.filter(|name| !name.contains('@')).or(joined).or(name);
        name.or(self.email.as_deref()).or(self.id.as_deref()).unwrap_or_default().to_owned()
    }
}

/// A syntactically valid e-mail address without control characters (RFC 5321, section 4.1.2, plus UTF-8 local parts of RFC 6531).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// Why a text is no e-mail address. The words name what is wrong and its place, never the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    /// Nothing there.
    #[error("the address is empty")]
    Empty,
    /// More than 254 bytes (RFC 5321, section 4.5.3.1.3 with the errata).
    #[error("the address is longer than 254 bytes")]
    TooLong,
    /// Control characters or spaces: a header injection, or a pasting accident.
    #[error("character {place} of the address is {}", named(*.character))]
    ForbiddenCharacter {
        /// The character.
        character: char,
        /// Its place, from 1.
        place: usize,
    },
    /// There is no `@`.
    #[error("the address has no @")]
    NoAt,
    /// The part before the `@` is none.
    #[error("the part of the address before the @ is not valid: {0}")]
    Local(&'static str),
    /// The part after the `@` is none.
    #[error("the part of the address after the @ is not valid: {0}")]
    Domain(&'static str),
}

impl EmailAddress {
    /// Parses an address as people paste it: without the spaces around it, invisible characters, `mailto:` or angle brackets.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, EmailAddressError> {
        let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        let text = without_wrapping(text.trim());
        if text.is_empty() {
            return Err(EmailAddressError::Empty);
        }
        if text.len() > 254 {
            return Err(EmailAddressError::TooLong);
        }
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(forbidden(text, |c| c.is_ascii_graphic() || c.is_alphanumeric()).unwrap_or(EmailAddressError::NoAt));
        };
        check_local(text, local)?;
        check_domain(text, domain)?;
        Ok(Self(text.to_owned()))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address out of `mailto:…` and `<…>`.
fn without_wrapping(text: &str) -> &str {
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &text[7..],
        _ => text,
    };
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text).trim()
}

/// Characters that nobody sees and that come along with what is copied from a page.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The first character that may not be there, told with its place.
fn forbidden(text: &str, allowed: impl Fn(char) -> bool) -> Option<EmailAddressError> {
    text.chars()
        .enumerate()
        .find(|(_, c)| !allowed(*c))
        .map(|(index, character)| EmailAddressError::ForbiddenCharacter { character, place: index + 1 })
}

/// A character as a person recognises it.
fn named(c: char) -> String {
    match c {
        '\u{a0}' => "a space that does not break".to_owned(),
        '\t' | '\r' | '\n' => "a tab or line break".to_owned(),
        _ if c.is_whitespace() => "a space".to_owned(),
        _ if c.is_control() => format!("the control character U+{:04X}", u32::from(c)),
        '\u{ff20}' | '\u{fe6b}' => format!("'{c}' (U+{:04X}), which only looks like @", u32::from(c)),
        '’' | '‘' | '´' | '`' | '′' => format!("'{c}' (U+{:04X}), which only looks like '", u32::from(c)),
        '，' | ',' | ';' => format!("'{c}' (one address is expected)"),
        _ if c.is_ascii() => format!("'{c}', which may not stand there"),
        _ => format!("'{c}' (U+{:04X}), which may not stand there", u32::from(c)),
    }
}

fn check_local(text: &str, local: &str) -> Result<(), EmailAddressError> {
    if local.is_empty() {
        return Err(EmailAddressError::Local("it is empty"));
    }
    if local.len() > 64 {
        return Err(EmailAddressError::Local("it is longer than 64 bytes"));
    }
    if let Some(quoted) = local.strip_prefix('"') {
        return check_quoted(quoted);
    }
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let length = local.chars().count();
    let template = local.contains("{{") || local.contains("}}");
    match forbidden(local, plain) {
        Some(EmailAddressError::ForbiddenCharacter { character, place }) if place <= length => {
            debug_assert!(text.starts_with(local));
            return Err(EmailAddressError::ForbiddenCharacter { character, place });
        }
        _ if template => return Err(EmailAddressError::Local("it is a placeholder that was not filled")),
        _ => {}
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(EmailAddressError::Local("a dot stands at its beginning or end, or beside another"));
    }
    Ok(())
}

/// A local part in quotes (RFC 5321, `Quoted-string`), without its first quote.
fn check_quoted(quoted: &str) -> Result<(), EmailAddressError> {
    let mut rest = quoted.chars();
    loop {
        match rest.next() {
            Some('"') if rest.as_str().is_empty() => return Ok(()),
            Some('\\') if rest.next().is_some_and(|c| matches!(c, ' '..='~')) => {}
            Some(c) if matches!(c, ' '..='~') && c != '"' && c != '\\' => {}
            _ => return Err(EmailAddressError::Local("its quotes do not fit")),
        }
    }
}

fn check_domain(text: &str, domain: &str) -> Result<(), EmailAddressError> {
    let before = text.chars().count() - domain.chars().count();
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '.' || is_mark(c);
    if let Some(EmailAddressError::ForbiddenCharacter { character, place }) = forbidden(domain, plain) {
        return Err(EmailAddressError::ForbiddenCharacter { character, place: before + place });
    }
    let label = |l: &str| (1..=63).contains(&l.len()) && !l.starts_with('-') && !l.ends_with('-');
    if domain.ends_with('.') {
        return Err(EmailAddressError::Domain("it ends with a dot"));
    }
    if !domain.contains('.') {
        return Err(EmailAddressError::Domain("it has no dot"));
    }
    if !domain.split('.').all(label) {
        return Err(EmailAddressError::Domain("one of its parts is empty, too long, or begins or ends with a dash"));
    }
    if domain.split('.').next_back().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit())) {
        return Err(EmailAddressError::Domain("it is a number, not a name"));
    }
    Ok(())
}

/// Marks that belong to the letters of a script (Devanagari, Thai, a decomposed accent).
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{d7f}' | '\u{e31}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_taken_and_trimmed() {
        for good in ["ana@example.com", " o'brien+x@sub.example.co ", "ñandú@correo.cl", "a.b@x-y.io"] {
            assert_eq!(EmailAddress::parse(good).map(|a| a.as_str().to_owned()), Ok(good.trim().to_owned()));
        }
    }

    #[test]
    fn what_could_inject_a_header_or_is_no_address_is_refused() {
        for bad in [
            "",
            "ana",
            "@x.cl",
            "a@",
            "a b@x.cl",
            "a@x.cl\r\nBcc: b@y.cl",
            "a@x",
            "a..b@x.cl",
            ".a@x.cl",
            "a@-x.cl",
            "a@x..cl",
            "{{user.email}}",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_came_along_from_a_web_page_is_taken_off() {
        for pasted in [
            "\u{200b}ana@example.com",
            "ana@example.com\u{a0}",
            "\u{feff}ana@exam\u{ad}ple.com",
            "\u{202a}ana@example.com\u{202c}",
            "mailto:ana@example.com",
            "MAILTO:<ana@example.com>",
            "<ana@example.com>",
        ] {
            assert_eq!(EmailAddress::parse(pasted).map(|a| a.as_str().to_owned()), Ok("ana@example.com".to_owned()), "{pasted:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place_and_without_the_address() {
        for (text, words) in [
            ("tim.o’connor@example.com", "character 6 of the address is '’' (U+2019), which only looks like '"),
            ("ana＠example.com", "character 4 of the address is '＠' (U+FF20), which only looks like @"),
            ("ana@example.com.", "the part of the address after the @ is not valid: it ends with a dot"),
            ("ana perez@example.com", "character 4 of the address is a space"),
            ("ana@exam ple.com", "character 9 of the address is a space"),
            ("ana@example,com", "character 12 of the address is ',' (one address is expected)"),
            ("{{user.email}}@x.cl", "the part of the address before the @ is not valid: it is a placeholder that was not filled"),
            ("ana@1.2.3.4", "the part of the address after the @ is not valid: it is a number, not a name"),
            ("ana.example.com", "the address has no @"),
            ("a\u{1b}na@x.cl", "character 2 of the address is the control character U+001B"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap_err().to_string(), words, "{text:?}");
        }
    }

    #[test]
    fn a_name_in_quotes_is_an_address_when_its_quotes_fit() {
        for good in ["\"ana perez\"@x.cl", "\"a\\\"b\"@x.cl", "\"a@b\"@x.cl"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in ["\"ana@x.cl", "\"a\"b\"@x.cl", "\"a\r\nb\"@x.cl", "\"a\\\"@x.cl", "\"é\"@x.cl"] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_name_falls_back_to_what_is_there() {
        let student = Student {
            name: Some("ana@example.com".into()),
            first_name: Some("Ana".into()),
            last_name: Some("Pérez".into()),
            ..Student::default()
        };
        assert_eq!(student.display_name(), "Ana Pérez");
        assert_eq!(Student { email: Some("a@b.cl".into()), ..Student::default() }.display_name(), "a@b.cl");
    }
}
