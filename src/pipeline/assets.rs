//! What jobs take from the store again and again: profiles, question banks, templates; parsed once a version.
//!
//! Every job asks the store which version is current, so a file that changes is used from the next job on, on every instance; where each look costs time and money (a bucket), it is asked at most every 15 seconds, and always for a job that is tried again.
//! When a new version is broken, the last good one serves on, and log and admin are told so.
//! Every good version is also kept in the store, so that an instance that starts while a file is broken goes on as the others do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::analysis::bank::{self, QuestionBank};
use crate::analysis::profile::Profiles;
use crate::clock::Clock;
use crate::jobs::handler::JobError;
use crate::pipeline::engine::{OpenTemplate, Renderer};
use crate::pipeline::render_pool::RenderPool;
use crate::pipeline::trouble::storage;
use crate::report::language::Language;
use crate::storage::key::{ObjectKey, QUESTIONS_FOLDER};
use crate::storage::{PutMode, Store, Version};
use crate::translations;

/// The school's template; the bundled one serves until there is one.
const TEMPLATE: &str = "plantilla_test_diagnostico.docx";

/// More files than any school has; when they are reached, the assets starts over.
const MOST_KEPT: usize = 500;

/// The most banks a listing looks at.
const MOST_BANKS: usize = 10_000;

/// The files jobs need, parsed.
pub(super) struct AssetCache {
    store: Arc<dyn Store>,
    renderer: Arc<dyn Renderer>,
    pool: Arc<RenderPool>,
    profiles: VersionedCache<Profiles>,
    banks: VersionedCache<QuestionBank>,
    templates: VersionedCache<Box<dyn OpenTemplate>>,
    /// The school's, in which faults of its files are told.
    language: Language,
    complaints: Mutex<Vec<Complaint>>,
    clock: Arc<dyn Clock>,
    /// The names of all banks, and when they were listed.
    bank_names: Mutex<Option<(Timestamp, Arc<Vec<String>>)>>,
    /// What was looked at before is looked at again.
    anew_since: Mutex<Timestamp>,
}

/// How long a look at a remote store serves.
const LOOK_SERVES: Duration = Duration::from_secs(15);

/// A file whose newest version is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// The cause the admin is told it under.
    pub(super) cause: &'static str,
    /// Which file, and everything that is wrong with it.
    pub(super) words: String,
}

/// Whether a cause speaks of a file whose last good version serves on, and not of a report that waits.
pub(super) fn serves_on(cause: &str) -> bool {
    cause.ends_with("_outdated")
}

impl AssetCache {
    pub(super) fn new(
        store: Arc<dyn Store>,
        renderer: Arc<dyn Renderer>,
        pool: Arc<RenderPool>,
        clock: Arc<dyn Clock>,
        language: Language,
    ) -> Self {
        Self {
            language,
            store,
            renderer,
            pool,
            profiles: VersionedCache::default(),
            banks: VersionedCache::default(),
            templates: VersionedCache::default(),
            complaints: Mutex::default(),
            clock,
            bank_names: Mutex::default(),
            anew_since: Mutex::new(Timestamp::MIN),
        }
    }

    /// The report engine.
    pub(super) fn renderer(&self) -> Arc<dyn Renderer> {
        Arc::clone(&self.renderer)
    }

    /// From here on files are looked at anew: somebody may have corrected one.
    pub(super) fn look_anew(&self) {
        *self.anew_since.lock().unwrap_or_else(PoisonError::into_inner) = self.clock.now();
    }

    /// Looks since then serve; on a store that costs nothing, none does.
    fn looks_serve_since(&self) -> Timestamp {
        if !self.store.is_remote() {
            return Timestamp::MAX;
        }
        let anew = *self.anew_since.lock().unwrap_or_else(PoisonError::into_inner);
        self.clock.now().saturating_sub(LOOK_SERVES).unwrap_or(Timestamp::MIN).max(anew)
    }

