//! What jobs take from the store again and again: profiles, question banks, templates; parsed once a version.
//!
//! Every job asks the store which version is current, so a file that changes is used from the next job on, on every instance.
//! When a new version is broken, the last good one serves on, and log and admin are told so.
//! Every good version is also kept in the store, so that an instance that starts while a file is broken goes on as the others do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::analysis::bank::{self, QuestionBank};
use crate::analysis::profile::Profiles;
use crate::jobs::handler::JobError;
use crate::pipeline::render::{OpenTemplate, Renderer};
use crate::pipeline::run::storage;
use crate::report::language::Language;
use crate::storage::key::{ObjectKey, QUESTIONS_FOLDER};
use crate::storage::{PutMode, Store, Version};

/// The school's template; the bundled one serves until there is one.
const TEMPLATE: &str = "plantilla_test_diagnostico.docx";

/// More files than any school has; when they are reached, the shelf starts over.
const MOST_KEPT: usize = 500;

/// The most banks a listing looks at.
const MOST_BANKS: usize = 10_000;

/// The files jobs need, parsed.
pub(super) struct Shelf {
    store: Arc<dyn Store>,
    renderer: Arc<dyn Renderer>,
    profiles: Kept<Profiles>,
    banks: Kept<QuestionBank>,
    templates: Kept<Box<dyn OpenTemplate>>,
    complaints: Mutex<Vec<Complaint>>,
}

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

impl Shelf {
    pub(super) fn new(store: Arc<dyn Store>, renderer: Arc<dyn Renderer>) -> Self {
        Self {
            store,
            renderer,
            profiles: Kept::default(),
            banks: Kept::default(),
            templates: Kept::default(),
            complaints: Mutex::default(),
        }
    }

    /// How assessments are judged; without a file every one by the built-in profile.
    pub(super) async fn profiles(&self) -> Result<Arc<Profiles>, JobError> {
        let key = ObjectKey::Assessments.path();
        let read = |bytes: &Bytes| Profiles::from_toml(&String::from_utf8_lossy(bytes), &key).map_err(|faults| listed(&faults));
        let profiles =
            self.current(&self.profiles, &key, read, "profile_outdated").await.map_err(|fault| fault.into_error("profile_invalid"))?;
        Ok(profiles.unwrap_or_default())
    }

    /// The question bank of an assessment; `None` when there is none.
    pub(super) async fn bank(&self, title: &str, configured: Option<&str>) -> Result<Option<Arc<QuestionBank>>, JobError> {
        let keys = self.store.list(QUESTIONS_FOLDER, None, MOST_BANKS).await.map_err(|error| storage(&error))?;
        let names: Vec<String> = keys.iter().filter_map(|key| key.strip_prefix(QUESTIONS_FOLDER)).map(ToOwned::to_owned).collect();
        let Some(name) = bank::find(&names, &bank::candidates(title, configured)) else { return Ok(None) };
        let key = format!("{QUESTIONS_FOLDER}{name}");
        let read = |bytes: &Bytes| QuestionBank::from_csv(bytes, name).map_err(|errors| errors.to_string());
        self.current(&self.banks, &key, read, "bank_outdated").await.map_err(|fault| fault.into_error("bank_invalid"))
    }

    /// The template to fill: the school's file of the profile's name, else of the usual name; where there is none, the bundled one in the report's language.
    pub(super) async fn template(&self, configured: Option<&str>, language: Language) -> Result<Arc<Box<dyn OpenTemplate>>, JobError> {
        let key = ObjectKey::Template(configured.unwrap_or(TEMPLATE)).path();
        let open = |bytes: &Bytes| self.renderer.open(bytes);
        let found =
            self.current(&self.templates, &key, open, "template_outdated").await.map_err(|fault| fault.into_error("template_broken"))?;
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
        // Kept apart from the school's file of the same name, which may come and go.
        let key = format!("{language}:{key}");
        if let Some(kept) = self.templates.last(&key) {
            return Ok(kept);
        }
        let opened = self.renderer.open(&bundled).map_err(|words| JobError::dead("template_broken", words))?;
        Ok(self.templates.keep(&key, Version(String::new()), Arc::new(opened)))
    }
}

impl Shelf {
    /// What the admin is yet to be told; whoever asks tells it.
    pub(super) fn complaints(&self) -> Vec<Complaint> {
        std::mem::take(&mut *self.complaints.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A file's current version, parsed; the last good one when the current one is broken; `None` when the file does not exist.
    async fn current<T>(
        &self,
        kept: &Kept<T>,
        key: &str,
        parse: impl Fn(&Bytes) -> Result<T, String>,
        cause: &'static str,
    ) -> Result<Option<Arc<T>>, Fault> {
        let unreachable = |error| Fault::Store(storage(&error));
        let Some((bytes, version)) = self.store.get(key).await.map_err(unreachable)? else { return Ok(None) };
        if let Some(value) = kept.at(key, &version) {
            return Ok(Some(value));
        }
        let copy = ObjectKey::LastGood { key }.path();
        match parse(&bytes) {
            Ok(value) => {
                self.store.put(&copy, bytes, PutMode::Overwrite).await.map_err(unreachable)?;
                Ok(Some(kept.keep(key, version, Arc::new(value))))
            }
            Err(words) => {
                let last_good = match kept.last(key) {
                    Some(value) => Some(value),
                    None => self.store.get(&copy).await.map_err(unreachable)?.and_then(|(bytes, _)| parse(&bytes).ok()).map(Arc::new),
                };
                let Some(last_good) = last_good else { return Err(Fault::Broken { key: key.to_owned(), words }) };
                self.complain(cause, key, &words);
                // Kept as if it were this version: the file is not read again, and nobody told again, until it changes.
                Ok(Some(kept.keep(key, version, last_good)))
            }
        }
    }

    fn complain(&self, cause: &'static str, key: &str, words: &str) {
        tracing::error!(key, "the new version is broken, the one before is used: {words}");
        let words = format!("the new version of {key} is not used, the one before is: {words}");
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).push(Complaint { cause, words });
    }
}

fn listed<T: ToString>(faults: &[T]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Why a file cannot be used.
enum Fault {
    Store(JobError),
    Broken { key: String, words: String },
}

impl Fault {
    fn into_error(self, cause: &'static str) -> JobError {
        match self {
            Self::Store(error) => error,
            Self::Broken { key, words } => {
                JobError::park(cause, format!("{key} cannot be used: {words}; correct the file, then release the job"))
            }
        }
    }
}

/// Parsed files by key, each with the version it was parsed from.
struct Kept<T>(Mutex<HashMap<String, (Version, Arc<T>)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Kept<T> {
    /// The file as it was parsed at this version.
    fn at(&self, key: &str, version: &Version) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(at, _)| at == version).map(|(_, value)| value.clone())
    }

    fn last(&self, key: &str) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).map(|(_, value)| value.clone())
    }

    fn keep(&self, key: &str, version: Version, value: Arc<T>) -> Arc<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key.to_owned(), (version, value.clone()));
        value
    }
}
