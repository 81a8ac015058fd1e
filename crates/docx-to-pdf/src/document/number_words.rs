//! Numbers in words, in the languages a document may be in: cardinals and ordinals up to 999,999.
//!
//! The words and how they are joined are those LibreOffice 7.4 shows for `cardinalText` and `ordinalText` (measured for 1–34 and 40 more up to 32,767; it follows the language of the paragraph, as Word does), save some Portuguese ones it misspells.
//! English leaves out its “and” behind thousands, as Word does.

/// The languages whose words we have; any other is told in English.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NumberLanguage {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
    /// Portuguese.
    Pt,
}

impl NumberLanguage {
    /// The language of a tag such as `es-CL`.
    pub fn of(tag: Option<&str>) -> Self {
        match tag.and_then(|tag| tag.split(['-', '_']).next()).map(str::to_ascii_lowercase).as_deref() {
            Some("es") => Self::Es,
            Some("pt") => Self::Pt,
            _ => Self::En,
        }
    }

    /// What stands behind the figures of an ordinal (`2nd`, `2.º`).
    pub(super) fn ordinal_ending(self, number: i64) -> &'static str {
        match (self, number % 100, number % 10) {
            (Self::Es | Self::Pt, _, _) => ".º",
            (Self::En, 11..=13, _) => "th",
            (Self::En, _, 1) => "st",
            (Self::En, _, 2) => "nd",
            (Self::En, _, 3) => "rd",
            (Self::En, _, _) => "th",
        }
    }

    /// `twenty-one`; figures for what is negative or a million and more.
    pub(super) fn cardinal(self, number: i64) -> String {
        match usize::try_from(number) {
            Ok(small @ 0..1_000_000) => match self {
                Self::En => english(small),
                Self::Es => spanish(small),
                Self::Pt => portuguese(small),
            },
            _ => number.to_string(),
        }
    }

    /// `twenty-first`; figures for what is negative or a million and more.
    pub(super) fn ordinal(self, number: i64) -> String {
        match (self, usize::try_from(number)) {
            (Self::En, Ok(0..1_000_000)) => english_ordinal(&self.cardinal(number)),
            (Self::Es, Ok(small @ 1..1_000_000)) => spanish_ordinal(small),
            (Self::Pt, Ok(small @ 1..1_000_000)) => portuguese_ordinal(small),
            _ => number.to_string(),
        }
    }
}

const EN: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const EN_TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn english(number: usize) -> String {
    match number {
        0..20 => EN[number].to_owned(),
        20..100 if number.is_multiple_of(10) => EN_TENS[number / 10].to_owned(),
        20..100 => format!("{}-{}", EN_TENS[number / 10], EN[number % 10]),
        100..1000 => behind(format!("{} hundred", english(number / 100)), number % 100, " ", english),
        _ => behind(format!("{} thousand", english(number / 1000)), number % 1000, " ", english),
    }
}

fn english_ordinal(cardinal: &str) -> String {
    let split = cardinal.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (head, last) = cardinal.split_at(split);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        other => match other.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{other}th"),
        },
    };
    format!("{head}{last}")
}

/// What a number begins with, and the rest of it unless that is nothing.
fn behind(head: String, rest: usize, joint: &str, words: fn(usize) -> String) -> String {
    if rest == 0 { head } else { format!("{head}{joint}{}", words(rest)) }
}

