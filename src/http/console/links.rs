//! Links that let people in: signed, good once and for a short time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::http::console::paths::local_path;
use crate::http::console::session::Keys;
use crate::model::role::Role;
use crate::sealing::chance;

/// How long a mailed link is good for.
const LINK: SignedDuration = SignedDuration::from_mins(15);

/// What a link tells.
#[derive(Serialize, Deserialize)]
pub struct Link {
    /// Whose it is; `shell` for whoever has the service's settings at hand.
    pub id: String,
    /// Until when it is good.
    pub until: Timestamp,
    /// What makes it one of its kind, so that it is good once.
    pub nonce: String,
    /// Where they wanted to go.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub back: String,
    /// In which role and under which name, for a link from the shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<(Role, String)>,
}

impl Link {
    /// One to be mailed.
    pub fn new(id: &str, back: &str, now: Timestamp) -> Self {
        let until = now.saturating_add(LINK).unwrap_or(now);
        Self { id: id.to_owned(), until, nonce: hex::encode(chance::<16>()), back: local_path(back).unwrap_or_default(), shell: None }
    }

    /// What its address carries.
    pub fn token(&self, keys: &Keys) -> String {
        keys.sign("link", &serde_json::to_vec(self).unwrap_or_default())
    }
}

/// The path of a link for whoever has the service's settings at hand: good once, for fifteen minutes.
pub fn shell_link(keys: &Keys, role: Role, name: &str, now: Timestamp) -> String {
    let name = name.chars().filter(|c| !c.is_control()).take(80).collect();
    let link = Link { shell: Some((role, name)), ..Link::new("shell", "", now) };
    format!("/console/link/{}", link.token(keys))
}

/// How many links each person was mailed in the last hour.
#[derive(Default)]
pub struct Links(Mutex<HashMap<String, Vec<Timestamp>>>);

impl Links {
    /// At most three in an hour.
    pub fn may(&self, id: &str, now: Timestamp) -> bool {
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = links.entry(id.to_owned()).or_default();
        sent.retain(|at| now.duration_since(*at) < SignedDuration::from_hours(1));
        let may = sent.len() < 3;
        if may {
            sent.push(now);
        }
        may
    }
}
