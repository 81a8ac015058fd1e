//! What happened to a report, as a list of moments.

use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

use super::time;
use crate::http::console::format;
use crate::http::console::parts::role_name;
use crate::http::console::visit::Visit;
use crate::http::console::words::{causes, fill};
use crate::jobs::ask::{Ask, FromStep};
use crate::jobs::operator::story::{Moment, Story, What};
use crate::jobs::records::{EndState, RoundAction};
use crate::model::role::Role;

/// A moment in words.
struct MomentText {
    at: Option<Timestamp>,
    /// Of what happened at the same instant, what comes first.
    place: u8,
    round: u32,
    class: &'static str,
    word: String,
    more: Vec<String>,
    /// Words of another program, in its own language.
    quoted: Option<String>,
}

/// The story of a report: the newest round open, earlier ones folded.
pub fn story(visit: &Visit, story: &Story) -> Markup {
    let told: Vec<MomentText> = told(visit, story);
    let last = story.view.round;
    let newest: Vec<&MomentText> = told.iter().filter(|told| told.round == last).collect();
    let words = &visit.words().story;
    html! {
        @for round in 1..last {
            @let earlier: Vec<&MomentText> = told.iter().filter(|told| told.round == round).collect();
            @if !earlier.is_empty() {
                details id={ "round-" (round) } { summary { (fill(words.earlier, &[("n", &round.to_string())])) } (list(visit, &earlier)) }
            }
        }
        (list(visit, &newest))
    }
}

fn list(visit: &Visit, told: &[&MomentText]) -> Markup {
    let words = &visit.words().story;
    html! {
        ol class="story" role="list" {
            @for one in told {
                li class=(one.class) {
                    div class="row" { b { (one.word) } @if let Some(at) = one.at { (time(at, visit)) } }
                    @for more in &one.more { p class="soft" { (more) } }
                    @if let Some(quoted) = &one.quoted {
                        details class="tech" { summary { (words.server_words) } p lang="en" { code { (quoted) } } }
                    }
                }
            }
        }
    }
}

fn told(visit: &Visit, story: &Story) -> Vec<MomentText> {
    let mut all = Vec::new();
    let attempts = story.moments.iter().filter(|moment| matches!(moment.what, What::Attempt { .. })).count();
    for moment in &story.moments {
        all.extend(tell(visit, moment, attempts > 1));
    }
    all.sort_by_key(|told| (told.at.unwrap_or(Timestamp::MAX), told.place));
    all
}

/// The order of a round's moments.
fn place(moment: &Moment) -> u8 {
    match &moment.what {
        What::Received | What::Opened { .. } => 0,
        What::Attempt { .. } => 1,
        What::Step { name, .. } => match name.split_once('_').map_or(name.as_str(), |(bare, _)| bare) {
            "fetched" => 2,
            "analysed" | "prepared" | "archived" => 3,
            "mailing" => 4,
            _ => 5,
        },
        What::Failed { .. } => 6,
        What::Ended(_) | What::Damaged { .. } => 7,
    }
}

fn plain(moment: &Moment, class: &'static str, word: &str) -> MomentText {
    MomentText { at: moment.at, place: place(moment), round: moment.round, class, word: word.to_owned(), more: Vec::new(), quoted: None }
}

fn tell(visit: &Visit, moment: &Moment, tells_attempts: bool) -> Vec<MomentText> {
    let (words, language) = (&visit.words().story, visit.words().language);
    let sentence_time = |at: Timestamp| format::moment_in_sentence(at, visit.caller.now, &visit.console().site.zone, language);
    match &moment.what {
        What::Received => vec![MomentText { more: vec![words.received_more.to_owned()], ..plain(moment, "", words.received) }],
        What::Attempt { number } if tells_attempts => vec![plain(moment, "", &fill(words.attempt, &[("n", &number.to_string())]))],
        What::Attempt { .. } => Vec::new(),
        What::Failed { cause, message, due } => {
            let more = fill(words.failed_next, &[("cause", &causes::title(cause, language)), ("at", &sentence_time(*due))]);
            vec![MomentText { more: vec![more], quoted: Some(message.clone()), ..plain(moment, "warn", words.failed) }]
        }
        What::Step { name, value } => step(visit, moment, name, value),
        What::Opened { action, ask } => vec![opened(visit, moment, *action, ask)],
        What::Ended(end) => {
            let cause = end.cause.as_ref().map(|cause| causes::title(cause, language));
            let told = |class, word: &str| MomentText {
                more: cause.iter().cloned().collect(),
                quoted: end.message.clone(),
                ..plain(moment, class, word)
            };
            match end.state {
                EndState::Done => vec![plain(moment, "good", words.closed)],
                EndState::Parked => vec![told("warn", words.waits)],
                EndState::Dead => vec![told("bad", words.given_up)],
            }
        }
        What::Damaged { record } => vec![MomentText { more: vec![record.clone()], ..plain(moment, "bad", words.damaged) }],
    }
}

