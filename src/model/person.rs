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

/// A syntactically valid e-mail address without control characters (RFC 5321, section 4.1.2, the common subset, plus UTF-8 local parts of RFC 6531).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// Why a text is no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    /// Nothing there.
    #[error("the address is empty")]
    Empty,
    /// More than 254 bytes (RFC 5321, section 4.5.3.1.3 with the errata).
    #[error("the address is longer than 254 bytes")]
    TooLong,
    /// Control characters or spaces: a header injection, or a pasting accident.
    #[error("the address holds spaces or control characters")]
    ForbiddenCharacter,
    /// No single `@` with text on both sides, or a domain that is none.
    #[error("the address does not look like name@domain")]
    NotAnAddress,
}

impl EmailAddress {
    /// Parses and trims an address.
    pub fn parse(text: &str) -> Result<Self, EmailAddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailAddressError::Empty);
        }
        if text.len() > 254 {
            return Err(EmailAddressError::TooLong);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(EmailAddressError::ForbiddenCharacter);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailAddressError::NotAnAddress)?;
        if is_local_part(local) && is_domain(domain) { Ok(Self(text.to_owned())) } else { Err(EmailAddressError::NotAnAddress) }
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_local_part(local: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    (1..=64).contains(&local.len()) && local.chars().all(plain) && !local.starts_with('.') && !local.ends_with('.') && !local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len()) && l.chars().all(|c| c.is_alphanumeric() || c == '-') && !l.starts_with('-') && !l.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
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
