//! What can be done with one report: each deed is asked once, recorded before it happens, and safe against being done twice.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use crate::audit::Act as Acted;
use crate::http::console::form_data::Fields;
use crate::http::console::format;
use crate::http::console::gate::{Act, Operator};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, Field};
use crate::http::console::shown::{Report, Shown, sent_to};
use crate::http::console::visit::Visit;
use crate::http::console::words::{Acts, causes, fill};
use crate::http::console::workshop::{Compared, Verdict};
use crate::jobs::ask::{Ask, FromStep};
use crate::jobs::bulk;
use crate::jobs::error::JobsError;
use crate::jobs::operator::acts::Expected;
use crate::jobs::operator::story::Story;
use crate::model::ids::JobId;
use crate::model::person::EmailAddress;

/// Something that can be done with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Try a waiting one now.
    Try,
    /// Let a parked one go on.
    Continue,
    /// Mail the same PDF again.
    Send,
    /// Mail it to another address.
    SendTo,
    /// Make the PDF again.
    Render,
    /// Mark again.
    Mark,
    /// Do everything anew.
    Restart,
    /// Try one again that was given up.
    Retry,
    /// Send nothing.
    Discard,
}

impl Deed {
    /// All deeds.
    pub const ALL: [Self; 9] =
        [Self::Try, Self::Continue, Self::Send, Self::SendTo, Self::Render, Self::Mark, Self::Restart, Self::Retry, Self::Discard];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Try => "try",
            Self::Continue => "continue",
            Self::Send => "send",
            Self::SendTo => "send-to",
            Self::Render => "render",
            Self::Mark => "mark",
            Self::Restart => "restart",
            Self::Retry => "retry",
            Self::Discard => "discard",
        }
    }

    /// The deed of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == word)
    }

    /// What its button says.
    pub fn word(self, words: &Acts) -> &'static str {
        match self {
            Self::Try => words.try_now,
            Self::Continue => words.go_on,
            Self::Send => words.send,
            Self::SendTo => words.send_to,
            Self::Render => words.render,
            Self::Mark => words.mark,
            Self::Restart => words.restart,
            Self::Retry => words.retry,
            Self::Discard => words.discard,
        }
    }

    /// Whether it needs a reason.
    pub(super) fn needs_reason(self) -> bool {
        matches!(self, Self::SendTo | Self::Discard)
    }

    /// Whether somebody is asked if a mail goes out, too.
    pub(super) fn may_only_file(self) -> bool {
        matches!(self, Self::Render | Self::Mark)
    }
}

/// The first step that a deed does anew.
pub(super) fn first_step(deed: Deed) -> FromStep {
    match deed {
        Deed::Send | Deed::SendTo => FromStep::Mail,
        Deed::Render => FromStep::Render,
        Deed::Mark => FromStep::Analyse,
        Deed::Try | Deed::Continue | Deed::Restart | Deed::Retry | Deed::Discard => FromStep::Fetch,
    }
}

/// What a deed comes to when it is done with many.
pub(super) fn many(deed: Deed) -> bulk::Deed {
    match deed {
        Deed::Try => bulk::Deed::Try,
        Deed::Discard => bulk::Deed::Discard,
        Deed::Continue | Deed::Send | Deed::SendTo | Deed::Render | Deed::Mark | Deed::Restart | Deed::Retry => bulk::Deed::Reopen,
    }
}

/// What fits a report in this state: the buttons one sees, and those behind *more*.
pub fn offered(state: Shown) -> (&'static [Deed], &'static [Deed]) {
    match state {
        Shown::Queued | Shown::Again => (&[Deed::Try], &[Deed::Discard]),
        Shown::Waits => (&[Deed::Continue], &[Deed::SendTo, Deed::Discard]),
        Shown::Failed => (&[Deed::Retry], &[Deed::SendTo, Deed::Discard]),
        Shown::Sent | Shown::Filed => (&[Deed::Send], &[Deed::SendTo, Deed::Render, Deed::Mark, Deed::Restart]),
        Shown::Discarded => (&[Deed::Retry], &[]),
        Shown::Skipped => (&[], &[Deed::Restart]),
        Shown::Running | Shown::Duplicate | Shown::Damaged => (&[], &[]),
    }
}

pub(super) fn fits(deed: Deed, state: Shown) -> bool {
    let (first, more) = offered(state);
    first.contains(&deed) || more.contains(&deed)
}

/// What was wrong with the answers to a question.
#[derive(Debug, Clone, Copy, Default)]
struct Faults {
    why: Option<&'static str>,
    to: Option<&'static str>,
    again: Option<&'static str>,
}

/// `GET /console/reports/<job>/<deed>`: the question.
pub async fn question(Operator(visit): Operator, Path((job, deed)): Path<(String, String)>) -> Response {
    match found(&visit, &job, &deed).await {
        Ok((story, row, deed)) => asked(&visit, &story, &row, deed, &Fields::default(), Faults::default(), StatusCode::OK).await,
        Err(problem) => pages::problem(&visit.caller, &problem),
    }
}

