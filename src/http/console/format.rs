//! How times, numbers, sizes and addresses are written for people.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::http::console::words::{Language, Words, fill, number};

const DAYS: [[&str; 7]; 3] = [
    ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    ["seg", "ter", "qua", "qui", "sex", "sáb", "dom"],
];
const MONTHS: [[&str; 12]; 3] = [
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"],
    ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"],
];

fn index(language: Language) -> usize {
    language.pick(0, 1, 2)
}

/// A day in short: `mar 3 mar`, `Tue 3 Mar`; with the year when it is not this one.
pub fn day(date: Date, today: Date, language: Language) -> String {
    let weekday = DAYS[index(language)].get(date.weekday().to_monday_zero_offset() as usize).copied().unwrap_or_default();
    let month = MONTHS[index(language)].get(date.month() as usize - 1).copied().unwrap_or_default();
    let plain = format!("{weekday} {} {month}", date.day());
    if date.year() == today.year() { plain } else { format!("{plain} {}", date.year()) }
}

/// The time of day.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// A moment in the school's zone: today only the time of day, else with the day.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone, language: Language) -> String {
    let (then, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
    if then.date() == today { clock(at, zone) } else { format!("{}, {}", day(then.date(), today, language), clock(at, zone)) }
}

/// A moment with its preposition, for within a sentence: `hoy a las 10:12`, `el mar 3 mar a las 10:12`.
pub fn moment_in_sentence(at: Timestamp, now: Timestamp, zone: &TimeZone, language: Language) -> String {
    let (then, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
    let time = clock(at, zone);
    // One o'clock is singular in Spanish and Portuguese.
    let is_one = time.starts_with("01:");
    let at_time = match language {
        Language::Es => format!("a la{} {time}", if is_one { "" } else { "s" }),
        Language::En => format!("at {time}"),
        Language::Pt => format!("{} {time}", if is_one { "à" } else { "às" }),
    };
    if then.date() == today {
        return language.pick(format!("hoy {at_time}"), format!("today {at_time}"), format!("hoje {at_time}"));
    }
    let day = day(then.date(), today, language);
    language.pick(format!("el {day} {at_time}"), format!("on {day} {at_time}"), format!("em {day} {at_time}"))
}

/// How long ago, for the last day only.
pub fn ago(at: Timestamp, now: Timestamp, words: &Words) -> Option<String> {
    let minutes = now.duration_since(at).as_mins();
    let n = |n: i64| n.to_string();
    match minutes {
        -1..=0 => Some(words.common.just_now.to_owned()),
        1..60 => Some(fill(words.common.ago_minutes, &[("n", &n(minutes))])),
        60..1440 => Some(fill(words.common.ago_hours, &[("n", &n(minutes / 60))])),
        _ => None,
    }
}

/// A span of time: `4 s`, `2 min`, `1 h 5 min`, `3 d`.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", (seconds + 30) / 60),
        3600..86_400 => {
            let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
            if minutes == 0 { format!("{hours} h") } else { format!("{hours} h {minutes} min") }
        }
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A percentage: whole when it is whole, else one decimal, so that 59,6 % never reads as a 60 % that failed.
pub fn percent(value: f64, language: Language) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let decimals = usize::from((value - value.round()).abs() >= 0.05);
    let plain = format!("{value:.decimals$}");
    match language {
        Language::Es => format!("{}\u{a0}%", plain.replace('.', ",")),
        Language::En => format!("{plain}%"),
        Language::Pt => format!("{}%", plain.replace('.', ",")),
    }
}

/// A number with two decimals.
pub fn decimal(value: f64, language: Language) -> String {
    let plain = format!("{value:.2}");
    if language == Language::En { plain } else { plain.replace('.', ",") }
}

/// A size in kilobytes or megabytes.
pub fn bytes(size: u64, language: Language) -> String {
    if size < 1_000_000 {
        return format!("{} kB", number(size.div_ceil(1000), language));
    }
    let tenths = size / 100_000;
    format!("{}{}{} MB", tenths / 10, language.pick(",", ".", ","), tenths % 10)
}

/// An address that can be recognised by who knows it: first letter and domain.
pub fn masked(address: &str) -> String {
    match address.trim().rsplit_once('@') {
        Some((local, domain)) if !local.is_empty() => {
            let first: String = local.chars().take(1).collect();
            format!("{first}•••@{domain}")
        }
        _ => "•••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moments_are_told_by_the_schools_clock() {
        let zone = TimeZone::get("America/Santiago").unwrap();
        let now = at("2026-03-03T15:00:00Z");
        assert_eq!(moment(at("2026-03-03T13:12:00Z"), now, &zone, Language::Es), "10:12");
        assert_eq!(moment(at("2026-03-02T13:12:00Z"), now, &zone, Language::Es), "lun 2 mar, 10:12");
        assert_eq!(moment(at("2025-12-02T13:12:00Z"), now, &zone, Language::En), "Tue 2 Dec 2025, 10:12");
        // Before midnight in Chile it is still yesterday there.
        assert_eq!(moment(at("2026-03-03T02:30:00Z"), now, &zone, Language::Pt), "seg 2 mar, 23:30");
        assert_eq!(moment_in_sentence(at("2026-03-03T13:12:00Z"), now, &zone, Language::Es), "hoy a las 10:12");
        assert_eq!(moment_in_sentence(at("2026-03-03T04:12:00Z"), now, &zone, Language::Es), "hoy a la 01:12");
    }

    #[test]
    fn spans_are_never_told_in_thousands_of_hours() {
        for (seconds, text) in [(4, "4 s"), (119, "2 min"), (3900, "1 h 5 min"), (7200, "2 h"), (7_383_600, "85 d"), (-5, "0 s")] {
            assert_eq!(span(seconds), text);
        }
        let words = Language::Es.words();
        let now = at("2026-03-03T15:00:00Z");
        assert_eq!(ago(at("2026-03-03T13:00:00Z"), now, words).as_deref(), Some("hace 2 h"));
        assert_eq!(ago(at("2026-03-01T13:00:00Z"), now, words), None);
    }

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(
            (number(1284, Language::Es), number(1284, Language::En), number(7, Language::Pt)),
            ("1.284".into(), "1,284".into(), "7".into())
        );
        assert_eq!(
            (percent(59.57, Language::Es), percent(60.0, Language::En), percent(f64::NAN, Language::Pt)),
            ("59,6\u{a0}%".into(), "60%".into(), "–".into())
        );
        assert_eq!((bytes(62_000, Language::Es), bytes(1_250_000, Language::Es)), ("62 kB".into(), "1,2 MB".into()));
    }

    #[test]
    fn a_masked_address_tells_its_first_letter_and_domain() {
        assert_eq!(masked("sofia.gonzalez@gmail.com"), "s•••@gmail.com");
        assert_eq!(masked("ñandú@colegio.cl"), "ñ•••@colegio.cl");
        for odd in ["", "@", "x", "@gmail.com"] {
            assert_eq!(masked(odd), "•••");
        }
    }
}
