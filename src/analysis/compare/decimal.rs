//! Numbers in the two notations: `0,5` is `0.5`, and `3,5` is never `35`.

/// What stands between whole and fraction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mark {
    /// `3,14`, thousands `1.000`: Spanish and Portuguese.
    #[default]
    Comma,
    /// `3.14`, thousands `1,000`: English.
    Point,
}

impl Mark {
    /// The notation of a bank's right answers: what a numeral says that can be read in one way only; Spanish where none does.
    pub(crate) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let (mut commas, mut points) = (0_usize, 0_usize);
        for text in texts.filter(|text| text.len() <= LONGEST) {
            match text.trim().split_once([',', '.']) {
                Some((whole, fraction)) if is_digits(whole) && is_digits(fraction) && (fraction.len() != 3 || whole == "0") => {
                    let counted = if text.contains(',') { &mut commas } else { &mut points };
                    *counted += 1;
                }
                _ => {}
            }
        }
        if points > commas { Self::Point } else { Self::Comma }
    }
}

/// Longer texts are no numbers with a unit.
const LONGEST: usize = 60;

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A folded text with its numerals in one form; `None` where there is none, or where commas may part numbers from each other.
pub(crate) fn canonical(plain: &str, mark: Mark) -> Option<String> {
    if plain.len() > LONGEST || plain.contains(['(', '[', '{', ';', '|', '/']) || !plain.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let bytes = plain.as_bytes();
    let (mut out, mut at, mut copied) = (String::with_capacity(plain.len()), 0, 0);
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_digit() || (matches!(bytes[at], b'.' | b',') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit));
        if !begins {
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')).count();
        let numeral = plain[at..at + run].trim_end_matches(['.', ',']);
        out.push_str(&plain[copied..at]);
        out.push_str(&number(numeral, mark)?);
        at += run;
        copied = at;
    }
    out.push_str(&plain[copied..]);
    // `50 %` and `50%`, `x = 2` and `x=2`.
    out.retain(|c| c != ' ');
    Some(out)
}

/// A numeral with a point as its only sign and no needless zeros.
fn number(numeral: &str, mark: Mark) -> Option<String> {
    let separators: Vec<char> = numeral.chars().filter(|c| !c.is_ascii_digit()).collect();
    let own = if mark == Mark::Comma { ',' } else { '.' };
    let (whole, fraction) = match separators.as_slice() {
        [] => (numeral.to_owned(), ""),
        [one] => {
            let (whole, fraction) = numeral.split_once(*one)?;
            let groups = (1..=3).contains(&whole.len()) && !whole.starts_with('0') && fraction.len() == 3;
            if groups && (*one != own || fraction == "000") { (format!("{whole}{fraction}"), "") } else { (whole.to_owned(), fraction) }
        }
        [first, .., last] if first == last => (grouped(numeral, *first)?, ""),
        [first, .., last] => {
            let (whole, fraction) = numeral.rsplit_once(*last)?;
            (grouped(whole, *first)?, fraction)
        }
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

/// Thousands without their separator; `None` where the groups are not of three.
fn grouped(numeral: &str, separator: char) -> Option<String> {
    let mut groups = numeral.split(separator);
    let first = groups.next().filter(|first| is_digits(first) && first.len() <= 3)?;
    let mut whole = first.to_owned();
    for group in groups {
        if !is_digits(group) || group.len() != 3 {
            return None;
        }
        whole.push_str(group);
    }
    Some(whole)
}

/// Whether a typed answer is the number that a right answer means; what a student writes may be read in either notation.
pub(crate) fn same(right: &str, typed: &str, mark: Mark) -> bool {
    canonical(right, mark)
        .is_some_and(|right| [Mark::Comma, Mark::Point].iter().any(|mark| canonical(typed, *mark).as_deref() == Some(&right)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_number_in_two_notations_is_the_same() {
        for (right, typed) in [
            ("0,5", "0.5"),
            ("0,5", "0,50"),
            ("0,5", ".5"),
            (",5", "0.5"),
            ("3,14", "3.14"),
            ("1000", "1.000"),
            ("1000", "1,000"),
            ("1.000", "1000"),
            ("1.000", "1,000"),
            ("1.234.567,8", "1234567.8"),
            ("50 %", "50,0%"),
            ("2,5 kg", "2.5kg"),
            ("x = 0,5", "x=0.5"),
            ("-0,5", "-0.50"),
            ("3,125", "3.125"),
            ("007", "7"),
            ("5", "5."),
        ] {
            assert!(same(right, typed, Mark::Comma), "{right} and {typed}");
        }
        assert!(same("1,000", "1000", Mark::Point) && same("3.125", "3,125", Mark::Point));
    }

    #[test]
    fn different_numbers_stay_different() {
        for (right, typed) in [
            ("3,5", "35"),
            ("3.5", "35"),
            ("35", "3,5"),
            ("3,125", "3125"),
            ("1", "1.000"),
            ("0,5", "5"),
            ("0,5", "0.05"),
            ("0,5", "-0,5"),
            ("50 %", "50"),
            ("2,5 kg", "2,5 g"),
            ("1,2,3", "123"),
            ("(1,5)", "(1.5)"),
            ("1; 5", "1,5"),
            ("1/2", "12"),
            ("12.34.56", "123456"),
            ("a", "a"),
        ] {
            assert!(!same(right, typed, Mark::Comma), "{right} and {typed}");
        }
        assert!(!same("3.125", "3125", Mark::Point));
    }

    #[test]
    fn a_bank_tells_its_notation() {
        let of = |texts: &[&str]| Mark::of(texts.iter().copied());
        assert_eq!(of(&["0,5", "1.000", "A"]), Mark::Comma);
        assert_eq!(of(&["0.5", "1,000", "3.14"]), Mark::Point);
        assert_eq!(of(&["1.000", "A"]), Mark::Comma);
    }

    proptest! {
        #[test]
        fn a_fraction_is_never_its_digits(whole in 0..9999_u32, fraction in 1..9999_u32) {
            for mark in [Mark::Comma, Mark::Point] {
                for (separator, other) in [(',', '.'), ('.', ',')] {
                    let (one, two) = (format!("{whole}{separator}{fraction}"), format!("{whole}{other}{fraction}"));
                    if !(100..1000).contains(&fraction) {
                        let digits = format!("{whole}{fraction}");
                        prop_assert!(!same(&one, &digits, mark));
                        prop_assert!(same(&one, &two, mark));
                    }
                }
            }
        }
    }
}
