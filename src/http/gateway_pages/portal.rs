//! The way in for an institution's own people: a link with a key behind `#`, which no server and no log sees, becomes a cookie.

use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;

use crate::http::auth::caller::{identify, source};
use crate::http::console::cookies::{set_cookie, visitor_cookie};
use crate::http::console::form_data::read_open_form;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::Field;
use crate::http::console::parts::page;
use crate::http::console::sign_in::is_visitors;
use crate::http::console::visit::Caller;
use crate::http::gateway_pages::context::{PageContext, SubmittedForm, portal_cookie};
use crate::http::gateway_pages::institutions;
use crate::http::state::AppState;
use crate::sealing::chance;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct PortalQuery {
    /// The key is good no more.
    #[serde(default)]
    out: String,
}

/// `GET /portal`.
pub async fn entrance(caller: Caller, Query(wanted): Query<PortalQuery>) -> Response {
    let fault = (!wanted.out.is_empty()).then_some(caller.words.gateway.portal_wrong);
    form(&caller, fault)
}

fn form(caller: &Caller, fault: Option<&str>) -> Response {
    let words = &caller.words.gateway;
    let visitor = caller.visitor.clone().unwrap_or_else(|| hex::encode(chance::<16>()));
    let key = Field {
        name: "key",
        label: words.portal_key,
        hint: Some(words.portal_key_hint),
        fault,
        kind: "password",
        required: true,
        autocomplete: "off",
        ..Field::default()
    };
    let body = html! {
        div class="head" { h1 { (words.portal_title) } p class="lead" { (words.portal_lead) } }
        form class="card" method="post" action="/portal" data-hash="key" {
            input type="hidden" name="csrf" value=(visitor);
            (key.show())
            button class="b main" { (words.portal_enter) }
        }
    };
    let mut response = page::alone(caller, words.portal_title, &body).into_response();
    if caller.visitor.is_none() {
        set_cookie(&mut response, &visitor_cookie(caller.is_secure), &visitor, caller.is_secure, None);
    }
    response
}

/// `POST /portal`.
pub async fn enter(State(state): State<AppState>, caller: Caller, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let fields = match read_open_form(body).await {
        Ok(fields) => fields,
        Err(problem) => return pages::problem(&caller, &problem),
    };
    if !is_visitors(&caller, &fields) {
        return pages::problem(&caller, &Problem::Foreign);
    }
    // The whole link is taken for its key.
    let key = fields.text("key").rsplit("key=").next().unwrap_or_default();
    let known = identify(&state, source(&parts, &state), key).await;
    if !known.is_ok_and(|known| known.session.is_some() && known.institution.is_some()) {
        let mut response = form(&caller, Some(caller.words.gateway.portal_wrong));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        return response;
    }
    let mut response = pages::see("/portal/home");
    set_cookie(&mut response, portal_cookie(caller.is_secure), key, caller.is_secure, None);
    response
}

/// `GET /portal/home`: the institution's own page.
pub async fn home(ctx: PageContext, query: Query<super::endpoint::SpanQuery>) -> Response {
    match ctx.own() {
        Some(own) => institutions::page_of(&ctx, &own.to_string(), &query.t).await,
        None => pages::see("/portal"),
    }
}

/// `POST /portal/leave`.
pub async fn leave(sent: SubmittedForm) -> Response {
    let caller = &sent.ctx.visit.caller;
    let mut response = pages::see("/portal");
    set_cookie(&mut response, portal_cookie(caller.is_secure), "", caller.is_secure, Some(0));
    response
}
