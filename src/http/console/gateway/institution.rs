//! What is done with an institution: changed, paused, let in, removed; and a new endpoint for it.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::ToSpan as _;
use maud::{Markup, html};

use super::deeds::{Fault, edit_fields, edited, fault_of, refused, secret_page, typed_name};
use super::desk::{Desk, Need, Sent};
use super::looks;
use crate::gateway::error::GatewayError;
use crate::gateway::model::{Institution, InstitutionPatch, NewEndpoint};
use crate::http::auth::base_url::base_url;
use crate::http::console::gate::Fields;
use crate::http::console::institutions::problem_of;
use crate::http::console::pages::Problem;
use crate::http::console::parts::form::{Field, select};
use crate::http::console::words::fill;
use crate::http::console::words::gateway::Gateway as Words;
use crate::http::state::AppState;

/// The longest that payloads are kept, in days.
const MOST_DAYS: u16 = 90;

/// Something that can be done with an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Give it another endpoint.
    New,
    /// Change its name, and how long payloads are kept.
    Edit,
    /// Pause all its endpoints.
    Pause,
    /// Resume all its endpoints.
    Resume,
    /// Let its people in.
    Portal,
    /// End their access.
    EndPortal,
    /// Remove it.
    Delete,
}

impl Deed {
    /// All deeds.
    pub const ALL: [Self; 7] = [Self::New, Self::Edit, Self::Pause, Self::Resume, Self::Portal, Self::EndPortal, Self::Delete];

    /// The word in addresses and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "endpoint",
            Self::Edit => "edit",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Portal => "portal",
            Self::EndPortal => "end-portal",
            Self::Delete => "delete",
        }
    }

    /// What its button says.
    pub fn word(self, words: &Words) -> &'static str {
        match self {
            Self::New => words.act_new,
            Self::Edit => words.institution_edit,
            Self::Pause => words.act_pause,
            Self::Resume => words.act_resume,
            Self::Portal => words.act_portal,
            Self::EndPortal => words.act_end_portal,
            Self::Delete => words.act_delete,
        }
    }

    /// What it asks of who does it.
    pub fn need(self) -> Need {
        if self == Self::New { Need::Change } else { Need::Decide }
    }

    fn is_bad(self) -> bool {
        matches!(self, Self::Pause | Self::EndPortal | Self::Delete)
    }
}

/// `GET …/institutions/{id}/{deed}`: the question.
pub async fn question(desk: Desk, Path((id, deed)): Path<(String, String)>) -> Response {
    match found(&desk, &id, &deed).await {
        Ok((institution, deed)) => asked(&desk, &institution, deed, &Fields::default(), None).await,
        Err(problem) => desk.problem(&problem),
    }
}

async fn found(desk: &Desk, id: &str, deed: &str) -> Result<(Institution, Deed), Problem> {
    let deed = Deed::ALL.into_iter().find(|known| known.as_str() == deed).ok_or(Problem::NotFound)?;
    desk.require(deed.need())?;
    Ok((desk.institution(id).await?, deed))
}

async fn asked(desk: &Desk, institution: &Institution, deed: Deed, filled: &Fields, fault: Option<&Fault>) -> Response {
    let words = desk.words();
    let (back, verb, name) = (desk.institution_path(institution.id), deed.word(words), institution.name.as_str());
    let sentence = match deed {
        Deed::New => words.ask_new,
        Deed::Edit => "",
        Deed::Pause => words.ask_pause_all,
        Deed::Resume => words.ask_resume_all,
        Deed::Portal => words.ask_portal,
        Deed::EndPortal => words.ask_end_portal,
        Deed::Delete => words.ask_delete,
    };
    let markup = html! {
        h2 { (verb) }
        @if !sentence.is_empty() { p { (fill(sentence, &[("name", name)])) } }
        form method="post" action=(desk.institution_deed(institution.id, deed.as_str())) data-keep=[matches!(deed, Deed::New | Deed::Edit).then_some("")] {
            (desk.seals())
            input type="hidden" name="expected" value=(institution.generation);
            (fields(desk, institution, deed, filled, fault))
            (looks::answers(desk, &back, verb, deed.is_bad()))
        }
    };
    let mut response = desk.ask(verb, &markup).await;
    if fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

fn fields(desk: &Desk, institution: &Institution, deed: Deed, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let words = desk.words();
    match deed {
        Deed::New => edit_fields(desk, None, filled, fault),
        Deed::Edit => {
            let is_sent = !filled.text("name").is_empty();
            let days = institution.payload_days.map(|days| days.to_string()).unwrap_or_default();
            let name = if is_sent { filled.text("name") } else { &institution.name };
            let days = if is_sent { filled.text("days") } else { &days };
            html! {
                (Field { name: "name", label: words.name, value: name, required: true, fault: fault_of(fault, "name"), ..Field::default() }.show())
                (Field { name: "days", label: words.payload_days, value: days, kind: "number", hint: Some(words.payload_days_hint), fault: fault_of(fault, "days"), ..Field::default() }.show())
            }
        }
        Deed::Portal => html! {
            (looks::choices("may", words.portal_may, &[("manage", words.portal_manage), ("look", words.portal_look)]))
            (select("hours", words.portal_days, &[("24", words.last_day), ("72", words.three_days), ("168", words.last_week)].map(|(hours, text)| (hours.to_owned(), text.to_owned())), "24"))
        },
        Deed::Delete => typed_name(desk, &institution.name, filled, fault),
        Deed::Pause | Deed::Resume | Deed::EndPortal => html! {},
    }
}

fn faults(desk: &Desk, institution: &Institution, deed: Deed, form: &Fields) -> Option<Fault> {
    let words = desk.words();
    match deed {
        Deed::Delete if form.text("typed") != institution.name.trim() => Some(("typed", words.type_wrong.to_owned())),
        Deed::Edit if form.text("name").is_empty() => Some(("name", desk.visit.words().institutions.missing.to_owned())),
        Deed::Edit if !form.text("days").is_empty() && days(form).is_none() => Some(("days", words.bad_number.to_owned())),
        _ => None,
    }
}

fn days(form: &Fields) -> Option<u16> {
    form.text("days").parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))
}

