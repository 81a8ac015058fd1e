use std::sync::Arc;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::*;
use crate::clock::ManualClock;
use crate::intake::accept;
use crate::intake::sources::fixture::{recorded, request};

const OURS: &[u8] = include_bytes!("../../../../test_data/push/test_only_key.pem");
const OTHER: &[u8] = include_bytes!("../../../../test_data/push/other_test_only_key.pem");
const NOW: i64 = 1_772_359_200;

#[test]
fn a_grade_is_kept_in_the_shape_it_came_in() {
    let (event, key) = recorded(NAME, &request(NAME, "valid")).pop().unwrap();
    assert_eq!((event.kind.as_str(), event.subject.collection), ("grade.updated", Collection::Grades));
    assert_eq!(event.data["score"], 85);
    let again = recorded(NAME, &request(NAME, "valid_bare_hex")).pop().unwrap().1;
    assert_eq!(key, again, "the same body is the same event, however its signature is written");
}

fn lti() -> Lti {
    let mut jwk = Jwk::from_encoding_key(&EncodingKey::from_rsa_pem(OURS).unwrap(), Algorithm::RS256).unwrap();
    jwk.common.key_id = Some("k1".to_owned());
    let set = json!({ "keys": [jwk] }).to_string();
    let config = Config {
        keys: Some(KeyOrigin::parse(&set).unwrap()),
        issuer: Some("https://canvas.instructure.com".to_owned()),
        client_id: Some("10000000000001".to_owned()),
        scores: None,
    };
    let clock = Arc::new(ManualClock::new(jiff::Timestamp::from_second(NOW).unwrap()));
    Lti::new(&config, &Tools { outside: None, clock })
}

fn claims(id: &str) -> Value {
    json!({
        "iss": "https://canvas.instructure.com", "aud": "10000000000001", "azp": "10000000000001", "iat": NOW - 5, "exp": NOW + 3600, "nonce": "n",
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "d1",
        "https://purl.imsglobal.org/spec/lti/claim/context": { "id": "c1", "title": "Ciencias" },
        "https://purl.imsglobal.org/spec/lti/claim/notice": { "id": id, "timestamp": "2026-03-01T10:00:00Z", "type": "LtiContextCopyNotice" },
    })
}

fn signed(claims: &Value, pem: &[u8]) -> String {
    let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::RS256) };
    encode(&header, claims, &EncodingKey::from_rsa_pem(pem).unwrap()).unwrap()
}

fn call(tokens: &[String]) -> Result<Vec<IntakeEvent>, Rejection> {
    let notices: Vec<Value> = tokens.iter().map(|token| json!({ "jwt": token })).collect();
    let body = json!({ "notices": notices }).to_string();
    accept(&lti(), &|_| None, body.as_bytes(), &Secrets::default(), 1 << 20)
}

#[test]
fn notices_of_one_call_are_verified_and_known_each_by_its_own_id() {
    let events = call(&[signed(&claims("n1"), OURS), signed(&claims("n2"), OURS), signed(&claims("n1"), OURS)]).unwrap();
    let keys: Vec<&str> = events.iter().map(|event| match &event.kind {
        EventKind::Recorded { event, effect_key } => {
            assert_eq!((event.kind.as_str(), event.data["context"]["id"].as_str()), ("lti.LtiContextCopyNotice", Some("c1")));
            effect_key.as_str()
        }
        other => panic!("{other:?}"),
    }).collect();
    assert_eq!((keys.len(), keys[0] == keys[2], keys[0] == keys[1]), (3, true, false));
}

#[test]
fn one_notice_that_is_not_the_platforms_spoils_the_call() {
    let good = signed(&claims("n1"), OURS);
    let with = |claim: &str, value: Value| {
        let mut claims = claims("n2");
        claims[claim] = value;
        signed(&claims, OURS)
    };
    let mut endless = claims("n2");
    endless.as_object_mut().unwrap().remove("exp");
    let unsigned = format!("eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.{}.", good.split('.').nth(1).unwrap());
    for bad in [
        signed(&claims("n2"), OTHER),
        with("iss", json!("https://evil.example")),
        with("aud", json!("other")),
        with("exp", json!(NOW - 61)),
        signed(&endless, OURS),
        unsigned,
        "x.y.z".to_owned(),
    ] {
        assert!(matches!(call(&[good.clone(), bad.clone()]), Err(Rejection::Unauthorized { .. })), "{bad}");
    }
    assert!(call(&[]).is_err());
}
