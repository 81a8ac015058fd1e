//! Page and note numbers as text (ECMA-376 part 1, 17.18.59 ST_NumberFormat).

use crate::report::document::model::NumberFormat;

/// A number in a format. Word's letters repeat: 27 is `aa`, 28 `bb`.
pub(super) fn format(number: u32, format: NumberFormat) -> String {
    match format {
        NumberFormat::Decimal | NumberFormat::CardinalText | NumberFormat::Bullet => number.to_string(),
        NumberFormat::DecimalZero => format!("{number:02}"),
        NumberFormat::LowerRoman => roman(number).to_lowercase(),
        NumberFormat::UpperRoman => roman(number),
        NumberFormat::LowerLetter => letters(number, b'a'),
        NumberFormat::UpperLetter => letters(number, b'A'),
        NumberFormat::Ordinal | NumberFormat::OrdinalText => ordinal(number),
        NumberFormat::Chicago => chicago(number),
        NumberFormat::None => String::new(),
    }
}

fn roman(number: u32) -> String {
    const DIGITS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if number == 0 || number >= 10_000 {
        return number.to_string();
    }
    let mut rest = number;
    let mut text = String::new();
    for (value, digit) in DIGITS {
        while rest >= value {
            text.push_str(digit);
            rest -= value;
        }
    }
    text
}

fn letters(number: u32, first: u8) -> String {
    if number == 0 || number > 26 * 30 {
        return number.to_string();
    }
    let letter = char::from(first + ((number - 1) % 26) as u8);
    std::iter::repeat_n(letter, ((number - 1) / 26 + 1) as usize).collect()
}

fn ordinal(number: u32) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

fn chicago(number: u32) -> String {
    const MARKS: [char; 4] = ['*', '†', '‡', '§'];
    let index = number.saturating_sub(1) as usize;
    std::iter::repeat_n(MARKS[index % 4], (index / 4 + 1).min(50)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_repeat_after_z() {
        assert_eq!(format(26, NumberFormat::LowerLetter), "z");
        assert_eq!(format(28, NumberFormat::UpperLetter), "BB");
    }

    #[test]
    fn roman_numbers_subtract() {
        assert_eq!(format(1994, NumberFormat::UpperRoman), "MCMXCIV");
    }

    #[test]
    fn huge_numbers_stay_short() {
        assert_eq!(format(u32::MAX, NumberFormat::LowerRoman), u32::MAX.to_string());
        assert_eq!(format(u32::MAX, NumberFormat::LowerLetter), u32::MAX.to_string());
    }
}
