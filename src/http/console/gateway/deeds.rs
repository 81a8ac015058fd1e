//! What is done with one endpoint: each thing asked first, recorded before it happens, done once however often the button is pressed.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::ToSpan as _;
use maud::{Markup, html};

use super::desk::{Desk, Need, Sent};
use super::endpoint::Stand;
use super::looks;
use crate::gateway::error::GatewayError;
use crate::gateway::model::{Endpoint, EndpointPatch, Institution, ReplayFilter};
use crate::http::console::gate::Fields;
use crate::http::console::institutions::problem_of;
use crate::http::console::pages::Problem;
use crate::http::console::parts::form::{Field, select};
use crate::http::console::words::fill;
use crate::http::console::words::gateway::Gateway as Words;
use crate::http::gateway::example;

/// Headers that can be added at once.
const NEW_HEADERS: usize = 3;

/// Something that can be done with an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Send an example.
    Test,
    /// Change its address, filter, rate.
    Edit,
    /// Change its own headers.
    Headers,
    /// Send it nothing.
    Pause,
    /// Send to it again.
    Resume,
    /// Make a new secret.
    Rotate,
    /// Send again what is of some time.
    Recover,
    /// Send all its dead letters again.
    Replay,
    /// Take all its dead letters off the list.
    DiscardDead,
    /// Cancel what waits for it.
    DiscardWaiting,
    /// Remove it.
    Delete,
}

impl Deed {
    /// All deeds.
    pub const ALL: [Self; 11] = [
        Self::Test,
        Self::Edit,
        Self::Headers,
        Self::Pause,
        Self::Resume,
        Self::Rotate,
        Self::Recover,
        Self::Replay,
        Self::DiscardDead,
        Self::DiscardWaiting,
        Self::Delete,
    ];

    /// The word in addresses and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Edit => "edit",
            Self::Headers => "headers",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Rotate => "rotate",
            Self::Recover => "recover",
            Self::Replay => "replay",
            Self::DiscardDead => "discard-dead",
            Self::DiscardWaiting => "discard-waiting",
            Self::Delete => "delete",
        }
    }

    /// The deed of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == word)
    }

    /// What its button says.
    pub fn word(self, words: &Words) -> &'static str {
        match self {
            Self::Test => words.act_test,
            Self::Edit => words.act_edit,
            Self::Headers => words.act_headers,
            Self::Pause => words.act_pause,
            Self::Resume => words.act_resume,
            Self::Rotate => words.act_rotate,
            Self::Recover => words.act_recover,
            Self::Replay => words.act_replay,
            Self::DiscardDead => words.act_discard_dead,
            Self::DiscardWaiting => words.act_discard_waiting,
            Self::Delete => words.act_delete,
        }
    }

    /// What it asks of who does it.
    pub fn need(self) -> Need {
        match self {
            Self::Test | Self::Recover | Self::Replay | Self::DiscardDead | Self::DiscardWaiting => Need::Act,
            Self::Edit | Self::Headers | Self::Pause | Self::Resume | Self::Rotate | Self::Delete => Need::Change,
        }
    }

    fn is_bad(self) -> bool {
        matches!(self, Self::Pause | Self::DiscardDead | Self::DiscardWaiting | Self::Delete)
    }

    fn needs_reason(self) -> bool {
        matches!(self, Self::DiscardDead | Self::DiscardWaiting)
    }

    /// Whether it fits an endpoint as it is.
    fn fits(self, endpoint: &Endpoint) -> bool {
        match self {
            Self::Test | Self::Pause | Self::Recover | Self::Replay => !endpoint.disabled,
            Self::Resume => endpoint.disabled,
            _ => true,
        }
    }
}

