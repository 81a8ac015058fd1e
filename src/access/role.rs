//! Who a caller is, and what each role may do.

use crate::model::role::Role;

/// Something that a role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// See institutions, endpoints and what became of events.
    Read,
    /// Publish events.
    Publish,
    /// Make, change and remove endpoints, and see what their creation shows once.
    Manage,
    /// Send again what was sent, or could not be.
    Replay,
    /// See reports.
    SeeReports,
    /// Act on reports.
    ActOnReports,
    /// Institutions, keys, event types, people, rules.
    Administer,
}

impl Role {
    /// The table of roles and rights.
    pub fn may(self, right: Right) -> bool {
        match self {
            Self::Admin => true,
            Self::Sender => matches!(right, Right::Read | Right::Publish),
            Self::Manager => matches!(right, Right::Read | Right::Manage | Right::Replay),
            Self::Viewer => right == Right::Read,
            Self::Operator => matches!(right, Right::Read | Right::Replay | Right::SeeReports | Right::ActOnReports),
            Self::Reader => right == Right::SeeReports,
        }
    }

    /// Whether this role holds everything that the other one holds: it may do what the other may, and a token of the other may be given out for it.
    pub fn covers(self, other: Self) -> bool {
        const RIGHTS: [Right; 7] =
            [Right::Read, Right::Publish, Right::Manage, Right::Replay, Right::SeeReports, Right::ActOnReports, Right::Administer];
        RIGHTS.into_iter().all(|right| self.may(right) || !other.may(right))
    }
}

/// Somebody who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who, for the audit: `admin token`, `key ab12cd34`, `portal psn_…`, `ana@…`.
    pub who: String,
    /// What they may do.
    pub role: Role,
    /// The one institution they may do it in, by its id; `None` for all.
    pub institution: Option<String>,
    /// The portal session, where a portal token was shown.
    pub session: Option<String>,
}

impl Caller {
    /// Somebody with a role in all institutions.
    pub fn everywhere(who: impl Into<String>, role: Role) -> Self {
        Self { who: who.into(), role, institution: None, session: None }
    }

    /// Somebody with a role in one institution.
    pub fn within(who: impl Into<String>, role: Role, institution: impl Into<String>) -> Self {
        Self { who: who.into(), role, institution: Some(institution.into()), session: None }
    }

    /// Whether the caller may do this somewhere.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }

    /// Whether the institution of this id exists for the caller. What does not is answered 404, never 403: that it exists is nobody else's matter.
    pub fn sees(&self, institution_id: &str) -> bool {
        self.institution.as_deref().is_none_or(|own| own == institution_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_of_all_rights_administer() {
        for role in Role::ALL {
            assert_eq!(role.may(Right::Administer), role == Role::Admin, "{role}");
            assert!(Role::Admin.covers(role) && role.covers(role));
        }
    }

    #[test]
    fn of_the_roles_of_people_each_covers_those_before_it() {
        for (place, role) in Role::OF_PEOPLE.iter().enumerate() {
            for (other_place, other) in Role::OF_PEOPLE.iter().enumerate() {
                assert_eq!(role.covers(*other), place >= other_place, "{role} {other}");
            }
        }
        for role in [Role::Sender, Role::Manager, Role::Viewer] {
            assert!(!role.covers(Role::Reader), "{role} sees no reports");
        }
    }

    #[test]
    fn a_role_gives_out_only_what_it_holds() {
        assert!(Role::Manager.covers(Role::Viewer) && Role::Sender.covers(Role::Viewer));
        for (role, other) in [(Role::Manager, Role::Sender), (Role::Viewer, Role::Manager), (Role::Sender, Role::Manager)] {
            assert!(!role.covers(other), "{role} {other}");
        }
    }

    #[test]
    fn a_caller_of_one_institution_sees_no_other() {
        let caller = Caller::within("key x", Role::Manager, "app_a");
        assert!(caller.sees("app_a") && !caller.sees("app_b") && !caller.sees(""));
        assert!(Caller::everywhere("admin token", Role::Admin).sees("app_b"));
    }
}
