//! Scores back to an LTI 1.3 platform: Assignment and Grade Services 2.0.
//!
//! A token by client credentials, asked for with an assertion that our key signs; then the score, posted to the line item that the completion named. Line items elsewhere than at the platform are never asked: the token would go there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use crate::clock::Clock;
use crate::env::Env;
use crate::intake::outside::{Ask, NamedBy, Outside, Sent};
use crate::intake::platform;
use crate::intake::scores::{Score, Scores};
use crate::intake::submissions::{FetchError, RetryAdvice};
use crate::intake::wire;
use crate::signing::sha256_hex;

/// How the platform is called in messages.
const PLATFORM: &str = "the LTI platform";
/// What we ask for, and nothing more.
const SCOPE: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/score";
/// The one media type that a score has.
const MEDIA_TYPE: &str = "application/vnd.ims.lis.v1.score+json";
/// How long an assertion is good.
const ASSERTION_SECONDS: i64 = 290;
/// A platform's clock may be so much behind ours.
const SKEW_SECONDS: i64 = 5;
/// A token is not used in its last minute.
const TOKEN_MARGIN: Duration = Duration::from_mins(1);
/// How long a token is used of which the platform does not say how long it is good.
const TOKEN_USUAL: Duration = Duration::from_mins(10);

/// How scores are posted; off without it.
#[derive(Debug, Clone)]
pub struct ScoresConfig {
    /// `LTI_TOKEN_URL`: where the platform gives out tokens.
    token_url: Url,
    /// `LTI_TOKEN_AUDIENCE`: whom the assertion is for, where the platform wants something else than the token's address there.
    audience: String,
    /// `LTI_LINE_ITEMS_URL`: line items begin so; at the token's host unless it is set.
    line_items: Url,
    /// `LTI_CLIENT_ID`.
    client_id: String,
    /// `LTI_TOOL_KEY`: our RSA key as PEM.
    key: SecretString,
    /// `LTI_TOOL_KEY_ID`: its name in our key set; made of the key where it is not set.
    key_id: String,
}

impl PartialEq for ScoresConfig {
    fn eq(&self, other: &Self) -> bool {
        (&self.token_url, &self.audience, &self.line_items, &self.client_id, &self.key_id)
            == (&other.token_url, &other.audience, &other.line_items, &other.client_id, &other.key_id)
    }
}

impl ScoresConfig {
    /// Reads the variables named at the fields, when `LTI_SCORES` is on.
    pub(super) fn from_env(env: &mut Env, client_id: Option<&String>) -> Option<Self> {
        if !env.switch("LTI_SCORES", false) {
            return None;
        }
        let token_url = wire::service_url(env, "LTI_TOKEN_URL");
        let line_items = wire::service_url(env, "LTI_LINE_ITEMS_URL");
        let key = env.secret(&["LTI_TOOL_KEY"]);
        let public = key.as_ref().map(public_key);
        if let Some(Err(error)) = &public {
            env.problem("LTI_TOOL_KEY", error.clone());
        }
        let missing = [
            ("LTI_TOKEN_URL", token_url.is_none()),
            ("LTI_TOOL_KEY", key.is_none()),
            ("LTI_CLIENT_ID", client_id.is_none()),
        ];
        for (name, is_missing) in missing {
            if is_missing && !env.has_problem(name) {
                env.problem(name, "is not set, though LTI_SCORES is on; docs/platforms.md says where it stands at the platform");
            }
        }
        let (token_url, key, client_id, public) = (token_url?, key?, client_id?.clone(), public?.ok()?);
        let key_id = env.var("LTI_TOOL_KEY_ID").map_or_else(|| thumbprint(&public), ToOwned::to_owned);
        let audience = env.var("LTI_TOKEN_AUDIENCE").map_or_else(|| token_url.to_string(), ToOwned::to_owned);
        let line_items = line_items.unwrap_or_else(|| token_url.join("/").unwrap_or_else(|_| token_url.clone()));
        Some(Self { token_url, audience, line_items, client_id, key, key_id })
    }
}

