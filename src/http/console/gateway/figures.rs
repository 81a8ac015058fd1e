//! The card of figures: how many calls succeeded, how fast answers came, what went wrong most, thirty days as a picture.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};
use maud::{Markup, html};

use super::desk::{Desk, log_said};
use super::looks;
use crate::http::console::format;
use crate::http::console::parts::chart::{self, Day};
use crate::http::console::parts::or_dash;
use crate::http::console::words::fill;
use crate::lookup::attempts::LogError;
use crate::lookup::attempts::figures::FigureFilter;
use crate::lookup::attempts::rows::{Figures, Hour};

/// Days of the picture.
const DAYS: i64 = 30;

/// Over which time figures are told, by the word in the address.
pub const SPANS: [(&str, i64); 3] = [("24h", 24), ("7d", 7 * 24), ("30d", 30 * 24)];

/// The hours of a word; those of a day where it is another one.
pub fn hours_of(word: &str) -> i64 {
    SPANS.iter().find(|(name, _)| *name == word).map_or(24, |(_, hours)| *hours)
}

/// Whose figures.
#[derive(Debug, Clone, Default)]
pub struct Of {
    /// Of this institution.
    pub institution: String,
    /// Of this endpoint of it.
    pub endpoint: Option<String>,
}

impl Of {
    fn filter(&self, since: Timestamp) -> FigureFilter {
        FigureFilter { institution: Some(self.institution.clone()), endpoint: self.endpoint.clone(), since: Some(since), until: None }
    }

    fn query(&self) -> String {
        let endpoint = self.endpoint.as_ref().map(|id| format!("&endpoint={id}")).unwrap_or_default();
        format!("institution={}{endpoint}", self.institution)
    }
}

/// The figures of the last hours.
///
/// # Errors
/// The log's.
pub async fn read(desk: &Desk, of: &Of, hours: i64) -> Result<Figures, LogError> {
    desk.log.figures(of.filter(back(desk.visit.caller.now, hours))).await
}

fn back(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_sub(hours.hours()).unwrap_or_default()
}

/// The card.
pub async fn card(desk: &Desk, of: &Of, here: &str, span: &str) -> Markup {
    let words = desk.words();
    let hours = hours_of(span);
    let read = async {
        let figures = read(desk, of, hours).await?;
        let days = desk.log.hours(of.filter(back(desk.visit.caller.now, (DAYS + 1) * 24))).await?;
        Ok::<_, LogError>((figures, days))
    };
    let (figures, days) = match read.await {
        Ok(read) => read,
        Err(error) => return html! { section class="card" { h2 { (words.figures) } p class="say warn" { (log_said(desk, &error)) } } },
    };
    let names = [words.last_day, words.last_week, words.last_month];
    html! {
        section class="card" {
            header {
                h2 { (words.figures) }
                nav class="chips" aria-label=(words.figures) { @for ((word, of_word), name) in SPANS.iter().zip(names) {
                    a class="chip" href={ (here) "?t=" (word) } aria-current=[(*of_word == hours).then_some("true")] { (name) }
                } }
            }
            (tiles(desk, &figures))
            @if !figures.errors.is_empty() { (errors(desk, &figures)) }
            @if figures.by_type.len() > 1 || figures.by_type.iter().any(|(_, _, failed)| *failed > 0) { (types(desk, &figures)) }
            (month(desk, of, &days))
        }
    }
}

fn tiles(desk: &Desk, figures: &Figures) -> Markup {
    let (words, language) = (desk.words(), desk.visit.words().language);
    let ms = |ms: Option<u32>| ms.map(|ms| milliseconds(desk, u64::from(ms)));
    let rate = figures.success_rate().map(|rate| format::percent(rate * 100.0, language));
    let calls = figures.ok + figures.failed;
    if calls == 0 {
        return html! { p class="soft" { (words.no_figures) } };
    }
    html! {
        dl class="figures" {
            div { dt { (words.success_rate) } dd { (or_dash(rate.as_deref(), &desk.visit)) } }
            div { dt { (words.calls) } dd { (format::number(calls, language)) } }
            div { dt { (words.p50) } dd { (or_dash(ms(figures.p50_ms).as_deref(), &desk.visit)) } }
            div { dt { (words.p95) } dd { (or_dash(ms(figures.p95_ms).as_deref(), &desk.visit)) } }
        }
    }
}

