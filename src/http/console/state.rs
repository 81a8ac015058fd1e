//! What the console works with; built by the composition root.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::access::Access;
use crate::audit::Audit;
use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::http::console::config::{ConsoleConfig, Setting};
use crate::http::console::links::Links;
use crate::http::console::person::People;
use crate::http::console::picture_cache::PictureCache;
use crate::http::console::provider::{Provider, Proxy};
use crate::http::console::session::Keys;
use crate::http::console::words::{Language, Words};
use crate::http::console::workshop::Workshop;
use crate::http::limits::{RateLimit, TrustedProxies};
use crate::http::refusals::Refusals;
use crate::jobs::Jobs;
use crate::jobs::operator::Operator;
use crate::lookup::Lookup;
use crate::lookup::texts::TextSearch;
use crate::model::person::EmailAddress;
use crate::privacy::Privacy;
use crate::sealing::Sealer;
use crate::storage::Store;
use crate::storage::key::ObjectKey;

/// How long what was read of the epoch counts.
const EPOCH_FRESH: Duration = Duration::from_mins(1);
/// Sign-ins that one address may try in a minute.
const SIGN_INS: u32 = 5;
/// Sign-ins that all together may try in a minute.
const ALL_SIGN_INS: u32 = 30;
/// Ways to the school's provider and back that one address may take in a minute: a whole staff room, as nothing is guessed there.
const PROVIDER_VISITS: u32 = 120;
/// Pages that one session may ask for in a minute.
const PAGES: u32 = 240;
/// Files that one session may send in a minute: each is checked and tried.
const UPLOADS: u32 = 10;

/// What the school and the installation are called, and how they write.
#[derive(Debug, Clone)]
pub struct Site {
    /// The school's name, where it is set.
    pub school: Option<String>,
    /// The school's time zone.
    pub zone: TimeZone,
    /// The language of who asks for none.
    pub language: Language,
    /// It is a made-up school for looking around.
    pub is_demo: bool,
    /// Whether events are sent to others.
    pub has_gateway: bool,
    /// The entries of the menu that lead somewhere.
    pub pages: Vec<&'static str>,
}

impl Site {
    /// Whether a page of the console is there.
    pub fn leads_to(&self, path: &str) -> bool {
        page_of(path).is_some_and(|name| self.pages.contains(&name))
    }

    /// What a page is called.
    pub fn name_of(&self, path: &str, words: &Words) -> &'static str {
        let nav = &words.nav;
        match page_of(path) {
            Some("banks") => nav.banks,
            Some("templates") => nav.templates,
            Some("rules") => nav.rules,
            Some("health") => nav.health,
            Some("calls") => nav.calls,
            Some("privacy") => nav.privacy,
            _ => words.common.open,
        }
    }
}

/// The menu's name of a page that remedies lead to.
fn page_of(path: &str) -> Option<&'static str> {
    match path {
        "/console/banks" => Some("banks"),
        "/console/templates" => Some("templates"),
        "/console/profiles" => Some("rules"),
        "/console/health" => Some("health"),
        "/console/calls" => Some("calls"),
        "/console/privacy" => Some("privacy"),
        _ => None,
    }
}

/// What of the rest of the house the console needs.
pub struct Parts {
    /// Settings.
    pub config: ConsoleConfig,
    /// The school.
    pub site: Site,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What people do with jobs.
    pub operator: Operator,
    /// What was refused.
    pub refusals: Arc<Refusals>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
    /// The lines that `doctor` would say.
    pub diagnosis: Arc<dyn Diagnosis>,
    /// Mails of the console itself.
    pub courier: Arc<dyn Courier>,
    /// The durable core, for acts on many.
    pub jobs: Arc<Jobs>,
    /// Figures over all reports.
    pub lookup: Arc<Lookup>,
    /// The school's files, checked and tried.
    pub workshop: Arc<dyn Workshop>,
    /// The identity provider that people may sign in at.
    pub provider: Option<Arc<dyn Provider>>,
    /// The proxy in front that has asked people who they are.
    pub proxy: Option<Arc<dyn Proxy>>,
    /// Keys to the API.
    pub access: Arc<Access>,
    /// The institutions that keys may be for.
    pub gateway: Arc<Gateway>,
    /// What is kept of single students.
    pub privacy: Arc<Privacy>,
    /// Search in what platforms told.
    pub texts: Arc<TextSearch>,
}

