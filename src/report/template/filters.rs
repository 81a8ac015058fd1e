//! The filters that know the report's language, and those that treat a missing value as missing.

#![expect(clippy::format_push_string, reason = "short pieces read best as format strings, and there are few of them")]

use jiff::civil::{Date, DateTime, Time};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

use super::absent::is_absent;
use super::fill::Fill;
use super::guard;
use crate::report::charts::tone_of;
use crate::report::language::Language;

/// Adds the engine's filters to minijinja's own.
pub(super) fn add(environment: &mut Environment<'static>) {
    guard::wrap(environment);
    environment.add_filter("percent", percent);
    environment.add_filter("number", number);
    environment.add_filter("date", date);
    environment.add_filter("default", default);
    environment.add_filter("d", default);
    // Every value is escaped where it is written; doing it here too would show `&amp;` to the student.
    environment.add_filter("e", |value: Value| value);
    environment.add_filter("escape", |value: Value| value);
    environment.add_filter("safe", |value: Value| value);
    environment.add_filter("upper", |value: &Value| case(value, str::to_uppercase));
    environment.add_filter("lower", |value: &Value| case(value, str::to_lowercase));
    environment.add_filter("title", |value: &Value| case(value, title));
    environment.add_filter("capitalize", |value: &Value| case(value, capitalize));
    environment.add_filter("trim", |value: &Value| case(value, |text| text.trim().to_owned()));
    environment.add_filter("truncate", truncate);
    // As in Python, where a text is a sequence of its letters.
    environment.add_test("sequence", |value: &Value| matches!(value.kind(), ValueKind::Seq | ValueKind::String | ValueKind::Map));
    environment.add_test("iterable", |value: &Value| value.kind() == ValueKind::String || value.try_iter().is_ok() && !is_absent(value));
    environment.add_filter("wordcount", |value: &Value| value.as_str().map_or(0, |text| text.split_whitespace().count()));
    environment.add_filter("forceescape", |value: Value| value);
    environment.add_filter("striptags", |value: &Value| case(value, without_tags));
    environment.add_filter("center", |value: &Value, width: Option<usize>| case(value, |text| center(text, width.unwrap_or(80))));
    environment.add_filter("__field", field_switches);
    environment.add_filter("tone", |group: &Value| tone_of(group).soft());
    environment.add_filter("sign", |group: &Value| tone_of(group).sign());
    environment.add_filter("share", share);
}

/// The filters there are, for `template check`.
pub(super) const NAMES: [&str; 59] = [
    "sign",
    "share",
    "wordcount",
    "forceescape",
    "striptags",
    "center",
    "tone",
    "percent",
    "number",
    "date",
    "default",
    "d",
    "e",
    "escape",
    "safe",
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "truncate",
    "replace",
    "length",
    "count",
    "dictsort",
    "items",
    "reverse",
    "join",
    "split",
    "lines",
    "round",
    "abs",
    "int",
    "float",
    "attr",
    "first",
    "last",
    "min",
    "max",
    "sort",
    "list",
    "string",
    "bool",
    "batch",
    "slice",
    "sum",
    "indent",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "map",
    "groupby",
    "unique",
    "chain",
    "zip",
    "pprint",
    "format",
    "tojson",
];

fn language(state: &State) -> Language {
    Fill::of(state).map_or_else(Language::default, |fill| fill.language)
}

fn case(value: &Value, change: impl Fn(&str) -> String) -> Value {
    if is_absent(value) {
        return value.clone();
    }
    Value::from(change(value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str()))
}

pub(super) fn title(text: &str) -> String {
    let mut start = true;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if start {
            out.extend(character.to_uppercase());
        } else {
            out.extend(character.to_lowercase());
        }
        start = !(character.is_alphanumeric() || matches!(character, '\'' | '’'));
    }
    out
}

pub(super) fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters.flat_map(char::to_lowercase)).collect())
}

fn without_tags(text: &str) -> String {
    let mut inside = false;
    let kept: String = text
        .chars()
        .filter(|&character| {
            let was_inside = inside;
            inside = character == '<' || inside && character != '>';
            !was_inside && !inside
        })
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn center(text: &str, width: usize) -> String {
    let room = width.min(1000).saturating_sub(text.chars().count());
    format!("{}{text}{}", " ".repeat(room / 2), " ".repeat(room - room / 2))
}

fn truncate(value: &Value, length: Option<usize>, whole_words: Option<bool>, end: Option<String>) -> Value {
    let (length, end) = (length.unwrap_or(255), end.unwrap_or_else(|| "...".to_owned()));
    case(value, |text| {
        if text.chars().count() <= length + 5 {
            return text.to_owned();
        }
        let cut: String = text.chars().take(length.saturating_sub(end.chars().count())).collect();
        let cut = if whole_words == Some(true) { cut.as_str() } else { cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words) };
        format!("{cut}{end}")
    })
}

fn default(value: Value, other: Option<Value>, also_false: Option<bool>) -> Value {
    if is_absent(&value) || also_false == Some(true) && !value.is_true() { other.unwrap_or_else(|| Value::from("")) } else { value }
}

/// A value as a number; text counts when it is one, with point or comma.
fn as_number(value: &Value, filter: &str) -> Result<f64, Error> {
    if let Ok(number) = f64::try_from(value.clone()) {
        return Ok(number);
    }
    value
        .as_str()
        .and_then(|text| text.trim().trim_end_matches('%').trim().replace(',', ".").parse().ok())
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("the filter {filter} needs a number, not {value:?}")))
}

