//! HMAC, Ed25519 and constant-time comparison; the only importer of `hmac` and `ed25519_dalek`, and beside `sealing` of `sha2`.

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of `bytes` as 64 lower-case hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(sha256(bytes))
}

/// HMAC-SHA256 of `message` under `key` (RFC 2104).
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104, section 2)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Whether two byte strings are equal, in time that tells nothing about where they differ or how long either is: both sides are hashed first.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    sha256(a).ct_eq(&sha256(b)).into()
}

/// Ed25519 signature of `message` under the secret key made of `seed` (RFC 8032).
pub fn ed25519_sign(seed: &[u8; 32], message: &[u8]) -> [u8; 64] {
    SigningKey::from_bytes(seed).sign(message).to_bytes()
}

/// The public key that belongs to `seed`.
pub fn ed25519_public(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// Whether `signature` is that of `message` under this public key; strict, so that no second signature verifies for the same message.
pub fn ed25519_verify(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    /// Vectors other products publish for their webhooks: (scheme, key, signed bytes, signature in hex).
    fn hex_vectors() -> Vec<(&'static str, &'static str, String, &'static str)> {
        let charge = r#"{"event":"charge.success","amount":1000,"currency":"NGN"}"#;
        let event = "1a01cb48-5142-4d9b-8f90-d20cca61f0ee.service.resource.verb";
        vec![
            (
                "GitHub's documentation",
                "It's a Secret to Everybody",
                "Hello, World!".to_owned(),
                "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            ),
            (
                "GitHub style, Convoy",
                "Convoy",
                "Test Payload Body".to_owned(),
                "d7a154547e7c35e31c4c820e20237650939c3d34dae136e30a7757ca61abb4cf",
            ),
            (
                "hex of the body, Convoy",
                "convoy-webhook-secret",
                charge.to_owned(),
                "244449b7f48cbc2709060c9dcdc2b3aa47a78f540430579015c579fb12defbb4",
            ),
            (
                "time and body, Convoy",
                "convoy-webhook-secret",
                format!("1700000000,{charge}"),
                "77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c55c",
            ),
            (
                "version 0, Hook0",
                "secret",
                "1636936200.hello !".to_owned(),
                "1b3d69df55f1e52f05224ba94a5162abeb17ef52cd7f4948c390f810d6a87e98",
            ),
            (
                "version 1, Hook0",
                "secret",
                format!("1636936200.x-event-id x-event-type.{event}.hello !"),
                "bc521546ba5de381b12f135782d2008b028c3065c191760b12b76850a8fc8f51",
            ),
            (
                "a sample call",
                "test-secret",
                r#"{"type": "test.event", "data": {"message": "test"}}"#.to_owned(),
                "d7d61668983c56b659cfa6ce44cc944da356281453bff61e32c9e4c691ac5d02",
            ),
        ]
    }

    #[test]
    fn published_vectors_in_hex_are_reproduced() {
        for (scheme, key, message, expected) in hex_vectors() {
            assert_eq!(hex::encode(hmac_sha256(key.as_bytes(), message.as_bytes())), expected, "{scheme}");
        }
    }

    #[test]
    fn published_vectors_in_base64_are_reproduced() {
        let shopify = BASE64_STANDARD.encode(hmac_sha256(b"Convoy", b"Test Payload Body"));
        assert_eq!(shopify, "16FUVH58NeMcTIIOICN2UJOcPTTa4TbjCndXymGrtM8=");
        // Standard Webhooks v1: the secret is base64 behind `whsec_`, and id, time and body are joined with dots.
        for (secret, message, expected) in [
            (
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#,
                "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                r#"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk.1649367553.{"email":"test@example.com","username":"test_user"}"#,
                "tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
        ] {
            let key = BASE64_STANDARD.decode(secret).unwrap();
            assert_eq!(BASE64_STANDARD.encode(hmac_sha256(&key, message.as_bytes())), expected);
        }
    }

    #[test]
    fn equality_is_of_the_whole_and_of_the_length() {
        assert!(constant_time_eq(b"", b"") && constant_time_eq(b"abc", b"abc"));
        for other in [&b""[..], b"ab", b"abcd", b"abd", b"Abc"] {
            assert!(!constant_time_eq(b"abc", other));
        }
    }

    #[test]
    fn ed25519_gives_the_signatures_of_rfc_8032() {
        // RFC 8032, section 7.1, tests 1 and 2.
        for (seed, public, message, signature) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
        ] {
            let seed: [u8; 32] = hex::decode(seed).unwrap().try_into().unwrap();
            let message = hex::decode(message).unwrap();
            let signed = ed25519_sign(&seed, &message);
            assert_eq!(hex::encode(ed25519_public(&seed)), public);
            assert_eq!(hex::encode(signed), signature);
            assert!(ed25519_verify(&ed25519_public(&seed), &message, &signed));
            assert!(!ed25519_verify(&ed25519_public(&seed), b"other", &signed));
        }
    }
}