/// What was wrong with an answer: the field, and what to do.
pub type Fault = (&'static str, String);

/// `GET …/endpoints/{id}/{deed}`: the question.
pub async fn question(desk: Desk, Path((id, deed)): Path<(String, String)>) -> Response {
    match found(&desk, &id, &deed).await {
        Ok((institution, endpoint, deed)) => asked(&desk, &institution, &endpoint, deed, &Fields::default(), None).await,
        Err(problem) => desk.problem(&problem),
    }
}

async fn found(desk: &Desk, id: &str, deed: &str) -> Result<(Institution, Endpoint, Deed), Problem> {
    let deed = Deed::parse(deed).ok_or(Problem::NotFound)?;
    desk.require(deed.need())?;
    let (institution, endpoint) = desk.endpoint(id).await?;
    if deed.fits(&endpoint) { Ok((institution, endpoint, deed)) } else { Err(Problem::Moved) }
}

async fn asked(
    desk: &Desk,
    institution: &Institution,
    endpoint: &Endpoint,
    deed: Deed,
    filled: &Fields,
    fault: Option<&Fault>,
) -> Response {
    let words = desk.words();
    let back = desk.endpoint_path(institution.id, endpoint.id);
    let stand = match Stand::of(desk, endpoint.id).await {
        Ok(stand) => stand,
        Err(error) => return desk.problem(&problem_of(&error)),
    };
    let verb = deed.word(words);
    let markup = html! {
        h2 { (verb) }
        p { (sentence(words, endpoint, deed, &stand)) }
        form method="post" action={ (back) "/" (deed.as_str()) } data-keep=[matches!(deed, Deed::Edit | Deed::Headers).then_some("")] {
            (desk.seals())
            input type="hidden" name="expected" value=(endpoint.generation);
            (fields(desk, endpoint, deed, filled, fault).await)
            @if deed.needs_reason() { (reason(desk, filled, fault)) }
            (looks::answers(desk, &back, verb, deed.is_bad()))
        }
    };
    let mut response = desk.ask(verb, &markup).await;
    if fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

fn sentence(words: &Words, endpoint: &Endpoint, deed: Deed, stand: &Stand) -> String {
    let (url, waiting, dead) = (endpoint.url.as_str(), stand.waiting.to_string(), stand.dead.to_string());
    match deed {
        Deed::Test => fill(words.ask_test, &[("url", url)]),
        Deed::Edit => words.ask_edit.to_owned(),
        Deed::Headers => words.headers_lead.to_owned(),
        Deed::Pause => fill(words.ask_pause, &[("url", url), ("n", &waiting)]),
        Deed::Resume => fill(words.ask_resume, &[("url", url)]),
        Deed::Rotate => words.ask_rotate.to_owned(),
        Deed::Recover => words.ask_recover.to_owned(),
        Deed::Replay => fill(words.ask_replay, &[("url", url), ("n", &dead)]),
        Deed::DiscardDead => fill(words.ask_discard_dead, &[("url", url), ("n", &dead)]),
        Deed::DiscardWaiting => fill(words.ask_discard_waiting, &[("url", url), ("n", &waiting)]),
        Deed::Delete => fill(words.ask_delete_endpoint, &[("url", url)]),
    }
}

/// The reason that a deed is recorded with.
pub fn reason(desk: &Desk, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let words = &desk.visit.words().question;
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
pub fn typed_name(desk: &Desk, name: &str, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let label = fill(desk.words().type_name, &[("name", name)]);
    Field { name: "typed", label: &label, required: true, value: filled.text("typed"), fault: fault_of(fault, "typed"), ..Field::default() }
        .show()
}

async fn fields(desk: &Desk, endpoint: &Endpoint, deed: Deed, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let words = desk.words();
    match deed {
        Deed::Test => {
            let names = desk.gateway.event_types().await.unwrap_or_default();
            let mut kinds: Vec<(String, String)> = vec![(example::PING.to_owned(), example::PING.to_owned())];
            kinds.extend(names.into_iter().filter(|kind| !kind.archived && kind.built_in).map(|kind| (kind.name.clone(), kind.name)));
            let wanted = kinds.iter().find(|(name, _)| crate::gateway::filter::wants(endpoint.event_types.as_deref(), name));
            let chosen = wanted.map_or(example::PING, |(name, _)| name.as_str()).to_owned();
            select("kind", words.test_kind, &kinds, &chosen)
        }
        Deed::Edit => edit_fields(desk, Some(endpoint), filled, fault),
        Deed::Headers => html! {
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
        Deed::Rotate => {
            looks::choices("overlap", words.overlap, &[("24", words.overlap_day), ("168", words.overlap_week), ("0", words.overlap_none)])
        }
        Deed::Recover => html! {
            (looks::choices("what", words.recover_what, &[("failed", words.recover_failed), ("missing", words.recover_missing), ("all", words.recover_all)]))
            ({
                let spans = [("1", words.hour), ("24", words.last_day), ("72", words.three_days), ("168", words.last_week), ("336", words.fortnight)];
                select("hours", words.recover_since, &spans.map(|(hours, text)| (hours.to_owned(), text.to_owned())), "24")
            })
        },
        Deed::Delete => typed_name(desk, super::endpoint::short(&endpoint.url), filled, fault),
        Deed::Pause | Deed::Resume | Deed::Replay | Deed::DiscardDead | Deed::DiscardWaiting => html! {},
    }
}

/// The fields of an endpoint's settings; of a new one, empty.
pub fn edit_fields(desk: &Desk, endpoint: Option<&Endpoint>, filled: &Fields, fault: Option<&Fault>) -> Markup {
    let words = desk.words();
    let is_sent = !filled.text("url").is_empty();
    let kept = |name: &str, known: String| if is_sent { filled.text(name).to_owned() } else { known };
    let url = kept("url", endpoint.map(|endpoint| endpoint.url.clone()).unwrap_or_default());
    let description = kept("description", endpoint.map(|endpoint| endpoint.description.clone()).unwrap_or_default());
    let events =
        kept("events", endpoint.and_then(|endpoint| endpoint.event_types.as_ref()).map(|types| types.join(", ")).unwrap_or_default());
    let rate = kept("rate", endpoint.and_then(|endpoint| endpoint.rate).map(|rate| rate.to_string()).unwrap_or_default());
    html! {
        (Field { name: "url", label: words.address, kind: "url", required: true, value: &url, fault: fault_of(fault, "url"), hint: Some(desk.visit.words().institutions.url_hint), ..Field::default() }.show())
        (Field { name: "description", label: words.description, value: &description, fault: fault_of(fault, "description"), hint: Some(words.description_hint), ..Field::default() }.show())
        (Field { name: "events", label: words.events, value: &events, fault: fault_of(fault, "events"), hint: Some(words.events_hint), ..Field::default() }.show())
        (Field { name: "rate", label: words.rate, kind: "number", value: &rate, fault: fault_of(fault, "rate"), hint: Some(words.rate_hint), ..Field::default() }.show())
    }
}

/// The settings that a form holds.
///
/// # Errors
/// The field that holds no such thing.
pub fn edited(desk: &Desk, form: &Fields) -> Result<EndpointPatch, Fault> {
    let events: Vec<String> =
        form.text("events").split([',', ' ', '\n']).map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect();
    let rate = match form.text("rate") {
        "" => None,
        text => Some(text.parse::<u32>().map_err(|_| ("rate", desk.words().bad_number.to_owned()))?),
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
pub async fn done(Path((id, deed)): Path<(String, String)>, sent: Sent) -> Response {
    let (desk, form) = (&sent.desk, &sent.form);
    let (institution, endpoint, deed) = match found(desk, &id, &deed).await {
        Ok(found) => found,
        Err(problem) => return desk.problem(&problem),
    };
    let back = desk.endpoint_path(institution.id, endpoint.id);
    if let Some(fault) = faults(desk, &endpoint, deed, form) {
        return asked(desk, &institution, &endpoint, deed, form, Some(&fault)).await;
    }
    // Somebody else changed it since it was asked.
    if form.text("expected") != endpoint.generation.to_string() && deed.need() == Need::Change {
        return desk.problem(&Problem::Moved);
    }
    let audit = match desk.record(form, &format!("endpoint.{}", deed.as_str()), &endpoint.id.to_string(), None).await {
        Ok(Some(audit)) => audit,
        // The same button a second time.
        Ok(None) => return desk.see_saying(&back, said(desk, deed)),
        Err(problem) => return desk.problem(&problem),
    };
    match perform(desk, &endpoint, deed, form).await {
        Ok(Done::Said(text)) => desk.see_saying(&back, &text),
        Ok(Done::Gone) => desk.see_saying(&desk.institution_path(institution.id), desk.words().done_delete),
        Ok(Done::Secret(secret)) => secret_page(desk, &endpoint.url, &secret, desk.visit.words().institutions.rotated, &back).await,
        Err(error) => {
            desk.failed(&audit, &error).await;
            match refused(&error) {
                Some(fault) => asked(desk, &institution, &endpoint, deed, form, Some(&fault)).await,
                None => desk.problem(&problem_of(&error)),
            }
        }
    }
}

fn faults(desk: &Desk, endpoint: &Endpoint, deed: Deed, form: &Fields) -> Option<Fault> {
    if deed.needs_reason() && form.text("why").is_empty() {
        return Some(("why", desk.visit.words().errors.needs_reason.to_owned()));
    }
    if deed == Deed::Delete && form.text("typed") != super::endpoint::short(&endpoint.url) {
        return Some(("typed", desk.words().type_wrong.to_owned()));
    }
    None
}

fn said(desk: &Desk, deed: Deed) -> &'static str {
    let (words, own) = (desk.words(), &desk.visit.words().institutions);
    match deed {
        Deed::Test => words.done_test,
        Deed::Edit | Deed::Headers => words.done_edit,
        Deed::Pause => own.paused,
        Deed::Resume => own.resumed,
        Deed::Rotate => own.rotated,
        Deed::Recover | Deed::Replay => words.done_recover,
        Deed::DiscardDead | Deed::DiscardWaiting => words.done_discard,
        Deed::Delete => words.done_delete,
    }
}

async fn perform(desk: &Desk, endpoint: &Endpoint, deed: Deed, form: &Fields) -> Result<Done, GatewayError> {
    let (gateway, institution, id) = (&desk.gateway, endpoint.institution, endpoint.id.to_string());
    let plain = || Ok(Done::Said(said(desk, deed).to_owned()));
    match deed {
        Deed::Test => {
            let kind = if form.text("kind").is_empty() { example::PING } else { form.text("kind") };
            match example::send(gateway, endpoint, kind).await {
                Ok(_) => plain(),
                Err(problem) => Err(GatewayError::Internal(format!("{problem:?}"))),
            }
        }
        Deed::Edit => {
            let patch = edited(desk, form).map_err(|(at, said)| GatewayError::invalid(at, said))?;
            gateway.update_endpoint(institution, &id, patch).await?;
            plain()
        }
        Deed::Headers => {
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
        Deed::Pause => gateway.disable(institution, &id).await.map(drop).and_then(|()| plain()),
        Deed::Resume => gateway.enable(institution, &id).await.map(drop).and_then(|()| plain()),
        Deed::Rotate => {
            let hours = form.text("overlap").parse::<u64>().unwrap_or(24).min(168);
            let secret = gateway.rotate_secret(institution, &id, None, Duration::from_hours(hours)).await?;
            Ok(Done::Secret(secret))
        }
        Deed::Recover => recover(desk, endpoint, form).await.and_then(|()| plain()),
        Deed::Replay => gateway.replay_dead_letters(institution, &id).await.map(drop).and_then(|()| plain()),
        Deed::DiscardDead => {
            let n = gateway.discard_dead_letters(institution, &id).await?;
            Ok(Done::Said(fill(desk.words().done_discard_many, &[("n", &n.to_string())])))
        }
        Deed::DiscardWaiting => {
            let n = gateway.cancel_before(institution, &id, desk.visit.caller.now).await?;
            Ok(Done::Said(fill(desk.words().done_discard_many, &[("n", &n.to_string())])))
        }
        Deed::Delete => gateway.delete_endpoint(institution, &id).await.map(|()| Done::Gone),
    }
}

async fn recover(desk: &Desk, endpoint: &Endpoint, form: &Fields) -> Result<(), GatewayError> {
    let (gateway, institution, id) = (&desk.gateway, endpoint.institution, endpoint.id.to_string());
    let hours = form.text("hours").parse::<i64>().unwrap_or(24).clamp(1, 336);
    let until = desk.visit.caller.now;
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
pub async fn secret_page(desk: &Desk, url: &str, secret: &str, said: &str, onward: &str) -> Response {
    let words = &desk.visit.words().institutions;
    let body = html! {
        div class="head" { h1 { (url) } p class="lead" { (said) } }
        (looks::shown_once(desk, words.secret, secret, words.secret_once, onward))
    };
    let mut response = desk.show("institutions", url, &body).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_is_found_by_its_word_and_what_changes_an_endpoint_asks_for_more() {
        for deed in Deed::ALL {
            assert_eq!(Deed::parse(deed.as_str()), Some(deed));
        }
        assert_eq!(Deed::parse("everything"), None);
        let acts = Deed::ALL.into_iter().filter(|deed| deed.need() == Need::Act);
        assert_eq!(acts.collect::<Vec<_>>(), [Deed::Test, Deed::Recover, Deed::Replay, Deed::DiscardDead, Deed::DiscardWaiting]);
    }
}
