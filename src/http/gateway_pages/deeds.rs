//! What is done with one endpoint: each thing asked first, recorded before it happens, done once however often the button is pressed.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::ToSpan as _;
use maud::{Markup, html};

use super::context::{PageContext, SubmittedForm, problem_of};
use super::endpoint::EndpointStatus;
use super::widgets;
use crate::gateway::error::GatewayError;
use crate::gateway::model::{Endpoint, EndpointPatch, Institution, ReplayFilter};
use crate::http::console::form_data::Fields;
use crate::http::console::gateway_acts::{EndpointDeed, Need};
use crate::http::console::pages::Problem;
use crate::http::console::parts::form::{Field, select};
use crate::http::console::words::fill;
use crate::http::console::words::gateway::Gateway as Words;
use crate::http::svix::example;

/// Headers that can be added at once.
const NEW_HEADERS: usize = 3;

/// What was wrong with an answer: the field, and what to do.
pub type Fault = (&'static str, String);

/// `GET …/endpoints/{id}/{deed}`: the question.
pub async fn question(ctx: PageContext, Path((id, deed)): Path<(String, String)>) -> Response {
    match found(&ctx, &id, &deed).await {
        Ok((institution, endpoint, deed)) => asked(&ctx, &institution, &endpoint, deed, &Fields::default(), None).await,
        Err(problem) => ctx.problem(&problem),
    }
}

async fn found(ctx: &PageContext, id: &str, deed: &str) -> Result<(Institution, Endpoint, EndpointDeed), Problem> {
    let deed = EndpointDeed::parse(deed).ok_or(Problem::NotFound)?;
    ctx.require(deed.need())?;
    let (institution, endpoint) = ctx.endpoint(id).await?;
    if deed.fits(&endpoint) { Ok((institution, endpoint, deed)) } else { Err(Problem::Moved) }
}

async fn asked(
    ctx: &PageContext,
    institution: &Institution,
    endpoint: &Endpoint,
    deed: EndpointDeed,
    filled: &Fields,
    fault: Option<&Fault>,
) -> Response {
    let words = ctx.words();
    let back = ctx.endpoint_path(institution.id, endpoint.id);
    let stand = match EndpointStatus::of(ctx, endpoint.id).await {
        Ok(stand) => stand,
        Err(error) => return ctx.problem(&problem_of(&error)),
    };
    let verb = deed.word(words);
    let markup = html! {
        h2 { (verb) }
        p { (sentence(words, endpoint, deed, &stand)) }
        form method="post" action={ (back) "/" (deed.as_str()) } data-keep=[matches!(deed, EndpointDeed::Edit | EndpointDeed::Headers).then_some("")] {
            (ctx.seals())
            input type="hidden" name="expected" value=(endpoint.generation);
            (fields(ctx, endpoint, deed, filled, fault).await)
            @if deed.needs_reason() { (reason(ctx, filled, fault)) }
            (widgets::answers(ctx, &back, verb, deed.is_bad()))
        }
    };
    let mut response = ctx.ask(verb, &markup).await;
    if fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

fn sentence(words: &Words, endpoint: &Endpoint, deed: EndpointDeed, stand: &EndpointStatus) -> String {
    let (url, waiting, dead) = (endpoint.url.as_str(), stand.waiting.to_string(), stand.dead.to_string());
    match deed {
        EndpointDeed::Test => fill(words.ask_test, &[("url", url)]),
        EndpointDeed::Edit => words.ask_edit.to_owned(),
        EndpointDeed::Headers => words.headers_lead.to_owned(),
        EndpointDeed::Pause => fill(words.ask_pause, &[("url", url), ("n", &waiting)]),
        EndpointDeed::Resume => fill(words.ask_resume, &[("url", url)]),
        EndpointDeed::Rotate => words.ask_rotate.to_owned(),
        EndpointDeed::Recover => words.ask_recover.to_owned(),
        EndpointDeed::Replay => fill(words.ask_replay, &[("url", url), ("n", &dead)]),
        EndpointDeed::DiscardDead => fill(words.ask_discard_dead, &[("url", url), ("n", &dead)]),
        EndpointDeed::DiscardWaiting => fill(words.ask_discard_waiting, &[("url", url), ("n", &waiting)]),
        EndpointDeed::Delete => fill(words.ask_delete_endpoint, &[("url", url)]),
    }
}

/// The reason that a deed is recorded with.
pub fn reason(ctx: &PageContext, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let words = &ctx.visit.words().question;
    Field {
        name: "why",
        label: words.why,
        hint: Some(words.why_hint),
        required: true,
        value: filled.text("why"),
        fault: fault_of(fault, "why"),
        ..Field::default()
    }
    .show()
}

/// What is wrong with a field.
pub fn fault_of<'a>(fault: Option<&'a Fault>, name: &str) -> Option<&'a str> {
    fault.filter(|(at, _)| *at == name).map(|(_, said)| said.as_str())
}

