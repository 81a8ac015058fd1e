//! The platform's REST API: who answered what.
//!
//! Tokens are minted from the client's id and secret (or given once and for all), renewed before they expire, and renewed once more when the platform refuses one.
//! All callers share one budget of calls; who would have to wait long is told when to come back.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{header, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::answers::{self, CourseUnit, Response, ResponsePage, Token};
use super::config::LearnWorldsConfig;
use super::error::{ApiError, Refusal, is_challenge, is_page};
use super::limiter::Limiter;
use crate::clock::Clock;
use crate::intake::wire;
use crate::model::person::Student;
use crate::model::submission::Submission;
use crate::signing::constant_time_eq;

/// Time to connect.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Time for a whole call, body included.
const CALL_LIMIT: Duration = Duration::from_secs(15);
/// Largest page; 200 submissions with 100 answers each have about 8 MB.
const LARGEST_PAGE: usize = 16 << 20;
/// Largest answer to anything else.
const LARGEST_ANSWER: usize = 4 << 20;
/// So many calls at once: each may hold a page in memory.
const CALLS_AT_ONCE: usize = 4;
/// Submissions a page; the most the API gives.
const PAGE_SIZE: u32 = 200;
/// Answers of all students of one call; 200 submissions with 500 answers each.
const MOST_ANSWERS_TOGETHER: usize = 100_000;
/// More attempts of one student than this many pages hold are not looked at.
const MOST_PAGES: u32 = 50;
/// How long the platform is left alone when it says "too many" and not until when.
const DEFAULT_SILENCE: Duration = Duration::from_secs(2);

/// One school's API. Share it: the budget of calls and the token belong to the instance.
pub struct LearnWorldsClient {
    http: reqwest::Client,
    api_root: Url,
    client_id: String,
    credentials: Credentials,
    /// The minted token; held while minting, so that many callers mint one.
    token: tokio::sync::Mutex<Option<Token>>,
    limiter: Mutex<Limiter>,
    calls: tokio::sync::Semaphore,
    /// Held while a page is read as JSON, which takes a multiple of its size.
    reading: tokio::sync::Mutex<()>,
    clock: Arc<dyn Clock>,
}

/// A place within the budget of calls.
struct Turn;

enum Credentials {
    Static(SecretString),
    Minted(SecretString),
}

impl LearnWorldsClient {
    /// A client for the configured school.
    ///
    /// # Errors
    /// [`ApiError::NotConfigured`], or [`ApiError::Unavailable`] when the machine has no usable TLS.
    pub fn new(config: &LearnWorldsConfig, clock: Arc<dyn Clock>) -> Result<Self, ApiError> {
        let (Some(api_root), Some(client_id)) = (config.api_root.clone(), config.client_id.clone()) else {
            return Err(ApiError::NotConfigured);
        };
        let credentials = match (&config.client_secret, &config.access_token) {
            (Some(secret), _) => Credentials::Minted(secret.clone()),
            (None, Some(token)) => Credentials::Static(token.clone()),
            (None, None) => return Err(ApiError::NotConfigured),
        };
        Ok(Self {
            http: http_client()?,
            api_root,
            client_id,
            credentials,
            token: tokio::sync::Mutex::default(),
            limiter: Mutex::default(),
            calls: tokio::sync::Semaphore::new(CALLS_AT_ONCE),
            reading: tokio::sync::Mutex::default(),
            clock,
        })
    }

    /// All finished submissions of one student on one assessment, newest first, with their attempts numbered.
    pub async fn responses(&self, assessment_id: &str, user_id: &str) -> Result<Vec<Submission>, ApiError> {
        let user_id = wire::id(user_id).ok_or_else(|| blank("user"))?;
        let mut submissions = Vec::new();
        let mut nameless = Vec::new();
        for response in self.walk(assessment_id, &BTreeSet::from([user_id.clone()]), None).await? {
            if response.student.id.is_some() { submissions.push(response.submission) } else { nameless.push(response) }
        }
        submissions.extend(self.own_by_address(nameless, &user_id).await?);
        Ok(answers::in_order(submissions))
    }

