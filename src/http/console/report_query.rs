//! Which reports an address of the list asks for.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use crate::http::console::form_data::Fields;
use crate::http::console::shown::Shown;
use crate::http::console::visit::{Visit, sees_results};
use crate::lookup::view::{Order, PageRequest, Position, ReportFilter, StudentHash, WordTag};
use crate::model::role::Role;

/// Rows of a page.
const PAGE: usize = 50;

/// What an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReportQuery {
    /// A sealed search.
    pub(super) s: String,
    /// States, comma between them.
    pub(super) state: String,
    /// A course's tag.
    pub(super) course: String,
    /// An assessment's tag.
    pub(super) test: String,
    /// A level's tag.
    pub(super) level: String,
    /// A cause.
    pub(super) cause: String,
    /// A student's hash.
    pub(super) student: String,
    /// The first day.
    pub(super) since: String,
    /// The last day.
    pub(super) until: String,
    /// Only with notes for the operator, when it says so.
    pub(super) notes: String,
    /// A template.
    pub(super) template: String,
    /// `oldest`, `name`, else the newest first.
    pub(super) order: String,
    /// The place after which the page begins.
    pub(super) after: String,
    /// The place before which it ends.
    pub(super) before: String,
    /// `all` counts all, however many.
    pub(super) count: String,
}

/// The fields that say which reports are wanted.
const FILTERS: [&str; 12] = ["s", "state", "course", "test", "level", "cause", "student", "since", "until", "notes", "template", "order"];

impl ReportQuery {
    /// What a form's hidden fields ask for.
    pub fn of_form(form: &Fields) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            s: text("s"),
            state: text("state"),
            course: text("course"),
            test: text("test"),
            level: text("level"),
            cause: text("cause"),
            student: text("student"),
            since: text("since"),
            until: text("until"),
            notes: text("notes"),
            template: text("template"),
            order: text("order"),
            ..Self::default()
        }
    }

    /// The filter that these words make.
    pub fn filter(&self, visit: &Visit) -> ReportFilter {
        let zone = &visit.console().site.zone;
        let begin = |date: Date| date.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
        let until = self.until.parse::<Date>().ok().and_then(|date| date.checked_add(1.day()).ok());
        let states: Vec<Shown> = self.states();
        let tried = match states.as_slice() {
            [Shown::Queued] => Some(false),
            [Shown::Again] => Some(true),
            _ => None,
        };
        let mut states: Vec<_> = states.into_iter().map(Shown::state).collect();
        states.dedup();
        ReportFilter {
            states,
            tried,
            course: WordTag::parse(&self.course),
            assessment: WordTag::parse(&self.test),
            level: WordTag::parse(&self.level).filter(|_| sees_results(visit)),
            cause: Some(self.cause.clone()).filter(|cause| !cause.is_empty()),
            student: StudentHash::parse(&self.student),
            from: self.since.parse::<Date>().ok().and_then(begin),
            until: until.and_then(begin),
            has_notes: !self.notes.is_empty() && visit.may(Role::Operator),
            // The usual template has no name in the records.
            template: Some(self.template.clone())
                .filter(|file| !file.is_empty())
                .map(|file| if file == USUAL { String::new() } else { file }),
            text: Some(self.text(visit)).filter(|text| !text.is_empty()),
        }
    }

    pub(super) fn states(&self) -> Vec<Shown> {
        self.state.split(',').filter_map(Shown::parse).collect()
    }

    /// The cause, empty when none is asked for.
    pub fn cause(&self) -> &str {
        &self.cause
    }

    pub(super) fn text(&self, visit: &Visit) -> String {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(&self.s).ok();
        let opened = sealed.and_then(|sealed| visit.console().sealer.open("q", &sealed).ok());
        opened.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub(super) fn order(&self) -> Order {
        match self.order.as_str() {
            "oldest" => Order::Oldest,
            "name" => Order::Name,
            _ => Order::Newest,
        }
    }

    pub(super) fn request(&self) -> PageRequest {
        PageRequest { order: self.order(), after: Position::parse(&self.after), before: Position::parse(&self.before), limit: PAGE }
    }

    /// The address of these reports with one thing changed; the page begins anew.
    pub fn with(&self, name: &str, value: &str) -> String {
        self.address("/console/reports", name, value)
    }

    pub(super) fn address(&self, path: &str, name: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (known, old) in self.pairs() {
            let value = if known == name { value } else { old };
            if !value.is_empty() {
                query.append_pair(known, value);
            }
        }
        if matches!(name, "after" | "before" | "count") {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    pub(super) fn pairs(&self) -> [(&'static str, &str); 12] {
        let values = [
            &self.s,
            &self.state,
            &self.course,
            &self.test,
            &self.level,
            &self.cause,
            &self.student,
            &self.since,
            &self.until,
            &self.notes,
            &self.template,
            &self.order,
        ];
        std::array::from_fn(|place| (FILTERS[place], values[place].as_str()))
    }

    /// These fields, hidden in a form; all but one of them.
    pub fn hidden(&self, without: &str) -> Markup {
        html! {
            @for (name, value) in self.pairs().into_iter().filter(|(name, value)| *name != without && !value.is_empty()) {
                input type="hidden" name=(name) value=(value);
            }
        }
    }

    pub(super) fn is_everything(&self) -> bool {
        self.pairs().iter().all(|(name, value)| value.is_empty() || *name == "order")
    }
}

/// What the template is called that is used where a profile names none.
pub const USUAL: &str = "-";