/// The name that must be typed before something is gone for good.
pub fn typed_name(ctx: &PageContext, name: &str, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let label = fill(ctx.words().type_name, &[("name", name)]);
    Field { name: "typed", label: &label, required: true, value: filled.text("typed"), fault: fault_of(fault, "typed"), ..Field::default() }
        .show()
}

async fn fields(ctx: &PageContext, endpoint: &Endpoint, deed: EndpointDeed, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let words = ctx.words();
    match deed {
        EndpointDeed::Test => {
            let names = ctx.gateway.event_types().await.unwrap_or_default();
            let mut kinds: Vec<(String, String)> = vec![(example::PING.to_owned(), example::PING.to_owned())];
            kinds.extend(names.into_iter().filter(|kind| !kind.archived && kind.built_in).map(|kind| (kind.name.clone(), kind.name)));
            let wanted = kinds.iter().find(|(name, _)| crate::gateway::filter::wants(endpoint.event_types.as_deref(), name));
            let chosen = wanted.map_or(example::PING, |(name, _)| name.as_str()).to_owned();
            select("kind", words.test_kind, &kinds, &chosen)
        }
        EndpointDeed::Edit => edit_fields(ctx, Some(endpoint), filled, fault),
        EndpointDeed::Headers => html! {
            @for name in &endpoint.header_names {
                label class="choice" { input type="checkbox" name="remove" value=(name); (fill(words.header_remove, &[("name", name)])) }
            }
            @for place in 0..NEW_HEADERS {
                @let (name, value) = (format!("name{place}"), format!("value{place}"));
                div class="grid" {
                    (Field { name: &name, label: words.header_name, value: filled.text(&name), fault: fault_of(fault, "headers").filter(|_| place == 0), ..Field::default() }.show())
                    (Field { name: &value, label: words.header_value, kind: "password", autocomplete: "new-password", ..Field::default() }.show())
                }
            }
        },
        EndpointDeed::Rotate => {
            widgets::choices("overlap", words.overlap, &[("24", words.overlap_day), ("168", words.overlap_week), ("0", words.overlap_none)])
        }
        EndpointDeed::Recover => html! {
            (widgets::choices("what", words.recover_what, &[("failed", words.recover_failed), ("missing", words.recover_missing), ("all", words.recover_all)]))
            ({
                let spans = [("1", words.hour), ("24", words.last_day), ("72", words.three_days), ("168", words.last_week), ("336", words.fortnight)];
                select("hours", words.recover_since, &spans.map(|(hours, text)| (hours.to_owned(), text.to_owned())), "24")
            })
        },
        EndpointDeed::Delete => typed_name(ctx, widgets::short(&endpoint.url), filled, fault),
        EndpointDeed::Pause | EndpointDeed::Resume | EndpointDeed::Replay | EndpointDeed::DiscardDead | EndpointDeed::DiscardWaiting => {
            html! {}
        }
    }
}

/// The fields of an endpoint's settings; of a new one, empty.
pub fn edit_fields(ctx: &PageContext, endpoint: Option<&Endpoint>, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let words = ctx.words();
    let is_sent = !filled.text("url").is_empty();
    let kept = |name: &str, known: String| if is_sent { filled.text(name).to_owned() } else { known };
    let url = kept("url", endpoint.map(|endpoint| endpoint.url.clone()).unwrap_or_default());
    let description = kept("description", endpoint.map(|endpoint| endpoint.description.clone()).unwrap_or_default());
    let events =
        kept("events", endpoint.and_then(|endpoint| endpoint.event_types.as_ref()).map(|types| types.join(", ")).unwrap_or_default());
    let rate = kept("rate", endpoint.and_then(|endpoint| endpoint.rate).map(|rate| rate.to_string()).unwrap_or_default());
    html! {
        (Field { name: "url", label: words.address, kind: "url", required: true, value: &url, fault: fault_of(fault, "url"), hint: Some(ctx.visit.words().institutions.url_hint), ..Field::default() }.show())
        (Field { name: "description", label: words.description, value: &description, fault: fault_of(fault, "description"), hint: Some(words.description_hint), ..Field::default() }.show())
        (Field { name: "events", label: words.events, value: &events, fault: fault_of(fault, "events"), hint: Some(words.events_hint), ..Field::default() }.show())
        (Field { name: "rate", label: words.rate, kind: "number", value: &rate, fault: fault_of(fault, "rate"), hint: Some(words.rate_hint), ..Field::default() }.show())
    }
}

