//! The card of figures: how many calls succeeded, how fast answers came, what went wrong most, thirty days as a picture.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};
use maud::{Markup, html};

use crate::http::console::format;
use crate::http::console::parts::chart::{self, Day};
use crate::http::console::parts::or_dash;
use crate::http::console::words::{self, fill};
use crate::http::gateway_pages::context::{PageContext, log_said};
use crate::http::gateway_pages::widgets;
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
pub struct FigureScope {
    /// FigureScope this institution.
    pub institution: String,
    /// FigureScope this endpoint of it.
    pub endpoint: Option<String>,
}

impl FigureScope {
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
pub async fn read(ctx: &PageContext, of: &FigureScope, hours: i64) -> Result<Figures, LogError> {
    ctx.log.figures(of.filter(back(ctx.visit.caller.now, hours))).await
}

fn back(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_sub(hours.hours()).unwrap_or_default()
}

/// The card.
pub async fn card(ctx: &PageContext, of: &FigureScope, here: &str, span: &str) -> Markup {
    let words = ctx.words();
    let hours = hours_of(span);
    let read = async {
        let figures = read(ctx, of, hours).await?;
        let days = ctx.log.hours(of.filter(back(ctx.visit.caller.now, (DAYS + 1) * 24))).await?;
        Ok::<_, LogError>((figures, days))
    };
    let (figures, days) = match read.await {
        Ok(read) => read,
        Err(error) => return html! { section class="card" { h2 { (words.figures) } p class="say warn" { (log_said(ctx, &error)) } } },
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
            (tiles(ctx, &figures))
            @if !figures.errors.is_empty() { (errors(ctx, &figures)) }
            @if figures.by_type.len() > 1 || figures.by_type.iter().any(|(_, _, failed)| *failed > 0) { (types(ctx, &figures)) }
            (month(ctx, of, &days))
        }
    }
}

fn tiles(ctx: &PageContext, figures: &Figures) -> Markup {
    let (words, language) = (ctx.words(), ctx.visit.words().language);
    let ms = |ms: Option<u32>| ms.map(|ms| milliseconds(ctx, u64::from(ms)));
    let rate = figures.success_rate().map(|rate| format::percent(rate * 100.0, language));
    let calls = figures.ok + figures.failed;
    if calls == 0 {
        return html! { p class="soft" { (words.no_figures) } };
    }
    html! {
        dl class="figures" {
            div { dt { (words.success_rate) } dd { (or_dash(rate.as_deref(), &ctx.visit)) } }
            div { dt { (words.calls) } dd { (words::number(calls, language)) } }
            div { dt { (words.p50) } dd { (or_dash(ms(figures.p50_ms).as_deref(), &ctx.visit)) } }
            div { dt { (words.p95) } dd { (or_dash(ms(figures.p95_ms).as_deref(), &ctx.visit)) } }
        }
    }
}

/// A time as people read it: milliseconds below a second, then seconds.
pub fn milliseconds(ctx: &PageContext, ms: u64) -> String {
    let language = ctx.visit.words().language;
    if ms < 1000 {
        return format!("{ms} ms");
    }
    let tenths = ms / 100;
    format!("{}{}{} s", tenths / 10, language.pick(",", ".", ","), tenths % 10)
}

fn errors(ctx: &PageContext, figures: &Figures) -> Markup {
    let (words, language) = (ctx.words(), ctx.visit.words().language);
    let most = figures.errors.iter().map(|(_, _, n)| *n).max().unwrap_or(1);
    html! {
        h3 { (words.top_errors) }
        div class="bars" { @for (class, status, n) in figures.errors.iter().take(5) {
            @let said = widgets::answer(words, *status, class);
            span { (said) }
            (chart::bar(*n as f64 * 100.0 / most as f64, &format!("{said}: {n}")))
            span class="num" { (words::number(*n, language)) }
        } }
    }
}

fn types(ctx: &PageContext, figures: &Figures) -> Markup {
    let (words, language) = (ctx.words(), ctx.visit.words().language);
    html! {
        details id="by-type" {
            summary { (words.by_type) }
            table class="list" {
                caption class="said" { (words.by_type) }
                thead { tr { th scope="col" { (words.event_type) } th scope="col" class="num" { (words.succeeded) } th scope="col" class="num" { (words.failed) } } }
                tbody { @for (name, ok, failed) in &figures.by_type { tr {
                    td { (name) }
                    td class="num" data-label=(words.succeeded) { (words::number(*ok, language)) }
                    td class="num" data-label=(words.failed) { (words::number(*failed, language)) }
                } } }
            }
        }
    }
}

/// The days of these hours by the school's clock.
fn by_day(ctx: &PageContext, hours: &[Hour]) -> BTreeMap<Date, [u64; 2]> {
    let zone = &ctx.visit.console().site.zone;
    let mut days: BTreeMap<Date, [u64; 2]> = BTreeMap::new();
    for hour in hours {
        let day = days.entry(hour.at.to_zoned(zone.clone()).date()).or_default();
        day[0] += hour.ok;
        day[1] += hour.failed;
    }
    days
}

fn month(ctx: &PageContext, of: &FigureScope, hours: &[Hour]) -> Markup {
    let (words, language) = (ctx.words(), ctx.visit.words().language);
    let counts = by_day(ctx, hours);
    let today = ctx.visit.caller.now.to_zoned(ctx.visit.console().site.zone.clone()).date();
    let days: Vec<Day> = (0..DAYS)
        .rev()
        .filter_map(|back| today.checked_sub(back.days()).ok())
        .map(|date| {
            let [ok, failed] = counts.get(&date).copied().unwrap_or_default();
            Day {
                name: format::day(date, today, language),
                label: (date.weekday() == Weekday::Monday).then(|| format::day(date, today, language)),
                is_weekend: matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday),
                href: format!("{}/deliveries?{}&since={date}&until={date}", ctx.base(), of.query()),
                counts: [ok, 0, failed],
            }
        })
        .collect();
    let sum = |series: usize| words::number(days.iter().map(|day| day.counts[series]).sum(), language);
    if days.iter().all(|day| day.total() == 0) {
        return html! {};
    }
    let described = fill(words.by_day_words, &[("ok", &sum(0)), ("failed", &sum(2))]);
    html! {
        h3 { (words.by_day) }
        (chart::days(&days, words.by_day, &described))
        p class="legend" { span { (words.succeeded) } span class="bad" { (words.failed) } }
        details id="days-table" {
            summary { (ctx.visit.words().common.as_table) }
            table class="list" {
                caption class="said" { (words.by_day) }
                thead { tr { th scope="col" { (words.by_day) } th scope="col" class="num" { (words.succeeded) } th scope="col" class="num" { (words.failed) } } }
                tbody { @for day in days.iter().rev().filter(|day| day.total() > 0) { tr {
                    td { (day.name) }
                    td class="num" data-label=(words.succeeded) { (words::number(day.counts[0], language)) }
                    td class="num" data-label=(words.failed) { (words::number(day.counts[2], language)) }
                } } }
            }
        }
    }
}
