//! What jobs take from the store again and again: profiles, question banks, templates; parsed once a version.
//!
//! Every job asks the store which version is current, so a file that changes is used from the next job on, on every instance.
//! When a new version is broken, the last good one serves on and the log says so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::analysis::bank::{self, QuestionBank};
use crate::analysis::profile::{Profile, Profiles};
use crate::jobs::handler::JobError;
use crate::pipeline::render::{OpenTemplate, Renderer};
use crate::pipeline::run::storage;
use crate::report::language::Language;
use crate::storage::key::{ObjectKey, QUESTIONS_FOLDER};
use crate::storage::{Store, Version};

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
}

impl Shelf {
    pub(super) fn new(store: Arc<dyn Store>, renderer: Arc<dyn Renderer>) -> Self {
        Self { store, renderer, profiles: Kept::default(), banks: Kept::default(), templates: Kept::default() }
    }

    /// How an assessment is judged.
    pub(super) async fn profile(&self, id: Option<&str>, title: Option<&str>) -> Result<Profile, JobError> {
        let key = ObjectKey::Assessments.path();
        let read = |bytes: &Bytes| Profiles::from_toml(&String::from_utf8_lossy(bytes), &key).map_err(|faults| listed(&faults));
        let profiles = self.profiles.current(self.store.as_ref(), &key, read).await.map_err(|fault| fault.into_error("profile_invalid"))?;
        Ok(profiles.map_or_else(|| Profiles::default().get(id, title).clone(), |profiles| profiles.get(id, title).clone()))
    }

    /// The question bank of an assessment; `None` when there is none.
    pub(super) async fn bank(&self, title: &str, configured: Option<&str>) -> Result<Option<Arc<QuestionBank>>, JobError> {
        let keys = self.store.list(QUESTIONS_FOLDER, None, MOST_BANKS).await.map_err(|error| storage(&error))?;
        let names: Vec<String> = keys.iter().filter_map(|key| key.strip_prefix(QUESTIONS_FOLDER)).map(ToOwned::to_owned).collect();
        let Some(name) = bank::find(&names, &bank::candidates(title, configured)) else { return Ok(None) };
        let key = format!("{QUESTIONS_FOLDER}{name}");
        let read = |bytes: &Bytes| QuestionBank::from_csv(bytes, name).map_err(|errors| errors.to_string());
        self.banks.current(self.store.as_ref(), &key, read).await.map_err(|fault| fault.into_error("bank_invalid"))
    }

    /// The template to fill: the school's file of the profile's name, else of the usual name; where there is none, the bundled one in the report's language.
    pub(super) async fn template(&self, configured: Option<&str>, language: Language) -> Result<Arc<Box<dyn OpenTemplate>>, JobError> {
        let key = ObjectKey::Template(configured.unwrap_or(TEMPLATE)).path();
        let open = |bytes: &Bytes| self.renderer.open(bytes);
        let found = self.templates.current(self.store.as_ref(), &key, open).await.map_err(|fault| fault.into_error("template_broken"))?;
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
    /// The current version, parsed; the last good one when the current one is broken; `None` when the file does not exist.
    async fn current(&self, store: &dyn Store, key: &str, parse: impl Fn(&Bytes) -> Result<T, String>) -> Result<Option<Arc<T>>, Fault> {
        let Some((bytes, version)) = store.get(key).await.map_err(|error| Fault::Store(storage(&error)))? else { return Ok(None) };
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        if let Some((at, value)) = &kept
            && *at == version
        {
            return Ok(Some(value.clone()));
        }
        match (parse(&bytes), kept) {
            (Ok(value), _) => Ok(Some(self.keep(key, version, Arc::new(value)))),
            (Err(words), Some((_, last_good))) => {
                tracing::error!(key, "the new version is broken, the one before is used: {words}");
                Ok(Some(last_good))
            }
            (Err(words), None) => Err(Fault::Broken { key: key.to_owned(), words }),
        }
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
