//! Recorded requests, as `test_data/webhooks/<source>/` holds them.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

use crate::clock::ManualClock;
use crate::intake::accept;
use crate::intake::event::{EventKind, IntakeEvent, Rejection};
use crate::intake::source::{Secrets, Source};
use crate::intake::sources::{PlatformsConfig, offline_with};
use crate::model::completion::Completion;
use crate::model::platform_event::PlatformEvent;

/// A recorded request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::intake) struct Request {
    /// What the fixture shows.
    pub(in crate::intake) about: String,
    pub(in crate::intake) secret: String,
    /// When it arrives, where that matters.
    pub(in crate::intake) at: Option<jiff::Timestamp>,
    pub(in crate::intake) headers: BTreeMap<String, String>,
    pub(in crate::intake) body: String,
}

/// A source's requests whose names begin so.
pub(in crate::intake) fn requests(source: &str, prefix: &str) -> Vec<Request> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test_data/webhooks").join(source);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let ours = paths.into_iter().filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix));
    ours.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// One request.
pub(in crate::intake) fn request(source: &str, name: &str) -> Request {
    requests(source, &format!("{name}.json")).pop().unwrap_or_else(|| panic!("no fixture {name}"))
}

/// What a source makes of a request.
pub(in crate::intake) fn taken(source: &dyn Source, request: &Request) -> Result<Vec<IntakeEvent>, Rejection> {
    let secret = || Some(request.secret.clone().into());
    let secrets = Secrets { current: secret(), key: secret(), ..Secrets::default() };
    let headers = |name: &str| request.headers.get(name).map(String::as_str);
    accept(source, &headers, request.body.as_bytes(), &secrets, 1 << 20)
}

/// The events of a request to the source of this name.
pub(in crate::intake) fn events(source: &str, request: &Request) -> Result<Vec<IntakeEvent>, Rejection> {
    let clock = ManualClock::new(request.at.unwrap_or(jiff::Timestamp::UNIX_EPOCH));
    let all = offline_with(&PlatformsConfig::default(), Arc::new(clock));
    taken(&**all.iter().find(|other| other.name() == source).unwrap(), request)
}

/// What a fixture records, and under which effect key.
pub(in crate::intake) fn recorded(source: &str, request: &Request) -> Vec<(PlatformEvent, String)> {
    let kinds = events(source, request).unwrap().into_iter().map(|event| event.kind);
    kinds.filter_map(|kind| if let EventKind::Recorded { event, effect_key } = kind { Some((*event, effect_key)) } else { None }).collect()
}

/// The completions of a fixture, and their effect keys.
pub(in crate::intake) fn completed(source: &str, request: &Request) -> Vec<(Completion, String)> {
    let kinds = events(source, request).unwrap().into_iter().map(|event| event.kind);
    kinds
        .filter_map(|kind| if let EventKind::Completed { completion, effect_key } = kind { Some((*completion, effect_key)) } else { None })
        .collect()
}
