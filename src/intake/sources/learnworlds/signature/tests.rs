use super::*;

/// The shape of the example on the platform's help page: 46 hex digits, too short for any SHA-256.
const TOKEN: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b82";
const BODY: &[u8] = br#"{"user":{"id":"6130afb278d2c94eeb228d12"}}"#;

fn secrets(current: &str, previous: Option<&str>) -> Secrets {
    Secrets { current: Some(current.into()), previous: previous.map(Into::into), key: None, allow_unsigned: false }
}

fn check(header: &str, secret: &str) -> bool {
    verify(Some(header), BODY, &secrets(secret, None)).is_ok()
}

fn digest(secret: &str, body: &[u8]) -> String {
    hex::encode(signing::hmac_sha256(secret.as_bytes(), body))
}

#[test]
fn the_token_passes_in_every_form_it_is_sent_or_pasted() {
    for header in [
        format!("v1={TOKEN}"),
        format!("V1={TOKEN}"),
        format!("  v1={TOKEN}  "),
        TOKEN.to_owned(),
        format!("v1={}", TOKEN.to_uppercase()),
        format!("v0=abc, v1={TOKEN}"),
        format!("v1=old;v1={TOKEN}"),
        format!("t=1700000000 v1={TOKEN}"),
    ] {
        assert!(check(&header, TOKEN), "{header}");
    }
    for secret in [format!("v1={TOKEN}"), format!(" V1={TOKEN}\n"), TOKEN.to_uppercase()] {
        assert!(check(&format!("v1={TOKEN}"), &secret), "{secret}");
    }
}

#[test]
fn the_token_passes_whatever_the_body_says() {
    let header = format!("v1={TOKEN}");
    assert!(verify(Some(&header), b"something else entirely", &secrets(TOKEN, None)).is_ok());
}

#[test]
fn a_secret_that_is_no_hex_is_compared_letter_by_letter() {
    for secret in ["It's a Secret, to; Everybody", "pässwörd=", "v2=not-a-version"] {
        assert!(check(&format!("v1={secret}"), secret), "{secret}");
    }
    assert!(!check("v1=SECRET-Token", "secret-token"));
}

#[test]
fn the_full_digest_of_the_raw_body_passes() {
    let digest = digest(TOKEN, BODY);
    for header in [format!("v1={digest}"), digest.clone(), digest.to_uppercase()] {
        assert!(check(&header, TOKEN), "{header}");
    }
    // An outside vector (GitHub's documentation), to hold the primitive itself.
    let header = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert!(verify(Some(header), b"Hello, World!", &secrets("It's a Secret to Everybody", None)).is_ok());
}

#[test]
fn a_digest_of_another_body_or_of_the_same_json_written_again_is_refused() {
    let again = br#"{ "user": { "id": "6130afb278d2c94eeb228d12" } }"#;
    for body in [again.as_slice(), b"", &BODY[..BODY.len() - 1]] {
        assert!(!check(&format!("v1={}", digest(TOKEN, body)), TOKEN));
    }
}

#[test]
fn every_single_changed_character_is_refused() {
    for good in [TOKEN.to_owned(), digest(TOKEN, BODY)] {
        for at in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[at] = if bad[at] == b'0' { b'1' } else { b'0' };
            let bad = String::from_utf8(bad).unwrap();
            assert!(!check(&format!("v1={bad}"), TOKEN), "changed at {at}");
        }
    }
}

#[test]
fn every_shortened_or_lengthened_value_is_refused() {
    for good in [TOKEN.to_owned(), digest(TOKEN, BODY)] {
        for end in 0..good.len() {
            assert!(!check(&format!("v1={}", &good[..end]), TOKEN), "cut to {end}");
        }
        assert!(!check(&format!("v1={good}0"), TOKEN));
        assert!(!check(&format!("v1={good}{good}"), TOKEN));
    }
}

#[test]
fn other_versions_prefixes_and_nonsense_are_refused() {
    let digest = digest(TOKEN, BODY);
    for header in [
        "",
        " ",
        "v1=",
        "v1",
        "=",
        ",",
        ";;;",
        "v1=v1=",
        "hello",
        "ñ",
        "v1=\u{0}",
        &format!("v2={TOKEN}"),
        &format!("v10={TOKEN}"),
        &format!("v2={digest}"),
        &format!("sha256={digest}"),
        &format!("Bearer {}", &TOKEN[1..]),
        &"v1=x,".repeat(10_000),
    ] {
        assert!(!check(header, TOKEN), "{header:.40}");
    }
}

#[test]
fn a_missing_header_is_refused_even_when_the_secret_is_missing_too() {
    assert_eq!(verify(None, BODY, &secrets(TOKEN, None)), Err(Rejection::Unauthorized { reason: "missing_header" }));
    let none = Secrets { current: None, previous: None, key: None, allow_unsigned: false };
    assert!(verify(None, BODY, &none).is_err());
    assert_eq!(verify(Some("v1="), BODY, &none), Err(Rejection::Unauthorized { reason: "no_secret" }));
}

#[test]
fn an_empty_secret_never_matches_anything() {
    for secret in ["", "  ", "v1=", "V1= "] {
        for header in ["v1=", "v1= ", "", &format!("v1={}", digest("", BODY))] {
            assert!(!check(header, secret), "{secret:?} {header:?}");
        }
    }
}

#[test]
fn during_a_rotation_both_secrets_pass_and_afterwards_only_the_new_one() {
    let during = secrets("new-secret", Some("old-secret"));
    for secret in ["new-secret", "old-secret"] {
        assert!(verify(Some(&format!("v1={secret}")), BODY, &during).is_ok());
        assert!(verify(Some(&format!("v1={}", digest(secret, BODY))), BODY, &during).is_ok());
    }
    let after = secrets("new-secret", None);
    assert!(verify(Some("v1=new-secret"), BODY, &after).is_ok());
    assert!(verify(Some("v1=old-secret"), BODY, &after).is_err());
    assert!(verify(Some(&format!("v1={}", digest("old-secret", BODY))), BODY, &after).is_err());
}

#[test]
fn unsigned_calls_pass_only_with_the_switch_and_a_wrong_signature_never() {
    let development = Secrets { current: Some(TOKEN.into()), previous: None, key: None, allow_unsigned: true };
    assert!(verify(None, BODY, &development).is_ok());
    assert!(verify(Some("v1=wrong"), BODY, &development).is_err());
    let without_secret = Secrets { current: None, previous: None, key: None, allow_unsigned: true };
    assert!(verify(None, BODY, &without_secret).is_ok());
    assert!(verify(Some("v1=anything"), BODY, &without_secret).is_ok());
}
