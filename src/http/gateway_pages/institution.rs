//! What is done with an institution: changed, paused, let in, removed; and a new endpoint for it.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::ToSpan as _;
use maud::{Markup, html};

use super::context::{PageContext, SubmittedForm, problem_of};
use super::deeds::{Fault, edit_fields, edited, fault_of, refused, secret_page, typed_name};
use super::widgets;
use crate::gateway::error::GatewayError;
use crate::gateway::model::{Institution, InstitutionPatch, NewEndpoint};
use crate::http::auth::base_url::base_url;
use crate::http::console::form_data::Fields;
use crate::http::console::gateway_acts::InstitutionDeed;
use crate::http::console::pages::Problem;
use crate::http::console::parts::form::{Field, select};
use crate::http::console::words::fill;
use crate::http::state::AppState;

/// The longest that payloads are kept, in days.
const MOST_DAYS: u16 = 90;

/// `GET …/institutions/{id}/{deed}`: the question.
pub async fn question(ctx: PageContext, Path((id, deed)): Path<(String, String)>) -> Response {
    match found(&ctx, &id, &deed).await {
        Ok((institution, deed)) => asked(&ctx, &institution, deed, &Fields::default(), None).await,
        Err(problem) => ctx.problem(&problem),
    }
}

async fn found(ctx: &PageContext, id: &str, deed: &str) -> Result<(Institution, InstitutionDeed), Problem> {
    let deed = InstitutionDeed::ALL.into_iter().find(|known| known.as_str() == deed).ok_or(Problem::NotFound)?;
    ctx.require(deed.need())?;
    Ok((ctx.institution(id).await?, deed))
}

async fn asked(ctx: &PageContext, institution: &Institution, deed: InstitutionDeed, filled: &Fields, fault: Option<&Fault>) -> Response {
    let words = ctx.words();
    let (back, verb, name) = (ctx.institution_path(institution.id), deed.word(words), institution.name.as_str());
    let sentence = match deed {
        InstitutionDeed::New => words.ask_new,
        InstitutionDeed::Edit => "",
        InstitutionDeed::Pause => words.ask_pause_all,
        InstitutionDeed::Resume => words.ask_resume_all,
        InstitutionDeed::Portal => words.ask_portal,
        InstitutionDeed::EndPortal => words.ask_end_portal,
        InstitutionDeed::Delete => words.ask_delete,
    };
    let markup = html! {
        h2 { (verb) }
        @if !sentence.is_empty() { p { (fill(sentence, &[("name", name)])) } }
        form method="post" action=(ctx.institution_deed(institution.id, deed.as_str())) data-keep=[matches!(deed, InstitutionDeed::New | InstitutionDeed::Edit).then_some("")] {
            (ctx.seals())
            input type="hidden" name="expected" value=(institution.generation);
            (fields(ctx, institution, deed, filled, fault))
            (widgets::answers(ctx, &back, verb, deed.is_bad()))
        }
    };
    let mut response = ctx.ask(verb, &markup).await;
    if fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

fn fields(ctx: &PageContext, institution: &Institution, deed: InstitutionDeed, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let words = ctx.words();
    match deed {
        InstitutionDeed::New => edit_fields(ctx, None, filled, fault),
        InstitutionDeed::Edit => {
            let is_sent = !filled.text("name").is_empty();
            let days = institution.payload_days.map(|days| days.to_string()).unwrap_or_default();
            let name = if is_sent { filled.text("name") } else { &institution.name };
            let days = if is_sent { filled.text("days") } else { &days };
            html! {
                (Field { name: "name", label: words.name, value: name, required: true, fault: fault_of(fault, "name"), ..Field::default() }.show())
                (Field { name: "days", label: words.payload_days, value: days, kind: "number", hint: Some(words.payload_days_hint), fault: fault_of(fault, "days"), ..Field::default() }.show())
            }
        }
        InstitutionDeed::Portal => html! {
            (widgets::choices("may", words.portal_may, &[("manage", words.portal_manage), ("look", words.portal_look)]))
            (select("hours", words.portal_days, &[("24", words.last_day), ("72", words.three_days), ("168", words.last_week)].map(|(hours, text)| (hours.to_owned(), text.to_owned())), "24"))
        },
        InstitutionDeed::Delete => typed_name(ctx, &institution.name, filled, fault),
        InstitutionDeed::Pause | InstitutionDeed::Resume | InstitutionDeed::EndPortal => html! {},
    }
}

fn faults(ctx: &PageContext, institution: &Institution, deed: InstitutionDeed, form: &Fields) -> Option<Fault> {
    let words = ctx.words();
    match deed {
        InstitutionDeed::Delete if form.text("typed") != institution.name.trim() => Some(("typed", words.type_wrong.to_owned())),
        InstitutionDeed::Edit if form.text("name").is_empty() => Some(("name", ctx.visit.words().institutions.missing.to_owned())),
        InstitutionDeed::Edit if !form.text("days").is_empty() && days(form).is_none() => Some(("days", words.bad_number.to_owned())),
        _ => None,
    }
}

fn days(form: &Fields) -> Option<u16> {
    form.text("days").parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))
}