    /// The finished submissions of several students; who they are is decided when the call may leave, so that those who come meanwhile are among them.
    pub(super) async fn responses_together(
        &self,
        assessment_id: &str,
        choose: impl FnOnce() -> BTreeSet<String> + Send,
    ) -> Result<Vec<Response>, ApiError> {
        let turn = match self.token(None).await {
            Ok(_) => self.turn().await,
            Err(error) => Err(error),
        };
        // Who waits has to hear of the failure, too.
        let users = choose();
        let turn = turn?;
        if users.is_empty() { Ok(Vec::new()) } else { self.walk(assessment_id, &users, Some(turn)).await }
    }

    /// All pages about these students. Nobody may ever get another's answers, so the filter is not only asked for but checked.
    async fn walk(&self, assessment_id: &str, users: &BTreeSet<String>, mut turn: Option<Turn>) -> Result<Vec<Response>, ApiError> {
        let mut found = Vec::new();
        let mut answers = 0;
        let mut number = Some(1);
        while let Some(page) = number {
            let page = self.page(assessment_id, Some(users), page, turn.take()).await?;
            number = page.next().filter(|next| *next <= MOST_PAGES);
            answers += page.responses.iter().map(|response| response.submission.answers.len()).sum::<usize>();
            if answers > MOST_ANSWERS_TOGETHER {
                return Err(oversized("the assessment's responses"));
            }
            found.extend(page.responses);
        }
        Ok(found)
    }