    async fn bank_names(&self) -> Result<Arc<Vec<String>>, JobError> {
        let known = self.bank_names.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, names)) = known
            && at > self.looks_serve_since()
        {
            return Ok(names);
        }
        let keys = self.store.list(QUESTIONS_FOLDER, None, MOST_BANKS).await.map_err(|error| storage(&error))?;
        let names: Vec<String> = keys.iter().filter_map(|key| key.strip_prefix(QUESTIONS_FOLDER)).map(ToOwned::to_owned).collect();
        let names = Arc::new(names);
        *self.bank_names.lock().unwrap_or_else(PoisonError::into_inner) = Some((self.clock.now(), names.clone()));
        Ok(names)
    }

    /// How assessments are judged; without a file every one by the built-in profile.
    pub(super) async fn profiles(&self) -> Result<Arc<Profiles>, JobError> {
        let key = ObjectKey::Assessments.path();
        let (file, language) = (key.clone(), self.language);
        let read = move |bytes: &Bytes| {
            Profiles::from_toml(&String::from_utf8_lossy(bytes), &file)
                .map_err(|faults| faults.iter().map(|fault| translations::profile_error(fault, language)).collect::<Vec<_>>().join("; "))
        };
        let profiles = self.current(&self.profiles, &key, read, "profile_outdated").await;
        let profiles = profiles.map_err(|error| error.into_error("profile_invalid", language))?;
        Ok(profiles.unwrap_or_default())
    }

    /// The question bank of an assessment; `None` when there is none.
    pub(super) async fn bank(&self, title: &str, configured: Option<&str>) -> Result<Option<Arc<QuestionBank>>, JobError> {
        let names = self.bank_names().await?;
        let Some(name) = bank::find(&names, &bank::candidates(title, configured)) else { return Ok(None) };
        let key = format!("{QUESTIONS_FOLDER}{name}");
        let (name, language) = (name.to_owned(), self.language);
        let read = move |bytes: &Bytes| QuestionBank::from_csv(bytes, &name).map_err(|errors| translations::bank_errors(&errors, language));
        self.current(&self.banks, &key, read, "bank_outdated").await.map_err(|error| error.into_error("bank_invalid", language))
    }

    /// A workbook that lies where an assessment's bank should.
    pub(super) async fn workbook(&self, title: &str, configured: Option<&str>) -> Result<Option<String>, JobError> {
        let keys = self.store.list(QUESTIONS_FOLDER, None, MOST_BANKS).await.map_err(|error| storage(&error))?;
        let names: Vec<String> = keys.iter().filter_map(|key| key.strip_prefix(QUESTIONS_FOLDER)).map(ToOwned::to_owned).collect();
        Ok(bank::workbook(&names, &bank::candidates(title, configured)).map(str::to_owned))
    }

    /// The template to fill: the school's file of the profile's name, else of the usual name; where there is none, the bundled one in the report's language.
    pub(super) async fn template(&self, configured: Option<&str>, language: Language) -> Result<Arc<Box<dyn OpenTemplate>>, JobError> {
        let key = ObjectKey::Template(configured.unwrap_or(TEMPLATE)).path();
        let (renderer, own) = (self.renderer.clone(), self.language);
        let open = move |bytes: &Bytes| renderer.open(bytes, own);
        let found = self.current(&self.templates, &key, open, "template_outdated").await;
        let found = found.map_err(|error| error.into_error("template_broken", own))?;
        if let Some(template) = found {
            return Ok(template);
        }
        let Some(bundled) = self.renderer.bundled(configured, language) else {
            return Err(JobError::park(
                "template_missing",
                format!(
                    "the profile asks for the template '{}', but {key} does not exist and none of that name comes with gradepost; put it there, then release the job",
                    configured.unwrap_or(TEMPLATE)
                ),
            ));
        };
        // VersionedCache apart from the school's file of the same name, which may come and go.
        let key = format!("{language}:{key}");
        if let Some(kept) = self.templates.last(&key) {
            return Ok(kept);
        }
        let opened = self.renderer.open(&bundled, self.language).map_err(|words| JobError::dead("template_broken", words))?;
        Ok(self.templates.keep(&key, Version(String::new()), Arc::new(opened), self.clock.now()))
    }
}