/// A time as people read it: milliseconds below a second, then seconds.
pub fn milliseconds(desk: &Desk, ms: u64) -> String {
    let language = desk.visit.words().language;
    if ms < 1000 {
        return format!("{ms} ms");
    }
    let tenths = ms / 100;
    format!("{}{}{} s", tenths / 10, language.pick(",", ".", ","), tenths % 10)
}

fn errors(desk: &Desk, figures: &Figures) -> Markup {
    let (words, language) = (desk.words(), desk.visit.words().language);
    let most = figures.errors.iter().map(|(_, _, n)| *n).max().unwrap_or(1);
    html! {
        h3 { (words.top_errors) }
        div class="bars" { @for (class, status, n) in figures.errors.iter().take(5) {
            @let said = looks::answer(words, *status, class);
            span { (said) }
            (chart::bar(*n as f64 * 100.0 / most as f64, &format!("{said}: {n}")))
            span class="num" { (format::number(*n, language)) }
        } }
    }
}

fn types(desk: &Desk, figures: &Figures) -> Markup {
    let (words, language) = (desk.words(), desk.visit.words().language);
    html! {
        details id="by-type" {
            summary { (words.by_type) }
            table class="list" {
                caption class="said" { (words.by_type) }
                thead { tr { th scope="col" { (words.event_type) } th scope="col" class="num" { (words.succeeded) } th scope="col" class="num" { (words.failed) } } }
                tbody { @for (name, ok, failed) in &figures.by_type { tr {
                    td { (name) }
                    td class="num" data-label=(words.succeeded) { (format::number(*ok, language)) }
                    td class="num" data-label=(words.failed) { (format::number(*failed, language)) }
                } } }
            }
        }
    }
}

/// The days of these hours by the school's clock.
fn by_day(desk: &Desk, hours: &[Hour]) -> BTreeMap<Date, [u64; 2]> {
    let zone = &desk.visit.console().site.zone;
    let mut days: BTreeMap<Date, [u64; 2]> = BTreeMap::new();
    for hour in hours {
        let day = days.entry(hour.at.to_zoned(zone.clone()).date()).or_default();
        day[0] += hour.ok;
        day[1] += hour.failed;
    }
    days
}

fn month(desk: &Desk, of: &Of, hours: &[Hour]) -> Markup {
    let (words, language) = (desk.words(), desk.visit.words().language);
    let counts = by_day(desk, hours);
    let today = desk.visit.caller.now.to_zoned(desk.visit.console().site.zone.clone()).date();
    let days: Vec<Day> = (0..DAYS)
        .rev()
        .filter_map(|back| today.checked_sub(back.days()).ok())
        .map(|date| {
            let [ok, failed] = counts.get(&date).copied().unwrap_or_default();
            Day {
                name: format::day(date, today, language),
                label: (date.weekday() == Weekday::Monday).then(|| format::day(date, today, language)),
                is_weekend: matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday),
                href: format!("{}/deliveries?{}&since={date}&until={date}", desk.base(), of.query()),
                counts: [ok, 0, failed],
            }
        })
        .collect();
    let sum = |series: usize| format::number(days.iter().map(|day| day.counts[series]).sum(), language);
    if days.iter().all(|day| day.total() == 0) {
        return html! {};
    }
    let described = fill(words.by_day_words, &[("ok", &sum(0)), ("failed", &sum(2))]);
    html! {
        h3 { (words.by_day) }
        (chart::days(&days, words.by_day, &described))
        p class="legend" { span { (words.succeeded) } span class="bad" { (words.failed) } }
        details id="days-table" {
            summary { (desk.visit.words().common.as_table) }
            table class="list" {
                caption class="said" { (words.by_day) }
                thead { tr { th scope="col" { (words.by_day) } th scope="col" class="num" { (words.succeeded) } th scope="col" class="num" { (words.failed) } } }
                tbody { @for day in days.iter().rev().filter(|day| day.total() > 0) { tr {
                    td { (day.name) }
                    td class="num" data-label=(words.succeeded) { (format::number(day.counts[0], language)) }
                    td class="num" data-label=(words.failed) { (format::number(day.counts[2], language)) }
                } } }
            }
        }
    }
}
