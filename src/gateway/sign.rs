//! The headers that prove where a body comes from: Standard Webhooks, and what older receivers look for.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;

use crate::gateway::ids::MessageId;
use crate::gateway::model::CompatHeader;
use crate::gateway::secrets::{OpenSecret, Scheme};
use crate::signing::{ed25519_sign, hmac_sha256};

/// The signature headers of one attempt, in the order they are sent. Schemes older than Standard Webhooks know one key, and take the secret's own characters as it: `older` says whose.
pub fn headers(
    id: MessageId,
    at: Timestamp,
    body: &[u8],
    secrets: &[OpenSecret],
    compat: &[CompatHeader],
    older: usize,
) -> Vec<(&'static str, String)> {
    let seconds = at.as_second().to_string();
    let mut headers = vec![
        ("Webhook-Id", id.to_string()),
        ("Webhook-Timestamp", seconds.clone()),
        ("Webhook-Signature", signature(&id.to_string(), &seconds, body, secrets)),
    ];
    if let Some(secret) = secrets.iter().filter(|secret| secret.scheme == Scheme::Hmac).nth(older) {
        let hex = hex::encode(hmac_sha256(secret.text_key(), body));
        for header in compat {
            headers.push(match header {
                CompatHeader::WebhookSignature => ("X-Webhook-Signature", format!("sha256={hex}")),
                CompatHeader::Signature => ("X-Signature", hex.clone()),
                CompatHeader::HubSignature256 => ("X-Hub-Signature-256", format!("sha256={hex}")),
            });
        }
    }
    headers
}

/// `webhook-signature`: `v1` for every HMAC secret, then `v1a` for every Ed25519 key; each item has exactly one comma.
pub fn signature(id: &str, seconds: &str, body: &[u8], secrets: &[OpenSecret]) -> String {
    let signed = [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat();
    let of = |scheme| secrets.iter().filter(move |secret| secret.scheme == scheme);
    let symmetric = of(Scheme::Hmac)
        .flat_map(OpenSecret::standard_keys)
        .map(|key| format!("v1,{}", BASE64_STANDARD.encode(hmac_sha256(&key, &signed))));
    let asymmetric = of(Scheme::Ed25519).filter_map(|secret| {
        let seed: [u8; 32] = secret.key.as_slice().try_into().ok()?;
        Some(format!("v1a,{}", BASE64_STANDARD.encode(ed25519_sign(&seed, &signed))))
    });
    symmetric.chain(asymmetric).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const PAIR: &str = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";

    #[test]
    fn the_published_vectors_of_v1_and_v1a_are_reproduced_v1_first() {
        let hmac = OpenSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let pair = OpenSecret::parse(PAIR).unwrap();
        assert_eq!(
            signature(ID, "1614265330", BODY, &[pair, hmac]),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
        );
        let second = OpenSecret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let signed = signature(
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            "1649367553",
            br#"{"email":"test@example.com","username":"test_user"}"#,
            &[second],
        );
        assert_eq!(signed, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    #[test]
    fn a_signature_of_another_body_id_time_or_secret_is_another() {
        let secret = || OpenSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let good = signature(ID, "1614265330", BODY, &[secret()]);
        let other = OpenSecret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        for changed in [
            signature(ID, "1614265330", br#"{"test":2432232314}"#, &[secret()]),
            signature(ID, "1614265331", BODY, &[secret()]),
            signature("msg_p5jXN8AQM9LWM0D4loKWxJeK", "1614265330", BODY, &[secret()]),
            signature(ID, "1614265330", BODY, &[other]),
        ] {
            assert_ne!(changed, good);
        }
        assert_eq!(signature(ID, "1614265330", BODY, &[secret(), secret()]).split(' ').count(), 2, "one for each secret that signs");
    }

    #[test]
    fn older_receivers_find_the_headers_they_know() {
        let secret = OpenSecret::plain("test-secret");
        let body = br#"{"type": "test.event", "data": {"message": "test"}}"#;
        let at = "2026-11-28T12:00:00Z".parse().unwrap();
        let id = MessageId::new(at, &crate::gateway::ids::Chance::seeded(1));
        let all = [CompatHeader::WebhookSignature, CompatHeader::Signature, CompatHeader::HubSignature256];
        let headers = headers(id, at, body, &[secret], &all, 0);
        let hex = "d7d61668983c56b659cfa6ce44cc944da356281453bff61e32c9e4c691ac5d02";
        assert_eq!(headers[3], ("X-Webhook-Signature", format!("sha256={hex}")));
        assert_eq!(headers[4], ("X-Signature", hex.to_owned()));
        assert_eq!(headers[5], ("X-Hub-Signature-256", format!("sha256={hex}")));
        assert_eq!(headers[0].1, id.to_string());
    }

    #[test]
    fn older_receivers_take_a_secret_by_its_characters_and_one_of_several_at_a_time() {
        let at = "2026-11-28T12:00:00Z".parse().unwrap();
        let id = MessageId::new(at, &crate::gateway::ids::Chance::seeded(1));
        let secrets = [OpenSecret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap(), OpenSecret::plain("the-one-before-it")];
        for (older, text) in [(0, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"), (1, "the-one-before-it")] {
            let headers = headers(id, at, BODY, &secrets, &[CompatHeader::Signature], older);
            assert_eq!(headers[3].1, hex::encode(hmac_sha256(text.as_bytes(), BODY)));
        }
    }

    #[test]
    fn a_plain_secret_verifies_for_who_takes_its_characters_and_for_who_reads_it_as_base64() {
        let text = "0123456789abcdef".repeat(4);
        let read = OpenSecret::parse(&text).unwrap();
        let sent = signature(ID, "1614265330", BODY, &[OpenSecret::plain(&text)]);
        let by_characters = BASE64_STANDARD.encode(hmac_sha256(text.as_bytes(), &[format!("{ID}.1614265330.").as_bytes(), BODY].concat()));
        assert_eq!(sent, format!("v1,{by_characters} {}", signature(ID, "1614265330", BODY, &[read])));
    }
}
