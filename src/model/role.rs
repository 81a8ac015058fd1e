//! What somebody is trusted with. Which rights a role has is the room `access`'s matter.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What somebody is trusted with. People carry `reader`, `operator` or `admin`; keys carry any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A person at the school who looks.
    #[default]
    Reader,
    /// A person at the school who acts on reports and deliveries and keeps the school's files.
    Operator,
    /// Decides who may do what, and sets the service up.
    Admin,
    /// Publishes events.
    Sender,
    /// An institution's own people: endpoints, secrets, replay.
    Manager,
    /// An institution's own people: reads.
    Viewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [Self::Reader, Self::Operator, Self::Admin, Self::Sender, Self::Manager, Self::Viewer];
    /// The roles of people, the least first.
    pub const OF_PEOPLE: [Self; 3] = [Self::Reader, Self::Operator, Self::Admin];

    /// The word in records and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Sender => "sender",
            Self::Manager => "manager",
            Self::Viewer => "viewer",
        }
    }

    /// The role of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether it is one within a single institution.
    pub fn is_of_one_institution(self) -> bool {
        matches!(self, Self::Manager | Self::Viewer)
    }

    /// Whether it may be given for a single institution.
    pub fn may_be_of_one_institution(self) -> bool {
        self.is_of_one_institution() || self == Self::Sender
    }

    /// The role of this word, when people may have it.
    pub fn of_people(word: &str) -> Option<Self> {
        Self::parse(word).filter(|role| Self::OF_PEOPLE.contains(role))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_found_by_their_words() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert_eq!((Role::parse("root"), Role::parse("Admin")), (None, None));
        assert_eq!((Role::of_people("operator"), Role::of_people("sender")), (Some(Role::Operator), None));
    }
}