impl AssetCache {
    /// What the admin is yet to be told; whoever asks tells it.
    pub(super) fn complaints(&self) -> Vec<Complaint> {
        std::mem::take(&mut *self.complaints.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A file's current version, parsed; the last good one when the current one is broken; `None` when the file does not exist.
    async fn current<T: Send + Sync + 'static>(
        &self,
        kept: &VersionedCache<T>,
        key: &str,
        parse: impl Fn(&Bytes) -> Result<T, String> + Clone + Send + 'static,
        cause: &'static str,
    ) -> Result<Option<Arc<T>>, AssetError> {
        let unreachable = |error| AssetError::Store(storage(&error));
        match kept.since(key, self.looks_serve_since()) {
            CachedLookup::Found(value) => return Ok(Some(value)),
            CachedLookup::Absent => return Ok(None),
            CachedLookup::Due => {}
        }
        let now = self.clock.now();
        let Some((bytes, version)) = self.store.get(key).await.map_err(unreachable)? else {
            kept.note(key, CachedAsset { file: None, at: now });
            return Ok(None);
        };
        if let Some(value) = kept.still(key, &version, now) {
            return Ok(Some(value));
        }
        let copy = ObjectKey::LastGood { key }.path();
        match self.parsed(&parse, bytes.clone()).await {
            Ok(value) => {
                self.store.put(&copy, bytes, PutMode::Overwrite).await.map_err(unreachable)?;
                Ok(Some(kept.keep(key, version, Arc::new(value), now)))
            }
            Err(words) => {
                let last_good = match kept.last(key) {
                    Some(value) => Some(value),
                    None => match self.store.get(&copy).await.map_err(unreachable)? {
                        Some((bytes, _)) => self.parsed(&parse, bytes).await.ok().map(Arc::new),
                        None => None,
                    },
                };
                let Some(last_good) = last_good else { return Err(AssetError::Broken { key: key.to_owned(), words }) };
                self.complain(cause, key, &words);
                // VersionedCache as if it were this version: the file is not read again, and nobody told again, until it changes.
                Ok(Some(kept.keep(key, version, last_good, now)))
            }
        }
    }

    /// Reads a file on a thread of the pool: it may be long, and it came from outside.
    async fn parsed<T: Send + 'static>(
        &self,
        parse: &(impl Fn(&Bytes) -> Result<T, String> + Clone + Send + 'static),
        bytes: Bytes,
    ) -> Result<T, String> {
        let parse = parse.clone();
        self.pool.run(move || parse(&bytes)).await.unwrap_or_else(|error| Err(format!("it could not be read to its end ({error})")))
    }

    fn complain(&self, cause: &'static str, key: &str, words: &str) {
        tracing::error!(key, "the new version is broken, the one before is used: {words}");
        let words = match self.language {
            Language::Es => format!("la versión nueva de {key} no se usa, se sigue usando la anterior: {words}"),
            Language::En => format!("the new version of {key} is not used, the one before is: {words}"),
            Language::Pt => format!("a versão nova de {key} não é usada, continua a anterior: {words}"),
        };
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).push(Complaint { cause, words });
    }
}

/// Why a file cannot be used.
enum AssetError {
    Store(JobError),
    Broken { key: String, words: String },
}

impl AssetError {
    fn into_error(self, cause: &'static str, language: Language) -> JobError {
        let (key, words) = match self {
            Self::Store(error) => return error,
            Self::Broken { key, words } => (key, words),
        };
        let words = match language {
            Language::Es => format!("{key} no se puede usar: {words}; corrija el archivo: los informes siguen solos"),
            Language::En => format!("{key} cannot be used: {words}; correct the file, and the reports go on by themselves"),
            Language::Pt => format!("{key} não pode ser usado: {words}; corrija o arquivo: os relatórios seguem sozinhos"),
        };
        JobError::park(cause, words)
    }
}

/// Parsed files by key, each as it was at the last look.
struct VersionedCache<T>(Mutex<HashMap<String, CachedAsset<T>>>);

struct CachedAsset<T> {
    /// None when there was no such file.
    file: Option<(Version, Arc<T>)>,
    at: Timestamp,
}

/// What the last look at a file found.
enum CachedLookup<T> {
    Found(Arc<T>),
    Absent,
    /// It is too long ago to serve.
    Due,
}

impl<T> Default for VersionedCache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> VersionedCache<T> {
    /// What a look since then found: a file, or that there is none.
    fn since(&self, key: &str, then: Timestamp) -> CachedLookup<T> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(key).filter(|seen| seen.at > then) {
            None => CachedLookup::Due,
            Some(CachedAsset { file: None, .. }) => CachedLookup::Absent,
            Some(CachedAsset { file: Some((_, value)), .. }) => CachedLookup::Found(value.clone()),
        }
    }

    /// The file as it was parsed at this version, which is still the current one.
    fn still(&self, key: &str, version: &Version, now: Timestamp) -> Option<Arc<T>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = kept.get_mut(key)?;
        let (_, value) = seen.file.as_ref().filter(|(at, _)| at == version)?;
        seen.at = now;
        Some(value.clone())
    }

    fn last(&self, key: &str) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key)?.file.as_ref().map(|(_, value)| value.clone())
    }

    fn keep(&self, key: &str, version: Version, value: Arc<T>, now: Timestamp) -> Arc<T> {
        self.note(key, CachedAsset { file: Some((version, value.clone())), at: now });
        value
    }

    fn note(&self, key: &str, seen: CachedAsset<T>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key.to_owned(), seen);
    }
}
