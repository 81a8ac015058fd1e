//! Axes of numbers: where they begin and end, their steps, and how their numbers are written.

/// An axis of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) least: f64,
    pub(super) most: f64,
    pub(super) step: f64,
}

/// More ticks than this are not drawn.
const MOST_TICKS: usize = 200;

impl Scale {
    /// Round numbers around these values in at most so many steps; zero belongs to it unless the values lie close together far from it.
    ///
    /// With room as Word leaves it: a twentieth above the highest value, and below values that lie close together half their spread.
    pub(super) fn around(
        (least, most): (f64, f64),
        (low, high, step): (Option<f64>, Option<f64>, Option<f64>),
        steps: usize,
        room: bool,
    ) -> Self {
        let (mut least, mut most) = if least.is_finite() && most.is_finite() { (least.min(most), least.max(most)) } else { (0.0, 1.0) };
        let spread = most - least;
        let close = are_close(least, most);
        if room && most > 0.0 {
            most += if close { spread } else { most - least.min(0.0) } * 0.05;
        }
        least = match (close, room) {
            (false, _) => least.min(0.0),
            (true, false) => least,
            (true, true) => least - spread / 2.0,
        };
        if most < 0.0 && (spread <= 0.0 || spread > -least / 6.0) {
            most = 0.0;
        }
        if least >= 0.0 && most <= 0.0 {
            most = 1.0;
        }
        let (low_given, high_given) = (low.filter(|low| low.is_finite()), high.filter(|high| high.is_finite()));
        least = low_given.unwrap_or(least);
        most = high_given.unwrap_or(most);
        if most <= least {
            most = least + 1.0;
        }
        let step = step.filter(|step| step.is_finite() && *step > 0.0 && (most - least) / *step <= MOST_TICKS as f64);
        let step = step.unwrap_or_else(|| round_step(most - least, steps));
        let least = low_given.unwrap_or_else(|| (least / step + 1e-9).floor() * step);
        let most = high_given.unwrap_or_else(|| (most / step - 1e-9).ceil() * step);
        Self { least, most: if most > least { most } else { least + step }, step }
    }

    /// Its numbers.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> + '_ {
        let count = (((self.most - self.least) / self.step + 1e-6).floor().max(0.0) as usize).min(MOST_TICKS);
        (0..=count).map(|at| self.least + self.step * at as f64)
    }

    /// Where a value lies between its ends, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f32 {
        ((value - self.least) / (self.most - self.least)).clamp(0.0, 1.0) as f32
    }
}

/// Whether values above zero lie so close together that an axis need not begin at zero.
fn are_close(least: f64, most: f64) -> bool {
    let spread = most - least;
    least > 0.0 && spread > 0.0 && spread <= most / 6.0
}

/// 1, 2 or 5 times a power of ten.
fn round_step(spread: f64, steps: usize) -> f64 {
    let rough = spread / steps.max(1) as f64;
    let power = 10.0_f64.powf(rough.log10().floor());
    let power = if power.is_finite() && power > 0.0 { power } else { 1.0 };
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough * 0.999).unwrap_or(power * 10.0)
}

/// A number in one of the usual formats (18.8.31): `General`, `0`, `0.00`, `#,##0`, `0%`, with words around in quotes.
pub(super) fn format(value: f64, code: &str, decimal_comma: bool) -> String {
    let code = code.split(';').next().unwrap_or_default();
    if code.is_empty() || code.eq_ignore_ascii_case("general") || !code.contains(['0', '#']) {
        return general(value, decimal_comma);
    }
    let (mut before, mut picture, mut after) = (String::new(), String::new(), String::new());
    let mut quoted = false;
    let mut characters = code.chars().peekable();
    let mut skip = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '[' if !quoted => skip = true,
            ']' if skip => skip = false,
            _ if skip => {}
            '_' | '*' if !quoted => {
                characters.next();
            }
            '\\' if !quoted => {
                let side = if picture.is_empty() { &mut before } else { &mut after };
                side.extend(characters.next());
            }
            '0' | '#' | '.' | ',' | '?' if !quoted => picture.push(character),
            other => {
                let side = if picture.is_empty() { &mut before } else { &mut after };
                side.push(other);
            }
        }
    }
    let percent = after.contains('%') || before.contains('%');
    let decimals = picture.split_once('.').map_or(0, |(_, behind)| behind.chars().filter(|digit| *digit == '0').count()).min(10);
    let grouped = picture.split('.').next().is_some_and(|whole| whole.trim_end_matches(',').contains(','));
    let number = if percent { value * 100.0 } else { value };
    let digits = grouped_digits(&format!("{:.decimals$}", number.abs()), grouped, decimal_comma);
    let negative = number < 0.0 && digits.contains(|digit: char| digit.is_ascii_digit() && digit != '0');
    format!("{}{before}{digits}{after}", if negative { "-" } else { "" })
}