async fn found(visit: &Visit, job: &str, deed: &str) -> Result<(Story, Report, Deed), Problem> {
    let (id, deed) = JobId::parse(job).zip(Deed::parse(deed)).ok_or(Problem::NotFound)?;
    let story = visit.console().operator.story(&id).await.map_err(|error| Problem::of(&error))?.ok_or(Problem::NoReport)?;
    let row = Report::of_view(&story.view);
    Ok((story, row, deed))
}

async fn asked(visit: &Visit, story: &Story, row: &Report, deed: Deed, filled: &Fields, faults: Faults, status: StatusCode) -> Response {
    if !fits(deed, row.state) {
        return pages::problem(&visit.caller, &Problem::Moved);
    }
    let words = visit.words();
    let path = format!("/console/reports/{}", row.job);
    let markup = html! {
        h2 { (deed.word(&words.acts)) }
        p { (sentence(visit, story, row, deed)) }
        @if deed == Deed::Mark { (outlook(visit, row).await) }
        form method="post" action={ (path) "/" (deed.as_str()) } data-keep=[deed.needs_reason().then_some("")] {
            (form::csrf(visit))
            input type="hidden" name="expected" value=(Expected::of(&story.view));
            @if deed == Deed::SendTo { (addresses(visit, filled, faults)) }
            @if deed.may_only_file() { (choice(visit)) }
            (reason(visit, deed, filled, faults.why))
            div class="row" {
                a class="b" href=(path) data-close="" { (words.acts.no) }
                button class={ "b " (if deed == Deed::Discard { "bad" } else { "main" }) } { (deed.word(&words.acts)) }
            }
        }
    };
    let mut response = pages::ask(visit, "reports", deed.word(&words.acts), &markup).await;
    *response.status_mut() = status;
    response
}

fn sentence(visit: &Visit, story: &Story, row: &Report, deed: Deed) -> String {
    let (words, language) = (&visit.words().question, visit.words().language);
    let (zone, now) = (&visit.console().site.zone, visit.caller.now);
    let student = row.name();
    match deed {
        Deed::Try => {
            let at = row.due.map(|due| format::clock(due, zone)).unwrap_or_default();
            fill(words.try_now, &[("student", student), ("at", &at)])
        }
        Deed::Continue => {
            let cause = row.cause.as_ref().map(|cause| causes::title(cause, language)).unwrap_or_default();
            fill(words.go_on, &[("student", student), ("cause", &cause)])
        }
        Deed::Send => {
            let address = sent_to(story, row).map(|address| format::masked(&address)).unwrap_or_default();
            let date = row.ended.map(|at| format::moment(at, now, zone, language)).unwrap_or_default();
            fill(words.send, &[("student", student), ("address", &address), ("date", &date)])
        }
        Deed::Mark => {
            let pct = row.facts.pct.map(|pct| format::percent(pct, language));
            let before: Vec<String> = pct.into_iter().chain(row.facts.level.clone()).collect();
            let before = if before.is_empty() { "–".to_owned() } else { before.join(", ") };
            fill(words.mark, &[("student", student), ("before", &before)])
        }
        Deed::SendTo => fill(words.send_to, &[("student", student)]),
        Deed::Render => fill(words.render, &[("student", student)]),
        Deed::Restart => fill(words.restart, &[("student", student)]),
        Deed::Retry => fill(words.retry, &[("student", student)]),
        Deed::Discard => fill(words.discard, &[("student", student)]),
    }
}

/// What marking again would come to, beside what it came to.
async fn outlook(visit: &Visit, row: &Report) -> Markup {
    let words = &visit.words().lists;
    let remarked = visit.console().workshop.remark(&row.job, visit.words().language).await;
    let said = match &remarked {
        Ok(Compared { verdict: Verdict::Fails, details, .. }) => fill(words.result_unknown, &[("why", &details.join("; "))]),
        Ok(Compared { verdict: Verdict::Same, now, .. }) => fill(words.result_stays, &[("now", now)]),
        Ok(Compared { before, now, .. }) => fill(words.result_changes, &[("before", before), ("now", now)]),
        Err(why) => fill(words.result_unknown, &[("why", why)]),
    };
    html! { p { b { (said) } } }
}

fn addresses(visit: &Visit, filled: &Fields, faults: Faults) -> Markup {
    let words = &visit.words().question;
    let one = Field {
        name: "to",
        label: words.address,
        kind: "email",
        required: true,
        value: filled.text("to"),
        fault: faults.to,
        ..Field::default()
    };
    let again = Field { name: "again", label: words.address_again, value: filled.text("again"), fault: faults.again, ..one };
    html! { (one.show()) (again.show()) }
}

pub(super) fn choice(visit: &Visit) -> Markup {
    let words = &visit.words().question;
    html! {
        fieldset {
            legend { (words.mail_too) }
            label class="choice" { input type="radio" name="mail" value="no" checked; (words.file_only) }
            label class="choice" { input type="radio" name="mail" value="yes"; (words.file_and_mail) }
        }
    }
}