fn signing_key(key: &SecretString) -> Result<EncodingKey, String> {
    // A file of variables holds it in one line.
    let pem = key.expose_secret().replace("\\n", "\n");
    EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| "is no RSA private key in PEM: make one with 'openssl genrsa 2048'".to_owned())
}

fn public_key(key: &SecretString) -> Result<Jwk, String> {
    Jwk::from_encoding_key(&signing_key(key)?, Algorithm::RS256).map_err(|_| "is a key whose public half cannot be told".to_owned())
}

fn thumbprint(public: &Jwk) -> String {
    sha256_hex(&serde_json::to_vec(public).unwrap_or_default())[..16].to_owned()
}

/// The way back to one platform.
pub(super) struct AgsScores {
    config: ScoresConfig,
    key: EncodingKey,
    public: Jwk,
    outside: Arc<dyn Outside>,
    clock: Arc<dyn Clock>,
    /// The token, and until when it is used, on the clock that only goes forward.
    token: Mutex<Option<(SecretString, Duration)>>,
    assertions: AtomicU64,
}

impl AgsScores {
    pub(super) fn new(config: &ScoresConfig, outside: &Arc<dyn Outside>, clock: &Arc<dyn Clock>) -> Option<Self> {
        let (key, mut public) = (signing_key(&config.key).ok()?, public_key(&config.key).ok()?);
        public.common.key_id = Some(config.key_id.clone());
        let (config, outside, clock) = (config.clone(), Arc::clone(outside), Arc::clone(clock));
        Some(Self { config, key, public, outside, clock, token: Mutex::default(), assertions: AtomicU64::new(0) })
    }

