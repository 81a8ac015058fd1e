//! Who stands at a page of the gateway: somebody of ours in the console, who sees every institution, or an institution's own people in the portal, who see theirs.
//!
//! The same pages serve both under `/console` and `/portal`; what is not theirs is answered as what does not exist.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use maud::{Markup, html};

use crate::access::role::Right;
use crate::audit::Act as Acted;
use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{EndpointId, InstitutionId, MessageId};
use crate::gateway::model::{Endpoint, Institution};
use crate::http::auth::caller::{identify, source};
use crate::http::console::cookies::cookie;
use crate::http::console::form_data::{Fields, read_form};
use crate::http::console::gate::{Operator, check_token, session_address};
use crate::http::console::gateway_acts::Need;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::{form, page};
use crate::http::console::session::{Session, Via};
use crate::http::console::visit::{Caller, Visit};
use crate::http::console::words::gateway::Gateway as Words;
use crate::http::state::AppState;
use crate::lookup::attempts::{AttemptLog, LogError};
use crate::model::role::Role;
use crate::sealing::chance;
use crate::signing::sha256_hex;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, StoreError};

/// An institution's own people.
#[derive(Debug, Clone, Copy)]
struct OwnInstitution {
    institution: InstitutionId,
    may_act: bool,
    may_change: bool,
}

/// Somebody at a page of the gateway.
#[derive(Clone)]
pub struct PageContext {
    /// Who looks, in which words.
    pub visit: Visit,
    /// The gateway.
    pub gateway: Arc<Gateway>,
    /// The log of calls.
    pub log: AttemptLog,
    own: Option<OwnInstitution>,
}

/// Somebody at a page of the gateway who sent one of its forms.
pub struct SubmittedForm {
    /// Who.
    pub ctx: PageContext,
    /// The form.
    pub form: Fields,
}

/// The cookie that keeps a portal's token.
pub(super) fn portal_cookie(is_secure: bool) -> &'static str {
    if is_secure { "__Host-gradepost-portal" } else { "gradepost-portal" }
}

impl FromRequestParts<AppState> for PageContext {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let (gateway, log) = (Arc::clone(&state.gateway), state.log.clone());
        if !parts.uri.path().starts_with("/portal") {
            let Operator(visit) = Operator::from_request_parts(parts, state).await?;
            return Ok(Self { visit, gateway, log, own: None });
        }
        let caller = parts.extensions.get::<Caller>().cloned().ok_or_else(|| StatusCode::NOT_FOUND.into_response())?;
        let token = cookie(&parts.headers, portal_cookie(caller.is_secure)).filter(|token| !token.is_empty());
        let Some(token) = token.map(ToOwned::to_owned) else { return Err(pages::see("/portal")) };
        let Some((visit, own)) = portal_visit(parts, state, caller, &token).await? else { return Err(pages::see("/portal?out=1")) };
        if visit.console().pages.check(session_address(&visit.session)).is_err() {
            return Err(pages::problem(&visit.caller, &Problem::TooMany(60)));
        }
        Ok(Self { visit, gateway, log, own: Some(own) })
    }
}

impl FromRequest<AppState> for SubmittedForm {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let ctx = PageContext::from_request_parts(&mut parts, state).await?;
        let form = read_form(body).await.map_err(|problem| ctx.problem(&problem))?;
        check_token(&parts.headers, form.raw("csrf"), &ctx.visit)?;
        Ok(Self { ctx, form })
    }
}