pub(super) fn reason(visit: &Visit, deed: Deed, filled: &Fields, fault: Option<&'static str>) -> Markup {
    let words = &visit.words().question;
    let label = if deed.needs_reason() { words.why } else { words.why_optional };
    Field {
        name: "why",
        label,
        hint: Some(words.why_hint),
        required: deed.needs_reason(),
        value: filled.text("why"),
        fault,
        ..Field::default()
    }
    .show()
}

/// `POST /console/reports/<job>/<deed>`: the act.
pub async fn done(Path((job, deed)): Path<(String, String)>, act: Act<Operator>) -> Response {
    let (visit, form) = (&act.visit, &act.form);
    let (story, row, deed) = match found(visit, &job, &deed).await {
        Ok(found) => found,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let faults = faults(visit, deed, form);
    if faults.why.or(faults.to).or(faults.again).is_some() {
        return asked(visit, &story, &row, deed, form, faults, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    // Somebody else, or the same button a second time, was quicker.
    let Some(expected) = Expected::parse(form.text("expected")).filter(|expected| *expected == Expected::of(&story.view)) else {
        return pages::problem(&visit.caller, &Problem::Moved);
    };
    if !fits(deed, row.state) {
        return pages::problem(&visit.caller, &Problem::Moved);
    }
    match perform(visit, &row.job, deed, &expected, form).await {
        Ok(()) => {}
        Err(problem) => return pages::problem(&visit.caller, &problem),
    }
    pages::see_saying(&visit.caller, &format!("/console/reports/{}", row.job), said(visit, deed))
}

fn faults(visit: &Visit, deed: Deed, form: &Fields) -> Faults {
    let words = &visit.words().errors;
    let mut faults = Faults::default();
    if deed.needs_reason() && form.text("why").is_empty() {
        faults.why = Some(words.needs_reason);
    }
    if deed == Deed::SendTo {
        if EmailAddress::parse(form.text("to")).is_err() {
            faults.to = Some(words.needs_address);
        } else if !form.text("to").eq_ignore_ascii_case(form.text("again")) {
            faults.again = Some(words.addresses_differ);
        }
    }
    faults
}

/// Records the act, then does it. Where it did not happen after all, that is noted.
async fn perform(visit: &Visit, job: &JobId, deed: Deed, expected: &Expected, form: &Fields) -> Result<(), Problem> {
    let console = visit.console();
    let to = EmailAddress::parse(form.text("to")).ok().filter(|_| deed == Deed::SendTo);
    let why = Some(form.text("why")).filter(|why| !why.is_empty());
    let act = Acted {
        who: visit.who(),
        role: Some(visit.session.role),
        act: &format!("report.{}", deed.as_str()),
        on: job.as_str(),
        why,
        more: None,
    };
    let audit = console.audit.record(act).await.map_err(|_| Problem::NoAudit)?;
    let ask = Ask {
        from: first_step(deed),
        to: to.map(|to| to.as_str().to_owned()),
        mail: !deed.may_only_file() || form.text("mail") == "yes",
        by: Some(visit.who().to_owned()),
        why: why.map(ToOwned::to_owned),
        audit: Some(audit.clone()),
    };
    let done = match deed {
        Deed::Try => console.operator.try_now(job, Some(expected)).await,
        Deed::Discard => console.operator.discard_as(job, Some(expected), ask).await,
        _ => console.operator.reopen(job, Some(expected), ask).await,
    };
    if let Err(error) = done {
        let why = match &error {
            JobsError::WrongState { .. } => "it moved meanwhile",
            _ => "the store was away",
        };
        console.audit.failed(&audit, why).await;
        return Err(Problem::of(&error));
    }
    Ok(())
}

fn said(visit: &Visit, deed: Deed) -> &'static str {
    let words = &visit.words().question;
    match deed {
        Deed::Try => words.done_try_now,
        Deed::Continue => words.done_go_on,
        Deed::Send => words.done_send,
        Deed::SendTo => words.done_send_to,
        Deed::Render => words.done_render,
        Deed::Mark => words.done_mark,
        Deed::Restart => words.done_restart,
        Deed::Retry => words.done_retry,
        Deed::Discard => words.done_discard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_never_discarded_and_what_runs_is_left_alone() {
        for state in Shown::ALL {
            let (first, more) = offered(state);
            assert!(first.len() <= 1, "one button comes first");
            assert_eq!(
                first.iter().chain(more).any(|deed| *deed == Deed::Discard),
                matches!(state, Shown::Queued | Shown::Again | Shown::Waits | Shown::Failed)
            );
        }
        assert_eq!(offered(Shown::Running), (&[][..], &[][..]));
    }

    #[test]
    fn every_deed_is_found_by_its_word() {
        for deed in Deed::ALL {
            assert_eq!(Deed::parse(deed.as_str()), Some(deed));
        }
    }
}
