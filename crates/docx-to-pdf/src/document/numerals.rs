//! Numbers as text in every format (ECMA-376 part 1, 17.18.59): lists, pages, notes.

use super::model::NumberFormat;
pub use super::number_words::NumberLanguage;

/// The format behind its name. Formats of scripts we do not write are read as decimal, which at least tells the number.
pub(super) fn format_named(name: &str) -> NumberFormat {
    match name {
        "decimalZero" => NumberFormat::DecimalZero(2),
        "lowerRoman" => NumberFormat::LowerRoman,
        "upperRoman" => NumberFormat::UpperRoman,
        "lowerLetter" => NumberFormat::LowerLetter,
        "upperLetter" => NumberFormat::UpperLetter,
        "ordinal" => NumberFormat::Ordinal,
        "cardinalText" => NumberFormat::CardinalText,
        "ordinalText" => NumberFormat::OrdinalText,
        "chicago" => NumberFormat::Chicago,
        "bullet" => NumberFormat::Bullet,
        "none" => NumberFormat::None,
        _ => NumberFormat::Decimal,
    }
}

/// A custom format (`001, 002, 003, ...`), where it is one of figures with zeros before them: Word has those of three to five.
pub(super) fn format_custom(format: &str) -> Option<NumberFormat> {
    let first = format.split(',').next().unwrap_or_default().trim();
    let zeros = first.strip_suffix('1').filter(|zeros| (1..=9).contains(&zeros.len()) && zeros.bytes().all(|byte| byte == b'0'))?;
    Some(NumberFormat::DecimalZero(zeros.len() as u8 + 1))
}

/// Whether numbers of this name are written as such; all others are shown as 1, 2, 3.
pub(super) fn is_known(name: &str) -> bool {
    matches!(name, "decimal" | "custom") || format_named(name) != NumberFormat::Decimal
}

/// The format of a field's switch (`\* ROMAN`; 17.16.4.3.1); its case tells the letters' case.
pub(super) fn format_switched(name: &str) -> Option<NumberFormat> {
    Some(match name {
        "Arabic" | "ArabicDash" | "arabic" => NumberFormat::Decimal,
        "roman" => NumberFormat::LowerRoman,
        "Roman" | "ROMAN" => NumberFormat::UpperRoman,
        "alphabetic" => NumberFormat::LowerLetter,
        "Alphabetic" | "ALPHABETIC" => NumberFormat::UpperLetter,
        "Ordinal" | "ordinal" => NumberFormat::Ordinal,
        "CardText" | "Cardtext" | "cardtext" => NumberFormat::CardinalText,
        "OrdText" | "Ordtext" | "ordtext" => NumberFormat::OrdinalText,
        _ => return None,
    })
}

/// A number as text; those in words in a language.
pub fn numeral(number: i64, format: NumberFormat, language: NumberLanguage) -> String {
    match format {
        NumberFormat::Decimal => number.to_string(),
        NumberFormat::DecimalZero(digits) => format!("{number:0digits$}", digits = usize::from(digits)),
        NumberFormat::LowerRoman => roman(number).to_lowercase(),
        NumberFormat::UpperRoman => roman(number),
        NumberFormat::LowerLetter => letters(number, 'a'),
        NumberFormat::UpperLetter => letters(number, 'A'),
        NumberFormat::Ordinal => format!("{number}{}", language.ordinal_ending(number)),
        NumberFormat::CardinalText => capitalised(&language.cardinal(number)),
        NumberFormat::OrdinalText => capitalised(&language.ordinal(number)),
        NumberFormat::Chicago => chicago(number),
        NumberFormat::Bullet | NumberFormat::None => String::new(),
    }
}

/// Roman numerals up to 3,999; others in figures, as there is no usual spelling.
fn roman(number: i64) -> String {
    const DIGITS: [(i64, &str); 13] = [
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
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let mut left = number;
    let mut text = String::new();
    for (value, digit) in DIGITS {
        while left >= value {
            text.push_str(digit);
            left -= value;
        }
    }
    text
}

/// a…z, then aa…zz, then aaa: the same letter repeated, as Word counts.
fn letters(number: i64, first: char) -> String {
    if !(1..=780).contains(&number) {
        return number.to_string();
    }
    let (repeat, letter) = ((number - 1) / 26 + 1, ((number - 1) % 26) as u8);
    char::from(first as u8 + letter).to_string().repeat(repeat as usize)
}

/// *, †, ‡, §, then doubled.
fn chicago(number: i64) -> String {
    if !(1..=40).contains(&number) {
        return number.to_string();
    }
    let mark = ["*", "†", "‡", "§"][((number - 1) % 4) as usize];
    mark.repeat(((number - 1) / 4 + 1) as usize)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_spells_its_numbers_as_17_18_59_says() {
        let spelled = |number, name| numeral(number, format_named(name), NumberLanguage::En);
        assert_eq!(spelled(1984, "upperRoman"), "MCMLXXXIV");
        assert_eq!(spelled(4, "lowerRoman"), "iv");
        assert_eq!(spelled(27, "lowerLetter"), "aa");
        assert_eq!(spelled(28, "upperLetter"), "BB");
        assert_eq!(spelled(7, "decimalZero"), "07");
        assert_eq!([1, 2, 3, 11, 21, 112].map(|n| spelled(n, "ordinal")), ["1st", "2nd", "3rd", "11th", "21st", "112th"]);
        assert_eq!(spelled(21, "cardinalText"), "Twenty-one");
        assert_eq!(spelled(120, "ordinalText"), "One hundred twentieth");
        assert_eq!(spelled(12, "ordinalText"), "Twelfth");
        let spanish = |number, name| numeral(number, format_named(name), NumberLanguage::Es);
        assert_eq!(
            [spanish(2, "ordinal"), spanish(21, "cardinalText"), spanish(21, "ordinalText")],
            ["2.º", "Veintiuno", "Vigesimoprimero"]
        );
        assert_eq!(spelled(6, "chicago"), "††");
        assert_eq!(spelled(3, "none"), "");
        assert_eq!(spelled(3, "thaiNumbers"), "3");
    }

    #[test]
    fn numbers_out_of_a_formats_range_stay_figures() {
        for format in [NumberFormat::UpperRoman, NumberFormat::LowerLetter, NumberFormat::Chicago, NumberFormat::CardinalText] {
            assert_eq!(numeral(-5, format, NumberLanguage::Es), "-5");
            assert_eq!(numeral(i64::MAX, format, NumberLanguage::Pt), i64::MAX.to_string());
        }
        assert_eq!(numeral(0, NumberFormat::UpperRoman, NumberLanguage::En), "0");
    }
}
