//! `gradepost report --month`: how many reports a month brought, per course and test, and what stood in the way of the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::app;
use crate::clock::{Clock as _, SystemClock};
use crate::commands::files;
use crate::commands::jobs::Card;
use crate::commands::output::{self, outln};
use crate::commands::settings::Settings;
use crate::commands::words::{language, told};
use crate::config::Section;
use crate::jobs::operator::{JobFilter, Listed};
use crate::model::lane::LaneName;
use crate::report::language::Language;

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The month by the school's clock, such as 2026-11 [default: this one]
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    month: Option<Date>,
    /// Print CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn month(text: &str) -> Result<Date, String> {
    format!("{text}-01").parse().map_err(|_| format!("'{text}' is no month like 2026-11"))
}

/// What became of the events about one test.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
struct Row {
    course: String,
    assessment: String,
    events: usize,
    mailed: usize,
    duplicate: usize,
    skipped: usize,
    open: usize,
    parked: usize,
    dead: usize,
    /// Cause → how many jobs wait or ended for it.
    causes: BTreeMap<String, usize>,
}

impl Row {
    fn count(&mut self, card: &Card) {
        self.events += 1;
        match card.state.as_str() {
            "sent" => self.mailed += 1,
            "duplicate" => self.duplicate += 1,
            "skipped" => self.skipped += 1,
            "parked" | "unreadable" => self.parked += 1,
            "dead" => self.dead += 1,
            _ => self.open += 1,
        }
        if !card.cause.is_empty() {
            *self.causes.entry(card.cause.clone()).or_default() += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.events, other.events),
            (&mut self.mailed, other.mailed),
            (&mut self.duplicate, other.duplicate),
            (&mut self.skipped, other.skipped),
            (&mut self.open, other.open),
            (&mut self.parked, other.parked),
            (&mut self.dead, other.dead),
        ];
        for (sum, more) in pairs {
            *sum += more;
        }
        for (cause, count) in &other.causes {
            *self.causes.entry(cause.clone()).or_default() += count;
        }
    }

    fn numbers(&self) -> [usize; 7] {
        [self.events, self.mailed, self.duplicate, self.skipped, self.open, self.parked, self.dead]
    }

    fn told_causes(&self) -> String {
        self.causes.iter().map(|(cause, count)| format!("{cause} {count}")).collect::<Vec<_>>().join(", ")
    }
}

const NUMBERS: [&str; 7] = ["events", "mailed", "duplicate", "skipped", "open", "parked", "dead"];

/// Prints the month.
pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<()> {
    let config = settings.config(&[Section::Storage, Section::Jobs])?;
    let zone = config.pipeline.zone.clone();
    let first = args.month.unwrap_or_else(|| SystemClock.now().to_zoned(zone.clone()).date().first_of_month());
    let (from, until) = bounds(first, &zone)?;
    let rows = files::block_on(async {
        let jobs = app::operator(&config, Arc::new(SystemClock)).await?;
        let mut rows: BTreeMap<(String, String), Row> = BTreeMap::new();
        let mut count = |job: &Listed| {
            if (from..until).contains(&job.card.received) {
                let card = Card::of_listed(job, &zone);
                let row = rows.entry((card.course.clone(), card.title.clone())).or_default();
                row.count(&card);
            }
            false
        };
        let filter = JobFilter { lane: Some(LaneName::Reports), limit: usize::MAX, ..JobFilter::default() };
        jobs.list_cards(&filter, &mut count).await.context("cannot read the jobs")?;
        Ok(rows)
    })?;
    let rows: Vec<Row> = rows.into_iter().map(|((course, assessment), row)| Row { course, assessment, ..row }).collect();
    let name = first.strftime("%Y-%m").to_string();
    if args.json {
        return output::json(&serde_json::json!({ "month": name, "rows": rows }));
    }
    if args.csv { print_csv(&name, &rows) } else { print(&name, &rows) }
}

