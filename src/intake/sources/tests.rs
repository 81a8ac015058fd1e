//! The registry's promises, for every platform in it.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use crate::intake::accept;
use crate::intake::event::Rejection;
use crate::intake::source::{Secrets, Source};
use crate::intake::sources::{ALL, find};

/// A recorded request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// What the fixture shows.
    about: String,
    secret: String,
    headers: BTreeMap<String, String>,
    body: String,
}

fn requests(source: &dyn Source, prefix: &str) -> Vec<Request> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test_data/webhooks").join(source.name());
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let ours = paths.into_iter().filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix));
    ours.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

#[test]
fn every_source_takes_its_valid_requests_and_refuses_its_bad_signatures() {
    for source in ALL.iter().copied() {
        let (valid, bad) = (requests(source, "valid"), requests(source, "bad_signature"));
        assert!(!valid.is_empty() && !bad.is_empty(), "{} has no `valid` or no `bad_signature` fixture", source.name());
        for (request, expected) in valid.iter().map(|r| (r, true)).chain(bad.iter().map(|r| (r, false))) {
            let secrets = Secrets { current: Some(request.secret.clone().into()), previous: None, allow_unsigned: false };
            let headers = |name: &str| request.headers.get(name).map(String::as_str);
            let taken = accept(source, &headers, request.body.as_bytes(), &secrets);
            assert_eq!(taken.is_ok(), expected, "{}: {}", source.name(), request.about);
            if let Err(rejection) = taken {
                assert_eq!(rejection.to_string(), "Invalid signature", "a refusal tells the caller nothing");
            }
        }
    }
}

#[test]
fn a_call_is_verified_before_it_is_read() {
    for source in ALL.iter().copied() {
        let secrets = Secrets { current: Some("secret".into()), previous: None, allow_unsigned: false };
        let taken = accept(source, &|_| None, b"not json", &secrets);
        assert!(matches!(taken, Err(Rejection::Unauthorized { .. })), "{}", source.name());
    }
}

#[test]
fn sources_are_found_by_their_names_and_names_are_unique() {
    for source in ALL {
        assert_eq!(find(source.name()).map(Source::name), Some(source.name()));
        assert_eq!(ALL.iter().filter(|other| other.name() == source.name()).count(), 1);
        assert!(!source.secret_variables().current.is_empty());
    }
    assert!(find("no-such-platform").is_none());
}