const ES: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const ES_TENS: [&str; 10] = ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const ES_HUNDREDS: [&str; 10] =
    ["", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos", "ochocientos", "novecientos"];

fn spanish(number: usize) -> String {
    match number {
        0..30 => ES[number].to_owned(),
        30..100 => behind(ES_TENS[number / 10].to_owned(), number % 10, " y ", spanish),
        100 => "cien".to_owned(),
        101..1000 => behind(ES_HUNDREDS[number / 100].to_owned(), number % 100, " ", spanish),
        1000..2000 => behind("mil".to_owned(), number % 1000, " ", spanish),
        _ => behind(format!("{} mil", shortened(number / 1000)), number % 1000, " ", spanish),
    }
}

/// Before a noun `uno` loses its ending: `veintiún mil`.
fn shortened(number: usize) -> String {
    let words = spanish(number);
    match (words.strip_suffix("veintiuno"), words.strip_suffix("uno")) {
        (Some(head), _) => format!("{head}veintiún"),
        (_, Some(head)) => format!("{head}un"),
        _ => words,
    }
}

const ES_ORDINALS: [&str; 10] = ["", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno"];
const ES_ORDINAL_TENS: [&str; 10] =
    ["", "décimo", "vigésimo", "trigésimo", "cuadragésimo", "quincuagésimo", "sexagésimo", "septuagésimo", "octogésimo", "nonagésimo"];
const ES_ORDINAL_HUNDREDS: [&str; 10] = [
    "",
    "centésimo",
    "ducentésimo",
    "tricentésimo",
    "cuadringentésimo",
    "quingentésimo",
    "sexcentésimo",
    "septingentésimo",
    "octingentésimo",
    "noningentésimo",
];

fn spanish_ordinal(number: usize) -> String {
    let unit = |number: usize| ES_ORDINALS[number % 10];
    match number {
        0..10 => unit(number).to_owned(),
        10 | 20 => ES_ORDINAL_TENS[number / 10].to_owned(),
        // Written as one word, where two o's become one.
        18 => "decimoctavo".to_owned(),
        28 => "vigesimoctavo".to_owned(),
        11..20 => format!("decimo{}", unit(number)),
        21..30 => format!("vigesimo{}", unit(number)),
        30..100 => behind(ES_ORDINAL_TENS[number / 10].to_owned(), number % 10, " ", spanish_ordinal),
        100..1000 => behind(ES_ORDINAL_HUNDREDS[number / 100].to_owned(), number % 100, " ", spanish_ordinal),
        1000..2000 => behind("milésimo".to_owned(), number % 1000, " ", spanish_ordinal),
        _ => behind(format!("{} milésimo", shortened(number / 1000)), number % 1000, " ", spanish_ordinal),
    }
}

const PT: [&str; 20] = [
    "zero",
    "um",
    "dois",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "quatorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
];
const PT_TENS: [&str; 10] = ["", "", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"];
const PT_HUNDREDS: [&str; 10] =
    ["", "cento", "duzentos", "trezentos", "quatrocentos", "quinhentos", "seiscentos", "setecentos", "oitocentos", "novecentos"];

fn portuguese(number: usize) -> String {
    // The last group of words is joined by “e”.
    let joint = |rest: usize| if rest < 100 || rest.is_multiple_of(100) { " e " } else { " " };
    let thousands = |head: String| behind(head, number % 1000, joint(number % 1000), portuguese);
    match number {
        0..20 => PT[number].to_owned(),
        20..100 => behind(PT_TENS[number / 10].to_owned(), number % 10, " e ", portuguese),
        100 => "cem".to_owned(),
        101..1000 => behind(PT_HUNDREDS[number / 100].to_owned(), number % 100, " e ", portuguese),
        1000..2000 => thousands("mil".to_owned()),
        _ => thousands(format!("{} mil", portuguese(number / 1000))),
    }
}

const PT_ORDINALS: [&str; 10] = ["", "primeiro", "segundo", "terceiro", "quarto", "quinto", "sexto", "sétimo", "oitavo", "nono"];
const PT_ORDINAL_TENS: [&str; 10] =
    ["", "décimo", "vigésimo", "trigésimo", "quadragésimo", "quinquagésimo", "sexagésimo", "septuagésimo", "octogésimo", "nonagésimo"];
const PT_ORDINAL_HUNDREDS: [&str; 10] = [
    "",
    "centésimo",
    "ducentésimo",
    "trecentésimo",
    "quadringentésimo",
    "quingentésimo",
    "sexcentésimo",
    "septingentésimo",
    "octingentésimo",
    "nongentésimo",
];

fn portuguese_ordinal(number: usize) -> String {
    match number {
        0..10 => PT_ORDINALS[number].to_owned(),
        10..100 => behind(PT_ORDINAL_TENS[number / 10].to_owned(), number % 10, " ", portuguese_ordinal),
        100..1000 => behind(PT_ORDINAL_HUNDREDS[number / 100].to_owned(), number % 100, " ", portuguese_ordinal),
        1000..2000 => behind("milésimo".to_owned(), number % 1000, " ", portuguese_ordinal),
        _ => behind(format!("{} milésimo", portuguese(number / 1000)), number % 1000, " ", portuguese_ordinal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinals_are_spelled_as_libreoffice_spells_them() {
        let spanish = [
            (16, "dieciséis"),
            (21, "veintiuno"),
            (31, "treinta y uno"),
            (99, "noventa y nueve"),
            (100, "cien"),
            (101, "ciento uno"),
            (555, "quinientos cincuenta y cinco"),
            (1000, "mil"),
            (1234, "mil doscientos treinta y cuatro"),
            (21_000, "veintiún mil"),
            (31_001, "treinta y un mil uno"),
            (32_767, "treinta y dos mil setecientos sesenta y siete"),
        ];
        let portuguese = [
            (14, "quatorze"),
            (22, "vinte e dois"),
            (100, "cem"),
            (121, "cento e vinte e um"),
            (1001, "mil e um"),
            (1100, "mil e cem"),
            (1234, "mil duzentos e trinta e quatro"),
            (32_767, "trinta e dois mil setecentos e sessenta e sete"),
        ];
        for (number, words) in spanish {
            assert_eq!(NumberLanguage::Es.cardinal(number), words);
        }
        for (number, words) in portuguese {
            assert_eq!(NumberLanguage::Pt.cardinal(number), words);
        }
    }

    #[test]
    fn ordinals_are_spelled_as_libreoffice_spells_them() {
        let spanish = [
            (1, "primero"),
            (11, "decimoprimero"),
            (18, "decimoctavo"),
            (22, "vigesimosegundo"),
            (29, "vigesimonoveno"),
            (33, "trigésimo tercero"),
            (121, "centésimo vigesimoprimero"),
            (999, "noningentésimo nonagésimo noveno"),
            (1234, "milésimo ducentésimo trigésimo cuarto"),
            (21_000, "veintiún milésimo"),
            (31_001, "treinta y un milésimo primero"),
        ];
        let portuguese = [
            (7, "sétimo"),
            (11, "décimo primeiro"),
            (29, "vigésimo nono"),
            (121, "centésimo vigésimo primeiro"),
            (1234, "milésimo ducentésimo trigésimo quarto"),
            (3021, "três milésimo vigésimo primeiro"),
        ];
        for (number, words) in spanish {
            assert_eq!(NumberLanguage::Es.ordinal(number), words);
        }
        for (number, words) in portuguese {
            assert_eq!(NumberLanguage::Pt.ordinal(number), words);
        }
    }

    #[test]
    fn every_number_has_words_and_those_beyond_stay_figures() {
        for language in [NumberLanguage::En, NumberLanguage::Es, NumberLanguage::Pt] {
            for number in (1..5000).chain([99_999, 100_000, 100_001, 500_100, 999_999]) {
                for words in [language.cardinal(number), language.ordinal(number)] {
                    assert!(
                        !words.contains("  ") && !words.ends_with(' ') && !words.contains(|c: char| c.is_ascii_digit()),
                        "{number}: {words}"
                    );
                }
            }
            for number in [-1, 1_000_000, i64::MAX, i64::MIN] {
                assert_eq!(language.cardinal(number), number.to_string());
                assert_eq!(language.ordinal(number), number.to_string());
            }
        }
    }

    #[test]
    fn a_language_is_known_by_its_first_part() {
        assert_eq!(NumberLanguage::of(Some("es-CL")), NumberLanguage::Es);
        assert_eq!(NumberLanguage::of(Some("PT_br")), NumberLanguage::Pt);
        assert_eq!(NumberLanguage::of(Some("fr-FR")), NumberLanguage::En);
        assert_eq!(NumberLanguage::of(None), NumberLanguage::En);
    }
}
