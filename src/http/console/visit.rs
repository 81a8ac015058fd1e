//! A request to the console: who makes it, in which words, from where.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;

use crate::http::console::config;
use crate::http::console::session::Session;
use crate::http::console::state::Console;
use crate::http::console::words::Words;
use crate::model::role::Role;

/// How the page is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word in the cookie and the page; none for the system's.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// A request to the console, whoever makes it.
#[derive(Clone)]
pub struct Caller {
    /// The console.
    pub console: Arc<Console>,
    /// Who is signed in.
    pub session: Option<Session>,
    /// In which words.
    pub words: &'static Words,
    /// In which colours.
    pub theme: Theme,
    /// Whether keys are switched on.
    pub keys: bool,
    /// The path that was asked for.
    pub path: String,
    /// The query that was asked for.
    pub query: String,
    /// Only the named part of the page is wanted.
    pub part: Option<String>,
    /// The line is encrypted.
    pub is_secure: bool,
    /// Where the call comes from.
    pub address: Option<IpAddr>,
    /// The request's name.
    pub request_id: String,
    /// What the page before said.
    pub flash: Option<String>,
    /// The token of forms for who is not signed in.
    pub visitor: Option<String>,
    /// A sign-in at the identity provider that this browser began.
    pub under_way: Option<String>,
    /// The session began with this request: its cookie is due.
    pub is_new: bool,
    /// Where mailed links lead; none where nobody vouches for the address.
    pub origin: Option<String>,
    /// When.
    pub now: Timestamp,
}

/// Somebody who is signed in looks at a page.
#[derive(Clone)]
pub struct Visit {
    /// The request.
    pub caller: Caller,
    /// Who.
    pub session: Session,
}

impl Visit {
    /// The console.
    pub fn console(&self) -> &Console {
        &self.caller.console
    }

    /// In which words.
    pub fn words(&self) -> &'static Words {
        self.caller.words
    }

    /// Whether they may do what this role may.
    pub fn may(&self, role: Role) -> bool {
        self.session.role.covers(role)
    }

    /// Whether they signed in a moment ago.
    pub fn is_fresh(&self) -> bool {
        self.session.is_fresh(self.caller.now)
    }

    /// Who, as records name them.
    pub fn who(&self) -> &str {
        &self.session.who
    }
}

/// Anybody, signed in or not.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| StatusCode::NOT_FOUND.into_response())
    }
}

/// Whether it is the portal of an institution's own people that is asked for.
pub fn is_portal(caller: &Caller) -> bool {
    caller.path == "/portal" || caller.path.starts_with("/portal/")
}

/// Where somebody begins.
pub fn home(caller: &Caller) -> &'static str {
    if is_portal(caller) { "/portal/home" } else { "/console/today" }
}

/// Whether results may stand beside names for this person.
pub fn sees_results(visit: &Visit) -> bool {
    visit.may(Role::Operator) || visit.console().config.by_name != config::ByName::Off
}
