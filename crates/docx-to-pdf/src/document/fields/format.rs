//! The general switches of fields (ECMA-376 part 1, 17.16.4): number pictures, date pictures, letter case.

use jiff::civil::DateTime;

use super::locale::Locale;
use crate::document::numerals::{NumberLanguage, format_switched, numeral};

/// A number as a field's `\#` picture shows it (17.16.4.2), such as `#.##0,00` or `0 %`.
///
/// The last of `.` and `,` that is not followed by exactly three places is the decimal sign, so that pictures of every locale are read as meant.
pub(super) fn number_picture(value: f64, picture: &str) -> String {
    let sections = sections(picture);
    let zero = sections.len() > 2 && value == 0.0;
    let negative = sections.len() > 1 && value < 0.0;
    let section = if zero {
        &sections[2]
    } else if negative {
        &sections[1]
    } else {
        &sections[0]
    };
    let value = if negative || zero { value.abs() } else { value };
    one_section(value, section)
}

/// A picture's parts for positive, negative and zero.
fn sections(picture: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let mut quoted = false;
    for character in picture.chars() {
        quoted ^= character == '\'';
        if character == ';' && !quoted && sections.len() < 3 {
            sections.push(String::new());
        } else if let Some(last) = sections.last_mut() {
            last.push(character);
        }
    }
    sections
}

fn one_section(value: f64, section: &str) -> String {
    let characters: Vec<char> = section.chars().collect();
    let plain = unquoted(&characters);
    let is_place = |at: usize| plain[at] && matches!(characters[at], '0' | '#' | 'x' | 'X');
    let Some(first) = (0..characters.len()).find(|&at| is_place(at)) else {
        return literal(&characters, &plain);
    };
    let last = (0..characters.len()).rev().find(|&at| is_place(at)).unwrap_or(first);
    let number: Vec<char> = characters[first..=last].to_vec();
    let decimal_at = decimal_sign(&number);
    let whole_picture = &number[..decimal_at.unwrap_or(number.len())];
    let places = decimal_at.map_or(&[][..], |at| &number[at + 1..]);
    let decimals = places.iter().filter(|c| matches!(c, '0' | '#' | 'x')).count().min(12);
    let kept = places.iter().rposition(|c| *c == '0').map_or(0, |at| at + 1);
    let group = whole_picture.iter().find(|c| matches!(c, ',' | '.' | '\u{A0}')).copied();
    let least = whole_picture.iter().filter(|c| **c == '0').count();

    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.trim_start_matches('0');
    let whole = format!("{}{whole}", "0".repeat(least.saturating_sub(whole.len())));
    let mut fraction = fraction.to_owned();
    while fraction.len() > kept && fraction.ends_with('0') {
        fraction.pop();
    }
    let mut out = literal(&characters[..first], &plain[..first]);
    let is_negative = value < 0.0 && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    if is_negative && !out.contains('-') {
        out.push('-');
    }
    out.push_str(&grouped(&whole, group));
    if let (Some(at), false) = (decimal_at, fraction.is_empty()) {
        out.push(number[at]);
        out.push_str(&fraction);
    }
    out.push_str(&literal(&characters[last + 1..], &plain[last + 1..]));
    out
}

/// Which characters stand outside `'quotes'`.
fn unquoted(characters: &[char]) -> Vec<bool> {
    let mut quoted = false;
    characters
        .iter()
        .map(|character| {
            let quote = *character == '\'';
            quoted ^= quote;
            !quoted && !quote
        })
        .collect()
}

fn literal(characters: &[char], plain: &[bool]) -> String {
    let shown = characters.iter().zip(plain).filter(|(character, plain)| **character != '\'' && (!**plain || **character != '+'));
    shown.map(|(character, _)| *character).collect()
}

/// Where the decimal sign stands among the places.
fn decimal_sign(number: &[char]) -> Option<usize> {
    let last = number.iter().rposition(|c| matches!(c, '.' | ','))?;
    let signs = number.iter().filter(|c| **c == number[last]).count();
    let other = number.iter().any(|c| matches!(c, '.' | ',') && *c != number[last]);
    let behind = number.len() - last - 1;
    // `#,##0` groups; `#.##0,00` has both; `0,000` with nothing before but one place is read as three decimals by nobody.
    (signs == 1 && (other || behind != 3)).then_some(last)
}

fn grouped(whole: &str, sign: Option<char>) -> String {
    let Some(sign) = sign else { return whole.to_owned() };
    let mut out = String::with_capacity(whole.len() * 2);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(sign);
        }
        out.push(digit);
    }
    out
}

