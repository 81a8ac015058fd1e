use std::sync::Arc;

use super::*;
use crate::clock::ManualClock;
use crate::intake::sources::fixture::{events, request};

/// Vectors that are published with the specification's libraries: secret, id, time, body, signature.
const VECTORS: &[(&str, &str, i64, &str, &str)] = &[
    ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ("C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, r#"{"email":"test@example.com","username":"test_user"}"#, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
];

fn verdict(secret: &str, id: &str, at: i64, signature: &str, body: &str, now: i64) -> bool {
    let clock = Arc::new(ManualClock::new(jiff::Timestamp::from_second(now).unwrap()));
    let standard = Standard::new(&Config, &Tools { outside: None, clock });
    let timestamp = at.to_string();
    let headers = |name: &str| match name {
        "webhook-id" => Some(id),
        "webhook-timestamp" => Some(timestamp.as_str()),
        "webhook-signature" => Some(signature),
        _ => None,
    };
    let secrets = Secrets { current: Some(secret.into()), ..Secrets::default() };
    standard.verify(&headers, body.as_bytes(), &secrets).is_ok()
}

#[test]
fn published_vectors_verify_within_five_minutes_and_nothing_else_does() {
    for (secret, id, at, body, signature) in VECTORS {
        for written in [(*secret).to_owned(), format!("whsec_{secret}")] {
            assert!(verdict(&written, id, *at, signature, body, *at) && verdict(&written, id, *at, signature, body, at + 300));
            assert!(verdict(&written, id, *at, &format!("v1,AAAA v2,x {signature}"), body, at - 300));
            assert!(verdict(&written, id, *at, &format!("{signature}, v1,AAAA"), body, *at), "two headers, joined");
            assert!(!verdict(&written, id, *at, signature, body, at + 301) && !verdict(&written, id, *at, signature, body, at - 301));
            assert!(!verdict(&written, "msg_x", *at, signature, body, *at) && !verdict(&written, id, at + 1, signature, body, *at));
            assert!(!verdict(&written, id, *at, signature, &format!("{body} "), *at));
            assert!(!verdict(&written, id, *at, &signature.replace("v1,", "v1a,"), body, *at));
        }
        assert!(!verdict("whsec_", id, *at, signature, body, *at), "an empty secret opens nothing");
    }
}

#[test]
fn an_ed25519_signature_verifies_under_the_public_key() {
    let seed = [7; 32];
    let public = format!("whpk_{}", STANDARD.encode(signing::ed25519_public(&seed)));
    let signature = format!("v1a,{}", STANDARD.encode(signing::ed25519_sign(&seed, b"msg_1.1772359200.{}")));
    assert!(verdict(&public, "msg_1", 1_772_359_200, &signature, "{}", 1_772_359_200));
    assert!(!verdict(&public, "msg_2", 1_772_359_200, &signature, "{}", 1_772_359_200));
}

#[test]
fn a_type_that_is_none_of_ours_is_acknowledged() {
    let kind = |body: &str| {
        let standard = Standard::new(&Config, &Tools { outside: None, clock: Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH)) });
        standard.parse(&|_| None, body.as_bytes(), 1 << 20).unwrap().pop().unwrap().kind
    };
    assert!(matches!(kind(r#"{"type":"invoice.paid","data":{}}"#), EventKind::Ignored { .. }));
    assert!(matches!(kind(&request(NAME, "valid").body), EventKind::Recorded { .. }));
    assert!(matches!(events(NAME, &request(NAME, "valid_rotation")).unwrap()[0].kind, EventKind::Recorded { .. }));
}