/// The console of one instance: its parts, and what it keeps itself.
pub struct Console {
    parts: Parts,
    /// The log of acts.
    pub audit: Audit,
    /// What signs sessions.
    pub keys: Keys,
    /// What seals searches, so that no address holds a name.
    pub sealer: Sealer,
    /// Sign-ins per address.
    pub sign_ins: RateLimit,
    /// Sign-ins over all.
    pub all_sign_ins: RateLimit,
    /// Ways to the provider of identities and back, by address.
    pub provider_visits: RateLimit,
    /// Pages per session.
    pub pages: RateLimit,
    /// Files sent per session.
    pub uploads: RateLimit,
    /// The people who may sign in.
    pub people: People,
    /// Links that were mailed.
    pub links: Links,
    /// Pictures of reports that were made just now.
    pub pictures: PictureCache,
    epoch: Mutex<Option<(Timestamp, Option<Timestamp>)>>,
}

/// The parts are read as if they were the console's own.
impl Deref for Console {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// One line of the diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which card it stands on: `platform`, `mail`, `storage`, `files`, `service`.
    pub group: &'static str,
    /// What was looked at.
    pub name: String,
    /// Whether it is fit; none for what is only told.
    pub ok: Option<bool>,
    /// A sentence.
    pub detail: String,
}

/// What `doctor` would say.
#[async_trait]
pub trait Diagnosis: Send + Sync {
    /// All lines; each check has a limit of time.
    async fn lines(&self) -> Vec<Line>;

    /// The settings.
    fn settings(&self) -> Vec<Setting>;
}

/// Sends mails of the console itself.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Sends a short text; tells what the server said.
    ///
    /// # Errors
    /// What went wrong, in words.
    async fn send(&self, to: &EmailAddress, subject: &str, text: &str) -> Result<String, String>;
}

impl Console {
    /// A console over its parts.
    pub fn new(parts: Parts) -> Arc<Self> {
        let keys = Keys::of(&parts.config);
        let secret = secrecy::SecretString::from(keys.sign("seal", b"searches"));
        Arc::new(Self {
            audit: Audit::new(parts.store.clone(), parts.clock.clone()),
            sealer: Sealer::new("console-search", &[&secret]),
            people: People::new(parts.store.clone(), parts.clock.clone()),
            keys,
            sign_ins: RateLimit::per_minute(SIGN_INS),
            all_sign_ins: RateLimit::per_minute(ALL_SIGN_INS),
            provider_visits: RateLimit::per_minute(PROVIDER_VISITS),
            pages: RateLimit::per_minute(PAGES),
            uploads: RateLimit::per_minute(UPLOADS),
            links: Links::default(),
            pictures: PictureCache::default(),
            epoch: Mutex::default(),
            parts,
        })
    }

    /// When everybody was last signed out; asked of the store once a minute.
    pub async fn epoch(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        let known = *self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, epoch)) = known
            && now.duration_since(at).unsigned_abs() < EPOCH_FRESH
        {
            return epoch;
        }
        let epoch = match self.store.get(&ObjectKey::SessionEpoch.path()).await {
            Ok(found) => found.and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok()),
            // While the store is away what was known counts.
            Err(_) => known.and_then(|(_, epoch)| epoch),
        };
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, epoch));
        epoch
    }

    /// Signs everybody out: on this instance at once, on others within a minute.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_everybody_out(&self) -> Result<(), crate::storage::StoreError> {
        let now = self.clock.now();
        let bytes = Bytes::from(serde_json::to_vec(&now).unwrap_or_default());
        self.store.put(&ObjectKey::SessionEpoch.path(), bytes, crate::storage::PutMode::Overwrite).await?;
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Some(now)));
        Ok(())
    }
}