/// `POST …/institutions/{id}/{deed}`: the deed.
pub async fn done(State(state): State<AppState>, Path((id, deed)): Path<(String, String)>, headers: HeaderMap, sent: Sent) -> Response {
    let (desk, form) = (&sent.desk, &sent.form);
    let (institution, deed) = match found(desk, &id, &deed).await {
        Ok(found) => found,
        Err(problem) => return desk.problem(&problem),
    };
    if let Some(fault) = faults(desk, &institution, deed, form) {
        return asked(desk, &institution, deed, form, Some(&fault)).await;
    }
    if form.text("expected") != institution.generation.to_string() {
        return desk.problem(&Problem::Moved);
    }
    let back = desk.institution_path(institution.id);
    let audit = match desk.record(form, &format!("institution.{}", deed.as_str()), &institution.id.to_string(), None).await {
        Ok(Some(audit)) => audit,
        // The same button a second time.
        Ok(None) => return desk.see_saying(&back, desk.words().done_edit),
        Err(problem) => return desk.problem(&problem),
    };
    if deed == Deed::Portal {
        return let_in(desk, &state, &headers, &institution, form, &audit).await;
    }
    match perform(desk, &state, &institution, deed, form).await {
        Ok(response) => response,
        Err(error) => {
            desk.failed(&audit, &error).await;
            match refused(&error).filter(|_| deed == Deed::New) {
                Some(fault) => asked(desk, &institution, deed, form, Some(&fault)).await,
                None => desk.problem(&problem_of(&error)),
            }
        }
    }
}

async fn perform(desk: &Desk, state: &AppState, institution: &Institution, deed: Deed, form: &Fields) -> Result<Response, GatewayError> {
    let (words, id) = (desk.words(), institution.id.to_string());
    let back = desk.institution_path(institution.id);
    match deed {
        Deed::New => {
            let patch = edited(desk, form).map_err(|(at, said)| GatewayError::invalid(at, said))?;
            let new = NewEndpoint {
                url: patch.url.unwrap_or_default(),
                description: patch.description.unwrap_or_default(),
                event_types: patch.event_types.flatten(),
                rate: patch.rate.flatten(),
                ..NewEndpoint::default()
            };
            let made = desk.gateway.create_endpoint(institution.id, new).await?;
            // It is about to be shown; should another have been quicker, it is shown to that one.
            desk.gateway.mark_secret_shown(institution.id, made.endpoint.id).await?;
            let onward = desk.endpoint_path(institution.id, made.endpoint.id);
            let said = desk.visit.words().institutions.made;
            Ok(secret_page(desk, &made.endpoint.url, &made.secret, said, &onward).await)
        }
        Deed::Edit => {
            let patch = InstitutionPatch {
                name: Some(form.text("name").to_owned()),
                payload_days: Some(days(form)),
                ..InstitutionPatch::default()
            };
            desk.gateway.update_institution(&id, patch).await?;
            Ok(desk.see_saying(&back, words.done_edit))
        }
        Deed::Pause | Deed::Resume => {
            for endpoint in desk.gateway.all_endpoints(institution.id).await? {
                let endpoint = endpoint.id.to_string();
                if deed == Deed::Pause {
                    desk.gateway.disable(institution.id, &endpoint).await?;
                } else {
                    desk.gateway.enable(institution.id, &endpoint).await?;
                }
            }
            let own = &desk.visit.words().institutions;
            Ok(desk.see_saying(&back, if deed == Deed::Pause { own.paused } else { own.resumed }))
        }
        Deed::EndPortal => {
            let ended = state.access.end_portal_sessions(&id, &[]).await;
            ended.map_err(|error| GatewayError::Internal(error.to_string()))?;
            Ok(desk.see_saying(&back, words.done_end_portal))
        }
        Deed::Delete => {
            desk.gateway.delete_institution(&id).await?;
            Ok(desk.see_saying("/console/institutions", words.done_delete))
        }
        Deed::Portal => Ok(desk.see_saying(&back, words.done_edit)),
    }
}

/// Makes the link that lets an institution's own people in, and shows it once.
async fn let_in(desk: &Desk, state: &AppState, headers: &HeaderMap, institution: &Institution, form: &Fields, audit: &str) -> Response {
    let words = desk.words();
    let hours = form.text("hours").parse::<i64>().unwrap_or(24).clamp(1, 168);
    let made = state.access.portal_token(&institution.id.to_string(), None, form.text("may") == "manage", hours * 3600).await;
    let token = match made {
        Ok(token) => token,
        Err(error) => {
            tracing::warn!(%error, "an access link could not be made");
            desk.visit.console().audit.failed(audit, "it could not be made").await;
            return desk.problem(&Problem::Store);
        }
    };
    let link = format!("{}/portal#key={token}", base_url(headers, state));
    let until = desk.visit.caller.now.checked_add(hours.hours()).unwrap_or(desk.visit.caller.now);
    let warning = fill(words.portal_once, &[("at", &looks::moment(desk, until))]);
    let body = html! {
        div class="head" { h1 { (institution.name) } p class="lead" { (fill(words.ask_portal, &[("name", &institution.name)])) } }
        (looks::shown_once(desk, words.portal_link, &link, &warning, &desk.institution_path(institution.id)))
    };
    let mut response = desk.show("institutions", words.act_portal, &body).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