/// Who a portal's token lets in; none where it is not good any more.
async fn portal_visit(parts: &Parts, state: &AppState, caller: Caller, token: &str) -> Result<Option<(Visit, OwnInstitution)>, Response> {
    let Ok(known) = identify(state, source(parts, state), token).await else { return Ok(None) };
    // Keys of programs are no way in: only what was given out as access to these pages.
    let (Some(session), Some(id)) = (&known.session, known.institution.as_deref().and_then(InstitutionId::parse)) else { return Ok(None) };
    let institution = match state.gateway.institution(&id.to_string()).await {
        Ok(institution) => institution,
        Err(GatewayError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(pages::problem(&caller, &problem_of(&error))),
    };
    let who = format!("portal:{session}");
    // Nothing of the console is theirs; a form's token belongs to their access.
    let csrf = sha256_hex(caller.console.keys.sign("portal form", token.as_bytes()).as_bytes());
    let session = Session { csrf, ..Session::begin(&who, &institution.name, Role::Reader, Via::Link, caller.now) };
    let own = OwnInstitution { institution: institution.id, may_act: known.may(Right::Replay), may_change: known.may(Right::Manage) };
    Ok(Some((Visit { caller, session }, own)))
}

impl PageContext {
    /// The words of these pages.
    pub fn words(&self) -> &'static Words {
        &self.visit.words().gateway
    }

    /// Where these pages lie.
    pub fn base(&self) -> &'static str {
        if self.own.is_some() { "/portal" } else { "/console" }
    }

    /// The one institution whose pages these are; none in the console.
    pub fn own(&self) -> Option<InstitutionId> {
        self.own.map(|own| own.institution)
    }

    /// Whether who looks may do this.
    pub fn may(&self, need: Need) -> bool {
        match (self.own, need) {
            (Some(own), Need::Act) => own.may_act,
            (Some(own), Need::Change) => own.may_change,
            (Some(_), Need::Decide) => false,
            (None, Need::Act) => self.visit.may(Role::Operator),
            (None, Need::Change | Need::Decide) => self.visit.may(Role::Admin),
        }
    }

    /// What is answered where it may not be done.
    pub fn require(&self, need: Need) -> Result<(), Problem> {
        if self.may(need) {
            return Ok(());
        }
        // That a thing exists which is not theirs is nobody else's matter.
        Err(if self.own.is_some() { Problem::NotFound } else { Problem::Forbidden(Role::Admin) })
    }

    /// The institution of an address, as far as it is theirs.
    pub async fn institution(&self, id: &str) -> Result<Institution, Problem> {
        let found = self.gateway.institution(id).await.map_err(|error| problem_of(&error))?;
        if self.own.is_some_and(|own| own.institution != found.id) {
            return Err(Problem::NotFound);
        }
        Ok(found)
    }

    /// The endpoint of an address: `<institution>.<endpoint>`.
    pub async fn endpoint(&self, id: &str) -> Result<(Institution, Endpoint), Problem> {
        let (institution, endpoint) = id.split_once('.').ok_or(Problem::NotFound)?;
        let institution = self.institution(institution).await?;
        let endpoint = self.gateway.endpoint(institution.id, endpoint).await.map_err(|error| problem_of(&error))?;
        Ok((institution, endpoint))
    }

    /// The page of an institution.
    pub fn institution_path(&self, id: InstitutionId) -> String {
        if self.own.is_some() { "/portal/home".to_owned() } else { format!("/console/institutions/{id}") }
    }

    /// The address of what is done with an institution.
    pub fn institution_deed(&self, id: InstitutionId, deed: &str) -> String {
        format!("{}/institutions/{id}/{deed}", self.base())
    }

    /// The page of an endpoint.
    pub fn endpoint_path(&self, institution: InstitutionId, endpoint: EndpointId) -> String {
        format!("{}/endpoints/{institution}.{endpoint}", self.base())
    }

    /// The page of a delivery.
    pub fn delivery_path(
        &self,
        institution: &impl std::fmt::Display,
        message: &impl std::fmt::Display,
        endpoint: &impl std::fmt::Display,
    ) -> String {
        format!("{}/deliveries/{institution}.{message}.{endpoint}", self.base())
    }

    /// The parts of a delivery's address.
    pub fn parse_delivery(id: &str) -> Option<(&str, MessageId, EndpointId)> {
        let mut parts = id.split('.');
        let (institution, message, endpoint) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some((institution, MessageId::parse(message)?, EndpointId::parse(endpoint)?))
    }

    /// A page.
    pub async fn show(&self, at: &str, title: &str, body: &Markup) -> Response {
        if self.own.is_none() {
            return pages::show(&self.visit, at, title, body).await;
        }
        let words = self.words();
        let nav = [
            ("home", "/portal/home", "institutions", words.endpoints),
            ("deliveries", "/portal/deliveries", "deliveries", words.tab_deliveries),
            ("dead", "/portal/dead-letters", "waits", words.tab_dead),
        ];
        ([(header::VARY, "X-Part, Cookie, Accept-Language")], page::portal(&self.visit, &nav, at, title, body)).into_response()
    }

    /// A question, or only that when a dialog asks for it.
    pub async fn ask(&self, title: &str, question: &Markup) -> Response {
        if self.visit.caller.part.as_deref() == Some("question") {
            return page::question(question).into_response();
        }
        self.show("institutions", title, &html! { div class="card" { div class="question" { (question) } } }).await
    }

    /// What went wrong, as a page.
    pub fn problem(&self, problem: &Problem) -> Response {
        pages::problem(&self.visit.caller, problem)
    }

    /// The way to another page, which then says something once.
    pub fn see_saying(&self, path: &str, text: &str) -> Response {
        pages::see_saying(&self.visit.caller, path, text)
    }

    /// What every form that changes something carries: the session's token, and a number by which it acts once.
    pub fn seals(&self) -> Markup {
        html! { (form::csrf(&self.visit)) input type="hidden" name="once" value=(hex::encode(chance::<12>())); }
    }

    /// Records an act before it happens; the same form a second time is told by `None`.
    pub async fn record(&self, form: &Fields, act: &str, on: &str, more: Option<String>) -> Result<Option<String>, Problem> {
        let console = self.visit.console();
        let once = form.text("once");
        if once.len() != 24 || !once.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Problem::Malformed);
        }
        let why = Some(form.text("why")).filter(|why| !why.is_empty());
        let digest = sha256_hex(format!("form\0{}\0{once}", self.visit.who()).as_bytes());
        let mark = ObjectKey::Idempotency { digest: &digest }.path();
        let bytes = serde_json::json!({ "version": 1, "at": self.visit.caller.now, "asked": act, "answer": null });
        match console.store.put(&mark, Bytes::from(bytes.to_string()), PutMode::Create).await {
            Ok(_) => {}
            Err(StoreError::AlreadyExists { .. }) => return Ok(None),
            Err(_) => return Err(Problem::NoAudit),
        }
        let role = self.own.is_none().then_some(self.visit.session.role);
        let acted = Acted { who: self.visit.who(), role, act, on, why, more };
        console.audit.record(acted).await.map(Some).map_err(|_| Problem::NoAudit)
    }

    /// Notes that a recorded act did not happen after all.
    pub async fn failed(&self, audit: &str, error: &GatewayError) {
        // Without what the caller typed: a URL may hold a key.
        let why = match error {
            GatewayError::Invalid { at, .. } => format!("{}: refused", at.join(".")),
            GatewayError::NotFound(what) => format!("{what} not found"),
            GatewayError::EndpointDisabled => "the endpoint is disabled".to_owned(),
            GatewayError::PayloadGone => "the payload is gone".to_owned(),
            _ => "it could not be done".to_owned(),
        };
        self.visit.console().audit.failed(audit, &why).await;
    }
}

/// What the log of calls cannot answer, as a problem or a sentence on the page.
pub fn log_said(ctx: &PageContext, error: &LogError) -> &'static str {
    tracing::warn!(%error, "a page could not ask the log of calls");
    match error {
        LogError::TooLong => ctx.words().too_long,
        LogError::Sqlite(_) | LogError::Closed => ctx.words().building,
    }
}

/// What went wrong, as a page.
pub fn problem_of(error: &GatewayError) -> Problem {
    match error {
        GatewayError::NotFound(_) => Problem::NotFound,
        GatewayError::Conflict(_) | GatewayError::SecretShown | GatewayError::EndpointDisabled => Problem::Moved,
        GatewayError::Invalid { .. } | GatewayError::InvalidRange(_) | GatewayError::LimitReached(_) => Problem::Malformed,
        GatewayError::TooLarge { .. } => Problem::TooLarge,
        error => {
            tracing::warn!(%error, "a page of the console could not ask the gateway");
            Problem::Store
        }
    }
}
