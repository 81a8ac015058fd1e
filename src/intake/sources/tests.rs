//! The registry's promises, for every platform in it.

use std::sync::Arc;

use proptest::prelude::*;
use secrecy::SecretString;

use crate::clock::ManualClock;
use crate::intake::accept;
use crate::intake::event::Rejection;
use crate::intake::source::Secrets;
use crate::intake::sources::fixture::{requests, taken};
use crate::intake::sources::{PlatformsConfig, offline, offline_with};

#[test]
fn every_source_takes_its_valid_requests_and_refuses_its_bad_signatures() {
    let clock = ManualClock::new(jiff::Timestamp::UNIX_EPOCH);
    for source in offline_with(&PlatformsConfig::default(), Arc::new(clock.clone())) {
        let (valid, bad) = (requests(source.name(), "valid"), requests(source.name(), "bad_signature"));
        assert!(!valid.is_empty() && !bad.is_empty(), "{} has no `valid` or no `bad_signature` fixture", source.name());
        for (request, expected) in valid.iter().map(|r| (r, true)).chain(bad.iter().map(|r| (r, false))) {
            clock.set(request.at.unwrap_or(jiff::Timestamp::UNIX_EPOCH));
            let taken = taken(&*source, request);
            assert_eq!(taken.is_ok(), expected, "{}: {}: {taken:?}", source.name(), request.about);
            if let Err(rejection) = taken {
                assert_eq!(rejection.to_string(), "Invalid signature", "a refusal tells the caller nothing");
            }
        }
    }
}

#[test]
fn a_call_is_verified_before_it_is_read() {
    for source in offline() {
        let secrets = Secrets { current: Some("secret".into()), ..Secrets::default() };
        let taken = accept(&*source, &|_| None, b"not json", &secrets, 1 << 20);
        assert!(matches!(taken, Err(Rejection::Unauthorized { .. })), "{}", source.name());
    }
}

#[test]
fn sources_are_found_by_their_names_and_names_are_unique() {
    let all = offline();
    for source in &all {
        assert_eq!(all.iter().filter(|other| other.name() == source.name()).count(), 1);
        assert!(!source.secret_variables().current.is_empty() || source.name() == "services", "services have secrets by their ids");
    }
}

/// Turns a request's body into one that somebody spoilt.
fn spoilt(body: &str, cuts: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = body.as_bytes().to_vec();
    for (at, byte) in cuts {
        let at = at % bytes.len().max(1);
        match byte % 4 {
            0 => bytes.truncate(at),
            1 => bytes.insert(at.min(bytes.len()), *byte),
            _ if at < bytes.len() => bytes[at] = *byte,
            _ => {}
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_bytes_make_any_source_panic(body in prop::collection::vec(any::<u8>(), 0..400), value in ".{0,80}", cuts in prop::collection::vec(any::<(usize, u8)>(), 0..6)) {
        for source in offline() {
            let secret = || Some(SecretString::from("secret"));
            let secrets = Secrets { current: secret(), previous: secret(), key: secret(), allow_unsigned: true };
            let fixtures = requests(source.name(), "valid");
            let bodies = fixtures.iter().map(|request| spoilt(&request.body, &cuts)).chain([body.clone()]);
            for body in bodies {
                let headers = |name: &str| match name {
                    "content-encoding" | "x-experience-api-version" => None,
                    "content-type" => Some("application/json"),
                    _ => Some(value.as_str()),
                };
                let versioned = |name: &str| if name == "x-experience-api-version" { Some("1.0.3") } else { None };
                let _ = accept(&*source, &headers, &body, &secrets, 1 << 20);
                // Whoever knows the secret must not be able to do harm either.
                let _ = source.parse(&headers, &body, 1 << 20);
                let _ = source.parse(&versioned, &body, 1 << 20);
            }
        }
    }
}