/// The settings that a form holds.
///
/// # Errors
/// The field that holds no such thing.
pub fn edited(ctx: &PageContext, form: &Fields) -> Result<EndpointPatch, Fault> {
    let events: Vec<String> =
        form.text("events").split([',', ' ', '\n']).map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect();
    let rate = match form.text("rate") {
        "" => None,
        text => Some(text.parse::<u32>().map_err(|_| ("rate", ctx.words().bad_number.to_owned()))?),
    };
    Ok(EndpointPatch {
        url: Some(form.text("url").to_owned()),
        description: Some(form.text("description").to_owned()),
        event_types: Some(Some(events).filter(|events| !events.is_empty())),
        rate: Some(rate),
        ..EndpointPatch::default()
    })
}

/// What the gateway refuses, at the field it speaks of: which rule it is, in its own words.
pub fn refused(error: &GatewayError) -> Option<Fault> {
    let GatewayError::Invalid { at, message, .. } = error else { return None };
    let field = match at.first().map(String::as_str) {
        Some("description") => "description",
        Some("filterTypes" | "eventTypes" | "event_types") => "events",
        Some("throttleRate" | "rate") => "rate",
        Some("headers") => "headers",
        _ => "url",
    };
    Some((field, message.clone()))
}

/// What came of a deed.
enum Done {
    /// It is said on the endpoint's page.
    Said(String),
    /// A new secret, to be shown once.
    Secret(String),
    /// The endpoint is gone.
    Gone,
}

/// `POST …/endpoints/{id}/{deed}`: the deed.
pub async fn done(Path((id, deed)): Path<(String, String)>, sent: SubmittedForm) -> Response {
    let (ctx, form) = (&sent.ctx, &sent.form);
    let (institution, endpoint, deed) = match found(ctx, &id, &deed).await {
        Ok(found) => found,
        Err(problem) => return ctx.problem(&problem),
    };
    let back = ctx.endpoint_path(institution.id, endpoint.id);
    if let Some(fault) = faults(ctx, &endpoint, deed, form) {
        return asked(ctx, &institution, &endpoint, deed, form, Some(&fault)).await;
    }
    // Somebody else changed it since it was asked.
    if form.text("expected") != endpoint.generation.to_string() && deed.need() == Need::Change {
        return ctx.problem(&Problem::Moved);
    }
    let audit = match ctx.record(form, &format!("endpoint.{}", deed.as_str()), &endpoint.id.to_string(), None).await {
        Ok(Some(audit)) => audit,
        // The same button a second time.
        Ok(None) => return ctx.see_saying(&back, said(ctx, deed)),
        Err(problem) => return ctx.problem(&problem),
    };
    match perform(ctx, &endpoint, deed, form).await {
        Ok(Done::Said(text)) => ctx.see_saying(&back, &text),
        Ok(Done::Gone) => ctx.see_saying(&ctx.institution_path(institution.id), ctx.words().done_delete),
        Ok(Done::Secret(secret)) => secret_page(ctx, &endpoint.url, &secret, ctx.visit.words().institutions.rotated, &back).await,
        Err(error) => {
            ctx.failed(&audit, &error).await;
            match refused(&error) {
                Some(fault) => asked(ctx, &institution, &endpoint, deed, form, Some(&fault)).await,
                None => ctx.problem(&problem_of(&error)),
            }
        }
    }
}

fn faults(ctx: &PageContext, endpoint: &Endpoint, deed: EndpointDeed, form: &Fields) -> Option<Fault> {
    if deed.needs_reason() && form.text("why").is_empty() {
        return Some(("why", ctx.visit.words().errors.needs_reason.to_owned()));
    }
    if deed == EndpointDeed::Delete && form.text("typed") != widgets::short(&endpoint.url) {
        return Some(("typed", ctx.words().type_wrong.to_owned()));
    }
    None
}

fn said(ctx: &PageContext, deed: EndpointDeed) -> &'static str {
    let (words, own) = (ctx.words(), &ctx.visit.words().institutions);
    match deed {
        EndpointDeed::Test => words.done_test,
        EndpointDeed::Edit | EndpointDeed::Headers => words.done_edit,
        EndpointDeed::Pause => own.paused,
        EndpointDeed::Resume => own.resumed,
        EndpointDeed::Rotate => own.rotated,
        EndpointDeed::Recover | EndpointDeed::Replay => words.done_recover,
        EndpointDeed::DiscardDead | EndpointDeed::DiscardWaiting => words.done_discard,
        EndpointDeed::Delete => words.done_delete,
    }
}