fn bounds(first: Date, zone: &TimeZone) -> anyhow::Result<(Timestamp, Timestamp)> {
    let start = |day: Date| day.to_zoned(zone.clone()).map(|day| day.timestamp());
    let next = first.last_of_month().tomorrow();
    match (start(first), next.and_then(start)) {
        (Ok(from), Ok(until)) => Ok((from, until)),
        _ => bail!("{first} is no month that a calendar reaches"),
    }
}

fn print(month: &str, rows: &[Row]) -> anyhow::Result<()> {
    let mut all = Row::default();
    for row in rows {
        all.add(row);
    }
    let (mailed, events) = (all.mailed, all.events);
    let sum = if mailed == 1 {
        told!(
            "{month}: 1 informe enviado de {events} avisos",
            "{month}: 1 report mailed of {events} events",
            "{month}: 1 relatório enviado de {events} avisos",
        )
    } else {
        told!(
            "{month}: {mailed} informes enviados de {events} avisos",
            "{month}: {mailed} reports mailed of {events} events",
            "{month}: {mailed} relatórios enviados de {events} avisos",
        )
    };
    outln!("{sum}")?;
    if rows.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = rows.iter().map(|row| format!("{} / {}", row.course, row.assessment)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default().clamp(5, 60);
    let line = |name: &str, numbers: [String; 7], causes: &str| {
        let numbers = numbers.map(|number| format!("{number:>10}")).concat();
        outln!("{}", format!("{name:<width$}{numbers}  {causes}").trim_end())
    };
    let names_of_numbers = match language() {
        Language::Es => ["avisos", "enviados", "repetidos", "omitidos", "abiertos", "en espera", "fallidos"],
        Language::En => NUMBERS,
        Language::Pt => ["avisos", "enviados", "repetidos", "omitidos", "abertos", "em espera", "falhados"],
    };
    line("", names_of_numbers.map(str::to_owned), &told!("causas", "causes", "causas"))?;
    for (name, row) in names.iter().zip(rows) {
        line(name, row.numbers().map(|number| number.to_string()), &row.told_causes())?;
    }
    line("total", all.numbers().map(|number| number.to_string()), &all.told_causes())?;
    Ok(())
}

fn print_csv(month: &str, rows: &[Row]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["month", "course", "assessment"].into_iter().chain(NUMBERS).chain(["causes"]))?;
    for row in rows {
        let texts = [month, &row.course, &row.assessment].map(|text| output::no_formula(text.to_owned()));
        writer.write_record(texts.into_iter().chain(row.numbers().map(|number| number.to_string())).chain([row.told_causes()]))?;
    }
    Ok(output::raw(&writer.into_inner().map_err(csv::IntoInnerError::into_error)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_schools_month() {
        let zone = TimeZone::get("America/Santiago").unwrap();
        let (from, until) = bounds(month("2026-11").unwrap(), &zone).unwrap();
        assert_eq!((from.to_string(), until.to_string()), ("2026-11-01T03:00:00Z".to_owned(), "2026-12-01T03:00:00Z".to_owned()));
        for text in ["2026-13", "november", "2026", "2026-11-05"] {
            assert!(month(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rows_add_up_with_their_causes() {
        let card = |state: &str, cause: &str| Card { state: state.to_owned(), cause: cause.to_owned(), ..Card::default() };
        let (mut one, mut all) = (Row::default(), Row::default());
        for (state, cause) in [
            ("sent", ""),
            ("sent", ""),
            ("parked", "bank_missing"),
            ("waiting", "mail_transient"),
            ("duplicate", ""),
            ("dead", "bank_missing"),
        ] {
            one.count(&card(state, cause));
        }
        all.add(&one);
        all.add(&one);
        assert_eq!(one.numbers(), [6, 2, 1, 0, 1, 1, 1]);
        assert_eq!((all.mailed, all.told_causes().as_str()), (4, "bank_missing 4, mail_transient 2"));
    }
}
