//! Any bytes with any header: an answer, never a panic.
#![no_main]

use std::sync::{Arc, OnceLock};

use gradepost::intake::source::{Secrets, Source};
use gradepost::intake::{self, sources};
use libfuzzer_sys::fuzz_target;

/// The limit a service has unless it is told otherwise.
const MOST: usize = 1 << 20;

fuzz_target!(|input: (&str, &str, &str, &[u8])| {
    static SOURCES: OnceLock<Vec<Arc<dyn Source>>> = OnceLock::new();
    let (signature, encoding, kind, body) = input;
    let header = |name: &str| match name.to_ascii_lowercase().as_str() {
        "learnworlds-webhook-signature" => Some(signature),
        "content-encoding" => Some(encoding),
        "content-type" => Some(kind),
        "x-experience-api-version" => Some("1.0.3"),
        // Whatever else a source looks at, and what paths tell.
        _ => Some(signature),
    };
    let mut secrets = Secrets { current: Some("secret".into()), ..Secrets::default() };
    for source in SOURCES.get_or_init(sources::offline) {
        let _ = intake::accept(&**source, &header, body, &secrets, MOST);
        secrets.allow_unsigned = true;
        let _ = intake::accept(&**source, &header, body, &secrets, MOST);
        let _ = intake::accept(&**source, &|_| None, body, &secrets, MOST);
        // Whoever has the secret must not be able to do harm either.
        let _ = source.parse(&header, body, MOST);
    }
});