fn percent(state: &State, value: &Value, decimals: Option<usize>) -> Result<Value, Error> {
    if is_absent(value) {
        return Ok(value.clone());
    }
    Ok(Value::from(language(state).percent(as_number(value, "percent")?, decimals.unwrap_or(0))))
}

/// A percentage as people write it: whole when it is whole, else with one decimal.
fn share(state: &State, value: &Value) -> Result<Value, Error> {
    if is_absent(value) {
        return Ok(value.clone());
    }
    Ok(Value::from(language(state).short_percent(as_number(value, "share")?)))
}

fn number(state: &State, value: &Value, decimals: Option<usize>) -> Result<Value, Error> {
    if is_absent(value) {
        return Ok(value.clone());
    }
    let number = as_number(value, "number")?;
    let language = language(state);
    Ok(Value::from(decimals.map_or_else(|| language.short_number(number), |decimals| language.number(number, decimals))))
}

/// A date in the report's language: `long` (the default), `short`, `medium`, `iso`, or a pattern of `%d %m %Y %B %A %H %M …`.
fn date(state: &State, value: &Value, format: Option<&str>) -> Result<Value, Error> {
    if is_absent(value) || value.as_str() == Some("") {
        return Ok(if is_absent(value) { value.clone() } else { Value::UNDEFINED });
    }
    let moment = moment(value)
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("the filter date needs a date like 2026-11-21, not {value:?}")))?;
    let language = language(state);
    let day = moment.date();
    Ok(Value::from(match format.unwrap_or("long") {
        "long" | "largo" => language.long_date(day),
        "short" | "corto" => language.short_date(day),
        "medium" => format!("{} {} {}", day.day(), clip3(language.month(day.month())), day.year()),
        "iso" => day.to_string(),
        pattern => pattern_date(moment, pattern, language),
    }))
}

fn clip3(month: &str) -> String {
    month.chars().take(3).collect()
}

/// Reads ISO dates and instants (in their own zone), and Unix seconds or milliseconds.
fn moment(value: &Value) -> Option<DateTime> {
    if value.kind() == ValueKind::Number {
        let number = f64::try_from(value.clone()).ok().filter(|number| number.is_finite())?;
        let seconds = if number.abs() > 1e11 { number / 1000.0 } else { number };
        return Timestamp::from_second(seconds as i64).ok().map(|instant| instant.to_zoned(TimeZone::UTC).datetime());
    }
    let text = value.as_str()?.trim();
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Some(zoned.datetime());
    }
    // An instant with an offset is shown as the clock there showed it.
    let local = text.get(..19).map(|local| local.replace(' ', "T"));
    let instant = local.and_then(|local| local.parse::<DateTime>().ok());
    instant.or_else(|| text.get(..10)?.parse::<Date>().ok().map(|date| date.to_datetime(Time::midnight())))
}

/// The usual letters of `strftime`, with names in the report's language.
fn pattern_date(moment: DateTime, pattern: &str, language: Language) -> String {
    let mut out = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        let mut letter = characters.next();
        let bare = letter == Some('-');
        if bare {
            letter = characters.next();
        }
        let pad = |number: i8| if bare { number.to_string() } else { format!("{number:02}") };
        let weekday = || language.weekday(moment.weekday().to_monday_zero_offset());
        match letter {
            Some('d') => out.push_str(&pad(moment.day())),
            Some('e') => out.push_str(&moment.day().to_string()),
            Some('m') => out.push_str(&pad(moment.month())),
            Some('Y') => out.push_str(&moment.year().to_string()),
            Some('y') => out.push_str(&format!("{:02}", moment.year().rem_euclid(100))),
            Some('B') => out.push_str(language.month(moment.month())),
            Some('b') => out.push_str(&clip3(language.month(moment.month()))),
            Some('A') => out.push_str(weekday()),
            Some('a') => out.push_str(&clip3(weekday())),
            Some('H') => out.push_str(&pad(moment.hour())),
            Some('M') => out.push_str(&pad(moment.minute())),
            Some('S') => out.push_str(&pad(moment.second())),
            Some('%') | None => out.push('%'),
            Some(other) => out.extend(['%', other]),
        }
    }
    out
}

/// Whether switches of a mail-merge field change what is shown.
pub(super) fn has_switches(switches: &str) -> bool {
    let lower = switches.to_lowercase();
    ["upper", "lower", "caps", "firstcap", "\\#", "\\@", "\\b", "\\f", "roman", "cardtext", "ordtext", "ordinal"]
        .iter()
        .any(|switch| lower.contains(switch))
}

/// What a mail-merge field's switches make of its value (ECMA-376 part 1, 17.16.4 and 17.16.5.35); the value is XML text.
///
/// A quote would end the operand that a value becomes in another field's instruction: it is written as a typographic one.
fn field_switches(state: &State, value: &Value, switches: &str) -> Value {
    let Some(xml) = value.as_str().filter(|xml| !xml.contains('<')) else { return value.clone() };
    let language = Fill::of(state).map(|fill| fill.language.code());
    let text = docx_to_pdf::document::merge_field(&crate::report::xml::unescape(xml), switches, language);
    Value::from_safe_string(crate::report::xml::escape(&text.replace('"', "”")))
}