/// A category that is a number or a day (days are counted from 1899-12-30).
pub(super) fn category(value: f64, code: &str) -> String {
    let plain: String = code.split('"').step_by(2).collect();
    let of_days = plain.contains(['d', 'y', 'D', 'Y']) && (0.0..100_000.0).contains(&value);
    let day = of_days.then(|| jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().try_days(value as i64).ok()?).ok()).flatten();
    let Some(day) = day else { return format(value, code, false) };
    let picture = plain.split(';').next().unwrap_or_default().rsplit(']').next().unwrap_or_default().to_lowercase();
    let mut text = String::new();
    let mut rest = picture.as_str();
    while let Some(first) = rest.chars().next() {
        let length = rest.chars().take_while(|character| *character == first).count();
        let whole = match (first, length) {
            ('d', 1) => day.day().to_string(),
            ('d', _) => format!("{:02}", day.day()),
            ('m', 1) => day.month().to_string(),
            ('m', _) => format!("{:02}", day.month()),
            ('y', 1 | 2) => format!("{:02}", day.year().rem_euclid(100)),
            ('y', _) => day.year().to_string(),
            ('\\' | '@', _) => String::new(),
            _ => first.to_string().repeat(length),
        };
        text.push_str(&whole);
        rest = rest.get(first.len_utf8() * length..).unwrap_or_default();
    }
    text
}

fn general(value: f64, decimal_comma: bool) -> String {
    // Sums of steps like 0.1 must not show what binary makes of them.
    let digits = format!("{value:.10}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    let digits = if digits.len() > 14 { format!("{value:.4e}") } else { digits.to_owned() };
    let digits = if digits == "-0" { "0".to_owned() } else { digits };
    if decimal_comma { digits.replace('.', ",") } else { digits }
}

fn grouped_digits(digits: &str, grouped: bool, decimal_comma: bool) -> String {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if grouped && at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(if decimal_comma { '.' } else { ',' });
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push(if decimal_comma { ',' } else { '.' });
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers_and_hold_zero() {
        let scale = Scale::around((3.0, 47.0), (None, None, None), 5, false);
        assert_eq!((scale.least, scale.most, scale.step), (0.0, 50.0, 10.0));
        let scale = Scale::around((-3.0, 7.0), (None, None, None), 6, false);
        assert_eq!((scale.least, scale.most), (-4.0, 8.0), "{scale:?}");
        let scale = Scale::around((5.0, 5.0), (None, Some(100.0), Some(20.0)), 5, false);
        assert_eq!(scale.ticks().collect::<Vec<_>>(), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    }

    #[test]
    fn values_that_lie_close_together_have_room_above_and_below_however_small_they_are() {
        let ends = |least: f64, most: f64| {
            let scale = Scale::around((least, most), (None, None, None), 10, true);
            [scale.least, scale.most, scale.step].map(|end| (end * 1e5).round() / 1e5)
        };
        assert_eq!(ends(0.357_842, 0.357_894), [0.35781, 0.3579, 0.00001]);
        assert_eq!(ends(95.0, 100.0), [92.0, 101.0, 1.0]);
        assert_eq!(ends(80.0, 100.0), [0.0, 120.0, 20.0], "not within a sixth of the highest");
    }

    #[test]
    fn nonsense_gives_an_axis_all_the_same() {
        for (least, most) in [(f64::NAN, 1.0), (f64::INFINITY, f64::NEG_INFINITY), (0.0, 0.0), (1e300, -1e300)] {
            let scale = Scale::around((least, most), (Some(f64::NAN), None, Some(0.0)), 5, true);
            assert!(scale.step > 0.0 && scale.most > scale.least, "{scale:?}");
            assert!(scale.ticks().count() <= MOST_TICKS + 1);
        }
    }

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        assert_eq!(category(45_292.0, "d/m/yyyy"), "1/1/2024");
        assert_eq!(category(45_292.0, "yyyy\\-mm\\-dd"), "2024-01-01");
        assert_eq!(category(3.0, "General"), "3");
    }

    #[test]
    fn numbers_are_written_as_their_format_says() {
        let cases = [
            (0.256, "0%", false, "26%"),
            (0.256, "0.0%", true, "25,6%"),
            (1_234_567.891, "#,##0.00", false, "1,234,567.89"),
            (1_234_567.891, "#,##0", true, "1.234.568"),
            (4.3, "General", true, "4,3"),
            (0.1 + 0.2, "General", false, "0.3"),
            (-12.0, "0", false, "-12"),
            (5.0, "\"$\"#,##0", false, "$5"),
            (7.0, "0\" pts\"", false, "7 pts"),
        ];
        for (value, code, comma, text) in cases {
            assert_eq!(format(value, code, comma), text, "{code}");
        }
    }
}