/// A time as a field's `\@` picture shows it (17.16.4.1), such as `d 'de' MMMM 'de' yyyy`.
pub(super) fn in_locale(time: DateTime, picture: &str, locale: &Locale) -> String {
    let mut out = String::new();
    let mut rest = picture;
    while let Some(character) = rest.chars().next() {
        if character == '\'' {
            let end = rest[1..].find('\'').map_or(rest.len(), |at| at + 1);
            out.push_str(&rest[1..end]);
            rest = rest.get(end + 1..).unwrap_or_default();
            continue;
        }
        if let Some(noon) = ["am/pm", "AM/PM"].into_iter().find(|noon| rest.starts_with(*noon)) {
            out.push_str(locale.noon(time.hour()));
            rest = &rest[noon.len()..];
            continue;
        }
        let run = rest.chars().take_while(|other| *other == character).count();
        if let Some(text) = piece(time, character, run, locale) {
            out.push_str(&text);
            rest = &rest[run..];
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

fn piece(time: DateTime, letter: char, run: usize, locale: &Locale) -> Option<String> {
    let two = |number: i8| if run == 1 { number.to_string() } else { format!("{number:02}") };
    let short = |name: &str| name.chars().take(3).collect::<String>();
    Some(match (letter, run) {
        ('d' | 'D', 1 | 2) => two(time.day()),
        ('d' | 'D', 3) => short(locale.day(time.date().weekday().to_monday_one_offset())),
        ('d' | 'D', _) => locale.day(time.date().weekday().to_monday_one_offset()).to_owned(),
        ('M', 1 | 2) => two(time.month()),
        ('M', 3) => short(locale.month(time.month())),
        ('M', _) => locale.month(time.month()).to_owned(),
        ('y' | 'Y', 1 | 2) => format!("{:02}", time.year().rem_euclid(100)),
        ('y' | 'Y', _) => format!("{:04}", time.year()),
        ('h', _) => two(if time.hour() % 12 == 0 { 12 } else { time.hour() % 12 }),
        ('H', _) => two(time.hour()),
        ('m', _) => two(time.minute()),
        ('s', _) => two(time.second()),
        _ => return None,
    })
}

/// A text as a field's `\*` switch shows it (17.16.4.3): letter case, or a number in another form.
pub(super) fn text_switch(text: &str, switch: &str, language: Option<&str>) -> String {
    let first_up = |word: &str| {
        let mut characters = word.chars();
        characters.next().map(|first| first.to_uppercase().chain(characters).collect::<String>()).unwrap_or_default()
    };
    match switch.to_ascii_lowercase().as_str() {
        "upper" => text.to_uppercase(),
        "lower" => text.to_lowercase(),
        "firstcap" => first_up(text),
        "caps" => text.split_inclusive(char::is_whitespace).map(first_up).collect(),
        _ => match (format_switched(switch), text.trim().parse::<i64>()) {
            (Some(format), Ok(number)) => numeral(number, format, NumberLanguage::of(language)),
            _ => text.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_pictures_keep_the_signs_of_their_locale_17_16_4_2() {
        let cases = [
            (1234.5, "#.##0,00", "1.234,50"),
            (1234.5, "#,##0.00", "1,234.50"),
            (1234.0, "#,##0", "1,234"),
            (0.5, "0,0", "0,5"),
            (88.235, "0,0%", "88,2%"),
            (5.0, "000", "005"),
            (5.0, "0.##", "5"),
            (5.25, "0.##", "5.25"),
            (0.0, "#", ""),
            (-3.0, "0;(0)", "(3)"),
            (0.0, "0;-0;'ninguna'", "ninguna"),
            (-2.5, "0.0", "-2.5"),
            (7.0, "0' puntos'", "7 puntos"),
            (7.0, "$0.00", "$7.00"),
            (1_000_000.0, "#.##0", "1.000.000"),
        ];
        for (value, picture, shown) in cases {
            assert_eq!(number_picture(value, picture), shown, "{value} as {picture}");
        }
    }

    #[test]
    fn date_pictures_name_days_and_months_in_the_language_17_16_4_1() {
        let time = jiff::civil::date(2026, 3, 5).at(14, 7, 9, 0);
        let cases = [
            ("d 'de' MMMM 'de' yyyy", "es-CL", "5 de marzo de 2026"),
            ("dddd, dd/MM/yy", "pt-BR", "quinta-feira, 05/03/26"),
            ("MMM d, yyyy h:mm am/pm", "en-US", "Mar 5, 2026 2:07 PM"),
            ("HH:mm:ss", "es", "14:07:09"),
            ("dddd d MMMM", "fr", "jeudi 5 mars"),
            ("'unclosed", "es", "unclosed"),
        ];
        for (picture, language, shown) in cases {
            assert_eq!(in_locale(time, picture, &Locale::of(Some(language))), shown);
        }
    }

    #[test]
    fn text_switches_change_case_and_number_form_17_16_4_3() {
        assert_eq!(text_switch("ana pérez", "Caps", None), "Ana Pérez");
        assert_eq!(text_switch("ñandú", "Upper", None), "ÑANDÚ");
        assert_eq!(text_switch("élan vital", "FirstCap", None), "Élan vital");
        assert_eq!(text_switch("14", "Roman", None), "XIV");
        assert_eq!(text_switch("Ana", "MERGEFORMAT", None), "Ana");
        assert_eq!(text_switch("", "Caps", None), "");
    }
}