    /// Whether the platform gives us a token.
    pub(super) async fn check(&self) -> Result<&'static str, FetchError> {
        self.token().await.map(|_| "the LTI platform gives tokens for scores")
    }

    /// Who we are, signed: good for some minutes and once.
    fn assertion(&self) -> Result<String, FetchError> {
        let now = self.clock.now();
        let number = self.assertions.fetch_add(1, Ordering::Relaxed);
        let once = format!("{}|{}|{number}|{}", self.config.client_id, now.as_nanosecond(), std::process::id());
        let claims = json!({
            "iss": self.config.client_id, "sub": self.config.client_id, "aud": self.config.audience,
            "iat": now.as_second() - SKEW_SECONDS, "exp": now.as_second() + ASSERTION_SECONDS, "jti": sha256_hex(once.as_bytes()),
        });
        let header = Header { kid: Some(self.config.key_id.clone()), ..Header::new(Algorithm::RS256) };
        encode(&header, &claims, &self.key).map_err(|_| refused("LTI_TOOL_KEY cannot sign; make a new one with 'openssl genrsa 2048'"))
    }

    async fn token(&self) -> Result<SecretString, FetchError> {
        let mut kept = self.token.lock().await;
        if let Some((token, until)) = &*kept
            && self.clock.monotonic() < *until
        {
            return Ok(token.clone());
        }
        let form = [
            ("grant_type", "client_credentials".to_owned()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
            ("client_assertion", self.assertion()?),
            ("scope", SCOPE.to_owned()),
        ];
        let mut ask = Ask::get(self.config.token_url.clone(), NamedBy::Operator);
        (ask.sent, ask.most_bytes) = (Sent::Form(form.map(|(name, value)| (name.to_owned(), value)).to_vec()), 64 << 10);
        let answer = self.outside.ask(&ask).await;
        // Some platforms answer 400 invalid_client, others 401.
        if let Ok(answer) = &answer
            && matches!(answer.status, 400 | 401)
        {
            return Err(FetchError {
                cause: "platform_unauthorized",
                message: "the LTI platform gives no token: it must know this tool's keys (/lti/keys), LTI_CLIENT_ID and the audience (LTI_TOKEN_AUDIENCE)".to_owned(),
                advice: RetryAdvice::Person,
            });
        }
        let given = platform::json(PLATFORM, &platform::checked(PLATFORM, answer)?)?;
        let Some(token) = wire::text_at(&given, &["access_token"]) else { return Err(platform::odd(PLATFORM, "no access_token")) };
        let good = wire::number_at(&given, &["expires_in"]).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let good = good.unwrap_or(TOKEN_USUAL).saturating_sub(TOKEN_MARGIN).min(Duration::from_hours(24));
        let token = SecretString::from(token);
        *kept = Some((token.clone(), self.clock.monotonic() + good));
        Ok(token)
    }

    /// The address of a line item's scores: in the path, before a query. None where the line item is not the platform's.
    fn address(&self, line_item: &str) -> Option<Url> {
        let (mut url, own) = (Url::parse(line_item).ok()?, &self.config.line_items);
        let is_plain = url.username().is_empty() && url.password().is_none();
        let rest = url.path().strip_prefix(own.path().trim_end_matches('/'));
        let is_below = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if url.origin() != own.origin() || !is_plain || !is_below {
            return None;
        }
        url.set_fragment(None);
        let path = format!("{}/scores", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Some(url)
    }
}

/// The score as Assignment and Grade Services want it.
fn body(score: &Score) -> Value {
    let mut body = json!({
        "userId": score.user,
        "scoreGiven": (score.percentage.clamp(0.0, 100.0) * 100.0).round() / 100.0,
        "scoreMaximum": 100,
        "timestamp": with_milliseconds(score.at),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    });
    if let Some(at) = score.submitted_at {
        // Without it a platform takes what comes after the due date for late.
        body["submission"] = json!({ "submittedAt": with_milliseconds(at) });
    }
    body
}

fn with_milliseconds(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}

fn refused(message: &str) -> FetchError {
    FetchError { cause: "platform_refused", message: message.to_owned(), advice: RetryAdvice::Person }
}

#[async_trait]
impl Scores for AgsScores {
    async fn post(&self, score: &Score) -> Result<u16, FetchError> {
        let Some(url) = self.address(&score.target) else {
            return Err(refused("the line item is not at the LTI platform (LTI_LINE_ITEMS_URL); no score is posted elsewhere"));
        };
        let bytes = serde_json::to_vec(&body(score)).map_err(|_| refused("the score cannot be written"))?;
        let mut is_second = false;
        loop {
            let token = self.token().await?;
            let mut ask = Ask::get(url.clone(), NamedBy::Operator).with_bearer(Some(token));
            ask.sent = Sent::Body(MEDIA_TYPE, bytes.clone());
            let answer = self.outside.ask(&ask).await;
            match answer {
                // A token may be taken back before its time.
                Ok(answer) if answer.status == 401 && !is_second => {
                    *self.token.lock().await = None;
                    is_second = true;
                }
                // The same score, or a newer one, is there.
                Ok(answer) if answer.status == 409 => return Ok(answer.status),
                Ok(answer) if matches!(answer.status, 400 | 403 | 404 | 422) => {
                    return Err(refused(&format!(
                        "the LTI platform refuses the score with {}: is the course published, the line item there, and the person a student who can be graded?",
                        answer.status
                    )));
                }
                answer => return platform::checked(PLATFORM, answer).map(|answer| answer.status),
            }
        }
    }

    fn public_keys(&self) -> Value {
        json!({ "keys": [self.public] })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex as StdMutex;

    use jsonwebtoken::DecodingKey;
    use jsonwebtoken::jwk::JwkSet;

    use super::*;
    use crate::clock::ManualClock;
    use crate::intake::keys::{is_in_time, verified};
    use crate::intake::outside::{Answered, OutsideError};

    const KEY: &str = include_str!("../../../../test_data/push/test_only_key.pem");
    const NOW: i64 = 1_772_359_200;

    /// A platform that checks what it is sent as one must, and answers scores as it is told.
    struct Platform {
        keys: StdMutex<Option<JwkSet>>,
        clock: ManualClock,
        answers: StdMutex<Vec<u16>>,
        seen: StdMutex<Vec<(String, Value)>>,
        used: StdMutex<Vec<String>>,
        tokens: AtomicU64,
    }

    impl Platform {
        fn token(&self, form: &[(String, String)]) -> Answered {
            let form: BTreeMap<&str, &str> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(form["grant_type"], "client_credentials");
            assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            assert_eq!(form["scope"], SCOPE);
            let header = jsonwebtoken::decode_header(form["client_assertion"]).unwrap();
            assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::RS256, Some("JWT")));
            let keys = self.keys.lock().unwrap();
            let jwk = keys.as_ref().unwrap().find(header.kid.as_deref().unwrap()).unwrap();
            let claims = verified(form["client_assertion"], Algorithm::RS256, &DecodingKey::from_jwk(jwk).unwrap()).unwrap();
            assert_eq!((&claims["iss"], &claims["sub"], &claims["aud"]), (&json!("tool-1"), &json!("tool-1"), &json!("https://lms.example/token")));
            assert!(is_in_time(&claims, self.clock.now()) && claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 300);
            let jti = claims["jti"].as_str().unwrap().to_owned();
            assert!(!self.used.lock().unwrap().contains(&jti), "an assertion is good once");
            self.used.lock().unwrap().push(jti);
            let number = self.tokens.fetch_add(1, Ordering::Relaxed);
            let body = json!({ "access_token": format!("t{number}"), "token_type": "Bearer", "expires_in": 3600, "scope": SCOPE });
            Answered { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() }
        }
    }

    #[async_trait]
    impl Outside for Platform {
        async fn ask(&self, ask: &Ask) -> Result<Answered, OutsideError> {
            match &ask.sent {
                Sent::Form(form) if ask.url.as_str() == "https://lms.example/token" && ask.bearer.is_none() => Ok(self.token(form)),
                Sent::Body(media, body) => {
                    assert_eq!(*media, "application/vnd.ims.lis.v1.score+json");
                    let newest = format!("t{}", self.tokens.load(Ordering::Relaxed) - 1);
                    assert_eq!(ask.bearer.as_ref().unwrap().expose_secret(), newest);
                    self.seen.lock().unwrap().push((ask.url.to_string(), serde_json::from_slice(body).unwrap()));
                    let status = self.answers.lock().unwrap().pop().unwrap_or(204);
                    Ok(Answered { status, ..Answered::default() })
                }
                sent => panic!("{} {sent:?}", ask.url),
            }
        }
    }

    fn bench() -> (Arc<Platform>, AgsScores, ManualClock) {
        let clock = ManualClock::new(Timestamp::from_second(NOW).unwrap());
        let platform = Arc::new(Platform {
            keys: StdMutex::default(),
            clock: clock.clone(),
            answers: StdMutex::default(),
            seen: StdMutex::default(),
            used: StdMutex::default(),
            tokens: AtomicU64::new(0),
        });
        let mut env = Env::from_pairs([("LTI_SCORES", "true"), ("LTI_TOKEN_URL", "https://lms.example/token"), ("LTI_TOOL_KEY", KEY)]);
        let config = ScoresConfig::from_env(&mut env, Some(&"tool-1".to_owned()));
        assert!(env.problems().is_empty(), "{:?}", env.problems());
        let outside: Arc<dyn Outside> = platform.clone();
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let scores = AgsScores::new(&config.unwrap(), &outside, &time).unwrap();
        *platform.keys.lock().unwrap() = Some(serde_json::from_value(scores.public_keys()).unwrap());
        (platform, scores, clock)
    }

    fn score(target: &str) -> Score {
        Score {
            target: target.to_owned(),
            user: "5323497".to_owned(),
            percentage: 73.333_333,
            at: Timestamp::from_millisecond(NOW * 1000 + 7).unwrap(),
            submitted_at: Some(Timestamp::from_second(NOW - 60).unwrap()),
        }
    }

    #[tokio::test]
    async fn a_score_goes_to_the_line_items_path_before_its_query_with_all_that_a_platform_checks() {
        let (platform, scores, clock) = bench();
        for (target, expected) in [
            ("https://lms.example/api/lti/courses/1/line_items/42", "https://lms.example/api/lti/courses/1/line_items/42/scores"),
            ("https://lms.example/lineitems/42?type=x", "https://lms.example/lineitems/42/scores?type=x"),
            ("https://lms.example/lineitems/42/", "https://lms.example/lineitems/42/scores"),
        ] {
            assert_eq!(scores.post(&score(target)).await, Ok(204));
            let (url, body) = platform.seen.lock().unwrap().pop().unwrap();
            assert_eq!(url, expected);
            let wanted = json!({
                "userId": "5323497", "scoreGiven": 73.33, "scoreMaximum": 100, "timestamp": "2026-03-01T10:00:00.007+00:00",
                "activityProgress": "Completed", "gradingProgress": "FullyGraded", "submission": { "submittedAt": "2026-03-01T09:59:00.000+00:00" },
            });
            assert_eq!(body, wanted);
        }
        assert_eq!(platform.tokens.load(Ordering::Relaxed), 1, "one token for all");
        clock.advance(Duration::from_hours(1));
        assert_eq!(scores.post(&score("https://lms.example/lineitems/42")).await, Ok(204));
        assert_eq!(platform.tokens.load(Ordering::Relaxed), 2, "and a new one in time");
    }

    #[tokio::test]
    async fn a_token_goes_nowhere_but_to_the_platform() {
        let (platform, scores, _) = bench();
        for target in [
            "https://evil.example/lineitems/42",
            "http://lms.example/lineitems/42",
            "https://lms.example:8443/lineitems/42",
            "https://lms.example@evil.example/42",
            "https://user:pass@lms.example/42",
            "not an address",
        ] {
            assert_eq!(scores.post(&score(target)).await.unwrap_err().advice, RetryAdvice::Person, "{target}");
        }
        assert!(platform.seen.lock().unwrap().is_empty());
        assert_eq!(platform.tokens.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn what_the_platform_answers_decides_who_acts() {
        let (platform, scores, _) = bench();
        let post = async |answers: &[u16]| {
            *platform.answers.lock().unwrap() = answers.iter().rev().copied().collect();
            scores.post(&score("https://lms.example/42")).await.map_err(|error| error.advice)
        };
        assert_eq!(post(&[401, 200]).await, Ok(200), "with a new token");
        assert_eq!(post(&[409]).await, Ok(409));
        assert_eq!(post(&[401, 401]).await, Err(RetryAdvice::Person));
        for status in [400, 403, 404, 422] {
            assert_eq!(post(&[status]).await, Err(RetryAdvice::Person), "{status}");
        }
        for status in [429, 500, 503] {
            assert!(matches!(post(&[status]).await, Err(RetryAdvice::Time(_))), "{status}");
        }
    }

    #[test]
    fn settings_that_cannot_work_are_named_and_none_is_needed_while_it_is_off() {
        let faults = |pairs: &[(&str, &str)], client: Option<&str>| {
            let mut env = Env::from_pairs(pairs.iter().copied());
            let config = ScoresConfig::from_env(&mut env, client.map(ToOwned::to_owned).as_ref());
            (config.is_some(), env.problems().iter().map(|problem| problem.to_string().split(':').next().unwrap().to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(faults(&[("LTI_TOKEN_URL", "https://lms.example/token")], None), (false, Vec::new()));
        assert_eq!(faults(&[("LTI_SCORES", "true")], None).1, ["LTI_TOKEN_URL", "LTI_TOOL_KEY", "LTI_CLIENT_ID"]);
        let bad = [("LTI_SCORES", "true"), ("LTI_TOKEN_URL", "http://lms.example/token"), ("LTI_TOOL_KEY", "x")];
        assert_eq!(faults(&bad, Some("c")).1, ["LTI_TOKEN_URL", "LTI_TOOL_KEY"]);
        let one_line = KEY.trim().replace('\n', "\\n");
        assert!(faults(&[("LTI_SCORES", "true"), ("LTI_TOKEN_URL", "https://lms.example/token"), ("LTI_TOOL_KEY", &one_line)], Some("c")).0);
    }
}