/// `POST …/institutions/{id}/{deed}`: the deed.
pub async fn done(
    State(state): State<AppState>,
    Path((id, deed)): Path<(String, String)>,
    headers: HeaderMap,
    sent: SubmittedForm,
) -> Response {
    let (ctx, form) = (&sent.ctx, &sent.form);
    let (institution, deed) = match found(ctx, &id, &deed).await {
        Ok(found) => found,
        Err(problem) => return ctx.problem(&problem),
    };
    if let Some(fault) = faults(ctx, &institution, deed, form) {
        return asked(ctx, &institution, deed, form, Some(&fault)).await;
    }
    if form.text("expected") != institution.generation.to_string() {
        return ctx.problem(&Problem::Moved);
    }
    let back = ctx.institution_path(institution.id);
    let audit = match ctx.record(form, &format!("institution.{}", deed.as_str()), &institution.id.to_string(), None).await {
        Ok(Some(audit)) => audit,
        // The same button a second time.
        Ok(None) => return ctx.see_saying(&back, ctx.words().done_edit),
        Err(problem) => return ctx.problem(&problem),
    };
    if deed == InstitutionDeed::Portal {
        return let_in(ctx, &state, &headers, &institution, form, &audit).await;
    }
    match perform(ctx, &state, &institution, deed, form).await {
        Ok(response) => response,
        Err(error) => {
            ctx.failed(&audit, &error).await;
            match refused(&error).filter(|_| deed == InstitutionDeed::New) {
                Some(fault) => asked(ctx, &institution, deed, form, Some(&fault)).await,
                None => ctx.problem(&problem_of(&error)),
            }
        }
    }
}

async fn perform(
    ctx: &PageContext,
    state: &AppState,
    institution: &Institution,
    deed: InstitutionDeed,
    form: &Fields,
) -> Result<Response, GatewayError> {
    let (words, id) = (ctx.words(), institution.id.to_string());
    let back = ctx.institution_path(institution.id);
    match deed {
        InstitutionDeed::New => {
            let patch = edited(ctx, form).map_err(|(at, said)| GatewayError::invalid(at, said))?;
            let new = NewEndpoint {
                url: patch.url.unwrap_or_default(),
                description: patch.description.unwrap_or_default(),
                event_types: patch.event_types.flatten(),
                rate: patch.rate.flatten(),
                ..NewEndpoint::default()
            };
            let made = ctx.gateway.create_endpoint(institution.id, new).await?;
            // It is about to be shown; should another have been quicker, it is shown to that one.
            ctx.gateway.mark_secret_shown(institution.id, made.endpoint.id).await?;
            let onward = ctx.endpoint_path(institution.id, made.endpoint.id);
            let said = ctx.visit.words().institutions.made;
            Ok(secret_page(ctx, &made.endpoint.url, &made.secret, said, &onward).await)
        }
        InstitutionDeed::Edit => {
            let patch = InstitutionPatch {
                name: Some(form.text("name").to_owned()),
                payload_days: Some(days(form)),
                ..InstitutionPatch::default()
            };
            ctx.gateway.update_institution(&id, patch).await?;
            Ok(ctx.see_saying(&back, words.done_edit))
        }
        InstitutionDeed::Pause | InstitutionDeed::Resume => {
            for endpoint in ctx.gateway.all_endpoints(institution.id).await? {
                let endpoint = endpoint.id.to_string();
                if deed == InstitutionDeed::Pause {
                    ctx.gateway.disable(institution.id, &endpoint).await?;
                } else {
                    ctx.gateway.enable(institution.id, &endpoint).await?;
                }
            }
            let own = &ctx.visit.words().institutions;
            Ok(ctx.see_saying(&back, if deed == InstitutionDeed::Pause { own.paused } else { own.resumed }))
        }
        InstitutionDeed::EndPortal => {
            let ended = state.access.end_portal_sessions(&id, &[]).await;
            ended.map_err(|error| GatewayError::Internal(error.to_string()))?;
            Ok(ctx.see_saying(&back, words.done_end_portal))
        }
        InstitutionDeed::Delete => {
            ctx.gateway.delete_institution(&id).await?;
            Ok(ctx.see_saying("/console/institutions", words.done_delete))
        }
        InstitutionDeed::Portal => Ok(ctx.see_saying(&back, words.done_edit)),
    }
}

/// Makes the link that lets an institution's own people in, and shows it once.
async fn let_in(
    ctx: &PageContext,
    state: &AppState,
    headers: &HeaderMap,
    institution: &Institution,
    form: &Fields,
    audit: &str,
) -> Response {
    let words = ctx.words();
    let hours = form.text("hours").parse::<i64>().unwrap_or(24).clamp(1, 168);
    let made = state.access.portal_token(&institution.id.to_string(), None, form.text("may") == "manage", hours * 3600).await;
    let token = match made {
        Ok(token) => token,
        Err(error) => {
            tracing::warn!(%error, "an access link could not be made");
            ctx.visit.console().audit.failed(audit, "it could not be made").await;
            return ctx.problem(&Problem::Store);
        }
    };
    let link = format!("{}/portal#key={token}", base_url(headers, state));
    let until = ctx.visit.caller.now.checked_add(hours.hours()).unwrap_or(ctx.visit.caller.now);
    let warning = fill(words.portal_once, &[("at", &widgets::moment(ctx, until))]);
    let body = html! {
        div class="head" { h1 { (institution.name) } p class="lead" { (fill(words.ask_portal, &[("name", &institution.name)])) } }
        (widgets::shown_once(ctx, words.portal_link, &link, &warning, &ctx.institution_path(institution.id)))
    };
    let mut response = ctx.show("institutions", words.act_portal, &body).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