fn opened(visit: &Visit, moment: &Moment, action: RoundAction, ask: &Ask) -> MomentText {
    let words = &visit.words().story;
    let who = ask.by.as_deref().map(|by| who(by, visit));
    let word = match (action, &who) {
        (RoundAction::Discard, Some(who)) => fill(words.discarded_by, &[("who", who)]),
        (RoundAction::Discard, None) => visit.words().states.discarded.to_owned(),
        (RoundAction::Run, Some(who)) => fill(words.opened, &[("who", who)]),
        (RoundAction::Run, None) => words.opened_self.to_owned(),
    };
    let mut more = Vec::new();
    if action == RoundAction::Run {
        let from = match ask.from {
            FromStep::Fetch => words.from_fetch,
            FromStep::Analyse => words.from_analyse,
            FromStep::Render => words.from_render,
            FromStep::Mail => words.from_mail,
        };
        let mut parts = vec![from.to_owned()];
        if let Some(to) = &ask.to {
            parts.push(format!("{} ({})", words.to_other, format::masked(to)));
        }
        if !ask.mail {
            parts.push(words.not_mailed.to_owned());
        }
        more.push(parts.join(", "));
    }
    if let Some(why) = &ask.why {
        more.push(fill(words.reason, &[("why", why)]));
    }
    MomentText { more, ..plain(moment, "busy", &word) }
}

/// Who did something, as people say it.
pub fn who(by: &str, visit: &Visit) -> String {
    if let Some(user) = by.strip_prefix("cli:") {
        return fill(visit.words().story.command, &[("who", user)]);
    }
    match by.strip_prefix("token:").or_else(|| by.strip_prefix("shell:")).and_then(Role::parse) {
        Some(role) => role_name(role, &visit.caller).to_owned(),
        None => visit.console().people.known_name(by).unwrap_or_else(|| by.to_owned()),
    }
}

/// What a step recorded, without answers and addresses.
fn step(visit: &Visit, moment: &Moment, name: &str, value: &Value) -> Vec<MomentText> {
    let (words, language) = (&visit.words().story, visit.words().language);
    let at = |value: &Value| value["at"].as_str().and_then(|at| at.parse().ok());
    let bare = name.split_once('_').map_or(name, |(bare, _)| bare);
    match bare {
        "fetched" => {
            let n = value["submission"]["answers"].as_array().map_or(0, Vec::len).to_string();
            let handed_in: Option<Timestamp> = value["submission"]["submitted_at"].as_str().and_then(|at| at.parse().ok());
            let more = match (value["from_event"].as_bool(), handed_in) {
                (Some(true), _) | (_, None) => fill(words.fetched_event, &[("n", &n)]),
                (_, Some(at)) => {
                    let at = format::moment_in_sentence(at, visit.caller.now, &visit.console().site.zone, language);
                    fill(words.fetched_more, &[("n", &n), ("at", &at)])
                }
            };
            vec![MomentText { more: vec![more], ..plain(moment, "", words.fetched) }]
        }
        "analysed" => vec![marked(visit, moment, value)],
        "prepared" => {
            let mut told = vec![MomentText { at: at(&value["analysed"]), ..marked(visit, moment, &value["analysed"]) }];
            let (rendered, archived) = (&value["rendered"], &value["archived"]);
            if !rendered.is_null() {
                let warnings = rendered["warnings"].as_array().map_or(0, Vec::len) as u64 + rendered["more_warnings"].as_u64().unwrap_or(0);
                let kb = archived["size_bytes"].as_u64().unwrap_or(0).div_ceil(1000).to_string();
                let sentence = if warnings == 0 { words.made_more } else { words.made_warned };
                let more = fill(sentence, &[("kb", &kb), ("n", &warnings.to_string())]);
                told.push(MomentText {
                    at: at(rendered),
                    more: vec![more],
                    ..plain(moment, if warnings == 0 { "" } else { "warn" }, words.made)
                });
            }
            told.push(MomentText { at: at(archived), ..plain(moment, "", words.filed) });
            told
        }
        "mailing" => vec![plain(moment, "", words.sending)],
        "mailed" => vec![MomentText { quoted: value["reply"].as_str().map(ToOwned::to_owned), ..plain(moment, "good", words.accepted) }],
        "unsent" => vec![MomentText { quoted: value["reply"].as_str().map(ToOwned::to_owned), ..plain(moment, "warn", words.not_taken) }],
        _ => Vec::new(),
    }
}

fn marked(visit: &Visit, moment: &Moment, value: &Value) -> MomentText {
    let words = &visit.words().story;
    let mut word = words.marked.to_owned();
    if crate::http::console::visit::sees_results(visit) {
        let pct = value["analysis"]["percentage"].as_f64().map(|pct| format::percent(pct, visit.words().language));
        let level = value["analysis"]["level"].as_str().map(ToOwned::to_owned);
        let result: Vec<String> = pct.into_iter().chain(level).collect();
        if !result.is_empty() {
            word = format!("{word}: {}", result.join(", "));
        }
    }
    let profile = value["profile"].as_str().filter(|profile| !profile.is_empty());
    let more = profile.map(|profile| fill(words.marked_more, &[("profile", profile)])).into_iter().collect();
    MomentText { more, ..plain(moment, "", &word) }
}