async fn perform(ctx: &PageContext, endpoint: &Endpoint, deed: EndpointDeed, form: &Fields) -> Result<Done, GatewayError> {
    let (gateway, institution, id) = (&ctx.gateway, endpoint.institution, endpoint.id.to_string());
    let plain = || Ok(Done::Said(said(ctx, deed).to_owned()));
    match deed {
        EndpointDeed::Test => {
            let kind = if form.text("kind").is_empty() { example::PING } else { form.text("kind") };
            match example::send(gateway, endpoint, kind).await {
                Ok(_) => plain(),
                Err(problem) => Err(GatewayError::Internal(format!("{problem:?}"))),
            }
        }
        EndpointDeed::Edit => {
            let patch = edited(ctx, form).map_err(|(at, said)| GatewayError::invalid(at, said))?;
            gateway.update_endpoint(institution, &id, patch).await?;
            plain()
        }
        EndpointDeed::Headers => {
            let mut changes: BTreeMap<String, Option<String>> = form.all("remove").iter().map(|name| (name.clone(), None)).collect();
            for place in 0..NEW_HEADERS {
                let name = form.text(&format!("name{place}"));
                if !name.is_empty() {
                    changes.insert(name.to_owned(), Some(form.text(&format!("value{place}")).to_owned()));
                }
            }
            gateway.patch_headers(institution, &id, changes).await?;
            plain()
        }
        EndpointDeed::Pause => gateway.disable(institution, &id).await.map(drop).and_then(|()| plain()),
        EndpointDeed::Resume => gateway.enable(institution, &id).await.map(drop).and_then(|()| plain()),
        EndpointDeed::Rotate => {
            let hours = form.text("overlap").parse::<u64>().unwrap_or(24).min(168);
            let secret = gateway.rotate_secret(institution, &id, None, Duration::from_hours(hours)).await?;
            Ok(Done::Secret(secret))
        }
        EndpointDeed::Recover => recover(ctx, endpoint, form).await.and_then(|()| plain()),
        EndpointDeed::Replay => gateway.replay_dead_letters(institution, &id).await.map(drop).and_then(|()| plain()),
        EndpointDeed::DiscardDead => {
            let n = gateway.discard_dead_letters(institution, &id).await?;
            Ok(Done::Said(fill(ctx.words().done_discard_many, &[("n", &n.to_string())])))
        }
        EndpointDeed::DiscardWaiting => {
            let n = gateway.cancel_before(institution, &id, ctx.visit.caller.now).await?;
            Ok(Done::Said(fill(ctx.words().done_discard_many, &[("n", &n.to_string())])))
        }
        EndpointDeed::Delete => gateway.delete_endpoint(institution, &id).await.map(|()| Done::Gone),
    }
}

async fn recover(ctx: &PageContext, endpoint: &Endpoint, form: &Fields) -> Result<(), GatewayError> {
    let (gateway, institution, id) = (&ctx.gateway, endpoint.institution, endpoint.id.to_string());
    let hours = form.text("hours").parse::<i64>().unwrap_or(24).clamp(1, 336);
    let until = ctx.visit.caller.now;
    let since = until.checked_sub(hours.hours()).unwrap_or_default();
    match form.text("what") {
        "missing" => gateway.replay_missing(institution, &id, since, Some(until)).await.map(drop),
        "all" => {
            let filter = ReplayFilter { since, until, event_types: None, channel: None, tag: None, states: None };
            gateway.bulk_replay(institution, &id, filter).await.map(drop)
        }
        _ => gateway.recover(institution, &id, since, Some(until)).await.map(drop),
    }
}

/// The one page that shows a secret.
pub async fn secret_page(ctx: &PageContext, url: &str, secret: &str, said: &str, onward: &str) -> Response {
    let words = &ctx.visit.words().institutions;
    let body = html! {
        div class="head" { h1 { (url) } p class="lead" { (said) } }
        (widgets::shown_once(ctx, words.secret, secret, words.secret_once, onward))
    };
    let mut response = ctx.show("institutions", url, &body).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_is_found_by_its_word_and_what_changes_an_endpoint_asks_for_more() {
        for deed in EndpointDeed::ALL {
            assert_eq!(EndpointDeed::parse(deed.as_str()), Some(deed));
        }
        assert_eq!(EndpointDeed::parse("everything"), None);
        let acts = EndpointDeed::ALL.into_iter().filter(|deed| deed.need() == Need::Act);
        assert_eq!(
            acts.collect::<Vec<_>>(),
            [EndpointDeed::Test, EndpointDeed::Recover, EndpointDeed::Replay, EndpointDeed::DiscardDead, EndpointDeed::DiscardWaiting]
        );
    }
}