    /// Of responses that name no user, those with the e-mail address that the platform knows the user by; without one, none.
    async fn own_by_address(&self, responses: Vec<Response>, user_id: &str) -> Result<Vec<Submission>, ApiError> {
        if responses.iter().all(|response| response.student.email.is_none()) {
            return Ok(Vec::new());
        }
        let known = match self.user(user_id).await {
            Err(ApiError::NotFound { .. }) => None,
            user => user?.email,
        };
        let Some(address) = known else { return Ok(Vec::new()) };
        let own = |response: &Response| response.student.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(&address));
        Ok(responses.into_iter().filter(own).map(|response| response.submission).collect())
    }

    /// One page of all students' submissions on an assessment, for `backfill`; go on with [`ResponsePage::next`].
    pub async fn all_responses(&self, assessment_id: &str, page: u32) -> Result<ResponsePage, ApiError> {
        self.page(assessment_id, None, page, None).await
    }

    /// A user by id or e-mail address.
    pub async fn user(&self, id_or_email: &str) -> Result<Student, ApiError> {
        let answer = self.get("the user", &["users", id_or_email], &[]).await?;
        answers::user(&answer).ok_or_else(|| not_as_promised("the user", "no id in it"))
    }

    /// The units of a course, in order; among them the assessments with their titles.
    pub async fn course_contents(&self, slug: &str) -> Result<Vec<CourseUnit>, ApiError> {
        let what = "the course's contents";
        let answer = self.get(what, &["courses", slug, "contents"], &[]).await?;
        answers::units(&answer).ok_or_else(|| not_as_promised(what, "no sections in it"))
    }

    /// The title of a course.
    pub async fn course_title(&self, slug: &str) -> Result<Option<String>, ApiError> {
        let answer = self.get("the course", &["courses", slug], &[]).await?;
        Ok(answers::course_title(&answer))
    }

    /// Whether the school answers and takes the credentials; for `doctor` and `/ready`.
    pub async fn check(&self) -> Result<(), ApiError> {
        self.get("the list of courses", &["courses"], &[("items_per_page", "1")]).await.map(drop)
    }

    async fn page(
        &self,
        assessment_id: &str,
        users: Option<&BTreeSet<String>>,
        page: u32,
        turn: Option<Turn>,
    ) -> Result<ResponsePage, ApiError> {
        let what = "the assessment's responses";
        let (number, size) = (page.to_string(), PAGE_SIZE.to_string());
        let listed = users.map(|users| users.iter().map(String::as_str).collect::<Vec<_>>().join(","));
        let mut query = vec![("page", number.as_str()), ("items_per_page", size.as_str())];
        query.extend(listed.as_deref().map(|ids| ("users", ids)));
        let body = self.get_bytes(what, &["assessments", assessment_id, "responses"], &query, LARGEST_PAGE, turn).await?;
        let _reading = self.reading.lock().await;
        let users = users.cloned();
        // Seconds of work in the worst case, so not where others wait.
        let read = tokio::task::spawn_blocking(move || answers::page(&body, page, users.as_ref())).await;
        match read.unwrap_or(Err(answers::Unread::NotAPage)) {
            Ok(page) => Ok(page),
            Err(answers::Unread::NotAPage) => Err(not_as_promised(what, "no list of data in it")),
            Err(answers::Unread::Oversized) => Err(oversized(what)),
        }
    }

    async fn get(&self, what: &str, path: &[&str], query: &[(&str, &str)]) -> Result<Value, ApiError> {
        let body = self.get_bytes(what, path, query, LARGEST_ANSWER, None).await?;
        serde_json::from_slice(&body).map_err(|_| not_as_promised(what, "no JSON"))
    }

    /// One authorised call; a refused token is renewed once.
    async fn get_bytes(
        &self,
        what: &str,
        path: &[&str],
        query: &[(&str, &str)],
        most: usize,
        turn: Option<Turn>,
    ) -> Result<Vec<u8>, ApiError> {
        let url = self.url(path, query)?;
        let token = self.token(None).await?;
        match self.get_with(what, url.clone(), &token, most, turn).await {
            Err(ApiError::Unauthorized { .. }) if matches!(self.credentials, Credentials::Minted(_)) => {
                let token = self.token(Some(&token)).await?;
                self.get_with(what, url, &token, most, None).await.map_err(fresh_token_refused)
            }
            answer => answer,
        }
    }

    async fn get_with(&self, what: &str, url: Url, token: &SecretString, most: usize, turn: Option<Turn>) -> Result<Vec<u8>, ApiError> {
        self.call(what, self.http.get(url).bearer_auth(token.expose_secret()), most, turn).await
    }

    /// The token to use; `refused` is the one that the platform just turned down.
    async fn token(&self, refused: Option<&SecretString>) -> Result<SecretString, ApiError> {
        let client_secret = match &self.credentials {
            Credentials::Static(token) => return Ok(token.clone()),
            Credentials::Minted(secret) => secret,
        };
        let mut held = self.token.lock().await;
        let usable = |token: &&Token| {
            let is_refused = refused
                .is_some_and(|refused| constant_time_eq(refused.expose_secret().as_bytes(), token.secret.expose_secret().as_bytes()));
            !is_refused && self.clock.now() < token.expires
        };
        if let Some(token) = held.as_ref().filter(usable) {
            return Ok(token.secret.clone());
        }
        *held = None;
        let token = self.mint(client_secret).await?;
        let secret = token.secret.clone();
        *held = Some(token);
        Ok(secret)
    }

    /// Asks for a token. The API takes JSON today; the form its documentation once showed is the second try.
    async fn mint(&self, client_secret: &SecretString) -> Result<Token, ApiError> {
        let what = "an access token";
        let url = self.url(&[], &[])?.join("oauth2/access_token").map_err(|_| blank("address"))?;
        let request = json!({
            "client_id": self.client_id,
            "client_secret": client_secret.expose_secret(),
            "grant_type": "client_credentials",
        });
        let answer = match self.call(what, self.http.post(url.clone()).json(&request), LARGEST_ANSWER, None).await {
            Err(ApiError::Invalid { message }) if !message.contains("access_denied") => {
                self.call(what, self.http.post(url).form(&[("data", request.to_string())]), LARGEST_ANSWER, None).await
            }
            answer => answer,
        };
        let answer = answer.map_err(|error| match error {
            ApiError::Unauthorized { .. } | ApiError::Invalid { .. } | ApiError::NotFound { .. } => bad_credentials(),
            other => other,
        })?;
        let answer: Value = serde_json::from_slice(&answer).map_err(|_| not_as_promised(what, "no JSON"))?;
        answers::token(&answer, self.clock.now()).ok_or_else(|| not_as_promised(what, "no token in it"))
    }

    /// One call within the budget.
    async fn call(&self, what: &str, request: reqwest::RequestBuilder, most: usize, turn: Option<Turn>) -> Result<Vec<u8>, ApiError> {
        if turn.is_none() {
            self.turn().await?;
        }
        // The semaphore is never closed.
        let _call = self.calls.acquire().await.ok();
        // Every call names the client, the one for a token too; without it the platform answers 400.
        let request = request.header("Lw-Client", &self.client_id).header(header::ACCEPT, "application/json");
        let response = request.send().await.map_err(|error| unreachable_platform(what, &error))?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let is_guarded = response.headers().contains_key("cf-mitigated");
        let body = read_body(what, response, most).await?;
        if is_guarded || is_challenge(&body) {
            return Err(ApiError::Blocked { status });
        }
        if (200..300).contains(&status) {
            return if is_page(&body) { Err(not_as_promised(what, "a web page")) } else { Ok(body) };
        }
        let now = self.clock.now();
        let error = Refusal { status, retry_after: retry_after.as_deref(), body: &body, what }.into_error(now);
        if let ApiError::RateLimited { retry_after } = &error {
            let until = now.saturating_add(retry_after.unwrap_or(DEFAULT_SILENCE)).unwrap_or(now);
            self.limiter.lock().unwrap_or_else(PoisonError::into_inner).silence(until);
        }
        Err(error)
    }

    /// Waits for a place in the budget of calls.
    async fn turn(&self) -> Result<Turn, ApiError> {
        let turn = self.limiter.lock().unwrap_or_else(PoisonError::into_inner).reserve(self.clock.now());
        let wait = turn.map_err(|wait| ApiError::RateLimited { retry_after: Some(wait) })?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(Turn)
    }

    /// `<root>/v2/<path>?<query>`; every part is escaped, so that no id can become another path.
    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ApiError> {
        let mut text = self.api_root.as_str().trim_end_matches('/').to_owned();
        text.push('/');
        if !path.is_empty() {
            text.push_str("v2");
        }
        for part in path {
            let part = part.trim();
            if matches!(part, "" | "." | "..") {
                return Err(blank("id"));
            }
            let escaped: String = form_urlencoded::byte_serialize(part.as_bytes()).collect();
            // A space is written `+` in a form and `%20` in a path.
            text.push('/');
            text.push_str(&escaped.replace('+', "%20"));
        }
        let mut url = Url::parse(&text).map_err(|_| blank("address"))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

/// No redirects (they would carry the token elsewhere), no proxy from the environment, and a limit on every stage.
#[expect(clippy::disallowed_methods, reason = "the platform's address, which the operator configured")]
fn http_client() -> Result<reqwest::Client, ApiError> {
    // reqwest panics without a provider; the first one installed stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(CALL_LIMIT)
        .user_agent(concat!("gradepost/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| ApiError::Unavailable {
            retry_after: None,
            message: "this machine has no usable TLS set-up for HTTPS calls".to_owned(),
        })
}

/// The body, as far as it is not larger than any honest one.
async fn read_body(what: &str, mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, ApiError> {
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(oversized(what));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable_platform(what, &error))? {
        if body.len() + chunk.len() > most {
            return Err(oversized(what));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn bad_credentials() -> ApiError {
    ApiError::Unauthorized {
        message:
            "LearnWorlds gives no access token for CLIENT_ID and CLIENT_SECRET. Compare both with the school's Settings > Developers > API."
                .to_owned(),
    }
}

/// A new token is refused like the old one, so tokens are not what is wrong.
fn fresh_token_refused(error: ApiError) -> ApiError {
    let ApiError::Unauthorized { .. } = error else { return error };
    ApiError::Unauthorized {
        message: "LearnWorlds refuses even a new access token (401). Check in the school's Settings > Developers > API that the client CLIENT_ID is active."
            .to_owned(),
    }
}

fn not_as_promised(what: &str, found: &str) -> ApiError {
    ApiError::Malformed {
        message: format!(
            "LearnWorlds answered with {found} when asked for {what}; if it goes on, check that SCHOOL_DOMAIN is the school's own host"
        ),
    }
}

fn oversized(what: &str) -> ApiError {
    ApiError::Oversized {
        message: format!("LearnWorlds' answer is larger than any honest one (asked for {what}); the call is repeated later"),
    }
}

fn blank(part: &str) -> ApiError {
    ApiError::Invalid { message: format!("LearnWorlds cannot be asked: the {part} is blank or malformed") }
}

/// The error's own text is left out: it quotes the address, which holds ids.
fn unreachable_platform(what: &str, error: &reqwest::Error) -> ApiError {
    if error.is_builder() {
        let message = "CLIENT_ID or the access token holds characters that no HTTP header may hold; copy it again".to_owned();
        return ApiError::Invalid { message };
    }
    let how = if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "could not be reached; check SCHOOL_DOMAIN and the network"
    } else {
        "broke the connection"
    };
    ApiError::Unavailable { retry_after: None, message: format!("LearnWorlds {how} (asked for {what})") }
}

#[cfg(test)]
mod tests;
